package dev.truepipe.examples.streetcars.detector;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/**
 * The first {@value #MOST} held-out pictures with what is true and what was predicted, for a report:
 * {@code output/data/predictions.json} (format {@code truepipe-predictions-1}) beside the JPEGs.
 *
 * <p>A picture of more than {@value #LARGE_BYTES} bytes is written at working size, its boxes scaled alike. Classes
 * are named by their ids: annotations reach a container without the class map.
 */
final class SamplePredictions {
    private static final int MOST = 24;
    private static final int LARGE_BYTES = 512 << 10;
    private static final double WORTH_SHOWING = 0.3;

    private record Sample(byte[] jpeg, int width, int height, double scaleX, double scaleY, List<Box> truth, List<Prediction> predicted) {}

    private final List<Sample> samples = new ArrayList<>();

    void offer(byte[] jpeg, Picture picture, List<Box> truth, List<Prediction> predicted) throws IOException {
        if (samples.size() == MOST) {
            return;
        }
        List<Prediction> shown = predicted.stream().filter(p -> p.confidence() >= WORTH_SHOWING).toList();
        boolean isJpeg = jpeg.length > 2 && (jpeg[0] & 255) == 0xff && (jpeg[1] & 255) == 0xd8;
        if (isJpeg && jpeg.length <= LARGE_BYTES) {
            samples.add(new Sample(jpeg, picture.fullWidth(), picture.fullHeight(), 1, 1, truth, shown));
        } else {
            samples.add(new Sample(encode(picture), picture.width(), picture.height(), picture.scaleX(), picture.scaleY(), truth, shown));
        }
    }

    private static byte[] encode(Picture picture) throws IOException {
        BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        byte[] rgb = picture.rgb();
        for (int i = 0; i < rgb.length / 3; i++) {
            image.setRGB(i % picture.width(), i / picture.width(),
                    (rgb[3 * i] & 255) << 16 | (rgb[3 * i + 1] & 255) << 8 | rgb[3 * i + 2] & 255);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", out);
        return out.toByteArray();
    }

    /** @param folder made when absent */
    void write(Path folder, List<Integer> classIds) throws IOException {
        Files.createDirectories(folder);
        List<String> images = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            String file = String.format(Locale.ROOT, "%04d.jpg", i + 1);
            Files.write(folder.resolve(file), sample.jpeg());
            images.add(String.format(Locale.ROOT, "{\"file\":\"%s\",\"width\":%d,\"height\":%d,\"truth\":[%s],\"predicted\":[%s]}", file,
                    sample.width(), sample.height(),
                    sample.truth().stream().map(box -> "{" + box(box, sample) + "}").collect(Collectors.joining(",")),
                    sample.predicted().stream().map(p -> String.format(Locale.ROOT, "{\"confidence\":%.4f,", p.confidence())
                            + box(p.box(), sample) + "}").collect(Collectors.joining(","))));
        }
        String classes = classIds.stream().sorted().map(id -> Json.quote(id.toString()) + ":" + Json.quote(id.toString()))
                .collect(Collectors.joining(","));
        Files.writeString(folder.resolve("predictions.json"), "{\"format\":\"truepipe-predictions-1\",\"classes\":{" + classes
                + "},\"images\":[\n" + String.join(",\n", images) + "\n]}\n", StandardCharsets.UTF_8);
    }

    private static String box(Box box, Sample sample) {
        return String.format(Locale.ROOT, "\"class_id\":%d,\"left\":%.2f,\"top\":%.2f,\"width\":%.2f,\"height\":%.2f", box.classId(),
                box.left() * sample.scaleX(), box.top() * sample.scaleY(), box.width() * sample.scaleX(), box.height() * sample.scaleY());
    }
}

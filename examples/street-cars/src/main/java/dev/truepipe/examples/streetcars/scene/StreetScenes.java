package dev.truepipe.examples.streetcars.scene;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.io.IOException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Makes a labeled dataset of drawn street scenes: {@value #WIDTH} × {@value #HEIGHT} pixels, one class, {@code car}.
 *
 * <p>The manifest looks like Ground Truth's: three labeling jobs under one label attribute (one worker a picture, whose
 * boxes are whole pixels and whose confidence is 0; then several workers, whose averaged boxes have fractions; then one
 * worker again), six-digit dates, {@code class-map} only with the classes on the line, and pictures without any car.
 *
 * <p>One seed gives the same scenes and the same manifest bytes on every machine. The JPEG bytes are the same as long as
 * the JDK's renderer and JPEG encoder are; another JDK may round a pixel differently.
 */
public final class StreetScenes {
    /** Width of every scene, in pixels. */
    public static final int WIDTH = 240;
    /** Height of every scene, in pixels. */
    public static final int HEIGHT = 160;

    /** Below this many pictures no defect is planted: they would outweigh the good lines. */
    private static final int FEWEST_FOR_DEFECTS = 12;
    private static final DateTimeFormatter SIX_DIGITS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS", Locale.ROOT);
    private static final LocalDateTime[] STARTS = {
        LocalDateTime.of(2026, 3, 4, 9, 12, 44, 120_871_000),
        LocalDateTime.of(2026, 4, 22, 13, 40, 2, 3_310_000),
        LocalDateTime.of(2026, 6, 9, 7, 5, 31, 957_004_000)
    };

    private StreetScenes() {}

    /**
     * Scenes with each {@link Defect} once (twice for {@link Defect#LABELED_TWICE}), so the manifest has
     * {@code count + 2} lines. Fewer than 12 scenes stay without defects.
     *
     * @param seed any number; another seed, another town
     * @param count how many pictures, at least 1
     * @param label the label attribute's name, such as {@code street-cars}
     * @param bucket bucket in every {@code source-ref}, {@code s3://<bucket>/images/….jpg}
     * @throws IllegalArgumentException if {@code count} is below 1, or a name cannot stand in JSON unescaped
     */
    public static LabeledScenes generate(long seed, int count, String label, String bucket) {
        return make(seed, count, label, bucket, count >= FEWEST_FOR_DEFECTS);
    }

    /** As {@link #generate(long, int, String, String)}, but every line is good and no picture comes twice. */
    public static LabeledScenes withoutDefects(long seed, int count, String label, String bucket) {
        return make(seed, count, label, bucket, false);
    }

    /**
     * As {@link #generate(long, int, String, String)}, also written to {@code folder} as by
     * {@link LabeledScenes#writeTo(Path)}.
     *
     * @throws IOException if the folder cannot be written
     */
    public static LabeledScenes generate(long seed, int count, String label, String bucket, Path folder)
            throws IOException {
        LabeledScenes scenes = generate(seed, count, label, bucket);
        scenes.writeTo(folder);
        return scenes;
    }

    private static LabeledScenes make(long seed, int count, String label, String bucket, boolean defective) {
        if (count < 1) {
            throw new IllegalArgumentException("a dataset needs at least 1 scene, asked for " + count);
        }
        plain(label, "label");
        plain(bucket, "bucket");
        SplittableRandom random = new SplittableRandom(seed);
        Set<String> keys = new HashSet<>();
        List<Scene> images = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        Map<Defect, Integer> defects = new EnumMap<>(Defect.class);
        for (int i = 0; i < count; i++) {
            SplittableRandom own = random.split();
            Scene scene = draw(own, keys);
            images.add(scene);
            Moment moment = Moment.of(i, count);
            String line = line(own, scene, moment, i, label, bucket, scene.cars());
            Defect defect = defective ? planted(i, count) : null;
            switch (defect) {
                case null -> lines.add(line);
                case FAILED_OBJECT -> lines.add("{\"source-ref\":\"s3://" + bucket + "/" + scene.key() + "\",\"" + label
                        + "-metadata\":{\"retry-count\":1,\"failure-reason\":\"ClientError: Annotation tasks expired.\","
                        + "\"human-annotated\":\"true\"}}");
                case BOX_OUTSIDE_IMAGE -> lines.add(line(own, scene, moment, i, label, bucket, with(scene.cars(),
                        new SceneBox(0, WIDTH - 30, 96, 52, 22))));
                case UNKNOWN_CLASS -> lines.add(line(own, scene, moment, i, label, bucket, with(scene.cars(),
                        new SceneBox(7, 20, 100, 40, 18))));
                case BROKEN_JSON -> lines.add(line.substring(0, line.length() * 3 / 5));
                case LABELED_TWICE -> {
                    lines.add(line(own, scene, Moment.FIRST, i, label, bucket, hasty(own, scene.cars())));
                    lines.add(line(own, scene, Moment.LAST, i, label, bucket, scene.cars()));
                }
            }
            if (defect != null) {
                defects.merge(defect, 1, Integer::sum);
            }
        }
        byte[] manifest = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        return new LabeledScenes(images, manifest, defects);
    }

    /** Which defect the i-th picture carries, spread over the manifest; null for a good line. */
    private static Defect planted(int i, int count) {
        int step = count / 7;
        return i % step != step / 2 ? null : switch (i / step) {
            case 0 -> Defect.LABELED_TWICE;
            case 1 -> Defect.FAILED_OBJECT;
            case 2 -> Defect.BOX_OUTSIDE_IMAGE;
            case 3 -> Defect.LABELED_TWICE;
            case 4 -> Defect.UNKNOWN_CLASS;
            case 5 -> Defect.BROKEN_JSON;
            default -> null;
        };
    }

    private static Scene draw(SplittableRandom random, Set<String> keys) {
        String key;
        do {
            key = "images/street-" + Integer.toHexString(0x100000 + random.nextInt(0xeffff0)) + ".jpg";
        } while (!keys.add(key));
        Street street = new Street(random, WIDTH, HEIGHT);
        byte[] jpeg = Jpeg.encode(street.paint(), 0.88f);
        return new Scene(key, jpeg, WIDTH, HEIGHT, street.cars());
    }

    private static List<SceneBox> with(List<SceneBox> boxes, SceneBox more) {
        List<SceneBox> all = new ArrayList<>(boxes);
        all.add(more);
        return all;
    }

    /** The first labeler's boxes, drawn in a hurry: a little too large. */
    private static List<SceneBox> hasty(SplittableRandom random, List<SceneBox> boxes) {
        return boxes.stream()
                .map(b -> new SceneBox(b.classId(), b.left() - 1, b.top() - 2, b.width() + 2 + random.nextInt(2), b.height() + 3)
                        .within(WIDTH, HEIGHT))
                .toList();
    }

    /** Which labeling job a line comes from. */
    private enum Moment {
        FIRST, CROWD, LAST;

        static Moment of(int i, int count) {
            return i * 2 < count ? FIRST : i * 10 < count * 8 ? CROWD : LAST;
        }

        String job(String label) {
            return "labeling-job/" + label.toLowerCase(Locale.ROOT) + switch (this) {
                case FIRST -> "-spring";
                case CROWD -> "-crowd";
                case LAST -> "-summer";
            };
        }
    }

    private static String line(SplittableRandom random, Scene scene, Moment moment, int i, String label, String bucket,
            List<SceneBox> boxes) {
        StringBuilder annotations = new StringBuilder();
        StringBuilder objects = new StringBuilder();
        for (SceneBox box : boxes) {
            String comma = annotations.isEmpty() ? "" : ",";
            annotations.append(comma).append("{\"class_id\":").append(box.classId());
            boolean crowd = moment == Moment.CROWD;
            double[] edges = {box.left(), box.top(), box.width(), box.height()};
            String[] names = {"left", "top", "width", "height"};
            for (int k = 0; k < 4; k++) {
                // Thirds of a pixel: the mean of three workers.
                double value = crowd ? Math.floor(edges[k] * 3) / 3 : Math.floor(edges[k]);
                annotations.append(",\"").append(names[k]).append("\":").append(number(value));
            }
            annotations.append('}');
            objects.append(comma).append("{\"confidence\":")
                    .append(crowd ? "0." + (61 + random.nextInt(35)) : "0").append('}');
        }
        LocalDateTime labeled = STARTS[moment.ordinal()].plusSeconds(7L * i).plusNanos(random.nextInt(900_000) * 1_000L);
        return "{\"source-ref\":\"s3://" + bucket + "/" + scene.key() + "\",\"" + label
                + "\":{\"image_size\":[{\"width\":" + scene.width() + ",\"height\":" + scene.height()
                + ",\"depth\":3}],\"annotations\":[" + annotations + "]},\"" + label + "-metadata\":{\"objects\":["
                + objects + "],\"class-map\":" + (boxes.isEmpty() ? "{}" : "{\"0\":\"car\"}")
                + ",\"type\":\"groundtruth/object-detection\",\"human-annotated\":\"yes\",\"creation-date\":\""
                + SIX_DIGITS.format(labeled) + "\",\"job-name\":\"" + moment.job(label) + "\"}}";
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static void plain(String name, String what) {
        if (name.isEmpty() || name.chars().anyMatch(c -> c < ' ' || c == '"' || c == '\\')) {
            throw new IllegalArgumentException(what + " is a name without quotes, backslashes and control characters, was \""
                    + name + "\"");
        }
    }
}

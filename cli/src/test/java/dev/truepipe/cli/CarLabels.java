package dev.truepipe.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * Lines of object-detection manifests as Ground Truth writes them, drawn from a seed: picture {@code n} has the same line
 * whatever else is asked for. Written for these tests alone; shares nothing with the code that reads it.
 */
final class CarLabels {
    static final String BUCKET = "chain-pictures";
    static final String ATTRIBUTE = "cars";

    private final long seed;
    private final String attribute;

    CarLabels(long seed) {
        this(seed, ATTRIBUTE);
    }

    CarLabels(long seed, String attribute) {
        this.seed = seed;
        this.attribute = attribute;
    }

    static String picture(int number) {
        return "s3://" + BUCKET + "/street/%04d.jpg".formatted(number);
    }

    /** Lines of pictures {@code from} to before {@code to}. */
    List<String> lines(int from, int to) {
        List<String> lines = new ArrayList<>();
        for (int number = from; number < to; number++) {
            lines.add(line(number, 0));
        }
        return lines;
    }

    /** The line of one picture. @param labeling how often it was labeled before; a later labeling has a later date */
    String line(int number, int labeling) {
        Random random = new Random(seed * 1_000_003L + number * 31L + labeling);
        List<String> boxes = new ArrayList<>();
        // Every third picture shows a van (class 1); all show cars.
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            boxes.add(box(random, 0));
        }
        boolean van = number % 3 == 0;
        if (van) {
            boxes.add(box(random, 1));
        }
        String classMap = van ? "{\"0\":\"car\",\"1\":\"van\"}" : "{\"0\":\"car\"}";
        return ("{\"source-ref\":\"%s\",\"%s\":{\"image_size\":[{\"width\":640,\"height\":480,\"depth\":3}],\"annotations\":[%s]},"
                        + "\"%s-metadata\":{\"job-name\":\"labeling-job/%s\",\"class-map\":%s,\"human-annotated\":\"yes\","
                        + "\"objects\":[%s],\"creation-date\":\"2026-%02d-%02dT08:30:%02d.123456\",\"type\":\"groundtruth/object-detection\"}}")
                .formatted(
                        picture(number), attribute, String.join(",", boxes), attribute, attribute, classMap,
                        String.join(",", Collections.nCopies(boxes.size(), "{\"confidence\":0.%02d}".formatted(random.nextInt(90)))),
                        1 + labeling, 1 + number % 28, random.nextInt(60));
    }

    /** A box inside the picture, in whole pixels. */
    private static String box(Random random, int classId) {
        int width = 10 + random.nextInt(90);
        int height = 10 + random.nextInt(90);
        return String.format(
                Locale.ROOT,
                "{\"class_id\":%d,\"top\":%d,\"left\":%d,\"height\":%d,\"width\":%d}",
                classId, 100 + random.nextInt(200), 100 + random.nextInt(300), height, width);
    }

    /** A manifest of these lines, each ended by a newline. */
    static byte[] manifest(List<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}

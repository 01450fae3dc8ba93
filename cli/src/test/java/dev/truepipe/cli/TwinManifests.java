package dev.truepipe.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Manifests as real labeling jobs write them, with all that is odd and right in them. Written here; nobody's data.
 *
 * <p>Seeded: the same manifest each time.
 */
final class TwinManifests {
    private static final String ZERO_WIDTH_SPACE = "\u200b";

    private TwinManifests() {}

    /**
     * Enough to train on: boxes averaged over several workers, sparse class maps with images that hold nothing, class names
     * that are not ASCII (one ends in a space) with id 2 missing, attributes passed through before and after the label,
     * another tool's dates, Hangul and zero-width spaces in keys, a picture of 33 megapixels, a line labeled twice, a failed object.
     */
    static String trainable() {
        SplittableRandom random = new SplittableRandom(20_260_123);
        List<String> lines = new ArrayList<>();
        String[] names = {"车", "自行车 ", null, "bus"};
        int[] ids = {0, 1, 3};
        for (int i = 0; i < 44; i++) {
            boolean empty = i % 11 == 5;
            int width = i == 7 ? 7_168 : 320;
            int height = i == 7 ? 4_562 : 240;
            List<String> boxes = new ArrayList<>();
            List<Integer> used = new ArrayList<>();
            for (int b = 0; !empty && b < 2; b++) {
                int id = ids[(i + b) % 3];
                used.add(id);
                double workers = 3 + random.nextInt(3);
                boxes.add(String.format(Locale.ROOT, "{\"class_id\": %d, \"top\": %s, \"left\": %s, \"height\": %s, \"width\": %s}",
                        id, (10 + random.nextInt(400)) / workers + b * 0.1, (5 + random.nextInt(300) + b * 400) / workers, 100 / workers + 20, 130 / workers + 20));
            }
            String map = String.join(", ", used.stream().distinct().sorted().map(id -> "\"" + id + "\": \"" + names[id] + "\"").toList());
            String objects = String.join(", ", used.stream().map(_ -> "{\"confidence\": " + (random.nextBoolean() ? "0" : "0.09") + "}").toList());
            String key = switch (i % 4) {
                case 0 -> "거리/사진 " + i + ".jpg";
                case 1 -> "scene" + ZERO_WIDTH_SPACE + i + ".jpg.jpg";
                case 2 -> "a/b/" + i + "+plus&amp%20.jpeg";
                default -> "scene-" + i + ".jpg";
            };
            String date = i % 5 == 0 ? "2025-06-0" + (1 + i % 9) + "T10:00:00Z" : "2026-01-1" + i % 9 + "T08:15:" + (10 + i % 49) + ".123456";
            lines.add("{\"source-ref\": \"s3://twin-images/" + key + "\", " + (i % 2 == 0 ? "\"colour\": \"blue\", " : "")
                    + "\"category\": {\"image_size\": [{\"width\": " + width + ", \"height\": " + height + ", \"depth\": 3}], \"annotations\": ["
                    + String.join(", ", boxes) + "]}, \"category-metadata\": {\"objects\": [" + objects + "], \"class-map\": {" + map
                    + "}, \"type\": \"groundtruth/object-detection\", \"human-annotated\": \"yes\", \"creation-date\": \"" + date
                    + "\", \"job-name\": \"labeling-job/boxes-by-many\"}" + (i % 3 == 0 ? ", \"object\": 17" : "") + "}");
        }
        lines.add(lines.get(3).replace("2026-01-13", "2025-01-13"));
        lines.add("{\"source-ref\": \"s3://twin-images/lost.jpg\", \"category-metadata\": {\"retry-count\": 1, \"failure-reason\": \"ClientError: expired\","
                + " \"human-annotated\": \"true\"}}");
        return String.join("\n", lines) + "\n\n";
    }

    /** Two jobs under one attribute, each line adjusted by a chained job; Hangul keys; fewer lines of a class than the gate wants. */
    static String chained() {
        SplittableRandom random = new SplittableRandom(404);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String job = i < 7 ? "words-one" : "words-two";
            String first = box(0, 10 + random.nextInt(50), 12, 30, 18);
            String second = box(i % 2, 11 + random.nextInt(50), 12, 31, 18);
            lines.add("{\"source-ref\":\"s3://twin-images/한글/문장 " + i + ".png\",\"words\":{\"annotations\":[" + first + "],\"image_size\":[" + size()
                    + "]},\"words-metadata\":{\"class-map\":{\"0\":\"글\"},\"human-annotated\":\"yes\",\"objects\":[{\"confidence\":0.9}],"
                    + "\"creation-date\":\"2021-03-0" + (1 + i % 8) + "T01:02:03.000004\",\"type\":\"groundtruth/object-detection\",\"job-name\":\"labeling-job/"
                    + job + "\"},\"words-chain\":{\"annotations\":[" + second + "],\"image_size\":[" + size()
                    + "]},\"words-chain-metadata\":{\"class-map\":{\"" + i % 2 + "\":\"" + (i % 2 == 0 ? "글" : "표") + "\"},\"human-annotated\":\"yes\","
                    + "\"objects\":[{\"confidence\":0}],\"adjustment-status\":\"adjusted\",\"creation-date\":\"2021-04-0" + (1 + i % 8)
                    + "T01:02:03.000004\",\"type\":\"groundtruth/object-detection\",\"job-name\":\"labeling-job/" + job + "-chain\"}}");
        }
        // The last line ends without a line feed, as some writers leave it.
        return String.join("\n", lines);
    }

    private static String box(int id, int left, int top, int width, int height) {
        return "{\"class_id\":" + id + ",\"left\":" + left + ",\"top\":" + top + ",\"width\":" + width + ",\"height\":" + height + "}";
    }

    private static String size() {
        return "{\"width\":200,\"height\":120,\"depth\":3}";
    }
}

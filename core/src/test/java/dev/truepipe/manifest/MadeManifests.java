package dev.truepipe.manifest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Object-detection manifests made from a seed, as labeling jobs write them, with what goes wrong in life. For tests. */
public final class MadeManifests {
    private static final String[] NAMES = {"car", "truck", "설문", "설비 ", "bus"};

    private MadeManifests() {}

    /** A line that is fine. @param classes highest class id + 1 */
    public static String line(String key, int second, Random random, int classes) {
        StringBuilder boxes = new StringBuilder();
        StringBuilder objects = new StringBuilder();
        StringBuilder map = new StringBuilder();
        boolean[] used = new boolean[classes];
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            int id = random.nextInt(classes);
            used[id] = true;
            boxes.append(i > 0 ? "," : "").append("{\"class_id\":%d,\"left\":%d,\"top\":%s,\"width\":%d,\"height\":%d}"
                    .formatted(id, random.nextInt(200), 0.5 + random.nextInt(100), 1 + random.nextInt(100), 1 + random.nextInt(100)));
            objects.append(i > 0 ? "," : "").append("{\"confidence\":0.09}");
        }
        for (int id = 0; id < classes; id++) {
            if (used[id]) {
                map.append(map.isEmpty() ? "" : ",").append("\"%d\":\"%s\"".formatted(id, NAMES[id]));
            }
        }
        return ("{\"source-ref\":\"%s\",\"boxes\":{\"image_size\":[{\"width\":320,\"height\":240,\"depth\":3}],\"annotations\":[%s]},"
                + "\"boxes-metadata\":{\"objects\":[%s],\"class-map\":{%s},\"type\":\"groundtruth/object-detection\","
                + "\"human-annotated\":\"yes\",\"creation-date\":\"2025-03-04T09:%02d:%02d.120871\",\"job-name\":\"labeling-job/boxes\"}}")
                .formatted(key, boxes, objects, map, second / 60 % 60, second % 60);
    }

    /** A line of another task, its label under {@code label}: a list of classes, spans, or a mask. */
    public static String otherLine(Random random) {
        StringBuilder list = new StringBuilder();
        int count = random.nextInt(5);
        int task = random.nextInt(3);
        for (int i = 0; i < count; i++) {
            int id = random.nextInt(4);
            list.append(i > 0 ? "," : "").append(switch (task) {
                case 0 -> random.nextInt(5) == 0 ? "\"" + id + "\"" : Integer.toString(id);
                case 1 -> "{\"endOffset\":%d,\"label\":\"%s\",\"startOffset\":%d}".formatted(1 + random.nextInt(9), NAMES[id], random.nextInt(3));
                default -> "\"%d\":{\"hex-color\":\"#ffffff\",\"class-name\":\"%s\",\"confidence\":0.9}".formatted(i, NAMES[id]);
            });
        }
        return switch (task) {
            case 0 -> "{\"source-ref\":\"s3://images/1.jpg\",\"label\":[" + list + "],\"label-metadata\":{\"class-map\":{\"0\":\"car\"}}}";
            case 1 -> random.nextBoolean()
                    ? "{\"source\":\"Ana \\ud83d\\ude97 \\u00fc\\n설문 \ud83d\ude97\",\"label\":{\"annotations\":{\"entities\":[" + list + "],\"labels\":[{\"label\":\"car\"},{\"label\":\"설문\"},{\"label\":\"car\"}]}}}"
                    : "{\"label\":{\"annotations\":{\"labels\":[{\"label\":\"truck\"},{\"label\":\"car\"},{\"x\":1},7],\"entities\":[" + list + "]}},\"source\":\"\\u0027x\"}";
            default -> "{\"label\":\"s3://masks/1.png\",\"label-metadata\":{\"internal-color-map\":{" + list + "},\"type\":\"t\"}}";
        };
    }

    /** Lines of a manifest: most fine, some broken, some blank, some labeled twice. */
    public static List<byte[]> lines(long seed, int count) {
        Random random = new Random(seed);
        List<byte[]> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String key = "s3://images/cam%d/frame %04d.jpg".formatted(random.nextInt(5), random.nextInt(count));
            String line = line(key, random.nextInt(3_000), random, NAMES.length);
            byte[] bytes = switch (random.nextInt(20)) {
                case 0 -> line.substring(0, random.nextInt(line.length())).getBytes(StandardCharsets.UTF_8);
                case 1 -> "  \t".substring(random.nextInt(4)).getBytes(StandardCharsets.UTF_8);
                case 2 -> (line + "\r").getBytes(StandardCharsets.UTF_8);
                case 3 -> line.replace("\"width\":320", "\"width\":10").getBytes(StandardCharsets.UTF_8);
                case 4 -> ("{\"source-ref\":\"" + key + "\",\"boxes-metadata\":{\"failure-reason\":\"ClientError: expired.\"}}")
                        .getBytes(StandardCharsets.UTF_8);
                case 5 -> lines.isEmpty() ? new byte[0] : lines.get(random.nextInt(lines.size()));
                default -> line.getBytes(StandardCharsets.UTF_8);
            };
            lines.add(bytes);
        }
        return lines;
    }

    /** Lines put together. @param lastNewline whether the last line ends in one */
    public static byte[] manifest(List<byte[]> lines, boolean lastNewline) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < lines.size(); i++) {
            out.writeBytes(lines.get(i));
            if (i < lines.size() - 1 || lastNewline) {
                out.write('\n');
            }
        }
        return out.toByteArray();
    }
}

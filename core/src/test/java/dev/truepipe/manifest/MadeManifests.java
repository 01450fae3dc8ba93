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

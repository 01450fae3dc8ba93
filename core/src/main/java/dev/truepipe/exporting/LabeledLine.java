package dev.truepipe.exporting;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What an accepted line says, for writing it elsewhere.
 *
 * @param source S3 URI of the object, or a text
 * @param isText whether it is a text
 * @param width of the image in pixels, for boxes
 * @param annotations boxes, or classes without a place
 */
record LabeledLine(String source, boolean isText, double width, double height, long depth, List<Annotation> annotations) {
    /** @param className what the line, or else the manifest, calls the class */
    record Annotation(String className, double left, double top, double boxWidth, double boxHeight) {}

    /**
     * Reads a line.
     *
     * @param line accepted by {@code check} under the label; so it is whole JSON, and the label what its task asks for
     * @param names of classes by id, where the line names none
     */
    static LabeledLine read(byte[] bytes, int from, int length, String label, SortedMap<Integer, String> names) throws IOException {
        Map<String, Object> json = Json.parseObject(Arrays.copyOfRange(bytes, from, from + length));
        Map<?, ?> metadata = json.get(label + "-metadata") instanceof Map<?, ?> map ? map : Map.of();
        Map<Integer, String> own = new HashMap<>();
        Object classMap = metadata.get("class-map") == null ? metadata.get("class_map") : metadata.get("class-map");
        if (classMap instanceof Map<?, ?> map) {
            map.forEach((id, name) -> own.putIfAbsent(Integer.parseInt(id.toString()), name.toString()));
        }
        Object value = json.get(label);
        List<Annotation> annotations = new ArrayList<>();
        double width = 0;
        double height = 0;
        long depth = 3;
        if (value instanceof Map<?, ?> boxes) {
            Object size = boxes.get("image_size") instanceof List<?> sizes ? sizes.getFirst() : boxes.get("image_size");
            width = number((Map<?, ?>) size, "width");
            height = number((Map<?, ?>) size, "height");
            depth = ((Map<?, ?>) size).get("depth") instanceof Long given ? given : depth;
            for (Object one : (List<?>) boxes.get("annotations")) {
                Map<?, ?> box = (Map<?, ?>) one;
                annotations.add(new Annotation(name(box.get("class_id"), own, names), number(box, "left"), number(box, "top"), number(box, "width"), number(box, "height")));
            }
        } else if (value instanceof List<?> ids) {
            ids.forEach(id -> annotations.add(new Annotation(name(id, own, names), 0, 0, 0, 0)));
        } else {
            String name = metadata.get("class-name") instanceof String given ? given : name(value, own, names);
            annotations.add(new Annotation(name, 0, 0, 0, 0));
        }
        boolean isText = json.get("source-ref") == null;
        return new LabeledLine((String) (isText ? json.get("source") : json.get("source-ref")), isText, width, height, depth, annotations);
    }

    private static String name(Object id, Map<Integer, String> own, SortedMap<Integer, String> names) {
        int number = Integer.parseInt(id.toString());
        return own.getOrDefault(number, names.getOrDefault(number, Integer.toString(number)));
    }

    private static double number(Map<?, ?> map, String member) {
        return ((Number) map.get(member)).doubleValue();
    }
}

package dev.truepipe.infra;

import dev.truepipe.json.Json;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A template as people read and compare it: keys in order, no hashes, one line for whatever fits one. */
final class Approved {
    private static final int LINE = 140;

    private Approved() {}

    static String text(Map<String, Object> template) {
        StringBuilder text = new StringBuilder();
        write(text, sorted(template), "", 0);
        return text.append('\n').toString()
                .replaceAll("[0-9a-f]{64}", "<hash>")
                .replaceAll("(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}", "$1<hash>");
    }

    /** @param taken characters of the line that are written already */
    private static void write(StringBuilder text, Object value, String indent, int taken) {
        String line = Json.text(value);
        boolean broken = taken + line.length() > LINE;
        if (broken && value instanceof Map<?, ?> map && !map.isEmpty()) {
            text.append("{\n");
            for (Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator(); entries.hasNext();) {
                Map.Entry<?, ?> entry = entries.next();
                String key = indent + "  " + Json.text(entry.getKey()) + ": ";
                text.append(key);
                write(text, entry.getValue(), indent + "  ", key.length());
                text.append(entries.hasNext() ? ",\n" : "\n");
            }
            text.append(indent).append('}');
        } else if (broken && value instanceof List<?> list && !list.isEmpty()) {
            text.append("[\n");
            for (Iterator<?> items = list.iterator(); items.hasNext();) {
                text.append(indent).append("  ");
                write(text, items.next(), indent + "  ", indent.length() + 2);
                text.append(items.hasNext() ? ",\n" : "\n");
            }
            text.append(indent).append(']');
        } else {
            text.append(line);
        }
    }

    /** With keys in order, and the definition by its file's name: it has tests of its own. */
    static Object sorted(Object tree) {
        return switch (tree) {
            case Map<?, ?> map -> {
                Map<String, Object> all = new TreeMap<>();
                map.forEach((key, value) -> all.put(key.toString(),
                        key.equals("DefinitionString") ? "statemachine/retraining.asl.json" : sorted(value)));
                yield all;
            }
            case List<?> list -> list.stream().map(Approved::sorted).toList();
            case null -> "null";
            default -> tree;
        };
    }
}

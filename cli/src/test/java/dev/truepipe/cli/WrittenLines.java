package dev.truepipe.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * A manifest read by somebody who did not write it: no class of {@code dev.truepipe.manifest} is used, and JSON is read by
 * another library.
 *
 * @param lines the bytes of each line that is not blank, without its line feed, one character a byte
 * @param blank how many lines hold nothing but blanks
 */
record WrittenLines(List<String> lines, long blank) {

    static WrittenLines of(Path file) throws IOException {
        // ISO 8859-1 has a character for each byte: lines compare as bytes do.
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        List<String> lines = new ArrayList<>();
        long blank = 0;
        for (String line : text.split("\n", -1)) {
            if (line.chars().anyMatch(c -> c != ' ' && c != '\t' && c != '\r')) {
                lines.add(line);
            } else {
                blank++;
            }
        }
        // What stands after the last line feed is no line when it is empty.
        if (text.isEmpty() || text.endsWith("\n")) {
            blank--;
        }
        return new WrittenLines(lines, blank);
    }

    long count() {
        return lines.size();
    }

    List<JsonNode> parsed() {
        return lines.stream().map(line -> Program.parse(new String(line.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8))).toList();
    }

    /** How often each line stands in there. */
    Map<String, Integer> multiset() {
        Map<String, Integer> multiset = new TreeMap<>();
        lines.forEach(line -> multiset.merge(line, 1, Integer::sum));
        return multiset;
    }

    /** Boxes by the name of their class, in object-detection lines of one label attribute. */
    Map<String, Long> annotations(String label) {
        Map<String, Long> classes = new TreeMap<>();
        for (JsonNode line : parsed()) {
            JsonNode names = line.path(label + "-metadata").path("class-map");
            for (JsonNode box : line.path(label).path("annotations")) {
                String id = box.path("class_id").asString();
                classes.merge(names.has(id) ? names.path(id).asString() : id, 1L, Long::sum);
            }
        }
        return classes;
    }
}

package dev.truepipe.importing;

import dev.truepipe.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Labels beside a list of objects, by path or in its order: CSV with a head ({@code path,label}, or {@code label} alone, or {@code labels} parted
 * by {@code |}), or JSON Lines ({@code {"path":…,"label":…}}, or a label alone on each line). About 200 bytes an object.
 */
final class LabelTable {
    private static final List<String> PATHS = List.of("path", "source-ref", "source_ref", "file", "file_name", "filename", "image");
    private static final List<String> LABELS = List.of("label", "class", "labels", "classes");
    private static final String WRITE = "write CSV with the head path,label (or label alone), or JSON Lines {\"path\":…,\"label\":…}";

    /** @param names classes @param path {@code null} where the order tells @param line from 1 */
    record Label(String path, List<String> names, long line) {}

    private final SourceFile file;
    private final List<Label> inOrder = new ArrayList<>();
    private final Map<String, Integer> byPath = new HashMap<>();
    private final List<Label> repeated = new ArrayList<>();
    private boolean several;
    private boolean ordered;

    private LabelTable(SourceFile file) {
        this.file = file;
    }

    /** @throws UnreadableSourceException if it is neither, or some have a path and others none */
    static LabelTable read(SourceFile file) throws IOException {
        LabelTable table = new LabelTable(file);
        int first;
        try (InputStream in = file.open()) {
            do {
                first = in.read();
            } while (first == ' ' || first == '\n' || first == '\r' || first == '\t' || first == 0xef || first == 0xbb || first == 0xbf);
        }
        // A JSON text alone on each line begins with a quote, as a quoted cell does: a head has a known name in it.
        if (first == '{' || first == '[' || first == '"' && !table.hasHead()) {
            table.jsonLines();
        } else {
            table.csv();
        }
        return table;
    }

    private boolean hasHead() throws IOException {
        try (CsvRows rows = new CsvRows(file)) {
            List<String> head = rows.next();
            return head != null && head.stream().map(LabelTable::plain).anyMatch(LABELS::contains);
        }
    }

    private static String plain(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }

    private void csv() throws IOException {
        try (CsvRows rows = new CsvRows(file)) {
            List<String> first = rows.next();
            List<String> head = first == null ? List.of() : first.stream().map(LabelTable::plain).toList();
            int label = LABELS.stream().mapToInt(head::indexOf).filter(place -> place >= 0).findFirst().orElse(-1);
            int path = PATHS.stream().mapToInt(head::indexOf).filter(place -> place >= 0).findFirst().orElse(-1);
            if (label < 0) {
                throw file.unreadable("its head has no column label", WRITE);
            }
            boolean many = head.get(label).equals("labels") || head.get(label).equals("classes");
            for (List<String> row = rows.next(); row != null; row = rows.next()) {
                if (row.size() != head.size()) {
                    throw file.unreadable("line " + rows.line() + " has " + row.size() + " cells, and the head " + head.size(), WRITE);
                }
                String cell = row.get(label);
                several |= many;
                add(path < 0 ? null : row.get(path), cell.isBlank() ? List.of() : many ? Arrays.asList(cell.split("\\|")) : List.of(cell), rows.line());
            }
        }
    }

    private void jsonLines() throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(file.open(), StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT).onUnmappableCharacter(CodingErrorAction.REPORT)))) {
            long number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    jsonLine(line, number);
                }
            }
        } catch (CharacterCodingException e) {
            throw new UnreadableSourceException(file.name(), "is not UTF-8", "save it as UTF-8", e);
        }
    }

    private void jsonLine(String line, long number) throws IOException {
        Object value;
        try {
            value = Json.parse(line);
        } catch (IOException e) {
            throw new UnreadableSourceException(file.name(), "line " + number + " is no JSON", WRITE, e);
        }
        if (!(value instanceof Map<?, ?> map)) {
            add(null, names(value, number), number);
            return;
        }
        String path = PATHS.stream().map(map::get).filter(String.class::isInstance).map(String.class::cast).findFirst().orElse(null);
        Object label = LABELS.stream().filter(map::containsKey).findFirst().map(map::get).orElse(null);
        add(path, names(label, number), number);
    }

    private List<String> names(Object label, long line) throws IOException {
        if (label instanceof List<?> list) {
            several = true;
            List<String> names = new ArrayList<>();
            for (Object one : list) {
                names.addAll(names(one, line));
            }
            return names;
        }
        if (label instanceof String || label instanceof Long) {
            return List.of(label.toString());
        }
        if (label == null) {
            return List.of();
        }
        throw file.unreadable("the label on line " + line + " is neither a text nor a whole number", WRITE);
    }

    private void add(String path, List<String> names, long line) throws IOException {
        if (!inOrder.isEmpty() && ordered != (path == null)) {
            throw file.unreadable("line " + line + " has " + (path == null ? "no path, and those before have one" : "a path, and those before have none"), WRITE);
        }
        ordered = path == null;
        Label label = new Label(path, names, line);
        if (path != null && byPath.putIfAbsent(path, inOrder.size()) != null) {
            repeated.add(label);
        } else {
            inOrder.add(label);
        }
    }

    /** Whether they come without paths. */
    boolean ordered() {
        return ordered;
    }

    /** Whether an object may have several classes. */
    boolean several() {
        return several;
    }

    List<Label> labels() {
        return inOrder;
    }

    /** Those that came for a path that had one. */
    List<Label> repeated() {
        return repeated;
    }

    /** Place of the label of a path, or -1. */
    int find(String path) {
        return byPath.getOrDefault(path, -1);
    }
}

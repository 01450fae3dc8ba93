package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link StrictJson}, Jackson's tree, accepts and refuses the same lines as the scanner, and reads the same values in them. */
class JsonJudgeTest {
    /** For each seed; {@code -Pnightly} takes more. */
    private static final int LINES = Integer.getInteger("truepipe.judged.lines", 15_000);
    private static final Set<FindingCode> SYNTAX = EnumSet.of(FindingCode.INVALID_UTF8, FindingCode.INVALID_JSON,
            FindingCode.DUPLICATE_KEY, FindingCode.NOT_AN_OBJECT, FindingCode.NESTING_TOO_DEEP, FindingCode.LONE_SURROGATE);
    private static final String[] PIECES = {
        "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", "1e5", ".5", "\\u00e9", "\\ud83d\\ude97", "\\ud83d", "\\udc00", "true", "nul",
        "\u00e9", "설", " ", "\t", "\u0001", "\u0000", "/*x*/", "NaN", "'", "\"boxes\":1,", "\\x", "\\/", "\u2028"
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void acceptsTheSameLinesAndReadsTheSameValues(long seed) throws LineScanner.Unreadable {
        Random random = new Random(seed);
        LineJudge judge = new LineJudge(ScanRules.of(new LabelChoice(Task.OBJECT_DETECTION, List.of("boxes"))));
        JudgedLine judged = new JudgedLine();
        LineScanner scanner = new LineScanner(null);
        LineScanner.Name boxes = LineScanner.Name.of("boxes");
        int fine = 0;
        int boxed = 0;
        for (int i = 0; i < LINES; i++) {
            byte[] line = mutated(MadeManifests.line("s3://images/\\u00fcber " + i + ".jpg", i, random, 5), random);
            byte[] held = Verdicts.held(line);
            judge.judge(held, 3, line.length, judged);
            boolean readable = judged.findings.stream().noneMatch(finding -> SYNTAX.contains(finding.code()));
            JsonNode tree = StrictJson.of(line).tree;
            String where = "seed " + seed + ", line " + i + ": " + new String(line, StandardCharsets.UTF_8) + " " + judged.findings;
            assertEquals(tree != null, readable, where);
            if (readable) {
                fine++;
                JsonNode source = tree.get("source-ref");
                boolean keyed = source != null && source.isTextual() && judged.key != null;
                if (keyed) {
                    assertEquals(dev.truepipe.split.Hash128.of(source.textValue()), judged.key, where);
                }
                LineFacts facts = scanner.scan(held, 3, line.length, boxes);
                assertEquals(boxes(tree.get("boxes")), boxes(facts.label), where);
                assertEquals(classMap(tree.get("boxes-metadata")), classMap(facts), where);
                boxed += facts.label.boxes.count;
            }
        }
        assertTrue(fine > LINES / 5 && fine < LINES / 15 * 14, "mutations are neither harmless nor all fatal: " + fine);
        assertTrue(boxed > fine, "there is something to compare: " + boxed);
    }

    /** Lists of classes, spans and color maps, mutated likewise. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 20_260_714})
    void readsTheSameListsSpansAndColors(long seed) {
        Random random = new Random(seed);
        LineScanner scanner = new LineScanner(null);
        LineScanner.Name label = LineScanner.Name.of("label");
        int compared = 0;
        for (int i = 0; i < LINES; i++) {
            byte[] line = mutated(MadeManifests.otherLine(random), random);
            JsonNode tree = StrictJson.of(line).tree;
            String where = "seed " + seed + ", line " + i + ": " + new String(line, StandardCharsets.UTF_8);
            LineFacts facts = null;
            try {
                facts = scanner.scan(Verdicts.held(line), 3, line.length, label);
            } catch (LineScanner.Unreadable e) {
                assertTrue(tree == null, where + " " + e.getMessage());
            }
            if (facts != null) {
                assertTrue(tree != null, where);
                JsonNode content = tree.path("label");
                JsonNode annotations = content.isObject() ? content.path("annotations") : content.path("none");
                assertEquals(ids(content), ids(facts.label), where);
                assertEquals(spans(annotations), spans(facts.label.spans, Verdicts.held(line)), where);
                assertEquals(categories(annotations.path("labels")), categories(facts.label.spans.categories), where);
                assertEquals(colors(tree.path("label-metadata").path("internal-color-map")), names(facts.labelMetadata.colorMap), where);
                JsonNode source = tree.path("source");
                if (source.isTextual()) {
                    assertEquals(source.textValue().length(), JsonText.units(Verdicts.held(line), facts.source.from, facts.source.to), where);
                }
                compared += facts.label.items + facts.label.spans.count + facts.labelMetadata.colorMap.count();
            }
        }
        assertTrue(compared > LINES / 2, "there is something to compare: " + compared);
    }

    /** Lines of every task in sequences that are built alike, nearly alike and otherwise: what was learned of a line never tells on the next. */
    @ParameterizedTest
    @ValueSource(longs = {4, 20_260_714})
    void readsTheSameValuesWhateverTheLineBeforeWasLike(long seed) {
        MadeLines made = new MadeLines(seed);
        LineScanner scanner = null;
        LineScanner.Name label = null;
        int read = 0;
        int compared = 0;
        for (int i = 0; i < LINES; i++) {
            if (made.startsDataset()) {
                scanner = new LineScanner("camera");
                label = LineScanner.Name.of(made.label());
            }
            byte[] line = made.line();
            byte[] held = Verdicts.held(line);
            JsonNode tree = StrictJson.of(line).tree;
            int number = i;
            Supplier<String> where = () -> "seed " + seed + ", line " + number + ": " + new String(line, StandardCharsets.UTF_8);
            LineFacts facts;
            try {
                facts = scanner.scan(held, 3, line.length, label);
            } catch (LineScanner.Unreadable e) {
                assertTrue(tree == null, () -> where.get() + " " + e.getMessage());
                continue;
            }
            assertTrue(tree != null, where);
            read++;
            JsonNode content = tree.path(label.text());
            JsonNode annotations = content.path("annotations");
            JsonNode metadata = tree.path(label.text() + "-metadata");
            assertEquals(text(tree.path("source-ref")), text(facts.sourceRef, held), where);
            assertEquals(text(tree.path("source")), text(facts.source, held), where);
            JsonNode camera = tree.path("camera");
            assertEquals(camera.isTextual() ? camera.textValue() : camera.isValueNode() && !camera.isNull() ? StrictJson.of(line).spelled("camera") : null,
                    facts.group.given() ? facts.group.string(held) : null, where);
            assertEquals(boxes(content), boxes(facts.label), where);
            assertEquals(ids(content), ids(facts.label), where);
            assertEquals(content.isArray() ? content.size() : 0, facts.label.items, where);
            assertEquals(spans(annotations), spans(facts.label.spans, held), where);
            assertEquals(size(content.path("image_size")), List.of(unsigned(facts.label.width), unsigned(facts.label.height), unsigned(facts.label.depth)), where);
            assertEquals(!metadata.isMissingNode() && !metadata.isNull(), facts.labelMetadataGiven, where);
            LineFacts.Metadata described = facts.labelMetadata;
            assertEquals(text(metadata.path("type")), described.type, where);
            assertEquals(text(metadata.path("class-name")), described.className, where);
            assertEquals(text(metadata.path("failure-reason")), described.failureReason, where);
            assertEquals(ReferenceJudge.date(metadata.path("creation-date")), described.created, where);
            assertEquals(metadata.path("objects").isArray() ? metadata.path("objects").size() : -1, described.objects, where);
            assertEquals(metadata.path("entities").isArray() ? metadata.path("entities").size() : -1, described.entities, where);
            assertEquals(metadata.path("adjustment-status").isMissingNode() || metadata.path("adjustment-status").isNull(), !described.adjusted, where);
            if (metadata.path("class_map").isMissingNode()) {
                assertEquals(classMap(metadata), classMap(facts), where);
            }
            assertEquals(colors(metadata.path("internal-color-map")), names(described.colorMap), where);
            compared += facts.label.boxes.count + facts.label.items + facts.label.spans.count + Math.max(0, described.objects);
        }
        assertTrue(read > LINES / 2, "most lines can be read: " + read);
        assertTrue(compared > LINES / 2, "there is something to compare: " + compared);
    }

    private static String text(JsonNode node) {
        return node.isTextual() ? node.textValue() : null;
    }

    private static String text(LineFacts.Slice slice, byte[] held) {
        return slice.kind == JsonCursor.Kind.TEXT ? slice.string(held) : null;
    }

    /** Width, height and depth of the first image size. */
    private static List<Double> size(JsonNode sizes) {
        JsonNode size = sizes.isArray() ? sizes.path(0) : sizes;
        return List.of(number(size.path("width")), number(size.path("height")), number(size.path("depth")));
    }

    private static Map<Integer, Integer> ids(JsonNode content) {
        Map<Integer, Integer> ids = new TreeMap<>();
        if (content.isArray()) {
            content.forEach(item -> {
                long id = whole(item);
                if (id >= 0 && id <= LineJudge.MAX_CLASS_ID) {
                    ids.merge((int) id, 1, Integer::sum);
                }
            });
        }
        return ids;
    }

    private static Map<Integer, Integer> ids(LineFacts.Label label) {
        Map<Integer, Integer> ids = new TreeMap<>();
        for (int i = 0; i < label.ids.count(); i++) {
            ids.put(label.ids.id(i), label.ids.annotations(i));
        }
        return ids;
    }

    /** Entities that are whole, each with its place. */
    private static List<List<Object>> spans(JsonNode annotations) {
        List<List<Object>> all = new ArrayList<>();
        JsonNode entities = annotations.path("entities");
        for (int i = 0; annotations.isObject() && entities.isArray() && i < entities.size(); i++) {
            JsonNode entity = entities.get(i);
            long start = offset(entity.path("startOffset"));
            long end = offset(entity.path("endOffset"));
            if (entity.isObject() && entity.path("label").isTextual() && start >= 0 && end > start) {
                all.add(List.of(i, entity.get("label").textValue(), start, end));
            }
        }
        return all;
    }

    private static long offset(JsonNode node) {
        return node.isNumber() ? whole(node) : LineFacts.BAD;
    }

    private static List<List<Object>> spans(LineFacts.Spans spans, byte[] held) {
        List<List<Object>> all = new ArrayList<>();
        for (int i = 0; i < spans.count; i++) {
            all.add(List.of(spans.place[i], JsonText.string(held, spans.labelFrom[i], spans.labelTo[i], true), spans.start[i], spans.end[i]));
        }
        return all;
    }

    private static List<String> categories(JsonNode labels) {
        List<String> names = new ArrayList<>();
        if (labels.isArray()) {
            labels.forEach(label -> names.add(label.isObject() && label.path("label").isTextual() ? label.get("label").textValue() : null));
        }
        return names;
    }

    private static List<String> categories(CategoryList categories) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < categories.count(); i++) {
            names.add(categories.name(i));
            if (categories.name(i) != null) {
                assertEquals(names.indexOf(categories.name(i)), categories.find(categories.name(i)));
            }
        }
        return names;
    }

    private static Map<Integer, String> colors(JsonNode map) {
        Map<Integer, String> names = new TreeMap<>();
        if (map.isObject()) {
            map.properties().forEach(entry -> {
                long id = whole(entry.getKey());
                if (id >= 0 && id <= LineJudge.MAX_CLASS_ID && entry.getValue().isObject() && entry.getValue().path("class-name").isTextual()) {
                    names.putIfAbsent((int) id, entry.getValue().get("class-name").textValue());
                }
            });
        }
        return names;
    }

    /** Numbers of each box in the order of the fields here; what is no number, or no whole one, as the scanner marks it. */
    private static List<List<Number>> boxes(JsonNode label) {
        List<List<Number>> all = new ArrayList<>();
        JsonNode annotations = label == null || !label.isObject() ? null : label.get("annotations");
        if (annotations != null && annotations.isArray()) {
            annotations.forEach(box -> {
                if (box.isObject()) {
                    all.add(List.of(whole(box.get("class_id")), number(box.get("left")), number(box.get("top")),
                            number(box.get("width")), number(box.get("height"))));
                }
            });
        }
        return all;
    }

    private static List<List<Number>> boxes(LineFacts.Label label) {
        List<List<Number>> all = new ArrayList<>();
        LineFacts.Boxes boxes = label.boxes;
        for (int i = 0; i < boxes.count; i++) {
            all.add(List.of(boxes.classId[i], unsigned(boxes.left[i]), unsigned(boxes.top[i]), unsigned(boxes.width[i]), unsigned(boxes.height[i])));
        }
        return all;
    }

    private static long whole(JsonNode node) {
        if (node == null || node.isNull()) {
            return LineFacts.NONE;
        }
        if (node.isTextual()) {
            return whole(node.textValue());
        }
        String number = node.isIntegralNumber() ? node.bigIntegerValue().toString() : "";
        return !number.isEmpty() && number.length() <= 18 ? Long.parseLong(number) : LineFacts.BAD;
    }

    private static long whole(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : LineFacts.BAD;
    }

    /** A tree takes -0 for a whole number, which has no sign. */
    private static double unsigned(double value) {
        return value + 0.0;
    }

    private static double number(JsonNode node) {
        return node != null && node.isNumber() ? unsigned(node.doubleValue()) : Double.NaN;
    }

    private static Map<Integer, String> classMap(JsonNode metadata) {
        Map<Integer, String> names = new TreeMap<>();
        JsonNode map = metadata == null || !metadata.isObject() ? null : metadata.get("class-map");
        if (map != null && map.isObject()) {
            map.properties().forEach(entry -> {
                long id = whole(entry.getKey());
                if (id >= 0 && id <= LineJudge.MAX_CLASS_ID && entry.getValue().isTextual()) {
                    names.putIfAbsent((int) id, entry.getValue().textValue());
                }
            });
        }
        return names;
    }

    private static Map<Integer, String> classMap(LineFacts facts) {
        return names(facts.labelMetadata.classMap);
    }

    private static Map<Integer, String> names(ClassUses map) {
        Map<Integer, String> names = new TreeMap<>();
        for (int i = 0; i < map.count(); i++) {
            names.put(map.id(i), map.name(i));
        }
        return names;
    }

    private static byte[] mutated(String line, Random random) {
        StringBuilder text = new StringBuilder(line);
        for (int k = random.nextInt(3); k > 0; k--) {
            int at = random.nextInt(Math.max(1, text.length()));
            switch (random.nextInt(4)) {
                case 0 -> text.delete(at, at + 1);
                case 1 -> text.setLength(Math.max(1, at));
                default -> text.insert(Math.min(at, text.length()), PIECES[random.nextInt(PIECES.length)]);
            }
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0 && random.nextInt(8) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes[i] == '\n' ? (byte) ' ' : bytes[i];
        }
        return bytes;
    }
}

package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LineSplicerTest {
    private static final JsonMapper JUDGE = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final int LINES = 3_000;
    private static final String[] LABELS = {"boxes", "boxes-b", "상자", "a\"b\\c", "x", "boxes-boxes", "label \u200b"};

    private static String spliced(String line, String label, String canonical, Map<Integer, Integer> ids) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        LineSplicer splicer = new LineSplicer(canonical);
        int length = splicer.splice(held(bytes, 5), 5, bytes.length, label, ids == null ? null : new ClassIds(new TreeMap<>(ids)));
        return new String(splicer.result(), 0, length, StandardCharsets.UTF_8);
    }

    private static byte[] held(byte[] line, int from) {
        byte[] held = new byte[from + line.length + LineSplicer.slack()];
        Arrays.fill(held, (byte) '"');
        System.arraycopy(line, 0, held, from, line.length);
        held[from + line.length] = '\n';
        return held;
    }

    @Test
    void replacesNamesAndIdsAndNothingElse() {
        assertEquals(
                "{ \"source-ref\" : \"s3://b/1.jpg\",\t\"boxes\":{\"annotations\":[{\"left\":1,\"class_id\": 12 },{\"class_id\":\"0\"}, {\"class_id\":7}],\"class_id\":1},"
                        + "\"boxes-metadata\": {\"class-map\":{\"12\":\"car\" , \"0\":\"bus\",\"7\":\"van\"},\"objects\":[{\"class_id\":1}],\"class_map\":{\"12\":\"car\"}},\"1\":{\"class-map\":{\"1\":1}}}\r",
                spliced("{ \"source-ref\" : \"s3://b/1.jpg\",\t\"frames\":{\"annotations\":[{\"left\":1,\"class_id\": 1 },{\"class_id\":\"02\"}, {\"class_id\":7}],\"class_id\":1},"
                        + "\"fram\\u0065s-metadata\": {\"class-map\":{\"1\":\"car\" , \"2\":\"bus\",\"7\":\"van\"},\"objects\":[{\"class_id\":1}],\"class_map\":{\"\\u0031\":\"car\"}},\"1\":{\"class-map\":{\"1\":1}}}\r",
                        "frames", "boxes", Map.of(1, 12, 2, 0, 7, 7)));
    }

    @Test
    void swapsIds() {
        assertEquals("{\"b\":[1, 0],\"b-metadata\":{\"class-map\":{\"1\":\"a\",\"0\":\"b\"},\"confidence-map\":{\"0\":0.5,\"1\":0.25}}}",
                spliced("{\"b\":[0, 1],\"b-metadata\":{\"class-map\":{\"0\":\"a\",\"1\":\"b\"},\"confidence-map\":{\"1\":0.5,\"0\":0.25}}}",
                        "b", "b", Map.of(0, 1, 1, 0)));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"3,11", "\"3\",\"11\"", "\"003\",\"11\"", "\"\\u0033\",\"11\"", "-0,4"})
    void aSingleClassIsANumberOrItsText(String before, String after) {
        assertEquals("{\"b\":" + after + "}", spliced("{\"b\":" + before + "}", "b", "b", Map.of(3, 11, 0, 4)));
    }

    /** A failed object of the first job, labeled again by the second: the line would have the metadata twice. */
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
        "{\"a-metadata\":{\"failure-reason\":\"x\"},\"s\":1,\"b\":5}|{\"s\":1,\"a\":5}",
        "{\"s\":1 , \"a-metadata\":{} ,\t\"b\":5 }|{\"s\":1 , \"a\":5 }",
        "{\"s\":1,\"b\":5 , \"a-metadata\":{}\t}|{\"s\":1,\"a\":5\t}",
        "{\"s\":1,\"b\":5 , \"a-metadata\":{} , \"a\":null }|{\"s\":1,\"a\":5 }",
        "{\"a\":null,\"b-metadata\":{},\"a-metadata\":{},\"b\":5}|{\"a-metadata\":{},\"a\":5}",
        "{ \"\\u0061\" : null , \"b\" : 5 }|{ \"a\" : 5 }"
    })
    void whatStandsUnderTheCanonicalNameAlreadyGoes(String before, String after) {
        assertEquals(after, spliced(before, "b", "a", null));
    }

    @Test
    void entriesOfMapsThatWouldNameAnotherClassGo() {
        String label = "{\"b\":[0],\"b-metadata\":{\"class-map\":{\"0\":\"a\"},\"confidence-map\":%s}}";
        for (Map.Entry<String, String> map : Map.of(
                "{\"0\":1,\"1\":2}", "{\"1\":1}",
                "{\"1\":2 , \"0\":1}", "{\"1\":1}",
                "{\"1\":2}", "{}",
                "{ \"5\":1, \"6\":2 }", "{  }",
                "{\"0\":1, \"00\":2}", "{\"1\":1}",
                "{\"0\":1,\"note\":2,\"1.0\":3,\"-5\":4,\"70000\":5}", "{\"1\":1,\"note\":2,\"1.0\":3,\"-5\":4,\"70000\":5}").entrySet()) {
            assertEquals(label.replace("[0]", "[1]").replace("\"0\":\"a\"", "\"1\":\"a\"").formatted(map.getValue()),
                    spliced(label.formatted(map.getKey()), "b", "b", Map.of(0, 1)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"b\":[0],\"b\":1}", "{\"b\":[0]", "[0]", "{\"c\":[0]}", "{\"b\":[9]}", "{\"b\":[0.0]}", "{\"b\":\"s3://b/mask.png\"}", "{\"b\":{\"annotations\":[{\"class_id\":-1}]}}"
    })
    void refusesWhatWasNeverAccepted(String line) {
        assertThrows(IllegalArgumentException.class, () -> spliced(line, "b", "b", Map.of(0, 1)));
    }

    @Test
    void refusesTwoLabels() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> spliced("{\"a\":1,\"b\":1}", "b", "a", null));
        assertEquals("two labels: \"a\" and \"b\"", e.getMessage());
    }

    @Test
    void readsAgainWhatItHandsOut() {
        // Two ids that become one would give the class map one key twice.
        assertThrows(IllegalArgumentException.class, () -> new ClassIds(new TreeMap<>(Map.of(0, 1, 2, 1))));
    }

    /** A line as long as lines may be, of nothing but boxes, and a class map of every id there is. */
    @Test
    void takesAsLongAsTheLineIsLong() {
        StringBuilder line = new StringBuilder("{\"b\":{\"annotations\":[");
        for (int i = 0; i < 400_000; i++) {
            line.append(i > 0 ? "," : "").append("{\"class_id\":").append(i % 65_536).append(",\"left\":1}");
        }
        line.append("]},\"b-metadata\":{\"class-map\":{");
        TreeMap<Integer, Integer> ids = new TreeMap<>();
        for (int i = 0; i < 65_536; i++) {
            line.append(i > 0 ? "," : "").append("\"").append(i).append("\":\"\"");
            ids.put(i, i ^ 1);
        }
        String spliced = spliced(line.append("}}}").toString(), "b", "b", ids);
        assertTrue(spliced.startsWith("{\"b\":{\"annotations\":[{\"class_id\":1,\"left\":1},{\"class_id\":0,"), () -> spliced.substring(0, 100));
        assertTrue(spliced.endsWith("\"65535\":\"\",\"65534\":\"\"}}}"), () -> spliced.substring(spliced.length() - 100));
    }

    /** Another parser reads of the spliced line what it reads of the line itself, but for names and ids; and the bytes between are the same. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void saysTheSameUnderOtherNamesAndIds(long seed) throws IOException {
        Random random = new Random(seed);
        LineSplicer[] splicers = new LineSplicer[LABELS.length];
        Arrays.setAll(splicers, i -> new LineSplicer(LABELS[i]));
        int touched = 0;
        for (int i = 0; i < LINES; i++) {
            int canonical = random.nextInt(LABELS.length);
            int label = random.nextInt(3) == 0 ? canonical : random.nextInt(LABELS.length);
            TreeMap<Integer, Integer> ids = ids(random);
            boolean renumbers = random.nextInt(4) > 0;
            ObjectNode tree = line(random, LABELS[label], LABELS[canonical], ids);
            byte[] line = OddJson.write(tree, random, i % 3 > 0);
            String where = "seed " + seed + ", line " + i + ", " + LABELS[label] + " to " + LABELS[canonical] + ", " + (renumbers ? ids : "") + ": "
                    + new String(line, StandardCharsets.UTF_8);

            LineSplicer splicer = splicers[canonical];
            int length = splicer.splice(held(line, i % 11), i % 11, line.length, LABELS[label], renumbers ? new ClassIds(ids) : null);
            byte[] result = Arrays.copyOf(splicer.result(), length);
            where += "\nbecame " + new String(result, StandardCharsets.UTF_8);

            assertEquals(expected(tree, LABELS[label], LABELS[canonical], renumbers ? ids : null), JUDGE.readTree(result), where);
            int at = 0;
            int made = 0;
            for (LineSplicer.Edit edit : splicer.edits()) {
                assertArrayEquals(Arrays.copyOfRange(line, at, edit.from()), Arrays.copyOfRange(result, made, made + edit.from() - at), where);
                made += edit.from() - at;
                assertArrayEquals(edit.with(), Arrays.copyOfRange(result, made, made + edit.with().length), where);
                made += edit.with().length;
                at = edit.to();
                touched++;
            }
            assertArrayEquals(Arrays.copyOfRange(line, at, line.length), Arrays.copyOfRange(result, made, length), where);
        }
        assertTrue(touched > 3 * LINES, "enough was replaced: " + touched);
    }

    private static TreeMap<Integer, Integer> ids(Random random) {
        List<Integer> from = new ArrayList<>(List.of(0, 1, 2, 3, 9, 10, 255, 256, 65_535));
        List<Integer> to = new ArrayList<>(from);
        to.add(4);
        to.add(1_000);
        Collections.shuffle(from, random);
        Collections.shuffle(to, random);
        TreeMap<Integer, Integer> ids = new TreeMap<>();
        for (int i = 1 + random.nextInt(from.size()); i > 0; i--) {
            ids.put(from.get(i - 1), to.get(i - 1));
        }
        return ids;
    }

    private static ObjectNode line(Random random, String label, String canonical, TreeMap<Integer, Integer> ids) {
        List<Integer> known = new ArrayList<>(ids.keySet());
        List<Map.Entry<String, JsonNode>> members = new ArrayList<>();
        members.add(Map.entry("source-ref", new TextNode("s3://images/\"설문\" " + random.nextInt(100) + ".jpg")));
        members.add(Map.entry(label, label(random, known)));
        if (random.nextInt(5) > 0) {
            members.add(Map.entry(label + "-metadata", metadata(random, known)));
        }
        members.add(Map.entry("class-map", metadata(random, known)));
        members.add(Map.entry("0", JUDGE.createObjectNode().put("class_id", 0)));
        if (!label.equals(canonical) && random.nextInt(3) == 0) {
            members.add(Map.entry(canonical + "-metadata", metadata(random, known)));
        }
        if (!label.equals(canonical) && random.nextInt(4) == 0) {
            members.add(Map.entry(canonical, JUDGE.nullNode()));
        }
        Collections.shuffle(members, random);
        ObjectNode line = JUDGE.createObjectNode();
        members.forEach(member -> line.set(member.getKey(), member.getValue()));
        return line;
    }

    private static JsonNode id(Random random, List<Integer> known) {
        int id = known.get(random.nextInt(known.size()));
        return random.nextInt(3) == 0 ? new TextNode("0".repeat(random.nextInt(2)) + id) : JUDGE.getNodeFactory().numberNode(id);
    }

    private static JsonNode label(Random random, List<Integer> known) {
        switch (random.nextInt(4)) {
            case 0:
                return id(random, known);
            case 1:
                ArrayNode classes = JUDGE.createArrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    classes.add(id(random, known));
                }
                return classes;
            default:
                ObjectNode label = JUDGE.createObjectNode();
                ArrayNode boxes = JUDGE.createArrayNode();
                for (int i = random.nextInt(5); i > 0; i--) {
                    ObjectNode box = JUDGE.createObjectNode().put("left", random.nextDouble()).put("id", 0);
                    box.set("class_id", id(random, known));
                    boxes.add(box.put("class-id", 0));
                }
                label.put("class_id", 0);
                label.set("image_size", JUDGE.createArrayNode().add(JUDGE.createObjectNode().put("width", 1).put("class_id", 1)));
                label.set("annotations", boxes);
                return label;
        }
    }

    private static ObjectNode metadata(Random random, List<Integer> known) {
        ObjectNode metadata = JUDGE.createObjectNode().put("type", "groundtruth/object-detection").put("class_id", 0);
        metadata.set("objects", JUDGE.createArrayNode().add(JUDGE.createObjectNode().put("0", 1).put("class_id", 1)));
        for (String map : List.of("class-map", "confidence-map", "class_map")) {
            if (random.nextBoolean()) {
                ObjectNode byId = JUDGE.createObjectNode();
                for (int i = random.nextInt(5); i > 0; i--) {
                    byId.put(id(random, known).asText(), "name " + i);
                }
                if (random.nextInt(4) == 0) {
                    byId.put("77", "nobody's").put("note", 1).put("-1", 2);
                }
                metadata.set(map, byId);
            }
        }
        return metadata;
    }

    // What should come out, made from trees

    private static ObjectNode expected(ObjectNode line, String label, String canonical, TreeMap<Integer, Integer> ids) {
        ObjectNode expected = JUDGE.createObjectNode();
        line.properties().forEach(field -> {
            String name = field.getKey();
            boolean stale = !label.equals(canonical) && (name.equals(canonical) || name.equals(canonical + "-metadata"));
            if (name.equals(label)) {
                expected.set(canonical, mapped(field.getValue(), ids));
            } else if (name.equals(label + "-metadata")) {
                expected.set(canonical + "-metadata", mappedMaps(field.getValue(), ids));
            } else if (!stale) {
                expected.set(name, field.getValue());
            }
        });
        return expected;
    }

    private static JsonNode mapped(JsonNode label, TreeMap<Integer, Integer> ids) {
        if (ids == null) {
            return label;
        }
        if (label.isArray()) {
            ArrayNode all = JUDGE.createArrayNode();
            label.forEach(item -> all.add(mapped(item, ids)));
            return all;
        }
        if (label.isObject()) {
            ObjectNode boxes = label.deepCopy();
            boxes.get("annotations").forEach(box -> ((ObjectNode) box).set("class_id", mapped(box.get("class_id"), ids)));
            return boxes;
        }
        int id = Integer.parseInt(label.asText());
        if (ids.get(id) == id) {
            return label;
        }
        return label.isTextual() ? new TextNode(ids.get(id).toString()) : JUDGE.getNodeFactory().numberNode(ids.get(id));
    }

    private static JsonNode mappedMaps(JsonNode metadata, TreeMap<Integer, Integer> ids) {
        if (ids == null) {
            return metadata;
        }
        ObjectNode mapped = metadata.deepCopy();
        for (String map : List.of("class-map", "confidence-map", "class_map")) {
            if (metadata.has(map)) {
                Map<Integer, String> firstSpelling = new TreeMap<>();
                metadata.get(map).fieldNames().forEachRemaining(key -> {
                    if (key.matches("[0-9]+")) {
                        firstSpelling.putIfAbsent(Integer.parseInt(key), key);
                    }
                });
                ObjectNode byId = JUDGE.createObjectNode();
                metadata.get(map).properties().forEach(entry -> {
                    String key = entry.getKey();
                    if (!key.matches("[0-9]+")) {
                        byId.set(key, entry.getValue());
                        return;
                    }
                    int id = Integer.parseInt(key);
                    if (ids.containsKey(id) && firstSpelling.get(id).equals(key)) {
                        byId.set(ids.get(id) == id ? key : ids.get(id).toString(), entry.getValue());
                    }
                });
                mapped.set(map, byId);
            }
        }
        return mapped;
    }
}

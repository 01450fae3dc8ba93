package dev.truepipe.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.LabelTally;
import dev.truepipe.manifest.OddJson;
import dev.truepipe.manifest.Task;
import dev.truepipe.split.GroupBy;
import dev.truepipe.split.Hash128;
import dev.truepipe.split.HoldOut;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Datasets of labeling jobs that do not agree: what comes out is one label attribute and one class map. */
class ReconciledTest {
    private static final JsonMapper JUDGE = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final List<String> NAMES = List.of("car", "설비 ", "bus", "van\"", "tram", "5", "lorry");

    /** A labeling job, whose category list is the names in an order of its own. */
    private record Job(String label, String name, List<String> categories, boolean odd) {
        static Job random(Random random, String label, String name) {
            List<String> categories = new ArrayList<>(NAMES);
            Collections.shuffle(categories, random);
            return new Job(label, name, categories, random.nextBoolean());
        }

        /** A line with boxes of these classes, and what this job knows of them. */
        byte[] line(String object, int second, List<String> classes, Random random) {
            ObjectNode line = JUDGE.createObjectNode();
            ObjectNode boxes = JUDGE.createObjectNode();
            boxes.set("image_size", JUDGE.createArrayNode().add(JUDGE.createObjectNode().put("width", 640).put("height", 480).put("depth", 3)));
            ArrayNode annotations = boxes.putArray("annotations");
            ObjectNode map = JUDGE.createObjectNode();
            ArrayNode objects = JUDGE.createArrayNode();
            for (String one : classes) {
                int id = categories.indexOf(one);
                ObjectNode box = annotations.addObject();
                if (odd && random.nextInt(3) == 0) {
                    box.put("class_id", "0".repeat(random.nextInt(2)) + id);
                } else {
                    box.put("class_id", id);
                }
                box.put("left", random.nextInt(100)).put("top", random.nextInt(100) / 4.0).put("width", 10).put("height", 20);
                map.put(Integer.toString(id), one);
                objects.addObject().put("confidence", 0.09);
            }
            ObjectNode metadata = JUDGE.createObjectNode();
            metadata.set("objects", objects);
            metadata.set(odd ? "class_map" : "class-map", map);
            metadata.put("type", "groundtruth/object-detection").put("creation-date", "2026-01-01T00:%02d:%02d".formatted(second / 60, second % 60));
            if (name != null) {
                metadata.put("job-name", name);
            }
            line.put("source-ref", object);
            if (odd && random.nextBoolean()) {
                line.set(label + "-metadata", metadata);
            }
            line.set(label, boxes);
            line.set(label + "-metadata", metadata);
            return OddJson.write(line, random, odd);
        }
    }

    private static DatasetRules rules(List<String> labels, List<String> categories) {
        return new DatasetRules(Task.OBJECT_DETECTION, labels, GroupBy.OBJECT, new HoldOut(2_000, 1), false, List.of(), Map.of(), 10_000, 0, 0, categories);
    }

    private static byte[] file(List<byte[]> lines) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] line : lines) {
            out.writeBytes(line);
            out.write('\n');
        }
        return out.toByteArray();
    }

    private static List<String> lines(byte[]... files) {
        List<String> lines = new ArrayList<>();
        for (byte[] file : files) {
            lines.addAll(Arrays.asList(new String(file, StandardCharsets.UTF_8).split("\n")));
        }
        lines.removeIf(String::isEmpty);
        return lines;
    }

    private static List<byte[]> bytes(String... lines) {
        return Arrays.stream(lines).map(line -> line.getBytes(StandardCharsets.UTF_8)).toList();
    }

    /** Classes of each object as the line itself tells them, by its own class map; and that map is put to those of the others. */
    private static Map<String, List<String>> read(List<String> lines, Map<Integer, String> union) throws IOException {
        Map<String, List<String>> classes = new TreeMap<>();
        for (String line : lines) {
            JsonNode tree = JUDGE.readTree(line);
            assertFalse(tree.has("frames") || tree.has("frames-metadata"), line);
            JsonNode metadata = tree.get("boxes-metadata");
            JsonNode map = metadata.has("class-map") ? metadata.get("class-map") : metadata.get("class_map");
            Map<Integer, String> own = new HashMap<>();
            map.properties().forEach(entry -> own.put(Integer.valueOf(entry.getKey()), entry.getValue().textValue()));
            own.forEach((id, name) -> assertEquals(name, union.computeIfAbsent(id, key -> name), line));
            List<String> all = new ArrayList<>();
            tree.get("boxes").get("annotations").forEach(box -> all.add(own.get(box.get("class_id").asInt())));
            assertNull(classes.put(tree.get("source-ref").textValue(), all), "once");
        }
        assertEquals(union.size(), new HashSet<>(union.values()).size(), "each name has one id: " + union);
        return classes;
    }

    private static Map<Integer, String> carried(SplitOfManifests split) {
        return CarriedState.fromDataset(split.decision().toJson()).classes();
    }

    /** Jobs and what their labelers saw. */
    private static final class Made {
        final Random random;
        final List<Job> jobs = new ArrayList<>();
        final Map<String, List<String>> seen = new TreeMap<>();
        final TreeMap<String, List<byte[]>> manifests = new TreeMap<>();

        Made(long seed) {
            random = new Random(seed);
            jobs.add(Job.random(random, "boxes", "labeling-job/b"));
            jobs.add(Job.random(random, "frames", "labeling-job/a"));
            jobs.add(Job.random(random, "boxes", null));
            jobs.add(Job.random(random, "frames", "labeling-job/c"));
        }

        void label(int count) {
            for (int i = 0; i < count; i++) {
                int job = random.nextInt(jobs.size());
                String object = "s3://images/" + seen.size() + ".jpg";
                List<String> classes = new ArrayList<>();
                for (int box = random.nextInt(4); box > 0; box--) {
                    classes.add(NAMES.get(random.nextInt(NAMES.size())));
                }
                seen.put(object, classes);
                // Jobs with a name may be spread over manifests.
                String manifest = "m" + (jobs.get(job).name() == null ? 2 : random.nextInt(2));
                manifests.computeIfAbsent(manifest, key -> new ArrayList<>()).add(jobs.get(job).line(object, i % 3_000, classes, random));
            }
        }

        TreeMap<String, byte[]> files() {
            TreeMap<String, byte[]> files = new TreeMap<>();
            manifests.forEach((name, lines) -> files.put(name, file(lines)));
            return files;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 20_260_714})
    void holdsOneLabelAttributeAndOneClassMapAndWhatPeopleSaw(long seed) throws IOException {
        Made made = new Made(seed);
        made.label(120);
        DatasetRules rules = rules(List.of("boxes", "frames"), List.of());
        SplitOfManifests split = SplitOfManifests.of(made.files(), rules, null, 0);
        assertEquals(List.of(), split.decision().gates(), "seed " + seed);
        Map<Integer, String> union = new TreeMap<>();
        assertEquals(made.seen, read(lines(split.train(), split.validation()), union), "seed " + seed);
        assertEquals(union, carried(split), "seed " + seed);
        assertEquals(new ArrayList<>(new TreeMap<>(made.jobs.getFirst().categories().stream()
                        .filter(union::containsValue).collect(java.util.stream.Collectors.toMap(made.jobs.getFirst().categories()::indexOf, name -> name))).values())
                .getFirst(), union.get(union.keySet().iterator().next()), "the first job of the canonical label keeps its ids");

        // Lines that need not be touched are as they were; the others are counted.
        Set<String> before = new HashSet<>();
        made.files().values().forEach(file -> before.addAll(lines(file)));
        long touched = lines(split.train(), split.validation()).stream().filter(line -> !before.contains(line)).count();
        Map<String, Object> reconciled = Json.object(split.decision().toJson().get("reconciled"));
        assertEquals("boxes", reconciled.get("labelAttribute"));
        long told = 0;
        for (Object job : Json.array(reconciled.get("jobs"))) {
            told += (Long) Json.object(job).get("lines");
        }
        assertEquals(touched, told, "seed " + seed);
        assertTrue(touched > 20 && touched < 120, "touched: " + touched);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 20_260_714})
    void isTheSameForAnyChunksAndAnyOrderOfLines(long seed) throws IOException {
        Made made = new Made(seed);
        made.label(40);
        DatasetRules rules = rules(List.of("boxes", "frames"), List.of());
        SplitOfManifests whole = SplitOfManifests.of(made.files(), rules, null, 0);
        for (int round = 0; round < 6; round++) {
            long bytes = 200 + made.random.nextInt(8_000);
            assertEquals(whole.everything(), SplitOfManifests.of(made.files(), rules, null, bytes).everything(), "seed " + seed + ", chunks of " + bytes);
        }
        made.manifests.values().forEach(lines -> Collections.shuffle(lines, made.random));
        SplitOfManifests shuffled = SplitOfManifests.of(made.files(), rules, null, 0);
        assertEquals(whole.decision().version(), shuffled.decision().version(), "seed " + seed);
        assertEquals(new HashSet<>(lines(whole.train())), new HashSet<>(lines(shuffled.train())), "seed " + seed);
        assertEquals(whole.decision().toJson().get("reconciled"), shuffled.decision().toJson().get("reconciled"), "seed " + seed);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void keepsIdsAndSidesAsDataGrows(long seed) throws IOException {
        Made made = new Made(seed);
        DatasetRules rules = rules(List.of("boxes", "frames"), List.of());
        SplitOfManifests previous = null;
        Map<Integer, String> known = new TreeMap<>();
        Map<String, String> side = new HashMap<>();
        // From the last job to the first: who comes later in the order is there before.
        List<Job> jobs = new ArrayList<>(made.jobs.reversed());
        made.jobs.clear();
        for (int step = 0; step < 8; step++) {
            if (step % 2 == 0) {
                made.jobs.add(jobs.get(step / 2));
            }
            made.label(3 + made.random.nextInt(12));
            SplitOfManifests split = SplitOfManifests.of(made.files(), rules, previous, 0);
            assertEquals(List.of(), split.decision().gates().stream().filter(gate -> !gate.name().endsWith("-empty")).toList(), "seed " + seed);
            assertTrue(carried(split).entrySet().containsAll(known.entrySet()), "seed " + seed + ", step " + step + ": " + known + " " + carried(split));
            known.putAll(carried(split));
            assertEquals(made.seen, read(lines(split.train(), split.validation()), new TreeMap<>(known)), "seed " + seed);
            for (Map.Entry<String, byte[]> channel : Map.of("train", split.train(), "validation", split.validation()).entrySet()) {
                for (String line : lines(channel.getValue())) {
                    String object = JUDGE.readTree(line).get("source-ref").textValue();
                    assertEquals(channel.getKey(), side.computeIfAbsent(object, key -> channel.getKey()), "seed " + seed + ", step " + step);
                }
            }
            previous = split;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theCategoryListNumbersEveryJob(long seed) throws IOException {
        Made made = new Made(seed);
        made.label(60);
        SplitOfManifests split = SplitOfManifests.of(made.files(), rules(List.of("boxes", "frames"), NAMES), null, 0);
        assertEquals(List.of(), split.decision().gates(), "seed " + seed);
        Map<Integer, String> union = new TreeMap<>();
        assertEquals(made.seen, read(lines(split.train(), split.validation()), union), "seed " + seed);
        union.forEach((id, name) -> assertEquals(NAMES.get(id), name));
        assertEquals(7L, split.decision().toJson().get("classCount"));
    }

    private static String line(String object, String label, String job, String boxes, String map) {
        return "{\"source-ref\":\"s3://images/%s\",\"%s\":{\"image_size\":[{\"width\":64,\"height\":48,\"depth\":3}],\"annotations\":[%s]},".formatted(object, label, boxes)
                + "\"%s-metadata\":{\"class-map\":{%s},\"type\":\"groundtruth/object-detection\"%s,\"creation-date\":\"2026-01-01T00:00:00\"}}"
                        .formatted(label, map, job == null ? "" : ",\"job-name\":\"" + job + "\"");
    }

    private static String box(int id) {
        return "{\"class_id\":" + id + ",\"left\":1,\"top\":2,\"width\":3,\"height\":4}";
    }

    private static SplitOfManifests split(DatasetRules rules, String... lines) throws IOException {
        return SplitOfManifests.of(new TreeMap<>(Map.of("m", file(bytes(lines)))), rules, null, 0);
    }

    private static Set<String> used(SplitOfManifests split) {
        return new HashSet<>(lines(split.train(), split.validation()));
    }

    @Test
    void writesTheMappingIntoDatasetJson() throws IOException {
        SplitOfManifests split = split(rules(List.of("boxes", "frames"), List.of()),
                line("1.jpg", "boxes", "labeling-job/a", box(0), "\"0\":\"car\""),
                line("2.jpg", "frames", "labeling-job/b", box(0) + "," + box(1), "\"0\":\"bus\",\"1\":\"car\""),
                line("3.jpg", "frames", "labeling-job/b", "", ""),
                line("4.jpg", "boxes", null, box(0), "\"0\":\"car\""));
        assertEquals(Set.of(
                line("1.jpg", "boxes", "labeling-job/a", box(0), "\"0\":\"car\""),
                line("2.jpg", "boxes", "labeling-job/b", box(1) + "," + box(0), "\"1\":\"bus\",\"0\":\"car\""),
                line("3.jpg", "boxes", "labeling-job/b", "", ""),
                line("4.jpg", "boxes", null, box(0), "\"0\":\"car\"")), used(split));
        assertEquals("{\"labelAttribute\":\"boxes\",\"jobs\":[{\"job\":\"labeling-job/b\",\"manifest\":null,\"labelAttribute\":\"frames\",\"lines\":2,"
                + "\"classes\":{\"0\":1,\"1\":0}}]}", Json.text(split.decision().toJson().get("reconciled")));
        Map<String, Object> car = Json.object(Json.object(split.decision().toJson().get("classes")).get("car"));
        assertEquals(3L, car.get("annotations"));
        assertEquals(3L, (Long) car.get("trainLines") + (Long) car.get("validationLines"));
    }

    /**
     * Both times the same lines and two jobs without a name of which one is turned round, but not the same: only what becomes of which
     * line tells the two apart.
     */
    @Test
    void theVersionTellsWhichLinesOfJobsWithoutANameAreRewritten() throws IOException {
        String plain = line("1.jpg", "boxes", null, box(0) + "," + box(1), "");
        String other = line("2.jpg", "boxes", null, box(0) + "," + box(1), "");
        String named = line("3.jpg", "boxes", null, box(0) + "," + box(1), "\"0\":\"car\",\"1\":\"bus\"");
        String turned = line("4.jpg", "boxes", null, box(0) + "," + box(1), "\"0\":\"bus\",\"1\":\"car\"");
        SplitOfManifests one = versioned(List.of(named, plain), List.of(turned, other));
        SplitOfManifests same = versioned(List.of(plain, named), List.of(other, turned));
        SplitOfManifests swapped = versioned(List.of(named, other), List.of(turned, plain));
        assertEquals(List.of(), one.decision().gates().stream().filter(gate -> !gate.name().endsWith("-empty")).toList());
        assertNotEquals(used(one), used(swapped), "not the same content");
        assertEquals(one.decision().version(), same.decision().version());
        assertNotEquals(one.decision().version(), swapped.decision().version());
    }

    private static SplitOfManifests versioned(List<String> first, List<String> second) throws IOException {
        TreeMap<String, byte[]> manifests = new TreeMap<>();
        manifests.put("m1", file(bytes(first.toArray(String[]::new))));
        manifests.put("m2", file(bytes(second.toArray(String[]::new))));
        return SplitOfManifests.of(manifests, rules(List.of("boxes"), List.of()), null, 0);
    }

    /** The ids of its own class stay, and so does not the entry that only its class map has. */
    @Test
    void aClassMapsOtherEntriesAreRewrittenOnLinesOfOneLabelToo() throws IOException {
        String line = "{\"source-ref\":\"s3://images/%s.jpg\",\"kind\":%d,\"kind-metadata\":{\"class-name\":\"%s\",\"class-map\":{%s},"
                + "\"type\":\"groundtruth/image-classification\",\"job-name\":\"%s\",\"creation-date\":\"2026-01-01T00:00:00\"}}";
        DatasetRules rules = new DatasetRules(Task.IMAGE_CLASSIFICATION, List.of("kind"), GroupBy.OBJECT, new HoldOut(2_000, 1), false, List.of(), Map.of(),
                10_000, 0, 0, List.of());
        String second = line.formatted("3", 0, "car", "\"0\":\"car\",\"1\":\"van\"", "b");
        SplitOfManifests split = split(rules, line.formatted("1", 0, "car", "\"0\":\"car\"", "a"), line.formatted("2", 1, "bus", "\"1\":\"bus\"", "a"), second);
        assertTrue(used(split).contains(second.replace("\"1\":\"van\"", "\"2\":\"van\"")), used(split).toString());
        assertEquals(Map.of(0, "car", 1, "bus", 2, "van"), carried(split));
    }

    /** The first line's class was counted under its job before there were too many; "bus" makes the split look for a floor among all lines. */
    @Test
    void findsAFloorAmongMoreJobsThanCanBeToldApart() throws IOException {
        HoldOut holdOut = new HoldOut(2_000, 1);
        List<String> train = new ArrayList<>();
        for (int i = 0; train.size() < 3; i++) {
            Hash128 group = Hash128.of("s3://images/t" + i);
            if (!holdOut.isValidation(holdOut.place(group.high(), group.low()))) {
                train.add("t" + i);
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add(line(train.get(0), "boxes", null, box(7), "").replaceFirst(",\"boxes-metadata\".*", "}"));
        for (int i = 0; i <= 10_000; i++) {
            lines.add(line(i + ".jpg", "boxes", "job " + i, box(0), "\"0\":\"car\""));
        }
        lines.add(line(train.get(1), "boxes", "bus", box(1), "\"1\":\"bus\""));
        lines.add(line(train.get(2), "boxes", "bus", box(1), "\"1\":\"bus\""));
        SplitOfManifests split = split(rules(List.of("boxes"), List.of()), lines.toArray(String[]::new));
        assertEquals(Map.of(0, "car", 1, "bus", 7, "7"), carried(split));
        assertEquals(1, CarriedState.fromDataset(split.decision().toJson()).floors().size());
        Map<String, Object> nameless = Json.object(Json.object(split.decision().toJson().get("classes")).get("7"));
        assertEquals("1 1 0", nameless.get("annotations") + " " + nameless.get("trainLines") + " " + nameless.get("validationLines"));
    }

    @Test
    void saysNothingWhereJobsAgree() throws IOException {
        SplitOfManifests split = split(rules(List.of("boxes", "frames"), List.of()),
                line("1.jpg", "boxes", "a", box(0), "\"0\":\"car\""), line("2.jpg", "boxes", "b", box(1), "\"1\":\"bus\""));
        assertNull(split.decision().toJson().get("reconciled"));
    }

    @Test
    void quarantinedAndSupersededLinesAreNeverTouched() throws IOException {
        String broken = line("1.jpg", "frames", "b", box(0), "\"1\":\"car\"");
        String older = line("2.jpg", "frames", "b", box(0), "\"0\":\"bus\"");
        String newer = line("2.jpg", "frames", "b", box(0), "\"0\":\"bus\"").replace("00:00:00", "00:00:01");
        SplitOfManifests split = split(rules(List.of("boxes", "frames"), List.of()), broken, older, newer, line("3.jpg", "boxes", "a", box(0), "\"0\":\"car\""));
        assertEquals(List.of(broken), lines(split.quarantine()));
        assertEquals(List.of(older), lines(split.superseded()));
        assertTrue(used(split).contains(newer.replace("frames", "boxes").replace("\"class_id\":0", "\"class_id\":1").replace("\"0\":", "\"1\":")), used(split).toString());
    }

    /** The first job gave the object up, or left {@code null}; the second labeled it. */
    @Test
    void anObjectThatTheFirstJobGaveUpIsTheSecondOnes() throws IOException {
        String second = line("1.jpg", "frames", "b", box(0), "\"0\":\"car\"");
        String failed = second.replace("{\"source-ref\"", "{\"boxes-metadata\":{\"failure-reason\":\"expired\"},\"source-ref\"");
        String given = second.replace("1.jpg", "2.jpg").replace("\"frames\":", "\"boxes\":null,\"frames\":");
        SplitOfManifests split = split(rules(List.of("boxes", "frames"), List.of()), failed, given);
        assertEquals(Set.of(second.replace("frames", "boxes"), second.replace("frames", "boxes").replace("1.jpg", "2.jpg")), used(split));
        assertEquals(0, split.decision().quarantined());
    }

    @Test
    void aNullLabelAloneStaysQuarantined() throws IOException {
        String line = line("1.jpg", "boxes", "a", box(0), "\"0\":\"car\"").replaceAll("\"boxes\":\\{.*\\]\\},", "\"boxes\":null,");
        SplitOfManifests split = split(rules(List.of("boxes", "frames"), List.of()), line, line("2.jpg", "boxes", "a", box(0), "\"0\":\"car\""));
        assertEquals(List.of(line), lines(split.quarantine()));
        assertTrue(split.decision().findings().toJson().containsKey("label-missing"));
    }

    /** Of two listed labels on one line the first counts; the other is an attribute like any. */
    @Test
    void ofTwoListedLabelsOnOneLineTheFirstCounts() throws IOException {
        String both = line("1.jpg", "boxes", "a", box(0), "\"0\":\"car\"").replaceFirst("\\}$", "")
                + "," + line("1.jpg", "frames", "b", box(0), "\"0\":\"bus\"").replaceFirst("^\\{\"source-ref\":\"[^\"]*\",", "");
        JUDGE.readTree(both);
        SplitOfManifests split = split(rules(List.of("boxes", "frames"), List.of()), both, line("2.jpg", "boxes", "a", box(0), "\"0\":\"car\""));
        assertTrue(used(split).contains(both));
    }

    @Test
    void leavesEveryByteWhereTheDatasetIsStopped() throws IOException {
        String one = line("1.jpg", "boxes", "a", box(0), "\"0\":\"car\"");
        String two = line("2.jpg", "boxes", "a", box(0), "\"0\":\"tram\"");
        String three = line("3.jpg", "frames", "b", box(5), "\"5\":\"car\"");
        SplitOfManifests contradicts = split(rules(List.of("boxes", "frames"), List.of()), one, two, three);
        assertEquals(List.of("class-map-conflict"), contradicts.decision().gates().stream().map(Gate::name).filter(name -> !name.endsWith("-empty")).toList());
        assertTrue(contradicts.decision().gates().getFirst().message().startsWith("within a, class id 0 has 2 names: \"car\" (m:1) and \"tram\" (m:2)"));
        assertEquals(Set.of(one, two, three), used(contradicts));
        assertNull(contradicts.decision().toJson().get("reconciled"));
        SplitOfManifests unlisted = split(rules(List.of("boxes"), List.of()), one, three);
        assertEquals("label-attributes-differ", unlisted.decision().gates().getFirst().name());
        assertEquals(Set.of(one, three), used(unlisted));
    }

    /** The same lines under another mapping are another version. */
    @Test
    void theMappingIsPartOfTheVersion() throws IOException {
        String[] lines = {line("1.jpg", "boxes", "a", box(0), "\"0\":\"car\""), line("2.jpg", "boxes", "b", box(0) + "," + box(1), "\"0\":\"bus\",\"1\":\"car\"")};
        SplitOfManifests a = split(rules(List.of("boxes"), List.of()), lines);
        SplitOfManifests same = split(rules(List.of("boxes"), List.of()), lines[1], lines[0]);
        assertEquals(a.decision().version(), same.decision().version());
        SplitOfManifests other = split(rules(List.of("boxes"), List.of("bus", "car")), lines);
        assertFalse(a.decision().version().equals(other.decision().version()));
        assertEquals(List.of(Map.of("0", 1L)), Json.array(Json.object(other.decision().toJson().get("reconciled")).get("jobs")).stream()
                .map(job -> Json.object(job).get("classes")).toList());
    }

    @Test
    void aSingleClassIsRenumberedTooWithItsNameOnTheLine() throws IOException {
        String first = "{\"source-ref\":\"s3://images/%d.jpg\",\"kind\":%s,\"kind-metadata\":{\"class-name\":\"%s\",\"job-name\":\"%s\",\"type\":\"groundtruth/image-classification\",\"creation-date\":\"2026-01-01T00:00:00\"}}";
        DatasetRules rules = new DatasetRules(null, List.of(), GroupBy.OBJECT, new HoldOut(2_000, 1), false, List.of(), Map.of(), 10_000, 0, 0, List.of());
        SplitOfManifests split = split(rules, first.formatted(1, "0", "ripe", "a"), first.formatted(2, "\"1\"", "ripe", "b"), first.formatted(3, "\"0\"", "green", "b"),
                first.formatted(4, "1", "green", "a"));
        assertEquals(Set.of(first.formatted(1, "0", "ripe", "a"), first.formatted(2, "\"0\"", "ripe", "b"), first.formatted(3, "\"1\"", "green", "b"),
                first.formatted(4, "1", "green", "a")), used(split));
    }

    @Test
    void aClassThatTwoJobsNumberDifferentlyIsOneInTheHoldOutsFloor() throws IOException {
        HoldOut holdOut = rules(List.of(), List.of()).holdOut();
        List<String> ofTrain = new ArrayList<>();
        for (int i = 0; ofTrain.size() < 2; i++) {
            if (!holdOut.holds(dev.truepipe.split.Hash128.of("s3://images/" + i + ".jpg"))) {
                ofTrain.add(i + ".jpg");
            }
        }
        // Once in each job: in one group by either, in two together.
        SplitOfManifests split = split(rules(List.of("boxes"), List.of()),
                line(ofTrain.get(0), "boxes", "a", box(0), "\"0\":\"car\""), line(ofTrain.get(1), "boxes", "b", box(7), "\"7\":\"car\""));
        assertEquals(1, split.decision().validation(), split.decision().datasetFindings().toString());
        assertEquals(List.of(), split.decision().gates());
    }

    /** A name that ends in -ref makes SageMaker stream what lies at the value's URI. */
    @Test
    void aLabelIsNotRenamedIntoAReference() throws IOException {
        String plain = line("1.jpg", "boxes", "a", box(0), "\"0\":\"car\"");
        LabelTally tally = new LabelTally();
        tally.add("masks");
        assertEquals(1, tally.differences(new LabelChoice(Task.OBJECT_DETECTION, List.of("masks-ref", "masks"))).size());
        assertEquals(List.of(), tally.differences(new LabelChoice(Task.OBJECT_DETECTION, List.of("boxes", "masks"))));
        assertEquals(List.of(), tally.differences(new LabelChoice(Task.OBJECT_DETECTION, List.of("masks", "masks-ref"))));
        assertEquals(List.of(), split(rules(List.of("boxes", "boxes-ref"), List.of()), plain).decision().gates().stream()
                .filter(gate -> gate.name().equals("label-attributes-differ")).toList());
    }

    @Test
    void aNameThatNoLabelAttributeCanHaveIsNone() throws IOException {
        String line = line("1.jpg", "b".repeat(128), "a", box(0), "\"0\":\"car\"");
        SplitOfManifests split = split(rules(List.of("boxes"), List.of()), line, line("2.jpg", "boxes", "a", box(0), "\"0\":\"car\""));
        assertEquals(List.of(line), lines(split.quarantine()));
        assertTrue(split.decision().gates().stream().noneMatch(gate -> gate.name().equals("label-attributes-differ")));
    }

    @Test
    void aJobsNameOfMoreThan256CharactersIsNone() throws IOException {
        String[] lines = {line("1.jpg", "boxes", "a".repeat(257), box(0), "\"0\":\"car\""), line("2.jpg", "boxes", "b".repeat(257), box(0), "\"0\":\"bus\"")};
        assertTrue(split(rules(List.of("boxes"), List.of()), lines).decision().gates().getFirst().message().startsWith("within m, class id 0 has 2 names"));
        assertNull(split(rules(List.of("boxes"), List.of()), lines[0]).decision().toJson().get("reconciled"));
        lines[1] = lines[1].replace("b".repeat(257), "b".repeat(256));
        assertEquals(List.of(), split(rules(List.of("boxes"), List.of()), lines).decision().gates().stream().filter(gate -> !gate.name().endsWith("-empty")).toList());
    }

    private static DatasetRules rules(Task task, List<String> labels) {
        return new DatasetRules(task, labels, GroupBy.OBJECT, new HoldOut(2_000, 1), false, List.of(), Map.of(), 10_000, 0, 0, List.of());
    }

    @Test
    void listsOfClassesAreRenumberedWithTheirMaps() throws IOException {
        String line = "{\"source-ref\":\"s3://images/%d.jpg\",\"%s\":[%s],\"%s-metadata\":{\"class-map\":{%s},\"confidence-map\":{%s},\"job-name\":\"%s\","
                + "\"type\":\"groundtruth/image-classification-multilabel\",\"creation-date\":\"2026-01-01T00:00:00\"}}";
        SplitOfManifests split = split(rules(Task.IMAGE_CLASSIFICATION_MULTILABEL, List.of("scene", "sight")),
                line.formatted(1, "scene", "0, 2", "scene", "\"0\":\"car\",\"2\":\"rain\"", "\"2\":0.5,\"0\":0.25", "a"),
                line.formatted(2, "sight", " 1,\"0\"", "sight", "\"1\":\"car\", \"0\":\"snow\"", "\"0\":0.5, \"1\":0.25, \"7\":1", "b"));
        assertEquals(Set.of(
                line.formatted(1, "scene", "0, 2", "scene", "\"0\":\"car\",\"2\":\"rain\"", "\"2\":0.5,\"0\":0.25", "a"),
                line.formatted(2, "scene", " 0,\"1\"", "scene", "\"0\":\"car\", \"1\":\"snow\"", "\"1\":0.5, \"0\":0.25", "b")), used(split));
    }

    @Test
    void classesOfTextsAreRenumbered() throws IOException {
        String line = "{\"source\":\"text %d\",\"mood\":%s,\"mood-metadata\":{\"class-name\":\"%s\",\"job-name\":\"%s\",\"type\":\"groundtruth/text-classification\"}}";
        SplitOfManifests split = split(rules(Task.TEXT_CLASSIFICATION, List.of()), line.formatted(1, "0", "fine", "a"), line.formatted(2, "0", "poor", "b"), line.formatted(3, "1", "fine", "b"));
        assertEquals(Set.of(line.formatted(1, "0", "fine", "a"), line.formatted(2, "1", "poor", "b"), line.formatted(3, "0", "fine", "b")), used(split));
    }

    /** Their ids are places in the line's own list, so nothing but the label's name can differ. */
    @Test
    void spansAreRenamedOnly() throws IOException {
        String line = "{\"source\":\"Ana flew\",\"%s\":{\"annotations\":{\"labels\":[%s],\"entities\":[{\"label\":\"Person\",\"startOffset\":0,\"endOffset\":3}]}},"
                + "\"%s-metadata\":{\"job-name\":\"%s\",\"type\":\"groundtruth/text-span\"}}";
        String one = line.formatted("ner", "{\"label\":\"Person\"},{\"label\":\"Place\"}", "ner", "a");
        String two = line.formatted("names", "{\"label\":\"Place\"},{\"label\":\"Person\"}", "names", "b").replace("Ana", "Eva");
        SplitOfManifests split = split(rules(Task.TEXT_SPAN, List.of("ner", "names")), one, two);
        assertEquals(Set.of(one, two.replace("\"names", "\"ner")), used(split));
        assertEquals(Map.of(0, "Person", 1, "Place"), carried(split));
        assertEquals(2L, Json.object(Json.object(split.decision().toJson().get("classes")).get("Person")).get("annotations"));
    }

    @Test
    void masksThatDoNotAgreeStopTheDataset() throws IOException {
        String line = "{\"source-ref\":\"s3://images/%d.png\",\"%s\":\"s3://masks/%1$d.png\",\"%2$s-metadata\":{\"internal-color-map\":{\"0\":{\"class-name\":\"BACKGROUND\"},"
                + "\"1\":{\"class-name\":\"%s\"}},\"job-name\":\"%s\",\"type\":\"groundtruth/semantic-segmentation\"}}";
        DatasetRules rules = rules(Task.SEMANTIC_SEGMENTATION, List.of("road-ref", "way-ref"));
        String one = line.formatted(1, "road-ref", "lane", "a");
        String two = line.formatted(2, "way-ref", "kerb", "b");
        SplitOfManifests split = split(rules, one, two);
        assertEquals("class-map-conflict", split.decision().gates().getFirst().name());
        assertEquals(Set.of(one, two), used(split));
        SplitOfManifests agreed = split(rules, one, two.replace("kerb", "lane"));
        assertEquals(Set.of(one, two.replace("kerb", "lane").replace("way-ref", "road-ref")), used(agreed));
    }
}

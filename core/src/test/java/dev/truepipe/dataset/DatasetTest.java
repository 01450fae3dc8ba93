package dev.truepipe.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.ChunkIndexWriter;
import dev.truepipe.manifest.ChunkScanner;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.MadeManifests;
import dev.truepipe.manifest.ManifestChunk;
import dev.truepipe.manifest.Task;
import dev.truepipe.split.GroupBy;
import dev.truepipe.split.Hash128;
import dev.truepipe.split.HoldOut;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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

class DatasetTest {
    private static DatasetRules rules(String groupBy, long seed) {
        return new DatasetRules(null, List.of(), GroupBy.parse(groupBy), new HoldOut(2_000, seed), false, List.of(), Map.of(),
                10_000, 0, 0, List.of());
    }

    private static TreeMap<String, byte[]> manifests(byte[]... contents) {
        TreeMap<String, byte[]> manifests = new TreeMap<>();
        for (byte[] content : contents) {
            manifests.put("m" + manifests.size(), content);
        }
        return manifests;
    }

    private static byte[] text(String... lines) {
        return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> lines(byte[] file) {
        List<String> lines = new ArrayList<>(Arrays.asList(new String(file, StandardCharsets.ISO_8859_1).split("\n", -1)));
        assertEquals("", lines.removeLast(), "a file ends in a newline, or is empty");
        return lines;
    }

    private static byte[] made(long seed, int count) {
        return MadeManifests.manifest(MadeManifests.lines(seed, count), seed % 2 == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/(cam[0-9])/", "attribute:camera"})
    void tearsNoGroup(String groupBy) throws IOException {
        Random random = new Random(7);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int camera = random.nextInt(9);
            lines.add(MadeManifests.line("s3://images/cam" + camera + "/" + i + ".jpg", i, random, 3)
                    .replace("\"boxes\":", "\"camera\":\"" + camera + "\",\"boxes\":"));
        }
        SplitOfManifests split = SplitOfManifests.of(manifests(text(lines.toArray(new String[0]))), rules(groupBy, 1), null, 0);
        Set<String> train = new HashSet<>();
        lines(split.train()).forEach(line -> train.add(line.replaceAll(".*/(cam[0-9])/.*", "$1")));
        Set<String> validation = new HashSet<>();
        lines(split.validation()).forEach(line -> validation.add(line.replaceAll(".*/(cam[0-9])/.*", "$1")));
        assertFalse(train.isEmpty() || validation.isEmpty(), "both sides have groups");
        train.retainAll(validation);
        assertEquals(Set.of(), train, "groups on both sides");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 20_260_714})
    void putsEveryClassWithTwoGroupsIntoTheHoldOut(long seed) throws IOException {
        SplitOfManifests split = SplitOfManifests.of(manifests(made(seed, 25)), rules("object", seed), null, 0);
        Json.object(split.decision().toJson().get("classes")).forEach((name, value) -> {
            Map<String, Object> one = Json.object(value);
            long lines = (Long) one.get("trainLines") + (Long) one.get("validationLines");
            if (lines >= 2) {
                assertTrue((Long) one.get("validationLines") > 0, "seed " + seed + ": class " + name + " " + one);
            }
        });
    }

    @Test
    void letsTheNewestLabelOfAnObjectCount() throws IOException {
        Random random = new Random(1);
        String old = MadeManifests.line("s3://images/1.jpg", 10, random, 2);
        String newer = MadeManifests.line("s3://images/1.jpg", 20, random, 2);
        String undated = MadeManifests.line("s3://images/1.jpg", 30, random, 2).replaceAll("\"creation-date\":\"[^\"]*\",", "");
        String broken = MadeManifests.line("s3://images/1.jpg", 40, random, 2).replace("\"width\":320", "\"width\":0");
        SplitOfManifests split = SplitOfManifests.of(manifests(text(newer, broken), text(old, undated, newer)), rules("object", 1), null, 0);
        List<String> kept = new ArrayList<>(lines(split.train()));
        kept.addAll(lines(split.validation()));
        assertEquals(List.of(newer), kept);
        assertEquals(List.of(old, undated, newer), lines(split.superseded()));
        assertEquals(List.of(broken), lines(split.quarantine()));
    }

    @Test
    void countsLinesFromTheStartOfEachManifestWhateverTheChunks() throws IOException {
        byte[] one = text("", "{", "", "x");
        byte[] two = text("y");
        for (long bytes : new long[] {0, 1, 2, 3}) {
            SplitOfManifests split = SplitOfManifests.of(manifests(one, two), rules("object", 1), null, bytes);
            List<String> places = new ArrayList<>();
            for (String line : lines(split.findings())) {
                Map<String, Object> finding = Json.object(Json.parse(line));
                places.add(finding.get("manifest") + ":" + finding.get("line") + ":" + finding.get("byte"));
            }
            assertEquals(List.of("m0:2:1", "m0:4:4", "m1:1:0"), places, "chunks of " + bytes);
        }
    }

    @Test
    void stopsForDifferingLabelAttributesWithoutQuarantine() throws IOException {
        Random random = new Random(1);
        String one = MadeManifests.line("s3://images/1.jpg", 1, random, 2);
        String two = MadeManifests.line("s3://images/2.jpg", 1, random, 2).replace("\"boxes", "\"frames");
        DatasetDecision decision = SplitOfManifests.of(manifests(text(one, one.replace("1.jpg", "3.jpg"), two)), rules("object", 1), null, 0).decision();
        assertEquals(0, decision.quarantined());
        assertEquals("label-attributes-differ", decision.gates().getFirst().name());
        assertTrue(decision.gates().getFirst().message().contains("\"boxes\" (2 lines), \"frames\" (1 line)"), decision.gates().toString());
    }

    /** A second job labels all frames of the first again, under its own name: what is left has none of the expected attribute. */
    @Test
    void stopsWhenAllThatIsLeftCarriesItsLabelsUnderAnotherName() throws IOException {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            first.add(MadeManifests.line("s3://images/" + i + ".jpg", 1, new Random(i), 2));
            second.add(MadeManifests.line("s3://images/" + i + ".jpg", 2, new Random(i), 2).replace("\"boxes", "\"frames"));
        }
        DatasetDecision decision = SplitOfManifests.of(manifests(text(first.toArray(new String[0])), text(second.toArray(new String[0]))),
                rules("object", 1), null, 0).decision();
        assertEquals(10, decision.superseded());
        assertEquals("label-attributes-differ", decision.gates().getFirst().name());
        assertTrue(decision.gates().getFirst().message().contains("under \"frames\" (10 lines), not under \"boxes\""), decision.gates().toString());
    }

    @Test
    void labelsOfAnotherNameWithoutATypeStopTheDatasetButNoLine() throws IOException {
        Random random = new Random(1);
        String one = MadeManifests.line("s3://images/1.jpg", 1, random, 2).replace("\"type\":\"groundtruth/object-detection\",", "");
        String two = MadeManifests.line("s3://images/2.jpg", 1, random, 2).replace("\"type\":\"groundtruth/object-detection\",", "")
                .replace("\"boxes", "\"frames");
        assertFalse((one + two).contains("groundtruth"), "untyped");
        DatasetDecision decision = SplitOfManifests.of(manifests(text(one, two)), rules("object", 1), null, 0).decision();
        assertEquals(0, decision.quarantined(), () -> decision.findings().toJson().toString());
        assertEquals("label-attributes-differ", decision.gates().getFirst().name());
    }

    private static String text(String object, int id, String name) {
        return "{%s,\"mood\":%d,\"mood-metadata\":{\"class-name\":\"%s\",\"type\":\"groundtruth/text-classification\"}}".formatted(object, id, name);
    }

    private static String source(int i) {
        return "\"source\":\"text %d\"".formatted(i);
    }

    private static String file(int i) {
        return "\"source-ref\":\"s3://texts/%d.txt\"".formatted(i);
    }

    @Test
    void stopsForObjectsUnderDifferentAttributesWithoutQuarantine() throws IOException {
        DatasetDecision decision = SplitOfManifests.of(manifests(text(text(source(1), 0, "fine"), text(source(2), 0, "fine"), text(file(3), 0, "fine"))),
                rules("object", 1), null, 0).decision();
        assertEquals(0, decision.quarantined());
        assertEquals("source-attributes-differ", decision.gates().getFirst().name());
        assertTrue(decision.gates().getFirst().message().contains("of 3 accepted lines 1 have their object under \"source-ref\" and 2 as text"), decision.gates().toString());
        assertNull(decision.toJson().get("sourceAttribute"));
    }

    /** A line that has both serves either: the channel streams what all have, and of two what SageMaker's own algorithm reads. */
    @Test
    void streamsTheAttributeThatEveryLineHas() throws IOException {
        String both = text(source(1) + "," + file(1), 0, "fine");
        for (Map.Entry<String, String> other : Map.of(text(source(2), 0, "fine"), "source", text(file(2), 0, "fine"), "source-ref", both, "source").entrySet()) {
            DatasetDecision decision = SplitOfManifests.of(manifests(text(both, other.getKey())), rules("object", 1), null, 1).decision();
            assertTrue(decision.gates().stream().noneMatch(gate -> gate.name().equals("source-attributes-differ")), decision.gates().toString());
            assertEquals(other.getValue(), decision.toJson().get("sourceAttribute"));
        }
        DatasetDecision images = SplitOfManifests.of(manifests(text(MadeManifests.line("s3://images/1.jpg", 1, new Random(1), 2).replace("{\"source-ref", "{\"source\":\"x\",\"source-ref"))),
                rules("object", 1), null, 0).decision();
        assertEquals("source-ref", images.toJson().get("sourceAttribute"));
    }

    @Test
    void tellsTrainingOfListsOfClasses() throws IOException {
        String list = "{\"source-ref\":\"s3://images/%d.jpg\",\"scene\":[0,%d],\"scene-metadata\":{\"class-map\":{\"0\":\"car\",\"%d\":\"bus\"},\"type\":\"groundtruth/image-classification-multilabel\"}}";
        DatasetDocument document = new DatasetDocument(SplitOfManifests.of(manifests(text(list.formatted(1, 3, 3), list.formatted(2, 3, 3))), rules("object", 1), null, 0)
                .decision().toJson());
        assertTrue(document.facts().multiLabel());
        assertEquals(4, document.facts().classes());
        assertFalse(new DatasetDocument(SplitOfManifests.of(manifests(text(text(source(1), 0, "fine"))), rules("object", 1), null, 0).decision().toJson())
                .facts().multiLabel());
    }

    @Test
    void customLabelsHaveNoClassesAndNoGateOfThem() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            lines.append("{\"source-ref\":\"s3://docs/%d.pdf\",\"fields\":{\"page\":%d},\"fields-metadata\":{\"type\":\"groundtruth/custom\"}}\n".formatted(i, i));
        }
        DatasetRules wantsMany = new DatasetRules(null, List.of(), GroupBy.OBJECT, new HoldOut(2_000, 1), false, List.of(), Map.of(), 0, 10, 0, List.of());
        DatasetDecision decision = SplitOfManifests.of(manifests(lines.toString().getBytes(StandardCharsets.UTF_8)), wantsMany, null, 0).decision();
        assertEquals(List.of(), decision.gates());
        assertEquals(Map.of(), decision.classes());
        assertEquals(0L, decision.toJson().get("classCount"));
    }

    @Test
    void warnsOfNamesThatLookAlike() throws IOException {
        List<String> names = List.of("stop sign", "Stop sign", "stop\u200bsign", "stopsign ", "caf\u00e9", "cafe\u0301", "stop-sign", "car");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            lines.add(text(source(i), i, names.get(i)));
        }
        DatasetDecision decision = SplitOfManifests.of(manifests(text(lines.toArray(new String[0]))), rules("object", 1), null, 0).decision();
        List<String> similar = decision.datasetFindings().stream().filter(finding -> finding.code() == FindingCode.CLASS_NAMES_SIMILAR)
                .map(finding -> finding.message().replaceAll(" differ.*", "")).toList();
        assertEquals(List.of("classes \"cafe\u0301\" and \"caf\u00e9\"", "classes \"Stop sign\" and \"stop sign\"", "classes \"Stop sign\" and \"stopsign \"",
                "classes \"Stop sign\" and \"stop\\u200bsign\""), similar);
        assertTrue(decision.gates().stream().noneMatch(gate -> gate.name().equals("class-names-similar")), "only a warning");
        DatasetDecision carried = SplitOfManifests.of(manifests(text(text(source(1), 1, "Car"))), rules("object", 1),
                SplitOfManifests.of(manifests(text(text(source(0), 0, "car"))), rules("object", 1), null, 0), 0).decision();
        assertTrue(carried.datasetFindings().stream().anyMatch(finding -> finding.code() == FindingCode.CLASS_NAMES_SIMILAR), "names of earlier versions count");
    }

    @Test
    void warnsOfAClassThatOneSideAloneHas() throws IOException {
        HoldOut holdOut = new HoldOut(2_000, 1);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            boolean held = holdOut.holds(Hash128.of("s3://texts/%d.txt".formatted(7 * i)));
            lines.add(text(file(7 * i), held ? 1 : lines.size() == 10 ? 2 : 0, held ? "held" : lines.size() == 10 ? "alone" : "many"));
        }
        DatasetDecision decision = SplitOfManifests.of(manifests(text(lines.toArray(new String[0]))), rules("object", 1), null, 0).decision();
        Map<FindingCode, String> told = new HashMap<>();
        decision.datasetFindings().forEach(finding -> told.put(finding.code(), finding.message()));
        assertEquals(Set.of(FindingCode.CLASS_ONLY_IN_VALIDATION, FindingCode.CLASS_IN_ONE_GROUP), told.keySet(), told.toString());
        assertTrue(told.get(FindingCode.CLASS_ONLY_IN_VALIDATION).startsWith("class \"held\" is in the hold-out only"), told.toString());
        assertTrue(told.get(FindingCode.CLASS_IN_ONE_GROUP).startsWith("class \"alone\" is in one group only"), told.toString());
    }

    @Test
    void writesWhatTheChoiceRestsOn() throws IOException {
        DatasetDecision decision = SplitOfManifests.of(manifests(text(text(source(1), 0, "fine"), "{}", text(source(2), 0, "fine"))), rules("object", 1), null, 0).decision();
        assertEquals(Map.of("by", "metadata", "lines", 3L, "votes", 2L), decision.toJson().get("inference"));
    }

    @Test
    void stopsForClassesThatTheCategoryListDoesNotKnow() throws IOException {
        String line = line("s3://images/1.jpg", 1, Map.of(0, "car", 2, "bus"));
        DatasetRules tooShort = rules(List.of("car"));
        Gate beyond = SplitOfManifests.of(manifests(text(line)), tooShort, null, 0).decision().gates().getFirst();
        assertEquals("class-map-conflict", beyond.name());
        assertTrue(beyond.message().contains("class \"bus\" (id 2: m0:1) is not in labelCategories, which ends with 0, \"car\""), beyond.message());
        Gate other = SplitOfManifests.of(manifests(text(line)), rules(List.of("tram", "lorry", "bus")), null, 0).decision().gates().getFirst();
        assertTrue(other.message().contains("class \"car\" (id 0: m0:1) is not in labelCategories, which ends with 2, \"bus\""), other.message());
        assertTrue(SplitOfManifests.of(manifests(text(line)), rules(List.of("car", "lorry", "bus")), null, 0).decision().gates().stream()
                .noneMatch(gate -> gate.name().equals("class-map-conflict")));
    }

    @Test
    void aClassIdThatWasASlipOnceIsToldOfAsLongAsTrainingMakesRoomForIt() throws IOException {
        SplitOfManifests slip = SplitOfManifests.of(manifests(text(line("s3://images/1.jpg", 1, Map.of(0, "car", 500, "bus")))), rules("object", 1), null, 0);
        DatasetDecision mended = SplitOfManifests.of(manifests(text(line("s3://images/1.jpg", 2, Map.of(0, "car", 1, "lorry")))), rules("object", 1), slip, 0)
                .decision();
        assertEquals(501L, mended.toJson().get("classCount"));
        assertTrue(mended.datasetFindings().stream().anyMatch(finding -> finding.code() == FindingCode.CLASS_GAP
                && finding.message().contains("the highest, 500, \"bus\"")), mended.datasetFindings().toString());
    }

    /** Objects of train get newer labels with a class that was in none before. None of them may move for it. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void aNewClassOnOldObjectsMovesNoneOfThem(long seed) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            lines.add(line("s3://images/" + i + ".jpg", 1, Map.of(0, "car")));
        }
        SplitOfManifests first = SplitOfManifests.of(manifests(text(lines.toArray(new String[0]))), rules("object", seed), null, 0);
        List<String> train = objects(first.train());
        List<String> again = new ArrayList<>();
        train.subList(0, 5).forEach(object -> again.add(line(object, 2, Map.of(0, "car", 1, "bus"))));
        byte[] both = text(String.join("\n", lines), String.join("\n", again));
        SplitOfManifests second = SplitOfManifests.of(manifests(both), rules("object", seed), first, 0);
        assertEquals(train, objects(second.train()), "seed " + seed);
        assertTrue(second.decision().datasetFindings().stream().anyMatch(finding -> finding.code() == FindingCode.CLASS_IN_ONE_GROUP
                && finding.message().contains("\"bus\"")), second.decision().datasetFindings().toString());

        // An object of its own, labeled after all, brings the class to the hold-out: nothing old moves.
        int fresh = 60;
        while (rules("object", seed).holdOut().holds(dev.truepipe.split.Hash128.of("s3://images/" + fresh + ".jpg"))) {
            fresh++;
        }
        String more = line("s3://images/" + fresh + ".jpg", 3, Map.of(1, "bus"));
        SplitOfManifests third = SplitOfManifests.of(manifests(text(new String(both, StandardCharsets.UTF_8), more)), rules("object", seed), second, 0);
        assertEquals(train, objects(third.train()), "seed " + seed);
        assertTrue(objects(third.validation()).contains("s3://images/" + fresh + ".jpg"), "seed " + seed);
    }

    /** Were the group of lowest hash taken, whatever it holds, a class could lose its only lines of train. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void aClassInOneGroupStaysInTrainAndAnotherGroupServes(long seed) throws IOException {
        HoldOut holdOut = rules("object", seed).holdOut();
        List<String> ofTrain = new ArrayList<>();
        for (int i = 0; ofTrain.size() < 30; i++) {
            if (!holdOut.holds(dev.truepipe.split.Hash128.of("s3://images/" + i + ".jpg"))) {
                ofTrain.add("s3://images/" + i + ".jpg");
            }
        }
        ofTrain.sort(java.util.Comparator.comparing(object -> holdOut.rank(dev.truepipe.split.Hash128.of(object)), Long::compareUnsigned));
        List<String> lines = new ArrayList<>();
        ofTrain.subList(2, 30).forEach(object -> lines.add(line(object, 1, Map.of(0, "car"))));
        lines.add(line(ofTrain.get(0), 1, Map.of(1, "bus", 2, "rare")));
        lines.add(line(ofTrain.get(1), 1, Map.of(1, "bus")));
        SplitOfManifests split = SplitOfManifests.of(manifests(text(lines.toArray(new String[0]))), rules("object", seed), null, 0);
        assertTrue(objects(split.train()).contains(ofTrain.get(0)), "seed " + seed + ": the only group of \"rare\" stays");
        assertTrue(objects(split.validation()).contains(ofTrain.get(1)), "seed " + seed + ": the other one of \"bus\" serves");
    }

    private static List<String> objects(byte[] manifest) {
        List<String> objects = new ArrayList<>();
        lines(manifest).forEach(line -> objects.add(line.replaceAll("\\{\"source-ref\":\"([^\"]*)\".*", "$1")));
        objects.sort(null);
        return objects;
    }

    private static DatasetRules rules(List<String> categories) {
        return new DatasetRules(null, List.of(), GroupBy.OBJECT, new HoldOut(2_000, 1), false, List.of(), Map.of(), 10_000, 0, 0, categories);
    }

    /** A line with one box of each class. */
    private static String line(String object, int second, Map<Integer, String> classes) {
        List<String> boxes = new ArrayList<>();
        List<String> names = new ArrayList<>();
        new TreeMap<>(classes).forEach((id, name) -> {
            boxes.add("{\"class_id\":" + id + ",\"left\":1,\"top\":2,\"width\":3,\"height\":4}");
            names.add("\"" + id + "\":\"" + name + "\"");
        });
        return "{\"source-ref\":\"%s\",\"boxes\":{\"image_size\":[{\"width\":64,\"height\":48,\"depth\":3}],\"annotations\":[%s]},"
                .formatted(object, String.join(",", boxes))
                + "\"boxes-metadata\":{\"class-map\":{%s},\"type\":\"groundtruth/object-detection\",\"creation-date\":\"2026-01-01T00:00:%02d\"}}"
                        .formatted(String.join(",", names), second);
    }

    @Test
    void stopsForConflictingClassMapsNamingBothAndTheirPlaces() throws IOException {
        Random random = new Random(2);
        String line = MadeManifests.line("s3://images/1.jpg", 1, random, 1);
        assertTrue(line.contains("\"0\":\"car\""), "the line has the class");
        String other = line.replace("1.jpg", "2.jpg").replace("\"0\":\"car\"", "\"0\":\"tram\"");
        DatasetDecision decision = SplitOfManifests.of(manifests(text(line, other)), rules("object", 1), null, 0).decision();
        Gate gate = decision.gates().getFirst();
        assertEquals("class-map-conflict", gate.name());
        assertTrue(gate.message().contains("class id 0 has 2 names: \"car\" (m0:1) and \"tram\" (m0:2)"), gate.message());
    }

    @Test
    void ignoresClassMapsOfSupersededLines() throws IOException {
        Random random = new Random(2);
        String line = MadeManifests.line("s3://images/1.jpg", 1, random, 1);
        String newer = line.replace("09:00:01", "10:00:01").replace("\"0\":\"car\"", "\"0\":\"tram\"");
        assertNotEquals(line, newer);
        DatasetDecision decision = SplitOfManifests.of(manifests(text(line, newer)), rules("object", 1), null, 0).decision();
        assertTrue(decision.gates().stream().noneMatch(gate -> gate.name().equals("class-map-conflict")), decision.gates().toString());
    }

    @Test
    void dropsCarriedStateWithAFindingWhenTheSeedChanges() throws IOException {
        byte[] manifest = made(1, 40);
        SplitOfManifests first = SplitOfManifests.of(manifests(manifest), rules("object", 1), null, 0);
        SplitOfManifests same = SplitOfManifests.of(manifests(manifest), rules("object", 1), first, 0);
        assertEquals(first.decision().version(), same.decision().version());
        SplitOfManifests other = SplitOfManifests.of(manifests(manifest), rules("object", 2), first, 0);
        assertTrue(other.decision().datasetFindings().stream().anyMatch(finding -> finding.code() == FindingCode.CARRIED_STATE_DROPPED));
        assertNotEquals(first.decision().version(), other.decision().version());
    }

    @Test
    void measuresGatesAndLeavesDroppedNegativesOutOfTheQuarantinedShare() throws IOException {
        Random random = new Random(5);
        List<String> lines = new ArrayList<>();
        for (int i = 0; lines.size() < 10; i++) {
            String line = MadeManifests.line("s3://images/" + i + ".jpg", i, random, 1);
            if (line.contains("class_id")) {
                lines.add(line);
            }
        }
        for (int i = 0; lines.size() < 15; i++) {
            lines.add(lines.get(i).replace("images/", "empty/").replaceAll("\"annotations\":\\[.*?\\]\\}", "\"annotations\":[]}"));
        }
        lines.add("{");
        DatasetRules rules = new DatasetRules(null, List.of(), GroupBy.OBJECT, new HoldOut(2_000, 1), true, List.of(), Map.of(), 500, 11, 11, List.of());
        DatasetDecision decision = SplitOfManifests.of(manifests(text(lines.toArray(new String[0]))), rules, null, 0).decision();
        assertEquals(6, decision.quarantined());
        Map<String, String> gates = new HashMap<>();
        decision.gates().forEach(gate -> gates.put(gate.name(), gate.message()));
        assertTrue(gates.get("maxQuarantined").startsWith("1 of 16 lines"), gates.toString());
        assertTrue(gates.get("minPerClass").contains("\"car\" (10)"), gates.toString());
        assertTrue(gates.get("minNewLabels").startsWith("10 accepted lines are new"), gates.toString());
    }

    @Test
    void warnsOfConsecutiveFramesOnBothSides() throws IOException {
        Random random = new Random(5);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            lines.add(MadeManifests.line("s3://images/cam_%06d.jpg".formatted(i), i, random, 2));
        }
        byte[] manifest = text(lines.toArray(new String[0]));
        DatasetDecision apart = SplitOfManifests.of(manifests(manifest), rules("object", 1), null, 0).decision();
        assertTrue(apart.datasetFindings().stream().anyMatch(finding -> finding.code() == FindingCode.POSSIBLE_SEQUENCE_LEAK));
        DatasetDecision together = SplitOfManifests.of(manifests(manifest), rules("/(cam)_", 1), null, 0).decision();
        assertTrue(together.datasetFindings().stream().noneMatch(finding -> finding.code() == FindingCode.POSSIBLE_SEQUENCE_LEAK));
    }

    @Test
    void findsAnEmptyManifest() throws IOException {
        DatasetDecision decision = SplitOfManifests.of(manifests(new byte[0]), rules("object", 1), null, 0).decision();
        assertEquals("empty-manifest", decision.gates().getFirst().name());
        assertEquals(0, decision.lines());
    }

    @Test
    void refusesToCopyBytesThatWereNotScanned() throws IOException {
        byte[] manifest = text(MadeManifests.line("s3://images/1.jpg", 1, new Random(1), 2));
        ManifestChunk chunk = ManifestChunk.whole(0, "m", false);
        LabelChoice choice = new LabelChoice(Task.OBJECT_DETECTION, List.of("boxes"));
        ByteArrayOutputStream index = new ByteArrayOutputStream();
        ChunkScanner.scan(ByteSource.of(manifest), chunk, rules("object", 1).scanRules(choice), new ChunkIndexWriter(index));
        DatasetDecision decision = DatasetDecision.decide(new DecisionInput(rules("object", 1), choice, List.of(new ManifestFile("m", null, 1)),
                List.of(chunk), c -> new ByteArrayInputStream(index.toByteArray()), null, DecisionInput.PreviousIndex.NONE, null));
        ByteArrayOutputStream decided = new ByteArrayOutputStream();
        decision.writeChunk(0, decided);
        byte[] changed = manifest.clone();
        changed[20] ^= 1;
        OutputStream none = OutputStream.nullOutputStream();
        IOException e = assertThrows(IOException.class, () -> ChunkWriter.write(ByteSource.of(changed), chunk,
                new ByteArrayInputStream(index.toByteArray()), new ByteArrayInputStream(decided.toByteArray()),
                new ChannelOutputs(none, none, none, none, none, none)));
        assertTrue(e.getMessage().startsWith("m:1 (byte 0)"), e.getMessage());
    }

    @Test
    void refusesAnIndexThatWasCutOff() throws IOException {
        byte[] manifest = made(1, 20);
        LabelChoice choice = new LabelChoice(Task.OBJECT_DETECTION, List.of("boxes"));
        ByteArrayOutputStream index = new ByteArrayOutputStream();
        ChunkScanner.scan(ByteSource.of(manifest), ManifestChunk.whole(0, "m", false), rules("object", 1).scanRules(choice), new ChunkIndexWriter(index));
        byte[] cut = Arrays.copyOf(index.toByteArray(), index.size() / 2);
        assertThrows(IOException.class, () -> DatasetDecision.decide(new DecisionInput(rules("object", 1), choice,
                List.of(), List.of(ManifestChunk.whole(0, "m", false)), c -> new ByteArrayInputStream(cut), null, DecisionInput.PreviousIndex.NONE, null)));
    }

    @Test
    void remembersItsLinesAndComparesHoldOuts() throws IOException {
        SplitOfManifests split = SplitOfManifests.of(manifests(made(3, 200)), rules("object", 1), null, 0);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        split.decision().lineIndex().write(file);
        LineIndex read = LineIndex.read(new ByteArrayInputStream(file.toByteArray()));
        for (String line : lines(split.train())) {
            var hash = dev.truepipe.split.Murmur3.hash(line.getBytes(StandardCharsets.ISO_8859_1));
            assertTrue(read.contains(hash.high()));
        }
        assertFalse(read.contains(1));
        assertEquals(0, read.holdOutDifference(split.decision().lineIndex()));
        SplitOfManifests other = SplitOfManifests.of(manifests(new byte[0]), rules("object", 1), null, 0);
        assertEquals(split.decision().validation(), read.holdOutDifference(other.decision().lineIndex()));
    }

    @Test
    void readsTheIndexWithWholeHashesThatCameBefore() throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        java.io.DataOutputStream data = new java.io.DataOutputStream(file);
        data.writeBytes("TPL2");
        for (long number : new long[] {2, 1, 1, 7, 100, -3, 101, 9, 102, 5, 103}) {
            data.writeLong(number);
        }
        LineIndex read = LineIndex.read(new ByteArrayInputStream(file.toByteArray()));
        for (long high : new long[] {7, -3, 9}) {
            assertTrue(read.contains(high), high + " is the first half of a line's hash");
        }
        assertFalse(read.contains(100), "a second half");
        assertTrue(read.hasInTrain(new dev.truepipe.split.Hash128(5, 103)));
        ByteArrayOutputStream now = new ByteArrayOutputStream();
        read.write(now);
        assertEquals("TPL3", now.toString(StandardCharsets.ISO_8859_1).substring(0, 4));
        assertEquals(4 + 3 * 8 + 4 * 8, now.size());
    }

    @Test
    void refusesToMakeAFatalRuleAWarning() {
        assertThrows(IllegalArgumentException.class, () -> new DatasetRules(null, List.of(), GroupBy.OBJECT, new HoldOut(0, 1), false, List.of(),
                Map.of(FindingCode.INVALID_JSON, dev.truepipe.manifest.Severity.WARNING), 0, 0, 0, List.of()));
    }
}

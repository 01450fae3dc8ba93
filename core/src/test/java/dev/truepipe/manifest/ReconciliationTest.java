package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which id each class gets, and what stays a contradiction. */
class ReconciliationTest {
    private static final LabelChoice BOXES = new LabelChoice(Task.OBJECT_DETECTION, List.of("boxes"));
    private static final SortedMap<Integer, String> NOTHING = Collections.emptySortedMap();

    private final ClassTally tally = new ClassTally();
    private int line;

    /** One line of a job for each class. @param idsAndNames alternately; a name that is {@code null} is not given */
    private ReconciliationTest job(String label, String name, String manifest, Object... idsAndNames) {
        for (int i = 0; i < idsAndNames.length; i += 2) {
            tally.add(tally.job(label, name, manifest), (Integer) idsAndNames[i], (String) idsAndNames[i + 1], 1, manifest, ++line);
        }
        return this;
    }

    private ReconciliationTest job(String name, Object... idsAndNames) {
        return job("boxes", name, "m", idsAndNames);
    }

    private Reconciliation of(LabelChoice choice, List<String> categories, SortedMap<Integer, String> previous) {
        return new Reconciliation(tally, choice, categories, previous);
    }

    private Reconciliation plainly() {
        return of(BOXES, List.of(), NOTHING);
    }

    private static Map<Integer, String> names(Object... idsAndNames) {
        TreeMap<Integer, String> names = new TreeMap<>();
        for (int i = 0; i < idsAndNames.length; i += 2) {
            names.put((Integer) idsAndNames[i], (String) idsAndNames[i + 1]);
        }
        return names;
    }

    private static ClassIds ids(Reconciliation reconciliation, String job) {
        return reconciliation.ids().get(new LabelingJob("boxes", job, null));
    }

    private static String conflict(Reconciliation reconciliation) {
        assertEquals(1, reconciliation.conflicts().size(), reconciliation.conflicts().toString());
        assertThrows(IllegalStateException.class, reconciliation::ids);
        return reconciliation.conflicts().getFirst().message();
    }

    @Test
    void changesNothingWhereJobsAgree() {
        job("a", 0, "car", 3, "bus").job("b", 3, "bus", 1, "van").job("boxes", null, "m", 0, "car");
        Reconciliation all = plainly();
        assertEquals(names(0, "car", 1, "van", 3, "bus"), all.names());
        assertTrue(all.ids().values().stream().allMatch(ClassIds::stay), all.ids().toString());
        assertEquals(Map.of("car", 2L, "bus", 2L, "van", 1L), all.annotationsByName());
    }

    @Test
    void theFirstJobKeepsItsIdsAndTheOthersTakeThem() {
        job("b", 0, "bus", 1, "car", 2, "van").job("a", 0, "car", 1, "bus");
        Reconciliation all = plainly();
        assertEquals(names(0, "car", 1, "bus", 2, "van"), all.names());
        assertEquals(names(0, "car", 1, "bus", 2, "van"), all.namesOnLines());
        assertTrue(ids(all, "a").stay());
        assertEquals(Map.of(0, 1, 1, 0), ids(all, "b").changed());
    }

    /** b's "van" cannot have 1, which a's "bus" has; 0 and 1 and c's own 2 are taken, so 3. */
    @Test
    void aClassWhoseIdIsTakenGetsTheLowestThatNobodyHasAnywhere() {
        job("a", 0, "car", 1, "bus").job("b", 1, "van").job("c", 2, "tram");
        assertEquals(names(0, "car", 1, "bus", 2, "tram", 3, "van"), plainly().names());
    }

    @Test
    void theCanonicalLabelsJobsComeFirst() {
        job("frames", "a", "m", 0, "bus").job("boxes", "z", "m", 0, "car");
        LabelChoice both = new LabelChoice(Task.OBJECT_DETECTION, List.of("boxes", "frames"));
        assertEquals(names(0, "car", 1, "bus"), of(both, List.of(), NOTHING).names());
        LabelChoice otherWay = new LabelChoice(Task.OBJECT_DETECTION, List.of("frames", "boxes"));
        assertEquals(names(0, "bus", 1, "car"), of(otherWay, List.of(), NOTHING).names());
    }

    @Test
    void linesWithoutAJobsNameAreOneJobForEachManifest() {
        job("boxes", null, "m2", 0, "bus").job("boxes", null, "m1", 0, "car").job("boxes", "z", "m0", 0, "van");
        Reconciliation all = plainly();
        assertEquals(names(0, "van", 1, "car", 2, "bus"), all.names());
        assertEquals(Map.of(0, 2), all.ids().get(new LabelingJob("boxes", null, "m2")).changed());
    }

    @Test
    void theCategoryListDecides() {
        job("a", 0, "car", 1, "bus");
        Reconciliation all = of(BOXES, List.of("tram", "bus", "car"), new TreeMap<>(Map.of(7, "car")));
        assertEquals(names(0, "tram", 1, "bus", 2, "car"), all.names());
        assertEquals(Map.of(0, 2), ids(all, "a").changed());
        assertEquals(names(1, "bus", 2, "car"), all.namesOnLines());
    }

    @Test
    void aClassThatTheCategoryListLacksIsAConflict() {
        job("a", 0, "car", 1, "Bus");
        assertEquals("class \"Bus\" (id 1: m:2) is not in labelCategories, which ends with 1, \"bus\"; add it there, or correct its name",
                conflict(of(BOXES, List.of("car", "bus"), NOTHING)));
    }

    @Test
    void theVersionBeforeKeepsItsIds() {
        job("a", 0, "bus", 1, "van");
        Reconciliation all = of(BOXES, List.of(), new TreeMap<>(Map.of(0, "car", 4, "bus")));
        assertEquals(names(0, "car", 1, "van", 4, "bus"), all.names());
        assertEquals(Map.of(0, 4), ids(all, "a").changed());
    }

    /** Without a class map the version before could only call the class by its id. */
    @Test
    void aNameTakesThePlaceOfAnIdThatHadNone() {
        job("a", 0, "car", 1, "1");
        Reconciliation all = of(BOXES, List.of(), new TreeMap<>(Map.of(0, "0", 1, "1", 2, "2")));
        assertEquals(names(0, "car", 1, "1", 2, "2"), all.names());
        assertTrue(ids(all, "a").stay());
    }

    @Test
    void anIdWithoutANameMeansWhatTheOthersSay() {
        job("a", 0, "car", 1, "bus").job("x", 0, null, 5, null).job("y", 2, "van", 2, null);
        Reconciliation all = plainly();
        assertEquals(List.of(), all.conflicts());
        assertEquals(names(0, "car", 1, "bus", 2, "van", 5, "5"), all.names());
        assertEquals(Map.of("car", 2L, "bus", 1L, "van", 2L, "5", 1L), all.annotationsByName());
    }

    /** Its own job names it on other lines: what other jobs call it does not matter. */
    @Test
    void anIdWithoutANameOnSomeLinesMeansWhatItsJobSays() {
        job("a", 0, "car").job("x", 0, "bus", 0, null);
        Reconciliation all = plainly();
        assertEquals(Map.of(0, 1), ids(all, "x").changed());
        assertEquals(Map.of("car", 1L, "bus", 2L), all.annotationsByName());
    }

    @Test
    void nobodyCanTellWhatAnIdWithSeveralNamesElsewhereMeans() {
        job("a", 0, "car").job("b", 0, "bus").job("boxes", null, "plain", 0, null);
        assertEquals("class id 0 has no name in plain (plain:3) and 2 elsewhere: \"bus\" (m:2) and \"car\" (m:1); nobody can tell which is meant: "
                + "add class maps, or give labelCategories", conflict(plainly()));
        assertEquals(List.of(), of(BOXES, List.of("bus", "car"), NOTHING).conflicts(), "the category list tells");
        assertEquals(Map.of("bus", 2L, "car", 1L), of(BOXES, List.of("bus", "car"), NOTHING).annotationsByName());
    }

    @Test
    void theVersionBeforeHasAVoiceInWhatAnIdMeans() {
        job("b", 0, "bus").job("x", 0, null);
        assertTrue(conflict(of(BOXES, List.of(), new TreeMap<>(Map.of(0, "car")))).contains("\"bus\" (m:1) and \"car\" (the version before)"));
    }

    @Test
    void anIdCannotMeanWhatItsJobGivesAnotherId() {
        job("a", 0, "car").job("x", 0, null, 1, "car");
        assertEquals("class id 0 has no name in x (m:2), and what it would mean, \"car\", is class id 1 there (m:3); add it to the class maps, or give labelCategories",
                conflict(plainly()));
        assertEquals(List.of(), of(BOXES, List.of("bus", "car"), NOTHING).conflicts());
        assertTrue(conflict(of(BOXES, List.of("car", "bus"), NOTHING)).contains("what it would mean, \"car\", is class id 1 there"), "nor what the list gives another");
    }

    /** One job calls 0 a car, another 1: of a third's 0 and 1 at most one is. */
    @Test
    void twoIdsWithoutANameCannotMeanTheSame() {
        job("a", 0, "car").job("b", 1, "car").job("x", 0, null, 1, null);
        assertTrue(conflict(plainly()).startsWith("class id 1 has no name in x (m:4), and what it would mean, \"car\", is class id 0 there (m:3)"));
    }

    @Test
    void aJobThatContradictsItselfIsAConflict() {
        job("a", 0, "car", 0, "tram", 1, "bus", 2, "bus", 0, "car");
        List<Finding> conflicts = plainly().conflicts();
        assertEquals(2, conflicts.size());
        assertEquals("within a, class id 0 has 2 names: \"car\" (m:1, m:5) and \"tram\" (m:2); " + FindingCode.CLASS_MAP_CONFLICT.cure(),
                conflicts.get(0).message());
        assertEquals("within a, class \"bus\" has 2 ids: 1 (m:3) and 2 (m:4); " + FindingCode.CLASS_MAP_CONFLICT.cure(), conflicts.get(1).message());
    }

    @Test
    void masksCannotBeRewritten() {
        LabelChoice masks = new LabelChoice(Task.SEMANTIC_SEGMENTATION, List.of("road-ref"));
        job("road-ref", "a", "m", 0, "BACKGROUND", 1, "lane").job("road-ref", "b", "m", 0, "BACKGROUND", 2, "kerb");
        assertEquals(List.of(), of(masks, List.of(), NOTHING).conflicts(), "jobs that agree are one");
        assertTrue(of(masks, List.of(), NOTHING).ids().values().stream().allMatch(ClassIds::stay));
        assertEquals(names(0, "BACKGROUND", 1, "lane", 2, "kerb", 3, "kept"),
                of(masks, List.of(), new TreeMap<>(Map.of(2, "gone", 3, "kept"))).names(), "ids of the data stand, whatever was before");
        job("road-ref", "c", "m", 1, "kerb");
        List<Finding> conflicts = of(masks, List.of(), NOTHING).conflicts();
        assertEquals(2, conflicts.size());
        assertTrue(conflicts.getFirst().message().startsWith("class id 1 has 2 names: \"kerb\" (m:5) and \"lane\" (m:2); ids of masks are values of pixels"),
                conflicts.toString());
        assertTrue(of(masks, List.of("BACKGROUND", "kerb", "lane"), NOTHING).conflicts().stream()
                .anyMatch(conflict -> conflict.message().startsWith("class id 1 is \"lane\" (m:2) and in labelCategories \"kerb\"")));
    }

    @Test
    void inSpansOfTextNamesAloneCount() {
        LabelChoice spans = new LabelChoice(Task.TEXT_SPAN, List.of("ner"));
        job("ner", "a", "m", 0, "Person", 1, "Place", 0, "Place").job("ner", "b", "m", 0, "Date");
        Reconciliation all = of(spans, List.of(), NOTHING);
        assertEquals(List.of(), all.conflicts());
        assertEquals(names(0, "Person", 1, "Place", 2, "Date"), all.names());
        assertTrue(all.ids().values().stream().allMatch(ClassIds::stay), "nothing is written on the line");
        assertEquals(Map.of("Person", 1L, "Place", 2L, "Date", 1L), all.annotationsByName());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void theOrderOfLinesChangesNothing(long seed) {
        Random random = new Random(seed);
        List<Object[]> lines = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int job = random.nextInt(8);
            int id = random.nextInt(12);
            // Each job has a list of its own; jobs 6 and 7 give no names for some ids.
            String name = job >= 6 && id % 4 == 0 ? null : "class " + (id * 5 + job * job) % 17;
            lines.add(new Object[] {job % 3 == 0 ? "boxes" : "frames", job == 5 ? null : "job " + job, "m" + job, id, name});
        }
        LabelChoice both = new LabelChoice(Task.OBJECT_DETECTION, List.of("boxes", "frames"));
        String first = null;
        for (int round = 0; round < 10; round++) {
            ClassTally left = new ClassTally();
            ClassTally right = new ClassTally();
            int cut = random.nextInt(lines.size());
            for (int i = 0; i < lines.size(); i++) {
                Object[] one = lines.get(i);
                ClassTally into = i < cut ? left : right;
                into.add(into.job((String) one[0], (String) one[1], (String) one[2]), (Integer) one[3], (String) one[4], 1, (String) one[2], 1);
            }
            left.add(right);
            Reconciliation all = new Reconciliation(left, both, List.of(), new TreeMap<>(Map.of(3, "class 5", 0, "0")));
            String outcome = all.names() + " " + all.annotationsByName() + " " + all.conflicts().size() + (all.conflicts().isEmpty() ? " " + all.ids() : "");
            first = first == null ? outcome : first;
            assertEquals(first, outcome, "seed " + seed + ", round " + round);
            Collections.shuffle(lines, random);
        }
    }

    /** Whatever jobs say: there is a contradiction to tell of, or every job's ids become one class map. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void eitherTellsOfAContradictionOrMakesOneClassMap(long seed) {
        Random random = new Random(seed);
        int fine = 0;
        for (int round = 0; round < 3_000; round++) {
            ClassTally tally = new ClassTally();
            Map<String, Map<Integer, String>> said = new TreeMap<>();
            int classes = 2 + random.nextInt(4);
            for (int i = random.nextInt(12); i >= 0; i--) {
                String job = "job " + random.nextInt(4);
                int id = random.nextInt(classes);
                String name = random.nextInt(5) == 0 ? null : Integer.toString(random.nextInt(3) == 0 ? random.nextInt(classes) : id);
                tally.add(tally.job("boxes", job, "m"), id, name, 1, "m", i);
                if (name != null) {
                    said.computeIfAbsent(job, key -> new TreeMap<>()).put(id, name);
                }
            }
            List<String> categories = random.nextInt(3) == 0 ? List.of("3", "1", "0", "2", "4", "5") : List.of();
            SortedMap<Integer, String> previous = random.nextBoolean() ? new TreeMap<>(Map.of(1, "2", 2, "2 too", 0, "0")) : NOTHING;
            Reconciliation all = new Reconciliation(tally, BOXES, categories, previous);
            if (!all.conflicts().isEmpty()) {
                continue;
            }
            fine++;
            String where = "seed " + seed + ", round " + round + ": " + said + ", list " + categories + ", before " + previous + ": " + all.names() + " " + all.ids();
            assertEquals(all.names().size(), all.names().values().stream().distinct().count(), where);
            said.forEach((job, names) -> names.forEach((id, name) -> assertEquals(name, all.names().get(ids(all, job).of(id)), where)));
            if (categories.isEmpty()) {
                previous.forEach((id, name) -> assertTrue(name.equals(all.names().get(id)) || name.equals(id.toString()), where));
            }
            // What has been made one stays as it is.
            ClassTally again = new ClassTally();
            all.names().forEach((id, name) -> again.add(again.job("boxes", "again", "m"), id, name, 1, "m", 1));
            assertTrue(new Reconciliation(again, BOXES, categories, all.names()).ids().values().stream().allMatch(ClassIds::stay), where);
        }
        assertTrue(fine > 300, "rounds without a contradiction: " + fine);
    }

    /** A tool that writes a job's name of its own on every line, all with one class map, is as good as one job. */
    @Test
    void moreJobsThanCanBeToldApartMustAgree() {
        for (int i = 0; i <= ClassTally.MOST_JOBS + 5; i++) {
            job("job " + i, 0, "car", i % 100, i % 100 == 0 ? "car" : "class " + i % 100);
        }
        Reconciliation all = of(BOXES, List.of(), new TreeMap<>(Map.of(0, "bus")));
        assertEquals(List.of(), all.conflicts());
        assertEquals(100, all.namesOnLines().size());
        assertEquals(1, tally.jobs().size());
        assertEquals(100, tally.jobs().iterator().next().ids.size());
        assertEquals(Map.of(0, 100), all.ids().get(null).changed());
        assertEquals(ClassTally.MOST_JOBS + 6L + ClassTally.MOST_JOBS / 100 + 1, all.annotations(100));
        job("one more", 0, "tram");
        assertTrue(conflict(plainly()).startsWith("within more labeling jobs than can be told apart, class id 0 has 2 names: \"car\" (m:1, m:2, m:3)"));
    }

    @Test
    void aNameOfItsOwnOnEveryLineIsToldOfAndNotRemembered() {
        for (int i = 0; i < ClassTally.MOST_USES + 50_000; i++) {
            job("job", i % 60_000, "class " + i);
        }
        assertTrue(tally.uses().size() <= 2 * ClassTally.MOST_USES + 1, "remembered: " + tally.uses().size());
        List<Finding> conflicts = plainly().conflicts();
        assertFalse(conflicts.isEmpty());
        assertTrue(conflicts.size() <= 20, "findings: " + conflicts.size());
        ClassTally other = new ClassTally();
        other.add(tally);
        assertEquals(-1, new Reconciliation(tally, BOXES, List.of(), NOTHING).id(tally.beyond().number));
        assertEquals(50_000L, other.beyond().annotations);
    }

    @Test
    void longNamesAreToldOfAndNotRemembered() {
        String megabyte = "x".repeat(1 << 20);
        for (int i = 0; i < 40; i++) {
            job("job", i, megabyte + i);
        }
        assertTrue(tally.beyond() != null && tally.beyond().annotations >= 20, "refused");
        assertTrue(plainly().conflicts().getLast().message().startsWith("more than 131072 classes, or class names of more than 16777216 characters"));
    }

    @Test
    void moreClassesThanThereAreIdsIsAConflict() {
        for (int i = 0; i < 65_536; i++) {
            job("a", i, "class " + i);
        }
        assertEquals(List.of(), plainly().conflicts());
        job("b", 0, "another");
        assertEquals("65537 classes: ids end with 65535; " + FindingCode.CLASS_MAP_CONFLICT.cure(), conflict(plainly()));
    }

    @Test
    void knowsNoJobOfNoLine() {
        assertEquals(Map.of(), plainly().ids());
        assertNull(tally.beyond());
    }

    /** Each nameless use looks at a few names and no job: all names for each would be 25 million, all jobs for each of these 10^11. */
    @Test
    void manyJobsThatNameAnIdAndManyThatDoNotTakeLittleWork() {
        for (int i = 0; i < ClassTally.MOST_JOBS / 2; i++) {
            job("named-%04d".formatted(i), 0, "class %04d".formatted(i)).job("nameless-%04d".formatted(i), 0, null);
        }
        Reconciliation all = assertTimeoutPreemptively(Duration.ofSeconds(20), this::plainly);
        assertEquals(20, all.conflicts().size());
        assertEquals("class id 0 has no name in " + new LabelingJob("boxes", "nameless-0000", null) + " (m:2) and 5000 elsewhere: \"class 0000\" (m:1) and"
                + " \"class 0001\" (m:3) and \"class 0002\" (m:5) and \"class 0003\" (m:7) and …; nobody can tell which is meant: add class maps, or give"
                + " labelCategories", all.conflicts().getFirst().message());
    }

    @Test
    void theVersionBeforeIsOneOfThoseWhoNameAnIdAndStandsInTheOrderOfNames() {
        job("a", 0, "car").job("b", 0, null);
        String message = conflict(of(BOXES, List.of(), new TreeMap<>(Map.of(0, "bus"))));
        assertTrue(message.contains(" and 2 elsewhere: \"bus\" (the version before) and \"car\" (m:1); "), message);
    }

    /** Numbers that were given before stand for what their classes were put into. */
    @Test
    void aClassWithoutANameIsFoundAgainWhenJobsWerePutTogether() {
        int first = tally.add(tally.job("boxes", null, "m"), 7, null, 1, "m", 1);
        for (int i = 0; i <= ClassTally.MOST_JOBS; i++) {
            job("job " + i, 0, "car");
        }
        int later = tally.number(tally.job("boxes", null, "m"), 7, null);
        Reconciliation all = plainly();
        assertEquals("7 7", all.id(first) + " " + all.id(later));
    }
}

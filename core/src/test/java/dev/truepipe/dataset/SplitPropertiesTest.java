package dev.truepipe.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.MadeManifests;
import dev.truepipe.split.GroupBy;
import dev.truepipe.split.Hash128;
import dev.truepipe.split.HoldOut;
import dev.truepipe.split.Murmur3;
import dev.truepipe.split.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of every split: by shares and by a hold-out of one's own, with and without a test share, however lines are grouped. */
class SplitPropertiesTest {
    /** Sorts last: that it is read first is the split's doing. */
    private static final String OWN = "z-val";
    private static final Pattern OBJECT = Pattern.compile("\"source-ref\":\"([^\"]*)\"");
    private static final Pattern CREATED = Pattern.compile("\"creation-date\":\"([^\"]*)\"");
    private static final Pattern CAMERA = Pattern.compile("/(cam[0-9]+)/");

    /** A way to split. */
    private record Way(HoldOut holdOut, String groupBy) {
        DatasetRules rules() {
            return new DatasetRules(null, List.of(), GroupBy.parse(groupBy), holdOut, false, List.of(), Map.of(), 10_000, 0, 0, List.of());
        }

        boolean isOwn() {
            return holdOut.manifest() != null;
        }

        @Override
        public String toString() {
            return holdOut.words() + ", seed " + holdOut.seed() + ", by " + groupBy;
        }
    }

    static Stream<Way> ways() {
        return Stream.of(1L, 2L, 20_260_714L).flatMap(seed -> Stream.of("object", "/(cam[0-9]+)/").flatMap(groupBy -> Stream.of(
                        new HoldOut(2_000, seed), new HoldOut(2_000, 1_500, null, seed), new HoldOut(0, 0, OWN, seed), new HoldOut(0, 2_500, OWN, seed))
                .map(holdOut -> new Way(holdOut, groupBy))));
    }

    /** Two manifests that share objects, and a hold-out that shares some with them. */
    private static TreeMap<String, byte[]> manifests(Way way, int lines) {
        TreeMap<String, byte[]> manifests = new TreeMap<>();
        long seed = way.holdOut().seed();
        manifests.put("m0", spread(MadeManifests.lines(seed, lines), 0));
        manifests.put("m1", spread(MadeManifests.lines(seed + 1, lines / 2), 0));
        if (way.isOwn()) {
            // Cameras 16 to 20 are of the hold-out alone but for a few objects.
            manifests.put(OWN, spread(MadeManifests.lines(seed + 2, Math.max(4, lines / 3)), 3));
        }
        return manifests;
    }

    /** Gives the five cameras of made lines more numbers, by the frame, so that there are groups enough. */
    private static byte[] spread(List<byte[]> lines, int shift) {
        List<byte[]> spread = new ArrayList<>();
        for (byte[] line : lines) {
            String text = new String(line, StandardCharsets.ISO_8859_1);
            Matcher frame = Pattern.compile("/cam([0-9])/frame [0-9]*([0-9])\\.jpg").matcher(text);
            spread.add(frame.find() ? frame.replaceFirst("/cam" + (shift + Integer.parseInt(frame.group(2)) / 3) + "$1/frame " + frame.group(2) + text.length() % 7 + ".jpg")
                    .getBytes(StandardCharsets.ISO_8859_1) : line);
        }
        return MadeManifests.manifest(spread, true);
    }

    private static List<String> lines(byte[] file) {
        List<String> lines = new ArrayList<>(Arrays.asList(new String(file, StandardCharsets.ISO_8859_1).split("\n", -1)));
        lines.removeIf(line -> line.strip().isEmpty());
        return lines;
    }

    private static Map<Channel, List<String>> channels(SplitOfManifests split) {
        Map<Channel, List<String>> channels = new TreeMap<>();
        channels.put(Channel.TRAIN, lines(split.train()));
        channels.put(Channel.VALIDATION, lines(split.validation()));
        channels.put(Channel.TEST, lines(split.test()));
        channels.put(Channel.SUPERSEDED, lines(split.superseded()));
        channels.put(Channel.QUARANTINE, lines(split.quarantine()));
        return channels;
    }

    private static List<String> sorted(List<String> lines) {
        return lines.stream().sorted().toList();
    }

    private static String object(String line) {
        Matcher object = OBJECT.matcher(line);
        assertTrue(object.find(), line);
        return object.group(1);
    }

    private static String group(String line, Way way) {
        Matcher camera = CAMERA.matcher(line);
        return way.groupBy().equals("object") || !camera.find() ? object(line) : camera.group(1);
    }

    private static String created(String line) {
        Matcher created = CREATED.matcher(line);
        return created.find() ? created.group(1) : "";
    }

    @ParameterizedTest
    @MethodSource("ways")
    void losesNoLineAndChangesNoByte(Way way) throws IOException {
        TreeMap<String, byte[]> manifests = manifests(way, 150);
        SplitOfManifests split = SplitOfManifests.of(manifests, way.rules(), null, 0);
        List<String> in = new ArrayList<>();
        manifests.values().forEach(manifest -> in.addAll(lines(manifest)));
        List<String> out = new ArrayList<>();
        channels(split).values().forEach(out::addAll);
        assertEquals(sorted(in), sorted(out));
        DatasetDecision decision = split.decision();
        assertEquals(decision.lines(), decision.accepted() + decision.quarantined() + decision.superseded());
        assertEquals(decision.test(), lines(split.test()).size());
        assertEquals(way.holdOut().tests(), decision.test() > 0, "the test channel has lines where it is asked for");
        assertTrue(decision.train() > 0 && decision.validation() > 0 && decision.superseded() > 0 && decision.quarantined() > 0, decision.toJson()::toString);
    }

    /** A slow and obvious reading of the rules, with regular expressions in place of a scanner. */
    @ParameterizedTest
    @MethodSource("ways")
    void putsEveryLineWhereTheRulesSay(Way way) throws IOException {
        TreeMap<String, byte[]> manifests = manifests(way, 150);
        SplitOfManifests split = SplitOfManifests.of(manifests, way.rules(), null, 0);
        List<String> quarantined = new ArrayList<>(lines(split.quarantine()));

        record Claim(String line, boolean own) {}
        List<Claim> claims = new ArrayList<>();
        List<String> names = new ArrayList<>(manifests.keySet());
        names.sort(Comparator.comparing((String name) -> !name.equals(OWN)).thenComparing(Comparator.naturalOrder()));
        names.forEach(name -> lines(manifests.get(name)).stream().filter(line -> !quarantined.remove(line))
                .forEach(line -> claims.add(new Claim(line, name.equals(OWN)))));

        Comparator<Claim> best = Comparator.comparing(Claim::own).thenComparing(claim -> created(claim.line()))
                .thenComparing(claim -> Murmur3.hash(claim.line().getBytes(StandardCharsets.ISO_8859_1)));
        Map<String, Claim> winners = new HashMap<>();
        claims.forEach(claim -> winners.merge(object(claim.line()), claim, (one, other) -> best.compare(other, one) > 0 ? other : one));
        Set<String> held = new HashSet<>();
        claims.stream().filter(Claim::own).forEach(claim -> held.add(group(claim.line(), way)));
        Set<Hash128> floors = CarriedState.fromDataset(split.decision().toJson()).floors();

        Map<Channel, List<String>> expected = new TreeMap<>();
        for (Claim claim : claims) {
            Hash128 group = Hash128.of(group(claim.line(), way));
            int place = way.holdOut().place(group.high(), group.low());
            Channel channel = winners.get(object(claim.line())) != claim ? Channel.SUPERSEDED
                    : held.contains(group(claim.line(), way)) || place < way.holdOut().basisPoints() || floors.contains(group) ? Channel.VALIDATION
                    : place < way.holdOut().basisPoints() + way.holdOut().testBasisPoints() ? Channel.TEST : Channel.TRAIN;
            expected.computeIfAbsent(channel, key -> new ArrayList<>()).add(claim.line());
        }
        Map<Channel, List<String>> channels = channels(split);
        for (Channel channel : List.of(Channel.TRAIN, Channel.VALIDATION, Channel.TEST, Channel.SUPERSEDED)) {
            assertEquals(expected.getOrDefault(channel, List.of()), channels.get(channel), way + ": " + channel);
        }
    }

    static Stream<Way> fewWays() {
        return ways().filter(way -> way.holdOut().seed() == 1 && (way.groupBy().equals("object") || way.isOwn() && way.holdOut().tests()));
    }

    @ParameterizedTest
    @MethodSource("fewWays")
    void everyBorderOfSmallFilesChangesNothing(Way way) throws IOException {
        TreeMap<String, byte[]> manifests = new TreeMap<>();
        manifests.put("m0", (line("cam1/a", "car") + "\n\n{\r\n" + line("cam2/b", "bus") + "\r\n" + line("cam1/c", "bus")).getBytes(StandardCharsets.UTF_8));
        manifests.put("m1", ("\n" + line("cam1/a", "truck") + "\n" + line("cam3/d", "car") + "\n").getBytes(StandardCharsets.UTF_8));
        if (way.isOwn()) {
            manifests.put(OWN, ("x\n" + line("cam2/b", "car") + "\n \n" + line("cam4/e", "car")).getBytes(StandardCharsets.UTF_8));
        }
        String whole = SplitOfManifests.of(manifests, way.rules(), null, 0).everything();
        int longest = manifests.values().stream().mapToInt(manifest -> manifest.length).max().orElseThrow();
        for (int border = 1; border < longest; border++) {
            long at = border;
            assertEquals(whole, SplitOfManifests.of(manifests, way.rules(), null, (long from) -> from < at ? at : Long.MAX_VALUE).everything(),
                    way + ", cut at byte " + border);
        }
        assertEquals(whole, SplitOfManifests.of(manifests, way.rules(), null, 1).everything(), way + ", every byte a chunk");
    }

    @ParameterizedTest
    @MethodSource("ways")
    void randomBordersOfLargerFilesChangeNothing(Way way) throws IOException {
        TreeMap<String, byte[]> manifests = manifests(way, 400);
        String whole = SplitOfManifests.of(manifests, way.rules(), null, 0).everything();
        for (int round = 0; round < 4; round++) {
            Random random = new Random(way.holdOut().seed() + round);
            int most = 1 << 11 + random.nextInt(7);
            assertEquals(whole, SplitOfManifests.of(manifests, way.rules(), null, (long from) -> from + 1 + random.nextInt(most)).everything(),
                    way + ", round " + round);
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void theOrderOfLinesAndTheNamesOfManifestsChangeNothing(Way way) throws IOException {
        TreeMap<String, byte[]> manifests = manifests(way, 200);
        SplitOfManifests one = SplitOfManifests.of(manifests, way.rules(), null, 0);
        Random random = new Random(way.holdOut().seed());
        TreeMap<String, byte[]> others = new TreeMap<>();
        manifests.forEach((name, content) -> {
            List<byte[]> lines = new ArrayList<>(lines(content).stream().map(line -> line.getBytes(StandardCharsets.ISO_8859_1)).toList());
            Collections.shuffle(lines, random);
            others.put(name.equals("m0") ? "y" : name.equals("m1") ? "x" : "a-val", MadeManifests.manifest(lines, true));
        });
        HoldOut holdOut = way.holdOut();
        Way renamed = new Way(new HoldOut(holdOut.basisPoints(), holdOut.testBasisPoints(), way.isOwn() ? "a-val" : null, holdOut.seed()), way.groupBy());
        SplitOfManifests other = SplitOfManifests.of(others, renamed.rules(), null, 0);
        channels(one).forEach((channel, lines) -> assertEquals(sorted(lines), sorted(channels(other).get(channel)), way + ": " + channel));
        assertEquals(one.decision().version(), other.decision().version(), way.toString());
        assertEquals(one.decision().toJson().get("holdOut"), other.decision().toJson().get("holdOut"), way.toString());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void anotherSeedIsAnotherSplitAndTheSameSeedTheSame(Way way) throws IOException {
        TreeMap<String, byte[]> manifests = manifests(way, 120);
        String one = SplitOfManifests.of(manifests, way.rules(), null, 0).everything();
        assertEquals(one, SplitOfManifests.of(manifests, way.rules(), null, 0).everything());
        HoldOut holdOut = way.holdOut();
        Way reseeded = new Way(new HoldOut(holdOut.basisPoints(), holdOut.testBasisPoints(), holdOut.manifest(), holdOut.seed() + 99), way.groupBy());
        SplitOfManifests other = SplitOfManifests.of(manifests, reseeded.rules(), null, 0);
        assertNotEquals(one, other.everything());
        if (way.isOwn()) {
            assertEquals(lines(SplitOfManifests.of(manifests, way.rules(), null, 0).validation()), lines(other.validation()), "the seed is not asked of a hold-out of one's own");
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void movesNobodyWhenDataGrowsWithThePreviousVersion(Way way) throws IOException {
        Random random = new Random(way.holdOut().seed());
        List<String> all = new ArrayList<>();
        TreeMap<String, byte[]> manifests = new TreeMap<>();
        if (way.isOwn()) {
            List<String> own = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                own.add(MadeManifests.line("s3://images/cam" + i % 3 + "/" + i + ".jpg", i, random, 3));
            }
            manifests.put(OWN, String.join("\n", own).getBytes(StandardCharsets.UTF_8));
        }
        SplitOfManifests previous = null;
        Map<String, Channel> sideOf = new HashMap<>();
        for (int step = 0; step < 12; step++) {
            for (int i = random.nextInt(4); i >= 0; i--) {
                all.add(MadeManifests.line("s3://images/cam" + random.nextInt(3 + 3 * step) + "/x" + all.size() + ".jpg", all.size(), random, 5));
            }
            manifests.put("m", String.join("\n", all).getBytes(StandardCharsets.UTF_8));
            previous = SplitOfManifests.of(manifests, way.rules(), previous, 0);
            assertTrue(previous.decision().datasetFindings().stream().noneMatch(finding -> finding.code() == FindingCode.CARRIED_STATE_DROPPED));
            String where = way + ", step " + step + ": ";
            channels(previous).forEach((channel, lines) -> {
                for (String line : lines) {
                    assertEquals(sideOf.getOrDefault(line, channel), channel, where + line);
                    sideOf.put(line, channel);
                }
            });
        }
        assertEquals(all.size() + (way.isOwn() ? 10 : 0), sideOf.size());
    }

    /**
     * Every split of this class is decided a second time, while its lines are scanned ({@link SplitOfManifests}): with the same
     * document and index, and, where it says that it had every line at once where it belongs, the same channels. Over the seeds it
     * says both: no with objects labeled twice, and yes with objects labeled once where no group has to move.
     */
    @Test
    void decidedWhileScanningItIsTheSameWhetherLinesMoveOrNot() throws IOException {
        Map<String, Set<Boolean>> said = new TreeMap<>();
        Set<String> kinds = new TreeSet<>();
        for (Way way : ways().toList()) {
            String kind = (way.isOwn() ? "own" : "share") + (way.holdOut().tests() ? " and test" : "") + " by " + way.groupBy();
            kinds.add(kind);
            for (int round = 0; round < 8; round++) {
                Random random = new Random(way.holdOut().seed() + 1_000 * round);
                boolean twice = round % 2 == 1;
                TreeMap<String, byte[]> manifests = new TreeMap<>();
                List<String> lines = new ArrayList<>();
                for (int i = 0; i < 60; i++) {
                    lines.add(line("cam" + random.nextInt(20) + "/" + i, i % 2 == 0 ? "car" : "bus"));
                }
                if (way.isOwn()) {
                    manifests.put(OWN, (line("cam90/a", "car") + "\n" + line("cam91/b", "bus") + "\n").getBytes(StandardCharsets.UTF_8));
                }
                if (twice) {
                    lines.add(lines.get(random.nextInt(60)).replace("2026-01-01", "2026-01-02"));
                }
                manifests.put("m", String.join("\n", lines).concat("\n").getBytes(StandardCharsets.UTF_8));
                SplitOfManifests split = SplitOfManifests.of(manifests, way.rules(), null, 1 + random.nextInt(20_000));
                assertTrue(!twice || !split.asTaken(), way + ", round " + round + ": a newer label came, and nothing moved");
                said.computeIfAbsent(kind, key -> new TreeSet<>()).add(split.asTaken());
            }
        }
        kinds.forEach(kind -> assertEquals(Set.of(false, true), said.get(kind), kind));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void tearsNoGroup(Way way) throws IOException {
        Map<Channel, List<String>> channels = channels(SplitOfManifests.of(manifests(way, 200), way.rules(), null, 0));
        Map<String, Set<Channel>> sides = new HashMap<>();
        Consumer<Channel> enter = channel -> channels.get(channel)
                .forEach(line -> sides.computeIfAbsent(group(line, way), key -> new TreeSet<>()).add(channel));
        enter.accept(Channel.TRAIN);
        enter.accept(Channel.VALIDATION);
        enter.accept(Channel.TEST);
        sides.forEach((group, on) -> assertEquals(1, on.size(), way + ": " + group + " is on " + on));
    }

    /** By hash, before any floor. */
    private static Channel byHash(String group, HoldOut holdOut) {
        Hash128 hash = Hash128.of(group);
        int place = holdOut.place(hash.high(), hash.low());
        return holdOut.isValidation(place) ? Channel.VALIDATION : holdOut.isTest(place) ? Channel.TEST : Channel.TRAIN;
    }

    /** The rules of docs/interpretation.md, slowly. @param classesOf what each group holds */
    private static Set<String> expectedFloors(Map<String, Set<Integer>> classesOf, HoldOut holdOut) {
        Map<Integer, List<String>> train = new TreeMap<>();
        Set<Integer> validated = new HashSet<>();
        classesOf.forEach((group, classes) -> classes.forEach(id -> {
            if (byHash(group, holdOut) == Channel.TRAIN) {
                train.computeIfAbsent(id, key -> new ArrayList<>()).add(group);
            } else if (byHash(group, holdOut) == Channel.VALIDATION) {
                validated.add(id);
            }
        }));
        Set<String> only = new HashSet<>();
        train.forEach((id, groups) -> {
            if (groups.size() == 1 && !validated.contains(id)) {
                only.add(groups.getFirst());
            }
        });
        Set<String> floors = new TreeSet<>();
        List.copyOf(train.keySet()).forEach(id -> {
            if (!validated.contains(id)) {
                train.get(id).stream().sorted((one, other) -> Long.compareUnsigned(holdOut.rank(Hash128.of(one)), holdOut.rank(Hash128.of(other))))
                        .filter(group -> !only.contains(group) && classesOf.get(group).stream().allMatch(held -> train.get(held).size() > 1))
                        .findFirst().ifPresent(group -> {
                            floors.add(group);
                            classesOf.get(group).forEach(held -> train.get(held).remove(group));
                            validated.addAll(classesOf.get(group));
                        });
            }
        });
        return floors;
    }

    private static Set<Integer> ids(String line) {
        Set<Integer> ids = new TreeSet<>();
        Matcher id = Pattern.compile("\"class_id\":([0-9]+)").matcher(line);
        while (id.find()) {
            ids.add(Integer.valueOf(id.group(1)));
        }
        return ids;
    }

    private static Set<Integer> ids(byte[] file) {
        Set<Integer> ids = new TreeSet<>();
        lines(file).forEach(line -> ids.addAll(ids(line)));
        return ids;
    }

    /** Expected by what the hash does with the groups of the lines that count; a hold-out of one's own is left as it is. */
    @ParameterizedTest
    @MethodSource("ways")
    void everyClassThatCanBeOnBothSidesIs(Way way) throws IOException {
        for (int lines = 4; lines < 60; lines += 5) {
            TreeMap<String, byte[]> manifests = manifests(way, lines);
            SplitOfManifests split = SplitOfManifests.of(manifests, way.rules(), null, 0);
            String where = way + ", " + lines + " lines: ";
            Map<String, Set<Integer>> classesOf = new TreeMap<>();
            Stream.of(split.train(), split.validation(), split.test()).flatMap(file -> lines(file).stream())
                    .forEach(line -> classesOf.computeIfAbsent(group(line, way), key -> new TreeSet<>()).addAll(ids(line)));
            Set<String> held = new TreeSet<>();
            if (way.isOwn()) {
                List<String> quarantined = lines(split.quarantine());
                lines(manifests.get(OWN)).stream().filter(line -> !quarantined.contains(line)).forEach(line -> held.add(group(line, way)));
            }
            Set<String> floors = way.isOwn() ? Set.of() : expectedFloors(classesOf, way.holdOut());
            assertEquals(new TreeSet<>(floors.stream().map(Hash128::of).toList()), CarriedState.fromDataset(split.decision().toJson()).floors(), where + "floors");
            Set<Integer> trained = new TreeSet<>();
            Set<Integer> validated = new TreeSet<>();
            Set<Integer> trainable = new TreeSet<>();
            classesOf.forEach((group, classes) -> {
                Channel channel = held.contains(group) || floors.contains(group) ? Channel.VALIDATION : byHash(group, way.holdOut());
                if (channel == Channel.TRAIN) {
                    trained.addAll(classes);
                } else if (channel == Channel.VALIDATION) {
                    validated.addAll(classes);
                }
                if (!held.contains(group) && byHash(group, way.holdOut()) == Channel.TRAIN) {
                    trainable.addAll(classes);
                }
            });
            assertEquals(trainable, ids(split.train()), where + "no floor takes a class out of train");
            assertEquals(trained, ids(split.train()), where + "train");
            assertEquals(validated, ids(split.validation()), where + "validation");
        }
    }

    /** Groups with the classes that each has; seeds run through what hangs together. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20_260_714})
    void floorsAreThoseOfTheRulesAndTakeNoClassOutOfTrain(long seed) throws IOException {
        Random random = new Random(seed);
        HoldOut holdOut = new HoldOut(1_000, seed % 2 == 0 ? 1_000 : 0, null, seed);
        Way way = new Way(holdOut, "object");
        for (int round = 0; round < 20; round++) {
            Map<String, Set<Integer>> classesOf = new TreeMap<>();
            int groups = 3 + random.nextInt(12);
            int most = 1 + random.nextInt(6);
            for (int i = 0; i < groups; i++) {
                Set<Integer> classes = new TreeSet<>();
                for (int more = random.nextInt(3); more >= 0; more--) {
                    classes.add(random.nextInt(most));
                }
                classesOf.put("s3://images/" + round + "-" + i + ".jpg", classes);
            }
            checkFloors(classesOf, way, "seed " + seed + ", round " + round);
        }
    }

    private static SplitOfManifests checkFloors(Map<String, Set<Integer>> classesOf, Way way, String where) throws IOException {
        String all = String.join("\n", classesOf.entrySet().stream().map(group -> lineOf(group.getKey(), group.getValue())).toList());
        SplitOfManifests split = SplitOfManifests.of(new TreeMap<>(Map.of("m", all.getBytes(StandardCharsets.UTF_8))), way.rules(), null, 0);
        assertEquals(new TreeSet<>(expectedFloors(classesOf, way.holdOut()).stream().map(Hash128::of).toList()),
                CarriedState.fromDataset(split.decision().toJson()).floors(), where + ": " + classesOf);
        Set<Integer> trainable = new TreeSet<>();
        classesOf.forEach((group, classes) -> {
            if (byHash(group, way.holdOut()) == Channel.TRAIN) {
                trainable.addAll(classes);
            }
        });
        assertEquals(trainable, ids(split.train()), where + ": " + classesOf);
        return split;
    }

    /** Groups of train, the lowest rank first, then one of validation. */
    private static List<String> ranked(HoldOut holdOut, int train) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            names.add("s3://images/r" + i + ".jpg");
        }
        Comparator<String> byRank = (one, other) -> Long.compareUnsigned(holdOut.rank(Hash128.of(one)), holdOut.rank(Hash128.of(other)));
        List<String> ranked = new ArrayList<>(names.stream().filter(name -> byHash(name, holdOut) == Channel.TRAIN).sorted(byRank).limit(train).toList());
        ranked.add(names.stream().filter(name -> byHash(name, holdOut) == Channel.VALIDATION).findFirst().orElseThrow());
        return ranked;
    }

    /** Validation has E, so nobody keeps E's only group of train but the choice itself. */
    @Test
    void aFloorIsNotTheLastGroupOfAClassThatValidationHas() throws IOException {
        Way way = new Way(new HoldOut(2_000, 1), "object");
        List<String> g = ranked(way.holdOut(), 2);
        SplitOfManifests split = checkFloors(Map.of(g.get(0), Set.of(0, 1), g.get(1), Set.of(0), g.get(2), Set.of(1)), way, "last of another");
        assertEquals(Set.of(0, 1), ids(split.train()));
        assertEquals(Set.of(0, 1), ids(split.validation()));
        assertEquals(List.of(g.get(0)), lines(split.train()).stream().map(SplitPropertiesTest::object).toList());
    }

    @Test
    void floorsOfSeveralClassesLeaveEachOfThemInTrain() throws IOException {
        Way way = new Way(new HoldOut(2_000, 1), "object");
        List<String> g = ranked(way.holdOut(), 3);
        SplitOfManifests split = checkFloors(Map.of(g.get(0), Set.of(0), g.get(1), Set.of(0, 1), g.get(2), Set.of(1)), way, "one after the other");
        assertEquals(List.of(g.get(1)), lines(split.train()).stream().map(SplitPropertiesTest::object).toList());
    }

    private static String lineOf(String object, Set<Integer> classes) {
        return "{\"source-ref\":\"%s\",\"boxes\":{\"image_size\":[{\"width\":64,\"height\":48,\"depth\":3}],\"annotations\":[%s]},".formatted(object,
                String.join(",", classes.stream().map(id -> "{\"class_id\":" + id + ",\"left\":1,\"top\":2,\"width\":3,\"height\":4}").toList()))
                + "\"boxes-metadata\":{\"class-map\":{%s},\"type\":\"groundtruth/object-detection\",\"creation-date\":\"2026-01-01T00:00:00\"}}"
                        .formatted(String.join(",", classes.stream().map(id -> "\"" + id + "\":\"class " + id + "\"").toList()));
    }

    @Test
    void aTestShareTakesFromTrainOnly() throws IOException {
        Way without = new Way(new HoldOut(2_000, 1), "object");
        Way with = new Way(new HoldOut(2_000, 1_500, null, 1), "object");
        TreeMap<String, byte[]> manifests = manifests(without, 300);
        SplitOfManifests one = SplitOfManifests.of(manifests, without.rules(), null, 0);
        SplitOfManifests other = SplitOfManifests.of(manifests, with.rules(), null, 0);
        List<String> train = new ArrayList<>(lines(other.train()));
        train.addAll(lines(other.test()));
        assertEquals(sorted(lines(one.train())), sorted(train));
        assertEquals(lines(one.validation()), lines(other.validation()));
        assertEquals(one.decision().toJson().get("holdOut"), other.decision().toJson().get("holdOut"), "metrics of the two compare");
        assertNotEquals(one.decision().version(), other.decision().version());
    }

    static Stream<Arguments> changes() {
        HoldOut share = new HoldOut(2_000, 1);
        return Stream.of(
                Arguments.of(share, new HoldOut(0, 0, OWN, 1), "split by 20%, seed 1, group by object; this one by z-val, seed 1"),
                Arguments.of(new HoldOut(0, 0, OWN, 1), share, "split by z-val, seed 1, group by object; this one by 20%, seed 1"),
                Arguments.of(share, new HoldOut(2_000, 1_000, null, 1), "split by 20%, seed 1, group by object; this one by 20%, test 10%, seed 1"),
                Arguments.of(new HoldOut(2_000, 1_000, null, 1), share, "split by 20%, test 10%, seed 1"));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void dropsCarriedStateWhenTheHoldOutIsAnother(HoldOut before, HoldOut now, String words) throws IOException {
        TreeMap<String, byte[]> manifests = manifests(new Way(new HoldOut(0, 0, OWN, 1), "object"), 60);
        SplitOfManifests first = SplitOfManifests.of(manifests, new Way(before, "object").rules(), null, 0);
        DatasetDecision second = SplitOfManifests.of(manifests, new Way(now, "object").rules(), first, 0).decision();
        String message = second.datasetFindings().stream().filter(finding -> finding.code() == FindingCode.CARRIED_STATE_DROPPED)
                .map(finding -> finding.message()).findFirst().orElse("none");
        assertTrue(message.contains(words), message);
    }

    @Test
    void carriesNoFloorsIntoAHoldOutOfOnesOwn() throws IOException {
        Way way = new Way(new HoldOut(0, 1_000, OWN, 1), "object");
        Map<String, Object> json = SplitOfManifests.of(manifests(way, 60), way.rules(), null, 0).decision().toJson();
        assertEquals("[] []", Json.object(json.get("carried")).get("floors") + " " + Json.object(json.get("carried")).get("kept"));
        assertEquals("{validationManifest=z-val, testBasisPoints=1000, seed=1, groupBy=object}", json.get("split").toString());
    }

    @Test
    void warnsOfClassesThatTheHoldOutLacksOrHasAlone() throws IOException {
        TreeMap<String, byte[]> manifests = new TreeMap<>();
        manifests.put(OWN, (line("a", "car") + "\n" + line("b", "bus")).getBytes(StandardCharsets.UTF_8));
        manifests.put("m", (line("c", "car") + "\n" + line("d", "truck") + "\n" + line("e", "truck")).getBytes(StandardCharsets.UTF_8));
        DatasetDecision decision = SplitOfManifests.of(manifests, new Way(new HoldOut(0, 0, OWN, 1), "object").rules(), null, 0).decision();
        assertEquals(List.of("class-in-one-group", "class-only-in-validation"), decision.datasetFindings().stream()
                .filter(finding -> !finding.code().code().equals("class-gap")).map(finding -> finding.code().code()).toList(), decision.datasetFindings()::toString);
        assertTrue(decision.datasetFindings().stream().anyMatch(finding -> finding.message().startsWith(
                "class \"truck\" is not in the hold-out z-val, so validation never sees it; add objects of it there")), decision.datasetFindings()::toString);
    }

    /** Objects that the hash keeps for test, found by trying. */
    @Test
    void warnsOfAClassThatOnlyTestHas() throws IOException {
        HoldOut holdOut = new HoldOut(2_000, 3_000, null, 1);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Hash128 group = Hash128.of("s3://images/o" + i + ".jpg");
            lines.add(line("o" + i, holdOut.isTest(holdOut.place(group.high(), group.low())) && i % 2 == 0 ? "bus" : "car"));
        }
        TreeMap<String, byte[]> manifests = new TreeMap<>(Map.of("m", String.join("\n", lines).getBytes(StandardCharsets.UTF_8)));
        DatasetDecision decision = SplitOfManifests.of(manifests, new Way(holdOut, "object").rules(), null, 0).decision();
        assertTrue(decision.datasetFindings().stream().anyMatch(finding -> finding.code() == FindingCode.CLASS_ONLY_IN_VALIDATION
                && finding.message().startsWith("class \"bus\" is in test only, so neither training nor validation sees it")), decision.datasetFindings()::toString);
        Map<String, Object> bus = Json.object(Json.object(decision.toJson().get("classes")).get("bus"));
        assertTrue((Long) bus.get("testLines") > 0 && (Long) bus.get("trainLines") == 0, bus.toString());
    }

    /** Floors come from train: a class with one group there and others in test keeps it. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void givesNoFloorThatWouldLeaveTrainWithoutTheClass(long seed) throws IOException {
        HoldOut holdOut = new HoldOut(2_000, 3_000, null, seed);
        List<String> lines = new ArrayList<>();
        boolean trained = false;
        for (int i = 0; i < 60; i++) {
            Hash128 group = Hash128.of("s3://images/o" + i + ".jpg");
            int place = holdOut.place(group.high(), group.low());
            boolean rare = holdOut.isTest(place) || !trained && place >= 5_000;
            trained |= place >= 5_000;
            lines.add(line("o" + i, rare ? "bus" : "car"));
        }
        TreeMap<String, byte[]> manifests = new TreeMap<>(Map.of("m", String.join("\n", lines).getBytes(StandardCharsets.UTF_8)));
        DatasetDecision decision = SplitOfManifests.of(manifests, new Way(holdOut, "object").rules(), null, 0).decision();
        Map<String, Object> bus = Json.object(Json.object(decision.toJson().get("classes")).get("bus"));
        assertEquals("1 0", bus.get("trainLines") + " " + bus.get("validationLines"), "seed " + seed + ": " + bus);
        assertTrue(decision.datasetFindings().stream().anyMatch(finding -> finding.code() == FindingCode.CLASS_IN_ONE_GROUP), decision.datasetFindings()::toString);
    }

    @Test
    void stopsWhereNoLineOfTheHoldOutIsAccepted() throws IOException {
        TreeMap<String, byte[]> manifests = new TreeMap<>();
        manifests.put(OWN, "{\n[]".getBytes(StandardCharsets.UTF_8));
        manifests.put("m", (line("c", "car") + "\n" + line("d", "car")).getBytes(StandardCharsets.UTF_8));
        DatasetDecision decision = SplitOfManifests.of(manifests, new Way(new HoldOut(0, 0, OWN, 1), "object").rules(), null, 0).decision();
        assertTrue(decision.gates().stream().anyMatch(gate -> gate.name().equals("validation-empty")
                && gate.message().startsWith("no line of the hold-out z-val is accepted")), decision.gates()::toString);
    }

    /** The layout of docs/interpretation.md. Without a test share it is as it was before there was one. */
    @ParameterizedTest
    @MethodSource("ways")
    void theVersionIsTheHashOfThePublishedLayout(Way way) throws IOException {
        SplitOfManifests split = SplitOfManifests.of(manifests(way, 100), way.rules(), null, 0);
        CarriedState carried = CarriedState.fromDataset(split.decision().toJson());
        StringBuilder text = new StringBuilder("truepipe-version-1\nrules " + DatasetRules.RULE_SET + "\ntask \"object-detection\"\nlabel \"boxes\"\n");
        text.append("train ").append(set(split.train())).append("validation ").append(set(split.validation()))
                .append("quarantine ").append(set(split.quarantine())).append("superseded ").append(set(split.superseded()));
        HoldOut holdOut = way.holdOut();
        if (holdOut.tests()) {
            text.append("test ").append(set(split.test()));
        }
        text.append("split ").append(way.isOwn() ? "own" : "2000").append(' ').append(holdOut.seed()).append(' ').append(Json.text(way.groupBy())).append('\n');
        if (holdOut.tests()) {
            text.append("split-test ").append(holdOut.testBasisPoints()).append('\n');
        }
        carried.floors().forEach(floor -> text.append("floor ").append(floor).append('\n'));
        carried.kept().forEach(group -> text.append("kept ").append(group).append('\n'));
        carried.classes().forEach((id, name) -> text.append("class ").append(id).append(' ').append(Json.text(name)).append('\n'));
        assertEquals(Sha256.hex(text.toString().getBytes(StandardCharsets.UTF_8)), split.decision().version(), text::toString);
    }

    private static String set(byte[] file) {
        LineSet set = new LineSet();
        for (String line : lines(file)) {
            Hash128 hash = Murmur3.hash(line.getBytes(StandardCharsets.ISO_8859_1));
            set.add(hash.high(), hash.low());
        }
        return set + "\n";
    }

    private static String line(String object, String name) {
        int id = List.of("car", "truck", "bus").indexOf(name);
        return ("{\"source-ref\":\"s3://images/%s.jpg\",\"boxes\":{\"image_size\":[{\"width\":64,\"height\":48,\"depth\":3}],"
                + "\"annotations\":[{\"class_id\":%d,\"left\":1,\"top\":2,\"width\":3,\"height\":4}]},\"boxes-metadata\":{\"class-map\":{\"%d\":\"%s\"},"
                + "\"type\":\"groundtruth/object-detection\",\"creation-date\":\"2026-01-01T00:00:00\"}}").formatted(object, id, id, name);
    }
}

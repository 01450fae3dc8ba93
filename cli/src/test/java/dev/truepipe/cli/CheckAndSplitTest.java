package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.Task;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the contract of {@code check} and {@code split} says, line by line. */
class CheckAndSplitTest {
    @TempDir
    private Path folder;

    private static String image(int i, int classId) {
        return ("{\"source-ref\":\"s3://yard/%d.jpg\",\"kind\":%d,\"kind-metadata\":{\"class-name\":\"%s\",\"type\":\"groundtruth/image-classification\","
                + "\"creation-date\":\"2025-05-11T16:20:01.557123\"}}").formatted(i, classId, classId == 0 ? "ripe" : "unripe");
    }

    private static String[] images(int count) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(image(i * 7, i % 2));
        }
        return lines.toArray(new String[0]);
    }

    private Path file(String name, String... lines) throws IOException {
        return Files.writeString(folder.resolve(name), lines.length == 0 ? "" : String.join("\n", lines) + "\n");
    }

    @Test
    void checkPrintsTheContractsFieldsAndExits0WhenEveryLineIsAccepted() throws IOException {
        Ran ran = Ran.truepipe("check", file("a.manifest", images(4)), "--json");
        assertEquals(0, ran.exit(), ran.err());
        assertEquals(List.of("lines", "blank", "accepted", "quarantined", "warnings", "task", "labelAttribute", "classes", "findings", "inference"),
                List.copyOf(ran.json().keySet()));
        assertEquals("{\"lines\":4,\"blank\":0,\"accepted\":4,\"quarantined\":0,\"warnings\":0,\"task\":\"image-classification\","
                + "\"labelAttribute\":\"kind\",\"classes\":{\"ripe\":2,\"unripe\":2},\"findings\":{},"
                + "\"inference\":{\"by\":\"metadata\",\"lines\":4,\"votes\":4}}", ran.out().strip());
    }

    @Test
    void checkExits1ForAQuarantinedLineAndWritesEveryFinding() throws IOException {
        Path manifest = file("a.manifest", image(1, 0), "", "{broken", image(2, 1).replace("\"kind\":1", "\"kind\":-1"));
        Path findings = folder.resolve("findings.jsonl");
        Ran ran = Ran.truepipe("check", manifest, "--findings", findings, "--json");
        assertEquals(1, ran.exit());
        assertEquals(3L, ran.json().get("lines"));
        assertEquals(1L, ran.json().get("blank"));
        assertEquals(2L, ran.json().get("quarantined"));
        List<String> lines = Files.readAllLines(findings);
        assertEquals(2, lines.size());
        Map<String, Object> first = Json.parseObject(lines.getFirst().getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("manifest", "line", "byte", "code", "severity", "attribute", "message"), List.copyOf(first.keySet()));
        assertEquals(manifest.toString(), first.get("manifest"));
        assertEquals(3L, first.get("line"));
        assertEquals((long) image(1, 0).length() + 2, first.get("byte"));
        assertEquals("invalid-json", first.get("code"));
        assertEquals("quarantine", first.get("severity"));
    }

    @Test
    void checkTellsPeopleWhatIsWrongWhereAndHowToMendIt() throws IOException {
        Path manifest = file("a.manifest", image(1, 0), image(2, 1).replace("\"kind\":1", "\"kind\":-1"));
        String told = Ran.truepipe("check", manifest).out().replaceAll("\\s+", " ");
        assertTrue(told.contains("class-id-invalid × 1 ") && told.contains("a.manifest:2 (byte ") && told.contains("write a whole number"), told);
    }

    @Test
    void checkNamesAnEmptyManifestAndExits1() throws IOException {
        Path empty = file("empty.manifest");
        Path findings = folder.resolve("findings.jsonl");
        Ran ran = Ran.truepipe("check", file("a.manifest", images(3)), empty, "--findings", findings, "--json");
        assertEquals(1, ran.exit());
        assertEquals(Map.of("empty-manifest", 1L), ran.json().get("findings"));
        List<String> lines = Files.readAllLines(findings);
        assertEquals(1, lines.size());
        assertEquals(empty.toString(), Json.parseObject(lines.getFirst().getBytes(StandardCharsets.UTF_8)).get("manifest"));
    }

    @Test
    void exits2WithFileMessageAndCureForWhatCannotBeRead() throws IOException {
        file("not.gz", "x");
        for (String name : List.of("missing.manifest", "", "not.gz")) {
            Path path = folder.resolve(name);
            Ran ran = Ran.truepipe("check", path, "--json");
            assertEquals(2, ran.exit(), name);
            assertEquals(Set.of("file", "message", "cure"), ran.error().keySet());
            assertEquals(path.toString(), ran.error().get("file"));
            assertTrue(ran.err().contains(path.toString()), ran.err());
        }
    }

    @Test
    void exits2ForWrongUsage() throws IOException {
        Path manifest = file("a.manifest", images(2));
        assertEquals(2, Ran.truepipe("check").exit());
        assertEquals(2, Ran.truepipe("check", "--json", "--nonsense", manifest).exit());
        assertEquals(2, Ran.truepipe("check", "--json", manifest, manifest).exit());
        assertEquals(2, Ran.truepipe("check", "--json", manifest, "--task", "juggling").exit());
        for (String label : List.of("", "source-ref", "kind-metadata", "k".repeat(128))) {
            assertEquals(2, Ran.truepipe("check", "--json", manifest, "--label", label).exit(), label);
            assertEquals(2, Ran.truepipe("demo", "--json", "--manifest", manifest, "--label", label).exit(), label);
        }
        assertEquals(2, Ran.truepipe("split", manifest).exit());
        assertEquals(2, Ran.truepipe("split", manifest, "--out", folder.resolve("o"), "--validation", "20").exit());
        assertEquals(2, Ran.truepipe("split", manifest, "--out", folder.resolve("o"), "--group-by", "no group").exit());
        assertEquals(2, Ran.truepipe("split", manifest, "--out", folder.resolve("o"), "--previous", folder.resolve("none.json")).exit());
        assertEquals(2, Ran.truepipe("split", manifest, "--out", manifest).exit());
        assertEquals(2, Ran.truepipe("split", manifest, "--out", folder.resolve("o"), "--threads", "0").exit());
        assertEquals(2, Ran.truepipe().exit());
    }

    @Test
    void hasHelpAndVersionEverywhere() {
        for (String command : List.of("check", "split")) {
            Ran help = Ran.truepipe(command, "--help");
            assertEquals(0, help.exit());
            assertTrue(help.out().contains("Exit codes"), help.out());
        }
        assertEquals(0, Ran.truepipe("--version").exit());
        assertTrue(Ran.truepipe("--version").out().startsWith("truepipe "));
    }

    @Test
    void readsGzipAndStandardInput() throws IOException {
        String text = String.join("\n", images(5));
        Path packed = folder.resolve("a.manifest.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        assertEquals(5L, Ran.truepipe("check", packed, "--json").json().get("accepted"));
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
            assertEquals(5L, Ran.truepipe("check", "-", "--json").json().get("accepted"));
        } finally {
            System.setIn(before);
        }
        byte[] whole = Files.readAllBytes(packed);
        Files.write(packed, java.util.Arrays.copyOf(whole, whole.length - 12));
        assertEquals(2, Ran.truepipe("check", packed, "--json").exit());
    }

    @Test
    void splitWritesEveryFileAndItsNumbersAgreeWithThem() throws IOException {
        List<String> lines = new ArrayList<>(List.of(images(60)));
        lines.add("{broken");
        lines.add(image(0, 1).replace("16:20:01", "17:20:01"));
        Path manifest = file("a.manifest", lines.toArray(new String[0]));
        Path out = folder.resolve("out");
        Ran ran = Ran.truepipe("split", manifest, "--out", out, "--json");
        assertEquals(0, ran.exit(), ran.out() + ran.err());
        Map<String, Object> json = ran.json();
        List<String> written = new ArrayList<>();
        for (String channel : List.of("train", "validation", "quarantine", "superseded")) {
            List<String> file = Files.readAllLines(out.resolve(channel + ".manifest"));
            assertEquals((long) file.size(), json.get(channel.equals("quarantine") ? "quarantined" : channel), channel);
            written.addAll(file);
        }
        written.sort(null);
        lines.sort(null);
        assertEquals(lines, written);
        assertEquals(json.get("version"), Json.parseObject(Files.readAllBytes(out.resolve("dataset.json"))).get("version"));
        assertEquals(1, Files.readAllLines(out.resolve("findings.jsonl")).size());
    }

    @Test
    void splitExits1WhenTooMuchIsQuarantinedOrASideIsEmptyAndWritesTheFilesAllTheSame() throws IOException {
        List<String> lines = new ArrayList<>(List.of(images(60)));
        lines.add("{broken");
        Path manifest = file("a.manifest", lines.toArray(new String[0]));
        Path out = folder.resolve("out");
        assertEquals(0, Ran.truepipe("split", manifest, "--out", out, "--json").exit());
        assertEquals(1, Ran.truepipe("split", manifest, "--out", out, "--max-quarantined", "1%", "--json").exit());
        assertEquals(1, Ran.truepipe("split", manifest, "--out", out, "--validation", "0%", "--json").exit());
        assertEquals(60, Files.readAllLines(out.resolve("train.manifest")).size());
        assertEquals(1, Ran.truepipe("split", file("empty.manifest"), "--out", out, "--json").exit());
        assertEquals(0, Files.size(out.resolve("train.manifest")));
    }

    @Test
    void splitIsTheSameForAnyArgumentOrderChunkSizeAndNumberOfThreads() throws IOException {
        Path one = file("a.manifest", images(30));
        Path two = file("b.manifest", image(1_000, 0), "{", "", " ", image(7, 0).replace("16:20:01", "16:20:02"), image(1_001, 1));
        Path out = folder.resolve("out");
        Ran.truepipe("split", one, two, "--out", out, "--json");
        for (Object[] more : new Object[][] {{two, one}, {one, two, "--chunk-bytes", "1"}, {two, one, "--chunk-bytes", "777"},
                {one, two, "--threads", "3"}, {one, two, "--threads", "2", "--chunk-bytes", "500"}}) {
            Path again = folder.resolve("again");
            List<Object> args = new ArrayList<>(List.of("split", "--out", again, "--json"));
            args.addAll(List.of(more));
            Ran.truepipe(args.toArray());
            for (String name : List.of("train.manifest", "validation.manifest", "quarantine.manifest", "superseded.manifest",
                    "findings.jsonl", "dataset.json", "lines.idx")) {
                assertArrayEquals(Files.readAllBytes(out.resolve(name)), Files.readAllBytes(again.resolve(name)), name + " " + List.of(more));
            }
        }
    }

    @Test
    void splitLeavesAnEarlierOneAsItWasWhereItCannotBeReplaced() throws IOException {
        Path out = folder.resolve("blocked");
        Files.createDirectories(out.resolve("validation.manifest").resolve("x"));
        Files.writeString(out.resolve("train.manifest"), "earlier");
        Ran ran = Ran.truepipe("split", file("a.manifest", images(30)), "--out", out, "--json");
        assertEquals(2, ran.exit());
        assertTrue(ran.out().contains("validation.manifest"), ran.out());
        assertEquals("earlier", Files.readString(out.resolve("train.manifest")));
        try (var files = Files.list(out)) {
            assertEquals(2, files.count(), "nothing hidden is left");
        }
    }

    /** Two objects of train get newer labels with a class of their own: without the previous version one of them moves. */
    @Test
    void splitTakesThePreviousVersionAndMovesNobody() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            lines.add(image(i, 0));
        }
        Path first = folder.resolve("first");
        Ran.truepipe("split", file("a.manifest", lines.toArray(new String[0])), "--out", first, "--json");
        List<String> held = objects(first.resolve("validation.manifest"));
        objects(first.resolve("train.manifest")).subList(0, 2).forEach(object ->
                lines.add(image(Integer.parseInt(object), 1).replace("16:20:01", "17:20:01")));
        Path grown = file("a.manifest", lines.toArray(new String[0]));

        Path forgetful = folder.resolve("forgetful");
        Ran.truepipe("split", grown, "--out", forgetful, "--json");
        assertEquals(held.size() + 1, objects(forgetful.resolve("validation.manifest")).size());

        Path second = folder.resolve("second");
        assertEquals(0, Ran.truepipe("split", grown, "--out", second, "--previous", first.resolve("dataset.json"), "--json").exit());
        assertEquals(held, objects(second.resolve("validation.manifest")));
        Ran other = Ran.truepipe("split", grown, "--out", second, "--seed", "2", "--previous", first.resolve("dataset.json"), "--json");
        assertEquals(1L, Json.object(other.json().get("findings")).get("carried-state-dropped"));

        Files.writeString(first.resolve("lines.idx"), "none");
        Ran damaged = Ran.truepipe("split", grown, "--out", second, "--previous", first.resolve("dataset.json"), "--json");
        assertEquals(2, damaged.exit());
        assertTrue(damaged.err().contains(first.resolve("lines.idx") + ": the version's lines.idx is of another Truepipe; remove it"), damaged.err());
    }

    @Test
    void splitKeepsATestShareAndTakesItAwayAgainWhenThereIsNone() throws IOException {
        Path manifest = file("a.manifest", images(60));
        Path out = folder.resolve("out");
        Ran ran = Ran.truepipe("split", manifest, "--out", out, "--test", "25%", "--json");
        assertEquals(0, ran.exit(), ran.out());
        List<String> written = new ArrayList<>();
        for (String channel : List.of("train", "validation", "test")) {
            List<String> lines = Files.readAllLines(out.resolve(channel + ".manifest"));
            assertEquals((long) lines.size(), ran.json().get(channel), channel);
            assertTrue(lines.size() >= 5, channel + " has " + lines.size());
            written.addAll(lines);
        }
        assertEquals(Set.of(images(60)), Set.copyOf(written));
        assertEquals(60L, ran.json().get("accepted"));
        assertTrue(Ran.truepipe("split", manifest, "--out", out, "--test", "25%").out().matches("(?s).*[0-9]+  validation\\R +[0-9]+  test\\R.*"));

        assertEquals(2, Ran.truepipe("split", out.resolve("test.manifest"), "--out", out, "--json").exit(), "it would be taken away while it is read");
        Ran without = Ran.truepipe("split", manifest, "--out", out, "--json");
        assertEquals(0L, without.json().get("test"));
        assertTrue(Files.notExists(out.resolve("test.manifest")), "of the split before");
        assertTrue(!Ran.truepipe("split", manifest, "--out", out).out().contains("  test"));

        Path mine = Files.writeString(out.resolve("test.manifest"), "mine");
        assertEquals(0, Ran.truepipe("split", manifest, "--out", out, "--json").exit());
        assertEquals("mine", Files.readString(mine), "no split wrote it");
    }

    @Test
    void splitValidatesOnAHoldOutOfOnesOwnUnderWhateverNameItComes() throws IOException {
        List<String> lines = List.of(images(40));
        Path labels = file("a.manifest", lines.subList(0, 32).toArray(new String[0]));
        Path holdOut = file("val.manifest", lines.subList(28, 40).toArray(new String[0]));
        Path out = folder.resolve("out");
        Ran ran = Ran.truepipe("split", labels, "--out", out, "--validation", holdOut, "--test", "20%", "--json");
        assertEquals(0, ran.exit(), ran.out());
        assertEquals(lines.subList(28, 40), Files.readAllLines(out.resolve("validation.manifest")));
        assertEquals(lines.subList(28, 32), Files.readAllLines(out.resolve("superseded.manifest")));
        List<String> rest = new ArrayList<>(Files.readAllLines(out.resolve("train.manifest")));
        assertTrue(rest.size() < 28, "some are for test");
        rest.addAll(Files.readAllLines(out.resolve("test.manifest")));
        assertEquals(Set.copyOf(lines.subList(0, 28)), Set.copyOf(rest));
        Map<String, Object> document = Json.parseObject(Files.readAllBytes(out.resolve("dataset.json")));
        assertEquals(holdOut.toString(), Json.object(document.get("split")).get("validationManifest"));

        for (Object[] more : new Object[][] {{labels, holdOut}, {holdOut, labels}, {labels, folder.resolve("./val.manifest")}, {labels, "--chunk-bytes", "500"}}) {
            List<Object> args = new ArrayList<>(List.of("split", "--out", folder.resolve("again"), "--validation", holdOut, "--test", "20%", "--json"));
            args.addAll(List.of(more));
            assertEquals(ran.out(), Ran.truepipe(args.toArray()).out(), () -> List.of(more).toString());
        }
        assertEquals(0, Ran.truepipe("split", labels, "--out", out, "--validation", holdOut, "--test", "20%", "--previous", out.resolve("dataset.json"), "--json").exit());
        assertEquals(1L, Json.object(Ran.truepipe("split", labels, "--out", out, "--previous", out.resolve("dataset.json"), "--json").json().get("findings"))
                .get("carried-state-dropped"));
    }

    @Test
    void splitSaysWhatIsWrongWithAHoldOut() throws IOException {
        Path manifest = file("a.manifest", images(40));
        Path out = folder.resolve("out");
        Ran none = Ran.truepipe("split", manifest, "--out", out, "--validation", folder.resolve("no.manifest"), "--json");
        assertEquals(2, none.exit());
        assertTrue(none.error().get("message").toString().endsWith("no.manifest\" is neither a percentage nor a manifest that is there"), none.out());
        assertTrue(none.error().get("cure").toString().contains("s3://bucket/key"), none.out());
        Ran directory = Ran.truepipe("split", manifest, "--out", out, "--validation", folder, "--json");
        assertEquals("2 is a directory", directory.exit() + " " + directory.error().get("message"));
        Ran alone = Ran.truepipe("split", manifest, "--out", out, "--validation", manifest, "--json");
        assertEquals("2 is the hold-out and the only manifest: nothing is left to train on", alone.exit() + " " + alone.error().get("message"));
        Ran all = Ran.truepipe("split", manifest, "--out", out, "--validation", "60%", "--test", "40%", "--json");
        assertEquals("2 a hold-out of 100% leaves nothing to train on", all.exit() + " " + all.error().get("message"));
        assertEquals(2, Ran.truepipe("split", manifest, "--out", out, "--test", "ten", "--json").exit());
        Ran bad = Ran.truepipe("split", manifest, "--out", out, "--validation", file("val.manifest", "{"), "--json");
        assertEquals(1, bad.exit());
        assertTrue(Ran.truepipe("split", manifest, "--out", out, "--validation", folder.resolve("val.manifest")).out().contains("no line of the hold-out " + folder.resolve("val.manifest")));
        assertTrue(Files.notExists(out.resolve("test.manifest")));
    }

    private static List<String> objects(Path manifest) throws IOException {
        return Files.readAllLines(manifest).stream().map(line -> line.replaceAll(".*s3://yard/([0-9]+)[.]jpg.*", "$1")).sorted().toList();
    }

    @Test
    void checkRefusesToReplaceItsOwnInputByItsFindings() throws IOException {
        Path manifest = file("a.manifest", images(4));
        byte[] before = Files.readAllBytes(manifest);
        assertEquals(2, Ran.truepipe("check", manifest, "--findings", folder.resolve("./a.manifest"), "--json").exit());
        assertArrayEquals(before, Files.readAllBytes(manifest));
    }

    @Test
    void refusesOneFileUnderTwoNames() throws IOException {
        Path manifest = file("a.manifest", images(4));
        Ran ran = Ran.truepipe("check", manifest, folder.resolve("./a.manifest"), "--json");
        assertEquals(2, ran.exit());
        assertTrue(ran.error().get("message").toString().startsWith("is the same file as "), ran.err());
    }

    @Test
    void saysInWordsThatTheOutputCannotBeWritten() throws IOException {
        Path manifest = file("a.manifest", images(4));
        Ran ran = Ran.truepipe("split", manifest, "--out", manifest.resolve("below"), "--json");
        assertEquals(2, ran.exit());
        assertEquals(manifest.resolve("below").toString(), ran.error().get("file"));
        assertTrue(ran.error().get("cure").toString().contains("--out"), ran.err());
        assertTrue(!ran.err().contains("java."), ran.err());
    }

    @Test
    void splitRefusesToReplaceItsOwnInput() throws IOException {
        Path manifest = file("train.manifest", images(10));
        byte[] before = Files.readAllBytes(manifest);
        assertEquals(2, Ran.truepipe("split", manifest, "--out", folder, "--json").exit());
        assertArrayEquals(before, Files.readAllBytes(manifest));
    }

    @Test
    void saysThatLabelAttributesDiffer() throws IOException {
        Path manifest = file("a.manifest", image(1, 0), image(2, 1), image(3, 0).replace("\"kind", "\"sort"));
        Ran check = Ran.truepipe("check", manifest, "--json");
        assertEquals(0, check.exit(), "no line is quarantined for it");
        String told = Ran.truepipe("check", manifest).out();
        assertTrue(told.contains("as long as the dataset as a whole is wrong: label-attributes-differ"), told);
        assertEquals(Map.of("label-attributes-differ", 1L), check.json().get("findings"));
        assertEquals(1, Ran.truepipe("split", manifest, "--out", folder.resolve("o"), "--json").exit());
    }

    /** The second job numbers the classes the other way round, under a label attribute of its own. */
    @Test
    void makesTwoLabelingJobsOne() throws IOException {
        Path first = file("a.manifest", images(40));
        String[] other = new String[40];
        for (int i = 0; i < other.length; i++) {
            other[i] = image(1_000 + i * 7, i % 2).replace("\"kind", "\"sort").replace("\"sort\":" + i % 2, "\"sort\": " + (1 - i % 2))
                    .replace("\"type\"", "\"job-name\":\"labeling-job/sort\",\"type\"");
        }
        Path second = file("b.manifest", other);
        Path out = folder.resolve("out");
        Map<String, Object> check = Ran.truepipe("check", second, first, "--label", "kind,sort", "--json").json();
        assertEquals(Map.of("ripe", 40L, "unripe", 40L), check.get("classes"));
        assertEquals(Map.of(), check.get("findings"));
        Ran split = Ran.truepipe("split", first, second, "--label", "kind,sort", "--out", out);
        assertEquals(0, split.exit(), split.out() + split.err());
        assertTrue(split.out().contains("40 lines of labeling-job/sort were reconciled: sort → kind, 2 classes renumbered."), split.out());
        List<String> written = new ArrayList<>(Files.readAllLines(out.resolve("train.manifest")));
        written.addAll(Files.readAllLines(out.resolve("validation.manifest")));
        List<String> expected = new ArrayList<>(List.of(images(40)));
        for (int i = 0; i < other.length; i++) {
            expected.add(image(1_000 + i * 7, i % 2).replace("\"kind\":", "\"kind\": ").replace("\"type\"", "\"job-name\":\"labeling-job/sort\",\"type\""));
        }
        assertEquals(expected.stream().sorted().toList(), written.stream().sorted().toList());
        Map<String, Object> document = Json.parseObject(Files.readAllBytes(out.resolve("dataset.json")));
        assertEquals("{\"labelAttribute\":\"kind\",\"jobs\":[{\"job\":\"labeling-job/sort\",\"manifest\":null,\"labelAttribute\":\"sort\",\"lines\":40,"
                + "\"classes\":{\"0\":1,\"1\":0}}]}", Json.text(document.get("reconciled")));

        // What was written is a dataset that needs nothing more.
        assertEquals(Map.of(), Ran.truepipe("check", out.resolve("train.manifest"), out.resolve("validation.manifest"), "--json").json().get("findings"));
        Path cut = folder.resolve("cut");
        assertEquals(0, Ran.truepipe("split", second, first, "--label", "kind,sort", "--out", cut, "--chunk-bytes", "777", "--previous", out.resolve("dataset.json")).exit());
        for (String name : List.of("train.manifest", "validation.manifest", "dataset.json", "lines.idx")) {
            assertArrayEquals(Files.readAllBytes(out.resolve(name)), Files.readAllBytes(cut.resolve(name)), name);
        }
    }

    private static String topics(int i, String list) {
        return ("{\"source\":\"text %d\",\"topics\":%s,\"topics-metadata\":{\"class-map\":{\"0\":\"refund\",\"1\":\"damage\"},"
                + "\"type\":\"groundtruth/text-classification-multilabel\"}}").formatted(i, list);
    }

    @Test
    void saysWhatTheChoiceRestsOnAndDoubtsItWhenFewLinesSpeakForIt() throws IOException {
        String[] lines = images(9);
        assertTrue(Ran.truepipe("check", file("a.manifest", lines)).out().contains("label attribute \"kind\", by the metadata of 9 of 9 lines looked at"));
        assertTrue(Ran.truepipe("check", file("a.manifest", lines), "--label", "kind", "--task", "image-classification").out().contains("label attribute \"kind\", as given"));
        List<String> mixed = new ArrayList<>(List.of(lines));
        mixed.addAll(List.of(topics(1, "[0]"), topics(2, "[0]")));
        Path manifest = file("mixed.manifest", mixed.toArray(new String[0]));
        Ran check = Ran.truepipe("check", manifest);
        assertTrue(check.out().contains("Warning: only 81% of the lines looked at say so."), check.out());
        assertTrue(Ran.truepipe("split", manifest, "--out", folder.resolve("o")).out().contains("Warning: only 81% of the lines looked at say so."));
        Map<String, Object> inference = Map.of("by", "metadata", "lines", 11L, "votes", 9L);
        assertEquals(inference, Ran.truepipe("check", manifest, "--json").json().get("inference"));
        assertEquals(inference, Ran.truepipe("split", manifest, "--out", folder.resolve("o"), "--json").json().get("inference"));
        assertEquals(inference, Json.parseObject(Files.readAllBytes(folder.resolve("o/dataset.json"))).get("inference"));
        assertTrue(Ran.truepipe("check", file("b.manifest", image(1, 0).replace(",\"type\":\"groundtruth/image-classification\"", ""))).out()
                .contains("by what it looks like on 1 of 1 line looked at"));
        assertEquals("nothing", Json.object(Ran.truepipe("check", file("c.manifest", "{}"), "--json").json().get("inference")).get("by"));
    }

    @Test
    void takesEveryTaskThatHelpLists() throws IOException {
        for (String command : List.of("check", "split")) {
            String help = Ran.truepipe(command, "--help").out().replaceAll("\\s+", " ");
            for (String task : Task.SUPPORTED.split(", ")) {
                assertTrue(help.contains(task), command + " --help lacks " + task);
                assertEquals(0, Ran.truepipe("check", file("a.manifest", images(1)), "--json", "--task", task).exit() / 2, task);
                assertEquals(0, Ran.truepipe("check", file("a.manifest", images(1)), "--json", "--task", "groundtruth/" + task).exit() / 2, task);
            }
        }
        Ran refused = Ran.truepipe("check", file("a.manifest", images(1)), "--json", "--task", "juggling");
        assertTrue(refused.error().get("message").toString().contains("write one of object-detection, "), refused.out());
    }

    @Test
    void weighsFindingsAsAskedFor() throws IOException {
        Path manifest = file("a.manifest", topics(1, "[0]"), topics(2, "[1,1]"), topics(3, "[]"));
        assertEquals(1L, Ran.truepipe("check", manifest, "--json").json().get("quarantined"));
        assertEquals(0L, Ran.truepipe("check", manifest, "--json", "--finding", "class-repeated=warning").json().get("quarantined"));
        assertEquals(2L, Ran.truepipe("check", manifest, "--json", "--finding", "empty-annotations=quarantine").json().get("quarantined"));
        assertEquals(2L, Ran.truepipe("check", manifest, "--json", "--negatives", "drop").json().get("quarantined"));
        assertEquals(3L, Ran.truepipe("check", manifest, "--json", "--negatives", "keep", "--finding", "class-repeated=warning", "--finding", "metadata-missing=quarantine")
                .json().get("accepted"));
        Path out = folder.resolve("o");
        Ran.truepipe("split", manifest, "--out", out, "--finding", "class-repeated=warning", "--negatives", "drop");
        assertEquals(1, Files.readAllLines(out.resolve("quarantine.manifest")).size());
        for (String wrong : List.of("box-outside-imag=warning", "class-repeated=error", "invalid-json=warning", "class-gap=quarantine")) {
            Ran refused = Ran.truepipe("check", manifest, "--json", "--finding", wrong);
            assertEquals(2, refused.exit(), wrong);
            assertEquals("--finding", refused.error().get("file"));
        }
        assertEquals(2, Ran.truepipe("check", manifest, "--json", "--finding", "class-repeated").exit());
        assertEquals("--negatives", Ran.truepipe("split", manifest, "--out", out, "--json", "--negatives", "none").error().get("file"));
    }

    @Test
    void takesTheFullListOfClassesFromACategoryFile() throws IOException {
        Path manifest = file("a.manifest", topics(1, "[0]"), topics(2, "[1]"), topics(3, "[1]").replace("{\"0\":\"refund\",\"1\":\"damage\"}", "{}"));
        Path categories = file("classes.json", "{\"document-version\":\"2018-11-28\",\"labels\":[{\"label\":\"refund\"},{\"label\":\"damage\"},{\"label\":\"delay\"}]}");
        assertEquals(Map.of("refund", 1L, "damage", 2L), Ran.truepipe("check", manifest, "--json", "--label-categories", categories).json().get("classes"));
        Path out = folder.resolve("o");
        Ran.truepipe("split", manifest, "--out", out, "--label-categories", categories);
        assertEquals(3L, Json.parseObject(Files.readAllBytes(out.resolve("dataset.json"))).get("classCount"));
        Path other = file("other.json", "{\"labels\":[{\"label\":\"refund\"}]}");
        assertEquals(Map.of("class-map-conflict", 1L), Ran.truepipe("check", manifest, "--json", "--label-categories", other).json().get("findings"));
        for (String wrong : List.of("[]", "{}", "{\"labels\":[]}", "{\"labels\":[{\"name\":\"a\"}]}", "{\"labels\":[{\"label\":\"a\"},{\"label\":\"a\"}]}", "{")) {
            Ran refused = Ran.truepipe("check", manifest, "--json", "--label-categories", file("wrong.json", wrong));
            assertEquals(2, refused.exit(), wrong);
            assertTrue(refused.error().get("message").toString().startsWith("is no label category configuration file: "), refused.out());
        }
        assertEquals(2, Ran.truepipe("check", manifest, "--json", "--label-categories", folder.resolve("none.json")).exit());
    }

    @Test
    void saysThatObjectsLieUnderDifferentAttributes() throws IOException {
        Path manifest = file("a.manifest", topics(1, "[0]"), topics(2, "[1]").replace("\"source\":\"text 2\"", "\"source-ref\":\"s3://texts/2.txt\""));
        Ran check = Ran.truepipe("check", manifest, "--json");
        assertEquals(0, check.exit(), "no line is quarantined for it");
        assertEquals(Map.of("source-attributes-differ", 1L), check.json().get("findings"));
        assertEquals(1, Ran.truepipe("split", manifest, "--out", folder.resolve("o"), "--json").exit());
    }
}

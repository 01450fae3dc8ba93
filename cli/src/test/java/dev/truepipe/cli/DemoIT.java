package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.examples.streetcars.detector.Box;
import dev.truepipe.examples.streetcars.detector.Detector;
import dev.truepipe.examples.streetcars.detector.Prediction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.services.sagemaker.model.CreateTrainingJobRequest;
import software.amazon.awssdk.utils.builder.Buildable;
import tools.jackson.databind.JsonNode;

/** {@code ./truepipe demo --json}, run once as a user would, into a folder that an earlier demo has used. */
class DemoIT {
    private static final List<String> CHANNELS = List.of("train", "validation", "quarantine", "superseded");
    private static final long MOST_KIB = 1_536 << 10;
    private static final double SURE = 0.3;
    private static final double SAME = 0.5;

    private static final Path OUT = Program.WORK.resolve("demo");

    private static Program.Ended ended;
    private static JsonNode json;

    @BeforeAll
    static void demo() throws Exception {
        // What an earlier demo left, as this one must find it: its marker, and something to empty.
        Files.createDirectories(OUT.resolve("cloud/s3/old"));
        Files.writeString(OUT.resolve(MarkedFolder.Owner.DEMO.marker()), "");
        Files.writeString(OUT.resolve("cloud/s3/old/object"), "of an earlier demo");
        ended = Program.truepipe("demo", "--json", "--out", OUT.toString()).weighed().run();
        assertEquals(0, ended.exit(), ended::toString);
        json = ended.json();
    }

    @Test
    void printsOneObjectWithTheFieldsOfTheContract() {
        assertEquals(Set.of("status", "dataset", "trainingJob", "model", "report", "manifests", "execution", "seconds"), names(json));
        assertEquals(
                Set.of("name", "version", "lines", "blank", "accepted", "quarantined", "superseded", "train", "validation", "classes", "findings"),
                names(json.get("dataset")));
        assertEquals(Set.of("name", "status", "epochs", "metrics"), names(json.get("trainingJob")));
        assertEquals(new HashSet<>(CHANNELS), names(json.get("manifests")));
        assertEquals("Succeeded", json.get("status").asString());
        assertEquals("Completed", json.get("trainingJob").get("status").asString());
        assertEquals(1, ended.out().lines().count(), ended::out);
        double seconds = json.get("seconds").asDouble();
        assertTrue(seconds > 0 && seconds < 300, () -> "seconds: " + seconds);
    }

    @Test
    void tellsTheStoryOnStandardErrorInTheOrderItHappens() {
        int from = 0;
        for (String step : List.of("Cloud", "S3 event", "Intake", "PlanDataset", "ScanManifests", "DecideDataset", "WriteChannels", "SealDataset",
                "Train", "JudgeModel", "Register", "Announced")) {
            int at = ended.err().indexOf(step, from);
            assertTrue(at >= 0, () -> step + " is missing, or told too early:\n" + ended.err());
            from = at;
        }
        assertFalse(ended.err().contains("\u001b["), "no terminal, no colours");
    }

    @Test
    void countsAreThoseOfTheFiles() throws IOException {
        JsonNode dataset = json.get("dataset");
        WrittenLines uploaded = uploaded(OUT);
        assertEquals(uploaded.count(), dataset.get("lines").asLong());
        assertEquals(uploaded.blank(), dataset.get("blank").asLong());
        Map<String, Long> written = new TreeMap<>();
        for (String channel : CHANNELS) {
            written.put(channel, manifest(json, channel).count());
        }
        assertEquals(written.get("train"), dataset.get("train").asLong());
        assertEquals(written.get("validation"), dataset.get("validation").asLong());
        assertEquals(written.get("quarantine"), dataset.get("quarantined").asLong());
        assertEquals(written.get("superseded"), dataset.get("superseded").asLong());
        assertEquals(written.get("train") + written.get("validation"), dataset.get("accepted").asLong());
        assertEquals(uploaded.count(), written.values().stream().mapToLong(Long::longValue).sum());
        written.forEach((channel, count) -> assertTrue(count > 0, () -> "a demo shows something of each channel, and " + channel + " is empty"));
    }

    @Test
    void everyLineIsOneOfTheUploadedManifestByteForByte() throws IOException {
        assertNothingLost(json, OUT);
    }

    @Test
    void classesAndFindingsAreThoseOfTheFiles() throws IOException {
        Map<String, Long> boxes = manifest(json, "train").annotations(Demo.DATASET);
        manifest(json, "validation").annotations(Demo.DATASET).forEach((name, count) -> boxes.merge(name, count, Long::sum));
        assertEquals(boxes, counts(json.get("dataset").get("classes")));
        assertEquals(findings(OUT.resolve("findings.jsonl")), counts(json.get("dataset").get("findings")));
        assertTrue(json.get("dataset").get("findings").size() >= 3, "a few honest defects");
    }

    @Test
    void noObjectIsOnBothSides() throws IOException {
        Set<String> train = objects(manifest(json, "train"));
        Set<String> validation = objects(manifest(json, "validation"));
        assertEquals(manifest(json, "train").count(), train.size());
        assertEquals(manifest(json, "validation").count(), validation.size());
        train.retainAll(validation);
        assertEquals(Set.of(), train);
    }

    @Test
    void theLearnerLearns() {
        JsonNode series = json.get("trainingJob").get("metrics").get("validation:mAP");
        assertEquals(json.get("trainingJob").get("epochs").asInt(), series.size());
        double first = series.get(0).asDouble();
        double last = series.get(series.size() - 1).asDouble();
        assertTrue(last >= 0.5 && last > first, series::toString);
    }

    @Test
    void theModelIsAnArchiveWhoseDetectorFindsCarsOfTheHoldOut() throws Exception {
        Path model = path(json.get("model"));
        Path unpacked = Files.createTempDirectory(Program.WORK, "model-");
        Process tar = new ProcessBuilder("tar", "-xzf", model.toString(), "-C", unpacked.toString()).inheritIO().start();
        assertEquals(0, tar.waitFor());
        Detector detector = Detector.load(unpacked);
        int boxes = 0;
        int found = 0;
        for (JsonNode line : manifest(json, "validation").parsed()) {
            byte[] picture = Files.readAllBytes(OUT.resolve("cloud/s3").resolve(line.get("source-ref").asString().substring("s3://".length())));
            List<Prediction> predicted = detector.detect(picture);
            for (JsonNode labeled : line.path(Demo.DATASET).path("annotations")) {
                Box truth = new Box(labeled.get("class_id").asInt(), labeled.get("left").asDouble(), labeled.get("top").asDouble(),
                        labeled.get("width").asDouble(), labeled.get("height").asDouble());
                boxes++;
                found += predicted.stream().anyMatch(one -> one.confidence() >= SURE && one.box().overlap(truth) >= SAME) ? 1 : 0;
            }
        }
        assertTrue(found >= boxes / 2, found + " of " + boxes + " boxes of the hold-out found");
    }

    @Test
    void theReportIsAWholePageThatAsksNothingOfTheNetwork() throws Exception {
        Path report = path(json.get("report"));
        Document page = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report.toFile());
        NodeList elements = page.getElementsByTagName("*");
        List<String> outside = new ArrayList<>();
        int pictures = 0;
        for (int i = 0; i < elements.getLength(); i++) {
            Element element = (Element) elements.item(i);
            if (element.getTagName().equals("script") || element.getTagName().equals("iframe") || element.getTagName().equals("link")) {
                outside.add(element.getTagName());
            }
            for (String attribute : List.of("src", "srcset", "href", "xlink:href", "data", "poster", "action", "background")) {
                String value = element.getAttribute(attribute);
                // A link is followed by a person, not by the page.
                boolean link = element.getTagName().equals("a") && attribute.equals("href");
                if (!value.isEmpty() && !value.startsWith("data:") && !value.startsWith("#") && !link) {
                    outside.add(element.getTagName() + " " + attribute + "=" + value);
                }
                pictures += value.startsWith("data:image/") ? 1 : 0;
            }
        }
        String text = Files.readString(report);
        if (text.contains("@import") || text.matches("(?s).*url\\(\\s*['\"]?(?!data:|#)[a-z/].*")) {
            outside.add("the style sheet");
        }
        assertEquals(List.of(), outside);
        assertTrue(pictures > 0, "sample predictions are shown as pictures");
        assertTrue(text.contains(json.get("trainingJob").get("name").asString()), "the report names its job");
        assertTrue(text.contains("made on this machine"), "an embedded cloud is not AWS");
        assertFalse(text.contains("console.aws") || text.contains("billable") || text.contains("s3://" + LocalCloud.WORK_BUCKET),
                "nothing that cannot be opened after the demo, and no bill");
    }

    @Test
    void theExecutionHasItsWholeHistory() throws IOException {
        JsonNode execution = Program.parse(path(json.get("execution")));
        String text = execution.toString();
        assertTrue(text.contains("SUCCEEDED"), text);
        for (String state : List.of("PlanDataset", "ScanManifests", "DecideDataset", "WriteChannels", "SealDataset", "Train", "JudgeModel", "Register",
                "Announce")) {
            assertTrue(text.contains("\"" + state + "\""), () -> state + " is not in " + text);
        }
    }

    @Test
    void anEarlierDemosFolderWasEmptiedFirst() {
        assertFalse(Files.exists(OUT.resolve("cloud/s3/old")));
        assertTrue(Files.exists(OUT.resolve(MarkedFolder.Owner.DEMO.marker())));
    }

    /** The time is noted, not judged: it is the machine's, and whatever else runs on it. */
    @Test
    void allProcessesTogetherFitIntoAGibibyteAndAHalf() throws IOException {
        if (!Scales.work()) {
            String reason = "no /proc/PID/smaps_rollup on this system, which alone tells the memory of processes that share pages";
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        }
        String figures = String.format(Locale.ROOT, "demo: %.1f s, at most %d MiB PSS in %d processes",
                json.get("seconds").asDouble(), ended.peakOfAllKiB() >> 10, ended.processes().size());
        System.out.println(figures);
        Files.writeString(Program.WORK.resolve("demo-figures.txt"), figures + "\n");
        assertTrue(ended.peakOfAllKiB() > 0 && ended.peakOfAllKiB() <= MOST_KIB, figures);
    }

    @Test
    void noProcessIsLeftBehind() throws Exception {
        assertTrue(ended.processes().size() > 5, () -> "functions and the job run in processes of their own: " + ended.processes());
        ended.leavesNoProcess();
    }

    @Test
    void aFolderOfSomebodyElseIsRefusedAndNotTouched() throws Exception {
        Path theirs = Files.createTempDirectory(Program.WORK, "theirs-");
        Path file = Files.writeString(theirs.resolve("thesis.txt"), "three years of work");
        Program.Ended refused = Program.truepipe("demo", "--json", "--out", theirs.toString()).run();
        assertEquals(2, refused.exit(), refused::toString);
        JsonNode error = refused.json().get("error");
        assertEquals(Set.of("file", "message", "cure"), names(error));
        assertEquals(theirs.toString(), error.get("file").asString());
        assertEquals("three years of work", Files.readString(file));
        try (Stream<Path> left = Files.list(theirs)) {
            assertEquals(List.of(file), left.toList());
        }
    }

    /**
     * As Control-C does; the script has handed its process over to the program. SIGTERM stands in for SIGINT, which a
     * build that runs in the background may have inherited as ignored; the JVM ends in the same way for both.
     */
    @Test
    void aDemoKeepsItsFolderToItselfAndInterruptedLeavesNoProcessBehind() throws Exception {
        Path out = Program.WORK.resolve("interrupted");
        try (Program.Running running = Program.truepipe("demo", "--json", "--out", out.toString()).start()) {
            running.awaitOnStandardError("ScanManifests");
            Program.Ended second = Program.truepipe("demo", "--json", "--out", out.toString()).run();
            assertEquals(2, second.exit(), "two demos in one folder: " + second);
            assertEquals(out.toString(), second.json().get("error").get("file").asString(), second::toString);
            assertEquals(0, new ProcessBuilder("kill", "-TERM", Long.toString(running.process().pid())).start().waitFor());
            Program.Ended interrupted = running.ended();
            assertEquals(128 + 15, interrupted.exit(), interrupted::toString);
            assertTrue(interrupted.processes().size() > 2, interrupted::toString);
            interrupted.leavesNoProcess();
        }
    }

    @Test
    void theJavaSdkKnowsEveryFieldOfTheTrainingRequest() throws IOException {
        JsonNode sent = Program.parse(request());
        CreateTrainingJobRequest request = ((CreateTrainingJobRequest.Builder) filled(CreateTrainingJobRequest.builder(), sent, "request")).build();
        assertEquals(json.get("trainingJob").get("name").asString(), request.trainingJobName());
        assertEquals(List.of("train", "validation"), request.inputDataConfig().stream().map(channel -> channel.channelName()).toList());
        assertTrue(request.inputDataConfig().stream().allMatch(channel ->
                channel.dataSource().s3DataSource().s3DataTypeAsString().equals("AugmentedManifestFile")
                        && channel.recordWrapperTypeAsString().equals("RecordIO")
                        && channel.dataSource().s3DataSource().attributeNames().equals(List.of("source-ref", Demo.DATASET))), request::toString);
        assertEquals("Pipe", request.algorithmSpecification().trainingInputModeAsString());
    }

    @Test
    void botocoreAcceptsTheTrainingRequest() throws Exception {
        Path venv = Program.WORK.resolve("botocore");
        String python = venv.resolve("bin/python3").toString();
        if (!Program.works(python, "-c", "import botocore")) {
            Program.require(Program.works("python3", "-m", "venv", venv.toString()), "python3 with venv", "botocore judges the training request: install python3-venv");
            Program.require(Program.works(python, "-m", "pip", "install", "--quiet", "botocore"), "botocore", "it judges the training request: pip must reach PyPI");
        }
        Path script = Program.ROOT.resolve("emulator/src/test/python/validate_training_request.py");
        Program.Ended judged = Program.of(List.of(python, script.toString(), request().toString())).run();
        assertEquals(0, judged.exit(), judged::toString);
    }

    private static Path request() {
        return OUT.resolve("cloud/training").resolve(json.get("trainingJob").get("name").asString()).resolve("request.json");
    }

    // ---- shared with the other demo test

    static WrittenLines uploaded(Path out) throws IOException {
        return WrittenLines.of(out.resolve("cloud/s3").resolve(Demo.LABEL_BUCKET).resolve("street/street-cars/manifests/output/output.manifest"));
    }

    static WrittenLines manifest(JsonNode demo, String channel) throws IOException {
        return WrittenLines.of(path(demo.get("manifests").get(channel)));
    }

    static void assertNothingLost(JsonNode demo, Path out) throws IOException {
        Map<String, Integer> written = new TreeMap<>();
        for (String channel : CHANNELS) {
            manifest(demo, channel).multiset().forEach((line, times) -> written.merge(line, times, Integer::sum));
        }
        assertEquals(uploaded(out).multiset(), written);
    }

    static Map<String, Long> counts(JsonNode object) {
        Map<String, Long> counts = new TreeMap<>();
        object.properties().forEach(entry -> counts.put(entry.getKey(), entry.getValue().asLong()));
        return counts;
    }

    static Map<String, Long> findings(Path file) throws IOException {
        Map<String, Long> codes = new TreeMap<>();
        WrittenLines.of(file).parsed().forEach(finding -> codes.merge(finding.get("code").asString(), 1L, Long::sum));
        return codes;
    }

    /** A path as the program prints it: absolute, or from the folder it was started in. */
    static Path path(JsonNode text) {
        Path path = Program.ROOT.resolve(text.asString());
        assertTrue(Files.isRegularFile(path), () -> path + " is no file");
        return path;
    }

    private static Set<String> names(JsonNode object) {
        return new TreeSet<>(object.propertyNames());
    }

    private static Set<String> objects(WrittenLines lines) {
        Set<String> objects = new HashSet<>();
        lines.parsed().forEach(line -> objects.add(line.get("source-ref").asString()));
        return objects;
    }

    /** Fills one of the SDK's builders from JSON, as its own unmarshaller would, but refuses what it does not know. */
    private static Object filled(SdkPojo builder, JsonNode json, String where) {
        Map<String, SdkField<?>> fields = new TreeMap<>();
        builder.sdkFields().forEach(field -> fields.put(field.locationName(), field));
        json.properties().forEach(entry -> {
            SdkField<?> field = fields.get(entry.getKey());
            assertTrue(field != null, () -> where + "." + entry.getKey() + " is unknown to the SDK, which knows " + fields.keySet());
            field.set(builder, value(field, entry.getValue(), where + "." + entry.getKey()));
        });
        return builder;
    }

    private static Object value(SdkField<?> field, JsonNode json, String where) {
        MarshallingType<?> type = field.marshallingType();
        if (type == MarshallingType.SDK_POJO) {
            assertTrue(json.isObject(), where);
            return ((Buildable) filled(field.constructor().get(), json, where)).build();
        }
        if (type == MarshallingType.LIST) {
            assertTrue(json.isArray(), where);
            SdkField<?> member = field.getTrait(ListTrait.class).memberFieldInfo();
            return json.valueStream().map(one -> value(member, one, where + "[]")).toList();
        }
        if (type == MarshallingType.MAP) {
            assertTrue(json.isObject(), where);
            SdkField<?> member = field.getTrait(MapTrait.class).valueFieldInfo();
            Map<String, Object> map = new TreeMap<>();
            json.properties().forEach(entry -> map.put(entry.getKey(), value(member, entry.getValue(), where + "." + entry.getKey())));
            return map;
        }
        if (type == MarshallingType.STRING) {
            assertTrue(json.isString(), () -> where + " is no string: " + json);
            return json.asString();
        }
        if (type == MarshallingType.INTEGER) {
            assertTrue(json.isIntegralNumber(), () -> where + " is no whole number: " + json);
            return json.asInt();
        }
        if (type == MarshallingType.LONG) {
            assertTrue(json.isIntegralNumber(), () -> where + " is no whole number: " + json);
            return json.asLong();
        }
        if (type == MarshallingType.BOOLEAN) {
            assertTrue(json.isBoolean(), () -> where + " is no boolean: " + json);
            return json.asBoolean();
        }
        throw new AssertionError(where + ": a field of type " + type + " is not foreseen by this test: " + json);
    }
}

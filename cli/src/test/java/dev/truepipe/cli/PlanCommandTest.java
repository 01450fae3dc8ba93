package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the contract of {@code plan} says, line by line. That its request is the one that a run sends, ChainIT holds. */
class PlanCommandTest {
    private static final String DETECTION = "algorithm: object-detection";

    @TempDir
    private Path folder;

    private String home;

    @BeforeEach
    void asTheScriptDoes() {
        home = System.setProperty("truepipe.home", System.getProperty("truepipe.root"));
    }

    @AfterEach
    void asBefore() {
        if (home == null) {
            System.clearProperty("truepipe.home");
        } else {
            System.setProperty("truepipe.home", home);
        }
    }

    private static Ran run(Object... args) {
        return Ran.truepipe(Stream.concat(Stream.of("plan"), Stream.of(args)).toArray());
    }

    /** Settings of one dataset, wagons, that looks at no object. */
    private Path settings(String training, String... more) throws IOException {
        return Files.writeString(folder.resolve("settings.yaml"), """
                datasets:
                  - name: wagons
                    labels: s3://yard-labels/wagons/
                    labelBucket: notification
                    images: [s3://yard/]
                    checkObjects: none
                    training: { %s }
                """.formatted(training) + String.join("", Stream.of(more).map(line -> "    " + line + "\n").toList()));
    }

    private Path manifest(String name, List<String> lines) throws IOException {
        return Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
    }

    private static List<String> wagons(int from, int to) {
        List<String> lines = new ArrayList<>();
        for (int i = from; i < to; i++) {
            String box = "{\"class_id\":" + i % 2 + ",\"left\":10,\"top\":20,\"width\":30,\"height\":40}";
            lines.add(("{\"source-ref\":\"s3://yard/%05d-x.jpg\",\"wagons\":{\"image_size\":[{\"width\":800,\"height\":600,\"depth\":3}],\"annotations\":[%s]},\"wagons-metadata\":"
                    + "{\"class-map\":{\"0\":\"tank\",\"1\":\"box\"},\"type\":\"groundtruth/object-detection\",\"human-annotated\":\"yes\",\"creation-date\":\"2025-03-02T08:14:30.000412\","
                    + "\"job-name\":\"labeling-job/wagons\"}}").formatted(i * 37, i % 5 == 0 ? box + "," + box : box));
        }
        return lines;
    }

    @Test
    void printsVpcIsolationAndKeysAsTheyWouldBeSent() throws IOException {
        Path settings = settings(DETECTION + ", spot: never, instances: [ml.g5.xlarge], vpc: { subnets: [subnet-01234567], securityGroups: [sg-01234567] }, networkIsolation: true");
        Files.writeString(settings, Files.readString(settings) + "encryption: customer-key\n");
        Map<String, Object> request = at(run("--settings", settings, "--json", "--key", "arn:aws:kms:eu-west-1:111122223333:key/mine", manifest("w.manifest", wagons(0, 60))).json(), "request");
        assertEquals(Map.of("Subnets", List.of("subnet-01234567"), "SecurityGroupIds", List.of("sg-01234567")), request.get("VpcConfig"));
        assertEquals(true, request.get("EnableNetworkIsolation"));
        assertEquals("arn:aws:kms:eu-west-1:111122223333:key/mine", at(request, "OutputDataConfig").get("KmsKeyId"));
        assertFalse(at(request, "ResourceConfig").containsKey("VolumeKmsKeyId"), "ml.g5 has disks of its own");
    }

    private static Map<String, Object> at(Map<String, Object> json, Object... path) {
        Object value = json;
        for (Object step : path) {
            value = step instanceof Integer place ? Json.array(value).get(place) : Json.object(value).get(step);
        }
        return Json.object(value);
    }

    @Test
    void showsTheJobThatWouldBeAskedFor() throws IOException {
        Path file = manifest("wagons.manifest", wagons(0, 60));
        Ran ran = run(file, "--settings", settings(DETECTION + ", spot: never, hyperparameters: { epochs: 7 }"), "--work-bucket", "my-work",
                "--role", "arn:aws:iam::111122223333:role/mine", "--region", "eu-west-1", "--json");
        assertEquals(0, ran.exit(), ran.err());
        Map<String, Object> json = ran.json();
        assertEquals(Set.of("dataset", "lines", "blank", "accepted", "quarantined", "superseded", "train", "validation", "test", "warnings", "newLabels", "task", "labelAttribute",
                "version", "classes", "findings", "inference", "split", "gates", "refused", "hyperparameters", "ladder", "request"), json.keySet());
        assertEquals(60L, (Long) json.get("train") + (Long) json.get("validation"));
        assertEquals(Map.of("tank", 36L, "box", 36L), json.get("classes"));
        assertEquals(List.of(), json.get("gates"));
        assertNull(json.get("refused"));

        Map<String, Object> request = at(json, "request");
        Map<String, Object> expected = new LinkedHashMap<>(Map.of("epochs", "7", "label_width", "350", "num_classes", "2"));
        expected.put("num_training_samples", json.get("train").toString());
        expected.put("mini_batch_size", Long.toString(Math.min(32, (Long) json.get("validation"))));
        assertEquals(expected, request.get("HyperParameters"));
        assertEquals(json.get("hyperparameters"), request.get("HyperParameters"));
        assertEquals("685385470294.dkr.ecr.eu-west-1.amazonaws.com/object-detection:1", at(request, "AlgorithmSpecification").get("TrainingImage"));
        assertEquals("arn:aws:iam::111122223333:role/mine", request.get("RoleArn"));
        for (int channel = 0; channel < 2; channel++) {
            Map<String, Object> one = at(request, "InputDataConfig", channel);
            assertEquals("RecordIO", one.get("RecordWrapperType"));
            assertEquals("Pipe", one.get("InputMode"));
            assertEquals(List.of("source-ref", "wagons"), at(one, "DataSource", "S3DataSource").get("AttributeNames"));
            assertEquals("s3://my-work/datasets/wagons/versions/" + json.get("version") + "/" + one.get("ChannelName") + ".manifest", at(one, "DataSource", "S3DataSource").get("S3Uri"));
        }
        assertEquals(Map.of("MaxRuntimeInSeconds", 14_400L), request.get("StoppingCondition"));
        assertEquals(false, request.get("EnableManagedSpotTraining"));
        assertTrue(request.get("TrainingJobName").toString().matches("wagons-[0-9a-f]{8}-[0-9a-f]{8}-r0-1"), request.toString());
    }

    /** The same version and the same plan as {@code split} and a run give, however the lines come. */
    @Test
    void plansTheVersionThatSplitSeals() throws IOException {
        List<String> lines = wagons(0, 60);
        Path one = manifest("a.manifest", lines.subList(0, 25));
        Path other = manifest("b.manifest", lines.subList(25, 60));
        Path settings = settings(DETECTION);
        String split = (String) Ran.truepipe("split", one, other, "--out", folder.resolve("out"), "--json").json().get("version");
        assertEquals(split, run(other, one, "--settings", settings, "--json").json().get("version"));
        assertEquals(split, run(manifest("all.manifest", lines), "--settings", settings, "--json").json().get("version"));
    }

    @Test
    void keepsSidesByThePreviousVersion() throws IOException {
        Path settings = settings(DETECTION);
        Path previous = folder.resolve("out").resolve("dataset.json");
        Path first = manifest("a.manifest", wagons(0, 40));
        assertEquals(0, Ran.truepipe("split", first, "--out", previous.getParent(), "--json").exit());
        Path grown = manifest("b.manifest", wagons(0, 60));
        String split = (String) Ran.truepipe("split", grown, "--out", folder.resolve("next"), "--previous", previous, "--json").json().get("version");
        assertEquals(split, run(grown, "--settings", settings, "--previous", previous, "--json").json().get("version"));
        Ran bad = run(grown, "--settings", settings, "--previous", grown, "--json");
        assertEquals(2, bad.exit());
        assertEquals(grown.toString(), at(bad.json(), "error").get("file"));
    }

    @Test
    void endsWithOneWhereAGateIsNotMet() throws IOException {
        List<String> lines = new ArrayList<>(wagons(0, 30));
        lines.add(3, "{broken");
        lines.add(9, "{broken");
        Path file = manifest("wagons.manifest", lines);
        Path settings = settings(DETECTION, "gates: { minPerClass: 16 }");
        Ran ran = run(file, "--settings", settings, "--json");
        assertEquals(1, ran.exit(), ran.err());
        assertEquals(List.of("maxQuarantined", "minPerClass"), Json.array(ran.json().get("gates")).stream().map(gate -> Json.object(gate).get("gate")).toList());
        assertNull(ran.json().get("request"));
        assertNull(ran.json().get("hyperparameters"));
        Ran told = run(file, "--settings", settings);
        assertEquals(1, told.exit());
        assertTrue(told.out().contains("not met: maxQuarantined: 2 of 32 lines are quarantined") && told.out().contains("No job would be asked for."), told.out());
        assertTrue(told.out().contains(file + ":4 (byte "), told.out());
    }

    /** Each names what is wrong, the numbers, and what to write instead. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "mini_batch_size: 40 | training.hyperparameters.mini_batch_size: \"40\" cannot work | a batch cannot be larger than either; use ",
        "label_width: 11 | training.hyperparameters.label_width: \"11\" cannot work: one image has 2 boxes, which take 5 × 2 + 2; use 12 or more | leave it out",
        "num_classes: 1 | training.hyperparameters.num_classes: \"1\" cannot work | use 2 or more",
        "num_training_samples: 3 | training.hyperparameters.num_training_samples: \"3\" cannot work | leave it out, it is derived"})
    void endsWithOneWhereTheJobCouldOnlyFail(String hyperparameter, String what, String cure) throws IOException {
        Path file = manifest("wagons.manifest", wagons(0, 60));
        Path settings = settings(DETECTION + ", hyperparameters: { " + hyperparameter + " }");
        Ran ran = run(file, "--settings", settings, "--json");
        assertEquals(1, ran.exit(), ran.err());
        String refused = (String) ran.json().get("refused");
        assertTrue(refused.startsWith(what) && refused.contains(cure), refused);
        assertNull(ran.json().get("request"));
        assertEquals(60L, ran.json().get("accepted"), "what was read is told all the same");
        assertTrue(run(file, "--settings", settings).out().contains("it could only fail: " + what), refused);
    }

    @Test
    void refusesLabelsOfAnotherTaskThanTheAlgorithms() throws IOException {
        Ran ran = run(manifest("wagons.manifest", wagons(0, 60)), "--settings", settings("algorithm: image-classification"), "--json");
        assertEquals(1, ran.exit());
        assertTrue(((String) ran.json().get("refused")).contains("image-classification cannot learn from labels of task object-detection"), ran.out());
    }

    @Test
    void judgesByTheSettings() throws IOException {
        List<String> lines = new ArrayList<>(wagons(0, 60));
        lines.set(0, lines.getFirst().replace("s3://yard/", "s3://elsewhere/"));
        Path file = manifest("wagons.manifest", lines);
        Ran ran = run(file, "--settings", settings(DETECTION, "split: { validation: 30%, test: 10%, seed: 4 }"), "--json");
        assertEquals(Map.of("object-outside-allowed-buckets", 1L), at(ran.json(), "findings"));
        assertTrue((Long) ran.json().get("test") > 0, ran.out());
        assertEquals(4L, at(ran.json(), "split").get("seed"));
        assertEquals(4L, at(ran.json(), "request", "InputDataConfig", 0, "ShuffleConfig").get("Seed"));
    }

    /** A brake is no change of what would be trained: the version and the job are the same with it. */
    @Test
    void saysWhichBrakeHoldsARun() throws IOException {
        Path file = manifest("wagons.manifest", wagons(0, 60));
        String free = run(file, "--settings", settings(DETECTION)).out();
        assertFalse(free.contains("Brakes"), free);
        for (String[] brake : new String[][] {{"enabled: false", "Brakes   enabled is false: once deployed so, no run begins"}, {"maxRuns: 4/day", "Brakes   at most 4 within any 24 hours begin"}}) {
            String held = run(file, "--settings", settings(DETECTION, brake[0])).out();
            assertEquals(free, held.replace(brake[1] + "\n", ""));
            assertTrue(held.contains(brake[1]), held);
        }
    }

    /** A prefix alone means a bucket that a deployment will name: where objects may lie is known only then. */
    @Test
    void saysWhatItCannotJudgeBeforeThereIsALabelBucket() throws IOException {
        Path file = manifest("wagons.manifest", wagons(0, 60));
        Path settings = Files.writeString(folder.resolve("own.yaml"), "datasets:\n  - name: wagons\n    labels: wagons/\n    training: { algorithm: object-detection }\n");
        Ran ran = run(file, "--settings", settings, "--check-objects", "none");
        assertEquals(0, ran.exit(), ran.err());
        assertTrue(ran.out().contains("Not judged: whether objects lie under images") && ran.out().endsWith("Nothing was started.\n"), ran.out());
        assertEquals(0, run(file, "--settings", settings, "--check-objects", "none", "--label-bucket", "yard").exit());
        Ran elsewhere = run(file, "--settings", settings, "--check-objects", "none", "--label-bucket", "other", "--json");
        assertEquals(1, elsewhere.exit());
        assertEquals(60L, at(elsewhere.json(), "findings").get("object-outside-allowed-buckets"));
    }

    @Test
    void asksWhichOfSeveralDatasetsIsMeant() throws IOException {
        Path file = manifest("wagons.manifest", wagons(0, 60));
        Path settings = settings(DETECTION);
        Files.writeString(settings, Files.readString(settings) + "  - name: other\n    labels: s3://yard-labels/other/\n    labelBucket: notification\n    training: { algorithm: object-detection }\n");
        Ran ran = run(file, "--settings", settings);
        assertEquals(2, ran.exit());
        assertTrue(ran.err().contains("has several datasets: wagons, other; name one with --dataset"), ran.err());
        assertEquals(2, run(file, "--settings", settings, "--dataset", "third").exit());
        assertEquals(0, run(file, "--settings", settings, "--dataset", "wagons").exit());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "missing.manifest | settings.yaml | none | there is no such file",
        "wagons.manifest | nowhere.yaml | none | there is no such file",
        "wagons.manifest | wagons.manifest | none | docs/settings.md",
        "wagons.manifest | settings.yaml | 7 | \"7\" is no number of objects to look at: none, 100 or all"})
    void endsWithTwoWhereSomethingCannotBeRead(String manifest, String settings, String check, String words) throws IOException {
        settings(DETECTION);
        manifest("wagons.manifest", wagons(0, 60));
        Ran ran = run(folder.resolve(manifest), "--settings", folder.resolve(settings), "--check-objects", check, "--json");
        assertEquals(2, ran.exit(), ran.out());
        assertEquals(Set.of("file", "message", "cure"), at(ran.json(), "error").keySet());
        assertTrue(ran.err().contains(words), ran.err());
    }

    @Test
    void leavesNothingBehind() throws IOException {
        Path file = manifest("wagons.manifest", wagons(0, 60));
        Path settings = settings(DETECTION);
        Set<Path> before = leftovers();
        run(file, "--settings", settings);
        run(folder.resolve("missing.manifest"), "--settings", settings);
        run(file, "--settings", settings(DETECTION + ", hyperparameters: { label_width: 11 }"));
        assertEquals(before, leftovers());
        assertEquals(Set.of(file, settings), children(folder));
    }

    private static Set<Path> leftovers() throws IOException {
        return Set.copyOf(children(Path.of(System.getProperty("java.io.tmpdir"))).stream().filter(path -> path.getFileName().toString().startsWith("truepipe-plan-" + ProcessHandle.current().pid() + "-")).toList());
    }

    private static Set<Path> children(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return Set.copyOf(files.toList());
        }
    }
}

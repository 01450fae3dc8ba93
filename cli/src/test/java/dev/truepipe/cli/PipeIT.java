package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.s3.BucketSpec;
import dev.truepipe.emulator.s3.EmbeddedS3;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code truepipe pipe} as a user starts it. Every run is looked at for processes and FIFOs that it leaves behind. */
class PipeIT {
    private static final long SEED = 20_261_126;
    private static final int PAIRS = 10_000;
    private static final long MOST_KIB = 256 * 1_024;
    private static final Path READER = Program.ROOT.resolve("cli/src/test/resources/pipe/read_pipes.py");

    @TempDir
    private static Path shared;

    /** What {@link #READER} should see of each pair. */
    private static final List<String> PICTURES = new ArrayList<>();
    private static final List<String> LABELS = new ArrayList<>();

    @TempDir
    private Path folder;

    /** Pictures of every size from 0 on, a few of megabytes, some with the magic number of RecordIO at a place where dmlc's writer would cut. */
    @BeforeAll
    static void pairs() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        Path pictures = Files.createDirectories(shared.resolve("s3/images/street"));
        try (BufferedWriter manifest = Files.newBufferedWriter(shared.resolve("pairs.manifest"))) {
            for (int i = 0; i < PAIRS; i++) {
                byte[] picture = new byte[i < 9 ? i : i % 2_000 == 77 ? 9_000_000 : random.nextInt(4_000)];
                random.nextBytes(picture);
                if (i % 5 == 0 && picture.length > 12) {
                    System.arraycopy(HexFormat.of().parseHex("0a23d7ce"), 0, picture, 8, 4);
                }
                Files.write(pictures.resolve("no " + i + "+é.jpg"), picture);
                String label = "{\"annotations\": [{\"class_id\":" + i % 2 + ", \"left\":" + i + ".50}],\"image_size\":[]}";
                manifest.write("{\"cars\":" + label + ",\"source-ref\": \"s3://images/street/no " + i + "+é.jpg\",\"other\":{\"source-ref\":3}}\n");
                PICTURES.add(seen(picture));
                LABELS.add(seen(label.getBytes(StandardCharsets.UTF_8)));
            }
        }
    }

    private static String seen(byte[] record) throws NoSuchAlgorithmException {
        return record.length + " " + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(record));
    }

    private static void needPython() throws InterruptedException {
        Program.require(Program.works("python3", "--version"), "python3", "the reader of the pipes is written in it, to be independent of ours: install it");
    }

    /** Runs, and looks for what is left. */
    private Program.Ended pipe(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("pipe", "--json", "--root", folder.resolve("root").toString()));
        all.addAll(List.of(arguments));
        Program.Ended ended = Program.truepipe(all.toArray(String[]::new)).run();
        nothingIsLeft(ended);
        return ended;
    }

    private void nothingIsLeft(Program.Ended ended) throws Exception {
        ended.leavesNoProcess();
        Path data = folder.resolve("root/input/data");
        if (Files.isDirectory(data)) {
            try (Stream<Path> left = Files.list(data)) {
                assertEquals(List.of(), left.toList(), "FIFOs left behind");
            }
        }
    }

    private List<String> lines(String file) throws IOException {
        return Files.readAllLines(folder.resolve("root/model").resolve(file));
    }

    private String manifest(int lines) throws IOException {
        Path file = folder.resolve("small-" + lines + ".manifest");
        Files.write(file, Stream.iterate(0, i -> i + 1).limit(lines).map(i -> "{\"a\":\"" + i + "\\n\"}").toList());
        return file.toString();
    }

    @Test
    void tenThousandPairsArriveTwiceInOrderByteForByteAtAnIndependentReader() throws Exception {
        needPython();
        String manifest = shared.resolve("pairs.manifest").toString();
        Program.Ended ended = pipe("--channel", "train=" + manifest, "--channel", "labels=" + manifest, "--attributes", "source-ref,cars", "--attributes", "labels=cars",
                "--s3", shared.resolve("s3").toString(), "--epochs", "2", "--metric", "bytes=bytes=(\\d+)", "--", "python3", READER.toString(), "2", "train", "labels");
        assertEquals(0, ended.exit(), ended::toString);
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            pairs.add(PICTURES.get(i));
            pairs.add(LABELS.get(i));
        }
        for (int epoch = 0; epoch < 2; epoch++) {
            assertEquals(pairs, lines("train_" + epoch));
            assertEquals(LABELS, lines("labels_" + epoch));
        }
        JsonNode json = ended.json();
        assertEquals("Completed", json.get("status").asString());
        assertEquals(6L * PAIRS, json.get("records").asLong());
        assertEquals(2, json.get("epochs").get("train").asInt());
        long bytes = 0;
        for (JsonNode value : json.get("metrics").get("bytes")) {
            bytes += value.asLong();
        }
        assertEquals(bytes, json.get("bytes").asLong(), "what was written is what was read");
        assertTrue(Files.size(folder.resolve("root/model.tar.gz")) > 0);
        assertTrue(ended.peakKiB() < MOST_KIB, () -> ended.peakKiB() + " KiB resident");
    }

    @Test
    void shuffledEpochsArePermutationsThatDifferAndRepeatWithTheSeed() throws Exception {
        needPython();
        List<List<String>> orders = new ArrayList<>();
        for (String seed : List.of("7", "7", "8")) {
            Program.Ended ended = pipe("--channel", "train=" + shared.resolve("pairs.manifest"), "--channel", "validation=" + shared.resolve("pairs.manifest"),
                    "--attributes", "cars", "--shuffle", "train=" + seed, "--", "python3", READER.toString(), "2", "train", "validation");
            assertEquals(0, ended.exit(), ended::toString);
            orders.add(lines("train_0"));
            orders.add(lines("train_1"));
            assertEquals(LABELS, lines("validation_1"), "only train is shuffled");
        }
        for (List<String> order : orders) {
            assertEquals(LABELS.stream().sorted().toList(), order.stream().sorted().toList());
        }
        assertEquals(4, Set.copyOf(orders).size(), "two epochs of three runs, of which two are the same");
        assertEquals(orders.subList(0, 2), orders.subList(2, 4));
        assertNotEquals(LABELS, orders.getFirst());
    }

    @Test
    void anAlgorithmFindsSettingsFoldersAndVariablesAndLeavesAModel() throws Exception {
        String script = "cat $TRUEPIPE_ROOT/input/config/*.json; echo; echo $TRAINING_JOB_NAME $TRAINING_JOB_ARN; cat $TRUEPIPE_ROOT/input/data/train_0; pwd;"
                + " echo loss=0.5; echo loss=0.25; echo m > $TRUEPIPE_ROOT/model/m; echo o > $TRUEPIPE_ROOT/output/data/o; echo 1 >> $TRUEPIPE_ROOT/checkpoints/runs";
        for (int run = 1; run <= 2; run++) {
            Program.Ended ended = pipe("--channel", "train=" + manifest(2), "--attributes", "a", "--wrapper", "None", "--content-type", "application/x-recordio; label-format=class-id",
                    "--hyperparameter", "rate=0.1",
                    "--metric", "train:loss=loss=([0-9.]+)", "--", "sh", "-c", script);
            assertEquals(0, ended.exit(), ended::toString);
            JsonNode json = ended.json();
            assertEquals(Set.of("status", "secondaryStatus", "exitCode", "failureReason", "epochs", "records", "bytes", "metrics", "model", "seconds"), new TreeSet<>(json.propertyNames()));
            assertEquals("[0.5,0.25]", json.get("metrics").get("train:loss").toString());
            assertEquals(0, json.get("exitCode").asInt());
            assertTrue(json.get("failureReason").isNull());
            assertEquals(folder.resolve("root/model.tar.gz").toString(), json.get("model").asString());
            assertTrue(Files.exists(folder.resolve("root/output.tar.gz")));
            for (String told : List.of("{\"rate\":\"0.1\"}",
                    "{\"train\":{\"ContentType\":\"application/x-recordio; label-format=class-id\",\"TrainingInputMode\":\"Pipe\",\"S3DistributionType\":\"FullyReplicated\",\"RecordWrapperType\":\"None\"}}",
                    "{\"current_host\":\"algo-1\",\"hosts\":[\"algo-1\"],\"network_interface_name\":\"lo\"}",
                    "pipe arn:aws:sagemaker:us-east-1:000000000000:training-job/pipe", "\n0\n1\n", "\n" + Program.ROOT + "\n")) {
                assertTrue(ended.err().contains(told), () -> told + "\nnot in " + ended);
            }
            assertEquals(run, Files.readAllLines(folder.resolve("root/checkpoints/runs")).size(), "checkpoints outlive a run");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "echo no more > $TRUEPIPE_ROOT/output/failure; exit 3 | Failed | Failed | AlgorithmError: no more, exit code: 3",
        "head -c 9 $TRUEPIPE_ROOT/input/data/train_0 > /dev/null; kill -9 $$ | Failed | Failed | AlgorithmError: the algorithm ended and left no output/failure; its log says more, exit code: 137",
        "exec 3< $TRUEPIPE_ROOT/input/data/train_0; sleep 300 | Stopped | MaxRuntimeExceeded | ",
        "trap '' TERM; while true; do sleep 0.05; done | Stopped | MaxRuntimeExceeded | ",
        "ln -s /dev/full $TRUEPIPE_ROOT/model.tar.gz.part; echo m > $TRUEPIPE_ROOT/model/m | Failed | Failed | ClientError: Artifact upload failed: No space left on device",
        "true | Completed | Completed | ",
    })
    void everyEndHasItsStatusAndReason(String script, String status, String secondaryStatus, String reason) throws Exception {
        Program.Ended ended = pipe("--channel", "train=" + manifest(400_000), "--attributes", "a", "--max-runtime", "4s", "--stop-grace", "1s", "--", "sh", "-c", script);
        JsonNode json = ended.json();
        assertEquals(status + " " + secondaryStatus, json.get("status").asString() + " " + json.get("secondaryStatus").asString(), ended::toString);
        assertEquals(reason, json.get("failureReason").isNull() ? null : json.get("failureReason").asString());
        assertEquals(status.equals("Completed") ? 0 : 1, ended.exit());
        assertTrue(json.get("model").isNull(), ended::toString);
        assertFalse(Files.exists(folder.resolve("root/model.tar.gz")) || Files.exists(folder.resolve("root/model.tar.gz.part"), java.nio.file.LinkOption.NOFOLLOW_LINKS));
    }

    /** As Control-C does; SIGTERM stands in for SIGINT, which a build that runs in the background may have inherited as ignored. */
    @Test
    void aStoppedJobHasItsGraceAndKeepsWhatItSaved() throws Exception {
        String script = "trap 'echo saved > $TRUEPIPE_ROOT/model/partial; exit 7' TERM; echo started; while true; do sleep 0.05; done";
        try (Program.Running running = Program.truepipe("pipe", "--json", "--root", folder.resolve("root").toString(), "--channel", "train=" + manifest(10), "--attributes", "a",
                "--", "sh", "-c", script).start()) {
            running.awaitOnStandardError("started");
            running.process().destroy();
            Program.Ended ended = running.ended();
            assertEquals(1, ended.exit(), ended::toString);
            assertEquals("Stopped", ended.json().get("secondaryStatus").asString());
            assertEquals(7, ended.json().get("exitCode").asInt());
            assertTrue(Files.exists(folder.resolve("root/model.tar.gz")));
            nothingIsLeft(ended);
        }
    }

    /** Each instance has its folder, its share of the lines and its checkpoints, which outlive a run. */
    @Test
    void severalInstancesSeeEachLineOfAShardedChannelOnce() throws Exception {
        String script = "cat $TRUEPIPE_ROOT/input/data/train_0 > $TRUEPIPE_ROOT/model/train.$(basename $TRUEPIPE_ROOT);"
                + " cat $TRUEPIPE_ROOT/input/data/all_0 > $TRUEPIPE_ROOT/model/all.$(basename $TRUEPIPE_ROOT); echo 1 >> $TRUEPIPE_ROOT/checkpoints/runs; echo here";
        for (int run = 1; run <= 2; run++) {
            Program.Ended ended = pipe("--channel", "train=" + manifest(100), "--channel", "all=" + manifest(7), "--attributes", "a", "--wrapper", "None",
                    "--instances", "3", "--distribution", "train=ShardedByS3Key", "--shuffle", "train=3", "--", "sh", "-c", script);
            assertEquals(0, ended.exit(), ended::toString);
            List<String> dealt = new ArrayList<>();
            for (int instance = 1; instance <= 3; instance++) {
                Path root = folder.resolve("root/algo-" + instance);
                dealt.addAll(Files.readAllLines(root.resolve("model/train.algo-" + instance)));
                assertEquals(7, Files.readAllLines(root.resolve("model/all.algo-" + instance)).size());
                assertEquals(run, Files.readAllLines(root.resolve("checkpoints/runs")).size(), "checkpoints outlive a run");
                assertTrue(ended.err().contains("algo-" + instance + ": here"), ended::toString);
                try (Stream<Path> left = Files.list(root.resolve("input/data"))) {
                    assertEquals(List.of(), left.toList(), "FIFOs left behind");
                }
            }
            assertEquals(Stream.iterate(0, i -> i + 1).limit(100).map(String::valueOf).sorted().toList(), dealt.stream().sorted().toList());
        }
    }

    /** Nothing moves while the reader pauses, so the store closes the connections of what is streamed and of what is fetched ahead. */
    @Test
    void aReaderMayPauseLongerThanAStoreKeepsAnIdleConnection() throws Exception {
        Random random = new Random(SEED);
        Map<String, byte[]> objects = new TreeMap<>();
        StringBuilder manifest = new StringBuilder();
        MessageDigest expected = MessageDigest.getInstance("SHA-256");
        for (int i = 0; i < 13; i++) {
            byte[] object = new byte[i == 0 ? 40_000_000 : 7_500_000];
            random.nextBytes(object);
            objects.put("/images/" + i, object);
            manifest.append("{\"x-ref\":\"s3://images/").append(i).append("\"}\n");
            expected.update(object);
        }
        Path file = Files.writeString(folder.resolve("paused.manifest"), manifest);
        Path closed = folder.resolve("closed");
        try (ImpatientS3 s3 = new ImpatientS3(objects, path -> {
            if (path.equals("/images/0")) {
                Files.writeString(closed, path);
            }
        })) {
            String script = "exec 3< $TRUEPIPE_ROOT/input/data/train_0; head -c 1 <&3 > $TRUEPIPE_ROOT/model/all; until [ -e " + closed + " ]; do sleep 0.05; done; cat <&3 >> $TRUEPIPE_ROOT/model/all";
            Program.Ended ended = Program.truepipe("pipe", "--json", "--root", folder.resolve("root").toString(), "--channel", "train=" + file, "--attributes", "x-ref", "--wrapper", "None",
                            "--max-runtime", "60s", "--", "sh", "-c", script)
                    .with("AWS_ENDPOINT_URL", s3.endpoint().toString()).with("AWS_REGION", "us-east-1").with("AWS_ACCESS_KEY_ID", "x").with("AWS_SECRET_ACCESS_KEY", "x").run();
            assertEquals(0, ended.exit(), ended::toString);
            assertTrue(Files.exists(closed), "the store closed the connection");
            assertEquals(seen(expected.digest()), seen(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(folder.resolve("root/model/all")))));
            nothingIsLeft(ended);
        }
    }

    @Test
    void aLineThatLacksItsAttributeFailsTheJobBeforeTheProgramStarts() throws Exception {
        String manifest = manifest(10_000);
        Files.writeString(Path.of(manifest), "{\"b\":1}\n", java.nio.file.StandardOpenOption.APPEND);
        Program.Ended ended = pipe("--channel", "train=" + manifest, "--attributes", "a", "--", "sh", "-c", "echo started");
        assertEquals(1, ended.exit(), ended::toString);
        assertTrue(ended.json().get("failureReason").asString().startsWith("ClientError: " + manifest + ":10001 (byte "), ended::toString);
        assertTrue(ended.json().get("exitCode").isNull() && !ended.err().contains("started"), ended::toString);
    }

    @Test
    void aMillionLinesTakeLittleMemory() throws Exception {
        Path file = folder.resolve("million.manifest");
        String rest = "\",\"cars\":{\"image_size\":[{\"width\":1280,\"height\":720,\"depth\":3}],\"annotations\":[" + "{\"class_id\":0,\"left\":10,\"top\":20,\"width\":30,\"height\":40},".repeat(6)
                + "{\"class_id\":1,\"left\":1,\"top\":2,\"width\":3,\"height\":4}]},\"cars-metadata\":{\"type\":\"groundtruth/object-detection\"}}\n";
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < 1_000_000; i++) {
                out.write("{\"source-ref\":\"s3://images/" + i + ".jpg" + rest);
            }
        }
        Program.Ended ended = pipe("--channel", "train=" + file, "--attributes", "cars", "--shuffle", "1", "--epochs", "1", "--", "sh", "-c", "cat $TRUEPIPE_ROOT/input/data/train_0 > /dev/null");
        assertEquals(0, ended.exit(), ended::toString);
        assertEquals(1_000_000, ended.json().get("records").asInt());
        assertTrue(ended.peakKiB() < MOST_KIB, () -> ended.peakKiB() + " KiB resident");
    }

    @Test
    void manifestsComeFromFilesGzipStandardInputAndS3AlikeAndObjectsFromTheS3ThatTheEnvironmentNames() throws Exception {
        String manifest = "{\"a\":1,\"x-ref\":\"s3://images/one\"}\n{\"a\":2,\"x-ref\":\"s3://images/two\"}\n";
        Path plain = Files.writeString(folder.resolve("m.manifest"), manifest);
        Path zipped = folder.resolve("m.manifest.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(manifest.getBytes(StandardCharsets.UTF_8));
        }
        try (EmbeddedS3 s3 = EmbeddedS3.start(folder.resolve("cloud"), 0, List.of(new BucketSpec("images")), EmbeddedS3.Events.NOBODY, Clock.systemUTC())) {
            s3.store().put(S3Uri.parse("s3://images/one"), "first;".getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
            s3.store().put(S3Uri.parse("s3://images/two"), "second;".getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
            s3.store().put(S3Uri.parse("s3://images/m"), manifest.getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
            for (String source : List.of(plain.toString(), zipped.toString(), "-", "s3://images/m")) {
                Program.Ended ended = Program.truepipe("pipe", "--json", "--root", folder.resolve("root").toString(), "--channel", "train=" + source, "--attributes", "x-ref,a",
                                "--wrapper", "None", "--", "sh", "-c", "cat $TRUEPIPE_ROOT/input/data/train_0 > $TRUEPIPE_ROOT/model/all")
                        .with("AWS_ENDPOINT_URL", s3.endpoint().toString()).with("AWS_REGION", "us-east-1").with("AWS_ACCESS_KEY_ID", "x").with("AWS_SECRET_ACCESS_KEY", "x")
                        .reading(plain).run();
                assertEquals(0, ended.exit(), ended::toString);
                assertEquals("first;1second;2", Files.readString(folder.resolve("root/model/all")));
                nothingIsLeft(ended);
            }
            Files.writeString(plain, manifest + "{\"a\":3,\"x-ref\":\"s3://images/three\"}\n");
            Program.Ended missing = Program.truepipe("pipe", "--json", "--root", folder.resolve("root").toString(), "--channel", "train=" + plain, "--attributes", "x-ref",
                            "--", "sh", "-c", "cat $TRUEPIPE_ROOT/input/data/train_0 > /dev/null; sleep 300")
                    .with("AWS_ENDPOINT_URL", s3.endpoint().toString()).with("AWS_REGION", "us-east-1").with("AWS_ACCESS_KEY_ID", "x").with("AWS_SECRET_ACCESS_KEY", "x").run();
            assertEquals(1, missing.exit(), missing::toString);
            assertEquals("ClientError: " + plain + ":3 (byte 68) names an object in \"x-ref\" that is not there: s3://images/three", missing.json().get("failureReason").asString());
            nothingIsLeft(missing);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "null", value = {
        "--channel train --attributes a -- true | --channel", "--channel train=FILE -- true | null", "--channel train=FILE --attributes a | COMMAND",
        "--channel train=FILE --attributes other=a -- true | --attributes", "--channel train=FILE --channel train=FILE --attributes a -- true | --channel",
        "--channel train=FILE --attributes a --attributes b -- true | --attributes", "--channel t!=FILE --attributes a -- true | --channel",
        "--channel train=FILE --attributes a,,b -- true | --attributes", "--channel train=FILE --attributes train= -- true | --attributes",
        "--channel train=FILE --attributes a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q -- true | --attributes",
        "--channel train=FILE --attributes a --shuffle x -- true | --shuffle", "--channel train=FILE --attributes a --wrapper Json -- true | --wrapper",
        "--channel train=FILE --attributes a --distribution Dealt -- true | --distribution", "--channel train=FILE --attributes a --instances 0 -- true | --instances",
        "--channel train=FILE --attributes a --content-type x --content-type y=z -- true | --content-type",
        "--channel train=FILE --attributes a --epochs 0 -- true | --epochs", "--channel train=FILE --attributes a --metric m=x -- true | --metric",
        "--channel train=FILE --attributes a --metric m=( -- true | --metric", "--channel train=FILE --attributes a --max-runtime long -- true | --max-runtime",
        "--channel train=FILE --attributes a --s3 FILE -- true | FILE", "--channel train=none.manifest --attributes a -- true | none.manifest",
    })
    void wrongUsageEndsWithTwoAndACure(String arguments, String file) throws Exception {
        String[] words = arguments.replace("FILE", manifest(1)).split(" ");
        Program.Ended ended = pipe(words);
        assertEquals(2, ended.exit(), ended::toString);
        assertEquals(Set.of("file", "message", "cure"), new TreeSet<>(ended.json().get("error").propertyNames()), ended::toString);
        JsonNode told = ended.json().get("error").get("file");
        assertEquals(file == null ? null : file.replace("FILE", manifest(1)), told.isNull() ? null : told.asString(), ended::toString);
        assertFalse(ended.err().contains("\tat "), ended::toString);
        assertFalse(Files.exists(folder.resolve("root")), "nothing is made");
    }

    @Test
    void aProgramThatIsNotThereFailsTheJobAndAFolderOfOthersIsLeftAlone() throws Exception {
        Program.Ended absent = pipe("--channel", "train=" + manifest(1), "--attributes", "a", "--", "no-such-program-anywhere");
        assertEquals(1, absent.exit(), absent::toString);
        assertTrue(absent.json().get("failureReason").asString().startsWith("ClientError: cannot start the container: there is no program no-such-program-anywhere on PATH"), absent::toString);
        Path theirs = Files.createDirectories(folder.resolve("theirs"));
        Path file = Files.writeString(theirs.resolve("thesis.txt"), "three years of work");
        Program.Ended refused = Program.truepipe("pipe", "--root", theirs.toString(), "--channel", "train=" + manifest(1), "--attributes", "a", "--", "true").run();
        assertEquals(2, refused.exit(), refused::toString);
        assertEquals("three years of work", Files.readString(file));
        String inside = Files.copy(Path.of(manifest(1)), folder.resolve("root/train.manifest")).toString();
        Program.Ended gone = pipe("--channel", "train=" + inside, "--attributes", "a", "--", "true");
        assertEquals(2, gone.exit(), gone::toString);
        assertTrue(Files.exists(Path.of(inside)), "a manifest in the folder that would be emptied stays");
    }

    @Test
    void theExampleInPythonLearnsFromThePipes() throws Exception {
        needPython();
        Path labels = folder.resolve("labels");
        DemoLabels drawn = DemoLabels.streetScenes(1, 24, Demo.DATASET, "images");
        drawn.images().forEach((uri, picture) -> write(labels.resolve(uri.bucket()).resolve(uri.key()), picture.jpeg()));
        Path manifest = folder.resolve("drawn.manifest");
        Files.write(manifest, new String(drawn.manifest(), StandardCharsets.UTF_8).lines()
                .filter(line -> line.endsWith("}") && line.contains("\"" + Demo.DATASET + "\":")).toList());
        Program.Ended ended = pipe("--channel", "train=" + manifest, "--channel", "validation=" + manifest, "--attributes", "source-ref," + Demo.DATASET, "--s3", labels.toString(),
                "--hyperparameter", "epochs=3", "--metric", "train:iou=train:iou=([0-9.]+)", "--metric", "validation:iou=validation:iou=([0-9.]+)",
                "--", "python3", Program.ROOT.resolve("examples/street-cars-python/train.py").toString(), "train");
        assertEquals(0, ended.exit(), ended::toString);
        JsonNode metrics = ended.json().get("metrics");
        assertEquals(3, metrics.get("validation:iou").size());
        assertTrue(metrics.get("train:iou").get(2).asDouble() > metrics.get("train:iou").get(0).asDouble(), ended::toString);
        assertTrue(metrics.get("validation:iou").get(2).asDouble() > 0.7, ended::toString);
        Program.Ended wrong = pipe("--channel", "train=" + manifest, "--attributes", Demo.DATASET + ",source-ref", "--s3", labels.toString(), "--", "python3",
                Program.ROOT.resolve("examples/street-cars-python/train.py").toString(), "train");
        assertEquals(1, wrong.exit(), wrong::toString);
        assertTrue(wrong.json().get("failureReason").asString().contains("are the attributes in the order picture, label?"), wrong::toString);
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

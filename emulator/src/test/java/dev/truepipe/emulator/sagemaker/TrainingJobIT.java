package dev.truepipe.emulator.sagemaker;

import static dev.truepipe.emulator.sagemaker.Training.channel;
import static dev.truepipe.emulator.sagemaker.Training.list;
import static dev.truepipe.emulator.sagemaker.Training.map;
import static dev.truepipe.emulator.sagemaker.Training.object;
import static dev.truepipe.emulator.sagemaker.Training.request;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.truepipe.emulator.lambda.TestFunctions;
import dev.truepipe.json.Json;
import dev.truepipe.split.Hash128;
import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Training jobs with real pipes and real processes. */
@Timeout(90)
class TrainingJobIT {
    @TempDir Path folder;

    /** A manifest of pictures of every size from 0 up, some with the RecordIO magic number inside, and their labels. */
    private static List<String> pictures(Training cloud, String manifest, int count, long seed) throws IOException {
        Random random = new Random(seed);
        List<String> records = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            byte[] picture = new byte[i < 9 ? i : random.nextInt(150_000)];
            random.nextBytes(picture);
            if (i % 3 == 0 && picture.length > 12) {
                System.arraycopy(HexFormat.of().parseHex("0a23d7ce"), 0, picture, 8, 4);
            }
            String uri = "s3://images/" + seed + "/no " + i + "+é.jpg";
            cloud.put(uri, picture);
            String label = "{\"annotations\": [{\"class_id\":" + i % 2 + ", \"left\":1.50}],\"image_size\":[]}";
            lines.append("{\"cars\":").append(label).append(",\"source-ref\": \"").append(uri).append("\",\"other\":{\"source-ref\":3}}\n");
            records.add(HexFormat.of().formatHex(picture));
            records.add(HexFormat.of().formatHex(label.getBytes(StandardCharsets.UTF_8)));
        }
        cloud.put(manifest, lines.toString());
        return records;
    }

    @Test
    void streamsTwoEpochsOfTwoChannelsByteForByteToAJavaProcess() throws Exception {
        try (Training cloud = Training.java(folder, PipeReaderMain.class, "2", "train", "validation")) {
            List<String> train = pictures(cloud, "s3://work/train.manifest", 120, 1);
            List<String> validation = pictures(cloud, "s3://work/validation.manifest", 15, 2);
            Map<String, Object> job = cloud.train(request("two-epochs",
                    channel("train", "s3://work/train.manifest", "RecordIO", "source-ref", "cars"),
                    channel("validation", "s3://work/validation.manifest", "RecordIO", "source-ref", "cars")));
            assertEquals("Completed", job.get("TrainingJobStatus"), () -> job + " " + cloud.log("two-epochs"));
            Map<String, String> model = cloud.archive("s3://work/models/two-epochs/output/model.tar.gz");
            assertEquals(List.of("train_0", "train_1", "validation_0", "validation_1"), List.copyOf(model.keySet()));
            for (int epoch = 0; epoch < 2; epoch++) {
                assertEquals(train, model.get("train_" + epoch).lines().toList());
                assertEquals(validation, model.get("validation_" + epoch).lines().toList());
            }
            TrainingContainer.Result result = cloud.service.trainingResult("two-epochs").orElseThrow();
            assertEquals(Map.of("train", 2, "validation", 2), result.epochs());
            assertEquals(2L * (train.size() + validation.size()), result.records());
        }
    }

    @Test
    void streamsToAPythonProcess() throws Exception {
        boolean python = new ProcessBuilder("sh", "-c", "command -v python3").start().waitFor() == 0;
        if (!python) {
            assertFalse("true".equals(System.getenv("CI")), "no python3, and with CI=true nothing may be skipped: install it");
            Assumptions.abort("skipped: no python3 on the path, so Python's view of the pipe is not seen");
        }
        String script = """
                import os, struct, sys
                assert sys.argv[1:] == ['train'], sys.argv
                root = os.environ['TRUEPIPE_ROOT']
                for epoch in range(2):
                    with open(f'{root}/input/data/train_{epoch}', 'rb') as pipe, open(f'{root}/model/train_{epoch}', 'w') as out:
                        while head := pipe.read(8):
                            magic, length = struct.unpack('<II', head)
                            assert magic == 0xced7230a and length >> 29 == 0, (magic, length)
                            out.write(pipe.read(length).hex() + '\\n')
                            pipe.read(-length % 4)
                """;
        try (Training cloud = new Training(folder, new InMemoryObjectStore(), Duration.ofMillis(300), List.of(), "python3", "-c", script)) {
            List<String> records = pictures(cloud, "s3://work/train.manifest", 40, 3);
            Map<String, Object> job = cloud.train(
                    request("python", channel("train", "s3://work/train.manifest", "RecordIO", "source-ref", "cars")));
            assertEquals("Completed", job.get("TrainingJobStatus"), () -> job + " " + cloud.log("python"));
            assertEquals(records, cloud.text("python", "model/train_0").lines().toList());
            assertEquals(records, cloud.text("python", "model/train_1").lines().toList());
        }
    }

    @Test
    void streamsAttributesInTheOrderOfTheirNamesWhateverTheLineSays() throws Exception {
        try (Training cloud = Training.script(folder, "cat input/data/train_0 > model/all")) {
            cloud.put("s3://work/m", "{\"b\":\"z\\u00e9\\n\",\"text-ref\":\"s3://o/1\",\"a\":1}\r\n\n  \n{\"a\":-1.50e2,\"text-ref\":\"s3://o/1\",\"b\":[1, {\"c\" :null}]}")
                    .put("s3://o/1", "object");
            cloud.train(request("ordered", channel("train", "s3://work/m", "None", "a", "text-ref", "b")));
            assertEquals("1objectzé\n-1.50e2object[1, {\"c\" :null}]", cloud.text("ordered", "model/all"));
        }
    }

    @Test
    void framesEachAttributeAsOneRecord() throws Exception {
        try (Training cloud = Training.script(folder, "cat input/data/train_0 > model/all")) {
            cloud.put("s3://work/m", "{\"a\":\"\",\"b\":1}\n");
            cloud.train(request("framed", channel("train", "s3://work/m", "RecordIO", "b", "a")));
            assertEquals("0a23d7ce01000000310000000a23d7ce00000000", HexFormat.of().formatHex(cloud.file("framed", "model/all")));
        }
    }

    @Test
    void startsTheNextEpochFromTheFirstLineAfterAnEarlyClose() throws Exception {
        try (Training cloud = Training.script(folder, "head -c 10 input/data/train_0 > model/some; cat input/data/train_1 > model/all")) {
            String object = "0123456789".repeat(300_000);
            cloud.put("s3://work/m", "{\"text-ref\":\"s3://o/1\"}\n".repeat(3)).put("s3://o/1", object);
            Map<String, Object> job = cloud.train(request("early", channel("train", "s3://work/m", "None", "text-ref")));
            assertEquals("Completed", job.get("TrainingJobStatus"), job::toString);
            assertEquals("0123456789", cloud.text("early", "model/some"));
            assertArrayEquals(object.repeat(3).getBytes(StandardCharsets.UTF_8), cloud.file("early", "model/all"));
            List<Boolean> whole = cloud.events.stream()
                    .filter(TrainingEvent.EpochEnded.class::isInstance)
                    .map(event -> ((TrainingEvent.EpochEnded) event).whole())
                    .toList();
            assertEquals(List.of(false, true), whole);
        }
    }

    @Test
    void keepsUpWithAReaderThatOnlyPeeksIntoManyEpochs() throws Exception {
        String script = "i=0; while [ $i -lt 200 ]; do head -c 1 input/data/train_$i >> model/peeks; : < input/data/train_$((i + 1)); i=$((i + 2)); done";
        try (Training cloud = Training.script(folder, script)) {
            cloud.put("s3://work/m", "{\"a\":\"" + "x".repeat(3_000) + "\"}\n").put("s3://work/large", ("{\"a\":\"" + "x".repeat(3_000) + "\"}\n").repeat(2_000));
            for (String manifest : List.of("m", "large")) {
                Map<String, Object> job = cloud.train(request(manifest, channel("train", "s3://work/" + manifest, "None", "a")));
                assertEquals("Completed", job.get("TrainingJobStatus"), job::toString);
                assertEquals("x".repeat(100), cloud.text(manifest, "model/peeks"));
                assertEquals(Map.of("train", 200), cloud.service.trainingResult(manifest).orElseThrow().epochs());
            }
        }
    }

    @Test
    void letsAnAlgorithmStopAfterOneEpochOrReadNothingAtAll() throws Exception {
        try (Training cloud = Training.script(folder, "cat input/data/train_0 > model/all")) {
            cloud.put("s3://work/m", "{\"a\":1}\n");
            Map<String, Object> job = cloud.train(request("one-of-two",
                    channel("train", "s3://work/m", "None", "a"), channel("validation", "s3://work/m", "None", "a")));
            assertEquals("Completed", job.get("TrainingJobStatus"), job::toString);
            assertEquals(Map.of("train", 1, "validation", 0), cloud.service.trainingResult("one-of-two").orElseThrow().epochs());
        }
    }

    @Test
    void endsAnAlgorithmThatIsStuckInAnEpochNobodyOffers() throws Exception {
        try (Training cloud = Training.script(folder, "mkfifo model/never; echo waiting; cat model/never")) {
            cloud.put("s3://work/m", "{\"a\":1}\n");
            Map<String, Object> request = request("stuck", channel("train", "s3://work/m", "None", "a"));
            request.put("StoppingCondition", map("MaxRuntimeInSeconds", 1)); // also right if it comes before the pipe is made
            Map<String, Object> job = cloud.train(request);
            assertEquals("Stopped", job.get("TrainingJobStatus"), job::toString);
            assertEquals("MaxRuntimeExceeded", job.get("SecondaryStatus"));
        }
    }

    @Test
    void killsAnAlgorithmThatIgnoresTheSignalAtItsMaximumRuntime() throws Exception {
        try (Training cloud = Training.script(folder, "trap '' TERM; echo $$ > model/pid; echo deaf; while true; do sleep 0.05; done")) {
            Map<String, Object> request = request("deaf");
            request.put("StoppingCondition", map("MaxRuntimeInSeconds", 5));
            cloud.service.call("CreateTrainingJob", request);
            cloud.awaitLine("deaf", "deaf");
            Map<String, Object> job = cloud.await("deaf");
            assertEquals("MaxRuntimeExceeded", job.get("SecondaryStatus"), job::toString);
            assertEquals(137, cloud.service.trainingResult("deaf").orElseThrow().exitCode());
            assertGone(Long.parseLong(cloud.text("deaf", "model/pid").strip()));
            assertFalse(job.containsKey("FailureReason"));
        }
    }

    @Test
    void keepsWhatAStoppedAlgorithmSavedInItsGrace() throws Exception {
        String script = "trap 'echo saved > model/partial; exit 7' TERM; echo started; while true; do sleep 0.05; done";
        try (Training cloud = new Training(folder, new InMemoryObjectStore(), Duration.ofSeconds(30), List.of(), "sh", "-c", script, "sh")) {
            cloud.service.call("CreateTrainingJob", request("stopped"));
            cloud.awaitLine("stopped", "started");
            cloud.service.call("StopTrainingJob", map("TrainingJobName", "stopped"));
            Map<String, Object> job = cloud.await("stopped");
            assertEquals("Stopped", job.get("TrainingJobStatus"), job::toString);
            assertEquals("Stopped", job.get("SecondaryStatus"));
            assertEquals(Map.of("partial", "saved\n"), cloud.archive("s3://work/models/stopped/output/model.tar.gz"));
            assertEquals(List.of("Starting", "Training", "Stopping", "Stopped"), transitions(job));
        }
    }

    @Test
    void endsProcessesThatOutliveTheirParent() throws Exception {
        try (Training cloud = Training.script(folder, "sh -c 'sleep 300 & echo $! > model/pid'; exit 0")) {
            Map<String, Object> job = cloud.train(request("orphans"));
            assertEquals("Completed", job.get("TrainingJobStatus"), job::toString);
            assertGone(Long.parseLong(cloud.text("orphans", "model/pid").strip()));
        }
    }

    @Test
    void endsRunningJobsWhenTheCloudIsClosedAndKnowsThemAfterwards() throws Exception {
        try (Training cloud = Training.script(folder, "echo $$ > model/pid; echo started; cat input/data/train_0 input/data/train_1; sleep 300")) {
            cloud.put("s3://work/m", "{\"a\":1}\n");
            cloud.service.call("CreateTrainingJob", request("cut", channel("train", "s3://work/m", "None", "a")));
            cloud.awaitLine("cut", "started");
            cloud.service.close();
            assertGone(Long.parseLong(cloud.text("cut", "model/pid").strip()));
        }
        try (Training again = Training.script(folder, "true")) {
            Map<String, Object> job = again.await("cut");
            assertEquals("Failed", job.get("TrainingJobStatus"), job::toString);
            assertTrue(job.get("FailureReason").toString().startsWith("InternalServerError: the embedded cloud was stopped"), job::toString);
        }
    }

    /** Nobody is left to clean up: the JVM gets no word, and the algorithm waits at a pipe for which there is no writer. */
    @Test
    void endsTheProcessesOfAJvmThatWasKilled() throws Exception {
        String script = "sh -c 'sleep 300 & echo $! > model/orphan'; sleep 300 & echo $! > model/child; echo $$ > model/pid; "
                + "mkfifo model/next; echo waiting; cat model/next";
        Process jvm = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp", String.join(File.pathSeparator,
                        Stream.of(TestFunctions.classPath()).map(Path::toString).toList()), AbandonedMain.class.getName(), folder.toString(), script)
                .redirectErrorStream(true).start();
        try (BufferedReader log = jvm.inputReader()) {
            assertEquals("waiting", log.readLine());
            jvm.destroyForcibly().waitFor();
        }
        boolean linux = System.getProperty("os.name").equals("Linux");
        for (String name : linux ? List.of("pid", "child", "orphan") : List.of("pid", "child")) {
            awaitGone(Long.parseLong(Files.readString(folder.resolve("model").resolve(name)).strip()));
        }
    }

    @Test
    void failsWithTheFirst1024CharactersOfTheFailureFile() throws Exception {
        try (Training cloud = Training.script(folder, "head -c 5000 /dev/zero | tr '\\0' x > output/failure; exit 3")) {
            Map<String, Object> job = cloud.train(request("failing"));
            assertEquals("Failed", job.get("TrainingJobStatus"));
            String reason = (String) job.get("FailureReason");
            assertEquals(1_024, reason.length());
            assertTrue(reason.matches("AlgorithmError: x+, exit code: 3"), reason);
            assertFalse(job.containsKey("ModelArtifacts"));
        }
    }

    @Test
    void failsWithTheExitCodeWhenThereIsNoFailureFile() throws Exception {
        try (Training cloud = Training.script(folder, "echo half > model/half; exit 1")) {
            Map<String, Object> job = cloud.train(request("silent"));
            assertEquals("AlgorithmError: the algorithm ended and left no output/failure; its log says more, exit code: 1", job.get("FailureReason"));
            assertTrue(cloud.store.head(S3Uri.parse("s3://work/models/silent/output/model.tar.gz")).isEmpty());
        }
    }

    @Test
    void failsWithAClientErrorThatNamesTheLineOfAMissingObject() throws Exception {
        try (Training cloud = Training.script(folder, "cat input/data/train_0 > /dev/null; sleep 300")) {
            cloud.put("s3://work/m", "{\"source-ref\":\"s3://o/1\"}\n\n{\"source-ref\":\"s3://o/2\"}\n").put("s3://o/1", "x");
            Map<String, Object> job = cloud.train(request("no-object", channel("train", "s3://work/m", "RecordIO", "source-ref")));
            assertEquals("Failed", job.get("TrainingJobStatus"));
            assertEquals("ClientError: s3://work/m:3 (byte 27) names an object in \"source-ref\" that is not there: s3://o/2", job.get("FailureReason"));
        }
    }

    /**
     * An object that is not among those looked at beforehand, after most of an epoch has been read: the job fails, and the algorithm never
     * sees the end of the pipe, not even one that does not heed the signal.
     */
    @Test
    void failsWithAClientErrorBeforeTheAlgorithmTakesABrokenPipeForTheEnd() throws Exception {
        try (Training cloud = Training.script(folder, "trap '' TERM; cat input/data/train_0 > model/all; echo ended; sleep 300")) {
            StringBuilder manifest = new StringBuilder();
            List<S3Uri> objects = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                objects.add(S3Uri.parse("s3://o/" + i));
            }
            objects.sort(Comparator.comparing(uri -> Hash128.of(uri.toString()))); // so the last is one that is not looked at
            for (S3Uri object : objects) {
                cloud.put(object.toString(), "0123456789");
                manifest.append("{\"x-ref\":\"").append(object).append("\"}\n");
            }
            cloud.store.delete(objects.getLast());
            cloud.put("s3://work/m", manifest.toString());
            Map<String, Object> job = cloud.train(request("no-end", channel("train", "s3://work/m", "RecordIO", "x-ref")));
            String reason = (String) job.get("FailureReason");
            assertTrue(reason.startsWith("ClientError: s3://work/m:300 (byte ") && reason.endsWith(" is not there: " + objects.getLast()), reason);
            assertTrue(job.containsKey("TrainingStartTime"), job::toString);
            assertEquals(List.of(), cloud.log("no-end"));
        }
    }

    @Test
    void failsWithAClientErrorWhenThereIsNoManifest() throws Exception {
        try (Training cloud = Training.script(folder, "exit 0")) {
            Map<String, Object> job = cloud.train(request("no-manifest", channel("train", "s3://work/none", "RecordIO", "a")));
            assertEquals("ClientError: cannot read the manifest s3://work/none: no object at s3://work/none", job.get("FailureReason"));
            assertFalse(job.containsKey("TrainingStartTime"));
        }
    }

    @Test
    void shufflesEachEpochDifferentlyAndTheSameWithTheSameSeed() throws Exception {
        try (Training cloud = Training.script(folder, "for n in 0 1; do cat input/data/train_$n > model/e$n; done")) {
            StringBuilder manifest = new StringBuilder();
            for (int i = 0; i < 500; i++) {
                manifest.append("{\"a\":\"").append(i).append("\\n\"}\n");
            }
            cloud.put("s3://work/m", manifest.toString());
            for (String job : List.of("shuffled", "again", "other-seed")) {
                Map<String, Object> channel = channel("train", "s3://work/m", "None", "a");
                channel.put("ShuffleConfig", map("Seed", job.equals("other-seed") ? 8L : 7L));
                assertEquals("Completed", cloud.train(request(job, channel)).get("TrainingJobStatus"));
            }
            List<String> first = cloud.text("shuffled", "model/e0").lines().toList();
            List<String> second = cloud.text("shuffled", "model/e1").lines().toList();
            List<String> ordered = Stream.iterate(0, i -> i + 1).limit(500).map(String::valueOf).toList();
            assertNotEquals(ordered, first);
            assertNotEquals(first, second);
            assertEquals(Set.copyOf(ordered), Set.copyOf(first));
            assertEquals(Set.copyOf(ordered), Set.copyOf(second));
            assertEquals(500, first.size());
            assertEquals(500, second.size());
            assertEquals(cloud.text("shuffled", "model/e0"), cloud.text("again", "model/e0"));
            assertEquals(cloud.text("shuffled", "model/e1"), cloud.text("again", "model/e1"));
            assertNotEquals(cloud.text("shuffled", "model/e0"), cloud.text("other-seed", "model/e0"));
        }
    }

    @Test
    void readsMetricsFromTheLogAndKeepsEveryValue() throws Exception {
        List<MetricDefinition> own = List.of(
                MetricDefinition.of("validation:mAP", "mAP=(\\S+)"), MetricDefinition.of("train:loss", "never (\\d)"));
        String script = "echo 'epoch 0 mAP=0.25 loss 3'; echo 'mAP=nan'; echo 'epoch 1 mAP=5.0e-1 loss 2' >&2";
        try (Training cloud = new Training(folder, new InMemoryObjectStore(), Duration.ofMillis(300), own, "sh", "-c", script, "sh")) {
            Map<String, Object> request = request("metrics");
            object(request.get("AlgorithmSpecification")).put("MetricDefinitions", List.of(map("Name", "train:loss", "Regex", "loss (\\d+)")));
            Map<String, Object> job = cloud.train(request);
            List<Double> values = cloud.service.trainingResult("metrics").orElseThrow().metrics().stream()
                    .filter(point -> point.name().equals("validation:mAP"))
                    .map(MetricDefinition.MetricPoint::value)
                    .toList();
            assertEquals(List.of(0.25, 0.5), values);
            Map<Object, Object> last = new java.util.HashMap<>();
            for (Object metric : list(job.get("FinalMetricDataList"))) {
                last.put(object(metric).get("MetricName"), object(metric).get("Value"));
                assertTrue((Double) object(metric).get("Timestamp") >= (Double) job.get("TrainingStartTime"));
            }
            assertEquals(Map.of("validation:mAP", 0.5, "train:loss", 2.0), last);
            assertEquals(2, list(object(job.get("AlgorithmSpecification")).get("MetricDefinitions")).size());
            assertEquals(List.of("epoch 0 mAP=0.25 loss 3", "mAP=nan", "epoch 1 mAP=5.0e-1 loss 2"), cloud.log("metrics"));
        }
    }

    @Test
    void findsTheContainersFoldersSettingsAndVariables() throws Exception {
        String script = "ls -d input/config/* input/data model output/data checkpoints; test \"$1\" = train && test \"$PWD\" = \"$TRUEPIPE_ROOT\""
                + " && echo \"$TRAINING_JOB_NAME $TRAINING_JOB_ARN $MINE $HOST_SECRET\"";
        try (Training cloud = Training.script(folder.toRealPath(), script)) {
            cloud.put("s3://work/m", "{\"a\":1}\n");
            Map<String, Object> request = request("Settings", channel("train", "s3://work/m", "RecordIO", "a"));
            request.put("Environment", map("MINE", "yes"));
            Map<String, Object> job = cloud.train(request);
            assertEquals("Completed", job.get("TrainingJobStatus"), job::toString);
            assertEquals(List.of("checkpoints", "input/config/hyperparameters.json", "input/config/inputdataconfig.json",
                    "input/config/resourceconfig.json", "input/data", "model", "output/data",
                    "Settings arn:aws:sagemaker:us-east-1:000000000000:training-job/settings yes "), cloud.log("Settings"));
            assertEquals(Map.of("epochs", "2"), Json.parse(cloud.file("Settings", "input/config/hyperparameters.json")));
            assertEquals(Map.of("train", Map.of("ContentType", "application/x-recordio", "TrainingInputMode", "Pipe",
                            "S3DistributionType", "FullyReplicated", "RecordWrapperType", "RecordIO")),
                    Json.parse(cloud.file("Settings", "input/config/inputdataconfig.json")));
            assertEquals(List.of("algo-1"), object(Json.parse(cloud.file("Settings", "input/config/resourceconfig.json"))).get("hosts"));
            assertEquals(List.of("Starting", "Training", "Uploading", "Completed"), transitions(job));
            assertEquals("ml.g5.2xlarge", object(object(Json.parse(cloud.file("Settings", "request.json"))).get("ResourceConfig")).get("InstanceType"));
        }
    }

    @Test
    void archivesModelAndOutputInOneOrderAndNothingWhenThereIsNothing() throws Exception {
        String script = "[ -n \"$SAVE\" ] || exit 0; mkdir model/b; echo 2 > model/b/2; echo 1 > model/a; echo é > model/é; echo o > output/data/o";
        try (Training cloud = Training.script(folder, script)) {
            for (String name : List.of("first", "second")) {
                Map<String, Object> request = request(name);
                request.put("Environment", map("SAVE", "1"));
                Map<String, Object> job = cloud.train(request);
                assertEquals(map("S3ModelArtifacts", "s3://work/models/" + name + "/output/model.tar.gz"), job.get("ModelArtifacts"));
            }
            assertEquals(List.of("a", "b/2", "é"), List.copyOf(cloud.archive("s3://work/models/first/output/model.tar.gz").keySet()));
            assertEquals(Map.of("o", "o\n"), cloud.archive("s3://work/models/first/output/output.tar.gz"));
            assertArrayEquals(cloud.object("s3://work/models/first/output/model.tar.gz"), cloud.object("s3://work/models/second/output/model.tar.gz"));
            Map<String, Object> job = cloud.train(request("nothing"));
            assertEquals("Completed", job.get("TrainingJobStatus"));
            assertFalse(job.containsKey("ModelArtifacts"));
            assertEquals(List.of(), cloud.store.list(S3Uri.parse("s3://work/models/nothing/"), false).objects());
        }
    }

    @Test
    void bringsCheckpointsAndKeepsThem() throws Exception {
        try (Training cloud = Training.script(folder, "cat checkpoints/deep/1 > model/seen; echo 2 > checkpoints/2; exit 1")) {
            cloud.put("s3://work/checkpoints/job/deep/1", "one");
            Map<String, Object> request = request("checkpoints");
            request.put("CheckpointConfig", map("S3Uri", "s3://work/checkpoints/job/"));
            assertEquals("Failed", cloud.train(request).get("TrainingJobStatus"));
            assertEquals("one", cloud.text("checkpoints", "model/seen"));
            assertEquals("2\n", new String(cloud.object("s3://work/checkpoints/job/2"), StandardCharsets.UTF_8));
        }
    }

    @Test
    void failsWhenTheProgramIsNotThere() throws Exception {
        try (Training cloud = new Training(folder, new InMemoryObjectStore(), Duration.ZERO, List.of(), "/nowhere/program")) {
            Map<String, Object> job = cloud.train(request("no-program"));
            assertTrue(job.get("FailureReason").toString().startsWith("ClientError: cannot start the container: "), job::toString);
        }
    }

    @Test
    void offersOnlyTheEpochsAskedForAndClearsThePipesOfAKilledRun() throws Exception {
        Files.createDirectories(folder.resolve("input/data"));
        Fifo.make(folder.resolve("input/data/train_0"));
        Fifo.make(folder.resolve("input/data/train_2"));
        InMemoryObjectStore store = new InMemoryObjectStore();
        store.put(S3Uri.parse("s3://work/m"), "{\"a\":1}\n".getBytes(StandardCharsets.UTF_8), dev.truepipe.storage.ObjectStore.Condition.ALWAYS);
        PipeChannel channel = new PipeChannel("train", S3Uri.parse("s3://work/m"), List.of("a"), PipeChannel.Wrapper.NONE, null, java.util.OptionalLong.empty());
        TrainingContainer.Spec spec = new TrainingContainer.Spec("local", "none", folder, null,
                List.of("sh", "-c", "cat input/data/train_0 input/data/train_1 > model/all; test ! -e input/data/train_2"), System.getenv(), Map.of(),
                Map.of(), List.of(channel), 2, 1, List.of(), Duration.ofMinutes(1), Duration.ZERO);
        try (TrainingCluster cluster = new TrainingCluster(spec, store, java.time.Clock.systemUTC(), event -> {})) {
            assertEquals(null, cluster.prepare());
            TrainingContainer.Result result = cluster.run();
            assertEquals(TrainingContainer.Ending.COMPLETED, result.ending());
            assertEquals(Map.of("train", 2), result.epochs());
            assertEquals("11", Files.readString(folder.resolve("model/all")));
        }
    }

    /** Each instance sees its share of every epoch, all of them together each line once; a shuffled epoch is dealt anew. */
    @Test
    void dealsTheLinesOfAShardedChannelToItsInstances() throws Exception {
        String script = "for n in 0 1; do cat input/data/train_$n > model/train_$n.$(basename $PWD); cat input/data/all_$n > model/all_$n.$(basename $PWD); done; "
                + "cat input/config/resourceconfig.json; echo";
        try (Training cloud = Training.script(folder, script)) {
            List<String> lines = Stream.iterate(0, i -> i + 1).limit(1_000).map(String::valueOf).toList();
            cloud.put("s3://work/m", lines.stream().map(i -> "{\"a\":\"" + i + "\\n\"}\n").collect(Collectors.joining()));
            Map<String, Object> sharded = channel("train", "s3://work/m", "None", "a");
            object(object(sharded.get("DataSource")).get("S3DataSource")).put("S3DataDistributionType", "ShardedByS3Key");
            sharded.put("ShuffleConfig", map("Seed", 5L));
            Map<String, Object> request = request("three", sharded, channel("all", "s3://work/m", "None", "a"));
            object(request.get("ResourceConfig")).put("InstanceCount", 3);
            Map<String, Object> job = cloud.train(request);
            assertEquals("Completed", job.get("TrainingJobStatus"), () -> job + " " + cloud.log("three"));
            Map<String, String> model = cloud.archive("s3://work/models/three/output/model.tar.gz");
            List<List<String>> shares = new ArrayList<>();
            for (int epoch = 0; epoch < 2; epoch++) {
                List<String> dealt = new ArrayList<>();
                for (int instance = 1; instance <= 3; instance++) {
                    List<String> share = model.get("train_" + epoch + ".algo-" + instance).lines().toList();
                    assertTrue(share.size() == 333 || share.size() == 334, () -> share.size() + " lines");
                    dealt.addAll(share);
                    shares.add(share);
                    assertEquals(lines, model.get("all_" + epoch + ".algo-" + instance).lines().toList());
                }
                assertEquals(1_000, dealt.size());
                assertEquals(Set.copyOf(lines), Set.copyOf(dealt));
            }
            assertNotEquals(Set.copyOf(shares.get(0)), Set.copyOf(shares.get(3)), "the second epoch is dealt anew");
            assertEquals(3, cloud.log("three").stream().filter(line -> line.contains("\"hosts\":[\"algo-1\",\"algo-2\",\"algo-3\"]")).distinct().count());
            assertEquals(3, cloud.logs.streams(SageMakerService.LOG_GROUP).size());
        }
    }

    @Test
    void stopsTheOtherInstancesWhenOneFails() throws Exception {
        String script = "echo $$ > model/writing; mv model/writing model/pid; case $PWD in *algo-2) echo no > output/failure; exit 4;; esac; sleep 300";
        try (Training cloud = Training.script(folder, script)) {
            Map<String, Object> request = request("one-of-three");
            object(request.get("ResourceConfig")).put("InstanceCount", 3);
            Map<String, Object> job = cloud.train(request);
            assertEquals("AlgorithmError: no, exit code: 4", job.get("FailureReason"), job::toString);
            for (int instance = 1; instance <= 3; instance++) {
                Path pid = cloud.service.trainingFolder("one-of-three").resolve("algo-" + instance + "/model/pid");
                if (Files.exists(pid)) { // one that was stopped before it began has none
                    assertGone(Long.parseLong(Files.readString(pid).strip()));
                }
            }
        }
    }

    @Test
    void failsWithTheSignalOfAReaderThatDiesInTheMiddleOfARecord() throws Exception {
        try (Training cloud = Training.script(folder, "exec 3< input/data/train_0; head -c 1000 <&3 > model/some; kill -9 $$")) {
            cloud.put("s3://work/m", "{\"x-ref\":\"s3://o/1\"}\n".repeat(50)).put("s3://o/1", new byte[3_000_000]);
            Map<String, Object> job = cloud.train(request("dies", channel("train", "s3://work/m", "RecordIO", "x-ref")));
            assertEquals("Failed", job.get("SecondaryStatus"), job::toString);
            assertEquals("AlgorithmError: the algorithm ended and left no output/failure; its log says more, exit code: 137", job.get("FailureReason"));
            assertEquals(Map.of("train", 1), cloud.service.trainingResult("dies").orElseThrow().epochs());
        }
    }

    /** Whether it never opens its pipe or opens it and reads nothing: its time ends it, with the writer blocked in the kernel. */
    @Test
    void endsAnAlgorithmThatDoesNotReadAtItsMaximumRuntime() throws Exception {
        for (String script : List.of("sleep 300", "exec 3< input/data/train_0; echo $$ > model/pid; sleep 300")) {
            String name = script.startsWith("sleep") ? "never-opens" : "opens-and-sleeps";
            try (Training cloud = Training.script(folder.resolve(name), script)) {
                cloud.put("s3://work/m", "{\"x-ref\":\"s3://o/1\"}\n".repeat(50)).put("s3://o/1", new byte[3_000_000]);
                Map<String, Object> request = request(name, channel("train", "s3://work/m", "RecordIO", "x-ref"));
                request.put("StoppingCondition", map("MaxRuntimeInSeconds", 2));
                Map<String, Object> job = cloud.train(request);
                assertEquals("Stopped", job.get("TrainingJobStatus"), job::toString);
                assertEquals("MaxRuntimeExceeded", job.get("SecondaryStatus"));
                assertFalse(job.containsKey("FailureReason"));
            }
        }
    }

    @Test
    void letsAnAlgorithmStopAfterThreeOfFiveEpochs() throws Exception {
        try (Training cloud = Training.script(folder, "for n in 0 1 2; do cat input/data/train_$n >> model/all; done")) {
            cloud.put("s3://work/m", "{\"a\":1}\n{\"a\":2}\n");
            Map<String, Object> request = request("three-of-five", channel("train", "s3://work/m", "None", "a"));
            request.put("HyperParameters", map("epochs", "5"));
            assertEquals("Completed", cloud.train(request).get("SecondaryStatus"));
            assertEquals("121212", cloud.text("three-of-five", "model/all"));
            assertEquals(Map.of("train", 3), cloud.service.trainingResult("three-of-five").orElseThrow().epochs());
        }
    }

    @Test
    void killsAStoppedAlgorithmThatIgnoresTheSignal() throws Exception {
        try (Training cloud = Training.script(folder, "trap '' TERM; echo $$ > model/pid; echo deaf; while true; do sleep 0.05; done")) {
            cloud.service.call("CreateTrainingJob", request("deaf-to-stop"));
            cloud.awaitLine("deaf-to-stop", "deaf");
            cloud.service.call("StopTrainingJob", map("TrainingJobName", "deaf-to-stop"));
            Map<String, Object> job = cloud.await("deaf-to-stop");
            assertEquals("Stopped", job.get("SecondaryStatus"), job::toString);
            assertEquals(137, cloud.service.trainingResult("deaf-to-stop").orElseThrow().exitCode());
            assertGone(Long.parseLong(cloud.text("deaf-to-stop", "model/pid").strip()));
        }
    }

    /** A terminal's Ctrl-C reaches every process started from it; in a container none would get it. */
    @Test
    void leavesATerminalsSignalsToTheProgramThatStartedIt() throws Exception {
        try (Training cloud = Training.script(folder, "kill -INT $$; kill -HUP $$; echo alive")) {
            assertEquals("Completed", cloud.train(request("interrupted")).get("TrainingJobStatus"));
            assertEquals(List.of("alive"), cloud.log("interrupted"));
        }
    }

    @Test
    void failsWithTheStoresWordsForAForbiddenObject() throws Exception {
        try (Training cloud = Training.script(folder, "cat input/data/train_0 > /dev/null; sleep 300")) {
            cloud.put("s3://work/m", "{\"x-ref\":\"s3://o/1\"}\n{\"x-ref\":\"s3://o/secret\"}\n").put("s3://o/1", "x").put("s3://o/secret", "x");
            cloud.store.forbid(S3Uri.parse("s3://o/secret"));
            Map<String, Object> job = cloud.train(request("forbidden", channel("train", "s3://work/m", "RecordIO", "x-ref")));
            assertEquals("Failed", job.get("SecondaryStatus"), job::toString);
            assertEquals("ClientError: s3://work/m:2 (byte 21) names an object in \"x-ref\" that cannot be read: cannot look at s3://o/secret: forbidden",
                    job.get("FailureReason"));
        }
    }

    /** Line 9,999 of 10,000: the job fails before its algorithm starts. */
    @Test
    void failsAtTheLineThatLacksItsAttribute() throws Exception {
        try (Training cloud = Training.script(folder, "echo started")) {
            StringBuilder manifest = new StringBuilder();
            for (int i = 1; i <= 10_000; i++) {
                manifest.append(i == 9_999 ? "{\"b\":1}\n" : "{\"a\":\"0123456789\"}\n");
            }
            cloud.put("s3://work/m", manifest.toString());
            Map<String, Object> job = cloud.train(request("line-9999", channel("train", "s3://work/m", "RecordIO", "a")));
            assertEquals("ClientError: s3://work/m:9999 (byte 189962) has no attribute \"a\"; take the line out or correct AttributeNames", job.get("FailureReason"));
            assertEquals(List.of(), cloud.log("line-9999"));
            assertFalse(job.containsKey("TrainingStartTime"), job::toString);
        }
    }

    /** An instance that fails in a way of its own takes the others along: they would run on for a job that is lost. */
    @Test
    void stopsTheOtherInstancesWhenOneThrows() throws Exception {
        TrainingContainer.Spec spec = new TrainingContainer.Spec("thrown", "none", folder, null,
                List.of("sh", "-c", "case $PWD in *algo-2) echo here;; esac; sleep 300"), System.getenv(), Map.of(),
                Map.of(), List.of(), 1, 3, List.of(), Duration.ofMinutes(5), Duration.ZERO);
        try (TrainingCluster cluster = new TrainingCluster(spec, new InMemoryObjectStore(), java.time.Clock.systemUTC(), event -> {
            if (event instanceof TrainingEvent.LogLine line) {
                throw new IllegalStateException(line.instance() + " says " + line.text());
            }
        })) {
            assertEquals(null, cluster.prepare());
            assertEquals("algo-2 says here", assertThrows(IllegalStateException.class, cluster::run).getMessage());
        }
    }

    @Test
    void keepsTheModelOfAnAlgorithmThatTakesItsCheckpointsAway() throws Exception {
        try (Training cloud = Training.script(folder, "echo 1 > model/m; rm -r checkpoints output/data")) {
            Map<String, Object> request = request("no-checkpoints");
            request.put("CheckpointConfig", map("S3Uri", "s3://work/checkpoints/job/"));
            Map<String, Object> job = cloud.train(request);
            assertEquals("Completed", job.get("TrainingJobStatus"), job::toString);
            assertEquals(Map.of("m", "1\n"), cloud.archive("s3://work/models/no-checkpoints/output/model.tar.gz"));
        }
    }

    @Test
    void keepsTheReasonOfAFailedJobAndTheModelOfAGoodOneWhenCheckpointsCannotBeStored() throws Exception {
        try (Training cloud = Training.script(folder, "echo 1 > model/m; echo 1 > checkpoints/c; exit $CODE")) {
            cloud.store.forbid(S3Uri.parse("s3://work/checkpoints/job/c"));
            for (String code : List.of("0", "3")) {
                Map<String, Object> request = request("code-" + code);
                request.put("CheckpointConfig", map("S3Uri", "s3://work/checkpoints/job/"));
                request.put("Environment", map("CODE", code));
                Map<String, Object> job = cloud.train(request);
                assertEquals("Failed", job.get("TrainingJobStatus"), job::toString);
                String reason = (String) job.get("FailureReason");
                assertTrue(reason.startsWith(code.equals("0") ? "ClientError: Artifact upload failed: " : "AlgorithmError: ") && reason.contains("s3://work/checkpoints/job/c"), reason);
                assertEquals(code.equals("0"), cloud.store.head(S3Uri.parse("s3://work/models/code-" + code + "/output/model.tar.gz")).isPresent());
            }
        }
    }

    /** Whatever keeps it from being read; here, names that make a path of more than 4,096 bytes. */
    @Test
    void failsWhenAFolderInTheModelCannotBeRead() throws Exception {
        String name = "d".repeat(250);
        try (Training cloud = Training.script(folder, "cd model; i=0; while [ $i -lt 20 ]; do mkdir " + name + " && cd " + name + "; i=$((i + 1)); done; echo 1 > m")) {
            Map<String, Object> job = cloud.train(request("deep"));
            assertEquals("Failed", job.get("SecondaryStatus"), job::toString);
            assertTrue(job.get("FailureReason").toString().startsWith("ClientError: Artifact upload failed: "), job::toString);
            assertEquals(0, new ProcessBuilder("rm", "-r", cloud.service.trainingFolder("deep").resolve("model").resolve(name).toString()).start().waitFor());
        }
    }

    @Test
    void failsWhenTheModelCannotBeStored() throws Exception {
        try (Training cloud = Training.script(folder, "echo 1 > model/m")) {
            cloud.store.forbid(S3Uri.parse("s3://work/models/no-room/output/model.tar.gz"));
            Map<String, Object> job = cloud.train(request("no-room"));
            assertEquals("Failed", job.get("SecondaryStatus"), job::toString);
            assertTrue(job.get("FailureReason").toString().startsWith("ClientError: Artifact upload failed: "), job::toString);
            assertFalse(job.containsKey("ModelArtifacts"));
        }
    }

    /** Gone, or dead and not yet buried: that is up to whoever adopts orphans on this machine. */
    private static boolean isGone(long pid) {
        Path commandLine = Path.of("/proc/" + pid + "/cmdline");
        if (!Files.isDirectory(Path.of("/proc/self"))) {
            return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
        }
        try {
            return Files.readString(commandLine).isEmpty();
        } catch (IOException e) {
            return true; // not there, or gone while it was read
        }
    }

    private static void assertGone(long pid) {
        assertTrue(isGone(pid), () -> "process " + pid + " is still there");
    }

    private static void awaitGone(long pid) {
        long deadline = System.nanoTime() + Training.LIMIT.toNanos();
        while (!isGone(pid)) {
            if (System.nanoTime() > deadline) {
                ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
                fail("process " + pid + " is still there");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private static List<Object> transitions(Map<String, Object> job) {
        return list(job.get("SecondaryStatusTransitions")).stream().map(transition -> object(transition).get("Status")).toList();
    }
}

package dev.truepipe.emulator.states;

import static dev.truepipe.emulator.states.ScriptedTasks.gives;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

/** The real {@code retraining.asl.json} with tasks that succeed unless a script says otherwise, in no time. */
final class Retraining implements AutoCloseable {
    static final Path FILE = Path.of(System.getProperty("truepipe.root")).resolve("statemachine/retraining.asl.json");
    static final Map<String, String> SUBSTITUTIONS = substitutions();

    final SkippingTime time = new SkippingTime();
    final ScriptedTasks tasks = new ScriptedTasks();
    final Set<String> branches = ConcurrentHashMap.newKeySet();
    final List<ExecutionRecord> ended = new ArrayList<>();
    final StepFunctionsService service;
    final StateMachine machine;

    Retraining() {
        this(new LinkedHashMap<>(training()));
    }

    /** @param training what SealDataset answers with */
    Retraining(Map<String, Object> training) {
        tasks.usually("PlanDataset", gives(payload(map("outcome", "planned", "message", "2 manifests", "settleSeconds", 0L,
                "run", map("bucket", "work", "prefix", "runs/street-cars/first/"),
                "chunks", map("bucket", "work", "key", "runs/street-cars/first/chunks.json", "count", 3L), "manifests", 2L))));
        tasks.usually("ConvertLabels", gives(payload(map("outcome", "converted", "message", "1 export became 10 lines"))));
        tasks.usually("ScanChunk", gives(payload(map("changed", 0L))));
        tasks.usually("DecideDataset", gives(payload(map("outcome", "train", "version", "v1", "lines", 10L, "why", null, "announcement", null))));
        tasks.usually("WriteChunk", gives(payload(map("changed", 0L))));
        tasks.usually("SealDataset", gives(payload(map("outcome", "sealed", "version", "v1", "folder", "s3://work/f/", "training", training))));
        tasks.usually("Train", gives(job("Completed", "Completed", null)));
        tasks.usually("TrainInVpc", gives(job("Completed", "Completed", null)));
        tasks.usually("DescribeAttempt", gives(job("Completed", "Completed", null)));
        tasks.usually("JudgeModel", gives(payload(judgement("promoted", true))));
        tasks.usually("Register", gives(map("ModelPackageArn", "arn:aws:sagemaker:us-east-1:000000000000:model-package/m/1")));
        tasks.usually("Announce", gives(map("MessageId", "1")));
        tasks.usually("AnnounceSkipped", gives(map("MessageId", "1")));
        try {
            machine = StateMachine.load("retraining", text(), SUBSTITUTIONS, SkippingTime.START);
            StepFunctionsService.Builder builder = StepFunctionsService.builder().machine(machine).timing(time)
                    .items((execution, bucket, key) -> chunks(bucket, key)).branches(branches::add).ended(ended::add);
            machine.resources().forEach(resource -> builder.task(resource, tasks));
            service = builder.build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InvalidDefinition e) {
            throw new AssertionError(e);
        }
    }

    /** Starts one and waits for its end. */
    ExecutionRecord run() {
        return run("first");
    }

    ExecutionRecord run(String name) {
        try {
            Map<String, Object> input = map("dataset", "street-cars", "force", false, "settleSeconds", 300L, "arrival", null);
            return await((String) service.call("StartExecution",
                    map("stateMachineArn", machine.arn(), "name", name, "input", Json.text(input))).get("executionArn"));
        } catch (dev.truepipe.emulator.api.AwsError e) {
            throw new AssertionError(e);
        }
    }

    ExecutionRecord redrive(ExecutionRecord ended) {
        try {
            service.call("RedriveExecution", map("executionArn", ended.ref().arn()));
            return await(ended.ref().arn());
        } catch (dev.truepipe.emulator.api.AwsError e) {
            throw new AssertionError(e);
        }
    }

    ExecutionRecord await(String arn) {
        try {
            return service.await(arn, Duration.ofSeconds(30));
        } catch (TimeoutException | InterruptedException e) {
            throw new AssertionError("it did not end; its history:\n" + String.join("\n", service.record(arn).history().stream()
                    .map(HistoryEvent::toString).toList()), e);
        }
    }

    /** Names of the states entered, in order. */
    static List<String> path(ExecutionRecord record) {
        return record.history().stream().filter(event -> event.type().endsWith("StateEntered")).map(HistoryEvent::state).toList();
    }

    static String text() throws IOException {
        return Files.readString(FILE);
    }

    static Map<String, Object> document() throws IOException {
        return Json.parseObject(text().getBytes(StandardCharsets.UTF_8));
    }

    /** A job as DescribeTrainingJob tells of it, as far as the machine looks. */
    static Map<String, Object> job(String status, String secondary, String failureReason) {
        Map<String, Object> job = map("TrainingJobName", "job", "TrainingJobStatus", status, "SecondaryStatus", secondary,
                "ModelArtifacts", map("S3ModelArtifacts", "s3://work/model.tar.gz"));
        if (failureReason != null) {
            job.put("FailureReason", failureReason);
        }
        return job;
    }

    static Map<String, Object> judgement(String outcome, boolean register) {
        return map("outcome", outcome, "register", register, "modelPackageGroup", "truepipe-street-cars", "image", "image:1",
                "modelUrl", "s3://work/model.tar.gz", "reportUri", "s3://work/report.html", "metric", null,
                "announcement", map("subject", "A model", "message", "It is trained."));
    }

    static Map<String, Object> payload(Object value) {
        return map("StatusCode", 200L, "ExecutedVersion", "1", "Payload", value);
    }

    static Map<String, Object> training() {
        return map("plan", "0123456789abcdef", "jobPrefix", "street-cars-01234567-89abcdef", "image", "image:1",
                "roleArn", "arn:aws:iam::000000000000:role/training", "hyperParameters", map("epochs", "30", "num_classes", "1"),
                "metricDefinitions", null, "contentType", "application/x-recordio", "attributeNames", List.of("source-ref", "street-cars"),
                "trainUri", "s3://work/train.manifest", "validationUri", "s3://work/validation.manifest", "shuffleSeed", 1L,
                "outputPath", "s3://work/datasets/street-cars/models/", "checkpointPath", "s3://work/datasets/street-cars/checkpoints/",
                "maxRuntimeSeconds", 14_400L, "maxWaitSeconds", 18_000L, "volumeSizeInGB", 50L,
                "ladder", List.of(map("instanceType", "ml.g5.2xlarge", "spot", true), map("instanceType", "ml.g5.2xlarge", "spot", false)));
    }

    /** The same job in a VPC, without a network of its own, under the stack's key. */
    static Map<String, Object> trainingInVpc() {
        Map<String, Object> training = training();
        training.put("kmsKeyId", "arn:aws:kms:us-east-1:000000000000:key/k");
        training.put("vpcConfig", map("SecurityGroupIds", List.of("sg-01234567"), "Subnets", List.of("subnet-01234567", "subnet-89abcdef")));
        training.put("networkIsolation", true);
        training.put("ladder", List.of(map("instanceType", "ml.g5.2xlarge", "spot", false),
                map("instanceType", "ml.c5.2xlarge", "spot", false, "volumeKmsKeyId", "arn:aws:kms:us-east-1:000000000000:key/k")));
        return training;
    }

    static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private static byte[] chunks(String bucket, String key) throws IOException {
        if (!bucket.equals("work") || !key.equals("runs/street-cars/first/chunks.json")) {
            throw new IOException("no object s3://" + bucket + "/" + key);
        }
        List<Object> chunks = new ArrayList<>();
        for (long i = 0; i < 3; i++) {
            chunks.add(map("index", i, "manifest", "s3://labels/output.manifest", "eTag", "e", "from", i * 10, "to", i * 10 + 10,
                    "gzip", false, "manifestIndex", 0L));
        }
        return Json.bytes(chunks);
    }

    private static Map<String, String> substitutions() {
        Map<String, String> values = new HashMap<>();
        for (String function : List.of("PlanDataset", "ConvertLabels", "ScanChunk", "DecideDataset", "WriteChunk", "SealDataset", "JudgeModel")) {
            values.put(function + "FunctionArn", "arn:aws:lambda:us-east-1:000000000000:function:" + function + ":live");
        }
        values.put("TopicArn", "arn:aws:sns:us-east-1:000000000000:truepipe");
        values.put("ModelPackageGroupPrefix", "truepipe-");
        // One at a time: all children share one clock here, and a wait of one must not be the timeout of another.
        values.put("MapConcurrency", "1");
        return Map.copyOf(values);
    }

    @Override
    public void close() {
        service.close();
    }
}

package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Bucket;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.StateMachineListItem;

/**
 * What CDK deploys works in a cloud that is not ours: template, functions' jar and state machine as they are, in LocalStack. SageMaker,
 * which it lacks, is the embedded cloud's where a function asks, and mocked where the state machine does.
 *
 * <p>It mostly waits for others, so it runs beside the other tests; its own are run one after the other.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Execution(ExecutionMode.CONCURRENT)
class WorkflowLocalStackIT {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final CarLabels LABELS = new CarLabels(20_261_126);
    private static final String CDK = "aws-cdk@2.1148.1";
    private static final String STACK = "Chain";
    private static final String MACHINE = STACK + "-retraining";
    private static final List<String> MANIFESTS = List.of("train.manifest", "validation.manifest", "quarantine.manifest", "superseded.manifest");
    private static final List<String> STATES =
            List.of("PlanDataset", "ScanManifests", "DecideDataset", "WriteChannels", "SealDataset", "Train", "JudgeModel", "Register", "Announce");
    private static final int PICTURES = 120;

    @TempDir
    static Path folder;

    private static LocalStack localStack;
    /** The same datasets in the embedded cloud; its SageMaker knows the labeling jobs. */
    private static ChainCloud twin;
    private static S3Client s3;
    private static SfnClient stepFunctions;
    private static Path settings;

    @BeforeAll
    static void start() throws Exception {
        Program.require(Program.works("npx", "--version"), "npx", "it starts the CDK command line: install Node 20 or newer, with npm");
        localStack = LocalStack.start(Files.createDirectories(folder.resolve("localstack")));
        String gates = "{ maxQuarantined: 20%, minPerClass: 1, minNewLabels: 0 }";
        String yaml = ChainCloud.yaml(
                ChainCloud.datasetWith("street", gates, "[ml.g5.2xlarge, ml.g4dn.xlarge]"),
                ChainCloud.datasetWith("ladder", gates, "[ml.g5.2xlarge, ml.g4dn.xlarge]"),
                ChainCloud.datasetWith("broken", gates, "[ml.g5.2xlarge]"),
                ChainCloud.datasetWith("few", "{ minPerClass: 1000 }", "[ml.g5.2xlarge]"));
        twin = ChainCloud.start(folder.resolve("twin"), yaml);
        // The embedded cloud's label bucket exists; here the stack makes one.
        settings = Files.writeString(folder.resolve("truepipe.yaml"),
                yaml.replaceAll("labels: s3://" + ChainCloud.LABELS + "/", "labels: ").replace("    labelBucket: notification\n", ""));
        var keys = StaticCredentialsProvider.create(AwsBasicCredentials.create(LocalStack.ACCOUNT, "test"));
        s3 = S3Client.builder().endpointOverride(localStack.endpoint()).region(Region.of(LocalStack.REGION)).credentialsProvider(keys)
                .forcePathStyle(true).httpClientBuilder(UrlConnectionHttpClient.builder()).build();
        stepFunctions = SfnClient.builder().endpointOverride(localStack.endpoint()).region(Region.of(LocalStack.REGION)).credentialsProvider(keys)
                .httpClientBuilder(UrlConnectionHttpClient.builder()).build();
        localStack.mocks(MOCKS);
    }

    @AfterAll
    static void stop() throws Exception {
        if (twin != null) {
            twin.close();
        }
        if (localStack != null) {
            localStack.close();
        }
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    @Order(1)
    void theCommandsOfTheReadmeDeployTheStack() throws Exception {
        // Outside the project, where it need not make the app first.
        run(Program.of(List.of("npx", "--yes", CDK, "bootstrap", "aws://" + LocalStack.ACCOUNT + "/" + LocalStack.REGION)).in(folder));
        Matcher commands = Pattern.compile("^npx (aws-cdk@\\S+) (synth|deploy)\\b[^#\\n]*", Pattern.MULTILINE)
                .matcher(Files.readString(Program.ROOT.resolve("README.md")));
        List<String> ran = new ArrayList<>();
        while (commands.find()) {
            List<String> words = new ArrayList<>(List.of(commands.group().strip().split("\\s+")));
            words.add(1, "--yes");
            run(Program.of(words));
            ran.add(commands.group(2));
        }
        assertEquals(List.of("synth", "deploy"), ran, "what the README says of deploying");
        assertTrue(machines().contains("Truepipe-retraining"), () -> "state machines: " + machines());
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    @Order(2)
    void aSecondStackStandsBesideTheFirst() throws Exception {
        cdk("deploy", "-c", "stack=" + STACK, "-c", "settings=" + settings, "--output", folder.resolve("assembly").toString());
        assertEquals(List.of(MACHINE, "Truepipe-retraining"), machines().stream().sorted().toList());
        s3.createBucket(bucket -> bucket.bucket(CarLabels.BUCKET));
        for (int number = 0; number < PICTURES; number++) {
            S3Uri picture = S3Uri.parse(CarLabels.picture(number));
            s3.putObject(put -> put.bucket(picture.bucket()).key(picture.key()), RequestBody.fromString("picture"));
        }
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    @Order(3)
    void labelsThatArriveBecomeTheManifestsOfTheEmbeddedCloudAndOfSplit() throws Exception {
        byte[] manifest = CarLabels.manifest(withADefect(LABELS.lines(0, 60)));
        DescribeExecutionResponse end = runOf("street", "Trained", manifest);
        assertEquals(ExecutionStatus.SUCCEEDED, end.status(), () -> end.cause() + localStack.story());
        Map<String, Object> output = Json.parseObject(end.output().getBytes(StandardCharsets.UTF_8));
        assertEquals("promoted", output.get("outcome"), output::toString);
        // What a Distributed Map does is in executions of its own.
        assertEquals(STATES, entered(end).stream().filter(STATES::contains).distinct().toList());

        twin.store().put(ChainCloud.manifest("street", "first"), manifest, ObjectStore.Condition.ALWAYS);
        Map<String, Object> there = twin.assertOutcome("promoted", twin.awaitEnd("street", 1));
        assertEquals(there.get("version"), output.get("version"));

        Path file = Files.write(folder.resolve("street.manifest"), manifest);
        Path split = folder.resolve("split");
        Program.Ended ended = Program.truepipe("split", file.toString(), "--out", split.toString(), "--max-quarantined", "20%", "--json").run();
        assertEquals(0, ended.exit(), ended::toString);
        String version = "datasets/street/versions/" + output.get("version") + "/";
        for (String name : MANIFESTS) {
            byte[] here = object(bucket("workbucket"), version + name);
            assertArrayEquals(Files.readAllBytes(split.resolve(name)), here, name + " of ./truepipe split");
            assertArrayEquals(twin.bytes(ChainCloud.version("street", there).resolve(name)), here, name + " of the embedded cloud");
        }
        assertTrue(object(bucket("workbucket"), version + "quarantine.manifest").length > 0, "something is in quarantine");
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    @Order(4)
    void aJobWithoutCapacityTakesTheNextRungOfTheLadder() throws Exception {
        DescribeExecutionResponse end = runOf("ladder", "NoCapacityOnce", CarLabels.manifest(LABELS.lines(0, 30)));
        assertEquals(ExecutionStatus.SUCCEEDED, end.status(), () -> end.cause() + localStack.story());
        List<String> entered = entered(end);
        assertEquals(2, entered.stream().filter("Train"::equals).count(), entered::toString);
        assertTrue(entered.contains("NextRung"), entered::toString);
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    @Order(5)
    void anAlgorithmThatFailsFailsTheRunWithItsOwnWords() throws Exception {
        DescribeExecutionResponse end = runOf("broken", "AlgorithmBroke", CarLabels.manifest(LABELS.lines(0, 30)));
        assertEquals(ExecutionStatus.FAILED, end.status());
        assertTrue(end.cause().contains("AlgorithmError: the loss is not a number"), end::cause);
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    @Order(6)
    void aGateStopsTheRunBeforeItTrains() throws Exception {
        DescribeExecutionResponse end = runOf("few", "Trained", CarLabels.manifest(LABELS.lines(0, 30)));
        assertEquals(ExecutionStatus.SUCCEEDED, end.status(), () -> end.cause() + localStack.story());
        assertEquals("skipped", Json.parseObject(end.output().getBytes(StandardCharsets.UTF_8)).get("outcome"));
        assertFalse(entered(end).contains("Train"));
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    @Order(7)
    void destroyLeavesLabelsAndWorkAndNothingElse() throws Exception {
        List<String> before = stackBuckets();
        cdk("destroy", "--force", "--app", folder.resolve("assembly").toString());
        assertEquals(before, stackBuckets());
        assertEquals(List.of("Truepipe-retraining"), machines());
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    @Order(8)
    void aLocalStackThatIsKilledFailsTheTestWithItsLogAndLeavesNoProcess() throws Exception {
        Set<ProcessHandle> processes;
        try (LocalStack other = LocalStack.start(Files.createDirectories(folder.resolve("killed")))) {
            Assumptions.assumeFalse(other.endpoint().equals(localStack.endpoint()), "the LocalStack that runs is the user's own, and not ours to kill");
            AssertionError told = assertThrows(AssertionError.class, () -> other.await("what never comes", PATIENCE, () -> {
                other.kill();
                return Optional.empty();
            }));
            assertTrue(told.getMessage().contains("LocalStack ended") && told.getMessage().contains("Ready."), told::getMessage);
            processes = other.processes();
        }
        for (ProcessHandle process : processes) {
            process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    // Deploying

    private static void cdk(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("npx", "--yes", CDK));
        command.addAll(List.of(words));
        run(Program.of(command));
    }

    private static void run(Program program) throws Exception {
        // Nobody is there to say yes.
        program.within(PATIENCE.multipliedBy(2)).with("CDK_REQUIRE_APPROVAL", "never").with("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20");
        localStack.environment().forEach(program::with);
        Program.Ended ended = program.run();
        assertEquals(0, ended.exit(), () -> ended + localStack.story());
    }

    private static List<String> machines() {
        return stepFunctions.listStateMachines().stateMachines().stream().map(StateMachineListItem::name).toList();
    }

    private static List<String> stackBuckets() {
        return s3.listBuckets().buckets().stream().map(Bucket::name).filter(name -> name.startsWith(STACK.toLowerCase(Locale.ROOT) + "-")).sorted().toList();
    }

    private static String bucket(String part) {
        return stackBuckets().stream().filter(name -> name.contains(part)).findFirst().orElseThrow();
    }

    private static byte[] object(String bucket, String key) {
        ResponseBytes<?> bytes = s3.getObjectAsBytes(get -> get.bucket(bucket).key(key));
        return bytes.asByteArray();
    }

    // Runs

    private static List<String> withADefect(List<String> lines) {
        List<String> defect = new ArrayList<>(lines);
        defect.set(5, defect.get(5).substring(0, 40));
        return defect;
    }

    /** Puts a manifest where a labeling job would, and waits for the end of the run that it starts. @param mocks the test case of {@link #MOCKS} */
    private static DescribeExecutionResponse runOf(String dataset, String mocks, byte[] manifest) throws Exception {
        URI sageMaker = twin.cloud().endpoint();
        localStack.functionEnvironment(Map.of(
                "TRUEPIPE_STATE_MACHINE_ARN", "+#" + mocks,
                "AWS_ENDPOINT_URL_SAGEMAKER", sageMaker.toString()));
        String labels = bucket("label");
        s3.putObject(put -> put.bucket(labels).key(dataset + "/first/manifests/output/output.manifest"), RequestBody.fromBytes(manifest));
        String machine = stepFunctions.listStateMachines().stateMachines().stream().filter(item -> item.name().equals(MACHINE)).findFirst().orElseThrow().stateMachineArn();
        return localStack.await("the end of the run of " + dataset, PATIENCE, () -> stepFunctions.listExecutions(list -> list.stateMachineArn(machine)).executions().stream()
                .filter(execution -> execution.name().startsWith(dataset + "-") && execution.status() != ExecutionStatus.RUNNING)
                .findFirst()
                .map(ExecutionListItem::executionArn)
                .map(arn -> stepFunctions.describeExecution(describe -> describe.executionArn(arn))));
    }

    /** Names of the states that an execution entered, in order; of a Map's children as often as they ran. */
    private static List<String> entered(DescribeExecutionResponse execution) {
        return stepFunctions.getExecutionHistoryPaginator(get -> get.executionArn(execution.executionArn())).events().stream()
                .map(HistoryEvent::stateEnteredEventDetails)
                .filter(Objects::nonNull)
                .map(details -> details.name())
                .toList();
    }

    /** What SageMaker answers, by test case. A run is started with the case's name behind the state machine's ARN. */
    private static final String MOCKS = """
            {"StateMachines": {"%1$s": {"TestCases": {
               "Trained": {"Train": "Done", "Register": "Registered"},
               "NoCapacityOnce": {"Train": "NoCapacityThenDone", "DescribeAttempt": "LacksCapacity", "Register": "Registered"},
               "AlgorithmBroke": {"Train": "JobFailed", "DescribeAttempt": "Broke"}}}},
             "MockedResponses": {
               "Done": {"0": {"Return": %2$s}},
               "NoCapacityThenDone": {"0": {"Throw": {"Error": "States.TaskFailed", "Cause": "{}"}}, "1": {"Return": %2$s}},
               "LacksCapacity": {"0": {"Return": {"TrainingJobName": "job-1", "TrainingJobStatus": "Failed", "SecondaryStatus": "Failed",
                  "FailureReason": "CapacityError: Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error."}}},
               "JobFailed": {"0": {"Throw": {"Error": "States.TaskFailed", "Cause": "{}"}}},
               "Broke": {"0": {"Return": {"TrainingJobName": "job-1", "TrainingJobStatus": "Failed", "SecondaryStatus": "Failed",
                  "FailureReason": "AlgorithmError: the loss is not a number, exit code: 1"}}},
               "Registered": {"0": {"Return": {"ModelPackageArn": "arn:aws:sagemaker:us-east-1:111111111111:model-package/chain/1"}}}}}
            """.formatted(MACHINE, """
            {"TrainingJobName": "job-1", "TrainingJobStatus": "Completed", "SecondaryStatus": "Completed",
             "AlgorithmSpecification": {"TrainingImage": "000000000000.dkr.ecr.us-east-1.amazonaws.com/quick-training:1", "TrainingInputMode": "Pipe"},
             "ModelArtifacts": {"S3ModelArtifacts": "s3://nowhere/job-1/output/model.tar.gz"},
             "FinalMetricDataList": [{"MetricName": "validation:mAP", "Value": 0.5, "Timestamp": 1700000000}],
             "TrainingTimeInSeconds": 10, "BillableTimeInSeconds": 4}""");
}

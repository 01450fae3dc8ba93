package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.storage.Folders;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sagemaker.SageMakerClient;
import software.amazon.awssdk.services.sagemaker.model.Channel;
import software.amazon.awssdk.services.sagemaker.model.DescribeTrainingJobResponse;
import software.amazon.awssdk.services.sagemaker.model.SecondaryStatus;
import software.amazon.awssdk.services.sagemaker.model.Tag;
import software.amazon.awssdk.services.sagemaker.model.TrainingInputMode;
import software.amazon.awssdk.services.sagemaker.model.TrainingInstanceType;
import software.amazon.awssdk.services.sagemaker.model.TrainingJobStatus;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import tools.jackson.databind.JsonNode;

/** {@code truepipe up} as its users have it: real clients, unchanged, which know nothing but the printed exports. */
@Timeout(600)
class UpIT {
    private static final Path WORK = Program.WORK.resolve("up");
    private static final String MACHINE = Arns.stateMachine(LocalCloud.STATE_MACHINE);
    private static final CarLabels CARS = new CarLabels(5);
    private static final int IN_A_ROW = Integer.getInteger("truepipe.jobs.row", 10);
    private static final int AT_ONCE = Integer.getInteger("truepipe.jobs.at.once", 4);
    /** What a job may leave behind for good: its description, tags and result are remembered. */
    private static final long HEAP_OF_A_JOB = 64 * 1024;
    private static final long HEAP_SLACK = 8 * 1024 * 1024;
    /** Pools of threads grow with what is asked of them at one time, up to their limits. */
    private static final long THREAD_SLACK = 12;
    private static final long DESCRIPTOR_SLACK = 12;

    private static Up up;

    @BeforeAll
    static void start() throws Exception {
        up = Up.start(fresh("shared"));
    }

    @AfterAll
    static void stop() throws Exception {
        try (Up last = up) {
            Program.Ended ended = last.stop();
            assertEquals(0, ended.exit(), ended::toString);
            assertTrue(ended.err().contains("stopped; what ran has failed or was aborted"), ended::toString);
        }
    }

    /** A folder with nothing in it. */
    private static Path fresh(String name) throws IOException {
        Path folder = WORK.resolve(name);
        Folders.remove(folder);
        return folder;
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void theSageMakerPythonSdkTrainsUnchanged() throws Exception {
        fine(up.shell(List.of(Clients.python(), Up.CLIENTS.resolve("sagemaker_sdk.py").toString(), Up.IMAGE, Up.ROLE)), "sagemaker sdk: fine");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void boto3TrainsAndFindsEveryAnswerAsItsModelHasIt() throws Exception {
        // A cloud of its own: it counts what there is.
        try (Up counted = Up.start(fresh("counted"))) {
            fine(counted.shell(List.of(Clients.python(), Up.CLIENTS.resolve("boto3_client.py").toString(), Up.IMAGE, Up.ROLE)), "boto3: fine");
            assertEquals(0, counted.stop().exit());
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void theAwsCliTrains() throws Exception {
        Path folder = Files.createDirectories(fresh("cli"));
        fine(up.shell(List.of("env", "PATH=" + Clients.path(), "sh", Up.CLIENTS.resolve("aws_cli.sh").toString(), Up.IMAGE, Up.ROLE, folder.toString())),
                "aws cli: fine");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void theJavaSdkTrains() throws Exception {
        fine(up.shell(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"),
                JavaSdkClient.class.getName(), Up.IMAGE, Up.ROLE)), "Completed s3://from-java/models/from-java/output/model.tar.gz");
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void labelsThatLandRetrain() throws Exception {
        try (S3Client s3 = up.client(S3Client.builder()); SfnClient states = up.client(SfnClient.builder())) {
            labels(s3, "first", 0);
            ExecutionListItem execution = awaitOne(up, states, ExecutionStatus.SUCCEEDED, "promoted");
            String output = states.describeExecution(ask -> ask.executionArn(execution.executionArn())).output();
            assertTrue(Program.parse(output).get("trainingJob").asString().startsWith(Up.DATASET + "-"), output);
        }
    }

    @Test
    void tellsHowItIs() throws Exception {
        JsonNode health = up.health();
        assertEquals("ok", health.get("status").asString());
        assertEquals(up.endpoint().toString(), health.get("endpoint").asString());
        assertEquals(0, health.get("queues").get(LocalCloud.DEAD_LETTER_QUEUE).get("visible").asInt());
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> page = http.send(
                    HttpRequest.newBuilder(up.endpoint()).header("Accept", "text/html").build(), HttpResponse.BodyHandlers.ofString());
            assertTrue(page.body().contains("export AWS_ENDPOINT_URL=" + up.endpoint()), page::body);
        }
    }

    @Test
    void refusesAFolderThatAnotherWorksInAndAPortThatIsTaken() throws Exception {
        String port = Integer.toString(up.endpoint().getPort());
        Program.Ended folder = Program.truepipe("up", "--port", "0", "--data", WORK.resolve("shared/data").toString()).run();
        assertEquals(2, folder.exit(), folder::toString);
        assertTrue(folder.err().contains("another cloud is up in this folder; stop it, or name another folder with --data"), folder::toString);
        Program.Ended taken = Program.truepipe("up", "--port", port, "--data", fresh("taken").toString()).run();
        assertEquals(2, taken.exit(), taken::toString);
        assertTrue(taken.err().contains("port " + port + " is taken; stop what listens there, or name another with --port"), taken::toString);
        taken.leavesNoProcess();
    }

    @Test
    void tellsEveryMistakeInEmulatorYamlWithItsLine() throws Exception {
        Path file = Files.createDirectories(WORK).resolve("wrong.yaml");
        Files.writeString(file, "algorithms:\n  - image: a\nfaults:\n  - { fault: capacity-eror }\n");
        Program.Ended refused = Program.truepipe("up", "--port", "0", "--data", fresh("wrong").toString(), "--emulator", file.toString()).run();
        assertEquals(2, refused.exit(), refused::toString);
        assertTrue(refused.err().contains("wrong.yaml:2: \"algorithms[0].command\" is missing"), refused::toString);
        assertTrue(refused.err().contains("wrong.yaml:4: \"faults[0].fault\" is \"capacity-eror\"") && refused.err().contains("did you mean \"capacity-error\"?"), refused::toString);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void aFaultOfTheFileBefallsTheWorkflowsJob() throws Exception {
        try (Up faulty = Up.start(fresh("faulty"), "{ fault: algorithm-error, name: " + Up.DATASET + ", instance: ml.g5.2xlarge }");
                S3Client s3 = faulty.client(S3Client.builder());
                SfnClient states = faulty.client(SfnClient.builder())) {
            labels(s3, "first", 0);
            ExecutionListItem execution = awaitOne(faulty, states, ExecutionStatus.FAILED, "AlgorithmError: This error was asked for (algorithm-error)");
            assertTrue(execution.name().startsWith(Up.DATASET), execution::name);
            assertEquals(0, faulty.stop().exit());
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    void survivesAKill() throws Exception {
        Path folder = fresh("killed");
        Path hold = Up.hold(folder);
        String finished;
        String running;
        try (Up first = Up.start(folder);
                S3Client s3 = first.client(S3Client.builder());
                SqsClient sqs = first.client(SqsClient.builder());
                SageMakerClient sageMaker = first.client(SageMakerClient.builder());
                SfnClient states = first.client(SfnClient.builder())) {
            labels(s3, "first", 0);
            finished = awaitOne(first, states, ExecutionStatus.SUCCEEDED, "promoted").executionArn();
            s3.createBucket(bucket -> bucket.bucket("own"));
            s3.putObject(put -> put.bucket("own").key("kept"), RequestBody.fromString("kept"));
            String queue = sqs.createQueue(create -> create.queueName("own")).queueUrl();
            sqs.sendMessage(send -> send.queueUrl(queue).messageBody("waiting"));
            manifest(s3, "own");
            create(sageMaker, "finished");
            await(first, sageMaker, "finished", TrainingJobStatus.COMPLETED);
            Files.createFile(hold);
            labels(s3, "second", 30);
            first.await("the second execution trains", () -> states.listExecutions(list -> list.stateMachineArn(MACHINE)
                            .statusFilter(ExecutionStatus.RUNNING)).executions().size() == 1
                    && sageMaker.listTrainingJobs(list -> list.statusEquals(TrainingJobStatus.IN_PROGRESS).nameContains(Up.DATASET)).trainingJobSummaries().size() == 1);
            running = states.listExecutions(list -> list.stateMachineArn(MACHINE).statusFilter(ExecutionStatus.RUNNING)).executions().getFirst().executionArn();
            create(sageMaker, "held");
            first.await("the job trains", () -> describe(sageMaker, "held").secondaryStatus() == SecondaryStatus.TRAINING);
            first.kill();
        }
        try (Up second = Up.start(folder);
                S3Client s3 = second.client(S3Client.builder());
                SqsClient sqs = second.client(SqsClient.builder());
                SageMakerClient sageMaker = second.client(SageMakerClient.builder());
                SfnClient states = second.client(SfnClient.builder())) {
            assertEquals("kept", s3.getObjectAsBytes(get -> get.bucket("own").key("kept")).asUtf8String());
            String queue = sqs.getQueueUrl(ask -> ask.queueName("own")).queueUrl();
            assertEquals(List.of("waiting"), sqs.receiveMessage(receive -> receive.queueUrl(queue)).messages().stream().map(Message::body).toList());
            assertEquals(ExecutionStatus.SUCCEEDED, states.describeExecution(ask -> ask.executionArn(finished)).status());
            var killed = states.describeExecution(ask -> ask.executionArn(running));
            assertEquals(ExecutionStatus.FAILED, killed.status());
            assertEquals("Embedded.Killed", killed.error());
            assertTrue(killed.cause().contains("to go on at the state Train"), killed::cause);
            assertEquals(TrainingJobStatus.COMPLETED, describe(sageMaker, "finished").trainingJobStatus());
            DescribeTrainingJobResponse held = describe(sageMaker, "held");
            assertEquals(TrainingJobStatus.FAILED, held.trainingJobStatus());
            assertTrue(held.failureReason().startsWith("InternalServerError: "), held::failureReason);
            assertEquals("cars", sageMaker.listTags(list -> list.resourceArn(held.trainingJobArn())).tags().getFirst().value());
            assertTrue(second.log().contains("announced: "), "people are told of the execution that was killed: " + second.log());
            try (var folders = Files.walk(second.data().resolve("training"))) {
                assertEquals(List.of(), folders.filter(path -> path.getParent().endsWith("input/data")).toList(), "no FIFO is left");
            }
            // It goes on where it was.
            Files.delete(hold);
            states.redriveExecution(redrive -> redrive.executionArn(running));
            second.await("the redriven execution ends", () -> states.describeExecution(ask -> ask.executionArn(running)).status() != ExecutionStatus.RUNNING);
            assertEquals(ExecutionStatus.SUCCEEDED, states.describeExecution(ask -> ask.executionArn(running)).status(), second.log());
            assertEquals(0, second.stop().exit());
        }
    }

    /** Prints its figures: {@code jobs}, threads, descriptors and heap before and after. */
    @Test
    void jobsInARowAndAtOnceLeaveNothingBehind() throws Exception {
        Program.require(Files.isDirectory(Path.of("/proc/self/fd")), "/proc", "it counts threads and descriptors of a process");
        try (Up busy = Up.start(fresh("busy"));
                S3Client s3 = busy.client(S3Client.builder());
                SageMakerClient sageMaker = busy.client(SageMakerClient.builder())) {
            s3.createBucket(bucket -> bucket.bucket("own"));
            manifest(s3, "own");
            train(busy, sageMaker, "warm", 2, AT_ONCE);
            long threads = busy.count("task");
            long descriptors = busy.count("fd");
            long heap = busy.heap();
            train(busy, sageMaker, "row", IN_A_ROW, 1);
            train(busy, sageMaker, "once", 2, AT_ONCE);
            int jobs = IN_A_ROW + 2 * AT_ONCE;
            busy.await("threads end", () -> count(busy, "task") <= threads + THREAD_SLACK);
            busy.await("descriptors are closed", () -> count(busy, "fd") <= descriptors + DESCRIPTOR_SLACK);
            long left = busy.heap();
            System.out.println(String.format(Locale.ROOT, "%d jobs: threads %d, then %d; descriptors %d, then %d; heap %,d bytes, then %,d",
                    jobs, threads, busy.count("task"), descriptors, busy.count("fd"), heap, left));
            assertTrue(left <= heap + HEAP_SLACK + jobs * HEAP_OF_A_JOB, () -> "heap grew from " + heap + " to " + left + " bytes over " + jobs + " jobs");
            try (var folders = Files.walk(WORK.resolve("busy/data/training"))) {
                assertEquals(List.of(), folders.filter(path -> path.getParent().endsWith("input/data")).toList(), "no FIFO is left");
            }
            assertEquals(0, busy.stop().exit());
        }
    }

    private static long count(Up up, String what) {
        try {
            return up.count(what);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** @param rounds one after the other, each of {@code together} jobs at once */
    private static void train(Up up, SageMakerClient sageMaker, String name, int rounds, int together) throws Exception {
        for (int round = 0; round < rounds; round++) {
            List<String> jobs = new ArrayList<>();
            for (int i = 0; i < together; i++) {
                jobs.add(name + "-" + round + "-" + i);
            }
            jobs.forEach(job -> create(sageMaker, job));
            for (String job : jobs) {
                await(up, sageMaker, job, TrainingJobStatus.COMPLETED);
            }
        }
    }

    private static void await(Up up, SageMakerClient sageMaker, String job, TrainingJobStatus status) throws IOException {
        up.await("job " + job + " ends", () -> describe(sageMaker, job).trainingJobStatus() != TrainingJobStatus.IN_PROGRESS);
        DescribeTrainingJobResponse ended = describe(sageMaker, job);
        assertEquals(status, ended.trainingJobStatus(), ended::toString);
    }

    private static DescribeTrainingJobResponse describe(SageMakerClient sageMaker, String job) {
        return sageMaker.describeTrainingJob(describe -> describe.trainingJobName(job));
    }

    /** Labels of some pictures, as a labeling job writes them. @param from the first picture's number */
    private static void labels(S3Client s3, String job, int from) {
        for (int number = from; number < from + 30; number++) {
            String uri = CarLabels.picture(number);
            s3.putObject(put -> put.bucket(CarLabels.BUCKET).key(uri.substring(uri.indexOf("street/"))), RequestBody.fromString(uri));
        }
        s3.putObject(put -> put.bucket(Up.LABELS).key("cars/" + job + "/manifests/output/output.manifest"),
                RequestBody.fromBytes(CarLabels.manifest(CARS.lines(from, from + 30))));
    }

    private static void manifest(S3Client s3, String bucket) {
        s3.putObject(put -> put.bucket(bucket).key("object"), RequestBody.fromString("object"));
        s3.putObject(put -> put.bucket(bucket).key("train.manifest"), RequestBody.fromString(
                ("{\"source-ref\":\"s3://" + bucket + "/object\",\"label\":1}\n").repeat(50)));
    }

    private static void create(SageMakerClient sageMaker, String name) {
        sageMaker.createTrainingJob(job -> job
                .trainingJobName(name)
                .roleArn(Up.ROLE)
                .algorithmSpecification(algorithm -> algorithm.trainingImage(Up.IMAGE).trainingInputMode(TrainingInputMode.PIPE))
                .inputDataConfig(Channel.builder().channelName("train").recordWrapperType("RecordIO")
                        .dataSource(source -> source.s3DataSource(data -> data.s3DataType("AugmentedManifestFile").s3Uri("s3://own/train.manifest")
                                .attributeNames("source-ref", "label")))
                        .build())
                .outputDataConfig(output -> output.s3OutputPath("s3://own/models"))
                .resourceConfig(resources -> resources.instanceType(TrainingInstanceType.ML_G5_2_XLARGE).instanceCount(1).volumeSizeInGB(30))
                .stoppingCondition(stopping -> stopping.maxRuntimeInSeconds(600))
                .tags(Tag.builder().key("team").value("cars").build()));
    }

    /** The execution with this status and these words in how it ended. */
    private static ExecutionListItem awaitOne(Up up, SfnClient states, ExecutionStatus status, String words) throws IOException {
        List<ExecutionListItem> found = new ArrayList<>();
        up.await("an execution " + status + " with \"" + words + "\"", () -> {
            for (ExecutionListItem one : states.listExecutions(list -> list.stateMachineArn(MACHINE).statusFilter(status)).executions()) {
                var execution = states.describeExecution(ask -> ask.executionArn(one.executionArn()));
                if ((execution.output() + execution.cause()).contains(words)) {
                    found.add(one);
                }
            }
            return !found.isEmpty();
        });
        return found.getFirst();
    }

    private static void fine(Program.Ended ended, String words) {
        assertEquals(0, ended.exit(), ended::toString);
        assertTrue(ended.out().contains(words), ended::toString);
    }
}

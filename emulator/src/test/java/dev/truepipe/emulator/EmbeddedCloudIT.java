package dev.truepipe.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.events.RuleSpec;
import dev.truepipe.emulator.events.ScheduleSpec;
import dev.truepipe.emulator.events.Topics;
import dev.truepipe.emulator.lambda.FunctionSpec;
import dev.truepipe.emulator.lambda.TestFunctions;
import dev.truepipe.emulator.lambda.handlers.Handlers;
import dev.truepipe.emulator.s3.BucketSpec;
import dev.truepipe.emulator.sqs.EventSourceMappingSpec;
import dev.truepipe.emulator.sqs.QueueSpec;
import dev.truepipe.emulator.states.ExecutionRecord;
import dev.truepipe.emulator.states.ExecutionRef;
import dev.truepipe.emulator.states.HistoryEvent;
import dev.truepipe.json.Json;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.StateMachineDoesNotExistException;

class EmbeddedCloudIT {
    private static final String MACHINE = Arns.stateMachine("Tell");
    private static final String DEFINITION =
            """
            {"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {
              "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "${Function}", "Payload": "{% $states.input %}"},
                "Output": "{% $states.result.Payload %}",
                "Retry": [{"ErrorEquals": ["Runtime.ExitError", "Sandbox.Timedout"], "IntervalSeconds": 1, "MaxAttempts": 2}],
                "Next": "Announce"},
              "Announce": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish",
                "Arguments": {"TopicArn": "${Topic}", "Subject": "Told", "Message": "{% 'Got ' & $string($states.input.got) %}"},
                "End": true}}}
            """;

    /** Everything that a listener hears, in the order it came. */
    private sealed interface Heard {
        record Notified(String queue, String body) implements Heard {}

        record Happened(ExecutionRef execution, HistoryEvent event) implements Heard {}

        record Ended(ExecutionRecord execution) implements Heard {}

        record Line(String function, String text) implements Heard {}

        record Published(Topics.Message message) implements Heard {}

        record Broke(String trace) implements Heard {}
    }

    @TempDir
    Path folder;

    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    private Set<Long> childrenBefore;
    private EmbeddedCloud cloud;

    @BeforeEach
    void start() throws Exception {
        childrenBefore = children();
        cloud = described().start();
    }

    @AfterEach
    void stop() {
        cloud.close();
        Set<Long> left = children();
        left.removeAll(childrenBefore);
        assertEquals(Set.of(), left, "processes that outlive the cloud");
        List<Heard> broke = heard.stream().filter(each -> each instanceof Heard.Broke).toList();
        assertEquals(List.of(), broke);
    }

    private EmbeddedCloud.Builder described() {
        return EmbeddedCloud.builder(folder)
                .idleLimit(Duration.ofMinutes(10))
                .functionsClassPath(TestFunctions.classPath())
                .function(new FunctionSpec(
                        "Starter", Handlers.Starter.class.getName(), Map.of("STATE_MACHINE", MACHINE), Duration.ofSeconds(30), 256))
                .function(TestFunctions.function(Handlers.Echo.class))
                .function(TestFunctions.function(Handlers.Consumer.class))
                .function(new FunctionSpec("Endless", Handlers.Endless.class.getName(), Map.of(), Duration.ofSeconds(60), 128))
                .queue(new QueueSpec("arrivals", Duration.ofSeconds(30), "arrivals-dead", 5))
                .queue(new QueueSpec("arrivals-dead", Duration.ofSeconds(30)))
                .queue(new QueueSpec("events", Duration.ofSeconds(1), "events-dead", 2))
                .queue(new QueueSpec("events-dead", Duration.ofSeconds(30)))
                .eventSourceMapping(new EventSourceMappingSpec("arrivals", "Starter", 10, true, 2))
                .eventSourceMapping(new EventSourceMappingSpec("events", "Consumer", 10, true, 1))
                .bucket(new BucketSpec(
                        "labels", List.of(new BucketSpec.NotificationSpec("all", "events", "", ".manifest")), false))
                .bucket(new BucketSpec("bridged", List.of(), true))
                .topic("news")
                .stateMachine(new StateMachineSpec(
                        "Tell", DEFINITION, Map.of("Function", Arns.function("Echo"), "Topic", Arns.topic("news"))))
                .rule(new RuleSpec(
                        "Failures",
                        Map.of(
                                "source", List.of("aws.states"),
                                "detail", Map.of("status", List.of("FAILED", "ABORTED"), "stateMachineArn", List.of(MACHINE))),
                        new RuleSpec.Target.Topic("news", Map.of("name", "$.detail.name", "status", "$.detail.status", "error", "$.detail.error"), "run <name> ended <status>, <error>")))
                .rule(new RuleSpec(
                        "Labels",
                        Map.of("source", List.of("aws.sagemaker"), "detail", Map.of("LabelingJobStatus", List.of("Completed"))),
                        new RuleSpec.Target.Queue("events")))
                .rule(new RuleSpec(
                        "Objects",
                        Map.of(
                                "detail-type", List.of("Object Created"),
                                "detail", Map.of("object", Map.of("key", List.of(Map.of("suffix", ".manifest"))))),
                        new RuleSpec.Target.Queue("events")))
                .schedule(new ScheduleSpec("Sweep", Duration.ofDays(1), "events", "sweep <aws.scheduler.execution-id>"))
                .listener(new CloudListener() {
                    @Override
                    public void notified(String queue, String body) {
                        heard.add(new Heard.Notified(queue, body));
                    }

                    @Override
                    public void history(ExecutionRef execution, HistoryEvent event) {
                        heard.add(new Heard.Happened(execution, event));
                    }

                    @Override
                    public void ended(ExecutionRecord execution) {
                        heard.add(new Heard.Ended(execution));
                    }

                    @Override
                    public void functionLog(String function, String line) {
                        heard.add(new Heard.Line(function, line));
                    }

                    @Override
                    public void published(Topics.Message message) {
                        heard.add(new Heard.Published(message));
                    }

                    @Override
                    public void broke(String trace) {
                        heard.add(new Heard.Broke(trace));
                    }
                });
    }

    @Test
    void aMessageBecomesAnExecutionThatAsksAFunctionAndTellsATopic() throws Exception {
        cloud.sqs().send("arrivals", "{\"dataset\":\"zoo\"}");
        ExecutionRecord ended = await(Heard.Ended.class, any -> true).execution();
        assertEquals("SUCCEEDED", ended.status(), String.valueOf(ended.cause()));
        List<Topics.Message> messages = cloud.topics().messages("news");
        assertEquals(1, messages.size());
        assertEquals("Told", messages.getFirst().subject());
        assertEquals("Got {\"dataset\":\"zoo\"}", messages.getFirst().text());
        // Its status change fits no rule: only bad ends are announced.
        try (SfnClient client = stepFunctions()) {
            assertEquals(ExecutionStatus.SUCCEEDED, client.describeExecution(r -> r.executionArn(ended.ref().arn())).status());
            assertTrue(client.getExecutionHistory(r -> r.executionArn(ended.ref().arn())).events().size() > 6);
            assertThrows(
                    StateMachineDoesNotExistException.class,
                    () -> client.startExecution(r -> r.stateMachineArn(Arns.stateMachine("Nothing")).input("{}")));
        }
    }

    @Test
    void anExecutionThatFailsIsAnnouncedByTheRule() throws Exception {
        String arn = (String) cloud.stepFunctions()
                .call("StartExecution", Map.of("stateMachineArn", MACHINE, "name", "doomed", "input", "{\"got\":1}"))
                .get("executionArn");
        cloud.stepFunctions().call("StopExecution", Map.of("executionArn", arn, "error", "Enough", "cause", "of it"));
        Topics.Message message = await(Heard.Published.class, any -> true).message();
        assertEquals("run doomed ended ABORTED, Enough", message.text());
    }

    @Test
    void aFunctionKilledInTheMiddleIsTriedAgain() throws Exception {
        cloud.close();
        cloud = EmbeddedCloud.builder(folder)
                .functionsClassPath(TestFunctions.classPath())
                .function(new FunctionSpec("Endless", Handlers.Endless.class.getName(), Map.of(), Duration.ofSeconds(60), 128))
                .topic("news")
                .stateMachine(new StateMachineSpec(
                        "Tell", DEFINITION, Map.of("Function", Arns.function("Endless"), "Topic", Arns.topic("news"))))
                .listener(new CloudListener() {
                    @Override
                    public void functionLog(String function, String line) {
                        heard.add(new Heard.Line(function, line));
                    }
                })
                .start();
        String arn = (String) cloud.stepFunctions()
                .call("StartExecution", Map.of("stateMachineArn", MACHINE, "name", "stubborn", "input", "{}"))
                .get("executionArn");
        for (int kill = 0; kill < 3; kill++) {
            await(Heard.Line.class, line -> line.text().equals("waiting"));
            long pid = cloud.lambda().pids("Endless").getFirst();
            assertTrue(ProcessHandle.of(pid).orElseThrow().destroyForcibly());
        }
        ExecutionRecord ended = cloud.stepFunctions().await(arn, Duration.ofSeconds(30));
        assertEquals("FAILED", ended.status());
        assertEquals("Runtime.ExitError", ended.error());
        assertEquals(3, ended.history().stream().filter(event -> event.type().equals("TaskFailed")).count());
    }

    @Test
    void aWrittenObjectReachesTheFunctionThroughTheQueue() throws Exception {
        await(Heard.Line.class, line -> line.text().contains("s3:TestEvent"));
        cloud.s3().store().put(S3Uri.parse("s3://labels/a b.manifest"), "{}".getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
        Heard.Line line = await(Heard.Line.class, each -> each.text().contains("ObjectCreated:Put"));
        assertEquals("Consumer", line.function());
        assertTrue(line.text().contains("a+b.manifest"), line.text());
        assertTrue(line.text().endsWith(" 1 arn:aws:sqs:us-east-1:000000000000:events us-east-1"), line.text());
    }

    @Test
    void objectsLabelingJobsAndSchedulesReachTheQueueByTheirRules() throws Exception {
        cloud.s3().store().put(S3Uri.parse("s3://bridged/a b.manifest"), new byte[1], ObjectStore.Condition.ALWAYS);
        assertTrue(await(Heard.Line.class, line -> line.text().contains("Object Created")).text().contains("a b.manifest"));
        cloud.labelingJob("yard", "InProgress", S3Uri.parse("s3://labels/yard/manifests/output/output.manifest"), Map.of());
        cloud.labelingJob("yard", "Completed", S3Uri.parse("s3://labels/yard/manifests/output/output.manifest"), Map.of("TotalLabeled", 3L));
        String told = await(Heard.Line.class, line -> line.text().contains("Labeling Job State Change")).text();
        assertTrue(told.contains("arn:aws:sagemaker:us-east-1:000000000000:labeling-job/yard"), told);
        cloud.events().fireSchedule("Sweep");
        String swept = await(Heard.Line.class, line -> line.text().startsWith("received sweep")).text();
        assertTrue(swept.matches("received sweep [0-9a-f-]{36} .*"), swept);
    }

    @Test
    void whatCannotBeHandledEndsInTheDeadLetterQueue() throws Exception {
        // Alone in its batch: the bucket's test event, taken with it, would share its failure.
        await(Heard.Line.class, line -> line.text().contains("s3:TestEvent"));
        cloud.sqs().send("events", "throw this");
        await(Heard.Line.class, line -> line.text().startsWith("received throw this 1"));
        await(Heard.Line.class, line -> line.text().startsWith("received throw this 2"));
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        List<String> dead = List.of();
        while (dead.isEmpty() && System.nanoTime() < until) {
            dead = cloud.sqs().drain("events-dead");
        }
        assertEquals(List.of("throw this"), dead);
    }

    @Test
    void objectsLogsMessagesAndExecutionsSurviveARestart() throws Exception {
        cloud.s3().store().put(S3Uri.parse("s3://labels/kept.txt"), "kept".getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
        cloud.sqs().send("arrivals", "{}");
        ExecutionRecord ended = await(Heard.Ended.class, any -> true).execution();
        cloud.close();
        cloud = described().start();
        assertEquals(4, cloud.s3().store().head(S3Uri.parse("s3://labels/kept.txt")).orElseThrow().size());
        assertEquals(1, cloud.topics().messages("news").size());
        assertEquals("SUCCEEDED", cloud.stepFunctions().call("DescribeExecution", Map.of("executionArn", ended.ref().arn())).get("status"));
    }

    @Test
    void warmsUpWhatItIsAskedTo() throws Exception {
        cloud.lambda().warmUp("Echo");
        List<Long> warm = cloud.lambda().pids("Echo");
        assertEquals(1, warm.size());
        Map<String, Object> answer = Json.object(Json.parse(cloud.lambda().invoke("Echo", "{}").payload()));
        assertEquals(warm.getFirst(), answer.get("pid"));
    }

    @Test
    void closingTwiceIsFineAndLeavesNoThreadOfItsOwn() {
        cloud.close();
        cloud.close();
        Set<String> ours = Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.matches("(queue-|log-|answers-|s3-events|schedules|function-reaper|start-|training ).*"))
                .collect(Collectors.toSet());
        assertEquals(Set.of(), ours);
    }

    @Test
    void aDescriptionThatContradictsItselfIsRefused() {
        EmbeddedCloud.Builder builder = EmbeddedCloud.builder(folder.resolve("other"))
                .bucket(new BucketSpec("labels", List.of(new BucketSpec.NotificationSpec("all", "nowhere", "", "")), false));
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, builder::start);
        assertTrue(refused.getMessage().contains("bucket labels names the queue \"nowhere\""), refused.getMessage());
    }

    @Test
    void aDefinitionThatCannotBeReadLeavesNothingRunning() {
        EmbeddedCloud.Builder builder = EmbeddedCloud.builder(folder.resolve("other"))
                .stateMachine(new StateMachineSpec("Odd", "{\"StartAt\":\"No\"}", Map.of()));
        IOException refused = assertThrows(IOException.class, builder::start);
        assertTrue(refused.getMessage().contains("Odd"), refused.getMessage());
        assertFalse(Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> thread.getName().startsWith("start-")));
    }

    @Test
    void aPortThatIsTakenIsTold() {
        int taken = cloud.endpoint().getPort();
        IOException refused = assertThrows(IOException.class, () -> EmbeddedCloud.builder(folder.resolve("other")).port(taken).start());
        assertTrue(refused.getMessage().contains("port " + taken), refused.getMessage());
    }

    private SfnClient stepFunctions() {
        return SfnClient.builder()
                .endpointOverride(cloud.endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("anyone", "anything")))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    private static Set<Long> children() {
        return ProcessHandle.current().descendants().filter(ProcessHandle::isAlive).map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    private <T extends Heard> T await(Class<T> type, Predicate<T> fits) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (true) {
            Heard next = heard.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            assertNotNull(next, "nothing of the kind " + type.getSimpleName() + " was heard within 40 s");
            assertFalse(next instanceof Heard.Broke, next.toString());
            if (type.isInstance(next) && fits.test(type.cast(next))) {
                return type.cast(next);
            }
        }
    }
}

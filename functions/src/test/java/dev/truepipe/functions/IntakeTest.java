package dev.truepipe.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import dev.truepipe.functions.LabelingJobs.LabelingJob;
import dev.truepipe.json.Json;
import dev.truepipe.settings.Settings;
import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.workload.Messages;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IntakeTest {
    private static final String KEY = "street/yard-boxes/manifests/output/output.manifest";
    private static final S3Uri MANIFEST = new S3Uri("labels", KEY);

    private final InMemoryObjectStore store = new InMemoryObjectStore();
    private final Map<String, LabelingJob> jobs = new HashMap<>();
    private final Map<String, String> executions = new LinkedHashMap<>();
    private RuntimeException refusal;

    @Test
    void startsARunForAManifestOfADataset() {
        assertEquals(List.of(), failures(notification("labels", KEY, "abc")));

        Map.Entry<String, String> started = executions.entrySet().iterator().next();
        assertTrue(started.getKey().matches("street-cars-[0-9a-f]{32}"), started.getKey());
        assertEquals(
                "{\"dataset\":\"street-cars\",\"force\":false,\"settleSeconds\":300,\"arrival\":{\"uri\":\"" + MANIFEST
                        + "\",\"eTag\":\"abc\"}}",
                started.getValue());
    }

    @Test
    void startsOneRunForTheSameEventThreeTimes() {
        String event = notification("labels", KEY, "abc");
        assertEquals(List.of(), failures(event, event));
        assertEquals(List.of(), failures(event));

        assertEquals(1, executions.size());
    }

    @Test
    void startsOneRunForAnEventByEveryRoad() throws IOException {
        String eTag = store.put(MANIFEST, new byte[] {1}, Condition.ALWAYS);
        jobs.put("yard-boxes", new LabelingJob("Completed", S3Uri.parse("s3://labels/street"), Optional.of(MANIFEST)));

        assertEquals(List.of(), failures(notification("labels", KEY, eTag)));
        assertEquals(List.of(), failures(stateChange("yard-boxes")));
        assertEquals(List.of(), failures(eventBridge("labels", KEY, eTag)));
        assertEquals(1, executions.size(), executions.toString());
    }

    @Test
    void startsAnotherRunForAnotherContent() {
        failures(notification("labels", KEY, "abc"), notification("labels", KEY, "abd"));

        assertEquals(2, executions.size());
    }

    @Test
    void readsKeysAsEachServiceWritesThem() {
        String key = "street/a b+c/manifests/output/output.manifest";
        failures(
                notification("labels", "street/a+b%2Bc/manifests/output/output.manifest", "abc"),
                eventBridge("labels", key, "abc"));

        assertEquals(1, executions.size());
        assertTrue(executions.values().iterator().next().contains(key));
    }

    @ParameterizedTest
    @CsvSource({
        "Initializing, false",
        "InProgress,   false",
        "Stopping,     false",
        "Completed,    true",
        "Failed,       true",
        "Stopped,      true",
    })
    void waitsForALabelingJobThatStillWrites(String status, boolean starts) {
        jobs.put("yard-boxes", new LabelingJob(status, S3Uri.parse("s3://labels/street/"), Optional.empty()));

        assertEquals(List.of(), failures(notification("labels", KEY, "abc")));
        assertEquals(starts ? 1 : 0, executions.size());
    }

    @Test
    void doesNotAskWhenPartialManifestsAreAllowed() {
        refusal = new IllegalStateException("must not be asked");
        Map<String, Object> partial = settings();
        dataset(partial).put("partial", "allow");

        assertEquals(List.of(), failures(partial, notification("labels", KEY, "abc")));
        assertEquals(1, executions.size());
    }

    @Test
    void doesNotMindAJobOfThatNameThatWritesElsewhere() {
        jobs.put("yard-boxes", new LabelingJob("InProgress", S3Uri.parse("s3://labels/other/"), Optional.empty()));
        failures(notification("labels", KEY, "abc"));

        assertEquals(1, executions.size());
    }

    @Test
    void doesNotAskAfterFoldersThatNoJobCanBeCalled() {
        refusal = new IllegalStateException("must not be asked");

        assertEquals(List.of(), failures(notification("labels", "street/by_hand/manifests/output/output.manifest", "abc")));
        assertEquals(1, executions.size());
    }

    @Test
    void givesTheMessageBackWhenSageMakerCannotBeAsked() {
        refusal = new IllegalStateException("ThrottlingException");

        assertEquals(List.of("m1"), failures(notification("labels", KEY, "abc"), Messages.trigger("street-cars", "1", false)));
        assertEquals(1, executions.size(), "the other message of the batch is done");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "street/yard-boxes/manifests/intermediate/2/output.manifest",
        "street/yard-boxes/annotations/manifests/output/output.manifest",
        "elsewhere/yard-boxes/manifests/output/output.manifest",
        "street/readme.txt",
    })
    void leavesOtherObjectsAside(String key) {
        assertEquals(List.of(), failures(notification("labels", key, "abc"), notification("other", KEY, "abc")));
        assertEquals(Map.of(), executions);
    }

    @ParameterizedTest
    @CsvSource({
        "street/project-1.json, 1",
        "street/annotations/project-2.json, 1",
        "street/boxes.csv, 0",
        "elsewhere/project-1.json, 0",
        "street/yard-boxes/manifests/output/output.manifest, 0",
    })
    void anExportOfTheDatasetsFormatIsAnArrival(String key, int runs) {
        refusal = new IllegalStateException("no labeling job is asked after");
        Map<String, Object> formats = settings();
        dataset(formats).put("format", "label-studio");
        dataset(formats).put("import", Map.of());

        assertEquals(List.of(), failures(formats, notification("labels", key, "abc"), eventBridge("labels", key, "abc")));
        assertEquals(runs, executions.size(), "by either road, once");
    }

    @Test
    void leavesS3sTestMessageAside() {
        assertEquals(
                List.of(),
                failures("{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\",\"Time\":\"2026-01-01T00:00:00.000Z\",\"Bucket\":\"labels\"}"));
        assertEquals(Map.of(), executions);
    }

    @Test
    void leavesLabelingJobsOfOthersAside() {
        jobs.put("other", new LabelingJob("Completed", S3Uri.parse("s3://x/"), Optional.of(S3Uri.parse("s3://x/m"))));
        jobs.put("failed", new LabelingJob("Failed", S3Uri.parse("s3://labels/street/"), Optional.empty()));
        jobs.put("gone", new LabelingJob("Stopped", S3Uri.parse("s3://labels/street/"), Optional.of(MANIFEST)));

        assertEquals(List.of(), failures(stateChange("other"), stateChange("failed"), stateChange("gone"), stateChange("unknown")));
        assertEquals(Map.of(), executions);
    }

    @Test
    void startsARunForEachWishAndOneForAWishToldTwice() {
        failures(Messages.trigger("street-cars", "1", true), Messages.trigger("street-cars", "1", true));
        failures(Messages.trigger("street-cars", "2", false), Messages.sweep("street-cars", "1"));

        assertEquals(3, executions.size());
        assertEquals(
                "{\"dataset\":\"street-cars\",\"force\":true,\"settleSeconds\":0,\"arrival\":null}",
                executions.values().iterator().next());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "not JSON",
        "[]",
        "{}",
        "{\"truepipe\":\"trigger\",\"dataset\":\"no-such\",\"id\":\"1\"}",
        "{\"truepipe\":\"trigger\",\"dataset\":\"street-cars\"}",
        "{\"truepipe\":\"dance\",\"dataset\":\"street-cars\",\"id\":\"1\"}",
        "{\"detail-type\":\"Something else\"}",
    })
    void givesBackWhatNeverWorksAlone(String body) {
        assertEquals(List.of("m1"), failures(body, notification("labels", KEY, "abc")));
        assertEquals(1, executions.size());
    }

    /** One query by an execution's ARN finds what started it, too. */
    @Test
    void namesExecutionsInItsLogAsEveryOtherFunctionDoes() throws IOException {
        List<Map<String, Object>> lines = Printed.by(() ->
                failures(notification("labels", KEY, "abc"), notification("labels", KEY, "abc"), notification("other", KEY, "abc")));

        String execution = "arn:aws:states:eu-west-1:111122223333:execution:Retraining:" + executions.keySet().iterator().next();
        assertEquals(
                List.of("Started a run", "metric", "This arrival has started a run before"),
                lines.stream().filter(line -> execution.equals(line.get("execution")))
                        .map(line -> line.getOrDefault("message", "metric")).toList());
        assertEquals(List.of("Left aside: no dataset's labels"),
                lines.stream().filter(line -> line.get("execution") == null).map(line -> line.get("message")).toList());
        assertEquals(4, lines.size(), lines.toString());
    }

    @Test
    void readsAndAnswersAsLambdasRuntimeWritesBatches() {
        PojoSerializer<SQSEvent> events = LambdaEventSerializers.serializerFor(SQSEvent.class, getClass().getClassLoader());
        String batch = Json.text(Map.of("Records", List.of(
                Map.of("messageId", "first", "body", Messages.trigger("street-cars", "1", false), "eventSource", "aws:sqs"),
                Map.of("messageId", "second", "body", "not JSON", "eventSource", "aws:sqs"))));
        SQSEvent event = events.fromJson(new ByteArrayInputStream(batch.getBytes(StandardCharsets.UTF_8)));
        SQSBatchResponse response = new IntakeHandler(intake(settings())).handleRequest(event, null);

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JacksonFactory.getInstance().getSerializer(SQSBatchResponse.class).toJson(response, out);
        assertEquals("{\"batchItemFailures\":[{\"itemIdentifier\":\"second\"}]}", out.toString(StandardCharsets.UTF_8));
        assertEquals(1, executions.size());
    }

    private List<String> failures(String... bodies) {
        return failures(settings(), bodies);
    }

    private List<String> failures(Map<String, Object> settings, String... bodies) {
        SQSEvent event = new SQSEvent();
        List<SQSEvent.SQSMessage> messages = new ArrayList<>();
        for (String body : bodies) {
            SQSEvent.SQSMessage message = new SQSEvent.SQSMessage();
            message.setMessageId("m" + (messages.size() + 1));
            message.setBody(body);
            messages.add(message);
        }
        event.setRecords(messages);
        SQSBatchResponse response = new IntakeHandler(intake(settings)).handleRequest(event, null);
        return response.getBatchItemFailures().stream()
                .map(SQSBatchResponse.BatchItemFailure::getItemIdentifier)
                .toList();
    }

    private Intake intake(Map<String, Object> settings) {
        LabelingJobs asked = name -> {
            if (refusal != null) {
                throw refusal;
            }
            return Optional.ofNullable(jobs.get(name));
        };
        try {
            return new Intake(
                    Settings.fromJson(Json.bytes(settings)),
                    store,
                    asked,
                    (name, input) -> executions.putIfAbsent(name, input) == null,
                    "arn:aws:states:eu-west-1:111122223333:stateMachine:Retraining",
                    Clock.systemUTC(),
                    Log.of("Intake", null, null));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, Object> settings() {
        return TestSettings.json("s3://labels/street/");
    }

    private static Map<String, Object> dataset(Map<String, Object> settings) {
        return Json.object(Json.array(settings.get("datasets")).getFirst());
    }

    private static String notification(String bucket, String encodedKey, String eTag) {
        return Priming.S3_NOTIFICATION
                .replace("\"name\":\"labels\"", "\"name\":\"" + bucket + "\"")
                .replace("\"key\":\"a+b\"", "\"key\":\"" + encodedKey + "\"")
                .replace("\"eTag\":\"0\"", "\"eTag\":\"" + eTag + "\"");
    }

    private static String eventBridge(String bucket, String key, String eTag) {
        return Json.text(Map.of(
                "source", "aws.s3",
                "detail-type", "Object Created",
                "detail", Map.of("bucket", Map.of("name", bucket), "object", Map.of("key", key, "etag", eTag, "size", 1))));
    }

    private static String stateChange(String job) {
        return Json.text(Map.of(
                "source", "aws.sagemaker",
                "detail-type", "SageMaker Ground Truth Labeling Job State Change",
                "resources", List.of("arn:aws:sagemaker:eu-west-1:111122223333:labeling-job/" + job),
                "detail", Map.of("LabelingJobStatus", "Completed")));
    }
}

package dev.truepipe.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import dev.truepipe.workload.Metric;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every alarm can ring: its metric is one that the service emits for a resource of this very template, or that a function writes, and its threshold is
 * one that the metric can reach. The runbook's entries are held against the description in {@code functions}.
 */
class AlarmsTest {
    /**
     * Namespace and metric, with the one dimension it has.
     *
     * @see <a href="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html">SQS</a>
     * @see <a href="https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html">Step Functions</a>
     */
    private static final Map<String, String> EMITTED = Map.of(
            "AWS/SQS ApproximateNumberOfMessagesVisible", "QueueName",
            "AWS/SQS ApproximateAgeOfOldestMessage", "QueueName",
            "AWS/States ExecutionsFailed", "StateMachineArn",
            "AWS/States ExecutionsTimedOut", "StateMachineArn",
            "AWS/States ExecutionsAborted", "StateMachineArn");

    @BeforeAll
    static void needsNode() {
        Tools.requireNode();
    }

    @ParameterizedTest
    @MethodSource("dev.truepipe.infra.Variant#all")
    void everyAlarmIsOfAMetricThatIsEmittedForAResourceThatIsThere(Variant variant) throws IOException {
        Resources resources = new Resources(variant.template());
        Map<String, String> subjects = subjects(resources);
        Set<String> rung = new TreeSet<>();
        resources.properties("AWS::CloudWatch::Alarm").forEach((id, alarm) -> {
            String metric = alarm.get("Namespace") + " " + alarm.get("MetricName");
            List<Object> dimensions = Resources.list(alarm.get("Dimensions"));
            if (alarm.get("Namespace").equals(Metric.NAMESPACE)) {
                // None today; MetricLinesTest holds the lines to these dimensions.
                assertTrue(Arrays.stream(Metric.values()).anyMatch(known -> known.metricName().equals(alarm.get("MetricName"))), () -> id + ": " + metric);
                assertEquals(List.of(Metric.DIMENSION, Metric.MACHINE), dimensions.stream().map(one -> Json.object(one).get("Name")).sorted().toList(), id);
            } else {
                assertEquals(1, dimensions.size(), id);
                Map<String, Object> dimension = Json.object(dimensions.getFirst());
                assertEquals(EMITTED.get(metric), dimension.get("Name"), () -> id + " is of " + metric);
                String subject = subjects.get(Json.text(TemplateView.names(resources).apply(dimension.get("Value"))));
                assertTrue(subject != null, () -> id + " watches " + Json.text(dimension.get("Value")) + ", which nothing in the template is");
                rung.add(subject + " " + alarm.get("MetricName"));
            }
            assertEquals("GreaterThanOrEqualToThreshold", alarm.get("ComparisonOperator"), id);
            assertEquals("notBreaching", alarm.get("TreatMissingData"), id);
            assertTrue(((Number) alarm.get("Threshold")).doubleValue() <= reach(alarm, resources), () -> id + " would never ring");
            assertEquals(1, Resources.list(alarm.get("AlarmActions")).size(), () -> id + " tells nobody");
        });
        assertEquals(new TreeSet<>(List.of("arrivals ApproximateAgeOfOldestMessage", "dead letters ApproximateNumberOfMessagesVisible", "machine ExecutionsFailed",
                "machine ExecutionsTimedOut", "undelivered ApproximateNumberOfMessagesVisible")), rung);
    }

    /** What each resource is called where metrics name it. */
    private static Map<String, String> subjects(Resources resources) {
        Map<String, String> subjects = new TreeMap<>();
        subjects.put("\"{QUEUE_NAME}\"", "arrivals");
        subjects.put("\"{DEAD_LETTER_QUEUE_NAME}\"", "dead letters");
        subjects.put("\"{UNDELIVERED_QUEUE_NAME}\"", "undelivered");
        Object machine = resources.one("AWS::StepFunctions::StateMachine", "Retraining").get("StateMachineName");
        subjects.put("\"arn:{PARTITION}:states:{REGION}:{ACCOUNT}:stateMachine:" + machine + "\"", "machine");
        return subjects;
    }

    /** The greatest value that the metric can have: an age ends where the message is dropped, a count with one event is one. */
    private static double reach(Map<String, Object> alarm, Resources resources) {
        return alarm.get("MetricName").equals("ApproximateAgeOfOldestMessage")
                ? ((Number) resources.one("AWS::SQS::Queue", "ArrivalsQueue").get("MessageRetentionPeriod")).doubleValue()
                : 1;
    }
}

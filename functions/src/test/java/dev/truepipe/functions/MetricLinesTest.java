package dev.truepipe.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.truepipe.workload.Metric;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricLinesTest {
    @Test
    void writesTheEmbeddedMetricFormat() {
        String line = MetricLines.line(
                Clock.fixed(Instant.ofEpochMilli(1_777_000_000_123L), ZoneOffset.UTC), "cars", "arn:aws:states:eu-west-1:111122223333:execution:Retraining:run-1",
                Map.of(Metric.OBJECTIVE, 0.5));

        assertEquals(
                "{\"_aws\":{\"Timestamp\":1777000000123,\"CloudWatchMetrics\":[{\"Namespace\":\"Truepipe\",\"Dimensions\":[[\"StateMachine\",\"Dataset\"]],"
                        + "\"Metrics\":[{\"Name\":\"Objective\",\"Unit\":\"None\"}]}]},\"StateMachine\":\"Retraining\",\"Dataset\":\"cars\",\"execution\":\"arn:aws:states:eu-west-1:111122223333:execution:Retraining:run-1\","
                        + "\"Objective\":0.5}",
                line);
    }
}

package dev.truepipe.workload;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One CloudWatch alarm that tells the topic. Missing points are fine.
 *
 * @param id construct id
 * @param description what broke and what to do first
 * @param namespace of the metric
 * @param metric its name
 * @param dimensions of the metric
 * @param statistic {@code Maximum} or {@code Sum}
 * @param period of one point
 * @param threshold in the metric's own unit; the alarm rings at or above it
 */
public record AlarmSpec(
        String id,
        String description,
        String namespace,
        String metric,
        Map<String, Value> dimensions,
        String statistic,
        Duration period,
        double threshold) {
    public AlarmSpec {
        dimensions = Collections.unmodifiableMap(new LinkedHashMap<>(dimensions));
    }
}

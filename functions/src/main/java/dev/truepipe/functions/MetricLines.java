package dev.truepipe.functions;

import dev.truepipe.json.Json;
import dev.truepipe.workload.Metric;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Metrics as lines of the log, in CloudWatch's Embedded Metric Format: no call, no permission, no library.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html">Specification</a>
 */
final class MetricLines {
    private MetricLines() {}

    /** Prints one line with these values of one dataset. @param execution ARN, as every other line of the log names it */
    static void write(Clock clock, String dataset, String execution, Map<Metric, ? extends Number> values) {
        System.out.println(line(clock, dataset, execution, values));
    }

    static String line(Clock clock, String dataset, String execution, Map<Metric, ? extends Number> values) {
        List<Object> definitions = new ArrayList<>();
        values.keySet().forEach(metric -> {
            Map<String, Object> definition = new LinkedHashMap<>();
            definition.put("Name", metric.metricName());
            definition.put("Unit", metric.unit());
            definitions.add(definition);
        });
        Map<String, Object> directive = new LinkedHashMap<>();
        directive.put("Namespace", Metric.NAMESPACE);
        directive.put("Dimensions", List.of(List.of(Metric.MACHINE, Metric.DIMENSION)));
        directive.put("Metrics", definitions);
        Map<String, Object> aws = new LinkedHashMap<>();
        aws.put("Timestamp", clock.millis());
        aws.put("CloudWatchMetrics", List.of(directive));
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("_aws", aws);
        line.put(Metric.MACHINE, machine(execution));
        line.put(Metric.DIMENSION, dataset);
        line.put("execution", execution);
        values.forEach((metric, value) -> line.put(metric.metricName(), value));
        return Json.text(line);
    }

    /** {@code arn:aws:states:eu-west-1:111122223333:execution:MACHINE:NAME}. */
    private static String machine(String execution) {
        String[] parts = execution.split(":");
        if (parts.length < 8) {
            throw new IllegalArgumentException("not the ARN of an execution: \"" + execution + "\"");
        }
        return parts[6];
    }
}

package dev.truepipe.run;

import dev.truepipe.json.Json;
import dev.truepipe.report.ModelReportContent.Training;
import dev.truepipe.storage.S3Uri;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What DescribeTrainingJob says of a finished job, as far as it concerns us. Fields that may be absent are. */
final class TrainedModel {
    private static final long EPOCH_MILLIS_FROM = 100_000_000_000L;

    private final Map<String, Object> job;

    TrainedModel(Map<String, Object> job) {
        this.job = job;
    }

    String name() {
        return Fields.text(job, "TrainingJobName");
    }

    String modelUrl() {
        return Fields.text(Fields.object(job, "ModelArtifacts"), "S3ModelArtifacts");
    }

    String image() {
        Map<String, Object> algorithm = Fields.objectOrNull(job, "AlgorithmSpecification");
        return algorithm == null ? null : Fields.textOrNull(algorithm, "TrainingImage");
    }

    String instanceType() {
        Map<String, Object> resources = Fields.objectOrNull(job, "ResourceConfig");
        String type = resources == null ? null : Fields.textOrNull(resources, "InstanceType");
        return type == null ? "an unknown instance" : type;
    }

    /** Training time; -1 if not known. */
    long seconds() {
        return secondsOf("TrainingTimeInSeconds");
    }

    /** Billable time; -1 if not known. */
    long billedSeconds() {
        return secondsOf("BillableTimeInSeconds");
    }

    private long secondsOf(String key) {
        return job.get(key) instanceof Number number ? number.longValue() : -1;
    }

    /** Regular expressions by metric name. */
    Map<String, String> metricDefinitions() {
        Map<String, Object> algorithm = Fields.objectOrNull(job, "AlgorithmSpecification");
        Map<String, String> definitions = new LinkedHashMap<>();
        if (algorithm != null && algorithm.get("MetricDefinitions") != null) {
            for (Object item : Fields.array(algorithm, "MetricDefinitions")) {
                Map<String, Object> one = Json.object(item);
                definitions.put(Fields.text(one, "Name"), Fields.text(one, "Regex"));
            }
        }
        return definitions;
    }

    /** The last value of each metric, where it is a number. */
    Map<String, Double> finalValues() {
        Map<String, Double> values = new TreeMap<>();
        List<Object> list = job.get("FinalMetricDataList") == null ? List.of() : Fields.array(job, "FinalMetricDataList");
        for (Object item : list) {
            Map<String, Object> one = Json.object(item);
            if (one.get("Value") instanceof Number number && Double.isFinite(number.doubleValue())) {
                values.put(Fields.text(one, "MetricName"), asDouble(number));
            }
        }
        return values;
    }

    /** SageMaker keeps metrics as floats: 0.7 stays 0.7, not 0.699999988. */
    private static double asDouble(Number number) {
        float single = number.floatValue();
        return single == number.doubleValue() ? Double.parseDouble(Float.toString(single)) : number.doubleValue();
    }

    /** The last value of a metric; NaN if the job reported none. */
    double finalValue(String metric) {
        return finalValues().getOrDefault(metric, Double.NaN);
    }

    Map<String, String> hyperparameters() {
        Map<String, Object> all = Fields.objectOrNull(job, "HyperParameters");
        Map<String, String> texts = new TreeMap<>();
        if (all != null) {
            all.forEach((key, value) -> texts.put(key, String.valueOf(value)));
        }
        return Collections.unmodifiableMap(texts);
    }

    /** What the algorithm left beside the model. */
    Optional<S3Uri> outputArchive() {
        String model = modelUrl();
        String name = "model.tar.gz";
        return model.endsWith("/" + name)
                ? Optional.of(S3Uri.parse(model.substring(0, model.length() - name.length()) + "output.tar.gz"))
                : Optional.empty();
    }

    /** @param atHome whether a cloud of this machine ran the job */
    Training facts(boolean atHome) {
        Map<String, Object> resources = Fields.objectOrNull(job, "ResourceConfig");
        return new Training(
                name(),
                Fields.text(job, "TrainingJobStatus"),
                image(),
                instanceType(),
                resources != null && resources.get("InstanceCount") instanceof Number count ? count.intValue() : 1,
                Boolean.TRUE.equals(job.get("EnableManagedSpotTraining")),
                startedAt(),
                seconds(),
                billedSeconds(),
                atHome);
    }

    /** Step Functions gives times as text or as a number, of seconds or of milliseconds. */
    private String startedAt() {
        Object value = job.get("TrainingStartTime");
        try {
            return switch (value) {
                case String text -> Words.time(Instant.parse(text));
                case Number number -> Words.time(
                        number.longValue() >= EPOCH_MILLIS_FROM
                                ? Instant.ofEpochMilli(number.longValue())
                                : Instant.ofEpochSecond(number.longValue()));
                case null, default -> null;
            };
        } catch (DateTimeException e) {
            return value.toString();
        }
    }
}

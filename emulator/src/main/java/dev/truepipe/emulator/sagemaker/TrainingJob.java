package dev.truepipe.emulator.sagemaker;

import dev.truepipe.emulator.sagemaker.MetricDefinition.MetricPoint;
import dev.truepipe.json.Json;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** State of one training job, as DescribeTrainingJob tells it. Safe for use by several threads. */
final class TrainingJob {
    private static final Set<String> TERMINAL = Set.of("Completed", "Failed", "Stopped");

    /** What a description repeats of the request. */
    private static final List<String> REPEATED = List.of(
            "HyperParameters",
            "RoleArn",
            "InputDataConfig",
            "OutputDataConfig",
            "ResourceConfig",
            "VpcConfig",
            "StoppingCondition",
            "CheckpointConfig",
            "Environment",
            "RetryStrategy",
            "DebugHookConfig",
            "ProfilerConfig",
            "ExperimentConfig",
            "RemoteDebugConfig",
            "InfraCheckConfig");

    private static final List<String> FLAGS =
            List.of("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining");

    private final Map<String, Object> description;
    private final CompletableFuture<Map<String, Object>> done = new CompletableFuture<>();
    private TrainingCluster cluster;
    private boolean stopRequested;
    private TrainingContainer.Result result;

    TrainingJob(TrainingRequest request, String arn, List<MetricDefinition> metrics, Instant now) {
        description = new LinkedHashMap<>();
        description.put("TrainingJobName", request.name());
        description.put("TrainingJobArn", arn);
        description.put("TrainingJobStatus", "InProgress");
        description.put("SecondaryStatus", "Starting");
        for (String field : REPEATED) {
            if (request.raw().containsKey(field)) {
                description.put(field, request.raw().get(field));
            }
        }
        Map<String, Object> algorithm = new LinkedHashMap<>(Json.object(request.raw().get("AlgorithmSpecification")));
        if (!metrics.isEmpty()) {
            algorithm.put("MetricDefinitions", metrics.stream()
                    .map(metric -> (Object) ordered("Name", metric.name(), "Regex", metric.regex().pattern()))
                    .toList());
        }
        algorithm.putIfAbsent("EnableSageMakerMetricsTimeSeries", false);
        description.put("AlgorithmSpecification", algorithm);
        for (String flag : FLAGS) {
            description.put(flag, Boolean.TRUE.equals(request.raw().get(flag)));
        }
        description.put("CreationTime", seconds(now));
        description.put("LastModifiedTime", seconds(now));
        description.put("SecondaryStatusTransitions", List.of());
        enter("InProgress", "Starting", "Preparing the instances for training", now);
    }

    /** A job of an earlier run of the cloud. One that had not ended then never will. */
    TrainingJob(Map<String, Object> stored, Instant now) {
        description = new LinkedHashMap<>(stored);
        if (!ended()) {
            fail("InternalServerError: the embedded cloud was stopped while this job ran", now);
        }
        done.complete(describe());
    }

    String name() {
        return (String) description.get("TrainingJobName");
    }

    String arn() {
        return (String) description.get("TrainingJobArn");
    }

    synchronized String status() {
        return (String) description.get("TrainingJobStatus");
    }

    synchronized boolean ended() {
        return TERMINAL.contains(status());
    }

    CompletableFuture<Map<String, Object>> done() {
        return done;
    }

    synchronized TrainingContainer.Result result() {
        return result;
    }

    /** A copy of its own, in the shape of DescribeTrainingJob's answer. */
    synchronized Map<String, Object> describe() {
        return new LinkedHashMap<>(description);
    }

    /** The next step of the job. Nobody waiting is told of the end before {@link #announceEnd()}. */
    synchronized void enter(String status, String secondaryStatus, String message, Instant now) {
        description.put("TrainingJobStatus", status);
        description.put("SecondaryStatus", secondaryStatus);
        description.put("LastModifiedTime", seconds(now));
        List<Object> transitions = new ArrayList<>(Json.array(description.get("SecondaryStatusTransitions")));
        if (!transitions.isEmpty()) {
            Map<String, Object> last = new LinkedHashMap<>(Json.object(transitions.removeLast()));
            last.putIfAbsent("EndTime", seconds(now));
            transitions.add(last);
        }
        Map<String, Object> transition = ordered("Status", secondaryStatus, "StartTime", seconds(now), "StatusMessage", message);
        if (TERMINAL.contains(status)) {
            transition.put("EndTime", seconds(now));
        }
        transitions.add(transition);
        description.put("SecondaryStatusTransitions", List.copyOf(transitions));
    }

    /** The next step, unless the job is being stopped, which then stays to be seen. @return whether it was taken */
    synchronized boolean advance(String secondaryStatus, String message, Instant now) {
        if (stopRequested) {
            return false;
        }
        enter("InProgress", secondaryStatus, message, now);
        return true;
    }

    synchronized void fail(String reason, Instant now) {
        description.put("FailureReason", reason.substring(0, Math.min(reason.length(), TrainingContainer.MAX_FAILURE_REASON)));
        enter("Failed", "Failed", "Training job failed", now);
    }

    synchronized void began(Instant now) {
        description.put("TrainingStartTime", seconds(now));
    }

    /** What the container did, once its process has ended. */
    synchronized void ran(TrainingContainer.Result result, Instant now) {
        this.result = result;
        Map<String, MetricPoint> last = new LinkedHashMap<>();
        result.metrics().forEach(point -> last.put(point.name(), point));
        if (!last.isEmpty()) {
            description.put("FinalMetricDataList", last.values().stream()
                    .map(point -> (Object) ordered(
                            "MetricName", point.name(), "Value", point.value(), "Timestamp", seconds(point.at())))
                    .toList());
        }
        description.put("TrainingEndTime", seconds(now));
        long trained = Math.max(1, Math.ceilDiv(result.ran().toMillis(), 1_000L));
        description.put("TrainingTimeInSeconds", trained);
        description.put("BillableTimeInSeconds", trained);
    }

    synchronized void model(String uri) {
        description.put("ModelArtifacts", ordered("S3ModelArtifacts", uri));
    }

    void announceEnd() {
        synchronized (this) {
            cluster = null;
        }
        done.complete(describe());
    }

    /** Binds the containers, so that a stop reaches them; an earlier stop is passed on at once. */
    synchronized void runs(TrainingCluster bound) {
        cluster = bound;
        if (stopRequested) {
            cluster.stop();
        }
    }

    /** @return whether this was the first request to stop */
    synchronized boolean requestStop(Instant now) {
        if (stopRequested) {
            return false;
        }
        stopRequested = true;
        enter("Stopping", "Stopping", "Stopping the training job", now);
        if (cluster != null) {
            cluster.stop();
        }
        return true;
    }

    synchronized boolean stopRequested() {
        return stopRequested;
    }

    /** As AWS JSON writes times: seconds since 1970, with milliseconds. */
    static double seconds(Instant instant) {
        return BigDecimal.valueOf(instant.toEpochMilli(), 3).doubleValue();
    }

    static Map<String, Object> ordered(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}

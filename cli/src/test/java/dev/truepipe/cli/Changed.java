package dev.truepipe.cli;

import dev.truepipe.workload.FunctionSpec;
import dev.truepipe.workload.QueueSpec;
import dev.truepipe.workload.Value;
import dev.truepipe.workload.Workload;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Workload descriptions that differ in one value from the one that would be deployed. */
final class Changed {
    private Changed() {}

    /** A queue whose messages come back after {@code visibility} and are set aside after {@code receives} deliveries. */
    static UnaryOperator<Workload> queue(Duration visibility, int receives) {
        return workload -> {
            QueueSpec queue = workload.queue();
            return with(workload, new QueueSpec(
                    queue.function(), visibility, queue.retention(), receives, queue.deadLetterRetention(), queue.batchSize(),
                    queue.maximumConcurrency(), queue.reportBatchItemFailures()), workload.notificationSuffix());
        };
    }

    static UnaryOperator<Workload> notificationSuffix(String suffix) {
        return workload -> with(workload, workload.queue(), suffix);
    }

    static UnaryOperator<Workload> timeout(String function, Duration timeout) {
        return function(function, spec -> new FunctionSpec(
                spec.name(), spec.handler(), spec.memoryMegabytes(), timeout, spec.environment(), spec.grants()));
    }

    static UnaryOperator<Workload> environment(String function, String name, String value) {
        return function(function, spec -> {
            Map<String, Value> environment = new LinkedHashMap<>(spec.environment());
            if (environment.put(name, Value.text(value)) == null) {
                throw new IllegalArgumentException(function + " has no variable " + name + "; it has " + environment.keySet());
            }
            return new FunctionSpec(spec.name(), spec.handler(), spec.memoryMegabytes(), spec.timeout(), environment, spec.grants());
        });
    }

    private static UnaryOperator<Workload> function(String name, UnaryOperator<FunctionSpec> change) {
        return workload -> {
            workload.function(name);
            return new Workload(
                    workload.functions().stream().map(spec -> spec.name().equals(name) ? change.apply(spec) : spec).toList(),
                    workload.queue(), workload.notificationSuffix(), workload.rules(), workload.schedules(), workload.stateMachine(),
                    workload.alarms(), workload.logRetention());
        };
    }

    private static Workload with(Workload workload, QueueSpec queue, String suffix) {
        return new Workload(
                workload.functions(), queue, suffix, workload.rules(), workload.schedules(), workload.stateMachine(),
                workload.alarms(), workload.logRetention());
    }
}

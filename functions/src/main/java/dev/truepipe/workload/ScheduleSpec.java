package dev.truepipe.workload;

import java.time.Duration;

/**
 * One rate schedule of EventBridge Scheduler that sends {@code input} to the queue.
 *
 * <p>A rate schedule without a start date fires as soon as it exists: that is how manifests that lay in the bucket
 * before the deployment are found.
 *
 * @param id construct id, unique among schedules
 * @param dataset whose prefix is looked at
 * @param every whole minutes, hours or days
 * @param input message body; {@value #EXECUTION_ID} in it becomes a fresh id each time
 */
public record ScheduleSpec(String id, String dataset, Duration every, String input) {
    /** Scheduler's own placeholder. */
    public static final String EXECUTION_ID = "<aws.scheduler.execution-id>";
}

package dev.truepipe.emulator.sqs;

import java.time.Duration;

/**
 * One SQS queue.
 *
 * @param visibilityTimeout how long a received message is hidden; whole seconds, at most 12 hours
 * @param deadLetterQueue name of the queue for what was received {@code maxReceiveCount} times, or {@code null}; it must be
 *     described too
 * @param maxReceiveCount 1 to 1000; ignored without a dead-letter queue
 */
public record QueueSpec(String name, Duration visibilityTimeout, String deadLetterQueue, int maxReceiveCount) {
    public QueueSpec {
        if (visibilityTimeout.isNegative() || visibilityTimeout.compareTo(Duration.ofHours(12)) > 0 || visibilityTimeout.getNano() != 0) {
            throw new IllegalArgumentException("queue " + name + ": visibility is 0 to 43200 whole seconds, was " + visibilityTimeout);
        }
        if (deadLetterQueue != null && (maxReceiveCount < 1 || maxReceiveCount > 1000)) {
            throw new IllegalArgumentException("queue " + name + ": maxReceiveCount is 1 to 1000, was " + maxReceiveCount);
        }
    }

    /** A queue without a dead-letter queue. */
    public QueueSpec(String name, Duration visibilityTimeout) {
        this(name, visibilityTimeout, null, 0);
    }
}

package dev.truepipe.workload;

import java.time.Duration;

/**
 * The queue of arrivals, its dead-letter queue and the event source mapping between it and {@code function}.
 *
 * @param function the function that consumes it
 * @param visibility at least six times the function's timeout, as Lambda advises
 * @param retention of messages in the queue
 * @param maxReceiveCount deliveries before a message goes to the dead-letter queue
 * @param deadLetterRetention of messages in the dead-letter queue
 * @param batchSize messages per invocation, at most
 * @param maximumConcurrency invocations at once; Lambda's minimum is 2
 * @param reportBatchItemFailures whether only the messages the function names come back
 */
public record QueueSpec(
        String function,
        Duration visibility,
        Duration retention,
        int maxReceiveCount,
        Duration deadLetterRetention,
        int batchSize,
        int maximumConcurrency,
        boolean reportBatchItemFailures) {}

package dev.truepipe.emulator.sqs;

/**
 * A queue that a function serves.
 *
 * @param batchSize messages handed over at once, 1 to 10
 * @param reportBatchItemFailures whether the function answers which messages failed; otherwise a batch fails or succeeds whole
 * @param maximumConcurrency batches that are worked on at once; as many threads wait at the queue
 */
public record EventSourceMappingSpec(
        String queue, String function, int batchSize, boolean reportBatchItemFailures, int maximumConcurrency) {
    public EventSourceMappingSpec {
        if (maximumConcurrency < 1 || maximumConcurrency > 16) {
            throw new IllegalArgumentException(
                    "queue " + queue + " to function " + function + ": concurrency is 1 to 16 here, was " + maximumConcurrency);
        }
        if (batchSize < 1 || batchSize > 10) {
            throw new IllegalArgumentException("queue " + queue + " to function " + function + ": batch size is 1 to 10, was " + batchSize);
        }
    }
}

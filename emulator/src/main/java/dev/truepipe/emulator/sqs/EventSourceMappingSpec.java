package dev.truepipe.emulator.sqs;

/**
 * A queue that a function serves.
 *
 * @param batchSize messages handed over at once, 1 to 10
 * @param reportBatchItemFailures whether the function answers which messages failed; otherwise a batch fails or succeeds whole
 */
public record EventSourceMappingSpec(String queue, String function, int batchSize, boolean reportBatchItemFailures) {
    public EventSourceMappingSpec {
        if (batchSize < 1 || batchSize > 10) {
            throw new IllegalArgumentException("queue " + queue + " to function " + function + ": batch size is 1 to 10, was " + batchSize);
        }
    }
}

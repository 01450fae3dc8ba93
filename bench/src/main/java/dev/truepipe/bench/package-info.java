/**
 * Measures the engine, beside others that do the same work on the same lines in the same run.
 *
 * <p>Enter at {@link dev.truepipe.bench.Bench}, which {@code bench/run} starts. What is compared, and why it is fair:
 * {@code bench/README.md}. Nothing here is shipped.
 */
package dev.truepipe.bench;

/**
 * Reads augmented manifests line by line and gives each line a verdict.
 *
 * <p>Enter at {@link dev.truepipe.manifest.ChunkScanner}; what a manifest is about is found out before, by
 * {@link dev.truepipe.manifest.LabelInference}. One line is in memory at a time, so a manifest may be any size; a line longer
 * than 16 MiB is quarantined unparsed. Nothing here knows Lambda or the command line. The four steps from manifests to a
 * dataset are told in {@code dev.truepipe.dataset}.
 */
package dev.truepipe.manifest;

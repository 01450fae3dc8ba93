/**
 * From judged lines to a dataset: newest labels, split, gates, version, and the files.
 *
 * <p>Four steps; between any two everything needed crosses as bytes, so each may run in a process of its own:
 *
 * <ol>
 *   <li>{@link dev.truepipe.manifest.LabelInference}: {@code new LabelInference(rules.task(), rules.labels())}, {@code read}
 *       each manifest, {@code choose()}. Carry the rules and the choice on ({@code toJson}, {@code fromJson}).
 *   <li>{@link dev.truepipe.manifest.ChunkScanner#scan}: for each chunk, {@code scan(source, chunk, rules.scanRules(choice),
 *       index)}; keep the index.
 *   <li>{@link dev.truepipe.dataset.DatasetDecision#decide}: once, over all indexes; keep {@code writeChunk(n)} for each chunk,
 *       {@code toJson()} ({@code dataset.json}) and {@code lineIndex()} ({@code lines.idx}).
 *   <li>{@link dev.truepipe.dataset.ChunkWriter#write}: for each chunk, with its index and its decision.
 * </ol>
 *
 * <p>Chunks joined in order make each channel's manifest and {@code findings.jsonl}; findings on the dataset as a whole come
 * with the first chunk. A {@link dev.truepipe.manifest.ByteSource} over an {@link dev.truepipe.storage.ObjectStore} passes on
 * its {@code PreconditionFailedException} when the manifest changed.
 */
package dev.truepipe.dataset;

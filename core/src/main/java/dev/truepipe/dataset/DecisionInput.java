package dev.truepipe.dataset;

import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.ManifestChunk;
import java.util.List;

/**
 * What a dataset is decided from.
 *
 * @param rules of the dataset
 * @param choice the labels, as every chunk was scanned with
 * @param manifests in processing order
 * @param chunks in the order of manifests and bytes
 * @param indexes one for each of {@code chunks}
 * @param previous carried state of the last sealed version, or {@code null}
 * @param judged lines of the last judged version, or {@code null} if none was
 */
public record DecisionInput(
        DatasetRules rules,
        LabelChoice choice,
        List<ManifestFile> manifests,
        List<ManifestChunk> chunks,
        ChunkIndexes indexes,
        CarriedState previous,
        LineIndex judged) {
    public DecisionInput {
        manifests = List.copyOf(manifests);
        chunks = List.copyOf(chunks);
    }
}

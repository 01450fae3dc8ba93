package dev.truepipe.dataset;

import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.ManifestChunk;
import java.io.IOException;
import java.util.List;

/**
 * What a dataset is decided from.
 *
 * @param rules of the dataset
 * @param choice the labels, as every chunk was scanned with
 * @param manifests in processing order, the user's own hold-out first
 * @param chunks in the order of manifests and bytes
 * @param indexes one for each of {@code chunks}
 * @param previous carried state of the last sealed version, or {@code null}
 * @param previousIndex reads that version's {@code lines.idx}, which knows the groups in its train; asked only if a class
 *     new to the hold-out could move one
 * @param judged lines of the last judged version, or {@code null} if none was
 */
public record DecisionInput(
        DatasetRules rules,
        LabelChoice choice,
        List<ManifestFile> manifests,
        List<ManifestChunk> chunks,
        ChunkIndexes indexes,
        CarriedState previous,
        PreviousIndex previousIndex,
        LineIndex judged) {
    public DecisionInput {
        manifests = List.copyOf(manifests);
        chunks = List.copyOf(chunks);
        String own = rules.holdOut().manifest();
        for (int i = 0; i < chunks.size(); i++) {
            boolean first = chunks.get(i).manifestIndex() == chunks.getFirst().manifestIndex();
            if (own != null && chunks.get(i).manifest().equals(own) != first) {
                throw new IllegalArgumentException("the hold-out " + own + " comes first of all manifests: the others go by what is in it");
            }
        }
    }

    /** Whether a chunk is of the user's own hold-out. */
    boolean isOwnHoldOut(int chunk) {
        return chunks.get(chunk).manifest().equals(rules.holdOut().manifest());
    }

    /** The {@code lines.idx} of the last sealed version. */
    @FunctionalInterface
    public interface PreviousIndex {
        /** For a version whose index is not at hand; then no group moves to the hold-out. */
        PreviousIndex NONE = () -> null;

        /** Reads it; {@code null} if it is not at hand. */
        LineIndex read() throws IOException;
    }
}

package dev.truepipe.dataset;

import dev.truepipe.manifest.ChunkIndexReader;
import dev.truepipe.manifest.IndexedLine;
import java.io.IOException;

/**
 * A decision that is told of lines as they are scanned, and says at once where each goes if nothing comes in between: no newer
 * label of the same object, no group that has to move. Lines can so be written while they are scanned; in the end {@link
 * #asTaken} tells whether they are where they belong.
 *
 * <p>The indexes of the input are read only if they are not.
 */
public final class DecisionInProgress {
    private final DatasetDecision decision;
    private long blank;
    private long numbered;

    public DecisionInProgress(DecisionInput input) {
        decision = new DatasetDecision(input);
    }

    /** Goes to a chunk; they are taken in order, all of them. @param chunk from 0 */
    public void begin(int chunk) {
        decision.begin(chunk);
        blank = 0;
        numbered = 0;
    }

    /** Takes the chunk's next line. @return where it goes, as far as can be told now */
    public Channel take(IndexedLine line) {
        numbered = line.number();
        return decision.take(line);
    }

    /** Number of the line in its manifest, from 1, blank lines included. */
    public long numberInManifest(IndexedLine line) {
        return decision.numberInManifest(line);
    }

    /** Takes a line of nothing but white space. */
    public void blank() {
        blank++;
        numbered++;
    }

    /** Ends the chunk. */
    public void end() {
        decision.end(blank, numbered);
    }

    /** Ends a chunk whose lines came from an index that was read to its end. */
    public void end(ChunkIndexReader index) {
        decision.end(index.blank(), index.numbered());
    }

    /**
     * Decides, once all chunks are taken.
     *
     * @throws IOException if an index cannot be read
     */
    public DatasetDecision decide() throws IOException {
        decision.finish();
        return decision;
    }

    /** Once decided: whether every line is in the channel that {@link #take} said. */
    public boolean asTaken() {
        return decision.asTaken();
    }
}

package dev.truepipe.dataset;

import java.io.IOException;
import java.io.InputStream;

/** The indexes that scans left, one for each chunk. Each is read two or three times. */
@FunctionalInterface
public interface ChunkIndexes {
    /** Opens the index of a chunk. @param chunk from 0 */
    InputStream open(int chunk) throws IOException;
}

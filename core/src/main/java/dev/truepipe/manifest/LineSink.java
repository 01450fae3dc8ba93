package dev.truepipe.manifest;

import java.io.IOException;

/** Hears of the lines of a chunk, in order, as {@link ChunkScanner} judges them. */
@FunctionalInterface
public interface LineSink {
    /**
     * A line, blank ones apart.
     *
     * @param line good until the next
     * @param bytes hold the line from {@code from} on, behind it a {@code \n}; {@code null} if it is too long to be held
     */
    void line(IndexedLine line, byte[] bytes, int from) throws IOException;

    /** A line of nothing but white space. */
    default void blank() {}

    /** There are no more lines. */
    default void end() throws IOException {}
}

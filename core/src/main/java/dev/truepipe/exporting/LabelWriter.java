package dev.truepipe.exporting;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** A format that labels go out in. */
interface LabelWriter extends Closeable {
    /** How often all lines are gone through. */
    default int rounds() {
        return 1;
    }

    /** A line. @param round from 0 @return why it cannot be written; {@code null} if it was */
    String line(int round, LabeledLine line) throws IOException;

    /** A round is over. */
    default void roundEnds(int round) throws IOException {}

    /** What was written, by path from the folder; of many files the folder. */
    List<String> files();
}

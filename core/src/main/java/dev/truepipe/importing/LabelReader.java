package dev.truepipe.importing;

import dev.truepipe.manifest.Task;
import java.io.IOException;

/** A format that labels come in. Its objects are yielded one by one; it may read its files several times. */
public interface LabelReader {
    /** As the command line names it; {@code job-name} is {@code imported/} and this. */
    String format();

    /**
     * The first look: what the labels are for, and which classes there are.
     *
     * @param report hears what is wrong with the classes
     * @throws UnreadableSourceException if a file cannot be read, or is of another format
     */
    Survey survey(ImportReport report) throws IOException;

    /**
     * Yields every object, in an order that depends on the files alone.
     *
     * @throws UnreadableSourceException as above
     */
    void read(ManifestWriter writer) throws IOException;

    /** What the first look found. */
    record Survey(Task task, ClassList classes) {}
}

package dev.truepipe.manifest;

import java.util.List;
import java.util.Locale;

/** Under which attribute accepted lines carry their objects: {@code source-ref}, {@code source}, or both. */
public final class SourceTally {
    private static final String REFERENCE = "source-ref";
    private static final String TEXT = "source";

    private long lines;
    private long references;
    private long texts;

    /** Counts an accepted line. @param reference whether its {@code source-ref} can be streamed
     *  @param text whether its {@code source} can */
    public void add(boolean reference, boolean text) {
        lines++;
        references += reference ? 1 : 0;
        texts += text ? 1 : 0;
    }

    /** Adds what another counted after this. */
    void add(SourceTally later) {
        lines += later.lines;
        references += later.references;
        texts += later.texts;
    }

    /**
     * What a channel streams: an attribute that every line has. Of two, text in the line comes first for tasks of texts, since
     * that is what SageMaker's own algorithm reads; {@code null} if there is none, or no line.
     */
    public String attribute(Task task) {
        if (lines == 0) {
            return null;
        }
        boolean text = texts == lines;
        boolean reference = references == lines;
        return text && (!reference || task != null && task.ofTexts()) ? TEXT : reference ? REFERENCE : null;
    }

    /** A finding if no one attribute carries all objects. */
    public List<Finding> differences() {
        if (lines == 0 || texts == lines || references == lines) {
            return List.of();
        }
        return List.of(new Finding(FindingCode.SOURCE_ATTRIBUTES_DIFFER, Severity.QUARANTINE, REFERENCE, String.format(Locale.ROOT,
                "of %,d accepted lines %,d have their object under \"source-ref\" and %,d as text under \"source\"; a channel streams one attribute: %s",
                lines, references, texts, FindingCode.SOURCE_ATTRIBUTES_DIFFER.cure())));
    }
}

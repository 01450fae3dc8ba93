package dev.truepipe.manifest;

import java.util.ArrayList;
import java.util.List;

/** One line of a chunk as its index remembers it; good until the next is read. */
public final class IndexedLine {
    /** A class on an accepted line. @param name {@code null} if the line gives none
     *  @param annotations 0 if the class is only in the line's class map */
    public record ClassUse(int id, String name, int annotations) {}

    boolean accepted;
    boolean warned;
    boolean negative;
    boolean keyed;
    boolean sourceRef;
    boolean source;
    long number;
    long offset;
    long length;
    long hashHigh;
    long hashLow;
    long keyHigh;
    long keyLow;
    long groupHigh;
    long groupLow;
    long created;
    long stem;
    long frame;
    String label;
    final List<ClassUse> classes = new ArrayList<>();
    final List<Finding> findings = new ArrayList<>();

    IndexedLine() {}

    public boolean accepted() {
        return accepted;
    }

    /** Whether the line has a warning. */
    public boolean warned() {
        return warned;
    }

    /** Whether the line is quarantined for nothing but having no annotations. */
    public boolean negative() {
        return negative;
    }

    /** Whether {@code source-ref} can be streamed. */
    public boolean sourceRef() {
        return sourceRef;
    }

    /** Whether text under {@code source} can be streamed; never of a task of images. */
    public boolean source() {
        return source;
    }

    /** Number of the line within its chunk, from 1, blank lines included. */
    public long number() {
        return number;
    }

    /** Offset of its first byte in the manifest. */
    public long offset() {
        return offset;
    }

    /** Bytes, without the newline. */
    public long length() {
        return length;
    }

    /** First half of the hash of the line's bytes. */
    public long hashHigh() {
        return hashHigh;
    }

    /** Second half. */
    public long hashLow() {
        return hashLow;
    }

    /** First half of the object's hash; only accepted lines need have one. */
    public long keyHigh() {
        return keyHigh;
    }

    /** Second half. */
    public long keyLow() {
        return keyLow;
    }

    /** First half of the group's hash. */
    public long groupHigh() {
        return groupHigh;
    }

    /** Second half. */
    public long groupLow() {
        return groupLow;
    }

    /** When the label was made, nanoseconds since 1970; the least {@code long} if unknown. */
    public long created() {
        return created;
    }

    /** Hash of the object's name without its last number; 0 if it has none. */
    public long stem() {
        return stem;
    }

    /** That number. */
    public long frame() {
        return frame;
    }

    /** The label attribute the line was judged by; {@code null} only on quarantined lines. */
    public String label() {
        return label;
    }

    /** Classes of an accepted line, by id. */
    public List<ClassUse> classes() {
        return classes;
    }

    public List<Finding> findings() {
        return findings;
    }
}

package dev.truepipe.manifest;

import java.util.ArrayList;
import java.util.List;

/**
 * One line of a chunk: where it is and what was found out about it. Handed out by {@link ChunkScanner} as it judges lines, and
 * by {@link ChunkIndexReader} as it reads what a scan left; good until the next line.
 */
public final class IndexedLine {
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
    String job;
    final ClassUses classes;
    final List<Finding> findings;
    /** {@code null} for a reader of an index. */
    private final JudgedLine judged;

    /** For a reader of an index, which fills it. */
    IndexedLine() {
        classes = new ClassUses();
        findings = new ArrayList<>();
        judged = null;
    }

    /** For a scan: shows what is in {@code judged} at any time. */
    IndexedLine(JudgedLine judged) {
        classes = judged.classes;
        findings = judged.findings;
        this.judged = judged;
    }

    /** Adds what was found out about the line apart from its bytes. */
    void find(Finding finding) {
        findings.add(finding);
        accepted &= finding.severity() != Severity.QUARANTINE;
        warned |= finding.severity() == Severity.WARNING;
    }

    /** While the line is scanned: whether training streams the object under {@code source-ref}; its hash is the key. */
    boolean streamsSourceRef() {
        return judged.streamedSource.given();
    }

    /** While the line is scanned: the address under {@code source-ref}. @param bytes hold the line */
    String sourceRef(byte[] bytes) {
        return judged.streamedSource.string(bytes);
    }

    /** While the line is scanned: the address of the object that training streams as label; {@code null} if none is. @param bytes hold the line */
    String labelObject(byte[] bytes) {
        return judged.streamedLabel.given() ? judged.streamedLabel.string(bytes) : null;
    }

    /** Takes over a line that has just been judged. */
    void take(JudgedLine judged, long number, LineReader reader) {
        accepted = judged.accepted();
        warned = judged.warned();
        negative = !accepted && judged.onlyNegative();
        keyed = judged.key != null;
        sourceRef = judged.sourceRef;
        source = judged.source;
        this.number = number;
        offset = reader.offset();
        length = reader.length();
        hashHigh = reader.hash().high();
        hashLow = reader.hash().low();
        keyHigh = keyed ? judged.key.high() : 0;
        keyLow = keyed ? judged.key.low() : 0;
        groupHigh = keyed ? judged.group.high() : 0;
        groupLow = keyed ? judged.group.low() : 0;
        created = judged.created;
        stem = judged.stem;
        frame = judged.frame;
        label = judged.label;
        job = judged.job;
        judged.classes.sort();
    }

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

    /** Hash of the object's name, made plain and without its last number; 0 if the object is no file. */
    public long stem() {
        return stem;
    }

    /** That number; 0 if it has none. */
    public long frame() {
        return frame;
    }

    /** The label attribute the line was judged by; {@code null} only on quarantined lines. */
    public String label() {
        return label;
    }

    /** The {@code job-name} of that label; {@code null} if the line gives none. */
    public String job() {
        return job;
    }

    /** How many classes an accepted line has, those that are only in its class map included. */
    public int classCount() {
        return classes.count();
    }

    /** Id of a class; they are in the order of their ids. @param place from 0 */
    public int classId(int place) {
        return classes.id(place);
    }

    /** Its name; {@code null} if the line gives none. */
    public String className(int place) {
        return classes.name(place);
    }

    /** Annotations of it; 0 if the class is only in the line's class map. */
    public int annotations(int place) {
        return classes.annotations(place);
    }

    public List<Finding> findings() {
        return findings;
    }
}

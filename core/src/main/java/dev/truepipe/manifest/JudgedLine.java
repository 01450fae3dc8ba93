package dev.truepipe.manifest;

import dev.truepipe.split.Hash128;
import java.util.ArrayList;
import java.util.List;

/** What became of one line; filled by {@link LineJudge}, good until the next line. */
final class JudgedLine {
    final List<Finding> findings = new ArrayList<>();
    /** Those of its class map that it does not use have no annotations. */
    final ClassUses classes = new ClassUses();
    /** {@code null} unless the object is known. */
    Hash128 key;
    /** Equal to {@code key} unless lines are grouped. */
    Hash128 group;
    long created;
    /** The label attribute that the line was judged by, or {@code null}. */
    String label;
    /** The {@code job-name} of that label, or {@code null}. */
    String job;
    /** Whether {@code source-ref} can be streamed. */
    boolean sourceRef;
    /** Whether {@code source} can; never asked for images. */
    boolean source;
    /** Where the address of an object stands that training streams for the line; absent if none is. */
    final LineFacts.Slice streamedSource = new LineFacts.Slice();
    /** Likewise of the label. */
    final LineFacts.Slice streamedLabel = new LineFacts.Slice();
    /** {@link ObjectName#stem()}; 0 without a {@code source-ref}. */
    long stem;
    /** {@link ObjectName#number()}. */
    long frame;

    void clear() {
        findings.clear();
        classes.clear();
        key = null;
        group = null;
        created = CreationDate.UNKNOWN;
        label = null;
        job = null;
        sourceRef = false;
        source = false;
        streamedSource.kind = JsonCursor.Kind.ABSENT;
        streamedLabel.kind = JsonCursor.Kind.ABSENT;
        stem = 0;
        frame = 0;
    }

    boolean accepted() {
        for (Finding finding : findings) {
            if (finding.severity() == Severity.QUARANTINE) {
                return false;
            }
        }
        return true;
    }

    boolean warned() {
        for (Finding finding : findings) {
            if (finding.severity() == Severity.WARNING) {
                return true;
            }
        }
        return false;
    }

    /** Whether nothing but an image without annotations sets the line aside. */
    boolean onlyNegative() {
        boolean negative = false;
        for (Finding finding : findings) {
            if (finding.severity() == Severity.QUARANTINE) {
                if (finding.code() != FindingCode.EMPTY_ANNOTATIONS) {
                    return false;
                }
                negative = true;
            }
        }
        return negative;
    }

    int annotations() {
        int sum = 0;
        for (int i = 0; i < classes.count(); i++) {
            sum += classes.annotations(i);
        }
        return sum;
    }
}

package dev.truepipe.manifest;

import java.util.List;
import java.util.TreeMap;

/** What a scan counted. Sums of several scans are made with {@link #add}, in processing order. */
public final class ScanSummary {
    private long lines;
    private long blank;
    private long accepted;
    private long warnings;
    private final FindingTally findings = new FindingTally();
    private final ClassTally classes = new ClassTally();
    private final LabelTally labels = new LabelTally();
    private final SourceTally sources = new SourceTally();

    /** Counts a line of white space. */
    public void blankLine() {
        blank++;
    }

    /** Counts a line. */
    public void line(IndexedLine line, String manifest) {
        lines++;
        if (line.warned()) {
            warnings++;
        }
        for (Finding finding : line.findings) {
            findings.add(finding, manifest, line.number, line.offset);
        }
        if (line.accepted()) {
            accepted++;
            labels.add(line.label);
            sources.add(line.sourceRef, line.source);
            ClassTally.Job job = classes.job(line, manifest);
            for (int i = 0; i < line.classes.count(); i++) {
                classes.add(job, line.classes.id(i), line.classes.name(i), line.classes.annotations(i), manifest, line.number);
            }
        }
    }

    /** Adds the counts of a later scan. */
    public void add(ScanSummary later) {
        lines += later.lines;
        blank += later.blank;
        accepted += later.accepted;
        warnings += later.warnings;
        findings.add(later.findings);
        classes.add(later.classes);
        labels.add(later.labels);
        sources.add(later.sources);
    }

    /** Lines that are not blank. */
    public long lines() {
        return lines;
    }

    /** Lines of nothing but white space. */
    public long blank() {
        return blank;
    }

    public long accepted() {
        return accepted;
    }

    public long quarantined() {
        return lines - accepted;
    }

    /** Lines with a warning. */
    public long warnings() {
        return warnings;
    }

    public FindingTally findings() {
        return findings;
    }

    /** The classes of all lines together. @param choice what they were judged by @param categories names of all classes, by id; may be empty */
    public Reconciliation classes(LabelChoice choice, List<String> categories) {
        return new Reconciliation(classes, choice, categories, new TreeMap<>());
    }

    public LabelTally labels() {
        return labels;
    }

    public SourceTally sources() {
        return sources;
    }
}

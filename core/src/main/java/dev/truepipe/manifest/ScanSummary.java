package dev.truepipe.manifest;

/** What a scan counted. Sums of several scans are made with {@link #add}, in processing order. */
public final class ScanSummary {
    private long lines;
    private long blank;
    private long accepted;
    private long warnings;
    private final FindingTally findings = new FindingTally();
    private final ClassTally classes = new ClassTally();
    private final LabelTally labels = new LabelTally();

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
            for (int i = 0; i < line.classes.count(); i++) {
                classes.add(line.classes.id(i), line.classes.name(i), line.classes.annotations(i), manifest, line.number);
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

    public ClassTally classes() {
        return classes;
    }

    public LabelTally labels() {
        return labels;
    }
}

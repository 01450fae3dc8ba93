package dev.truepipe.run;

import java.util.List;

/** Names of the files of a sealed version. */
final class SealedFiles {
    static final String DATASET = "dataset.json";
    static final String FINDINGS = "findings.jsonl";
    static final String LINES = "lines.idx";
    static final String REPORT = "report.html";

    /** What the report points to. */
    static final List<String> ALL = List.of(
            "train.manifest",
            "validation.manifest",
            "quarantine.manifest",
            "superseded.manifest",
            FINDINGS,
            DATASET);

    private SealedFiles() {}
}

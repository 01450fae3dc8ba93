package dev.truepipe.run;

import dev.truepipe.dataset.Channel;
import dev.truepipe.dataset.DatasetRules;
import java.util.List;
import java.util.stream.Stream;

/** Names of the files of a sealed version. */
final class SealedFiles {
    static final String DATASET = "dataset.json";
    static final String FINDINGS = "findings.jsonl";
    static final String LINES = "lines.idx";
    static final String REPORT = "report.html";

    private SealedFiles() {}

    /** Where a channel's lines are. */
    static String manifest(Channel channel) {
        return channel.word() + ".manifest";
    }

    /** What the report points to. */
    static List<String> all(DatasetRules rules) {
        return Stream.concat(rules.channels().stream().map(SealedFiles::manifest), Stream.of(FINDINGS, DATASET)).toList();
    }
}

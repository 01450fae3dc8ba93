package dev.truepipe.manifest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which label attributes accepted lines were judged by. */
public final class LabelTally {
    private final Map<String, Long> lines = new LinkedHashMap<>();

    /** Counts an accepted line. */
    public void add(String label) {
        lines.merge(label, 1L, Long::sum);
    }

    /** Adds what another counted after this. */
    void add(LabelTally later) {
        later.lines.forEach((label, count) -> lines.merge(label, count, Long::sum));
    }

    /** A finding if accepted lines carry their labels under several names, or all under another than was expected. */
    public List<Finding> differences(LabelChoice choice) {
        String expected = choice.labelAttribute();
        if (lines.isEmpty() || lines.size() == 1 && lines.containsKey(expected)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        lines.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(10)
                .forEach(entry -> names.add("\"" + entry.getKey() + "\" (" + entry.getValue() + (entry.getValue() == 1 ? " line)" : " lines)")));
        return List.of(new Finding(FindingCode.LABEL_ATTRIBUTES_DIFFER, Severity.QUARANTINE, expected,
                (lines.size() == 1
                        ? "accepted lines carry their labels under " + names.getFirst() + ", not under \"" + expected + "\""
                        : "accepted lines carry their labels under different attributes: " + String.join(", ", names))
                        + "; a channel streams one attribute, and this version does not rename: "
                        + FindingCode.LABEL_ATTRIBUTES_DIFFER.cure()));
    }
}

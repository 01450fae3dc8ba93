package dev.truepipe.manifest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which label attributes accepted lines were judged by. */
public final class LabelTally {
    /** Names remembered at most; lines of others are counted together. */
    private static final int MOST = 10_000;
    private static final String OTHERS = "(other names)";

    private final Map<String, Long> lines = new LinkedHashMap<>();

    /** Counts an accepted line. */
    public void add(String label) {
        add(label, 1);
    }

    /** Every label attribute there is. */
    public Set<String> labels() {
        return Collections.unmodifiableSet(lines.keySet());
    }

    /** Adds what another counted after this. */
    void add(LabelTally later) {
        later.lines.forEach(this::add);
    }

    private void add(String label, long count) {
        lines.merge(lines.size() < MOST || lines.containsKey(label) ? label : OTHERS, count, Long::sum);
    }

    /**
     * A finding if accepted lines carry their labels under a name that is not among the expected ones. Those can be given the
     * first one's name, except that a name that ends in {@code -ref} says that the value is an object's URI: it stays one.
     */
    public List<Finding> differences(LabelChoice choice) {
        String expected = choice.labelAttribute();
        if (lines.keySet().stream().allMatch(label -> choice.labels().contains(label) && isReference(label) == isReference(expected))) {
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
                        + "; a channel streams one attribute: " + FindingCode.LABEL_ATTRIBUTES_DIFFER.cure()));
    }

    /** @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/augmented-manifest.html">Augmented manifest files</a> */
    private static boolean isReference(String label) {
        return label.endsWith("-ref");
    }
}

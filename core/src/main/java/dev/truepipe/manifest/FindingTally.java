package dev.truepipe.manifest;

import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** Findings counted by code, each with its first place. */
public final class FindingTally {
    /**
     * Findings of one code.
     *
     * @param count how many
     * @param manifest of the first; {@code null} for a finding on the dataset
     * @param line of the first, from 1; 0 for a finding on the dataset
     * @param byteOffset of the first's line
     * @param first the first
     */
    public record Entry(long count, String manifest, long line, long byteOffset, Finding first) {}

    private final Map<FindingCode, Entry> entries = new EnumMap<>(FindingCode.class);

    /** Counts a finding; the first call for a code keeps its place. */
    public void add(Finding finding, String manifest, long line, long byteOffset) {
        Entry entry = entries.get(finding.code());
        entries.put(finding.code(), entry == null
                ? new Entry(1, manifest, line, byteOffset, finding)
                : new Entry(entry.count + 1, entry.manifest, entry.line, entry.byteOffset, entry.first));
    }

    /** Adds what another counted after this. */
    void add(FindingTally later) {
        later.entries.forEach((code, more) -> {
            Entry entry = entries.get(code);
            entries.put(code, entry == null
                    ? more
                    : new Entry(entry.count + more.count, entry.manifest, entry.line, entry.byteOffset, entry.first));
        });
    }

    /** One entry for each code found, in the order of {@link FindingCode}. */
    public Collection<Entry> entries() {
        return entries.values();
    }

    /** {@code {code: count}}. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        entries.forEach((code, entry) -> json.put(code.code(), entry.count));
        return json;
    }
}

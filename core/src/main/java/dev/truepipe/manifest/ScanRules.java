package dev.truepipe.manifest;

import dev.truepipe.split.GroupBy;
import java.util.List;
import java.util.Map;

/**
 * What a line is judged by.
 *
 * @param choice task and label attributes
 * @param groupBy what the split keeps together
 * @param dropNegatives whether objects without annotations are quarantined
 * @param images prefixes ({@code s3://bucket/…}) that objects may lie under; empty: anywhere
 * @param severities severities that differ from the codes' own
 */
public record ScanRules(
        LabelChoice choice, GroupBy groupBy, boolean dropNegatives, List<String> images, Map<FindingCode, Severity> severities) {
    /** @throws IllegalArgumentException if a severity is not allowed for its code */
    public ScanRules {
        images = List.copyOf(images);
        severities = Map.copyOf(severities);
        severities.forEach(FindingCode::requireAllowed);
    }

    /** Each object its own group, nothing dropped, objects anywhere, severities as they are. */
    public static ScanRules of(LabelChoice choice) {
        return new ScanRules(choice, GroupBy.OBJECT, false, List.of(), Map.of());
    }

    Severity severity(FindingCode code) {
        if (code == FindingCode.EMPTY_ANNOTATIONS && dropNegatives) {
            return Severity.QUARANTINE;
        }
        return severities.getOrDefault(code, code.severity());
    }
}

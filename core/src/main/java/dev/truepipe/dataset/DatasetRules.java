package dev.truepipe.dataset;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.ScanRules;
import dev.truepipe.manifest.Severity;
import dev.truepipe.manifest.Task;
import dev.truepipe.split.GroupBy;
import dev.truepipe.split.HoldOut;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All that is decided about a dataset before its manifests are read.
 *
 * @param task {@code null}: inferred
 * @param labels label attributes, the canonical one first; empty: inferred
 * @param groupBy what the split keeps together
 * @param holdOut what is kept for validation and test, and the seed of the split
 * @param dropNegatives whether objects without annotations are quarantined
 * @param images prefixes that objects may lie under; empty: anywhere
 * @param severities severities that differ from the codes' own
 * @param maxQuarantinedBasisPoints largest quarantined share of the lines, 0 to 10000 (100 = 1 %); 10000: off
 * @param minPerClass fewest accepted lines for each class; 0: off
 * @param minNewLabels fewest accepted lines that the last judged version had not; 0: off
 * @param labelCategories the full list of classes, by id; empty: learned from the manifests
 */
public record DatasetRules(
        Task task,
        List<String> labels,
        GroupBy groupBy,
        HoldOut holdOut,
        boolean dropNegatives,
        List<String> images,
        Map<FindingCode, Severity> severities,
        int maxQuarantinedBasisPoints,
        long minPerClass,
        long minNewLabels,
        List<String> labelCategories) {

    /** Version of the rules behind the verdicts. It changes whenever a line's verdict could, and with it every version hash. */
    public static final int RULE_SET = 2;

    /** @throws IllegalArgumentException if a severity is not allowed for its code */
    public DatasetRules {
        labels = List.copyOf(labels);
        images = List.copyOf(images);
        severities = Map.copyOf(severities);
        severities.forEach(FindingCode::requireAllowed);
        labelCategories = List.copyOf(labelCategories);
    }

    /** What lines are judged by, given the labels. */
    public ScanRules scanRules(LabelChoice choice) {
        return new ScanRules(choice, groupBy, dropNegatives, images, severities);
    }

    /** As a plan carries it. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("task", task == null ? null : task.name());
        json.put("labels", labels);
        json.put("groupBy", groupBy.toString());
        json.put("split", splitJson(holdOut));
        json.put("negatives", dropNegatives ? "drop" : "keep");
        json.put("images", images);
        Map<String, Object> levels = new TreeMap<>();
        severities.forEach((code, severity) -> levels.put(code.code(), severity.word()));
        json.put("findings", levels);
        json.put("maxQuarantinedBasisPoints", (long) maxQuarantinedBasisPoints);
        json.put("minPerClass", minPerClass);
        json.put("minNewLabels", minNewLabels);
        json.put("labelCategories", labelCategories);
        return json;
    }

    /** Reverse of {@link #toJson}. @throws IllegalArgumentException if a value is not allowed */
    public static DatasetRules fromJson(Map<String, Object> json) {
        Map<FindingCode, Severity> levels = new LinkedHashMap<>();
        Json.object(json.get("findings"))
                .forEach((code, word) -> levels.put(FindingCode.of(code), Severity.of((String) word)));
        return new DatasetRules(
                json.get("task") instanceof String name ? Task.parse(name) : null,
                texts(json.get("labels")),
                GroupBy.parse((String) json.get("groupBy")),
                holdOut(Json.object(json.get("split"))),
                "drop".equals(json.get("negatives")),
                texts(json.get("images")),
                levels,
                Math.toIntExact((Long) json.get("maxQuarantinedBasisPoints")),
                (Long) json.get("minPerClass"),
                (Long) json.get("minNewLabels"),
                texts(json.get("labelCategories")));
    }

    /** The channels that a version has: {@code test} only where a share is set for it. */
    public List<Channel> channels() {
        return Arrays.stream(Channel.values()).filter(channel -> channel != Channel.TEST || holdOut.tests()).toList();
    }

    /** {@code validationBasisPoints} or else {@code validationManifest}; {@code testBasisPoints}; {@code seed}. */
    static Map<String, Object> splitJson(HoldOut holdOut) {
        Map<String, Object> json = new LinkedHashMap<>();
        if (holdOut.manifest() == null) {
            json.put("validationBasisPoints", (long) holdOut.basisPoints());
        } else {
            json.put("validationManifest", holdOut.manifest());
        }
        json.put("testBasisPoints", (long) holdOut.testBasisPoints());
        json.put("seed", holdOut.seed());
        return json;
    }

    /** Reverse of {@link #splitJson}; without {@code testBasisPoints}, as before there was a test channel, there is none. */
    static HoldOut holdOut(Map<String, Object> split) {
        String manifest = (String) split.get("validationManifest");
        return new HoldOut(manifest == null ? Math.toIntExact((Long) split.get("validationBasisPoints")) : 0,
                Math.toIntExact((Long) split.getOrDefault("testBasisPoints", 0L)), manifest, (Long) split.get("seed"));
    }

    private static List<String> texts(Object array) {
        List<String> texts = new ArrayList<>();
        for (Object text : Json.array(array)) {
            texts.add((String) text);
        }
        return texts;
    }
}

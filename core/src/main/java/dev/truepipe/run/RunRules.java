package dev.truepipe.run;

import dev.truepipe.dataset.DatasetRules;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.ObjectCheck;
import dev.truepipe.manifest.Severity;
import dev.truepipe.split.GroupBy;
import dev.truepipe.split.HoldOut;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The compiled settings of a dataset as the engine's rules. */
final class RunRules {
    private RunRules() {}

    /** @throws IllegalArgumentException if the settings ask for what a rule does not allow; the message says what */
    static DatasetRules of(Map<String, Object> settings) {
        Map<String, Object> split = Fields.object(settings, "split");
        Map<String, Object> gates = Fields.object(settings, "gates");
        Map<String, Object> categories = Fields.objectOrNull(settings, "labelCategories");
        Map<FindingCode, Severity> severities = new EnumMap<>(FindingCode.class);
        Fields.object(settings, "findings")
                .forEach((code, severity) -> severities.put(FindingCode.of(code), Severity.of((String) severity)));
        return new DatasetRules(
                null,
                Fields.texts(settings, "label"),
                GroupBy.parse(Fields.text(split, "groupBy")),
                holdOut(split),
                Fields.text(settings, "negatives").equals("drop"),
                Fields.texts(settings, "images"),
                severities,
                Math.toIntExact(Fields.whole(gates, "maxQuarantinedBasisPoints")),
                Fields.whole(gates, "minPerClass"),
                Fields.whole(gates, "minNewLabels"),
                categories == null ? List.of() : Fields.texts(categories, "names"));
    }

    /** Absent as before objects were looked at: settings of an earlier version have the default. */
    static ObjectCheck objectCheck(Map<String, Object> settings) {
        String word = Fields.textOrNull(settings, "checkObjects");
        return word == null ? ObjectCheck.HUNDRED : ObjectCheck.parse(word);
    }

    private static HoldOut holdOut(Map<String, Object> split) {
        String manifest = Fields.textOrNull(split, "validationManifest");
        return new HoldOut(manifest == null ? Math.toIntExact(Fields.whole(split, "validationBasisPoints")) : 0,
                Math.toIntExact(Fields.wholeOr(split, "testBasisPoints", 0)), manifest, Fields.whole(split, "seed"));
    }

    /** The same rules without the gate that a forced run is meant to pass: there may be no new label. */
    static DatasetRules withoutNewLabels(DatasetRules rules) {
        return new DatasetRules(
                rules.task(),
                rules.labels(),
                rules.groupBy(),
                rules.holdOut(),
                rules.dropNegatives(),
                rules.images(),
                rules.severities(),
                rules.maxQuarantinedBasisPoints(),
                rules.minPerClass(),
                0,
                rules.labelCategories());
    }
}

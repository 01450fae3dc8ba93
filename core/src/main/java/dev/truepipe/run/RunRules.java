package dev.truepipe.run;

import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.LabelInference;
import dev.truepipe.manifest.ScanRules;
import dev.truepipe.manifest.Severity;
import dev.truepipe.split.GroupBy;
import dev.truepipe.split.HoldOut;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The compiled settings in the words of the engine. */
final class RunRules {
    private RunRules() {}

    static LabelInference inference(Map<String, Object> settings) {
        return new LabelInference(null, Fields.texts(settings, "label"));
    }

    /** @throws IllegalArgumentException if the settings ask for what a rule does not allow */
    static ScanRules scan(Plan plan) {
        Map<String, Object> settings = plan.settings();
        Map<FindingCode, Severity> severities = new EnumMap<>(FindingCode.class);
        Fields.object(settings, "findings")
                .forEach((code, severity) -> severities.put(FindingCode.of(code), Severity.of((String) severity)));
        return new ScanRules(
                plan.choice(),
                GroupBy.parse(Fields.text(Fields.object(settings, "split"), "groupBy")),
                Fields.text(settings, "negatives").equals("drop"),
                Fields.texts(settings, "images"),
                severities);
    }

    static HoldOut holdOut(Map<String, Object> settings) {
        Map<String, Object> split = Fields.object(settings, "split");
        return new HoldOut(Math.toIntExact(Fields.whole(split, "validationBasisPoints")), Fields.whole(split, "seed"));
    }

    /** Names of the full category list; {@code null} if none was given. */
    static List<String> categories(Map<String, Object> settings) {
        Map<String, Object> categories = Fields.objectOrNull(settings, "labelCategories");
        return categories == null ? null : Fields.texts(categories, "names");
    }
}

package dev.truepipe.manifest;

import dev.truepipe.manifest.ReferenceJudge.Verdict;
import dev.truepipe.split.GroupBy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * For a fuzzer: the first byte chooses what lines are judged by, the others are lines. One engine judges them one after another, as it
 * does in a manifest; every verdict must be the reference's, which stands on {@link StrictJson}.
 */
public final class LineFuzz {
    private static final String[] TASKS = {
        "object-detection", "image-classification", "image-classification-multilabel", "semantic-segmentation", "text-classification",
        "text-classification-multilabel", "text-span", "custom", "video-object-tracking"
    };

    private LineFuzz() {}

    /** @throws AssertionError if two judges disagree */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        ScanRules rules = rules(data[0] & 0xff);
        Verdicts engine = new Verdicts(rules);
        for (int from = 1, to; from < data.length; from = to + 1) {
            to = from;
            while (to < data.length && data[to] != '\n') {
                to++;
            }
            byte[] line = Arrays.copyOfRange(data, from, to);
            if (new String(line, StandardCharsets.ISO_8859_1).matches("[ \t\r]*")) {
                continue;
            }
            Verdict expected = new ReferenceJudge(rules).judge(line);
            Verdict actual = engine.judge(line);
            if (!expected.equals(actual)) {
                throw new AssertionError("by " + rules + ", line at byte " + from + ": " + new String(line, StandardCharsets.UTF_8) + "\nreference "
                        + expected + "\nengine    " + actual);
            }
        }
    }

    /** The label is {@code l} or {@code m-ref}: short names are soon found. */
    static ScanRules rules(int choice) {
        int task = choice % (TASKS.length + 1);
        int rest = choice / (TASKS.length + 1);
        List<String> labels = rest % 3 == 0 ? List.of("l") : rest % 3 == 1 ? List.of("m-ref", "l") : task % 2 == 0 ? List.of() : List.of("l", "m-ref");
        GroupBy groupBy = GroupBy.parse(switch (rest % 5) {
            case 0 -> "attribute:g";
            case 1 -> "/(c.)/";
            default -> "object";
        });
        return new ScanRules(new LabelChoice(task == TASKS.length ? null : new Task(TASKS[task]), labels), groupBy, rest % 2 == 0,
                rest % 4 == 0 ? List.of("s3://b/") : List.of(),
                rest % 7 == 0 ? Map.of(FindingCode.METADATA_INVALID, Severity.WARNING, FindingCode.UNKNOWN_CLASS, Severity.WARNING,
                        FindingCode.CLASS_REPEATED, Severity.WARNING, FindingCode.BOX_EMPTY, Severity.WARNING) : Map.of());
    }
}

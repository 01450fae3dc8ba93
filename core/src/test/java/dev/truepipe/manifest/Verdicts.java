package dev.truepipe.manifest;

import dev.truepipe.manifest.ReferenceJudge.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The engine's verdict on a line, in the reference's words. */
final class Verdicts {
    private final LineJudge judge;
    private final JudgedLine judged = new JudgedLine();

    Verdicts(ScanRules rules) {
        judge = new LineJudge(rules);
    }

    Verdict judge(byte[] line) {
        judge.judge(held(line), 3, line.length, judged);
        List<String> findings = new ArrayList<>();
        for (Finding finding : judged.findings) {
            findings.add(finding.code().code() + " " + finding.severity().word() + " " + finding.attribute());
        }
        Collections.sort(findings);
        if (!judged.accepted()) {
            return new Verdict(false, findings, judged.key, judged.group, Map.of(), 0, null, null, false, false);
        }
        Map<Integer, ReferenceJudge.Class> classes = new TreeMap<>();
        for (int i = 0; i < judged.classes.count(); i++) {
            classes.put(judged.classes.id(i), new ReferenceJudge.Class(judged.classes.name(i), judged.classes.annotations(i)));
        }
        return new Verdict(true, findings, judged.key, judged.group, classes, judged.created, judged.label, judged.job, judged.sourceRef, judged.source);
    }

    /** The line as a reader holds it: something before it, a newline behind it, then whatever was there before. */
    static byte[] held(byte[] line) {
        byte[] held = new byte[3 + line.length + JsonCursor.SLACK];
        Arrays.fill(held, (byte) '"');
        System.arraycopy(line, 0, held, 3, line.length);
        held[3 + line.length] = '\n';
        return held;
    }
}

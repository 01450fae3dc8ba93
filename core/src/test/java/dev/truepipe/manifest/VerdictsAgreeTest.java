package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.manifest.ReferenceJudge.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On lines of every task, mutated as values and as bytes, one after another, the engine's verdicts are the reference's. */
class VerdictsAgreeTest {
    /** For each seed; {@code -Pnightly} takes more. */
    private static final int LINES = Integer.getInteger("truepipe.judged.lines", 15_000);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void givesTheVerdictsOfTheReference(long seed) {
        MadeLines made = new MadeLines(seed);
        Verdicts engine = null;
        ReferenceJudge reference = null;
        Set<FindingCode> found = EnumSet.noneOf(FindingCode.class);
        int accepted = 0;
        int classes = 0;
        for (int i = 0; i < LINES; i++) {
            if (made.startsDataset()) {
                engine = new Verdicts(made.rules());
                reference = new ReferenceJudge(made.rules());
            }
            byte[] line = made.line();
            Verdict expected = reference.judge(line);
            Verdict actual = engine.judge(line);
            if (!expected.equals(actual)) {
                assertEquals(expected, actual, "seed " + seed + ", line " + i + ", " + made.rules() + ": " + new String(line, StandardCharsets.UTF_8));
            }
            accepted += expected.accepted() ? 1 : 0;
            classes += expected.classes().size();
            expected.findings().forEach(finding -> found.add(FindingCode.of(finding.substring(0, finding.indexOf(' ')))));
        }
        assertTrue(accepted > LINES / 8 && accepted < LINES / 2, "many are accepted, many are not: " + accepted);
        assertTrue(classes > accepted, "there is something to compare: " + classes);
        for (FindingCode code : FindingCode.values()) {
            assertTrue(code.ofDataset() || code.ofObject() || code == FindingCode.LINE_TOO_LONG || found.contains(code), "no line shows " + code.code());
        }
    }
}

package dev.truepipe.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.truepipe.infra.CfnLint.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every variant through CDK's strict validator, and its template through cfn-lint. */
class VariantsIT {
    /** What cfn-lint says and we leave, each with its reason. An entry that fits nothing any more is to leave this list. */
    private static final List<LeftOpen> LEFT_OPEN = List.of(
            new LeftOpen("E3601", "\\{% .* %}\\W+ is not of type 'number' at 'States/\\w+/(MaxConcurrency|TimeoutSeconds)'",
                    "its schema knows numbers only; AWS takes JSONata that gives one, and CDK's validator knows that"),
            new LeftOpen("W3005", "dependency already enforced", "CDK writes DependsOn also where a reference says the same already"));

    private record LeftOpen(String rule, String message, String reason) {
        boolean fits(Finding finding) {
            return finding.rule().equals(rule) && Pattern.compile(message).matcher(finding.message()).find();
        }
    }

    @TempDir
    static Path folder;

    private static Synthesis synthesis;

    @BeforeAll
    static void synthesise() throws Exception {
        Tools.requireNode();
        synthesis = Synthesis.of(VariantsApp.class, folder, Map.of());
    }

    @Test
    void everyVariantPassesTheStrictValidator() {
        assertEquals(0, synthesis.exit(), synthesis::output);
    }

    @Test
    void cfnLintFindsNothingThatIsNotReasoned() throws Exception {
        assertEquals(0, synthesis.exit(), synthesis::output);
        List<Finding> findings = CfnLint.require().findings(Variant.all().stream().map(variant -> folder.resolve("cdk.out/" + variant.name() + ".template.json")).toList());
        assertEquals(List.of(), findings.stream().filter(finding -> LEFT_OPEN.stream().noneMatch(open -> open.fits(finding))).toList());
        assertEquals(List.of(), LEFT_OPEN.stream().filter(open -> findings.stream().noneMatch(open::fits)).toList(), "what finds nothing needs no reason");
    }
}

package dev.truepipe.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command of the README, in the project itself. */
class CdkSynthIT {
    @TempDir
    Path folder;

    @BeforeAll
    static void needsNpx() {
        Tools.requireNode();
        Tools.requireNpx();
    }

    @Test
    void npxSynthWorksWithoutCredentials() throws Exception {
        Path assembly = folder.resolve("cdk.out");
        Ended ended = run(List.of("npx", "--yes", "aws-cdk@2.1148.1", "synth", "--quiet", "--output", assembly.toString()));
        assertEquals(0, ended.exit(), ended::output);
        assertTrue(Files.readString(assembly.resolve("Truepipe.template.json")).contains("AWS::StepFunctions::StateMachine"));
        try (var files = Files.list(assembly)) {
            Path jar = files.filter(file -> file.getFileName().toString().endsWith(".jar")).findFirst().orElseThrow();
            assertTrue(Files.size(jar) > 1_000_000, "the functions' real jar, with what it needs");
        }
    }

    @Test
    void npxSynthRefusesBadSettingsWithFileLineAndCure() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "datasets:\n  - name: cars\n    labels: cars/\n    trainning: {}\n");
        Ended ended = run(List.of("npx", "--yes", "aws-cdk@2.1148.1", "synth", "--quiet", "--output", folder.resolve("cdk.out").toString(),
                "-c", "settings=" + bad));
        assertTrue(ended.exit() != 0, ended::output);
        assertTrue(ended.output().contains(bad + ":4: unknown key \"trainning\" in \"datasets[0]\"; did you mean \"training\"?"), ended::output);
        assertTrue(ended.output().lines().noneMatch(line -> line.startsWith("\tat ") || line.startsWith("    at ")), ended::output);
    }

    private record Ended(int exit, String output) {}

    private Ended run(List<String> command) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(Stacks.ROOT.toFile()).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().remove("CDK_VALIDATION");
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
        // Maven of the outer build hands these on; the inner one must find its own way, as a user's does.
        builder.environment().keySet().removeIf(name -> name.startsWith("MAVEN_"));
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(10, TimeUnit.MINUTES);
            String text = Files.readString(output);
            assertTrue(ended, () -> "npx synth takes more than 10 minutes:\n" + text);
            return new Ended(process.exitValue(), text);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}

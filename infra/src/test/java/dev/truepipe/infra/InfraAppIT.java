package dev.truepipe.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The app as {@code cdk.json} starts it: a process of its own, the validator on, no credentials. */
class InfraAppIT {
    @TempDir
    Path root;

    @BeforeAll
    static void needsNode() {
        Tools.requireNode();
    }

    @BeforeEach
    void aFolderThatLooksLikeTheProject() throws IOException {
        Files.createDirectories(root.resolve("functions/target"));
        Files.writeString(root.resolve("functions/target/truepipe-functions-0.1.0-lambda.jar"), "stand-in");
        Files.createDirectories(root.resolve("statemachine"));
        Files.writeString(root.resolve("statemachine/retraining.asl.json"), Stacks.definition());
        Files.copy(Stacks.ROOT.resolve("truepipe.yaml"), root.resolve("truepipe.yaml"));
    }

    @Test
    void makesTheAssemblyUnderTheStrictValidator() throws Exception {
        Synthesis ended = synth(Map.of());
        assertEquals(0, ended.exit(), ended::output);
        assertTrue(Files.isRegularFile(root.resolve("cdk.out/Truepipe.template.json")), ended::output);
        Object settings = settingsAsset();
        assertEquals("truepipe-settings-1", Json.object(settings).get("format"));
    }

    @Test
    void theStrictValidatorRefusesAStateThatDoesNotExist() throws Exception {
        Path definition = root.resolve("statemachine/retraining.asl.json");
        Files.writeString(definition, Stacks.definition().replaceFirst("\"Type\": *\"Choice\"", "\"Type\": \"Choise\""));
        Synthesis ended = synth(Map.of());
        assertFalse(ended.exit() == 0, ended::output);
        assertTrue(ended.output().contains("E3601"), ended::output);
    }

    @Test
    void refusesBadSettingsWithEveryLineAndNoStackTrace() throws Exception {
        Files.writeString(root.resolve("mine.yaml"), """
                datasets:
                  - name: Cars
                    labels: s3://my-labels/cars
                    settel: 5m
                    training: { algorithm: object-detection }
                """);
        Synthesis ended = synth(Map.of("settings", "mine.yaml"));
        assertEquals(2, ended.exit(), ended::output);
        assertEquals(List.of("mine.yaml:2:", "mine.yaml:3:", "mine.yaml:4:"),
                ended.output().lines().map(line -> line.substring(0, Math.min(12, line.length()))).toList(), ended::output);
        assertTrue(ended.output().contains("did you mean \"settle\"?"), ended::output);
    }

    @Test
    void saysHowToBuildFunctionsThatAreNotThere() throws Exception {
        Files.delete(root.resolve("functions/target/truepipe-functions-0.1.0-lambda.jar"));
        Synthesis ended = synth(Map.of());
        assertEquals(2, ended.exit(), ended::output);
        assertTrue(ended.output().contains("./mvnw -q -pl functions -am -DskipTests package"), ended::output);
        assertEquals(1, ended.output().lines().count(), ended::output);
    }

    @Test
    void theStackMayHaveAnotherName() throws Exception {
        Synthesis ended = Synthesis.of(InfraApp.class, root, Map.of("stack", "Nightly"), false);
        assertEquals(0, ended.exit(), ended::output);
        String template = Files.readString(root.resolve("cdk.out/Nightly.template.json"));
        assertTrue(template.contains("/truepipe/Nightly/queue-url"));
        assertTrue(template.contains("Nightly-retraining"));
    }

    @Test
    void refusesANameThatTheModelGroupsCannotBear() throws Exception {
        Synthesis ended = synth(Map.of("stack", "a-stack-with-a-name-of-thirty-nine-chars"));
        assertEquals(2, ended.exit(), ended::output);
        assertTrue(ended.output().contains("1 to 38 letters"), ended::output);
    }

    private Object settingsAsset() throws IOException {
        try (var files = Files.list(root.resolve("cdk.out"))) {
            Path asset = files.filter(file -> file.getFileName().toString().matches("asset\\.[0-9a-f]{64}\\.json")).findFirst().orElseThrow();
            return Json.parseObject(Files.readAllBytes(asset));
        }
    }

    private Synthesis synth(Map<String, Object> context) throws IOException, InterruptedException {
        return Synthesis.of(InfraApp.class, root, context);
    }
}

package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.sagemaker.TrainingFault;
import dev.truepipe.settings.EmulatorFile;
import dev.truepipe.settings.EmulatorSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** docs/up.md, and the emulator.yaml that Truepipe brings, say what the program does. */
class UpDocsTest {
    private static final Path ROOT = Path.of(System.getProperty("truepipe.root"));

    @Test
    void everyFaultIsInTheGuide() throws IOException {
        String guide = Files.readString(ROOT.resolve("docs/up.md"));
        assertEquals(List.of(), TrainingFault.words().stream().filter(word -> !guide.contains("`" + word + "`")).toList());
        assertTrue(guide.contains("`" + TrainingFault.TAG + "`"));
    }

    @Test
    void everyExportedVariableIsInTheGuide() throws IOException {
        String guide = Files.readString(ROOT.resolve("docs/up.md"));
        String exports = UpCommand.exports(Map.of("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), Path.of("/a b/it's"));
        List<String> names = exports.lines().map(line -> line.substring("export ".length(), line.indexOf('='))).toList();
        assertEquals(4, names.size());
        assertEquals(List.of(), names.stream().filter(name -> !guide.contains("`" + name + "`")).toList());
        assertTrue(exports.contains("SAGEMAKER_ADMIN_CONFIG_OVERRIDE='/a b/it'\\''s'\n"), exports);
    }

    @Test
    void theFileThatTruepipeBringsHasTheExampleLearner() throws Exception {
        EmulatorSettings settings = EmulatorFile.read(ROOT.resolve("emulator.yaml"), TrainingFault.words());
        assertEquals(List.of("*/street-cars-detector:*", "*/object-detection:*"),
                settings.algorithms().stream().map(EmulatorSettings.TrainingCommand::image).toList());
        Path jar = new Installation(Path.of("{home}")).home().resolve("examples/street-cars/target/truepipe-street-cars-0.1.0.jar");
        assertTrue(settings.algorithms().stream().allMatch(algorithm -> algorithm.command().contains(jar.toString())), settings::toString);
        assertEquals(List.of(), settings.faults());
    }
}

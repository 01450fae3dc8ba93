package dev.truepipe.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmulatorFileTest {
    private static final List<String> FAULTS = List.of("capacity-error", "throttled");

    @TempDir
    Path folder;

    private Path file(String yaml) throws IOException {
        return Files.writeString(folder.resolve("emulator.yaml"), yaml);
    }

    private String refusal(String yaml) throws IOException {
        Path file = file(yaml);
        return assertThrows(InvalidSettingsException.class, () -> EmulatorFile.read(file, FAULTS)).getMessage().replace(folder + "/", "");
    }

    @Test
    void readsAlgorithmsAndFaults() throws Exception {
        EmulatorSettings settings = EmulatorFile.read(file("""
                algorithms:
                  - image: "*/a:*"
                    command: [python3, "{here}/a.py", 3, 3]
                    environment: { SEED: 1 }
                    metrics: [{ name: loss, regex: "loss=([0-9.]+)" }]
                  - { image: b, command: train }
                faults:
                  - fault: throttled
                  - { fault: capacity-error, jobs: all, instance: ml.g5.xlarge, name: cars }
                """), FAULTS);
        assertEquals(new EmulatorSettings(
                List.of(new EmulatorSettings.TrainingCommand("*/a:*", List.of("python3", "{here}/a.py", "3", "3"), Map.of("SEED", "1"),
                                List.of(new Algorithm.Metric("loss", "loss=([0-9.]+)"))),
                        new EmulatorSettings.TrainingCommand("b", List.of("train"), Map.of(), List.of())),
                List.of(new EmulatorSettings.Fault("throttled", 1, Optional.empty(), Optional.empty()),
                        new EmulatorSettings.Fault("capacity-error", Integer.MAX_VALUE, Optional.of("ml.g5.xlarge"), Optional.of("cars")))), settings);
    }

    @Test
    void tellsEveryMistakeWithItsLineAndCure() throws IOException {
        assertEquals("""
                emulator.yaml:2: "algorithms[0].command" is missing; write command: [python3, "{here}/train.py"]
                emulator.yaml:3: "algorithms[1].image" is missing; write the TrainingImage of the jobs it is for; * stands for any characters
                emulator.yaml:3: "algorithms[1].command" has a list in it, expected single words; write [program, argument]
                emulator.yaml:5: "faults[0].fault" is "capacity-eror", expected one of capacity-error, throttled; did you mean "capacity-error"?
                emulator.yaml:6: "faults[1].fault" is missing; write one of capacity-error, throttled
                emulator.yaml:6: "faults[1].jobs" is 0; it may be 1 to 1000000
                emulator.yaml:7: unknown key "datasets"; it belongs in truepipe.yaml""", refusal("""
                algorithms:
                  - image: a
                  - command: [[a]]
                faults:
                  - fault: capacity-eror
                  - jobs: 0
                datasets: []
                """));
    }

    @Test
    void tellsOfAFileThatIsNotThereAndOfOneWithNothingInIt() throws IOException {
        assertEquals("emulator.yaml:1: the file is empty; write algorithms: with an image and its command (docs/up.md)", refusal(""));
        Files.delete(folder.resolve("emulator.yaml"));
        assertEquals("emulator.yaml:1: there is no such file; write one (docs/up.md), or name another with --emulator",
                assertThrows(InvalidSettingsException.class, () -> EmulatorFile.read(folder.resolve("emulator.yaml"), FAULTS)).getMessage().replace(folder + "/", ""));
    }
}

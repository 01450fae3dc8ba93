package dev.truepipe.importing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code docs/importing.md} tells every code, in the order of {@link ImportCode}, with what happens and the cure. */
class ImportingPageTest {
    @Test
    void tellsEveryCode() throws IOException {
        List<String> rows = Files.readAllLines(Path.of(System.getProperty("truepipe.root"), "docs/importing.md")).stream().filter(line -> line.matches("\\| `[a-z-]+` \\| (left out|warning) \\|.*")).toList();
        List<String> expected = Arrays.stream(ImportCode.values())
                .map(code -> "| `" + code.code() + "` | " + (code.skips() ? "left out" : "warning") + " | " + code.cure() + " |")
                .toList();
        assertEquals(expected, rows);
    }
}

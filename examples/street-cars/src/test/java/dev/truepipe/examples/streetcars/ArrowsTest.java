package dev.truepipe.examples.streetcars;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who draws and who learns share nothing, not even a constant: read from the compiled classes. */
final class ArrowsTest {
    private static final Pattern OURS = Pattern.compile("dev/truepipe/[A-Za-z0-9_/$]+");

    private static List<String> names(String part) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("target/classes/dev/truepipe/examples/streetcars", part))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                Matcher m = OURS.matcher(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
                while (m.find()) {
                    names.add(m.group());
                }
            }
        }
        assertTrue(names.size() > 20, "the scan sees names in " + part + ": " + names.size());
        return names;
    }

    @Test
    void theDetectorKnowsOnlyItself() throws IOException {
        assertEquals(List.of(), names("detector").stream()
                .filter(n -> !n.startsWith("dev/truepipe/examples/streetcars/detector/")).toList());
    }

    @Test
    void theScenesKnowOnlyThemselves() throws IOException {
        assertEquals(List.of(), names("scene").stream()
                .filter(n -> !n.startsWith("dev/truepipe/examples/streetcars/scene/")).toList());
    }

    /** Constants leave no trace in compiled classes, so the sources are asked too. */
    @Test
    void neitherSourceNamesTheOther() throws IOException {
        for (String[] pair : new String[][] {{"detector", "streetcars.scene"}, {"scene", "streetcars.detector"}}) {
            try (Stream<Path> files = Files.list(Path.of("src/main/java/dev/truepipe/examples/streetcars", pair[0]))) {
                for (Path file : files.toList()) {
                    assertTrue(!Files.readString(file).contains(pair[1]), file + " names " + pair[1]);
                }
            }
        }
    }
}

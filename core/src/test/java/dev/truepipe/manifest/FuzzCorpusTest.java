package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a coverage-guided fuzzer found worth keeping: each input takes a way through the code that no other takes. */
class FuzzCorpusTest {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz");

    @Test
    void givesTheVerdictsOfTheReferenceForEveryLineKept() throws IOException {
        each("line", LineFuzz::fuzzerTestOneInput);
    }

    @Test
    void handsOutTheLinesOfAPlainWalkForEveryManifestKept() throws IOException {
        each("reader", LineReaderFuzz::fuzzerTestOneInput);
    }

    private static void each(String folder, Consumer<byte[]> target) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(CORPUS.resolve(folder))) {
            files = all.sorted().toList();
        }
        assertTrue(files.size() > 50, "the corpus is there: " + files.size());
        for (Path file : files) {
            byte[] input = Files.readAllBytes(file);
            assertDoesNotThrow(() -> target.accept(input), file.toString());
        }
    }
}

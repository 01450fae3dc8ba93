package dev.truepipe.emulator.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
    @TempDir
    Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void replacesAFileAndMakesItsFolder() throws IOException {
        Path file = folder.resolve("deep/down");
        WholeFile.write(file, "a longer text".getBytes());
        WholeFile.write(file, "short".getBytes());
        assertEquals("short", Files.readString(file));
    }

    @Test
    void aFailureLeavesTheFileAndNothingBeside() throws IOException {
        Path file = folder.resolve("file");
        Files.writeString(file, "before");
        IOException full = new IOException("No space left on device");
        FileChannel[] opened = new FileChannel[1];
        IOException thrown = assertThrows(IOException.class, () -> WholeFile.open(file, out -> {
            opened[0] = (FileChannel) out;
            WholeFile.all(out, "half".getBytes());
            throw full;
        }));
        assertSame(full, thrown);
        assertEquals("before", Files.readString(file));
        assertEquals(List.of("file"), names());
        assertEquals(false, opened[0].isOpen(), "its descriptor is given back");
    }

    @Test
    void aFileThatCannotGetToItsPlaceIsRemoved() throws IOException {
        Path file = folder.resolve("file");
        Files.createDirectories(file.resolve("taken"));
        assertThrows(IOException.class, () -> WholeFile.write(file, "text".getBytes()));
        assertEquals(List.of("file"), names());
    }

    @Test
    void goesOnInTheFileThatIsInItsPlace() throws IOException {
        Path file = folder.resolve("file");
        try (FileChannel out = WholeFile.open(file, first -> WholeFile.all(first, "a".getBytes()))) {
            WholeFile.all(out, "b".getBytes());
        }
        assertEquals("ab", Files.readString(file));
    }
}

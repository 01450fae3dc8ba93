package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a demo may empty, and what it must not. */
class DemoFolderTest {
    @TempDir
    private Path temporary;

    private Path earlier;
    private Path model;

    @BeforeEach
    void anEarlierDemo() throws IOException {
        earlier = Files.createDirectory(temporary.resolve("demo"));
        Files.writeString(earlier.resolve(DemoFolder.MARKER), "");
        model = Files.writeString(earlier.resolve("model.tar.gz"), "model");
    }

    @Test
    void emptiesAnEarlierDemo() throws Exception {
        Path manifest = Files.writeString(temporary.resolve("my.manifest"), "{}\n");
        DemoFolder.prepare(earlier, manifest).close();
        assertFalse(Files.exists(model));
        assertTrue(Files.exists(earlier.resolve(DemoFolder.MARKER)));
        assertEquals("{}\n", Files.readString(manifest));
    }

    @Test
    void removesNothingWhenTheManifestWouldGoToo() throws Exception {
        Path manifest = Files.writeString(earlier.resolve("train.manifest"), "{}\n");
        Path otherName = Files.createSymbolicLink(temporary.resolve("elsewhere"), earlier).resolve("train.manifest");
        for (Path named : new Path[] {manifest, otherName}) {
            UnreadableInput refused = assertThrows(UnreadableInput.class, () -> DemoFolder.prepare(earlier, named));
            assertEquals(named.toString(), refused.file());
            assertTrue(refused.cure().contains("--out"), refused.cure());
        }
        assertEquals("{}\n", Files.readString(manifest));
        assertEquals("model", Files.readString(model));
    }

    @Test
    void removesNothingWhenTheManifestCannotBeRead() throws Exception {
        assertThrows(UnreadableInput.class, () -> DemoFolder.prepare(earlier, temporary.resolve("absent.manifest")));
        assertThrows(UnreadableInput.class, () -> DemoFolder.prepare(earlier, temporary));
        assertEquals("model", Files.readString(model));
    }

    @Test
    void leavesAnyOtherFolderAlone() throws Exception {
        Path other = Files.createDirectory(temporary.resolve("other"));
        Path mine = Files.writeString(other.resolve("mine.txt"), "mine");
        assertThrows(UnreadableInput.class, () -> DemoFolder.prepare(other));
        assertEquals("mine", Files.readString(mine));
    }

    @Test
    void isRefusedToASecondDemoUntilTheFirstHasEnded() throws Exception {
        for (Path folder : new Path[] {earlier, temporary.resolve("new")}) {
            try (DemoFolder first = DemoFolder.prepare(folder)) {
                Path ours = Files.writeString(first.resolve("ours.txt"), "ours");
                UnreadableInput refused = assertThrows(UnreadableInput.class, () -> DemoFolder.prepare(folder));
                assertEquals(folder.toString(), refused.file());
                assertTrue(refused.cure().contains("--out"), refused.cure());
                assertEquals("ours", Files.readString(ours));
            }
            DemoFolder.prepare(folder).remove();
            assertFalse(Files.exists(folder));
        }
    }

    @Test
    void saysWhatIsWrongWhereNoFolderCanBe() throws Exception {
        Path file = Files.writeString(temporary.resolve("file"), "");
        for (Path impossible : new Path[] {file.resolve("demo"), file, Path.of("")}) {
            UnreadableInput refused = assertThrows(UnreadableInput.class, () -> DemoFolder.prepare(impossible));
            assertFalse(refused.file().isEmpty() || refused.getMessage().isBlank() || refused.cure().isBlank(), refused.toString());
        }
    }
}

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

/** What a command may empty, and what it must not. */
class MarkedFolderTest {
    @TempDir
    private Path temporary;

    private Path earlier;
    private Path model;

    @BeforeEach
    void anEarlierDemo() throws IOException {
        earlier = Files.createDirectory(temporary.resolve("demo"));
        Files.writeString(earlier.resolve(MarkedFolder.Owner.DEMO.marker()), "");
        model = Files.writeString(earlier.resolve("model.tar.gz"), "model");
    }

    @Test
    void emptiesAnEarlierDemo() throws Exception {
        Path manifest = Files.writeString(temporary.resolve("my.manifest"), "{}\n");
        MarkedFolder.prepare(MarkedFolder.Owner.DEMO, earlier, manifest).close();
        assertFalse(Files.exists(model));
        assertTrue(Files.exists(earlier.resolve(MarkedFolder.Owner.DEMO.marker())));
        assertEquals("{}\n", Files.readString(manifest));
    }

    @Test
    void removesNothingWhenTheManifestWouldGoToo() throws Exception {
        Path manifest = Files.writeString(earlier.resolve("train.manifest"), "{}\n");
        Path otherName = Files.createSymbolicLink(temporary.resolve("elsewhere"), earlier).resolve("train.manifest");
        for (Path named : new Path[] {manifest, otherName}) {
            UnreadableInput refused = assertThrows(UnreadableInput.class, () -> MarkedFolder.prepare(MarkedFolder.Owner.DEMO, earlier, named));
            assertEquals(named.toString(), refused.file());
            assertTrue(refused.cure().contains("--out"), refused.cure());
        }
        assertEquals("{}\n", Files.readString(manifest));
        assertEquals("model", Files.readString(model));
    }

    @Test
    void removesNothingWhenTheManifestCannotBeRead() throws Exception {
        assertThrows(UnreadableInput.class, () -> MarkedFolder.prepare(MarkedFolder.Owner.DEMO, earlier, temporary.resolve("absent.manifest")));
        assertThrows(UnreadableInput.class, () -> MarkedFolder.prepare(MarkedFolder.Owner.DEMO, earlier, temporary));
        assertEquals("model", Files.readString(model));
    }

    @Test
    void leavesAnyOtherFolderAlone() throws Exception {
        Path other = Files.createDirectory(temporary.resolve("other"));
        Path mine = Files.writeString(other.resolve("mine.txt"), "mine");
        assertThrows(UnreadableInput.class, () -> MarkedFolder.prepare(MarkedFolder.Owner.DEMO, other));
        assertEquals("mine", Files.readString(mine));
    }

    @Test
    void isRefusedToASecondDemoUntilTheFirstHasEnded() throws Exception {
        for (Path folder : new Path[] {earlier, temporary.resolve("new")}) {
            try (MarkedFolder first = MarkedFolder.prepare(MarkedFolder.Owner.DEMO, folder)) {
                Path ours = Files.writeString(first.resolve("ours.txt"), "ours");
                UnreadableInput refused = assertThrows(UnreadableInput.class, () -> MarkedFolder.prepare(MarkedFolder.Owner.DEMO, folder));
                assertEquals(folder.toString(), refused.file());
                assertTrue(refused.cure().contains("--out"), refused.cure());
                assertEquals("ours", Files.readString(ours));
            }
            MarkedFolder.prepare(MarkedFolder.Owner.DEMO, folder).remove();
            assertFalse(Files.exists(folder));
        }
    }

    @Test
    void saysWhatIsWrongWhereNoFolderCanBe() throws Exception {
        Path file = Files.writeString(temporary.resolve("file"), "");
        for (Path impossible : new Path[] {file.resolve("demo"), file, Path.of("")}) {
            UnreadableInput refused = assertThrows(UnreadableInput.class, () -> MarkedFolder.prepare(MarkedFolder.Owner.DEMO, impossible));
            assertFalse(refused.file().isEmpty() || refused.getMessage().isBlank() || refused.cure().isBlank(), refused.toString());
        }
    }
}

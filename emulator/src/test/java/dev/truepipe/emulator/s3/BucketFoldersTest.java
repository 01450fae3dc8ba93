package dev.truepipe.emulator.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.storage.ObjectStore.ByteRange;
import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as objects. */
class BucketFoldersTest {
    @TempDir Path folder;
    private BucketFolders store;

    @BeforeEach
    void aBucket() throws IOException {
        write("bucket/a b/+é.txt", "0123456789");
        Files.writeString(folder.resolve("outside"), "secret");
        store = new BucketFolders(folder);
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private String read(String uri, ByteRange range, String ifMatch) throws IOException {
        try (InputStream in = store.open(S3Uri.parse(uri), range, ifMatch)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void givesAnObjectsBytesAndRangesOfThem() throws IOException {
        String uri = "s3://bucket/a b/+é.txt";
        assertEquals("0123456789", read(uri, null, null));
        assertEquals("23", read(uri, new ByteRange(2, 4), null));
        assertEquals("89", read(uri, new ByteRange(8, 100), null));
        assertEquals("", read(uri, new ByteRange(10, 12), null));
        assertEquals(10, store.head(S3Uri.parse(uri)).orElseThrow().size());
    }

    @Test
    void changesTheETagWithTheContentAndMindsIt() throws IOException {
        S3Uri uri = S3Uri.parse("s3://bucket/a b/+é.txt");
        String eTag = store.head(uri).orElseThrow().eTag();
        assertEquals("0123456789", read(uri.toString(), null, eTag));
        write("bucket/a b/+é.txt", "other");
        assertNotEquals(eTag, store.head(uri).orElseThrow().eTag());
        assertThrows(PreconditionFailedException.class, () -> store.open(uri, null, eTag));
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://bucket/none", "s3://none/a", "s3://bucket/a b", "s3://bucket", "s3://bucket/", "s3://bucket/../outside", "s3://../outside",
        "s3://bucket/./a b/+é.txt", "s3://bucket//a b/+é.txt", "s3://bucket/a b/+é.txt/", "s3://bucket//etc/passwd", "s3://bucket/\u0000"})
    void hasNoObjectWhereNoFileStandsForTheKey(String uri) throws IOException {
        assertTrue(store.head(S3Uri.parse(uri)).isEmpty());
        assertThrows(ObjectMissingException.class, () -> store.open(S3Uri.parse(uri), null, null));
    }

    @Test
    void failsAReadOfAFileThatIsWrittenToMeanwhile() throws IOException {
        S3Uri uri = S3Uri.parse("s3://bucket/a b/+é.txt");
        for (String now : new String[] {"shorter", "0123456789 and more"}) {
            write("bucket/a b/+é.txt", "0123456789");
            try (InputStream in = store.open(uri, null, null)) {
                assertEquals('0', in.read());
                write("bucket/a b/+é.txt", now);
                assertTrue(assertThrows(IOException.class, in::readAllBytes).getMessage().contains("was written to while it was read"));
            }
        }
    }

    @Test
    void readsAFileThatIsReplacedMeanwhileAsItWas() throws IOException {
        S3Uri uri = S3Uri.parse("s3://bucket/a b/+é.txt");
        try (InputStream in = store.open(uri, null, null)) {
            assertEquals('0', in.read());
            write("new", "young");
            Files.move(folder.resolve("new"), folder.resolve("bucket/a b/+é.txt"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            assertEquals("123456789", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        assertEquals("young", read(uri.toString(), null, null));
        assertFalse(store.head(uri).isEmpty());
    }
}

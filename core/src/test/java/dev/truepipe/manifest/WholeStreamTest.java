package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class WholeStreamTest {
    private static final S3Uri URI = S3Uri.parse("s3://b/k");
    private static final byte[] CONTENT = {1, 2, 3, 4, 5};

    private final InMemoryObjectStore store = new InMemoryObjectStore();

    private StoredObject stored() throws IOException {
        store.put(URI, CONTENT, Condition.ALWAYS);
        return store.head(URI).orElseThrow();
    }

    @Test
    void readsAnObjectAndItsParts() throws IOException {
        ByteSource source = ByteSource.of(store, stored());
        try (InputStream in = source.open(0, ByteSource.END)) {
            assertArrayEquals(CONTENT, in.readAllBytes());
        }
        try (InputStream in = source.open(1, 3)) {
            assertArrayEquals(new byte[] {2, 3}, in.readAllBytes());
        }
        try (InputStream in = source.open(3, 9)) {
            assertEquals(4, in.read());
            assertEquals(1, in.skip(1));
            assertEquals(-1, in.read(), "past the end there is nothing");
        }
    }

    @Test
    void anEndThatComesTooSoonIsAFailure() throws IOException {
        StoredObject object = stored();
        StoredObject longer = new StoredObject(URI, 6, object.eTag(), object.lastModified());
        try (InputStream in = ByteSource.of(store, longer).open(0, ByteSource.END)) {
            EOFException broken = assertThrows(EOFException.class, in::readAllBytes);
            assertEquals("s3://b/k broke off after 5 bytes, 6 were expected", broken.getMessage());
        }
        try (InputStream in = ByteSource.of(store, longer).open(5, 6)) {
            assertThrows(EOFException.class, in::read);
        }
    }

    @Test
    void anotherObjectOfThatNameIsNotRead() throws IOException {
        ByteSource source = ByteSource.of(store, stored());
        store.put(URI, new byte[] {5, 4, 3, 2, 1}, Condition.ALWAYS);
        assertThrows(PreconditionFailedException.class, () -> source.open(0, ByteSource.END));
    }
}

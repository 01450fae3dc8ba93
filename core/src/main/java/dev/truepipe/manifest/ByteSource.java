package dev.truepipe.manifest;

import dev.truepipe.storage.ObjectSource;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Bytes that can be read from any place, more than once. */
@FunctionalInterface
public interface ByteSource {
    /** As {@code to}: up to the end. */
    long END = Long.MAX_VALUE;

    /**
     * Opens a part.
     *
     * @param from first byte, from 0
     * @param to first byte not read, greater than {@code from}; what lies past the end is not there
     * @throws IOException as the source fails; a changed object's {@code PreconditionFailedException} is passed on
     */
    InputStream open(long from, long to) throws IOException;

    /** Bytes in memory. */
    static ByteSource of(byte[] bytes) {
        return (from, to) -> {
            int start = (int) Math.min(from, bytes.length);
            return new ByteArrayInputStream(bytes, start, (int) Math.min(to - from, bytes.length - start));
        };
    }

    /** A local file. */
    static ByteSource of(Path file) {
        return (from, to) -> {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            channel.position(from);
            return new BoundedStream(Channels.newInputStream(channel), to - from);
        };
    }

    /** An object. @param eTag what the object must still have, or {@code null} */
    static ByteSource of(ObjectSource store, S3Uri uri, String eTag) {
        return (from, to) -> {
            boolean whole = from == 0 && to == END;
            return store.open(uri, whole ? null : new ObjectStore.ByteRange(from, to), eTag);
        };
    }

    /** An object as it was found, for those who would take a connection that breaks for the object's end. */
    static ByteSource of(ObjectSource store, ObjectStore.StoredObject object) {
        ByteSource source = of(store, object.uri(), object.eTag());
        return (from, to) -> new WholeStream(source.open(from, to), object.uri(), Math.max(0, Math.min(to, object.size()) - from));
    }
}

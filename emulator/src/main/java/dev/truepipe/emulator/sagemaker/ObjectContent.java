package dev.truepipe.emulator.sagemaker;

import dev.truepipe.storage.ObjectSource;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;

/**
 * The bytes of one version of an object, over as many connections as that takes.
 *
 * <p>A reader of a pipe may pause for hours, and everything behind it waits; a store closes a connection on which nothing moves (S3's
 * own and ours do, after some seconds). So a read that fails goes on at the byte where it stopped, asking for the same ETag. After
 * {@value #TRIES} failures with no byte between them the last one is thrown. What no further try would change is thrown at once:
 * {@link #isFinal}.
 */
final class ObjectContent implements ReadableByteChannel {
    /** Tries in a row; the second comes after {@link #PAUSE}, each further one after twice the time. */
    static final int TRIES = 4;

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final ObjectSource objects;
    private final S3Uri uri;
    private ObjectStore.StoredObject version;
    private long position;
    private InputStream in;
    private ReadableByteChannel channel;
    private int failures;
    private boolean closed;

    /** Whatever version there is when it is first asked for. */
    ObjectContent(ObjectSource objects, S3Uri uri) {
        this.objects = objects;
        this.uri = uri;
    }

    /** This very version. */
    ObjectContent(ObjectSource objects, ObjectStore.StoredObject version) {
        this(objects, version.uri());
        this.version = version;
    }

    /** Whether it is about the object itself, and not about the way to it: missing, forbidden, replaced. */
    static boolean isFinal(IOException e) {
        return e instanceof ObjectStore.ObjectMissingException
                || e instanceof ObjectStore.ObjectUnreadableException
                || e instanceof ObjectStore.PreconditionFailedException;
    }

    /**
     * Opens the object, if it is not open, and tells which version is read.
     *
     * @throws ObjectStore.PreconditionFailedException if the version asked for has been replaced
     * @throws ClosedByInterruptException if the thread was interrupted, which it then still is
     */
    ObjectStore.StoredObject open() throws IOException {
        while (true) {
            try {
                connect();
                return version;
            } catch (IOException e) {
                failed(e);
            }
        }
    }

    /**
     * @return bytes read; -1 at the end of the object, all of which has then been read
     * @throws ObjectStore.PreconditionFailedException if the object was replaced, or written to, before all of it had been read
     * @throws ClosedByInterruptException if the thread was interrupted, which it then still is
     */
    @Override
    public int read(ByteBuffer into) throws IOException {
        while (true) {
            int before = into.position();
            try {
                connect();
                int some = channel.read(into);
                if (some < 0 && position < version.size()) {
                    throw new EOFException("cannot read " + uri + ": the connection ended after " + position + " of " + version.size() + " bytes");
                }
                return moved(into, before, some);
            } catch (IOException e) {
                if (moved(into, before, 0) > 0) {
                    disconnect(); // what came before the failure is good; the next call goes on from there
                    return into.position() - before;
                }
                failed(e);
            }
        }
    }

    /** After the last byte: sees that nothing follows, and that the object is still the same. */
    void requireEnd() throws IOException {
        if (read(ByteBuffer.allocate(1)) >= 0) {
            throw new ObjectStore.PreconditionFailedException(uri);
        }
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        InputStream last = in;
        in = null;
        channel = null;
        if (last != null) {
            last.close();
        }
    }

    /** @return {@code otherwise}, unless bytes have come */
    private int moved(ByteBuffer into, int before, int otherwise) throws IOException {
        int some = into.position() - before;
        if (some == 0) {
            return otherwise;
        }
        position += some;
        if (position > version.size()) {
            throw new ObjectStore.PreconditionFailedException(uri);
        }
        failures = 0;
        return some;
    }

    private void connect() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (in != null) {
            return;
        }
        if (version == null) {
            ObjectStore.OpenedObject opened = objects.open(uri);
            version = opened.object();
            in = opened.content();
        } else {
            // At the end there is nothing left to read, but still to see that it is the same object.
            ObjectStore.ByteRange rest = position == 0 ? null : new ObjectStore.ByteRange(position, Math.max(version.size(), position + 1));
            in = objects.open(uri, rest, version.eTag());
        }
        channel = in instanceof ReadableByteChannel direct ? direct : Channels.newChannel(in);
    }

    /** Returns if it is worth trying again, after a pause. */
    private void failed(IOException e) throws IOException {
        disconnect();
        if (e instanceof ClosedChannelException || isFinal(e) || ++failures == TRIES) {
            throw e;
        }
        try {
            Thread.sleep(PAUSE.multipliedBy(1L << failures - 1));
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            ClosedByInterruptException ended = new ClosedByInterruptException();
            ended.addSuppressed(e);
            throw ended;
        }
    }

    private void disconnect() {
        InputStream broken = in;
        in = null;
        channel = null;
        if (broken == null) {
            return;
        }
        try {
            broken.close();
        } catch (IOException alreadyBroken) {
            // What there is to say about this connection has been said by the read that failed.
        }
    }
}

package dev.truepipe.emulator.sagemaker;

import dev.truepipe.storage.ObjectSource;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * One object on its way from S3 into the pipe, fetched ahead by a thread of its own, unless it is larger than
 * {@value #MOST_AHEAD} bytes: then only its size is, and it is streamed when its turn comes.
 */
final class ObjectFetch implements PipeOutput.Lent {
    /** In bytes. */
    static final int MOST_AHEAD = 8 << 20;
    /** Versions of an object tried when it is replaced while it is fetched. */
    static final int TRIES = 3;

    private final String attribute;
    private final S3Uri object;
    private final ObjectBlocks blocks;
    private final List<ByteBuffer> filled = new ArrayList<>();
    private Future<ObjectStore.StoredObject> tooLarge;
    private boolean ended;
    private boolean givenUp;

    private ObjectFetch(String attribute, S3Uri object, ObjectBlocks blocks) {
        this.attribute = attribute;
        this.object = object;
        this.blocks = blocks;
    }

    static ObjectFetch start(ManifestLines.Reference reference, ObjectSource objects, ObjectBlocks blocks, ExecutorService threads) {
        ObjectFetch fetch = new ObjectFetch(reference.attribute(), reference.object(), blocks);
        fetch.tooLarge = threads.submit(() -> fetch.fetch(objects));
        return fetch;
    }

    String attribute() {
        return attribute;
    }

    S3Uri object() {
        return object;
    }

    /** Whether {@link #await()} would return at once. */
    boolean isDone() {
        return tooLarge.isDone();
    }

    /**
     * Waits for the object.
     *
     * @return {@code null} if {@link #content()} is all of it; else the object, which is larger than what is fetched ahead
     * @throws IOException as the store threw it
     */
    ObjectStore.StoredObject await() throws IOException, InterruptedException {
        blocks.isNext(this);
        try {
            return tooLarge.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException broken -> throw broken;
                case Error broken -> throw broken;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /** Its bytes, after {@link #await()} and until they are given back. */
    List<ByteBuffer> content() {
        return filled;
    }

    /** Gives its memory back, at once or as soon as its thread has ended, which is asked to. */
    @Override
    public void giveBack() {
        synchronized (this) {
            givenUp = true;
            if (ended) {
                empty();
            }
        }
        tooLarge.cancel(true);
    }

    private ObjectStore.StoredObject fetch(ObjectSource objects) throws IOException, InterruptedException {
        boolean whole = false;
        try {
            ObjectStore.StoredObject large = fetchWhole(objects);
            whole = large == null;
            return large;
        } finally {
            synchronized (this) {
                ended = true;
                if (givenUp || !whole) {
                    empty();
                }
            }
        }
    }

    /** @return the object if it is too large, of which nothing is then kept */
    private ObjectStore.StoredObject fetchWhole(ObjectSource objects) throws IOException, InterruptedException {
        for (int left = TRIES; ; left--) {
            try (ObjectContent content = new ObjectContent(objects, object)) {
                ObjectStore.StoredObject version = content.open();
                if (version.size() > MOST_AHEAD) {
                    return version;
                }
                fill(content, version.size());
                return null;
            } catch (ObjectStore.PreconditionFailedException e) {
                if (left == 1) {
                    throw e;
                }
                empty(); // nothing of the version that is gone has been streamed
            }
        }
    }

    private void fill(ObjectContent content, long size) throws IOException, InterruptedException {
        long left = size;
        while (left > 0) {
            ByteBuffer block = blocks.take(this);
            filled.add(block);
            while (left > 0 && block.hasRemaining()) {
                left -= content.read(block);
            }
            block.flip();
        }
        content.requireEnd();
    }

    private void empty() {
        blocks.giveBack(filled);
        filled.clear();
    }
}

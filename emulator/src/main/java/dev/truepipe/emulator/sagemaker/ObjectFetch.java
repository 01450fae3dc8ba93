package dev.truepipe.emulator.sagemaker;

import dev.truepipe.storage.ObjectSource;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * One object on its way from S3 into the pipe, fetched ahead by a thread of its own, unless it is larger than
 * {@value #MOST_AHEAD} bytes: then it is streamed when its turn comes.
 */
final class ObjectFetch implements PipeOutput.Lent {
    /** In bytes. */
    static final int MOST_AHEAD = 8 << 20;

    private final String attribute;
    private final S3Uri object;
    private final ObjectBlocks blocks;
    private final List<ByteBuffer> filled = new ArrayList<>();
    private Future<Boolean> whole;
    private boolean ended;
    private boolean givenUp;

    private ObjectFetch(String attribute, S3Uri object, ObjectBlocks blocks) {
        this.attribute = attribute;
        this.object = object;
        this.blocks = blocks;
    }

    static ObjectFetch start(ManifestLines.Reference reference, ObjectSource objects, ObjectBlocks blocks, ExecutorService threads) {
        ObjectFetch fetch = new ObjectFetch(reference.attribute(), reference.object(), blocks);
        fetch.whole = threads.submit(() -> fetch.fetch(objects));
        return fetch;
    }

    /** Reads an object's bytes; where its stream is a channel, without a detour through the heap. */
    static ReadableByteChannel channel(InputStream in) {
        return in instanceof ReadableByteChannel channel ? channel : Channels.newChannel(in);
    }

    String attribute() {
        return attribute;
    }

    S3Uri object() {
        return object;
    }

    /** Whether {@link #await()} would return at once. */
    boolean isDone() {
        return whole.isDone();
    }

    /**
     * Waits for the object.
     *
     * @return its bytes; {@code null} if it is larger than what is fetched ahead
     * @throws IOException as the store threw it
     */
    List<ByteBuffer> await() throws IOException, InterruptedException {
        blocks.isNext(this);
        try {
            return whole.get() ? filled : null;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException broken -> throw broken;
                case Error broken -> throw broken;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
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
        whole.cancel(true);
    }

    /** @return whether all of it is there */
    private boolean fetch(ObjectSource objects) throws IOException, InterruptedException {
        boolean all = false;
        try (InputStream in = objects.open(object, null, null); ReadableByteChannel channel = channel(in)) {
            while (!all && filled.size() < MOST_AHEAD / ObjectBlocks.BLOCK_BYTES) {
                ByteBuffer block = blocks.take(this);
                filled.add(block);
                while (!all && block.hasRemaining()) {
                    all = channel.read(block) < 0;
                }
                block.flip();
            }
            return all;
        } finally {
            synchronized (this) {
                ended = true;
                if (givenUp || !all) {
                    empty();
                }
            }
        }
    }

    private void empty() {
        blocks.giveBack(filled);
        filled.clear();
    }
}

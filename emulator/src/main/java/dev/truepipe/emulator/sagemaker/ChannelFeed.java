package dev.truepipe.emulator.sagemaker;

import dev.truepipe.recordio.RecordWriter;
import dev.truepipe.storage.ObjectSource;
import dev.truepipe.storage.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Streams one channel to one instance, epoch after epoch, each through a FIFO of its own, in a thread of its own.
 *
 * <p>The FIFO of the next epoch exists before the current one can be opened, so a reader never asks too early. A reader
 * that closes a pipe early has ended that epoch; the next one starts from the first line again. Objects are fetched ahead:
 * at most {@value #OBJECTS_AHEAD} (and the rest of a line that names several), and no more than {@value #BYTES_AHEAD} bytes
 * beside the one that is next in the stream. An object of more than {@value ObjectFetch#MOST_AHEAD} bytes is streamed when
 * its turn comes. So memory is bounded, whatever the objects' sizes; a reader that pauses makes all of it wait.
 */
final class ChannelFeed implements AutoCloseable {
    private static final int OBJECTS_AHEAD = 32;
    static final int BYTES_AHEAD = 32 << 20;
    private static final int LINES_AHEAD = 64;
    /** Versions of an object tried when it is replaced between asking for its size and reading it. */
    private static final int TRIES = 3;

    private final String job;
    private final PipeChannel channel;
    private final Path folder;
    private final int epochs;
    private final Instance instance;
    private final ObjectSource objects;
    private final Clock clock;
    private final Consumer<TrainingEvent> listener;
    private final Consumer<Exception> onFailure;
    private final ManifestLines lines;
    private final ExecutorService fetchers = Executors.newVirtualThreadPerTaskExecutor();
    private final ObjectBlocks blocks = new ObjectBlocks(BYTES_AHEAD);
    private final ByteBuffer gathered = blocks.memory(PipeOutput.GATHERED_BYTES);
    private final ByteBuffer streamed = blocks.memory(ObjectBlocks.BLOCK_BYTES);
    private final Thread thread;
    private final List<Fifo> fifos = new ArrayList<>();

    private boolean closed;
    private volatile int opened;
    private volatile long records;
    private volatile long bytes;

    /**
     * Reads the manifest and makes the first FIFO; nothing is streamed yet.
     *
     * @param epochs how many FIFOs are offered
     * @param instance gets its share of the lines, or all, as the channel says
     * @param onFailure told once, from the feed's thread; a pipe that is open then stays open until {@link #close()}
     */
    ChannelFeed(String job, PipeChannel channel, Path folder, int epochs, Instance instance, ObjectSource objects, Clock clock,
            Consumer<TrainingEvent> listener, Consumer<Exception> onFailure) throws InputFailure, IOException {
        this.job = job;
        this.channel = channel;
        this.folder = folder;
        this.epochs = epochs;
        this.instance = instance;
        this.objects = objects;
        this.clock = clock;
        this.listener = listener;
        this.onFailure = onFailure;
        try {
            this.lines = new ManifestLines(channel.manifest(), objects, folder);
        } catch (InputFailure | IOException | RuntimeException e) {
            blocks.close();
            throw e;
        }
        this.thread = Thread.ofPlatform().daemon().name("feed " + job + " " + instance.name() + " " + channel.name()).unstarted(this::stream);
        try {
            offer(0);
        } catch (IOException | RuntimeException e) {
            lines.close();
            blocks.close();
            throw e;
        }
    }

    void start() {
        thread.start();
    }

    String channel() {
        return channel.name();
    }

    /** Epochs the reader opened. */
    int opened() {
        return opened;
    }

    long records() {
        return records;
    }

    long bytes() {
        return bytes;
    }

    /** Bytes outside the heap that objects have taken at most. */
    long memory() {
        return (long) blocks.made() * ObjectBlocks.BLOCK_BYTES;
    }

    /** Ends the feed wherever it is, and removes its FIFOs. Closing twice is fine. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        fetchers.shutdownNow();
        fetchers.close();
        lines.close();
        blocks.close();
        synchronized (fifos) {
            for (Fifo fifo : fifos) {
                fifo.remove();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Fifo offer(int epoch) throws IOException {
        Fifo fifo = Fifo.make(folder.resolve(channel.name() + "_" + epoch));
        synchronized (fifos) {
            fifos.add(fifo);
        }
        return fifo;
    }

    private void stream() {
        try {
            Fifo next = fifos.getFirst();
            for (int epoch = 0; epoch < epochs; epoch++) {
                Fifo current = next;
                if (epoch + 1 < epochs) {
                    next = offer(epoch + 1);
                }
                try (FileChannel pipe = current.awaitReader()) {
                    opened = epoch + 1;
                    listener.accept(new TrainingEvent.EpochOpened(job, clock.instant(), channel.name(), epoch));
                    epochOrFailure(epoch, new PipeOutput(current, pipe, gathered));
                }
                current.remove();
                synchronized (fifos) {
                    fifos.remove(current);
                }
            }
        } catch (InterruptedException | ClosedByInterruptException e) {
            // The container has ended; close() waits for this thread and tidies up.
        } catch (IOException | RuntimeException e) {
            onFailure.accept(e);
        }
    }

    /** Within the pipe's own try: a failure is told, and waited with, while the pipe is open. */
    private void epochOrFailure(int epoch, PipeOutput out) throws IOException, InterruptedException {
        try {
            epoch(epoch, out);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (InputFailure | IOException | RuntimeException e) {
            onFailure.accept(e);
            new CountDownLatch(1).await(); // until close(): the reader must not take this for the end of the epoch
        }
    }

    private void epoch(int epoch, PipeOutput out) throws InputFailure, IOException, InterruptedException {
        int[] order = channel.shuffleSeed().isPresent()
                ? LineOrder.shuffled(lines.count(), channel.shuffleSeed().getAsLong(), epoch)
                : null;
        boolean sharded = channel.distribution() == PipeChannel.Distribution.SHARDED_BY_S3_KEY;
        int step = sharded ? instance.of() : 1;
        int next = sharded ? instance.number() - 1 : 0;
        boolean whole = true;
        long written = 0;
        RecordWriter framed = new RecordWriter(out);
        ArrayDeque<Row> ahead = new ArrayDeque<>();
        try {
            int fetching = 0;
            while (next < lines.count() || !ahead.isEmpty()) {
                while (next < lines.count() && ahead.size() < LINES_AHEAD && (ahead.isEmpty() || fetching < OBJECTS_AHEAD)) {
                    Row row = row(order == null ? next : order[next]);
                    next = (int) Math.min(Integer.MAX_VALUE, (long) next + step);
                    fetching += row.objects();
                    ahead.add(row);
                }
                Row row = ahead.element();
                written += write(row, out, framed);
                ahead.remove();
                fetching -= row.objects();
            }
            out.flush();
        } catch (PipeOutput.ReaderGone e) {
            whole = false;
        } finally {
            out.giveUp();
            ahead.forEach(Row::giveUp);
            records += written;
            bytes += out.bytes();
        }
        listener.accept(new TrainingEvent.EpochEnded(
                job, clock.instant(), channel.name(), epoch, written, out.bytes(), whole));
    }

    private Row row(int index) throws IOException {
        List<Piece> pieces = new ArrayList<>();
        int fetches = 0;
        try {
            for (ManifestLines.Part part : lines.parts(index, channel.attributeNames())) {
                switch (part) {
                    case ManifestLines.Text text -> pieces.add(new Piece(text.bytes(), null));
                    case ManifestLines.Reference reference -> {
                        pieces.add(new Piece(null, ObjectFetch.start(reference, objects, blocks, fetchers)));
                        fetches++;
                    }
                }
            }
            return new Row(index, pieces, fetches, null);
        } catch (InputFailure e) {
            return new Row(index, pieces, fetches, e);
        }
    }

    /** @return records written */
    private int write(Row row, PipeOutput out, RecordWriter framed) throws InputFailure, IOException, InterruptedException {
        if (row.failure() != null) {
            throw row.failure();
        }
        boolean recordIo = channel.wrapper() == PipeChannel.Wrapper.RECORD_IO;
        for (Piece piece : row.pieces()) {
            if (piece.object() != null) {
                write(row.index(), piece.object(), out, recordIo ? framed : null);
            } else if (recordIo) {
                framed.write(piece.text());
            } else {
                out.write(piece.text());
            }
        }
        return recordIo ? row.pieces().size() : 1;
    }

    /** @param framed {@code null} for bytes without a frame */
    private void write(int index, ObjectFetch fetch, PipeOutput out, RecordWriter framed) throws InputFailure, IOException, InterruptedException {
        if (!fetch.isDone()) {
            out.flush(); // while we wait, the reader may work
        }
        List<ByteBuffer> content;
        try {
            content = fetch.await();
        } catch (IOException e) {
            throw unreadable(index, fetch, e);
        }
        if (content == null) {
            stream(index, fetch, out, framed);
            return;
        }
        long length = 0;
        for (ByteBuffer block : content) {
            length += block.remaining();
        }
        if (framed != null) {
            framed.begin(length);
        }
        for (ByteBuffer block : content) {
            out.write(block);
        }
        if (framed != null) {
            framed.end(length);
        }
        out.lend(fetch);
    }

    /** An object that is too large to be held: its size first, for the frame, then its bytes as they come. */
    private void stream(int index, ObjectFetch fetch, PipeOutput out, RecordWriter framed) throws InputFailure, IOException {
        long size = 0;
        InputStream opened = null;
        for (int left = TRIES; opened == null; left--) {
            try {
                ObjectStore.StoredObject object =
                        objects.head(fetch.object()).orElseThrow(() -> new ObjectStore.ObjectMissingException(fetch.object()));
                size = object.size();
                opened = objects.open(fetch.object(), null, object.eTag());
            } catch (ObjectStore.PreconditionFailedException e) {
                if (left == 1) {
                    throw unreadable(index, fetch, e);
                }
            } catch (IOException e) {
                throw unreadable(index, fetch, e);
            }
        }
        try (InputStream in = opened; ReadableByteChannel channel = ObjectFetch.channel(in)) {
            if (framed != null && size > RecordWriter.MAX_PART_BYTES) {
                throw lines.failure(index, "names an object in \"" + fetch.attribute() + "\" that is larger than "
                        + RecordWriter.MAX_PART_BYTES + " bytes, the most that one record holds: " + fetch.object());
            }
            if (framed != null) {
                framed.begin(size);
            }
            long left = size;
            while (true) {
                int some;
                try {
                    some = channel.read(streamed.clear());
                } catch (ClosedByInterruptException e) {
                    throw e;
                } catch (IOException e) {
                    throw unreadable(index, fetch, e);
                }
                left -= Math.max(0, some);
                if (left < 0 || some < 0 && left > 0) {
                    throw lines.failure(index, "names an object in \"" + fetch.attribute() + "\" that changed while it was read: " + fetch.object());
                }
                if (some < 0) {
                    break;
                }
                out.write(streamed.flip());
                out.flush();
            }
            if (framed != null) {
                framed.end(size);
            }
        }
    }

    private InputFailure unreadable(int index, ObjectFetch fetch, IOException e) throws IOException {
        return lines.failure(index, "names an object in \"" + fetch.attribute() + "\" that "
                + (e instanceof ObjectStore.ObjectMissingException ? "is not there: " + fetch.object() : "cannot be read: " + e.getMessage()));
    }

    /**
     * What is written for one line, or why it cannot be.
     *
     * @param index of the line
     * @param objects how many of the pieces are objects
     */
    private record Row(int index, List<Piece> pieces, int objects, InputFailure failure) {
        void giveUp() {
            for (Piece piece : pieces) {
                if (piece.object() != null) {
                    piece.object().giveBack();
                }
            }
        }
    }

    /** One of both: @param text as it stands
     *  @param object content that is being fetched */
    private record Piece(byte[] text, ObjectFetch object) {}

    /**
     * Which instance of a job this is.
     *
     * @param number from 1
     * @param of how many there are
     */
    record Instance(int number, int of) {
        static final Instance ONLY = new Instance(1, 1);

        /** As SageMaker calls it. */
        String name() {
            return "algo-" + number;
        }
    }
}

package dev.truepipe.emulator.sagemaker;

import dev.truepipe.recordio.RecordWriter;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Streams one channel, epoch after epoch, each through a FIFO of its own, in a thread of its own.
 *
 * <p>The FIFO of the next epoch exists before the current one can be opened, so a reader never asks too early. A reader
 * that closes a pipe early has ended that epoch; the next one starts from the first line again. Objects are fetched ahead:
 * at most {@value #OBJECTS_AHEAD} (and the rest of a line that names several), fewer once the largest object seen says that
 * so many would exceed {@value #BYTES_AHEAD} bytes. One is always allowed, so an object of any size gets through.
 */
final class ChannelFeed implements AutoCloseable {
    private static final int OBJECTS_AHEAD = 16;
    private static final int BYTES_AHEAD = 64 << 20;
    private static final int LINES_AHEAD = 64;
    private static final int MAX_OBJECT_BYTES = RecordWriter.MAX_PART_BYTES;

    private final String job;
    private final PipeChannel channel;
    private final Path folder;
    private final int epochs;
    private final ObjectStore store;
    private final Clock clock;
    private final Consumer<TrainingEvent> listener;
    private final Consumer<Exception> onFailure;
    private final ManifestLines lines;
    private final ExecutorService fetchers = Executors.newVirtualThreadPerTaskExecutor();
    private final Thread thread;
    private final List<Fifo> fifos = new ArrayList<>();

    private boolean closed;
    private volatile long largestObject = 1;
    private volatile int opened;
    private volatile long records;
    private volatile long bytes;

    /**
     * Reads the manifest and makes the first FIFO; nothing is streamed yet.
     *
     * @param epochs how many FIFOs are offered
     * @param onFailure told once, from the feed's thread, before the broken pipe is closed
     */
    ChannelFeed(String job, PipeChannel channel, Path folder, int epochs, ObjectStore store, Clock clock,
            Consumer<TrainingEvent> listener, Consumer<Exception> onFailure) throws InputFailure, IOException {
        this.job = job;
        this.channel = channel;
        this.folder = folder;
        this.epochs = epochs;
        this.store = store;
        this.clock = clock;
        this.listener = listener;
        this.onFailure = onFailure;
        this.lines = new ManifestLines(store, channel.manifest(), folder);
        this.thread = Thread.ofPlatform().daemon().name("feed " + job + " " + channel.name()).unstarted(this::stream);
        try {
            offer(0);
        } catch (IOException | RuntimeException e) {
            lines.close();
            fetchers.shutdownNow();
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
                    epoch(epoch, new PipeOutput(current, pipe));
                } catch (InputFailure | IOException | RuntimeException e) {
                    if (!(e instanceof ClosedByInterruptException)) {
                        onFailure.accept(e); // before the pipe closes: the reader must not take this for the end of the epoch
                    }
                    throw e;
                }
                current.remove();
                synchronized (fifos) {
                    fifos.remove(current);
                }
            }
        } catch (InterruptedException | ClosedByInterruptException e) {
            // The container has ended; close() waits for this thread and tidies up.
        } catch (InputFailure e) {
            // Told above.
        } catch (IOException | RuntimeException e) {
            onFailure.accept(e);
        }
    }

    private void epoch(int epoch, PipeOutput out) throws InputFailure, IOException, InterruptedException {
        int[] order = channel.shuffleSeed().isPresent()
                ? LineOrder.shuffled(lines.count(), channel.shuffleSeed().getAsLong(), epoch)
                : null;
        boolean whole = true;
        long written = 0;
        RecordWriter framed = new RecordWriter(out);
        ArrayDeque<Row> ahead = new ArrayDeque<>();
        try {
            int next = 0;
            int objects = 0;
            while (next < lines.count() || !ahead.isEmpty()) {
                while (next < lines.count() && ahead.size() < LINES_AHEAD && (ahead.isEmpty() || objects < objectsAhead())) {
                    Row row = row(order == null ? next : order[next]);
                    next++;
                    objects += row.objects();
                    ahead.add(row);
                }
                Row row = ahead.element();
                written += write(row, out, framed);
                ahead.remove();
                objects -= row.objects();
            }
            out.flush();
        } catch (PipeOutput.ReaderGone e) {
            whole = false;
        } finally {
            for (Row row : ahead) {
                row.giveUp();
            }
        }
        records += written;
        bytes += out.bytes();
        listener.accept(new TrainingEvent.EpochEnded(
                job, clock.instant(), channel.name(), epoch, written, out.bytes(), whole));
    }

    private int objectsAhead() {
        return Math.clamp(BYTES_AHEAD / largestObject, 1, OBJECTS_AHEAD);
    }

    private Row row(int index) {
        List<Piece> pieces = new ArrayList<>();
        try {
            for (ManifestLines.Part part : lines.parts(index, channel.attributeNames())) {
                pieces.add(switch (part) {
                    case ManifestLines.Text text -> new Piece(text.bytes(), null);
                    case ManifestLines.Reference reference -> new Piece(null, fetchers.submit(fetch(index, reference)));
                });
            }
            return new Row(pieces, null);
        } catch (InputFailure e) {
            return new Row(pieces, e);
        }
    }

    private Callable<byte[]> fetch(int index, ManifestLines.Reference reference) {
        S3Uri object = reference.object();
        return () -> {
            byte[] content;
            try (InputStream in = store.open(object, null, null)) {
                content = in.readNBytes(MAX_OBJECT_BYTES + 1);
            } catch (ObjectStore.ObjectMissingException e) {
                throw lines.failure(index, "names an object in \"" + reference.attribute() + "\" that is not there: " + object);
            } catch (IOException e) {
                throw lines.failure(
                        index, "names an object in \"" + reference.attribute() + "\" that cannot be read: " + e.getMessage());
            }
            if (content.length > MAX_OBJECT_BYTES) {
                throw lines.failure(index, "names an object in \"" + reference.attribute() + "\" that is larger than "
                        + MAX_OBJECT_BYTES + " bytes, the most that one record holds: " + object);
            }
            noteSize(content.length);
            return content;
        };
    }

    private synchronized void noteSize(int size) {
        largestObject = Math.max(largestObject, size);
    }

    /** @return records written */
    private int write(Row row, PipeOutput out, RecordWriter framed) throws InputFailure, IOException, InterruptedException {
        if (row.failure() != null) {
            throw row.failure();
        }
        for (Piece piece : row.pieces()) {
            if (!piece.ready()) {
                out.flush(); // while we wait, the reader may work
            }
            byte[] content = piece.content();
            if (channel.wrapper() == PipeChannel.Wrapper.RECORD_IO) {
                framed.write(content);
            } else {
                out.write(content);
            }
        }
        return channel.wrapper() == PipeChannel.Wrapper.RECORD_IO ? row.pieces().size() : 1;
    }

    /** What is written for one line, or why it cannot be. */
    private record Row(List<Piece> pieces, InputFailure failure) {
        int objects() {
            return (int) pieces.stream().filter(piece -> piece.object() != null).count();
        }

        void giveUp() {
            for (Piece piece : pieces) {
                if (piece.object() != null) {
                    piece.object().cancel(true);
                }
            }
        }
    }

    /** @param object content that is being fetched, or {@code null} if {@code text} is there */
    private record Piece(byte[] text, Future<byte[]> object) {
        boolean ready() {
            return object == null || object.isDone();
        }

        byte[] content() throws InputFailure, InterruptedException {
            if (object == null) {
                return text;
            }
            try {
                return object.get();
            } catch (ExecutionException e) {
                switch (e.getCause()) {
                    case InputFailure failure -> throw failure;
                    case RuntimeException broken -> throw broken;
                    case Error broken -> throw broken;
                    default -> throw new IllegalStateException(e.getCause());
                }
            }
        }
    }
}

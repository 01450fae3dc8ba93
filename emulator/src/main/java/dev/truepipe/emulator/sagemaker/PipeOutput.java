package dev.truepipe.emulator.sagemaker;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;

/**
 * The writer's end of a FIFO as a stream: gathers what is small, hands on what is large without a copy, counts bytes, and
 * tells a reader that has gone from any other trouble. One call of the kernel carries up to a pipe's worth of both.
 */
final class PipeOutput extends OutputStream {
    /** What {@link #PipeOutput} needs for gathering, in bytes. */
    static final int GATHERED_BYTES = 1 << 18;
    /** What is smaller is cheaper copied than named to the kernel. */
    private static final int LEAST_HANDED_ON = 1 << 12;
    private static final int MOST_BUFFERS = 64;
    private static final int MOST_PENDING = 1 << 20;

    private final Fifo fifo;
    private final FileChannel pipe;
    private final ByteBuffer gathered;
    private final ByteBuffer[] buffers = new ByteBuffer[MOST_BUFFERS];
    private final ArrayDeque<Lent> lent = new ArrayDeque<>();
    private int count;
    private int sliceStart;
    private int pending;
    private long bytes;

    /** Memory that is handed on to the kernel as it is, and then given back. */
    interface Lent {
        void giveBack();
    }

    /** @param gathered {@value #GATHERED_BYTES} bytes outside the heap, used by nobody else meanwhile */
    PipeOutput(Fifo fifo, FileChannel pipe, ByteBuffer gathered) {
        this.fifo = fifo;
        this.pipe = pipe;
        this.gathered = gathered.clear();
    }

    @Override
    public void write(int b) throws IOException {
        if (!gathered.hasRemaining()) {
            flush();
        }
        gathered.put((byte) b);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            if (!gathered.hasRemaining()) {
                flush();
            }
            int now = Math.min(gathered.remaining(), length - done);
            gathered.put(from, offset + done, now);
            done += now;
        }
    }

    /** Writes what remains in the buffer, which must stay as it is until it is {@link #lend given back} or flushed. */
    void write(ByteBuffer from) throws IOException {
        if (from.remaining() < LEAST_HANDED_ON) {
            if (gathered.remaining() < from.remaining()) {
                flush();
            }
            gathered.put(from);
            return;
        }
        if (count > MOST_BUFFERS - 3) {
            flush();
        }
        endSlice();
        buffers[count++] = from;
        pending += from.remaining();
        if (pending >= MOST_PENDING) {
            flush();
        }
    }

    /** Gives {@code memory} back once everything written so far is in the pipe, or when nothing more will be written. */
    void lend(Lent memory) {
        lent.add(memory);
    }

    /** Gives back whatever was lent, written or not. */
    void giveUp() {
        count = 0;
        while (!lent.isEmpty()) {
            lent.remove().giveBack();
        }
    }

    /** @throws ReaderGone if the reader closed the pipe */
    @Override
    public void flush() throws IOException {
        endSlice();
        try {
            int first = 0;
            while (first < count) {
                bytes += count - first == 1 ? pipe.write(buffers[first]) : pipe.write(buffers, first, count - first);
                while (first < count && !buffers[first].hasRemaining()) {
                    first++;
                }
            }
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            // EPIPE has no type of its own, and its text depends on the language of the system: ask the kernel again.
            if (!fifo.hasReader()) {
                throw new ReaderGone(e);
            }
            throw e;
        } finally {
            gathered.clear();
            sliceStart = 0;
            pending = 0;
            giveUp();
        }
    }

    /** Bytes that went into the pipe. */
    long bytes() {
        return bytes;
    }

    private void endSlice() {
        int end = gathered.position();
        if (end > sliceStart) {
            buffers[count++] = gathered.slice(sliceStart, end - sliceStart);
            sliceStart = end;
        }
    }

    /** The reader closed the pipe before the end: the normal way to end an epoch early. */
    static final class ReaderGone extends IOException {
        private static final long serialVersionUID = 1;

        ReaderGone(IOException cause) {
            super(cause);
        }
    }
}

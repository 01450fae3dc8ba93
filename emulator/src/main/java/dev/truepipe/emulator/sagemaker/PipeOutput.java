package dev.truepipe.emulator.sagemaker;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;

/**
 * The writer's end of a FIFO as a stream: gathers small records, counts bytes, and tells a reader that has gone from any
 * other trouble.
 */
final class PipeOutput extends OutputStream {
    private final Fifo fifo;
    private final FileChannel pipe;
    private final ByteBuffer gathered = ByteBuffer.allocateDirect(1 << 18);
    private long bytes;

    PipeOutput(Fifo fifo, FileChannel pipe) {
        this.fifo = fifo;
        this.pipe = pipe;
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

    /** @throws ReaderGone if the reader closed the pipe */
    @Override
    public void flush() throws IOException {
        gathered.flip();
        try {
            while (gathered.hasRemaining()) {
                bytes += pipe.write(gathered);
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
        }
    }

    /** Bytes that went into the pipe. */
    long bytes() {
        return bytes;
    }

    /** The reader closed the pipe before the end: the normal way to end an epoch early. */
    static final class ReaderGone extends IOException {
        private static final long serialVersionUID = 1;

        ReaderGone(IOException cause) {
            super(cause);
        }
    }
}

package dev.truepipe.recordio;

import java.io.IOException;
import java.io.OutputStream;

/** Writes RecordIO records to a stream, which it neither flushes nor closes. */
public final class RecordWriter {
    /** {@code 0xced7230a}, the first word of every frame. */
    static final int MAGIC = 0xced7230a;

    /** Longest payload of one frame, in bytes: the length field has 29 bits. */
    public static final int MAX_PART_BYTES = (1 << 29) - 1;

    private final OutputStream out;
    private final byte[] words = new byte[8];
    private static final byte[] PADDING = new byte[3];

    public RecordWriter(OutputStream out) {
        this.out = out;
    }

    /**
     * Writes one record: magic {@code 0xced7230a}, length word, payload, then zeros up to a multiple of 4 bytes. Both
     * words are 32-bit little-endian.
     *
     * <p>Always one plain frame, also when the payload holds the magic number: readers disagree on records cut into
     * parts, and all agree on this. The choice is ours: {@code docs/interpretation.md#recordio}.
     *
     * @param payload raw object bytes; at most {@value #MAX_PART_BYTES} bytes (29-bit length field)
     * @throws IllegalArgumentException if {@code payload} is longer; nothing has been written
     * @throws IOException if the reader closed the pipe; the record may be half written
     * @see <a href="https://mxnet.apache.org/api/architecture/note_data_loading#data-format">RecordIO</a>
     */
    public void write(byte[] payload) throws IOException {
        write(payload, 0, payload.length);
    }

    /** As {@link #write(byte[])}, for a part of an array. */
    public void write(byte[] payload, int offset, int length) throws IOException {
        begin(length);
        out.write(payload, offset, length);
        end(length);
    }

    /**
     * Begins a record whose payload the caller then writes to the stream itself, {@code length} bytes exactly, followed
     * by {@link #end}. For payloads that are copied, not held.
     *
     * @throws IllegalArgumentException if {@code length} is negative or above {@value #MAX_PART_BYTES}; nothing has been written
     */
    public void begin(long length) throws IOException {
        if (length < 0 || length > MAX_PART_BYTES) {
            throw new IllegalArgumentException(
                    "a RecordIO record holds at most " + MAX_PART_BYTES + " bytes, this object has " + length
                            + "; make the object smaller");
        }
        word(0, MAGIC);
        word(4, (int) length);
        out.write(words);
    }

    /** Ends a record of {@code length} bytes with its padding. */
    public void end(long length) throws IOException {
        int over = (int) (length & 3);
        if (over != 0) {
            out.write(PADDING, 0, 4 - over);
        }
    }

    private void word(int at, int value) {
        words[at] = (byte) value;
        words[at + 1] = (byte) (value >>> 8);
        words[at + 2] = (byte) (value >>> 16);
        words[at + 3] = (byte) (value >>> 24);
    }
}

package dev.truepipe.recordio;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/**
 * Reads RecordIO records from a stream, plain frames and records in parts.
 *
 * <p>Parts are joined by the rule of dmlc, whose writer drops an aligned magic number where it cuts: the reader puts it back
 * between parts. Other writers cut elsewhere; see {@code docs/interpretation.md#recordio}.
 */
public final class RecordReader {
    private static final byte[] MAGIC_BYTES = {0x0a, 0x23, (byte) 0xd7, (byte) 0xce};

    private final InputStream in;
    private long position;

    public RecordReader(InputStream in) {
        this.in = in;
    }

    /**
     * The next record's payload, or {@code null} at the end of the stream.
     *
     * @throws EOFException if the stream ends within a record
     * @throws IOException if the bytes are not RecordIO; the message has the byte offset
     */
    public byte[] read() throws IOException {
        byte[] part = frame(true);
        if (part == null) {
            return null;
        }
        if (flag == 0) {
            return part;
        }
        if (flag != 1) {
            throw new IOException("RecordIO: a record begins with part flag " + flag + ", at byte " + frameStart);
        }
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.write(part);
        do {
            part = frame(false);
            if (flag != 2 && flag != 3) {
                throw new IOException("RecordIO: expected a middle or last part, found flag " + flag + ", at byte " + frameStart);
            }
            joined.write(MAGIC_BYTES);
            joined.write(part);
        } while (flag == 2);
        return joined.toByteArray();
    }

    private int flag;
    private long frameStart;

    private byte[] frame(boolean first) throws IOException {
        frameStart = position;
        byte[] words = in.readNBytes(8);
        if (words.length == 0 && first) {
            return null;
        }
        if (words.length < 8) {
            throw ends();
        }
        position += 8;
        int magic = word(words, 0);
        if (magic != RecordWriter.MAGIC) {
            throw new IOException(String.format(Locale.ROOT,
                    "RecordIO: expected the magic number 0xced7230a, found 0x%08x, at byte %d",
                    magic, frameStart));
        }
        int lengthWord = word(words, 4);
        flag = lengthWord >>> 29;
        int length = lengthWord & RecordWriter.MAX_PART_BYTES;
        byte[] payload = in.readNBytes(length);
        int padding = -length & 3;
        if (payload.length < length || in.readNBytes(padding).length < padding) {
            throw ends();
        }
        position += length + padding;
        return payload;
    }

    private EOFException ends() {
        return new EOFException("RecordIO: the stream ends within the record that begins at byte " + frameStart);
    }

    private static int word(byte[] bytes, int at) {
        return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16 | (bytes[at + 3] & 0xff) << 24;
    }
}

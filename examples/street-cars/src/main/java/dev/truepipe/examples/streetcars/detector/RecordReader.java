package dev.truepipe.examples.streetcars.detector;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/**
 * Reads RecordIO from a pipe: magic {@code 0xced7230a}, a length word, the payload, zeros up to a multiple of 4 bytes;
 * words are 32-bit little-endian. The length word's upper 3 bits say whole (0), first (1), middle (2) or last part (3);
 * between parts the magic belongs to the payload.
 *
 * <p>This is all an algorithm needs to read Pipe mode with the RecordIO wrapper: go by length, never search for the magic.
 *
 * @see <a href="https://mxnet.apache.org/api/architecture/note_data_loading#data-format">RecordIO</a>
 */
final class RecordReader {
    private static final int MAGIC = 0xced7230a;
    private final InputStream in;

    RecordReader(InputStream in) {
        this.in = in;
    }

    /**
     * The next payload, or null at the end of the stream.
     *
     * @throws IOException if the bytes are not RecordIO, or end within a record
     */
    byte[] next() throws IOException {
        ByteArrayOutputStream parts = null;
        while (true) {
            byte[] head = in.readNBytes(8);
            if (head.length == 0 && parts == null) {
                return null;
            }
            if (head.length < 8) {
                throw new EOFException("the stream ends within a record's header");
            }
            if (word(head, 0) != MAGIC) {
                throw new IOException(String.format(Locale.ROOT, "not RecordIO: a record begins with 0x%08x instead of 0x%08x", word(head, 0), MAGIC));
            }
            int length = word(head, 4) & (1 << 29) - 1;
            int part = word(head, 4) >>> 29;
            if (part > 3 || (part == 0 || part == 1) != (parts == null)) {
                throw new IOException("not RecordIO: a record's part is marked " + part + " where that cannot stand");
            }
            byte[] payload = in.readNBytes(length);
            int padding = -length & 3;
            if (payload.length < length || in.readNBytes(padding).length < padding) {
                throw new EOFException("the stream ends within a record of " + length + " bytes");
            }
            if (part == 0) {
                return payload;
            }
            if (parts == null) {
                parts = new ByteArrayOutputStream();
            } else {
                parts.write(new byte[] {0x0a, 0x23, (byte) 0xd7, (byte) 0xce}, 0, 4);
            }
            parts.writeBytes(payload);
            if (part == 3) {
                return parts.toByteArray();
            }
        }
    }

    private static int word(byte[] bytes, int at) {
        return bytes[at] & 255 | (bytes[at + 1] & 255) << 8 | (bytes[at + 2] & 255) << 16 | bytes[at + 3] << 24;
    }
}

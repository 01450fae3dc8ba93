package dev.truepipe.manifest;

import dev.truepipe.split.Hash128;
import dev.truepipe.split.Murmur3;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;

/**
 * Hands out the lines that start in a byte range, one at a time, with their exact offsets.
 *
 * <p>A line excludes its {@code \n}, keeps a {@code \r}, and has no byte order mark (one at the manifest's start is skipped).
 * The last line may lack its newline. A line longer than {@link #MAX_LINE_BYTES} is hashed and counted but not held. The
 * buffer is reused: its content is good until the next call.
 */
public final class LineReader implements Closeable {
    /** Longest line that is looked into, in bytes: 16 MiB. */
    public static final int MAX_LINE_BYTES = 16 << 20;

    private static final int BLOCK_BYTES = 256 << 10;

    private final ByteSource source;
    private final long to;
    private final ManifestChunk chunk;
    private final long from;
    private final byte[] block = new byte[BLOCK_BYTES];
    private int blockAt;
    private int blockEnd;
    private ChunkStream stream;
    private boolean beyondMark;
    /** Offset of the next byte of the block. */
    private long position;
    private boolean ended;
    private boolean started;

    private byte[] line = new byte[64 << 10];
    private int held;
    private long offset;
    private long length;
    private final Murmur3 murmur = new Murmur3();
    private Hash128 hash;

    /** Opens a chunk of a manifest; nothing is read yet. */
    public LineReader(ByteSource source, ManifestChunk chunk) {
        this.source = source;
        this.chunk = chunk;
        this.from = chunk.gzip() ? 0 : chunk.from();
        this.to = chunk.gzip() ? ByteSource.END : chunk.to();
    }

    /** Goes to the next line. @return whether there is one */
    public boolean next() throws IOException {
        if (!started) {
            started = true;
            if (from >= to) {
                ended = true;
            } else {
                begin();
            }
        }
        if (ended || position >= to && !beyondMark || !available()) {
            return false;
        }
        beyondMark = false;
        offset = position;
        length = 0;
        held = 0;
        hash = null;
        boolean overlong = false;
        while (true) {
            int end = newline();
            int count = end - blockAt;
            if (!overlong && length + count <= MAX_LINE_BYTES) {
                hold(count);
            } else {
                if (!overlong) {
                    overlong = true;
                    murmur.reset().update(line, 0, held);
                    held = 0;
                }
                murmur.update(block, blockAt, count);
            }
            length += count;
            position += count;
            blockAt = end;
            if (blockAt < blockEnd) {
                blockAt++;
                position++;
                break;
            }
            if (!available()) {
                break;
            }
        }
        hash = overlong ? murmur.finish() : murmur.reset().update(line, 0, held).finish();
        return true;
    }

    /** The line's bytes, from index 0; meaningless if {@link #tooLong()}. */
    public byte[] buffer() {
        return line;
    }

    /** Offset of the line's first byte in the manifest, from 0. */
    public long offset() {
        return offset;
    }

    /** Bytes of the line. */
    public long length() {
        return length;
    }

    /** Whether the line is longer than {@link #MAX_LINE_BYTES}, and so not held. */
    public boolean tooLong() {
        return length > MAX_LINE_BYTES;
    }

    /** Whether the line holds nothing but spaces, tabs and carriage returns. */
    public boolean blank() {
        if (tooLong()) {
            return false;
        }
        for (int i = 0; i < held; i++) {
            byte b = line[i];
            if (b != ' ' && b != '\t' && b != '\r') {
                return false;
            }
        }
        return true;
    }

    /** Hash of the line's bytes. */
    public Hash128 hash() {
        return hash;
    }

    @Override
    public void close() throws IOException {
        if (stream != null) {
            stream.close();
        }
    }

    private void begin() throws IOException {
        if (from == 0) {
            skipByteOrderMark();
            return;
        }
        // The byte before the range tells whether a line starts with it.
        position = from - 1;
        while (position < to && available()) {
            int end = newline();
            position += end - blockAt;
            blockAt = end;
            if (blockAt < blockEnd) {
                blockAt++;
                position++;
                return;
            }
        }
        ended = true;
    }

    private void skipByteOrderMark() throws IOException {
        while (blockEnd < 3 && fetch(blockEnd)) {
            // A stream may hand out its first bytes one by one.
        }
        if (blockEnd >= 3 && block[0] == (byte) 0xef && block[1] == (byte) 0xbb && block[2] == (byte) 0xbf) {
            blockAt = 3;
            position = 3;
            // The first line belongs to the range that holds the manifest's first byte, wherever the mark is cut.
            beyondMark = to <= 3;
        }
    }

    private int newline() {
        int at = blockAt;
        while (at < blockEnd && block[at] != '\n') {
            at++;
        }
        return at;
    }

    private void hold(int count) {
        if (held + count > line.length) {
            line = Arrays.copyOf(line, (int) Math.min(MAX_LINE_BYTES, Math.max(2L * line.length, held + count)));
        }
        System.arraycopy(block, blockAt, line, held, count);
        held += count;
    }

    /** Makes sure the block has a byte to give. @return false at the manifest's end */
    private boolean available() throws IOException {
        if (blockAt < blockEnd) {
            return true;
        }
        blockAt = 0;
        blockEnd = 0;
        return fetch(0);
    }

    /** Reads more bytes into the block. @return false at the manifest's end */
    private boolean fetch(int at) throws IOException {
        if (stream == null) {
            stream = new ChunkStream(source, chunk, position);
        }
        int count = stream.read(block, at, block.length - at);
        if (count < 0) {
            return false;
        }
        blockEnd = at + count;
        return true;
    }
}

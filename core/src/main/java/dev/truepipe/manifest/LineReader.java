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
 * The last line may lack its newline. A line longer than {@link #MAX_LINE_BYTES} is hashed and counted but not held.
 *
 * <p>Lines are not copied: each lies where it was read, and is good until the next call. Behind it stand a newline, whether
 * the manifest has it or not, and as many bytes as a {@link JsonCursor} wants.
 */
public final class LineReader implements Closeable {
    /** Longest line that is looked into, in bytes: 16 MiB. */
    public static final int MAX_LINE_BYTES = 16 << 20;

    private static final int BLOCK_BYTES = 256 << 10;

    private final int most;
    private final ByteSource source;
    private final ManifestChunk chunk;
    private final long from;
    private final long to;
    private ChunkStream stream;
    private boolean started;
    private boolean ended;
    /** Whether the first line stands behind a byte order mark that the range ends in. */
    private boolean beyondMark;

    private byte[] block = new byte[BLOCK_BYTES + JsonCursor.SLACK];
    /** Offset in the manifest of the block's first byte. */
    private long blockOffset;
    private int blockEnd;
    /** Where the next line begins. */
    private int next;

    private int start;
    private long offset;
    private long length;
    private final Murmur3 murmur = new Murmur3();
    private Hash128 hash;

    /** Opens a chunk of a manifest; nothing is read yet. */
    public LineReader(ByteSource source, ManifestChunk chunk) {
        this(source, chunk, MAX_LINE_BYTES);
    }

    /** @param most longest line that is held, in bytes */
    LineReader(ByteSource source, ManifestChunk chunk, int most) {
        this.most = most;
        this.source = source;
        this.chunk = chunk;
        this.from = chunk.gzip() ? 0 : chunk.from();
        this.to = chunk.gzip() ? ByteSource.END : chunk.to();
    }

    /** Goes to the next line. @return whether there is one */
    public boolean next() throws IOException {
        if (!started) {
            started = true;
            ended = from >= to || !begin();
        }
        if (ended || blockOffset + next >= to && !beyondMark) {
            return false;
        }
        beyondMark = false;
        start = next;
        offset = blockOffset + start;
        int end = LittleEndian.newline(block, start, blockEnd);
        while (end == blockEnd) {
            if (end - start > most) {
                return tooLongLine();
            }
            int seen = end - start;
            if (!fill()) {
                return lastLine();
            }
            end = LittleEndian.newline(block, start + seen, blockEnd);
        }
        next = end + 1;
        return line(end);
    }

    private boolean line(int end) {
        length = end - start;
        hash = murmur.reset().update(block, start, end - start).finish();
        return true;
    }

    /** What is left when the manifest is at its end. */
    private boolean lastLine() {
        ended = true;
        if (start == blockEnd) {
            return false;
        }
        block[blockEnd] = '\n';
        return line(blockEnd);
    }

    /** Hashes a line that is too long to be held, block by block. */
    private boolean tooLongLine() throws IOException {
        murmur.reset();
        length = 0;
        int end = blockEnd;
        while (end == blockEnd) {
            murmur.update(block, start, end - start);
            length += end - start;
            next = blockEnd;
            start = blockEnd;
            if (!fill()) {
                ended = true;
                hash = murmur.finish();
                return true;
            }
            end = LittleEndian.newline(block, start, blockEnd);
        }
        murmur.update(block, start, end - start);
        length += end - start;
        next = end + 1;
        hash = murmur.finish();
        return true;
    }

    /** The array that holds the line; meaningless if {@link #tooLong()}. */
    public byte[] buffer() {
        return block;
    }

    /** Where in {@link #buffer()} the line begins. */
    public int start() {
        return start;
    }

    /** Offset of the line's first byte in the manifest, from 0. */
    public long offset() {
        return offset;
    }

    /** Bytes of the line. */
    public long length() {
        return length;
    }

    /** Whether the line is longer than {@link #MAX_LINE_BYTES}, or than was asked for, and so not held. */
    public boolean tooLong() {
        return length > most;
    }

    /** Whether the line holds nothing but spaces, tabs and carriage returns. */
    public boolean blank() {
        if (tooLong()) {
            return false;
        }
        for (int i = start; i < start + (int) length; i++) {
            byte b = block[i];
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

    /** Goes to the first line that starts in the range. @return whether there can be one */
    private boolean begin() throws IOException {
        if (from == 0) {
            skipByteOrderMark();
            return true;
        }
        // The byte before the range tells whether a line starts with it.
        blockOffset = from - 1;
        int end = 0;
        while (end == blockEnd) {
            next = blockEnd;
            start = blockEnd;
            if (blockOffset + blockEnd >= to || !fill()) {
                return false;
            }
            end = LittleEndian.newline(block, start, blockEnd);
        }
        next = end + 1;
        return true;
    }

    private void skipByteOrderMark() throws IOException {
        while (blockEnd < 3 && fill()) {
            // A stream may hand out its first bytes one by one.
        }
        if (blockEnd >= 3 && block[0] == (byte) 0xef && block[1] == (byte) 0xbb && block[2] == (byte) 0xbf) {
            next = 3;
            // The first line belongs to the range that holds the manifest's first byte, wherever the mark is cut.
            beyondMark = to <= 3;
        }
    }

    /** Reads more behind what is there from {@link #start} on, which moves to the front if need be. @return false at the end */
    private boolean fill() throws IOException {
        if (stream == null) {
            stream = new ChunkStream(source, chunk, blockOffset);
        }
        int room = block.length - JsonCursor.SLACK;
        if (blockEnd == room || start == blockEnd) {
            int held = blockEnd - start;
            if (held > room / 2) {
                room = Math.min(4 * room, most + BLOCK_BYTES);
                block = Arrays.copyOfRange(block, start, start + room + JsonCursor.SLACK);
            } else if (held > 0) {
                System.arraycopy(block, start, block, 0, held);
            }
            blockOffset += start;
            next -= start;
            blockEnd = held;
            start = 0;
        }
        // However large the block has grown: the JDK keeps as many bytes beside it as are read at once.
        int count = stream.read(block, blockEnd, Math.min(room - blockEnd, BLOCK_BYTES));
        if (count < 0) {
            return false;
        }
        blockEnd += count;
        return true;
    }
}

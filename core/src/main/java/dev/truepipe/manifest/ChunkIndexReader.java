package dev.truepipe.manifest;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads what {@link ChunkScanner} wrote of a chunk, line by line. */
public final class ChunkIndexReader implements Closeable {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int BUFFER_BYTES = 64 << 10;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int end;
    private final List<String> texts = new ArrayList<>();
    private final IndexedLine line = new IndexedLine();
    private long lineEnd;
    private long number;
    private long blanks;
    private long lines;
    private boolean ended;

    /** @throws IOException if the bytes are no index of this version */
    public ChunkIndexReader(InputStream in) throws IOException {
        this.in = in;
        byte[] magic = in.readNBytes(ChunkIndexWriter.MAGIC.length);
        if (!Arrays.equals(magic, ChunkIndexWriter.MAGIC)) {
            throw new IOException("not a chunk index of this version; scan the chunk again with one version of Truepipe throughout");
        }
    }

    /**
     * The next line, or {@code null} at the end. The same object every time.
     *
     * @throws EOFException if the index was cut off
     */
    public IndexedLine next() throws IOException {
        if (ended) {
            return null;
        }
        long flags = number();
        if (flags == ChunkIndexWriter.END) {
            ended = true;
            long trailing = number();
            blanks += trailing;
            number += trailing;
            if (number() != lines) {
                throw new IOException("the chunk index is damaged: its line count is wrong; scan the chunk again");
            }
            return null;
        }
        line.accepted = (flags & ChunkIndexWriter.ACCEPTED) != 0;
        line.warned = (flags & ChunkIndexWriter.WARNED) != 0;
        line.negative = (flags & ChunkIndexWriter.NEGATIVE) != 0;
        line.keyed = (flags & ChunkIndexWriter.KEY) != 0;
        line.sourceRef = (flags & ChunkIndexWriter.WITHOUT_SOURCE_REF) == 0;
        line.source = (flags & ChunkIndexWriter.SOURCE) != 0;
        long before = number();
        blanks += before;
        number += before + 1;
        line.number = number;
        line.offset = lineEnd + number();
        line.length = number();
        lineEnd = line.offset + line.length;
        line.hashHigh = longNumber();
        line.hashLow = longNumber();
        line.keyHigh = line.keyed ? longNumber() : 0;
        line.keyLow = line.keyed ? longNumber() : 0;
        boolean grouped = (flags & ChunkIndexWriter.GROUP) != 0;
        line.groupHigh = grouped ? longNumber() : line.keyHigh;
        line.groupLow = grouped ? longNumber() : line.keyLow;
        line.created = (flags & ChunkIndexWriter.TIME) != 0 ? longNumber() : CreationDate.UNKNOWN;
        boolean framed = (flags & ChunkIndexWriter.FRAME) != 0;
        line.stem = framed ? longNumber() : 0;
        line.frame = framed ? number() : 0;
        line.label = text();
        line.job = text();
        line.classes.clear();
        for (long left = number(); left > 0; left--) {
            int id = Math.toIntExact(number());
            String name = text();
            line.classes.add(id, name, Math.toIntExact(number()));
        }
        line.findings.clear();
        for (long left = number(); left > 0; left--) {
            FindingCode code = FindingCode.of(text());
            Severity severity = Severity.of(text());
            String attribute = text();
            line.findings.add(new Finding(code, severity, attribute, text()));
        }
        lines++;
        return line;
    }

    /** Blank lines so far; all of the chunk's once {@link #next} gave {@code null}. */
    public long blank() {
        return blanks;
    }

    /** Lines so far, blank ones included: the next chunk's line numbers begin after it. */
    public long numbered() {
        return number;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private long number() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = octet();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new IOException("the chunk index is damaged: a number has no end; scan the chunk again");
    }

    private String text() throws IOException {
        int reference = Math.toIntExact(number());
        if (reference == 0) {
            return null;
        }
        if (reference == 1) {
            return string();
        }
        if (reference - 2 == texts.size()) {
            texts.add(string());
        }
        return texts.get(reference - 2);
    }

    private String string() throws IOException {
        int length = Math.toIntExact(number());
        if (length <= BUFFER_BYTES) {
            have(length);
            at += length;
            return new String(buffer, at - length, length, StandardCharsets.UTF_8);
        }
        byte[] bytes = new byte[length];
        int held = end - at;
        System.arraycopy(buffer, at, bytes, 0, held);
        at = end;
        if (in.readNBytes(bytes, held, length - held) < length - held) {
            throw cutOff();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private int octet() throws IOException {
        if (at == end) {
            have(1);
        }
        return buffer[at++] & 0xff;
    }

    private long longNumber() throws IOException {
        have(8);
        at += 8;
        return (long) LONG.get(buffer, at - 8);
    }

    /** Makes sure that so many bytes are in the buffer. */
    private void have(int count) throws IOException {
        if (end - at >= count) {
            return;
        }
        System.arraycopy(buffer, at, buffer, 0, end - at);
        end -= at;
        at = 0;
        while (end < count) {
            int read = in.read(buffer, end, BUFFER_BYTES - end);
            if (read < 0) {
                throw cutOff();
            }
            end += read;
        }
    }

    private static EOFException cutOff() {
        return new EOFException("the chunk index was cut off; scan the chunk again");
    }
}

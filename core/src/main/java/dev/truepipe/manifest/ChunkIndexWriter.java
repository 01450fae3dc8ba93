package dev.truepipe.manifest;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes what a scan learned of a chunk, about 60 bytes a line: four bytes {@code TPX2}, one record a line, an end record.
 *
 * <p>Record: flags, blank lines before it, bytes between it and the line before, its length (variable-length integers, seven
 * bits a byte, low bits first); its hash; then by flag the object's hash, the group's hash, the time, the frame; the label and its job;
 * classes; findings. Texts that come again are written once and then by number.
 */
public final class ChunkIndexWriter implements LineSink {
    static final byte[] MAGIC = "TPX2".getBytes(StandardCharsets.US_ASCII);
    static final int ACCEPTED = 1;
    static final int WARNED = 2;
    static final int NEGATIVE = 4;
    static final int KEY = 8;
    static final int GROUP = 16;
    static final int TIME = 32;
    static final int FRAME = 64;
    static final int END = 128;
    /** The object is not under {@code source-ref}: nearly every object is, and so nearly every line's flags take one byte. */
    static final int WITHOUT_SOURCE_REF = 256;
    static final int SOURCE = 512;
    /** Texts remembered at most; later ones are written in full. */
    static final int MOST_TEXTS = 1 << 13;
    /** Longer ones are written in full each time. */
    static final int LONGEST_REMEMBERED = 512;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int BUFFER_BYTES = 64 << 10;

    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int buffered;
    private final Map<String, Integer> texts = new HashMap<>();
    private long lineEnd;
    private long blanks;
    private long lines;

    /** @param out flushed at the end, not closed */
    public ChunkIndexWriter(OutputStream out) throws IOException {
        this.out = out;
        bytes(MAGIC);
    }

    @Override
    public void blank() {
        blanks++;
    }

    @Override
    public void line(IndexedLine line, byte[] bytes, int from) throws IOException {
        boolean grouped = line.keyed && (line.groupHigh != line.keyHigh || line.groupLow != line.keyLow);
        number((line.accepted ? ACCEPTED : 0)
                | (line.warned ? WARNED : 0)
                | (line.negative ? NEGATIVE : 0)
                | (line.keyed ? KEY : 0)
                | (grouped ? GROUP : 0)
                | (line.created != CreationDate.UNKNOWN ? TIME : 0)
                | (line.stem != 0 ? FRAME : 0)
                | (line.sourceRef ? 0 : WITHOUT_SOURCE_REF)
                | (line.source ? SOURCE : 0));
        number(blanks);
        number(line.offset - lineEnd);
        number(line.length);
        hash(line.hashHigh, line.hashLow);
        if (line.keyed) {
            hash(line.keyHigh, line.keyLow);
        }
        if (grouped) {
            hash(line.groupHigh, line.groupLow);
        }
        if (line.created != CreationDate.UNKNOWN) {
            longNumber(line.created);
        }
        if (line.stem != 0) {
            longNumber(line.stem);
            number(line.frame);
        }
        text(line.label);
        text(line.job);
        int classes = line.accepted ? line.classes.count() : 0;
        number(classes);
        for (int i = 0; i < classes; i++) {
            number(line.classes.id(i));
            text(line.classes.name(i));
            number(line.classes.annotations(i));
        }
        number(line.findings.size());
        for (Finding finding : line.findings) {
            text(finding.code().code());
            text(finding.severity().word());
            text(finding.attribute());
            text(finding.message());
        }
        blanks = 0;
        lineEnd = line.offset + line.length;
        lines++;
    }

    @Override
    public void end() throws IOException {
        number(END);
        number(blanks);
        number(lines);
        out.write(buffer, 0, buffered);
        buffered = 0;
        out.flush();
    }

    private void hash(long high, long low) throws IOException {
        longNumber(high);
        longNumber(low);
    }

    private void number(long value) throws IOException {
        room(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            buffer[buffered++] = (byte) (rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        buffer[buffered++] = (byte) rest;
    }

    private void longNumber(long value) throws IOException {
        room(8);
        LONG.set(buffer, buffered, value);
        buffered += 8;
    }

    private void bytes(byte[] bytes) throws IOException {
        if (bytes.length > BUFFER_BYTES) {
            room(BUFFER_BYTES);
            out.write(bytes);
        } else {
            room(bytes.length);
            System.arraycopy(bytes, 0, buffer, buffered, bytes.length);
            buffered += bytes.length;
        }
    }

    private void room(int bytes) throws IOException {
        if (buffered + bytes > BUFFER_BYTES) {
            out.write(buffer, 0, buffered);
            buffered = 0;
        }
    }

    /** 0: none. 1: in full, not remembered. From 2: a remembered text, in full the first time. */
    private void text(String text) throws IOException {
        if (text == null) {
            number(0);
            return;
        }
        Integer known = texts.get(text);
        if (known != null) {
            number(known + 2);
        } else if (texts.size() == MOST_TEXTS || text.length() > LONGEST_REMEMBERED) {
            number(1);
            string(text);
        } else {
            number(texts.size() + 2);
            string(text);
            texts.put(text, texts.size());
        }
    }

    private void string(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(bytes.length);
        bytes(bytes);
    }
}

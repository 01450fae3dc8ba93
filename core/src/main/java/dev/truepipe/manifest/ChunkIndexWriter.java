package dev.truepipe.manifest;

import dev.truepipe.split.Hash128;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes what a scan learned of a chunk, about 60 bytes a line: four bytes {@code TPX1}, one record a line, an end record.
 *
 * <p>Record: flags; blank lines before it, bytes between it and the line before, its length (variable-length integers, seven
 * bits a byte, low bits first); its hash; then by flag the object's hash, the group's hash, the time, the frame; the label;
 * classes; findings. Texts that come again are written once and then by number.
 */
final class ChunkIndexWriter {
    static final byte[] MAGIC = "TPX1".getBytes(StandardCharsets.US_ASCII);
    static final int ACCEPTED = 1;
    static final int WARNED = 2;
    static final int NEGATIVE = 4;
    static final int KEY = 8;
    static final int GROUP = 16;
    static final int TIME = 32;
    static final int FRAME = 64;
    static final int END = 128;
    /** Texts remembered at most; later ones are written in full. */
    static final int MOST_TEXTS = 1 << 16;

    private final DataOutputStream out;
    private final Map<String, Integer> texts = new HashMap<>();
    private long lineEnd;
    private long blanks;
    private long lines;

    ChunkIndexWriter(OutputStream out) throws IOException {
        this.out = new DataOutputStream(new BufferedOutputStream(out, 64 << 10));
        this.out.write(MAGIC);
    }

    void blank() {
        blanks++;
    }

    void line(JudgedLine line, long offset, long length, Hash128 hash) throws IOException {
        boolean accepted = line.accepted();
        boolean grouped = line.key != null && !line.group.equals(line.key);
        out.writeByte((accepted ? ACCEPTED : 0)
                | (line.warned() ? WARNED : 0)
                | (!accepted && line.onlyNegative() ? NEGATIVE : 0)
                | (line.key != null ? KEY : 0)
                | (grouped ? GROUP : 0)
                | (line.created != CreationDate.UNKNOWN ? TIME : 0)
                | (line.stem != 0 ? FRAME : 0));
        number(blanks);
        number(offset - lineEnd);
        number(length);
        hash(hash);
        if (line.key != null) {
            hash(line.key);
        }
        if (grouped) {
            hash(line.group);
        }
        if (line.created != CreationDate.UNKNOWN) {
            out.writeLong(line.created);
        }
        if (line.stem != 0) {
            out.writeLong(line.stem);
            number(line.frame);
        }
        text(line.label);
        number(accepted ? line.classes.size() : 0);
        if (accepted) {
            for (Map.Entry<Integer, JudgedLine.ClassUse> entry : line.classes.entrySet()) {
                number(entry.getKey());
                text(entry.getValue().name());
                number(entry.getValue().annotations());
            }
        }
        number(line.findings.size());
        for (Finding finding : line.findings) {
            text(finding.code().code());
            text(finding.severity().word());
            text(finding.attribute());
            string(finding.message());
        }
        blanks = 0;
        lineEnd = offset + length;
        lines++;
    }

    /** Ends the index. The stream is flushed, not closed. */
    void end() throws IOException {
        out.writeByte(END);
        number(blanks);
        number(lines);
        out.flush();
    }

    private void hash(Hash128 hash) throws IOException {
        out.writeLong(hash.high());
        out.writeLong(hash.low());
    }

    private void number(long value) throws IOException {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.writeByte((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
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
        } else if (texts.size() == MOST_TEXTS) {
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
        out.write(bytes);
    }
}

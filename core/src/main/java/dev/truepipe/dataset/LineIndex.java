package dev.truepipe.dataset;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Hashes of a version's accepted lines, sorted: what {@code lines.idx} holds. 16 bytes a line.
 *
 * <p>File: four bytes {@code TPL1}, two counts (train, validation), the hashes of train, the hashes of validation; eight-byte
 * numbers, big-endian, a hash as high, low.
 */
public final class LineIndex {
    private static final int MAGIC = 'T' << 24 | 'P' << 16 | 'L' << 8 | '1';

    private final HashList train;
    private final HashList validation;

    LineIndex(HashList train, HashList validation) {
        this.train = train;
        this.validation = validation;
        train.sort();
        validation.sort();
    }

    /** Reads {@code lines.idx}. @throws IOException if it is not one */
    public static LineIndex read(InputStream in) throws IOException {
        DataInputStream file = new DataInputStream(new BufferedInputStream(in, 64 << 10));
        if (file.readInt() != MAGIC) {
            throw new IOException("not a lines.idx of this version");
        }
        long trainLines = file.readLong();
        long validationLines = file.readLong();
        return new LineIndex(list(file, trainLines), list(file, validationLines));
    }

    private static HashList list(DataInputStream file, long count) throws IOException {
        HashList list = new HashList();
        for (long i = 0; i < count; i++) {
            list.add(file.readLong(), file.readLong());
        }
        return list;
    }

    /** Writes {@code lines.idx}; the stream is flushed, not closed. */
    public void write(OutputStream out) throws IOException {
        DataOutputStream file = new DataOutputStream(new BufferedOutputStream(out, 64 << 10));
        file.writeInt(MAGIC);
        file.writeLong(train.size());
        file.writeLong(validation.size());
        for (HashList list : new HashList[] {train, validation}) {
            for (int i = 0; i < list.size(); i++) {
                file.writeLong(list.high(i));
                file.writeLong(list.low(i));
            }
        }
        file.flush();
    }

    /** Accepted lines. */
    public long lines() {
        return (long) train.size() + validation.size();
    }

    /** Whether a line was accepted in this version, on either side. */
    boolean contains(long high, long low) {
        return train.find(high, low) >= 0 || validation.find(high, low) >= 0;
    }

    /** How many lines are in one of the two hold-outs but not in the other. */
    public long holdOutDifference(LineIndex other) {
        return missing(validation, other.validation) + missing(other.validation, validation);
    }

    private static long missing(HashList from, HashList in) {
        long missing = 0;
        for (int i = 0; i < from.size(); i++) {
            if (in.find(from.high(i), from.low(i)) < 0) {
                missing++;
            }
        }
        return missing;
    }
}

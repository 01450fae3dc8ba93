package dev.truepipe.dataset;

import dev.truepipe.split.Hash128;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Hashes of a version's accepted lines and of the groups in its train, sorted: what {@code lines.idx} holds. 16 bytes each.
 *
 * <p>File: four bytes {@code TPL2}, three counts (lines of train, lines of validation, groups of train), the hashes of each in
 * that order; eight-byte numbers, big-endian, a hash as high, low.
 */
public final class LineIndex {
    private static final int MAGIC = 'T' << 24 | 'P' << 16 | 'L' << 8 | '2';

    private static final String CURE = "remove it: what comes next is decided without it, and writes a new one";

    private final HashList train;
    private final HashList validation;
    private final HashList trainGroups;

    LineIndex(HashList train, HashList validation, HashList trainGroups) {
        this.train = train;
        this.validation = validation;
        this.trainGroups = trainGroups;
        train.sort();
        validation.sort();
        trainGroups.sort();
        trainGroups.keepOneOfEach();
    }

    /** Reads {@code lines.idx}. @throws IOException if it is not one */
    public static LineIndex read(InputStream in) throws IOException {
        try {
            return read(new DataInputStream(new BufferedInputStream(in, 64 << 10)));
        } catch (EOFException e) {
            throw new IOException("the version's lines.idx was cut off; " + CURE, e);
        }
    }

    private static LineIndex read(DataInputStream file) throws IOException {
        if (file.readInt() != MAGIC) {
            throw new IOException("the version's lines.idx is of another Truepipe; " + CURE);
        }
        long trainLines = file.readLong();
        long validationLines = file.readLong();
        long groups = file.readLong();
        return new LineIndex(list(file, trainLines), list(file, validationLines), list(file, groups));
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
        file.writeLong(trainGroups.size());
        for (HashList list : new HashList[] {train, validation, trainGroups}) {
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

    /** Whether a group is in train. */
    boolean hasInTrain(Hash128 group) {
        return trainGroups.find(group.high(), group.low()) >= 0;
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

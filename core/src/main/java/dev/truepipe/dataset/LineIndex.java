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
import java.util.Arrays;

/**
 * Which lines a version accepted and which groups are in its train: what {@code lines.idx} holds, 8 bytes each.
 *
 * <p>Of each 128-bit hash the first half stands for it. What is asked of it forgives the one wrong answer in 10⁵ versions of 10
 * million lines that this costs: a line that counts as known, a group that does not move.
 *
 * <p>File: four bytes {@code TPL3}, three counts (accepted lines outside validation, lines of validation, groups of train), the halves of each in
 * that order, ascending as signed numbers; eight-byte numbers, big-endian.
 */
public final class LineIndex {
    private static final int MAGIC = 'T' << 24 | 'P' << 16 | 'L' << 8 | '3';
    /** The format before, with whole hashes; it is still read. */
    private static final int WHOLE_HASHES = 'T' << 24 | 'P' << 16 | 'L' << 8 | '2';

    private static final String CURE = "remove it: what comes next is decided without it, and writes a new one";

    private final long[] others;
    private final long[] validation;
    private final long[] trainGroups;

    /** Each in ascending order. */
    LineIndex(long[] others, long[] validation, long[] trainGroups) {
        this.others = others;
        this.validation = validation;
        this.trainGroups = trainGroups;
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
        int magic = file.readInt();
        if (magic != MAGIC && magic != WHOLE_HASHES) {
            throw new IOException("the version's lines.idx is of another Truepipe; " + CURE);
        }
        long otherLines = file.readLong();
        long validationLines = file.readLong();
        long groups = file.readLong();
        boolean whole = magic == WHOLE_HASHES;
        return new LineIndex(numbers(file, otherLines, whole), numbers(file, validationLines, whole), numbers(file, groups, whole));
    }

    /** Sorted again, so that a damaged file gives wrong answers and no endless search. */
    private static long[] numbers(DataInputStream file, long count, boolean whole) throws IOException {
        LongList list = new LongList();
        for (long i = 0; i < count; i++) {
            list.add(file.readLong());
            if (whole) {
                file.skipNBytes(Long.BYTES);
            }
        }
        return list.takeSorted();
    }

    /** Writes {@code lines.idx}; the stream is flushed, not closed. */
    public void write(OutputStream out) throws IOException {
        DataOutputStream file = new DataOutputStream(new BufferedOutputStream(out, 64 << 10));
        file.writeInt(MAGIC);
        file.writeLong(others.length);
        file.writeLong(validation.length);
        file.writeLong(trainGroups.length);
        for (long[] numbers : new long[][] {others, validation, trainGroups}) {
            for (long number : numbers) {
                file.writeLong(number);
            }
        }
        file.flush();
    }

    /** Whether a line was accepted in this version, on whichever side. @param high first half of its hash */
    boolean contains(long high) {
        return Arrays.binarySearch(others, high) >= 0 || Arrays.binarySearch(validation, high) >= 0;
    }

    /** Whether a group is in train. */
    boolean hasInTrain(Hash128 group) {
        return Arrays.binarySearch(trainGroups, group.high()) >= 0;
    }

    /** How many lines are in one of the two hold-outs but not in the other. */
    public long holdOutDifference(LineIndex other) {
        return missing(validation, other.validation) + missing(other.validation, validation);
    }

    private static long missing(long[] from, long[] in) {
        long missing = 0;
        for (long number : from) {
            if (Arrays.binarySearch(in, number) < 0) {
                missing++;
            }
        }
        return missing;
    }
}

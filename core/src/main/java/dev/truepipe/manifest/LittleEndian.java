package dev.truepipe.manifest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Eight bytes at a time. */
final class LittleEndian {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** One in each byte. */
    static final long EACH_BYTE = 0x0101010101010101L;
    /** The highest bit of each byte. */
    static final long HIGH_BITS = 0x8080808080808080L;
    private static final long ZEROS = EACH_BYTE * '0';
    private static final int[] TENS = {1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000};
    private static final long PAIRS = 0x000000ff000000ffL;
    private static final long FIRST_OF_FOUR = 100 + (1_000_000L << 32);
    private static final long SECOND_OF_FOUR = 1 + (10_000L << 32);
    private static final long NEWLINES = EACH_BYTE * '\n';

    private LittleEndian() {}

    /** The eight bytes from here on, the first as the lowest. */
    static long at(byte[] bytes, int i) {
        return (long) LONG.get(bytes, i);
    }

    /** Eight bytes for {@link #digits} and {@link #number}: a digit is its value, anything else is more than nine. */
    static long lessZeros(byte[] bytes, int i) {
        return at(bytes, i) ^ ZEROS;
    }

    /** Ten to the power of 0 to 8. */
    static int ten(int power) {
        return TENS[power];
    }

    /** How many digits it begins with, 0 to 8. @param word as {@link #lessZeros} gives it */
    static int digits(long word) {
        long others = ((word & ~HIGH_BITS) + EACH_BYTE * 0x76 | word) & HIGH_BITS;
        return Long.numberOfTrailingZeros(others) >>> 3;
    }

    /** The number of these digits. @param word as {@link #lessZeros} gives it @param count how many, 1 to 8 */
    static long number(long word, int count) {
        long eight = word << 64 - 8 * count;
        // Neighbours are joined to pairs, pairs to fours, fours to eight.
        long pairs = eight * 10 + (eight >>> 8);
        return (pairs & PAIRS) * FIRST_OF_FOUR + (pairs >>> 16 & PAIRS) * SECOND_OF_FOUR >>> 32;
    }

    /** The first newline, or {@code to}. @param bytes has eight more from {@code to} on */
    static int newline(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i += 8) {
            long difference = at(bytes, i) ^ NEWLINES;
            // The lowest marked byte is rightly marked; those above it need not be.
            long marks = difference - EACH_BYTE & ~difference & HIGH_BITS;
            if (marks != 0) {
                return Math.min(to, i + (Long.numberOfTrailingZeros(marks) >>> 3));
            }
        }
        return to;
    }
}

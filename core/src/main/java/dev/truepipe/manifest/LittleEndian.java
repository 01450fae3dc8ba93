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
    private static final long NEWLINES = EACH_BYTE * '\n';

    private LittleEndian() {}

    /** The eight bytes from here on, the first as the lowest. */
    static long at(byte[] bytes, int i) {
        return (long) LONG.get(bytes, i);
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

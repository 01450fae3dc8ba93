package dev.truepipe.split;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A 128-bit hash. Ordered by {@code high}, then {@code low}, both unsigned.
 *
 * @param high MurmurHash3's {@code h1}
 * @param low MurmurHash3's {@code h2}
 */
public record Hash128(long high, long low) implements Comparable<Hash128> {
    static final VarHandle LITTLE_ENDIAN_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Hash of a text's UTF-8 bytes: how object keys and group keys are hashed. */
    public static Hash128 of(String text) {
        return Murmur3.hash(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sixteen bytes: {@code high}, then {@code low}, both little-endian, as the reference implementation prints them. */
    public byte[] bytes() {
        byte[] bytes = new byte[16];
        LITTLE_ENDIAN_LONG.set(bytes, 0, high);
        LITTLE_ENDIAN_LONG.set(bytes, 8, low);
        return bytes;
    }

    /** Reverse of {@link #toString()}. @throws IllegalArgumentException if the text is not 32 hexadecimal digits */
    public static Hash128 parse(String hex) {
        if (hex.length() != 32) {
            throw new IllegalArgumentException("a 128-bit hash has 32 hexadecimal digits, was \"" + hex + "\"");
        }
        byte[] bytes = HexFormat.of().parseHex(hex);
        return new Hash128((long) LITTLE_ENDIAN_LONG.get(bytes, 0), (long) LITTLE_ENDIAN_LONG.get(bytes, 8));
    }

    @Override
    public int compareTo(Hash128 other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /** {@link #bytes()} in hexadecimal. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes());
    }
}

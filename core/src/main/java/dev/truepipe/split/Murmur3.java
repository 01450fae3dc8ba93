package dev.truepipe.split;

/**
 * MurmurHash3, x64, 128 bits, seed 0, over any number of pieces.
 *
 * <p>Reusable: {@link #reset()}, then {@link #update} any number of times, then {@link #finish()}. The result does not
 * depend on how the bytes were cut into pieces. Not for secrets: an opponent can make collisions.
 *
 * @see <a href="https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp">the algorithm (public domain)</a>
 */
public final class Murmur3 {
    private static final long C1 = 0x87c37b91114253d5L;
    private static final long C2 = 0x4cf5ad432745937fL;

    private final byte[] tail = new byte[16];
    private int tailLength;
    private long total;
    private long h1;
    private long h2;

    /** The hash of {@code length} bytes. */
    public static Hash128 hash(byte[] bytes, int offset, int length) {
        Murmur3 murmur = new Murmur3();
        murmur.update(bytes, offset, length);
        return murmur.finish();
    }

    /** The hash of all of {@code bytes}. */
    public static Hash128 hash(byte[] bytes) {
        return hash(bytes, 0, bytes.length);
    }

    /** Forgets what was hashed. @return this */
    public Murmur3 reset() {
        tailLength = 0;
        total = 0;
        h1 = 0;
        h2 = 0;
        return this;
    }

    /** Adds bytes. @return this */
    public Murmur3 update(byte[] bytes, int offset, int length) {
        total += length;
        int at = offset;
        int left = length;
        if (tailLength > 0) {
            int taken = Math.min(16 - tailLength, left);
            System.arraycopy(bytes, at, tail, tailLength, taken);
            tailLength += taken;
            at += taken;
            left -= taken;
            if (tailLength < 16) {
                return this;
            }
            mix(longAt(tail, 0), longAt(tail, 8));
            tailLength = 0;
        }
        for (; left >= 16; at += 16, left -= 16) {
            mix(longAt(bytes, at), longAt(bytes, at + 8));
        }
        System.arraycopy(bytes, at, tail, 0, left);
        tailLength = left;
        return this;
    }

    /** The hash of everything since the last reset. Call {@link #reset()} before hashing again. */
    public Hash128 finish() {
        java.util.Arrays.fill(tail, tailLength, 16, (byte) 0);
        if (tailLength > 8) {
            h2 ^= Long.rotateLeft(longAt(tail, 8) * C2, 33) * C1;
        }
        if (tailLength > 0) {
            h1 ^= Long.rotateLeft(longAt(tail, 0) * C1, 31) * C2;
        }
        h1 ^= total;
        h2 ^= total;
        h1 += h2;
        h2 += h1;
        h1 = avalanche(h1);
        h2 = avalanche(h2);
        h1 += h2;
        h2 += h1;
        return new Hash128(h1, h2);
    }

    private void mix(long k1, long k2) {
        h1 ^= Long.rotateLeft(k1 * C1, 31) * C2;
        h1 = (Long.rotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
        h2 ^= Long.rotateLeft(k2 * C2, 33) * C1;
        h2 = (Long.rotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
    }

    private static long avalanche(long value) {
        long k = value;
        k = (k ^ (k >>> 33)) * 0xff51afd7ed558ccdL;
        k = (k ^ (k >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return k ^ (k >>> 33);
    }

    private static long longAt(byte[] bytes, int at) {
        return (long) Hash128.LITTLE_ENDIAN_LONG.get(bytes, at);
    }
}

package dev.truepipe.split;

/**
 * The share of accepted lines kept out of training, and the rule that says which.
 *
 * <p>A group is held out when {@code floor(h1 × 10000 / 2^64) < basisPoints}, where {@code h1} is the unsigned first half
 * of the MurmurHash3 of 24 bytes: the seed (little-endian), then the group hash's sixteen bytes. A group's side so depends
 * on nothing but seed, share and its own key: not on the other lines, their order, or the machine. Whole basis points, not
 * a {@code double}: two machines then cut at the same line.
 *
 * @param basisPoints 0 (hold nothing out) to 9999
 * @param seed any number
 */
public record HoldOut(int basisPoints, long seed) {
    public HoldOut {
        if (basisPoints < 0 || basisPoints > 9_999) {
            throw new IllegalArgumentException("hold-out is 0 to 9999 basis points, was " + basisPoints);
        }
    }

    /** Whether the hash alone puts this group in the hold-out. */
    public boolean holds(Hash128 group) {
        return holds(group.high(), group.low());
    }

    /** Whether the hash alone puts the group of these two halves in the hold-out. */
    public boolean holds(long high, long low) {
        return Math.unsignedMultiplyHigh(rank(high, low), 10_000) < basisPoints;
    }

    /** The group's place in the split, unsigned: the lowest ranks are held out first. */
    public long rank(Hash128 group) {
        return rank(group.high(), group.low());
    }

    private long rank(long high, long low) {
        byte[] bytes = new byte[24];
        Hash128.LITTLE_ENDIAN_LONG.set(bytes, 0, seed);
        Hash128.LITTLE_ENDIAN_LONG.set(bytes, 8, high);
        Hash128.LITTLE_ENDIAN_LONG.set(bytes, 16, low);
        return Murmur3.hash(bytes).high();
    }
}

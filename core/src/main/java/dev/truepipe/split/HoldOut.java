package dev.truepipe.split;

/**
 * What is kept out of training, and the rule that says which: a share of the groups by hash, or a manifest of the user's
 * own, for {@code validation}; beside either a share for {@code test}.
 *
 * <p>A group's {@linkplain #place place} is {@code floor(h1 × 10000 / 2^64)}, where {@code h1} is the unsigned first half of
 * the MurmurHash3 of 24 bytes: the seed (little-endian), then the group hash's sixteen bytes. The lowest places are
 * validation, the next ones test, the rest train. A group's side so depends on nothing but seed, shares and its own key: not
 * on the other lines, their order, or the machine. Whole basis points, not a {@code double}: two machines then cut at the
 * same line.
 *
 * @param basisPoints share for validation, 0 (nothing by hash) to 9999; 0 with a manifest of one's own
 * @param testBasisPoints share for test, 0 (no test channel) to 9999; both together at most 9999
 * @param manifest name of the manifest whose lines are validation, as the dataset's manifests are named; {@code null}: by hash
 * @param seed any number
 */
public record HoldOut(int basisPoints, int testBasisPoints, String manifest, long seed) {
    /** Largest share of validation and test together: something must be left to train on. */
    public static final int MOST_BASIS_POINTS = 9_999;

    private static final int PLACES = 10_000;

    public HoldOut {
        if (basisPoints < 0 || testBasisPoints < 0 || basisPoints > MOST_BASIS_POINTS - testBasisPoints) {
            throw new IllegalArgumentException("the hold-out, validation and test together, is 0 to " + MOST_BASIS_POINTS
                    + " basis points, was " + basisPoints + " and " + testBasisPoints);
        }
        if (manifest != null && basisPoints > 0) {
            throw new IllegalArgumentException("validation is a share or a manifest, was " + basisPoints + " basis points and " + manifest);
        }
    }

    /** A share for validation alone. */
    public HoldOut(int basisPoints, long seed) {
        this(basisPoints, 0, null, seed);
    }

    /** Whether anything is for validation. */
    public boolean validates() {
        return basisPoints > 0 || manifest != null;
    }

    /** Whether there is a test channel. */
    public boolean tests() {
        return testBasisPoints > 0;
    }

    /** Whether the hash alone puts this group in validation. */
    public boolean holds(Hash128 group) {
        return isValidation(place(group.high(), group.low()));
    }

    /** Whether groups of this place are validation by their hash. */
    public boolean isValidation(int place) {
        return place < basisPoints;
    }

    /** Whether groups of this place are test by their hash. */
    public boolean isTest(int place) {
        return place >= basisPoints && place < basisPoints + testBasisPoints;
    }

    /** The place in the split, 0 to 9999, of the group of these two halves. */
    public int place(long high, long low) {
        return (int) Math.unsignedMultiplyHigh(rank(high, low), PLACES);
    }

    /** As the place, but finer: unsigned. The lowest ranks are held out first. */
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

    /** The shares in words: {@code 20%}, {@code 20%, test 10%}, {@code s3://labels/val.manifest}. */
    public String words() {
        return (manifest == null ? Percentage.text(basisPoints) : manifest) + (tests() ? ", test " + Percentage.text(testBasisPoints) : "");
    }
}

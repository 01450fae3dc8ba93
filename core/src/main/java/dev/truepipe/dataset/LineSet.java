package dev.truepipe.dataset;

import java.util.Locale;

/** A multiset of lines as a count and the sum of their hashes modulo 2^128: the same in any order. */
final class LineSet {
    private long count;
    private long high;
    private long low;

    void add(long hashHigh, long hashLow) {
        count++;
        low += hashLow;
        high += hashHigh + (Long.compareUnsigned(low, hashLow) < 0 ? 1 : 0);
    }

    long count() {
        return count;
    }

    /** Count and sum, as the version and the hold-out hash them: {@code 12 00ff…}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d %016x%016x", count, high, low);
    }
}

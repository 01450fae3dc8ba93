package dev.truepipe.dataset;

import dev.truepipe.split.Hash128;
import java.util.Arrays;

/** Many 128-bit hashes in 16 bytes each. */
final class HashList {
    private static final int SMALL = 16;

    private long[] pairs = new long[64];
    private int size;

    void add(long high, long low) {
        if (2 * size == pairs.length) {
            pairs = Arrays.copyOf(pairs, Math.toIntExact(Math.min(Integer.MAX_VALUE - 15L, pairs.length + (pairs.length >> 1) + 64L)) & ~1);
        }
        pairs[2 * size] = high;
        pairs[2 * size + 1] = low;
        size++;
    }

    int size() {
        return size;
    }

    long high(int at) {
        return pairs[2 * at];
    }

    long low(int at) {
        return pairs[2 * at + 1];
    }

    /** In the order of {@link Hash128}. */
    void sort() {
        sort(0, size - 1);
    }

    /** Removes what is there more than once from the sorted list. */
    void keepOneOfEach() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (i == 0 || high(i) != high(i - 1) || low(i) != low(i - 1)) {
                pairs[2 * kept] = high(i);
                pairs[2 * kept + 1] = low(i);
                kept++;
            }
        }
        size = kept;
    }

    /** Place of a hash in the sorted list, or a negative number. */
    int find(long high, long low) {
        int from = 0;
        int to = size - 1;
        while (from <= to) {
            int middle = (from + to) >>> 1;
            int order = compare(middle, high, low);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                from = middle + 1;
            } else {
                to = middle - 1;
            }
        }
        return -1;
    }

    private int compare(int at, long high, long low) {
        int byHigh = Long.compareUnsigned(pairs[2 * at], high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(pairs[2 * at + 1], low);
    }

    private void sort(int from, int to) {
        int left = from;
        int right = to;
        while (right - left > SMALL) {
            int middle = (left + right) >>> 1;
            long pivotHigh = high(middle);
            long pivotLow = low(middle);
            int i = left;
            int j = right;
            while (i <= j) {
                while (compare(i, pivotHigh, pivotLow) < 0) {
                    i++;
                }
                while (compare(j, pivotHigh, pivotLow) > 0) {
                    j--;
                }
                if (i <= j) {
                    swap(i++, j--);
                }
            }
            // The smaller half by recursion, the larger by the loop: the stack stays shallow.
            if (j - left < right - i) {
                sort(left, j);
                left = i;
            } else {
                sort(i, right);
                right = j;
            }
        }
        for (int i = left + 1; i <= right; i++) {
            for (int j = i; j > left && compare(j - 1, high(j), low(j)) > 0; j--) {
                swap(j - 1, j);
            }
        }
    }

    private void swap(int a, int b) {
        long high = pairs[2 * a];
        long low = pairs[2 * a + 1];
        pairs[2 * a] = pairs[2 * b];
        pairs[2 * a + 1] = pairs[2 * b + 1];
        pairs[2 * b] = high;
        pairs[2 * b + 1] = low;
    }
}

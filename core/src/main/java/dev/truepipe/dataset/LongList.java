package dev.truepipe.dataset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Many 64-bit numbers, 8 bytes each: in blocks, so that nothing is copied as it grows. */
final class LongList {
    private static final int BLOCK = 1 << 13;

    private final List<long[]> full = new ArrayList<>();
    private long[] block = new long[BLOCK];
    private int used;

    void add(long number) {
        if (used == BLOCK) {
            full.add(block);
            block = new long[BLOCK];
            used = 0;
        }
        block[used++] = number;
    }

    int size() {
        return Math.addExact(Math.multiplyExact(full.size(), BLOCK), used);
    }

    /** All of them in ascending order; the list is empty afterwards. */
    long[] takeSorted() {
        long[] all = new long[size()];
        int at = 0;
        for (int i = 0; i < full.size(); i++) {
            System.arraycopy(full.set(i, null), 0, all, at, BLOCK);
            at += BLOCK;
        }
        System.arraycopy(block, 0, all, at, used);
        full.clear();
        used = 0;
        Arrays.sort(all);
        return all;
    }

    /** Those that stand in a sorted array more than once, each once. */
    static long[] repeated(long[] sorted) {
        long[] found = new long[16];
        int count = 0;
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i] == sorted[i - 1] && (count == 0 || found[count - 1] != sorted[i])) {
                if (count == found.length) {
                    found = Arrays.copyOf(found, 2 * count);
                }
                found[count++] = sorted[i];
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** Each number of a sorted array once. */
    static long[] distinct(long[] sorted) {
        int count = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                sorted[count++] = sorted[i];
            }
        }
        return count == sorted.length ? sorted : Arrays.copyOf(sorted, count);
    }
}

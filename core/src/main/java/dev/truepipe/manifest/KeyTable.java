package dev.truepipe.manifest;

import java.util.Arrays;
import java.util.TreeSet;

/** Finds the keys of one large object by their prints: 64-bit hashes. Grows by doubling; is emptied for the next object. */
final class KeyTable {
    private static final long ONE = 0x9e3779b97f4a7c15L;
    private static final long TWO = 0xbf58476d1ce4e5b9L;
    /** A table larger than this is given up when it is next emptied, so that one odd line holds no memory. */
    private static final int LARGEST_KEPT = 1 << 16;

    /** Number of the key, plus one; 0: free. */
    private int[] slots = new int[64];
    private long[] prints = new long[64];
    private int size;
    private int probe;
    /** Slots looked at since the table was emptied. */
    private long looks;
    /** All keys in their order, once somebody has made keys that meet in the table. */
    private TreeSet<byte[]> sorted;

    /** Hash of a key's bytes. @param bytes has at least eight more from {@code to} on */
    static long print(byte[] bytes, int from, int to) {
        long hash = (to - from) * ONE;
        int i = from;
        for (; i + 8 <= to; i += 8) {
            hash = mixed(hash ^ LittleEndian.at(bytes, i));
        }
        int left = to - i;
        if (left > 0) {
            long word = LittleEndian.at(bytes, i) & -1L >>> 64 - 8 * left;
            hash = mixed(hash ^ word);
        }
        return hash;
    }

    private static long mixed(long value) {
        long product = value * TWO;
        return (product ^ product >>> 32) * ONE;
    }

    /**
     * Whether so many slots were looked at that the keys must have been chosen to meet: the print is no secret. Then a sorted
     * set takes over, which no choice of keys makes slow.
     */
    boolean crowded() {
        return looks > 64L * size + 10_000;
    }

    /** The set that takes over; it holds nothing at first. */
    TreeSet<byte[]> sorted() {
        if (sorted == null) {
            sorted = new TreeSet<>(Arrays::compare);
        }
        return sorted;
    }

    /** Forgets all, and takes these keys in. */
    void refill(long[] keyPrints, int first, int end) {
        if (slots.length > LARGEST_KEPT) {
            slots = new int[64];
            prints = new long[64];
        } else {
            Arrays.fill(slots, 0);
        }
        size = 0;
        looks = 0;
        sorted = null;
        for (int key = first; key < end; key++) {
            add(keyPrints[key], key);
        }
    }

    void add(long print, int key) {
        if (2 * ++size > slots.length) {
            grow();
        }
        int slot = slot(print);
        while (slots[slot] != 0) {
            looks++;
            slot = slot + 1 & slots.length - 1;
        }
        slots[slot] = key + 1;
        prints[slot] = print;
    }

    /** A key with this print, or -1. */
    int first(long print) {
        probe = slot(print) - 1;
        return next(print);
    }

    /** Another one after {@link #first}, or -1. */
    int next(long print) {
        while (true) {
            looks++;
            probe = probe + 1 & slots.length - 1;
            if (slots[probe] == 0) {
                return -1;
            }
            if (prints[probe] == print) {
                return slots[probe] - 1;
            }
        }
    }

    private int slot(long print) {
        return (int) (print >>> 32) & slots.length - 1;
    }

    private void grow() {
        int[] oldSlots = slots;
        long[] oldPrints = prints;
        slots = new int[2 * oldSlots.length];
        prints = new long[slots.length];
        for (int i = 0; i < oldSlots.length; i++) {
            if (oldSlots[i] != 0) {
                int slot = slot(oldPrints[i]);
                while (slots[slot] != 0) {
                    slot = slot + 1 & slots.length - 1;
                }
                slots[slot] = oldSlots[i];
                prints[slot] = oldPrints[i];
            }
        }
    }
}

package dev.truepipe.dataset;

/** A fixed set of 64-bit numbers that are spread like hashes. Open addressing, at most half full. */
final class LongSet {
    private final long[] slots;
    private final int mask;
    private final boolean zero;
    private final boolean empty;

    LongSet(long[] numbers) {
        int capacity = Integer.highestOneBit(Math.max(2, Math.multiplyExact(numbers.length, 2))) << 1;
        slots = new long[capacity];
        mask = capacity - 1;
        boolean hasZero = false;
        for (long number : numbers) {
            hasZero |= number == 0;
            slots[slot(number)] = number;
        }
        zero = hasZero;
        empty = numbers.length == 0;
    }

    boolean isEmpty() {
        return empty;
    }

    boolean contains(long number) {
        return number == 0 ? zero : !empty && slots[slot(number)] == number;
    }

    private int slot(long number) {
        int slot = (int) number & mask;
        while (slots[slot] != 0 && slots[slot] != number) {
            slot = slot + 1 & mask;
        }
        return slot;
    }
}

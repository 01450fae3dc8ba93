package dev.truepipe.dataset;

/**
 * For each object that is on several lines the line that counts: one of the user's own hold-out before others, then newest label,
 * then greatest line hash. Open addressing in flat arrays, 41 bytes a slot, at most three quarters full.
 */
final class NewestLabels {
    private static final int FIELDS = 5;
    private static final byte USED = 1;
    private static final byte TAKEN = 2;
    /** Set beside either. */
    private static final byte OWN = 4;

    private long[] slots;
    private byte[] state;
    private int mask;
    private int size;

    NewestLabels() {
        allocate(1 << 10);
    }

    /** Enters a line's claim to an object. @param own whether it is a line of the user's own hold-out */
    void offer(long keyHigh, long keyLow, boolean own, long created, long hashHigh, long hashLow) {
        if (size >= mask / 4 * 3) {
            grow();
        }
        int slot = slot(keyHigh, keyLow);
        int at = slot * FIELDS;
        if (state[slot] == 0) {
            size++;
            slots[at] = keyHigh;
            slots[at + 1] = keyLow;
        } else if (isOwn(slot) != own ? isOwn(slot) : !beats(at, created, hashHigh, hashLow)) {
            return;
        }
        state[slot] = own ? USED | OWN : USED;
        slots[at + 2] = created;
        slots[at + 3] = hashHigh;
        slots[at + 4] = hashLow;
    }

    /** Whether this line is the one; of several equal lines only the first to ask. */
    boolean take(long keyHigh, long keyLow, boolean own, long created, long hashHigh, long hashLow) {
        int slot = slot(keyHigh, keyLow);
        int at = slot * FIELDS;
        if (state[slot] == (own ? USED | OWN : USED) && slots[at + 2] == created && slots[at + 3] == hashHigh && slots[at + 4] == hashLow) {
            state[slot] ^= USED | TAKEN;
            return true;
        }
        return false;
    }

    private boolean isOwn(int slot) {
        return (state[slot] & OWN) != 0;
    }

    /** Lets every object be taken again. */
    void putBack() {
        for (int i = 0; i < state.length; i++) {
            if ((state[i] & TAKEN) != 0) {
                state[i] ^= USED | TAKEN;
            }
        }
    }

    private boolean beats(int at, long created, long hashHigh, long hashLow) {
        if (created != slots[at + 2]) {
            return created > slots[at + 2];
        }
        int byHigh = Long.compareUnsigned(hashHigh, slots[at + 3]);
        return byHigh != 0 ? byHigh > 0 : Long.compareUnsigned(hashLow, slots[at + 4]) > 0;
    }

    private int slot(long keyHigh, long keyLow) {
        int slot = (int) keyLow & mask;
        while (state[slot] != 0 && (slots[slot * FIELDS] != keyHigh || slots[slot * FIELDS + 1] != keyLow)) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void allocate(int capacity) {
        slots = new long[Math.multiplyExact(capacity, FIELDS)];
        state = new byte[capacity];
        mask = capacity - 1;
    }

    private void grow() {
        long[] oldSlots = slots;
        byte[] oldState = state;
        allocate(Math.multiplyExact(oldState.length, 2));
        for (int i = 0; i < oldState.length; i++) {
            if (oldState[i] != 0) {
                int slot = slot(oldSlots[i * FIELDS], oldSlots[i * FIELDS + 1]);
                System.arraycopy(oldSlots, i * FIELDS, slots, slot * FIELDS, FIELDS);
                state[slot] = oldState[i];
            }
        }
    }
}

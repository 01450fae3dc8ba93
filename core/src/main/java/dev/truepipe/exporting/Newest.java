package dev.truepipe.exporting;

import dev.truepipe.manifest.IndexedLine;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Of several labels of one object the newest, then that with the greater line hash, as a dataset has it. About 60 bytes an object.
 */
final class Newest {
    private int[] slots = new int[1 << 10];
    private long[] keys = new long[1 << 9];
    private long[] created = new long[1 << 9];
    private long[] hashHigh = new long[1 << 9];
    private long[] hashLow = new long[1 << 9];
    private int count;
    private final BitSet superseded = new BitSet();

    /** Adds the next accepted line. */
    void add(IndexedLine line) {
        if (count == keys.length) {
            keys = Arrays.copyOf(keys, 2 * count);
            created = Arrays.copyOf(created, 2 * count);
            hashHigh = Arrays.copyOf(hashHigh, 2 * count);
            hashLow = Arrays.copyOf(hashLow, 2 * count);
            slots = new int[8 * count];
            for (int i = 0; i < count; i++) {
                if (!superseded.get(i)) {
                    slots[slot(keys[i])] = i + 1;
                }
            }
        }
        keys[count] = line.keyHigh();
        created[count] = line.created();
        hashHigh[count] = line.hashHigh();
        hashLow[count] = line.hashLow();
        int slot = slot(line.keyHigh());
        int before = slots[slot] - 1;
        if (before < 0) {
            slots[slot] = count + 1;
        } else if (beats(count, before)) {
            superseded.set(before);
            slots[slot] = count + 1;
        } else {
            superseded.set(count);
        }
        count++;
    }

    private boolean beats(int one, int other) {
        if (created[one] != created[other]) {
            return created[one] > created[other];
        }
        int byHigh = Long.compareUnsigned(hashHigh[one], hashHigh[other]);
        return byHigh != 0 ? byHigh > 0 : Long.compareUnsigned(hashLow[one], hashLow[other]) > 0;
    }

    private int slot(long key) {
        int slot = (int) key & slots.length - 1;
        while (slots[slot] != 0 && keys[slots[slot] - 1] != key) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    /** Whether another label of the object counts. @param place among the accepted lines, from 0 */
    boolean superseded(int place) {
        return superseded.get(place);
    }

    long superseded() {
        return superseded.cardinality();
    }
}

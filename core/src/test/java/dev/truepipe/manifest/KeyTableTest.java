package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KeyTableTest {
    private static final long PRINT = 0x1234_5678_9abc_def0L;
    private static final long ONE = 0x9e3779b97f4a7c15L;
    private static final long TWO = 0xbf58476d1ce4e5b9L;

    /**
     * A key of sixteen bytes whose print is always the same, made by undoing the hash; {@code null} if its second half would
     * not be plain text.
     *
     * @param number another one makes another key
     */
    static byte[] keyOfOnePrint(long number) {
        byte[] key = new byte[16 + JsonCursor.SLACK];
        for (int i = 0; i < 8; i++) {
            key[i] = (byte) ('a' + (number >>> 4 * i & 15));
        }
        long first = mixed(16 * ONE ^ LittleEndian.at(key, 0));
        long second = first ^ unmixed(PRINT);
        for (int i = 0; i < 8; i++) {
            byte b = (byte) (second >>> 8 * i);
            if (b < ' ' || b == '"' || b == '\\' || b == 0x7f) {
                return null;
            }
            key[8 + i] = b;
        }
        assertEquals(PRINT, KeyTable.print(key, 0, 16), "the hash was undone rightly");
        return Arrays.copyOf(key, 16);
    }

    private static long mixed(long value) {
        long product = value * TWO;
        return (product ^ product >>> 32) * ONE;
    }

    private static long unmixed(long print) {
        long product = print * inverse(ONE);
        return (product ^ product >>> 32) * inverse(TWO);
    }

    /** By Newton's method: each round doubles the bits that are right. */
    private static long inverse(long odd) {
        long inverse = odd;
        for (int i = 0; i < 6; i++) {
            inverse *= 2 - odd * inverse;
        }
        return inverse;
    }

    @Test
    void isCrowdedSoonByKeysThatWereMadeToMeetAndNeverByOthers() {
        KeyTable met = new KeyTable();
        int keys = 0;
        while (!met.crowded()) {
            assertTrue(keys < 1_000, "made to meet, and still not crowded");
            for (int known = met.first(PRINT); known >= 0; known = met.next(PRINT)) {
                assertTrue(known < keys);
            }
            met.add(PRINT, keys++);
        }

        KeyTable usual = new KeyTable();
        Random random = new Random(7);
        byte[] key = new byte[24 + JsonCursor.SLACK];
        for (int i = 0; i < 300_000; i++) {
            random.nextBytes(key);
            long print = KeyTable.print(key, 0, 1 + i % 24);
            usual.first(print);
            usual.add(print, i);
        }
        assertFalse(usual.crowded());
    }
}

package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link Double#parseDouble} is the judge. */
class FractionTest {
    private static final int NUMBERS = 1_000_000;

    @Test
    void roundsAsTheJdkDoes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < NUMBERS; i++) {
            long digits = random.nextLong(tenTo(1 + random.nextInt(Fraction.MOST_DIGITS)));
            check(digits, random.nextInt(Fraction.MOST_DIGITS + 1), "seed " + seed);
        }
    }

    @Test
    void roundsHalvesToEvenAndAroundPowersOfTwo() {
        for (int power = 0; power < 60; power++) {
            for (long near = -2_000; near <= 2_000; near++) {
                long digits = (1L << power) + near;
                for (int decimals = 0; digits >= 0 && digits < tenTo(Fraction.MOST_DIGITS) && decimals <= Fraction.MOST_DIGITS; decimals++) {
                    check(digits, decimals, "2^" + power + " + " + near);
                }
            }
        }
        // 2^53 + 1 and its like, with and without a fraction: exactly between two doubles.
        for (long half = (1L << 53) + 1; half < (1L << 53) + 2_000; half += 2) {
            check(half, 0, "half");
            check(half * 10, 1, "half");
        }
    }

    @Test
    void roundsWhatWritersOfDoublesWrite() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < NUMBERS; i++) {
            String text = Double.toString(1e-3 + random.nextDouble() * 9e3);
            int point = text.indexOf('.');
            int decimals = text.length() - point - 1;
            if (text.length() - 1 <= Fraction.MOST_DIGITS && text.indexOf('E') < 0) {
                check(Long.parseLong(text.substring(0, point) + text.substring(point + 1)), decimals, "seed " + seed);
            }
        }
    }

    private static void check(long digits, int decimals, String where) {
        double expected = Double.parseDouble(digits + "e-" + decimals);
        double actual = Fraction.of(digits, decimals);
        assertEquals(expected, actual, () -> digits + " / 10^" + decimals + ", " + where);
    }

    private static long tenTo(int power) {
        return (long) Math.pow(10, power);
    }
}

package dev.truepipe.manifest;

import java.math.BigDecimal;

/** Decimal fractions as doubles, rightly rounded: half to even, as {@link Double#parseDouble} does, and without a text for it. */
final class Fraction {
    /** Most digits that a fraction has here, before and behind the point together. */
    static final int MOST_DIGITS = 18;

    /** Powers of ten that a double holds exactly. */
    private static final double[] TENS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18
    };
    private static final int MANTISSA_BITS = 52;
    private static final long IMPLIED_BIT = 1L << MANTISSA_BITS;
    /** Whole numbers below it are exact doubles. */
    private static final long EXACT = 2 * IMPLIED_BIT;

    private Fraction() {}

    /**
     * The double nearest to {@code digits / 10^decimals}.
     *
     * @param digits at most {@value #MOST_DIGITS} of them, not negative
     * @param decimals how many of them stand behind the point, 0 to {@value #MOST_DIGITS}
     */
    static double of(long digits, int decimals) {
        double estimate = digits / TENS[decimals];
        // Both sides of the division exact, its one rounding is all there is (Clinger's fast path).
        return digits < EXACT ? estimate : nearest(digits, decimals, estimate);
    }

    /** Corrects an estimate that was rounded twice, and so may be some units of its last bit away. */
    private static double nearest(long digits, int decimals, double estimate) {
        long mantissa = Double.doubleToRawLongBits(estimate) & IMPLIED_BIT - 1 | IMPLIED_BIT;
        int exponent = Math.getExponent(estimate) - MANTISSA_BITS;
        if (exponent > 0 || mantissa < IMPLIED_BIT + 2 || mantissa > EXACT - 3) {
            // Next to a power of two the unit of the last bit changes.
            return BigDecimal.valueOf(digits, decimals).doubleValue();
        }
        long ten = (long) TENS[decimals];
        // What the estimate lacks, in units of 2^exponent / ten. Only its low bits are computed: it is less than two tens.
        long rest = (digits << -exponent) - mantissa * ten;
        while (2 * rest > ten || 2 * rest == ten && (mantissa & 1) == 1) {
            mantissa++;
            rest -= ten;
        }
        while (2 * rest < -ten || 2 * rest == -ten && (mantissa & 1) == 1) {
            mantissa--;
            rest += ten;
        }
        return mantissa * Double.longBitsToDouble((long) (exponent + Double.MAX_EXPONENT) << MANTISSA_BITS);
    }
}

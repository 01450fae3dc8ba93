package dev.truepipe.split;

import java.math.BigDecimal;

/** Percentages as people write them ({@code 20%}, {@code 2.5%}), in whole basis points (100 = 1 %). */
public final class Percentage {
    private Percentage() {}

    /**
     * Basis points of a percentage.
     *
     * @throws IllegalArgumentException unless the text is a number from 0 to 100 with at most two decimals, followed by {@code %}
     */
    public static int parse(String text) {
        String number = text.strip();
        if (number.endsWith("%") && number.length() <= 8) {
            try {
                int points = new BigDecimal(number.substring(0, number.length() - 1).strip())
                        .movePointRight(2)
                        .intValueExact();
                if (points >= 0 && points <= 10_000) {
                    return points;
                }
            } catch (ArithmeticException | NumberFormatException e) {
                throw refused(text);
            }
        }
        throw refused(text);
    }

    /** The shortest text that {@link #parse} reads back. */
    public static String text(int basisPoints) {
        return BigDecimal.valueOf(basisPoints, 2).stripTrailingZeros().toPlainString() + "%";
    }

    private static IllegalArgumentException refused(String text) {
        return new IllegalArgumentException(
                "not a percentage: \"" + text + "\"; write for example 20% or 2.5% (0% to 100%, two decimals at most)");
    }
}

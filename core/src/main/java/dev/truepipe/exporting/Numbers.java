package dev.truepipe.exporting;

/** Numbers as texts. */
final class Numbers {
    private static final double EXACT = 1L << 53;

    private Numbers() {}

    /** The shortest text that gives the number back; whole ones without a point. */
    static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < EXACT ? Long.toString((long) value) : Double.toString(value);
    }
}

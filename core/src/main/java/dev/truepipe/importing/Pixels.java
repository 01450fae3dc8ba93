package dev.truepipe.importing;

/** Pixels that were computed, from percent or shares of the image: to a ten-thousandth, so that no dust of the computation stays. */
final class Pixels {
    private static final double PARTS = 10_000;

    private Pixels() {}

    static double rounded(double pixels) {
        return Double.isFinite(pixels) ? Math.rint(pixels * PARTS) / PARTS : pixels;
    }

    /** The upright box around a turned one: left, top, width, height. @param degrees clockwise, about {@code (aboutX, aboutY)} */
    static double[] around(double left, double top, double width, double height, double degrees, double aboutX, double aboutY) {
        double cos = Math.cos(Math.toRadians(degrees));
        double sin = Math.sin(Math.toRadians(degrees));
        double fromX = Double.POSITIVE_INFINITY;
        double fromY = Double.POSITIVE_INFINITY;
        double toX = Double.NEGATIVE_INFINITY;
        double toY = Double.NEGATIVE_INFINITY;
        for (int corner = 0; corner < 4; corner++) {
            double dx = left + (corner % 2) * width - aboutX;
            double dy = top + (corner / 2) * height - aboutY;
            double x = aboutX + dx * cos - dy * sin;
            double y = aboutY + dx * sin + dy * cos;
            fromX = Math.min(fromX, x);
            fromY = Math.min(fromY, y);
            toX = Math.max(toX, x);
            toY = Math.max(toY, y);
        }
        return new double[] {fromX, fromY, toX - fromX, toY - fromY};
    }
}

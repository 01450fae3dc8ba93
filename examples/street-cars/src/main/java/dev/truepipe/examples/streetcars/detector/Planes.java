package dev.truepipe.examples.streetcars.detector;

/**
 * A stack of equally large float images, {@code at[channel][y * width + x]}.
 *
 * @param width in cells
 * @param height in cells
 * @param at one array a channel
 */
record Planes(int width, int height, float[][] at) {
    Planes(int channels, int width, int height) {
        this(width, height, new float[channels][width * height]);
    }

    int channels() {
        return at.length;
    }
}

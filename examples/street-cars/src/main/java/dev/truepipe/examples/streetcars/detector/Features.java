package dev.truepipe.examples.streetcars.detector;

/**
 * What the network sees: per cell of {@value #CELL} × {@value #CELL} working pixels, the mean brightness and two colour
 * differences, the mean edge strength, and edge strength in each of {@value #DIRECTIONS} directions.
 */
final class Features {
    static final int CELL = 4;
    static final int DIRECTIONS = 6;
    static final int CHANNELS = 4 + DIRECTIONS;
    private static final float[] COS = new float[DIRECTIONS];
    private static final float[] SIN = new float[DIRECTIONS];

    static {
        for (int d = 0; d < DIRECTIONS; d++) {
            COS[d] = (float) StrictMath.cos(Math.PI * d / DIRECTIONS);
            SIN[d] = (float) StrictMath.sin(Math.PI * d / DIRECTIONS);
        }
    }

    private Features() {}

    /**
     * Width and height in cells are even, so that the network can halve them; the picture's last row and column repeat.
     *
     * @param mirrored left and right exchanged
     */
    static Planes of(Picture picture, boolean mirrored) {
        int width = (picture.width() + 2 * CELL - 1) / (2 * CELL) * 2;
        int height = (picture.height() + 2 * CELL - 1) / (2 * CELL) * 2;
        int w = width * CELL;
        int h = height * CELL;
        float[] luma = new float[w * h];
        Planes planes = new Planes(CHANNELS, width, height);
        float[][] at = planes.at();
        byte[] rgb = picture.rgb();
        float share = 1f / (CELL * CELL);
        for (int y = 0; y < h; y++) {
            int row = Math.min(y, picture.height() - 1) * picture.width();
            for (int x = 0; x < w; x++) {
                int column = Math.min(x, picture.width() - 1);
                int p = 3 * (row + (mirrored ? picture.width() - 1 - column : column));
                float r = (rgb[p] & 255) / 255f;
                float g = (rgb[p + 1] & 255) / 255f;
                float b = (rgb[p + 2] & 255) / 255f;
                float bright = 0.299f * r + 0.587f * g + 0.114f * b;
                // The root evens out light and shade: an edge at dusk counts nearly like one at noon.
                luma[y * w + x] = (float) Math.sqrt(bright);
                int cell = y / CELL * width + x / CELL;
                at[0][cell] += (bright - 0.45f) * 3 * share;
                at[1][cell] += (b - bright) * 4 * share;
                at[2][cell] += (r - bright) * 4 * share;
            }
        }
        for (int y = 0; y < h; y++) {
            int up = Math.max(0, y - 1) * w;
            int down = Math.min(h - 1, y + 1) * w;
            for (int x = 0; x < w; x++) {
                float dx = luma[y * w + Math.min(w - 1, x + 1)] - luma[y * w + Math.max(0, x - 1)];
                float dy = luma[down + x] - luma[up + x];
                float strength = (float) Math.sqrt(dx * dx + dy * dy);
                int cell = y / CELL * width + x / CELL;
                at[3][cell] += strength * 5 * share;
                int best = 0;
                float most = -1;
                for (int d = 0; d < DIRECTIONS; d++) {
                    float along = Math.abs(dx * COS[d] + dy * SIN[d]);
                    if (along > most) {
                        most = along;
                        best = d;
                    }
                }
                at[4 + best][cell] += strength * 10 * share;
            }
        }
        return planes;
    }
}

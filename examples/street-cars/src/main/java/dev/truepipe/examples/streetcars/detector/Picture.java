package dev.truepipe.examples.streetcars.detector;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A picture brought to working size: its longer side at most {@value #LONGEST} pixels. Smaller ones keep their size.
 *
 * <p>Huge pictures are never decoded whole: the reader skips pixels down to about twice the working size, and the rest
 * is averaged.
 *
 * @param fullWidth of the original, in pixels
 * @param fullHeight of the original, in pixels
 * @param width at working size, in pixels
 * @param height at working size, in pixels
 * @param rgb three bytes a pixel, row by row
 */
record Picture(int fullWidth, int fullHeight, int width, int height, byte[] rgb) {
    static final int LONGEST = 240;

    /** @throws IOException if the bytes are no JPEG (or PNG) that the JDK can decode */
    static Picture decode(byte[] bytes) throws IOException {
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new IOException("neither JPEG nor PNG (" + bytes.length + " bytes)");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                int fullWidth = reader.getWidth(0);
                int fullHeight = reader.getHeight(0);
                int skip = Math.max(1, Math.max(fullWidth, fullHeight) / (2 * LONGEST));
                ImageReadParam param = reader.getDefaultReadParam();
                param.setSourceSubsampling(skip, skip, 0, 0);
                return shrink(reader.read(0, param), fullWidth, fullHeight);
            } catch (RuntimeException e) {
                throw new IOException("the JPEG decoder gave up: " + e, e);
            } finally {
                reader.dispose();
            }
        }
    }

    private static Picture shrink(BufferedImage image, int fullWidth, int fullHeight) {
        double scale = Math.min(1, LONGEST / (double) Math.max(fullWidth, fullHeight));
        int width = Math.max(1, (int) Math.round(fullWidth * scale));
        int height = Math.max(1, (int) Math.round(fullHeight * scale));
        int w = image.getWidth();
        int h = image.getHeight();
        int[] argb = image.getRGB(0, 0, w, h, null, 0, w);
        byte[] rgb = new byte[3 * width * height];
        for (int y = 0, out = 0; y < height; y++) {
            int top = (int) ((long) y * h / height);
            int bottom = Math.max(top + 1, (int) ((long) (y + 1) * h / height));
            for (int x = 0; x < width; x++) {
                int left = (int) ((long) x * w / width);
                int right = Math.max(left + 1, (int) ((long) (x + 1) * w / width));
                int r = 0;
                int g = 0;
                int b = 0;
                for (int v = top; v < bottom; v++) {
                    for (int u = left; u < right; u++) {
                        int p = argb[v * w + u];
                        r += p >> 16 & 255;
                        g += p >> 8 & 255;
                        b += p & 255;
                    }
                }
                int n = (bottom - top) * (right - left);
                rgb[out++] = (byte) (r / n);
                rgb[out++] = (byte) (g / n);
                rgb[out++] = (byte) (b / n);
            }
        }
        return new Picture(fullWidth, fullHeight, width, height, rgb);
    }

    /** Working pixels per original pixel, across. */
    double scaleX() {
        return width / (double) fullWidth;
    }

    /** Working pixels per original pixel, down. */
    double scaleY() {
        return height / (double) fullHeight;
    }
}

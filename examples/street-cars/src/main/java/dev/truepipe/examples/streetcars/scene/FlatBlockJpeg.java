package dev.truepipe.examples.streetcars.scene;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes a JPEG whose every 8 × 8 block has one colour: only DC coefficients, so a huge picture costs 6 bits a block
 * and no raster of its size is ever in memory.
 *
 * <p>Baseline, three components, no subsampling. Quantisation is 8 throughout, so a block's DC value is its colour
 * minus 128 exactly. Two Huffman tables of our own: differences 0 to 8 bits long, and "end of block" as the only AC code.
 *
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">ITU-T T.81, annexes B and F</a>
 */
final class FlatBlockJpeg {
    /** Side of a block, in pixels. */
    static final int BLOCK = 8;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 16);
    private int bits;
    private int held;

    private FlatBlockJpeg() {}

    /**
     * @param blocks one pixel a block
     * @param width of the picture in pixels, at most 8 × the blocks across
     * @param height of the picture in pixels, at most 8 × the blocks down
     */
    static byte[] encode(BufferedImage blocks, int width, int height) {
        FlatBlockJpeg jpeg = new FlatBlockJpeg();
        jpeg.header(width, height);
        jpeg.scan(blocks);
        jpeg.marker(0xd9);
        return jpeg.out.toByteArray();
    }

    private void header(int width, int height) {
        marker(0xd8);
        byte[] jfif = "JFIF\0".getBytes(StandardCharsets.US_ASCII);
        marker(0xe0);
        word(2 + jfif.length + 9);
        out.writeBytes(jfif);
        bytes(1, 1, 0, 0, 1, 0, 1, 0, 0);
        marker(0xdb);
        word(2 + 65);
        bytes(0);
        for (int i = 0; i < 64; i++) {
            bytes(8);
        }
        marker(0xc0);
        word(2 + 6 + 9);
        bytes(8);
        word(height);
        word(width);
        bytes(3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0);
        // DC: length 0 is "0"; 1 to 7 are "1000" to "1110"; 8 is "11110". AC: end of block is "0".
        marker(0xc4);
        word(2 + 17 + 9);
        bytes(0x00, 1, 0, 0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8);
        marker(0xc4);
        word(2 + 17 + 1);
        bytes(0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        marker(0xda);
        word(2 + 10);
        bytes(3, 1, 0x00, 2, 0x00, 3, 0x00, 0, 63, 0);
    }

    private void scan(BufferedImage blocks) {
        int across = blocks.getWidth();
        int[] row = new int[across];
        int lastY = 0;
        int lastBlue = 0;
        int lastRed = 0;
        for (int y = 0; y < blocks.getHeight(); y++) {
            blocks.getRGB(0, y, across, 1, row, 0, across);
            for (int x = 0; x < across; x++) {
                int r = row[x] >> 16 & 255;
                int g = row[x] >> 8 & 255;
                int b = row[x] & 255;
                int luma = (299 * r + 587 * g + 114 * b + 500) / 1000 - 128;
                int blue = Math.clamp(Math.round((b - luma - 128) * 0.564f), -128, 127);
                int red = Math.clamp(Math.round((r - luma - 128) * 0.713f), -128, 127);
                difference(luma - lastY);
                difference(blue - lastBlue);
                difference(red - lastRed);
                lastY = luma;
                lastBlue = blue;
                lastRed = red;
            }
        }
        if (held > 0) {
            put((1 << 8 - held) - 1, 8 - held);
        }
    }

    private void difference(int d) {
        int length = 32 - Integer.numberOfLeadingZeros(Math.abs(d));
        if (length == 0) {
            put(0, 1);
        } else if (length < 8) {
            put(0b1000 + length - 1, 4);
        } else {
            put(0b11110, 5);
        }
        put(d < 0 ? d + (1 << length) - 1 : d, length);
        put(0, 1);
    }

    private void put(int value, int count) {
        bits = bits << count | value;
        held += count;
        while (held >= 8) {
            held -= 8;
            int octet = bits >> held & 255;
            out.write(octet);
            if (octet == 0xff) {
                out.write(0);
            }
        }
        bits &= (1 << held) - 1;
    }

    private void marker(int code) {
        bytes(0xff, code);
    }

    private void word(int value) {
        bytes(value >> 8, value & 255);
    }

    private void bytes(int... values) {
        for (int value : values) {
            out.write(value);
        }
    }
}

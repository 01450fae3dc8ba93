package dev.truepipe.examples.streetcars.scene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StandInTest {
    private static BufferedImage read(byte[] jpeg) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(jpeg));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "7, 9", "601, 453", "1001, 803", "1920, 1080", "3509, 1203"})
    void hasExactlyTheAskedSizeAndShowsItsObjects(int width, int height) throws IOException {
        SceneBox box = new SceneBox(1, width * 0.25, height * 0.25, width * 0.5, height * 0.5);
        BufferedImage with = read(StandIn.draw(width, height, List.of(box), 1));
        BufferedImage without = read(StandIn.draw(width, height, List.of(), 1));
        assertEquals(width, with.getWidth());
        assertEquals(height, with.getHeight());
        if (width > 9) {
            int x = (int) (width * 0.3);
            int y = height / 2;
            assertTrue(distance(with.getRGB(x, y), without.getRGB(x, y)) > 100, "the object stands out");
            assertTrue(distance(with.getRGB(width / 10, y), without.getRGB(width / 10, y)) < 30, "and only in its box");
        }
    }

    /** A report shows pictures far from where they were drawn: each says itself that it is no photograph. */
    @ParameterizedTest
    @CsvSource({"320, 240", "1920, 1440"})
    void saysWhatItIsBelowItsObjects(int width, int height) throws IOException {
        BufferedImage picture = read(StandIn.draw(width, height, List.of(), 1));
        int bright = 0;
        int dark = 0;
        for (int i = 0; i < 64; i++) {
            int grey = picture.getRGB(width / 4 * i / 64, height - 1 - width / 4 / 30 * 9 / 2) & 0xff;
            bright += grey > 180 ? 1 : 0;
            dark += grey < 80 ? 1 : 0;
        }
        assertTrue(bright > 10 && dark > 10, "words in the lower left corner: " + bright + " bright, " + dark + " dark");
        SceneBox corner = new SceneBox(0, 0, height * 0.5, width * 0.5, height * 0.5);
        BufferedImage covered = read(StandIn.draw(width, height, List.of(corner), 1));
        BufferedImage elsewhere = read(StandIn.draw(width, height, List.of(new SceneBox(0, width * 0.5, height * 0.5, width * 0.5, height * 0.5)), 1));
        int y = height - height / 16;
        assertTrue(distance(covered.getRGB(width / 16, y), elsewhere.getRGB(width / 2 + width / 16, y)) < 30, "an object in the corner is whole");
    }

    /** Thirty megapixels without thirty megapixels of memory: this JVM's heap is 256 MiB, and its header says the size. */
    @Test
    void drawsHugePicturesCheaply() throws IOException {
        byte[] jpeg = StandIn.draw(7_168, 4_562, List.of(new SceneBox(0, 1_000, 1_000, 263, 181)), 1);
        assertTrue(jpeg.length < 1_000_000, jpeg.length + " bytes");
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(jpeg))) {
            ImageReader reader = ImageIO.getImageReaders(in).next();
            reader.setInput(in);
            assertEquals(7_168, reader.getWidth(0));
            assertEquals(4_562, reader.getHeight(0));
            reader.dispose();
        }
    }

    @Test
    void oneSeedOnePicture() {
        List<SceneBox> boxes = List.of(new SceneBox(3, -5, -5, 900, 20), new SceneBox(29, 40, 30, 0.5, 900));
        assertArrayEquals(StandIn.draw(300, 200, boxes, 9), StandIn.draw(300, 200, boxes, 9));
        assertArrayEquals(StandIn.draw(2_000, 1_000, boxes, 9), StandIn.draw(2_000, 1_000, boxes, 9));
    }

    @Test
    void refusesSizesNoJpegHas() {
        assertThrows(IllegalArgumentException.class, () -> StandIn.draw(0, 10, List.of(), 1));
        assertThrows(IllegalArgumentException.class, () -> StandIn.draw(65_536, 10, List.of(), 1));
        assertThrows(IllegalArgumentException.class, () -> StandIn.draw(60_000, 60_000, List.of(), 1));
    }

    /** Every colour comes back as it went in, to the rounding of JPEG's colour space: random blocks, the JDK's decoder. */
    @Test
    void flatBlocksKeepTheirColours() throws IOException {
        SplittableRandom random = new SplittableRandom(99);
        BufferedImage blocks = new BufferedImage(61, 43, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 61 * 43; i++) {
            blocks.setRGB(i % 61, i / 61, i < 8 ? new int[] {0, 0xffffff, 0xff0000, 0x00ff00, 0x0000ff, 0, 0xffff00, 0x00ffff}[i]
                    : random.nextInt(0x1000000));
        }
        BufferedImage read = read(FlatBlockJpeg.encode(blocks, 61 * 8 - 3, 43 * 8 - 7));
        for (int i = 0; i < 61 * 43; i++) {
            int x = i % 61;
            int y = i / 61;
            for (int corner = 0; corner < 2; corner++) {
                int there = read.getRGB(Math.min(x * 8 + 7 * corner, read.getWidth() - 1), Math.min(y * 8 + 7 * corner, read.getHeight() - 1));
                assertTrue(distance(there, blocks.getRGB(x, y)) <= 9, "seed 99, block " + x + ", " + y + ": "
                        + Integer.toHexString(there) + " for " + Integer.toHexString(blocks.getRGB(x, y)));
            }
        }
    }

    private static int distance(int a, int b) {
        return Math.abs((a >> 16 & 255) - (b >> 16 & 255)) + Math.abs((a >> 8 & 255) - (b >> 8 & 255)) + Math.abs((a & 255) - (b & 255));
    }
}

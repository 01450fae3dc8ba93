package dev.truepipe.examples.streetcars.scene;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws a picture to stand in for one that only its labels are known of: the right size, and in each box an object
 * whose colour and shape tell its class. It shows that a chain works, never how good a model would be; so that nobody takes it
 * for more, wherever it is shown, it says what it is in its lower left corner, unless it is too small for the words.
 *
 * <p>A picture of up to {@value #FINE_PIXELS} pixels is drawn pixel by pixel. A larger one is drawn at an eighth of its
 * size, and each drawn pixel becomes one flat 8 × 8 block of the JPEG ({@link FlatBlockJpeg}): boxes keep their place
 * to 8 pixels, and 33 megapixels cost some 50 ms and half a megabyte.
 */
public final class StandIn {
    /** The largest side a JPEG header can state, in pixels. */
    public static final int MAX_SIDE = 65_535;
    private static final int FINE_PIXELS = 400_000;

    /** The words, a dot for each mark: no font, which some machines lack, and the same dots everywhere. */
    private static final String[] WORDS = {
        " ## ###  #  #  # ##     # #  #",
        "#    #  # # ## # # #    # ## #",
        " #   #  ### # ## # # ## # # ##",
        "  #  #  # # #  # # #    # #  #",
        "##   #  # # #  # ##     # #  #"
    };
    /** Share of the picture's width that the words take: one in so many. */
    private static final int WORDS_SHARE = 4;

    private StandIn() {}

    /**
     * @param width of the picture, 1 to {@value #MAX_SIDE} pixels
     * @param height of the picture, 1 to {@value #MAX_SIDE} pixels
     * @param boxes what to draw; parts outside the picture are cut off
     * @param seed tints the background, so that pictures differ; one seed, one picture
     * @return a baseline JPEG of exactly {@code width} × {@code height}
     * @throws IllegalArgumentException if a side is outside 1 to {@value #MAX_SIDE}, or the picture has more than 2³⁰ pixels
     */
    public static byte[] draw(int width, int height, List<SceneBox> boxes, long seed) {
        if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE || (long) width * height > 1L << 30) {
            throw new IllegalArgumentException("a stand-in is 1 to " + MAX_SIDE + " pixels a side and at most 2^30 in all, was "
                    + width + " × " + height);
        }
        if ((long) width * height <= FINE_PIXELS) {
            return Jpeg.encode(paint(width, height, 1, boxes, seed), 0.8f);
        }
        int block = FlatBlockJpeg.BLOCK;
        return FlatBlockJpeg.encode(paint((width + block - 1) / block, (height + block - 1) / block, block, boxes, seed), width, height);
    }

    private static BufferedImage paint(int width, int height, int shrink, List<SceneBox> boxes, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = picture.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            int grey = 150 + random.nextInt(50);
            g.setColor(new Color(grey, grey + random.nextInt(12), grey + random.nextInt(20)));
            g.fillRect(0, 0, width, height);
            for (int i = 0; i < 6; i++) {
                int shade = grey - 25 + random.nextInt(40);
                g.setColor(new Color(shade, shade, shade));
                g.fill(new Rectangle2D.Double(random.nextDouble() * width - width * 0.1, random.nextDouble() * height,
                        width * 0.3 * random.nextDouble(), height * 0.15 * random.nextDouble()));
            }
            // Below the objects: the words hide none of them.
            words(g, width, height);
            for (SceneBox box : boxes) {
                object(g, box.classId(), box.left() / shrink, box.top() / shrink, box.width() / shrink, box.height() / shrink);
            }
        } finally {
            g.dispose();
        }
        return picture;
    }

    private static void words(Graphics2D g, int width, int height) {
        int dot = width / (WORDS_SHARE * WORDS[0].length());
        int plate = (WORDS.length + 2) * dot;
        if (dot == 0 || height < 2 * plate) {
            return;
        }
        g.setColor(new Color(0x202428));
        g.fillRect(0, height - plate, (WORDS[0].length() + 2) * dot, plate);
        g.setColor(new Color(0xf4f1e6));
        for (int row = 0; row < WORDS.length; row++) {
            for (int column = 0; column < WORDS[row].length(); column++) {
                if (WORDS[row].charAt(column) == '#') {
                    g.fillRect((column + 1) * dot, height - plate + (row + 1) * dot, dot, dot);
                }
            }
        }
    }

    /** Three shapes by turns, and hues a golden angle apart, so neighbouring class ids look unlike. */
    private static void object(Graphics2D g, int classId, double x, double y, double w, double h) {
        Color paint = Color.getHSBColor((float) (0.02 + classId * 0.618034 % 1), 0.75f, 0.55f + 0.3f * (classId & 1));
        g.setColor(new Color(0x202428));
        g.fill(new Rectangle2D.Double(x, y, w, h));
        double rim = Math.min(w, h) * 0.08;
        g.setColor(paint);
        g.fill(new Rectangle2D.Double(x + rim, y + rim, w - 2 * rim, h - 2 * rim));
        g.setColor(new Color(0xf4f1e6));
        switch (Math.floorMod(classId, 3)) {
            case 0 -> g.fill(new Ellipse2D.Double(x + w * 0.3, y + h * 0.3, w * 0.4, h * 0.4));
            case 1 -> {
                Path2D wedge = new Path2D.Double();
                wedge.moveTo(x + w * 0.5, y + h * 0.25);
                wedge.lineTo(x + w * 0.75, y + h * 0.75);
                wedge.lineTo(x + w * 0.25, y + h * 0.75);
                wedge.closePath();
                g.fill(wedge);
            }
            default -> g.fill(new RoundRectangle2D.Double(x + w * 0.2, y + h * 0.42, w * 0.6, h * 0.16, 2, 2));
        }
    }
}

package dev.truepipe.examples.streetcars.scene;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One street, planned from its random numbers, then painted: sky, houses, pavement, road, and what stands on them.
 *
 * <p>Things nearer to the viewer stand lower in the picture, are larger, and are painted later, so they hide what is
 * behind. A car that would be more than half hidden, or that overlaps another by more than half, is not placed.
 */
final class Street {
    /** Car paints; mailboxes, doors, awnings and bins are painted from the same pots, so colour alone tells nothing. */
    private static final int[] PAINTS = {
        0xc62f2f, 0x2b56a8, 0xe8e8ea, 0x2a2d33, 0x9aa0a6, 0xd9a520, 0x2f7d4f, 0x7b2d3a, 0x4fa3c7, 0xb8643c
    };
    private static final int[] WALLS = {0xb98f73, 0xa7a49c, 0xc9b58d, 0x8d6f63, 0x9fb0b8, 0xd2c7b8, 0x7f8590, 0xc48d7d};

    private final SplittableRandom random;
    private final int width;
    private final int height;
    private final double kerb;
    private final double far;
    private final double light;
    private final boolean dusk;
    private final List<Thing> things = new ArrayList<>();
    private final List<SceneBox> cars = new ArrayList<>();

    /** Something that stands on the ground line {@code foot}. */
    private record Thing(double foot, SceneBox extent, boolean car, java.util.function.Consumer<Graphics2D> paint) {}

    Street(SplittableRandom random, int width, int height) {
        this.random = random;
        this.width = width;
        this.height = height;
        kerb = height * between(0.46, 0.56);
        far = kerb + height * 0.07;
        light = between(0.72, 1.08);
        dusk = random.nextInt(7) == 0;
        furnish();
        drive();
        things.sort(Comparator.comparingDouble(Thing::foot));
    }

    /** Visible cars, boxes cut at the picture's edges. */
    List<SceneBox> cars() {
        return List.copyOf(cars);
    }

    BufferedImage paint() {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = picture.createGraphics();
        try {
            g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
            sky(g);
            houses(g);
            ground(g);
            things.forEach(thing -> thing.paint().accept(g));
        } finally {
            g.dispose();
        }
        grain(picture);
        return picture;
    }

    // ---- planning

    /** How large things are whose feet stand at {@code foot}: 1 at the picture's lower edge. */
    private double scale(double foot) {
        return 0.30 + 0.70 * (foot - kerb) / (height - kerb);
    }

    private void furnish() {
        int pieces = 2 + random.nextInt(5);
        for (int i = 0; i < pieces; i++) {
            double x = between(4, width - 4);
            boolean near = random.nextInt(6) == 0;
            double foot = near ? height * between(0.97, 1.02) : kerb + between(0.5, far - kerb - 2);
            double s = near ? 0.85 : 0.42;
            Color paint = aPaint();
            switch (random.nextInt(near ? 4 : 6)) {
                case 0, 1 -> tree(x, foot, s * between(0.8, 1.3));
                case 2 -> lamp(x, foot, s);
                case 3 -> walker(x, foot, s, paint);
                case 4 -> mailbox(x, foot, s, paint);
                default -> bin(x, foot, s, paint);
            }
        }
    }

    private void drive() {
        int wanted = random.nextInt(8) == 0 ? 0 : 1 + random.nextInt(4);
        List<Thing> placed = new ArrayList<>();
        for (int attempt = 0; attempt < wanted * 3 && placed.size() < wanted; attempt++) {
            double foot = far + (height * 0.98 - far) * Math.pow(random.nextDouble(), 1.2) + 3;
            double s = scale(foot);
            boolean side = random.nextInt(4) != 0;
            double length = (side ? between(72, 96) : between(40, 47)) * s;
            double tall = (side ? between(25, 32) : between(34, 40)) * s;
            double x = between(-0.35 * length, width - 0.65 * length);
            SceneBox whole = new SceneBox(0, x, foot - tall, length, tall);
            if (standsClear(whole, foot, placed)) {
                Car car = new Car(x, foot, length, tall, aPaint(), random.nextInt(4), random.nextBoolean(),
                        side, dusk);
                placed.add(new Thing(foot, whole, true, g -> car.paint(g, this::lit)));
            }
        }
        for (Thing car : placed) {
            things.add(car);
            cars.add(car.extent().within(width, height));
        }
    }

    private boolean standsClear(SceneBox box, double foot, List<Thing> placed) {
        if (box.within(width, height).area() < box.area() * 0.55) {
            return false;
        }
        double hidden = 0;
        for (Thing other : things) {
            if (other.foot() > foot) {
                hidden += box.overlap(other.extent());
            }
        }
        for (Thing other : placed) {
            double overlap = box.overlap(other.extent());
            if (overlap > 0.45 * Math.min(box.area(), other.extent().area()) || Math.abs(other.foot() - foot) < 2 && overlap > 0) {
                return false;
            }
            hidden += other.foot() > foot ? overlap : 0;
        }
        return hidden < 0.5 * box.area();
    }

    // ---- backdrop

    private void sky(Graphics2D g) {
        Color top = dusk ? new Color(0x3b4a78) : mix(new Color(0x6fa6d6), new Color(0xaab4bd), random.nextDouble());
        Color low = dusk ? new Color(0xd9906a) : new Color(0xdfe8ee);
        g.setPaint(new GradientPaint(0, 0, lit(top), 0, (float) kerb, lit(low)));
        g.fill(new Rectangle2D.Double(0, 0, width, kerb));
    }

    private void houses(Graphics2D g) {
        double x = -between(0, 30);
        while (x < width) {
            double wide = between(30, 62);
            if (random.nextInt(6) == 0) {
                g.setColor(lit(new Color(0x5d8a4a)));
                g.fill(new Ellipse2D.Double(x - 4, kerb - between(16, 30), wide + 8, 50));
            } else {
                house(g, x, wide, kerb - between(0.2, 0.46) * height);
            }
            x += wide + (random.nextInt(4) == 0 ? between(3, 12) : 0);
        }
    }

    private void house(Graphics2D g, double x, double wide, double roof) {
        Color wall = lit(new Color(WALLS[random.nextInt(WALLS.length)]));
        g.setColor(wall);
        g.fill(new Rectangle2D.Double(x, roof, wide, kerb - roof));
        g.setColor(wall.darker());
        if (random.nextInt(3) == 0) {
            Path2D gable = new Path2D.Double();
            gable.moveTo(x - 1, roof);
            gable.lineTo(x + wide / 2, roof - between(7, 14));
            gable.lineTo(x + wide + 1, roof);
            gable.closePath();
            g.fill(gable);
        } else {
            g.fill(new Rectangle2D.Double(x - 1, roof - 1.5, wide + 2, 3));
        }
        Color glass = dusk ? new Color(0xf2d489) : lit(new Color(0x5b6f80));
        int columns = Math.max(2, (int) (wide / 11));
        double pitch = wide / columns;
        for (double y = roof + 6; y < kerb - 24; y += 13) {
            for (int c = 0; c < columns; c++) {
                g.setColor(dusk && random.nextInt(3) == 0 ? new Color(0x3a3f4a) : glass);
                g.fill(new Rectangle2D.Double(x + (c + 0.5) * pitch - 2.6, y, 5.2, 7.5));
            }
        }
        Color door = lit(aPaint());
        g.setColor(door);
        g.fill(new Rectangle2D.Double(x + wide * between(0.1, 0.7), kerb - 15, 6.5, 15));
        if (random.nextInt(2) == 0) {
            double shop = x + wide * 0.2;
            g.setColor(lit(new Color(0x44525e)));
            g.fill(new Rectangle2D.Double(shop, kerb - 13, wide * 0.55, 9));
            g.setColor(lit(aPaint()));
            Path2D awning = new Path2D.Double();
            awning.moveTo(shop, kerb - 18);
            awning.lineTo(shop + wide * 0.55, kerb - 18);
            awning.lineTo(shop + wide * 0.55 + 2, kerb - 12);
            awning.lineTo(shop - 2, kerb - 12);
            awning.closePath();
            g.fill(awning);
        }
    }

    private void ground(Graphics2D g) {
        g.setColor(lit(new Color(0xb3aea6)));
        g.fill(new Rectangle2D.Double(0, kerb, width, far - kerb));
        g.setColor(lit(new Color(0x8b8781)));
        g.fill(new Rectangle2D.Double(0, far - 1.5, width, 1.5));
        int grey = 78 + random.nextInt(26);
        g.setPaint(new GradientPaint(0, (float) far, lit(new Color(grey + 14, grey + 14, grey + 16)),
                0, height, lit(new Color(grey - 8, grey - 8, grey - 4))));
        g.fill(new Rectangle2D.Double(0, far, width, height - far));
        g.setColor(lit(new Color(0xdad7cb)));
        double y = far + (height - far) * between(0.38, 0.5);
        for (double x = -between(0, 30); x < width; x += 34) {
            g.fill(new Rectangle2D.Double(x, y, 16, 1.8));
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            g.setColor(lit(new Color(grey - 18, grey - 18, grey - 14)));
            g.fill(new Ellipse2D.Double(between(0, width), between(far + 6, height), between(10, 34), between(2, 6)));
        }
    }

    // ---- what stands about

    private void add(double foot, double x, double top, double wide, java.util.function.Consumer<Graphics2D> paint) {
        things.add(new Thing(foot, new SceneBox(0, x - wide / 2, top, wide, foot - top), false, paint));
    }

    private void tree(double x, double foot, double s) {
        double crown = 30 * s;
        double trunk = 34 * s;
        Color leaf = new Color(60 + random.nextInt(50), 110 + random.nextInt(40), 50 + random.nextInt(30));
        add(foot, x, foot - trunk, 6 * s, g -> {
            g.setColor(lit(new Color(0x5b4636)));
            g.fill(new Rectangle2D.Double(x - 2 * s, foot - trunk, 4 * s, trunk));
            g.setColor(lit(leaf));
            g.fill(new Ellipse2D.Double(x - crown / 2, foot - trunk - crown * 0.7, crown, crown));
            g.fill(new Ellipse2D.Double(x - crown * 0.8, foot - trunk - crown * 0.3, crown * 0.8, crown * 0.7));
            g.setColor(lit(leaf.brighter()));
            g.fill(new Ellipse2D.Double(x - crown * 0.1, foot - trunk - crown * 0.6, crown * 0.55, crown * 0.5));
        });
    }

    private void lamp(double x, double foot, double s) {
        double tall = 80 * s;
        add(foot, x, foot - tall, 3 * s, g -> {
            g.setColor(lit(new Color(0x3d4247)));
            g.fill(new Rectangle2D.Double(x - s, foot - tall, 2 * s, tall));
            g.fill(new Rectangle2D.Double(x - s, foot - tall, 14 * s, 2 * s));
            g.setColor(dusk ? new Color(0xfff0b0) : lit(new Color(0xd8d8cc)));
            g.fill(new Ellipse2D.Double(x + 8 * s, foot - tall + s, 7 * s, 4 * s));
        });
    }

    private void walker(double x, double foot, double s, Color coat) {
        double tall = 34 * s;
        add(foot, x, foot - tall, 9 * s, g -> {
            g.setStroke(new BasicStroke((float) (3 * s)));
            g.setColor(lit(new Color(0x2f3542)));
            g.draw(new Line2D.Double(x, foot - tall * 0.45, x - 3 * s, foot));
            g.draw(new Line2D.Double(x, foot - tall * 0.45, x + 3 * s, foot));
            g.setColor(lit(coat));
            g.fill(new RoundRectangle2D.Double(x - 4 * s, foot - tall * 0.82, 8 * s, tall * 0.45, 4 * s, 4 * s));
            g.setColor(lit(new Color(0xd9a982)));
            g.fill(new Ellipse2D.Double(x - 2.6 * s, foot - tall, 5.2 * s, 6 * s));
        });
    }

    private void mailbox(double x, double foot, double s, Color paint) {
        add(foot, x, foot - 26 * s, 14 * s, g -> {
            g.setColor(lit(paint));
            g.fill(new RoundRectangle2D.Double(x - 7 * s, foot - 26 * s, 14 * s, 20 * s, 10 * s, 10 * s));
            g.setColor(lit(paint.darker()));
            g.fill(new Rectangle2D.Double(x - 5 * s, foot - 8 * s, 3 * s, 8 * s));
            g.fill(new Rectangle2D.Double(x + 2 * s, foot - 8 * s, 3 * s, 8 * s));
        });
    }

    private void bin(double x, double foot, double s, Color paint) {
        add(foot, x, foot - 22 * s, 34 * s, g -> {
            g.setColor(lit(paint));
            g.fill(new Rectangle2D.Double(x - 17 * s, foot - 20 * s, 34 * s, 18 * s));
            g.setColor(lit(paint.darker()));
            g.fill(new Rectangle2D.Double(x - 18 * s, foot - 22 * s, 36 * s, 4 * s));
            g.setColor(lit(new Color(0x26282b)));
            g.fill(new Rectangle2D.Double(x - 15 * s, foot - 3 * s, 4 * s, 3 * s));
            g.fill(new Rectangle2D.Double(x + 11 * s, foot - 3 * s, 4 * s, 3 * s));
        });
    }

    // ---- light

    private Color lit(Color colour) {
        double k = dusk ? light * 0.72 : light;
        return new Color(channel(colour.getRed() * k), channel(colour.getGreen() * k),
                channel(colour.getBlue() * (dusk ? k * 1.1 : k)), colour.getAlpha());
    }

    /** The sensor's noise, a few grey levels. */
    private void grain(BufferedImage picture) {
        int[] row = new int[width];
        for (int y = 0; y < height; y++) {
            picture.getRGB(0, y, width, 1, row, 0, width);
            for (int x = 0; x < width; x++) {
                int n = random.nextInt(11) - 5;
                int p = row[x];
                row[x] = channel((p >> 16 & 255) + n) << 16 | channel((p >> 8 & 255) + n) << 8 | channel((p & 255) + n);
            }
            picture.setRGB(0, y, width, 1, row, 0, width);
        }
    }

    private static int channel(double value) {
        return (int) Math.max(0, Math.min(255, value));
    }

    private static Color mix(Color a, Color b, double share) {
        return new Color((int) (a.getRed() + (b.getRed() - a.getRed()) * share),
                (int) (a.getGreen() + (b.getGreen() - a.getGreen()) * share),
                (int) (a.getBlue() + (b.getBlue() - a.getBlue()) * share));
    }

    private Color aPaint() {
        return new Color(PAINTS[random.nextInt(PAINTS.length)]);
    }

    private double between(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }
}

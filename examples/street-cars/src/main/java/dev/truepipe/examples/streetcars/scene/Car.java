package dev.truepipe.examples.streetcars.scene;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.util.function.UnaryOperator;

/**
 * A car that fills {@code left}, {@code foot − tall} to {@code left + length}, {@code foot}; all in pixels.
 *
 * @param style 0 saloon, 1 hatchback, 2 van, 3 off-roader; only seen from the side
 * @param mirrored drives to the right instead of the left; seen along the road: its tail instead of its face
 * @param side seen from the side, else along the road
 * @param lamps lights are on
 */
record Car(double left, double foot, double length, double tall, Color paint, int style, boolean mirrored, boolean side,
        boolean lamps) {

    void paint(Graphics2D g, UnaryOperator<Color> lit) {
        g.setColor(new Color(0, 0, 0, 90));
        g.fill(new Ellipse2D.Double(left - 1, foot - tall * 0.10, length + 2, tall * 0.14));
        if (side) {
            fromTheSide(g, lit);
        } else {
            alongTheRoad(g, lit);
        }
    }

    private double x(double share) {
        return left + length * (mirrored ? 1 - share : share);
    }

    private double y(double share) {
        return foot - tall * share;
    }

    /** A closed outline through (share of length from the bonnet, share of height from the ground) pairs. */
    private Path2D outline(double... points) {
        Path2D path = new Path2D.Double();
        path.moveTo(x(points[0]), y(points[1]));
        for (int i = 2; i < points.length; i += 2) {
            path.lineTo(x(points[i]), y(points[i + 1]));
        }
        path.closePath();
        return path;
    }

    private void fromTheSide(Graphics2D g, UnaryOperator<Color> lit) {
        double roofFront = switch (style) { case 2 -> 0.22; case 3 -> 0.34; default -> 0.36; };
        double roofBack = switch (style) { case 0 -> 0.68; case 1 -> 0.84; default -> 0.95; };
        double screen = switch (style) { case 2 -> 0.10; case 3 -> 0.27; default -> 0.24; };
        double tail = switch (style) { case 0 -> 0.83; default -> 0.98; };
        g.setColor(lit.apply(paint));
        g.fill(outline(0.0, 0.20, 0.01, 0.46, 0.05, 0.54, screen, 0.60, roofFront, 0.99, roofFront + 0.04, 1.0,
                roofBack - 0.03, 1.0, roofBack, 0.97, tail, 0.60, 0.985, 0.56, 1.0, 0.45, 1.0, 0.20, 0.97, 0.16, 0.03, 0.16));
        g.setColor(lit.apply(paint.darker()));
        g.fill(outline(0.0, 0.20, 0.0, 0.28, 1.0, 0.28, 1.0, 0.20, 0.97, 0.16, 0.03, 0.16));
        g.setColor(lit.apply(new Color(0x36454f)));
        double pillar = (roofFront + roofBack) / 2;
        g.fill(outline(screen + 0.05, 0.62, roofFront + 0.025, 0.93, pillar - 0.012, 0.93, pillar - 0.012, 0.62));
        if (style != 2) {
            g.fill(outline(pillar + 0.012, 0.62, pillar + 0.012, 0.93, roofBack - 0.03, 0.92, Math.min(tail, 0.94) - 0.035, 0.62));
        }
        g.setColor(lit.apply(paint.darker()));
        g.fill(new Rectangle2D.Double(x(pillar) - 0.4, y(0.60), 0.8, tall * 0.38));
        g.setColor(lamps ? new Color(0xfff3c4) : lit.apply(new Color(0xe9e4cf)));
        double lamp = length * 0.03;
        g.fill(new Rectangle2D.Double(Math.min(x(0.01), x(0.04)), y(0.46), lamp, tall * 0.09));
        g.setColor(lamps ? new Color(0xff5544) : lit.apply(new Color(0xa8201a)));
        g.fill(new Rectangle2D.Double(Math.min(x(0.965), x(0.995)), y(0.48), lamp, tall * 0.11));
        wheel(g, lit, x(0.20));
        wheel(g, lit, x(0.80));
    }

    private void wheel(Graphics2D g, UnaryOperator<Color> lit, double centre) {
        double d = Math.min(tall * 0.40, length * 0.2);
        g.setColor(lit.apply(new Color(0x1b1c1e)));
        g.fill(new Ellipse2D.Double(centre - d / 2, foot - d, d, d));
        g.setColor(lit.apply(new Color(0xb9bcc0)));
        g.fill(new Ellipse2D.Double(centre - d * 0.26, foot - d * 0.76, d * 0.52, d * 0.52));
    }

    private void alongTheRoad(Graphics2D g, UnaryOperator<Color> lit) {
        g.setColor(lit.apply(new Color(0x1b1c1e)));
        g.fill(new Rectangle2D.Double(x(mirrored ? 0.95 : 0.05), foot - tall * 0.24, length * 0.17, tall * 0.24));
        g.fill(new Rectangle2D.Double(x(mirrored ? 0.22 : 0.78), foot - tall * 0.24, length * 0.17, tall * 0.24));
        g.setColor(lit.apply(paint));
        g.fill(new RoundRectangle2D.Double(left, y(0.60), length, tall * 0.48, length * 0.16, length * 0.16));
        g.fill(outline(0.06, 0.55, 0.17, 0.97, 0.21, 1.0, 0.79, 1.0, 0.83, 0.97, 0.94, 0.55));
        g.setColor(lit.apply(new Color(0x36454f)));
        g.fill(outline(0.14, 0.62, 0.23, 0.93, 0.77, 0.93, 0.86, 0.62));
        g.setColor(lit.apply(paint.darker()));
        g.fill(new Rectangle2D.Double(left + length * 0.02, y(0.27), length * 0.96, tall * 0.13));
        Color lens = mirrored
                ? lamps ? new Color(0xff5544) : lit.apply(new Color(0xa8201a))
                : lamps ? new Color(0xfff3c4) : lit.apply(new Color(0xe9e4cf));
        g.setColor(lens);
        g.fill(new Ellipse2D.Double(left + length * 0.06, y(0.50), length * 0.19, tall * 0.13));
        g.fill(new Ellipse2D.Double(left + length * 0.75, y(0.50), length * 0.19, tall * 0.13));
        g.setColor(lit.apply(mirrored ? new Color(0xd8d8d2) : new Color(0x2a2c30)));
        g.fill(new Rectangle2D.Double(left + length * 0.34, y(0.42), length * 0.32, tall * 0.10));
    }
}

package dev.truepipe.examples.streetcars.detector;

/**
 * A labeled box, in pixels of its picture, from the upper left corner.
 *
 * @param classId the label's {@code class_id}; any whole number
 * @param left in pixels
 * @param top in pixels
 * @param width in pixels
 * @param height in pixels
 */
public record Box(int classId, double left, double top, double width, double height) {
    /** Intersection over union, 0 to 1; classes are not compared. */
    public double overlap(Box other) {
        double across = Math.min(left + width, other.left + other.width) - Math.max(left, other.left);
        double down = Math.min(top + height, other.top + other.height) - Math.max(top, other.top);
        if (across <= 0 || down <= 0) {
            return 0;
        }
        double both = across * down;
        return both / (width * height + other.width * other.height - both);
    }
}

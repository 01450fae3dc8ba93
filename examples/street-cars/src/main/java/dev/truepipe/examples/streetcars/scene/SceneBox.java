package dev.truepipe.examples.streetcars.scene;

/**
 * One box as a labeling job writes it: pixels from the picture's upper left corner.
 *
 * @param classId index in the labeling job's category list
 * @param left distance of the left side from the left edge, in pixels
 * @param top distance of the upper side from the upper edge, in pixels
 * @param width in pixels
 * @param height in pixels
 */
public record SceneBox(int classId, double left, double top, double width, double height) {
    double right() {
        return left + width;
    }

    double bottom() {
        return top + height;
    }

    double area() {
        return Math.max(0, width) * Math.max(0, height);
    }

    double overlap(SceneBox other) {
        double across = Math.min(right(), other.right()) - Math.max(left, other.left);
        double down = Math.min(bottom(), other.bottom()) - Math.max(top, other.top);
        return across <= 0 || down <= 0 ? 0 : across * down;
    }

    /** The part of this box inside a picture of the given size. */
    SceneBox within(int pictureWidth, int pictureHeight) {
        double l = Math.max(0, left);
        double t = Math.max(0, top);
        return new SceneBox(classId, l, t, Math.min(pictureWidth, right()) - l, Math.min(pictureHeight, bottom()) - t);
    }
}

package dev.truepipe.examples.streetcars.scene;

import java.util.List;

/**
 * One drawn street and the boxes that hold its cars.
 *
 * @param key object key in the image bucket, such as {@code images/street-1f0a9c.jpg}
 * @param jpeg the picture, a baseline JPEG; shared, not copied: do not write into it
 * @param width in pixels
 * @param height in pixels
 * @param cars where the cars really are, whatever the manifest (which may hold a defect) says
 */
public record Scene(String key, byte[] jpeg, int width, int height, List<SceneBox> cars) {
    public Scene {
        cars = List.copyOf(cars);
    }
}

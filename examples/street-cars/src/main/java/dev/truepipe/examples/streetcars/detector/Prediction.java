package dev.truepipe.examples.streetcars.detector;

/**
 * What the detector believes to see.
 *
 * @param box where, in pixels of the picture
 * @param confidence 0 to 1
 */
public record Prediction(Box box, double confidence) {}

package dev.truepipe.examples.streetcars.detector;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What {@code input/config/hyperparameters.json} asks for; every value is a string there. Unknown names are ignored.
 *
 * @param epochs how often to read the training channel, at least 1
 * @param rate {@code learning_rate}: the largest step, above 0 to 1
 * @param batch {@code mini_batch_size}: how many pictures make a step at most, at least 1; a short channel takes fewer,
 *     so that an epoch has about 100 steps
 * @param samples {@code num_training_samples}: pictures in the training channel; 0 when not told
 * @param classes {@code num_classes}: how many there are; 0 when not told
 * @param seed of the model's first weights
 * @param pipeWaitSeconds how long to wait for the next epoch's pipe to appear
 */
record Hyperparameters(int epochs, double rate, int batch, int samples, int classes, long seed, int pipeWaitSeconds) {

    /**
     * @throws IOException if the file is there but cannot be read
     * @throws IllegalArgumentException if a value is not what its name needs
     */
    static Hyperparameters read(Path file) throws IOException {
        Object json = Files.exists(file) ? Json.read(Files.readString(file, StandardCharsets.UTF_8)) : Map.of();
        if (!(json instanceof Map<?, ?> given)) {
            throw new IllegalArgumentException(file.getFileName() + " is not a JSON object");
        }
        return new Hyperparameters((int) number(given, "epochs", 6, 1, 100_000, true),
                number(given, "learning_rate", 0.004, 1e-9, 1, false),
                (int) number(given, "mini_batch_size", 4, 1, 1_000_000, true),
                (int) number(given, "num_training_samples", 0, 0, Integer.MAX_VALUE, true),
                (int) number(given, "num_classes", 0, 0, Network.MOST_CLASSES, true),
                (long) number(given, "seed", 1, -1L << 53, 1L << 53, true),
                (int) number(given, "pipe_wait_seconds", 300, 1, 86_400, true));
    }

    private static double number(Map<?, ?> given, String name, double otherwise, double least, double most, boolean whole) {
        Object text = given.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            double value = Double.parseDouble(text.toString());
            if (value >= least && value <= most && (!whole || value == Math.rint(value))) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, together with numbers out of range.
        }
        throw new IllegalArgumentException("hyperparameter " + name + " is \"" + text + "\"; it needs a "
                + (whole ? "whole number from " + (long) least + " to " + (long) most : "number above 0 up to " + most));
    }

    /** The step length at a point of the training: a short warm-up, then half a cosine down. */
    double rateAt(double progress, int seen) {
        double warm = Math.min(1, (seen + 1) / 60.0);
        return rate * (warm * (1 + Math.cos(Math.PI * Math.min(1, progress))) / 2 + 0.003);
    }

    int batchFor(int pictures) {
        return Math.clamp(pictures / 100, 1, batch);
    }
}

package dev.truepipe.emulator;

import java.util.List;
import java.util.Map;

/**
 * What runs when a training job asks for an image.
 *
 * @param image the image's address, exactly as jobs name it
 * @param command program and arguments; {@code train} is added, as SageMaker does
 * @param environment variables beside those of the training contract
 */
public record AlgorithmSpec(String image, List<String> command, Map<String, String> environment) {
    public AlgorithmSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        if (command.isEmpty()) {
            throw new IllegalArgumentException("algorithm " + image + ": no command");
        }
    }
}

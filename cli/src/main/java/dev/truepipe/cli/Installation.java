package dev.truepipe.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where this Truepipe lies, as {@code ./truepipe} built it.
 *
 * @param home the project's folder
 */
public record Installation(Path home) {
    private static final String VERSION = "0.1.0";

    /** The installation that {@code ./truepipe} named with {@code -Dtruepipe.home}. */
    static Installation found() {
        String home = System.getProperty("truepipe.home");
        if (home == null) {
            throw new IllegalStateException("system property truepipe.home is not set; start the program with ./truepipe");
        }
        return new Installation(Path.of(home).toAbsolutePath().normalize());
    }

    /** The jar that Lambda would run. @throws IllegalStateException if it has not been built */
    Path functionsJar() {
        return present(home.resolve("functions/target/truepipe-functions-" + VERSION + "-lambda.jar"));
    }

    Path stateMachine() {
        return present(home.resolve("statemachine/retraining.asl.json"));
    }

    /** The example algorithm, alone: what a training container would hold. */
    Path detectorJar() {
        return present(home.resolve("examples/street-cars/target/truepipe-street-cars-" + VERSION + ".jar"));
    }

    private static Path present(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalStateException(file + " is missing; build it with ./mvnw -DskipTests -pl cli -am package");
        }
        return file;
    }
}

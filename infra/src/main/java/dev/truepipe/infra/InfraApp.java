package dev.truepipe.infra;

import dev.truepipe.settings.InvalidSettingsException;
import dev.truepipe.settings.Settings;
import dev.truepipe.settings.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import software.amazon.awscdk.App;
import software.amazon.awscdk.StackProps;

/**
 * Makes the cloud assembly. Started by {@code cdk.json} in the project's root folder; needs Node, no credentials.
 *
 * <p>Context: {@code -c settings=FILE} (default {@value #SETTINGS}) and {@code -c stack=NAME} (default {@value #STACK}).
 * Exit codes: 0 fine, 2 the settings are refused or something that is read is missing.
 */
public final class InfraApp {
    static final String SETTINGS = "truepipe.yaml";
    static final String STACK = "Truepipe";

    /** A model package group is called {@code <stack>-<dataset>}, has 63 characters at most, and a dataset's name takes 24. */
    private static final Pattern STACK_NAME = Pattern.compile("(?=.{1,38}$)[A-Za-z](-?[A-Za-z0-9])*");

    private InfraApp() {}

    /** @param args none */
    public static void main(String[] args) throws IOException {
        Path root = Path.of("").toAbsolutePath();
        App app = new App();
        try {
            synth(app, root);
        } catch (InvalidSettingsException | UnusableInputException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    private static void synth(App app, Path root) throws IOException, InvalidSettingsException, UnusableInputException {
        // Shown as the user named it, so that a terminal can open file:line.
        Path file = Path.of(context(app, "settings", SETTINGS));
        Settings settings = SettingsFile.read(file);
        String stack = context(app, "stack", STACK);
        if (!STACK_NAME.matcher(stack).matches()) {
            throw new UnusableInputException("stack \"" + stack + "\" has no name that everything made from it can bear; use 1 to 38 letters,"
                    + " digits and single hyphens, a letter first");
        }
        new PipelineStack(app, stack, StackProps.builder()
                .description("Truepipe: labels arrive, good ones train a model, bad ones wait in quarantine with a reason")
                .build(), settings, Inputs.in(root));
        app.synth();
    }

    private static String context(App app, String key, String standard) {
        return app.getNode().tryGetContext(key) instanceof String given ? given : standard;
    }

    /**
     * Files that the template is made from.
     *
     * @param jar what Lambda runs
     * @param definition text of the state machine, with its <code>${…}</code>
     */
    record Inputs(Path jar, String definition) {
        /** @throws UnusableInputException naming the command that makes what is missing */
        static Inputs in(Path root) throws IOException, UnusableInputException {
            Path jar = root.resolve("functions/target/truepipe-functions-0.1.0-lambda.jar");
            if (!Files.isRegularFile(jar)) {
                throw new UnusableInputException(jar + ": the functions are not built; run ./mvnw -q -pl functions -am -DskipTests package");
            }
            Path definition = root.resolve("statemachine/retraining.asl.json");
            if (!Files.isRegularFile(definition)) {
                throw new UnusableInputException(definition + ": the state machine is not there; start in the project's root folder");
            }
            return new Inputs(jar, Files.readString(definition));
        }
    }

    /** Something that synthesis reads is not there or cannot be used. The message says what, and how to mend it. */
    static final class UnusableInputException extends Exception {
        UnusableInputException(String message) {
            super(message);
        }
    }
}

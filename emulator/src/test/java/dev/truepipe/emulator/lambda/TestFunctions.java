package dev.truepipe.emulator.lambda;

import dev.truepipe.emulator.lambda.handlers.Handlers;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;

/** The handlers of the tests, as functions; the tests' own class path stands for the packaged jar. */
public final class TestFunctions {
    private TestFunctions() {}

    public static Path[] classPath() {
        String own = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return Arrays.stream(own.split(File.pathSeparator)).flatMap(entry -> entry.isEmpty() ? Stream.empty() : Stream.of(Path.of(entry))).toArray(Path[]::new);
    }

    public static FunctionSpec function(Class<?> handler) {
        return function(handler, Duration.ofSeconds(30), Map.of());
    }

    public static FunctionSpec function(Class<?> handler, Duration timeout, Map<String, String> environment) {
        return new FunctionSpec(handler.getSimpleName(), handler.getName(), environment, timeout, 128);
    }

    /** A function for each of these nested classes of {@link Handlers}. */
    public static java.util.List<FunctionSpec> functions(Class<?>... handlers) {
        return Arrays.stream(handlers).map(TestFunctions::function).toList();
    }
}

package dev.truepipe.emulator.lambda;

import dev.truepipe.emulator.lambda.host.Rehearsal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The JVM's own cache of what functions load, beside their jar: it halves a function's start.
 *
 * <p>An {@link EmbeddedLambda} uses it if it is there. A JVM that finds it stale, broken or made by another JVM starts
 * without it, in silence; nothing ever fails for the want of it. Making it takes about ten seconds of processor time,
 * so it belongs into a build, not into a run.
 *
 * @see <a href="https://openjdk.org/jeps/514">JEP 514</a>
 */
public final class FunctionCache {
    private static final long LIMIT_SECONDS = 180;

    private FunctionCache() {}

    /** Where the cache of a functions jar lies, whether or not it was made. */
    public static Path beside(Path functionsJar) {
        return functionsJar.resolveSibling(functionsJar.getFileName() + ".aot");
    }

    /** Whether there is a cache that is no older than the jar. */
    public static boolean isFresh(Path functionsJar) throws IOException {
        Path cache = beside(functionsJar);
        return Files.exists(cache)
                && Files.getLastModifiedTime(cache).compareTo(Files.getLastModifiedTime(functionsJar)) >= 0;
    }

    /**
     * Makes the cache of a functions jar, in place of an older one.
     *
     * @param functions whose handlers are called once, with an empty object and their own environment
     * @return whether it was made; the reason for a failure stands in the file {@code <cache>.log}
     * @throws IOException if the JVM cannot be started or the folder cannot be written
     */
    public static boolean make(Path functionsJar, List<FunctionSpec> functions) throws IOException, InterruptedException {
        Path cache = beside(functionsJar.toAbsolutePath());
        Path unfinished = cache.resolveSibling(cache.getFileName() + ".part");
        Path log = cache.resolveSibling(cache.getFileName() + ".log");
        Map<String, String> environment = new LinkedHashMap<>();
        // Nothing listens there: a handler that calls is refused at once.
        environment.put("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
        environment.put("AWS_REGION", "us-east-1");
        environment.put("AWS_ACCESS_KEY_ID", "rehearsal");
        environment.put("AWS_SECRET_ACCESS_KEY", "rehearsal");
        environment.put("AWS_MAX_ATTEMPTS", "1");
        environment.put("AWS_EC2_METADATA_DISABLED", "true");
        environment.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512");
        functions.forEach(function -> environment.putAll(function.environment()));
        List<String> command = new ArrayList<>(EmbeddedLambda.java(512));
        command.add("-XX:AOTCacheOutput=" + unfinished);
        command.add("-cp");
        command.add(EmbeddedLambda.classPathText(List.of(functionsJar)));
        command.add(Rehearsal.class.getName());
        functions.forEach(function -> command.add(function.handler()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0 || !Files.exists(unfinished)) {
                return false;
            }
            Files.move(unfinished, cache, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Files.deleteIfExists(unfinished);
        }
    }
}

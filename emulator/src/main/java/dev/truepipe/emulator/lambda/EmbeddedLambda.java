package dev.truepipe.emulator.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.lambda.host.FunctionHost;
import dev.truepipe.emulator.logs.LogStore;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs functions, each in JVMs of its own, from the packaged jar.
 *
 * <p>A function's JVM inherits nothing: it gets the environment it is described with, what Lambda itself sets, and the
 * addresses of this cloud. Its heap is the described memory, its log the stream {@code live} of {@code /aws/lambda/<name>}.
 * It is killed at the timeout, ends when idle, and cannot outlive this process. Safe for use by several threads.
 */
public final class EmbeddedLambda implements AutoCloseable {
    /** The one log stream of each function; AWS has one for each instance and day. */
    public static final String LOG_STREAM = "live";

    /** Lambda allows 10 s; a laptop that starts several JVMs at once may need more. */
    private static final Duration INIT_LIMIT = Duration.ofSeconds(60);

    private final Path folder;
    private final List<Path> classPath;
    private final Map<String, String> cloudEnvironment;
    private final LogStore logs;
    private final Map<String, FunctionPool> pools = new LinkedHashMap<>();
    private final ScheduledExecutorService reaper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("function-reaper").factory());

    /** There is no function of that name. */
    public static final class NoSuchFunctionException extends IllegalArgumentException {
        NoSuchFunctionException(String name, Iterable<String> known) {
            super("Function not found: " + Arns.function(name) + "; there are " + String.join(", ", known));
        }
    }

    /**
     * Starts no JVM yet.
     *
     * @param folder the functions' working folders and homes
     * @param classPath the packaged jar, or folders and jars in its place
     * @param cloudEnvironment addresses and keys of this cloud, for every function
     * @param idleLimit how long a JVM may wait for its next invocation
     */
    public EmbeddedLambda(
            Path folder,
            List<Path> classPath,
            List<FunctionSpec> functions,
            Map<String, String> cloudEnvironment,
            Duration idleLimit,
            LogStore logs) {
        this.folder = folder;
        this.classPath = classPath.stream().map(Path::toAbsolutePath).toList();
        this.cloudEnvironment = Map.copyOf(cloudEnvironment);
        this.logs = logs;
        for (FunctionSpec spec : functions) {
            pools.put(spec.name(), new FunctionPool(spec, Arns.function(spec.name()), INIT_LIMIT, () -> launch(spec), System::nanoTime));
        }
        long period = Math.max(50, Math.min(1_000, idleLimit.toMillis() / 2));
        reaper.scheduleWithFixedDelay(() -> reap(idleLimit), period, period, TimeUnit.MILLISECONDS);
    }

    /**
     * Invokes a function and waits for its answer. Waits also for a free instance, where AWS would start another.
     *
     * @param function name or ARN, with or without alias
     * @param payload JSON
     * @throws NoSuchFunctionException if there is none
     * @throws IOException if its JVM cannot be started, or the payload is over 6 MiB
     * @throws InterruptedException if the caller gives up; the function's JVM is killed
     */
    public InvocationResult invoke(String function, String payload) throws InterruptedException, IOException {
        return pool(function).invoke(payload);
    }

    /** Starts a function's JVM ahead of its first invocation, as provisioned concurrency would. */
    public void warmUp(String function) throws InterruptedException, IOException {
        pool(function).warmUp();
    }

    /** Process ids of a function's JVMs. @throws NoSuchFunctionException if there is none */
    public List<Long> pids(String function) {
        return pool(function).pids();
    }

    /** Process ids of all JVMs. */
    public List<Long> pids() {
        return pools.values().stream().flatMap(pool -> pool.pids().stream()).toList();
    }

    public static String logGroup(String function) {
        return "/aws/lambda/" + function;
    }

    /** Kills every JVM and waits for its end. */
    @Override
    public void close() {
        reaper.shutdownNow();
        try {
            for (FunctionPool pool : pools.values()) {
                pool.close();
            }
            reaper.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private FunctionPool pool(String function) {
        String name = Arns.name(function);
        FunctionPool pool = pools.get(name);
        if (pool == null) {
            throw new NoSuchFunctionException(name, pools.keySet());
        }
        return pool;
    }

    private void reap(Duration idleLimit) {
        try {
            for (FunctionPool pool : pools.values()) {
                pool.reap(idleLimit);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private FunctionInstance launch(FunctionSpec spec) throws IOException {
        Path home = Files.createDirectories(folder.resolve(spec.name()));
        List<String> command = new ArrayList<>(java(spec.memoryMiB()));
        Path cache = classPath.isEmpty() ? null : FunctionCache.beside(classPath.getFirst());
        if (cache != null && Files.exists(cache)) {
            command.add("-XX:AOTCache=" + cache);
        }
        command.addAll(List.of(
                // An SDK must not find the profiles of whoever runs this.
                "-Duser.home=" + home,
                "-Djava.io.tmpdir=" + Files.createDirectories(home.resolve("tmp")),
                "-cp",
                classPathText(classPath),
                FunctionHost.class.getName(),
                spec.handler()));
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment(spec));
        String group = logGroup(spec.name());
        try {
            return new FunctionInstance(spec.name(), builder, line -> logs.append(group, LOG_STREAM, line));
        } catch (IOException e) {
            throw new IOException("function " + spec.name() + ": its JVM cannot be started: " + e.getMessage(), e);
        }
    }

    /** The JVM and those of its options that a cache depends on. */
    static List<String> java(int memoryMiB) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xms" + Math.min(24, memoryMiB) + "m",
                "-Xmx" + memoryMiB + "m",
                "-Xss512k",
                "-XX:+ExitOnOutOfMemoryError",
                // Standard output carries answers: what the JVM itself says goes to the log, if it must be said.
                "-XX:+DisplayVMOutputToStderr",
                "-Xlog:disable",
                "--enable-native-access=ALL-UNNAMED");
    }

    /** The functions, and behind them what hosts them. */
    static String classPathText(List<Path> functions) {
        return hostClassPath(functions).stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private Map<String, String> environment(FunctionSpec spec) {
        Map<String, String> environment = new LinkedHashMap<>(cloudEnvironment);
        // Each function has a key of its own, as each has a role of its own.
        environment.computeIfPresent("AWS_ACCESS_KEY_ID", (_, key) -> accessKey(key, spec.name()));
        environment.put("AWS_LAMBDA_FUNCTION_NAME", spec.name());
        environment.put("AWS_LAMBDA_FUNCTION_VERSION", "1");
        environment.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", Integer.toString(spec.memoryMiB()));
        environment.put("AWS_LAMBDA_LOG_GROUP_NAME", logGroup(spec.name()));
        environment.put("AWS_LAMBDA_LOG_STREAM_NAME", LOG_STREAM);
        environment.put("AWS_LAMBDA_LOG_FORMAT", "JSON");
        environment.put("_HANDLER", spec.handler());
        environment.put("AWS_EC2_METADATA_DISABLED", "true");
        environment.put("LANG", "C.UTF-8");
        environment.put("TZ", "UTC");
        environment.putAll(spec.environment());
        return environment;
    }

    /** The access key with which a function signs. @param cloud that of the cloud */
    public static String accessKey(String cloud, String function) {
        return cloud + "-" + function;
    }

    /** Behind the functions: this host, Lambda's interfaces, and its serialization library. */
    private static List<Path> hostClassPath(List<Path> functions) {
        return Stream.concat(
                        functions.stream().map(Path::toAbsolutePath),
                        Stream.of(FunctionHost.class, Context.class, PojoSerializer.class).map(EmbeddedLambda::origin))
                .distinct()
                .toList();
    }

    private static Path origin(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("cannot tell where " + type.getName() + " was loaded from", e);
        }
    }
}

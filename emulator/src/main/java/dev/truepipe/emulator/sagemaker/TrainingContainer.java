package dev.truepipe.emulator.sagemaker;

import dev.truepipe.emulator.sagemaker.MetricDefinition.MetricPoint;
import dev.truepipe.json.Json;
import dev.truepipe.storage.ObjectSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * One training container: its folder, its pipes, its process.
 *
 * <p>The process is one of this machine, or, with a {@link ContainerImage}, the client of a container engine that runs it.
 *
 * <p>The folder is laid out as SageMaker lays out {@code /opt/ml}: {@code input/config/*.json},
 * {@code input/data/<channel>_<epoch>} (FIFOs), {@code model}, {@code output/data}, {@code checkpoints}; the algorithm may
 * write {@code output/failure}. It finds the folder in {@code TRUEPIPE_ROOT}. What it prints on either stream is its log.
 * A job's containers are run by {@link TrainingCluster}.
 *
 * <p>After {@link #close()} no FIFO, thread or process of the container is left, however it ended. On Linux that includes
 * processes that have left their parent; on macOS only those that are still descendants. When this JVM is killed before it
 * could close, {@link ProcessGuard} ends the processes.
 */
public final class TrainingContainer implements AutoCloseable {
    /** Longest {@code FailureReason}, in characters. */
    static final int MAX_FAILURE_REASON = 1_024;

    private final Spec spec;
    /** {@code null}: the command is a process of this machine. */
    private final ContainerImage image;
    private final String containerName = "truepipe-" + UUID.randomUUID();
    private final ChannelFeed.Instance instance;
    private final Path root;
    private final ObjectSource objects;
    private final Clock clock;
    private final Consumer<TrainingEvent> listener;
    private final List<ChannelFeed> feeds = new ArrayList<>();
    private final List<MetricPoint> metrics = new ArrayList<>();
    private final CompletableFuture<Ending> ending = new CompletableFuture<>();
    private volatile Throwable inputFailure;
    private volatile RuntimeException logFailure;
    private final ProcessTree processes = new ProcessTree();
    private Process process;
    /** Whether no container is left, nor can be started any more. */
    private boolean removed;
    private Thread log;

    TrainingContainer(
            Spec spec, ContainerImage image, ChannelFeed.Instance instance, ObjectSource objects, Clock clock, Consumer<TrainingEvent> listener) {
        this.spec = spec;
        this.image = image;
        this.instance = instance;
        this.root = spec.root(instance);
        this.objects = objects;
        this.clock = clock;
        this.listener = listener;
    }

    /**
     * What to run.
     *
     * @param jobName {@code TRAINING_JOB_NAME}
     * @param jobArn {@code TRAINING_JOB_ARN}
     * @param root folder that stands for {@code /opt/ml}; made if it is not there. Of several instances each has its own,
     *     {@code algo-1} and so on, in it
     * @param workingDirectory where the process starts; {@code null}: in the folder that stands for {@code /opt/ml}
     * @param command program and all its arguments
     * @param hostEnvironment variables of this machine that the process gets too
     * @param environment further variables; these win
     * @param hyperparameters written as they are; all values are strings
     * @param channels each streamed on its own; names differ
     * @param epochs FIFOs offered per channel; an algorithm that wants more waits for ever
     * @param instances how many containers the job has
     * @param metricDefinitions looked for in every line of the log
     * @param maxRuntime after this the process is ended
     * @param stopGrace between SIGTERM and SIGKILL; SageMaker gives 120 s
     */
    public record Spec(
            String jobName,
            String jobArn,
            Path root,
            Path workingDirectory,
            List<String> command,
            Map<String, String> hostEnvironment,
            Map<String, String> environment,
            Map<String, String> hyperparameters,
            List<PipeChannel> channels,
            int epochs,
            int instances,
            List<MetricDefinition> metricDefinitions,
            Duration maxRuntime,
            Duration stopGrace) {
        public Spec {
            root = root.toAbsolutePath().normalize();
            command = List.copyOf(command);
            hostEnvironment = Map.copyOf(hostEnvironment);
            environment = Map.copyOf(environment);
            hyperparameters = Collections.unmodifiableMap(new LinkedHashMap<>(hyperparameters));
            channels = List.copyOf(channels);
            metricDefinitions = List.copyOf(metricDefinitions);
            if (channels.stream().map(PipeChannel::name).distinct().count() < channels.size()) {
                throw new IllegalArgumentException("two channels have the same name; give each a name of its own");
            }
            if (epochs < 1) {
                throw new IllegalArgumentException("at least one epoch must be offered, was " + epochs);
            }
            if (instances < 1) {
                throw new IllegalArgumentException("a job has at least one instance, was " + instances);
            }
        }

        Path root(ChannelFeed.Instance instance) {
            return instance.of() == 1 ? root : root.resolve(instance.name());
        }
    }

    /** Why a container ended. */
    public enum Ending {
        /** The process ended by itself with exit code 0. */
        COMPLETED("Completed", "Completed"),
        /** The process ended with another exit code, could not be started, or its input could not be streamed. */
        FAILED("Failed", "Failed"),
        /** It was ended when its time was over. */
        MAX_RUNTIME_EXCEEDED("Stopped", "MaxRuntimeExceeded"),
        /** It was ended by {@link TrainingContainer#stop()}. */
        STOPPED("Stopped", "Stopped");

        private final String status;
        private final String secondaryStatus;

        Ending(String status, String secondaryStatus) {
            this.status = status;
            this.secondaryStatus = secondaryStatus;
        }

        /** The training job's status. */
        public String status() {
            return status;
        }

        public String secondaryStatus() {
            return secondaryStatus;
        }
    }

    /**
     * How it went.
     *
     * @param exitCode of the process (128 + n: ended by signal n), or {@code null} if it never started
     * @param failureReason of a failed container, beginning {@code AlgorithmError:}, {@code ClientError:} or
     *     {@code InternalServerError:}, at most 1,024 characters; else {@code null}
     * @param epochs epochs the algorithm opened, by channel; of several instances the most
     * @param records records written, all channels, epochs and instances
     * @param bytes bytes written, framing included
     * @param metrics every value found, in the order of the log
     */
    public record Result(
            Ending ending,
            Integer exitCode,
            String failureReason,
            Map<String, Integer> epochs,
            long records,
            long bytes,
            List<MetricPoint> metrics,
            Duration ran) {
        public Result {
            epochs = Collections.unmodifiableMap(new LinkedHashMap<>(epochs));
            metrics = List.copyOf(metrics);
        }
    }

    /**
     * Makes the folder, writes the configuration, reads the manifests, makes the first FIFOs and looks through every line
     * ({@link Preflight}).
     *
     * @return {@code null}, or why the input cannot be streamed, as {@link Result#failureReason()}
     * @throws IOException if the folder cannot be written
     */
    String prepare() throws IOException {
        for (String folder : List.of("input/config", "input/data", "model", "output/data", "checkpoints")) {
            Files.createDirectories(root.resolve(folder));
        }
        Files.deleteIfExists(root.resolve("output/failure"));
        removeOldFifos(root.resolve("input/data"));
        Path config = root.resolve("input/config");
        Files.write(config.resolve("hyperparameters.json"), Json.bytes(spec.hyperparameters()));
        Files.write(config.resolve("inputdataconfig.json"), Json.bytes(inputDataConfig()));
        Files.write(config.resolve("resourceconfig.json"), Json.bytes(resourceConfig()));
        try {
            for (PipeChannel channel : spec.channels()) {
                feeds.add(new ChannelFeed(spec.jobName(), channel, root.resolve("input/data"), spec.epochs(), instance, objects, clock, listener,
                        this::inputFailed));
            }
            if (instance.number() == 1) { // the others get lines of the same manifests
                for (ChannelFeed feed : feeds) {
                    feed.preflight();
                }
            }
        } catch (InputFailure e) {
            inputFailed(e);
            return reason(e);
        }
        return null;
    }

    /**
     * Runs the process to its end, whatever that is. Call once, after {@link #prepare()}.
     *
     * @throws InterruptedException if the calling thread was interrupted; {@link #close()} then ends the process
     */
    Result run() throws InterruptedException, IOException {
        long began = System.nanoTime();
        if (!ending.isDone()) {
            try {
                process = start();
            } catch (IOException e) {
                return result(Ending.FAILED, null, "ClientError: cannot start the container: " + e.getMessage(), began);
            }
            log = Thread.ofPlatform().daemon().name("log " + spec.jobName() + " " + instance.name()).start(this::readLog);
            feeds.forEach(ChannelFeed::start);
            process.onExit().thenRun(() -> ending.complete(Ending.COMPLETED));
            ending.completeOnTimeout(Ending.MAX_RUNTIME_EXCEEDED, spec.maxRuntime().toMillis(), TimeUnit.MILLISECONDS);
        }
        Ending why;
        try {
            why = ending.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
        if (process == null) {
            return result(why, null, why == Ending.FAILED ? reason(inputFailure) : null, began);
        }
        endProcess();
        log.join();
        for (ChannelFeed feed : feeds) {
            feed.close();
        }
        if (logFailure != null) {
            throw logFailure;
        }
        int exitCode = process.exitValue();
        if (why == Ending.COMPLETED && image != null && exitCode == ContainerImage.ENGINE_FAILED) {
            return result(Ending.FAILED, exitCode, "ClientError: " + image.engine() + " cannot run the image " + image.name() + ", exit code: " + exitCode
                    + "; the log says why", began);
        }
        if (why == Ending.COMPLETED && exitCode != 0) {
            return result(Ending.FAILED, exitCode, algorithmError(exitCode), began);
        }
        return result(why, exitCode, why == Ending.FAILED ? reason(inputFailure) : null, began);
    }

    /** Asks the process to end: SIGTERM, and SIGKILL after the grace. Before {@link #run()} it keeps it from starting. */
    void stop() {
        ending.complete(Ending.STOPPED);
    }

    /** Ends what is left of the process and of its descendants, at once, and removes the FIFOs. */
    @Override
    public void close() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            if (process != null) {
                removeContainer();
            }
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            processes.kill();
        }
        for (ChannelFeed feed : feeds) {
            feed.close();
        }
        while (log != null && log.isAlive()) {
            try {
                log.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Those of a run that was itself killed. */
    private static void removeOldFifos(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isOther()) {
                    Files.delete(entry);
                }
            }
        }
    }

    private Process start() throws IOException {
        Map<String, String> told = new LinkedHashMap<>(spec.environment());
        told.put("TRUEPIPE_ROOT", image == null ? root.toString() : ContainerImage.ROOT);
        told.put("TRAINING_JOB_NAME", spec.jobName());
        told.put("TRAINING_JOB_ARN", spec.jobArn());
        Path start = spec.workingDirectory() == null ? root : spec.workingDirectory();
        List<String> command = image == null ? spec.command() : image.run(containerName, instance.name(), root, told, spec.command());
        ProcessBuilder builder = new ProcessBuilder(command).directory(start.toFile()).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(spec.hostEnvironment());
        if (image == null) {
            environment.putAll(told);
        }
        Process started = processes.start(builder, image == null ? List.of() : image.removal(containerName));
        started.getOutputStream().close();
        return started;
    }

    /** What the engine started is no child of ours: killing the engine's client alone would leave it. */
    private void removeContainer() throws IOException, InterruptedException {
        if (image != null && !removed) {
            image.remove(containerName);
            removed = !process.isAlive();
        }
    }

    private void endProcess() throws InterruptedException, IOException {
        if (process.isAlive()) {
            process.toHandle().destroy(); // not Process.destroy(), which closes the log before its last words
            try {
                process.onExit().get(spec.stopGrace().toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                removeContainer();
                process.toHandle().destroyForcibly();
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
            process.waitFor();
        }
        // Also one that the engine was only about to start, and one whose client ended before it.
        removeContainer();
        processes.kill();
    }

    private void inputFailed(Throwable e) {
        inputFailure = e;
        ending.complete(Ending.FAILED);
    }

    private void readLog() {
        try (InputStream out = process.getInputStream()) {
            LogLines.read(out, this::logLine);
        } catch (IOException e) {
            logFailure = new UncheckedIOException("cannot read the log of " + spec.jobName(), e);
        } catch (RuntimeException e) {
            logFailure = e;
            ending.complete(Ending.FAILED);
        }
    }

    private void logLine(String text) {
        Instant now = clock.instant();
        listener.accept(new TrainingEvent.LogLine(spec.jobName(), now, instance.name(), text));
        for (MetricDefinition definition : spec.metricDefinitions()) {
            for (MetricPoint point : definition.read(text, now)) {
                metrics.add(point);
                listener.accept(new TrainingEvent.Metric(spec.jobName(), now, point.name(), point.value()));
            }
        }
    }

    private Result result(Ending why, Integer exitCode, String failureReason, long began) {
        Map<String, Integer> epochs = new LinkedHashMap<>();
        long records = 0;
        long bytes = 0;
        for (ChannelFeed feed : feeds) {
            epochs.put(feed.channel(), feed.opened());
            records += feed.records();
            bytes += feed.bytes();
        }
        Duration ran = Duration.ofNanos(System.nanoTime() - began);
        return new Result(why, exitCode, failureReason, epochs, records, bytes, metrics, ran);
    }

    private static String reason(Throwable e) {
        String text = e instanceof InputFailure ? e.getMessage() : "InternalServerError: while streaming the input: " + e;
        return text.substring(0, Math.min(text.length(), MAX_FAILURE_REASON));
    }

    private String algorithmError(int exitCode) throws IOException {
        Path failure = root.resolve("output/failure");
        String prefix = "AlgorithmError: ";
        String suffix = ", exit code: " + exitCode;
        String text = "";
        if (Files.isRegularFile(failure)) {
            try (InputStream in = Files.newInputStream(failure)) {
                text = new String(in.readNBytes(4 * MAX_FAILURE_REASON), StandardCharsets.UTF_8).strip();
            }
        }
        if (text.isEmpty()) {
            text = "the algorithm ended and left no output/failure; its log says more";
        }
        int room = MAX_FAILURE_REASON - prefix.length() - suffix.length();
        return prefix + text.substring(0, Math.min(text.length(), room)) + suffix;
    }

    private Map<String, Object> inputDataConfig() {
        Map<String, Object> config = new LinkedHashMap<>();
        for (PipeChannel channel : spec.channels()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            if (channel.contentType() != null) {
                entry.put("ContentType", channel.contentType());
            }
            entry.put("TrainingInputMode", "Pipe");
            entry.put("S3DistributionType", channel.distribution().text());
            entry.put("RecordWrapperType", channel.wrapper().text());
            config.put(channel.name(), entry);
        }
        return config;
    }

    private Map<String, Object> resourceConfig() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("current_host", instance.name());
        config.put("hosts", IntStream.rangeClosed(1, instance.of()).mapToObj(number -> new ChannelFeed.Instance(number, instance.of()).name()).sorted().toList());
        config.put("network_interface_name", "lo");
        return config;
    }
}

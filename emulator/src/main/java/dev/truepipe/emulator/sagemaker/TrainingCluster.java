package dev.truepipe.emulator.sagemaker;

import dev.truepipe.emulator.sagemaker.MetricDefinition.MetricPoint;
import dev.truepipe.emulator.sagemaker.TrainingContainer.Ending;
import dev.truepipe.emulator.sagemaker.TrainingContainer.Result;
import dev.truepipe.emulator.sagemaker.TrainingContainer.Spec;
import dev.truepipe.storage.ObjectSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * All containers of a training job, one for each instance; mostly one.
 *
 * <pre>{@code
 * try (TrainingCluster cluster = new TrainingCluster(spec, store, Clock.systemUTC(), listener)) {
 *     cluster.prepare();
 *     TrainingContainer.Result result = cluster.run();
 * }
 * }</pre>
 *
 * <p>The job is done when all are; when one fails, the others are stopped.
 */
public final class TrainingCluster implements AutoCloseable {
    private final Spec spec;
    private final List<TrainingContainer> containers;

    /**
     * @param objects where manifests and the objects they name lie
     * @param clock dates events and metrics; limits are measured by the machine's own time
     * @param listener told what happens, from several threads; must not throw
     */
    public TrainingCluster(Spec spec, ObjectSource objects, Clock clock, Consumer<TrainingEvent> listener) {
        this(spec, null, objects, clock, listener);
    }

    /** As above. @param image what the command runs in; {@code null}: as a process of this machine */
    public TrainingCluster(Spec spec, ContainerImage image, ObjectSource objects, Clock clock, Consumer<TrainingEvent> listener) {
        this.spec = spec;
        this.containers = instances()
                .map(instance -> new TrainingContainer(spec, image, instance, objects, clock, listener))
                .toList();
    }

    private Stream<ChannelFeed.Instance> instances() {
        return IntStream.rangeClosed(1, spec.instances()).mapToObj(number -> new ChannelFeed.Instance(number, spec.instances()));
    }

    /** The folders that stand for {@code /opt/ml}, in the order of the instances. */
    public List<Path> roots() {
        return instances().map(spec::root).toList();
    }

    /**
     * Makes the folders, writes the configuration, reads the manifests, makes the first FIFOs and looks through every line, and at some
     * of the objects they name.
     *
     * @return {@code null}, or why the input cannot be streamed, as {@link Result#failureReason()}
     * @throws IOException if a folder cannot be written
     */
    public String prepare() throws IOException {
        for (TrainingContainer container : containers) {
            String unprepared = container.prepare();
            if (unprepared != null) {
                return unprepared;
            }
        }
        return null;
    }

    /**
     * Runs the processes to their end, whatever that is. Call once, after {@link #prepare()}.
     *
     * @throws InterruptedException if the calling thread was interrupted; {@link #close()} then ends the processes
     */
    public Result run() throws InterruptedException, IOException {
        if (containers.size() == 1) {
            return containers.getFirst().run();
        }
        long began = System.nanoTime();
        List<Result> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().name("instance ", 1).factory())) {
            List<Future<Result>> running = containers.stream().map(container -> threads.submit(() -> runOne(container))).toList();
            try {
                for (Future<Result> one : running) {
                    results.add(one.get());
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                switch (e.getCause()) {
                    case IOException failure -> throw failure;
                    case RuntimeException broken -> throw broken;
                    default -> throw new IllegalStateException(e.getCause());
                }
            } catch (InterruptedException e) {
                threads.shutdownNow();
                throw e;
            }
        }
        return together(results, Duration.ofNanos(System.nanoTime() - began));
    }

    private Result runOne(TrainingContainer container) throws InterruptedException, IOException {
        boolean good = false;
        try {
            Result result = container.run();
            good = result.ending() != Ending.FAILED;
            return result;
        } finally {
            if (!good) {
                stop(); // also when it threw: the others would run on for a job that is lost
            }
        }
    }

    /** Asks the processes to end: SIGTERM, and SIGKILL after the grace. Before {@link #run()} it keeps them from starting. */
    public void stop() {
        containers.forEach(TrainingContainer::stop);
    }

    /** Ends what is left of the processes and of their descendants, at once, and removes the FIFOs. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        for (TrainingContainer container : containers) {
            try {
                container.close();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** The job failed if one of them did; else it was stopped if one was. */
    private static Result together(List<Result> results, Duration ran) {
        Result decisive = results.stream()
                .min(Comparator.comparingInt(result -> switch (result.ending()) {
                    case FAILED -> 0;
                    case MAX_RUNTIME_EXCEEDED -> 1;
                    case STOPPED -> 2;
                    case COMPLETED -> 3;
                }))
                .orElseThrow();
        Map<String, Integer> epochs = new LinkedHashMap<>();
        results.forEach(result -> result.epochs().forEach((channel, opened) -> epochs.merge(channel, opened, Math::max)));
        List<MetricPoint> metrics = results.stream().flatMap(result -> result.metrics().stream()).sorted(Comparator.comparing(MetricPoint::at)).toList();
        return new Result(decisive.ending(), decisive.exitCode(), decisive.failureReason(), epochs,
                results.stream().mapToLong(Result::records).sum(), results.stream().mapToLong(Result::bytes).sum(), metrics, ran);
    }
}

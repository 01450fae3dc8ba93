package dev.truepipe.cli;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.s3.BucketFolders;
import dev.truepipe.emulator.sagemaker.Artifacts;
import dev.truepipe.emulator.sagemaker.ContainerImage;
import dev.truepipe.emulator.sagemaker.ManifestSource;
import dev.truepipe.emulator.sagemaker.MetricDefinition;
import dev.truepipe.emulator.sagemaker.MetricDefinition.MetricPoint;
import dev.truepipe.emulator.sagemaker.PipeChannel;
import dev.truepipe.emulator.sagemaker.TrainingCluster;
import dev.truepipe.emulator.sagemaker.TrainingContainer.Ending;
import dev.truepipe.emulator.sagemaker.TrainingContainer.Result;
import dev.truepipe.emulator.sagemaker.TrainingContainer.Spec;
import dev.truepipe.emulator.sagemaker.TrainingEvent;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.settings.Durations;
import dev.truepipe.storage.ObjectSource;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec.Target;

/** {@code truepipe pipe}: a training job in Pipe mode around any program. */
@Command(
        name = "pipe",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs COMMAND as SageMaker runs a training container in Pipe mode: folder, settings, one FIFO for each channel and epoch, its"
                + " end, its model. The folder that stands for /opt/ml is in the variable TRUEPIPE_ROOT. See docs/pipe-mode.md.",
        footer = {"", "Options with [CHANNEL=] mean every channel if none is named, and may be given again.", "",
            "Exit codes: 0 Completed · 1 Failed or Stopped · 2 wrong usage or unreadable input"})
final class PipeCommand implements Callable<Integer> {
    static final String JOB = "pipe";

    @Option(names = "--channel", required = true, paramLabel = "NAME=MANIFEST",
            description = "a channel and its augmented manifest: a file, .gz, s3://bucket/key, or - for standard input; may be given again")
    private List<String> channels;

    @Option(names = "--attributes", required = true, paramLabel = "[CHANNEL=]A,B",
            description = "AttributeNames: what of each line is streamed, in this order; of an attribute whose name ends in -ref, the object it names")
    private List<String> attributes;

    @Option(names = "--wrapper", paramLabel = "[CHANNEL=]TYPE", description = "RecordWrapperType: RecordIO (the default) or None")
    private List<String> wrappers = List.of();

    @Option(names = "--shuffle", paramLabel = "[CHANNEL=]SEED", description = "ShuffleConfig: another order of lines in each epoch, the same for the same seed")
    private List<String> shuffles = List.of();

    @Option(names = "--distribution", paramLabel = "[CHANNEL=]TYPE",
            description = "S3DataDistributionType: FullyReplicated (the default: every instance gets every line) or ShardedByS3Key (every line goes to one)")
    private List<String> distributions = List.of();

    @Option(names = "--instances", paramLabel = "N", defaultValue = "1",
            description = "InstanceCount (default: ${DEFAULT-VALUE}); of several each is a process of its own, with a folder algo-1, algo-2 … under the root")
    private int instances;

    @Option(names = "--content-type", paramLabel = "[CHANNEL=]TYPE", description = "ContentType, as inputdataconfig.json tells it")
    private List<String> contentTypes = List.of();

    @Option(names = "--epochs", paramLabel = "N", description = "FIFOs offered for each channel (default: as many as are opened)")
    private Integer epochs;

    @Option(names = "--hyperparameter", paramLabel = "K=V", description = "for hyperparameters.json; may be given again")
    private Map<String, String> hyperparameters = new LinkedHashMap<>();

    @Option(names = "--metric", paramLabel = "NAME=REGEX",
            description = "a number to look for in every line that COMMAND prints: the expression's first group; may be given again")
    private List<String> metrics = List.of();

    @Option(names = "--root", paramLabel = "DIR", defaultValue = "target/pipe",
            description = "stands for /opt/ml (default: ${DEFAULT-VALUE}); that of an earlier run is emptied first, apart from checkpoints")
    private Path root;

    @Option(names = "--s3", paramLabel = "DIR",
            description = "reads s3://bucket/key from DIR/bucket/key; without it, from the S3 that the environment names (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL …)")
    private Path folders;

    @Option(names = "--max-runtime", paramLabel = "DURATION", defaultValue = "1d", description = "MaxRuntimeInSeconds, such as 90m (default: ${DEFAULT-VALUE})")
    private String maxRuntime;

    @Option(names = "--stop-grace", paramLabel = "DURATION", defaultValue = "2m",
            description = "between SIGTERM and SIGKILL, on Ctrl-C and at the maximum runtime (default: ${DEFAULT-VALUE}, as SageMaker)")
    private String stopGrace;

    @Option(names = "--image", paramLabel = "IMAGE",
            description = "runs COMMAND (then \"train\" if not given) in a container of Docker or Podman, where the root is /opt/ml; Linux")
    private String image;

    @Option(names = "--json", description = "one JSON object on standard output; what COMMAND prints goes to standard error")
    private boolean json;

    @Parameters(arity = "0..*", paramLabel = "-- COMMAND", description = "program and arguments, started in the current folder; SageMaker's own argument is \"train\"")
    private List<String> command = List.of();

    @picocli.CommandLine.Spec(Target.SELF)
    private CommandSpec spec;

    @Override
    public Integer call() throws UnreadableInput, IOException, InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        Map<String, String> byName = channels();
        ContainerImage container = container();
        ObjectSource objects = folders == null ? new EnvironmentS3() : new BucketFolders(requireFolder());
        try (Manifests manifests = Manifests.open(byName.values().stream().distinct().toList(), System.in, () -> objects)) {
            Spec job = job(byName, manifests);
            for (String manifest : byName.values()) {
                if (!manifest.startsWith("s3://") && !manifest.equals("-")) {
                    MarkedFolder.requireOutside(MarkedFolder.Owner.PIPE, root, Path.of(manifest));
                }
            }
            try (MarkedFolder folder = MarkedFolder.prepare(MarkedFolder.Owner.PIPE, root);
                    TrainingCluster cluster = new TrainingCluster(job, container, objects, Clock.systemUTC(), this::tell)) {
                return run(cluster, folder, ended);
            }
        } finally {
            ended.countDown();
        }
    }

    /** @return {@code null} for a process of this machine */
    private ContainerImage container() throws UnreadableInput, InterruptedException {
        if (image == null) {
            if (command.isEmpty()) {
                throw new UnreadableInput("COMMAND", "is missing: nothing reads the pipes", "end with -- and the program and its arguments, or name an --image");
            }
            return null;
        }
        if (root.toAbsolutePath().toString().contains(",")) {
            throw new UnreadableInput("--root", "has a comma, which parts the words of what an engine is told to mount", "name a folder without one");
        }
        try {
            return ContainerImage.of(image, System.getenv());
        } catch (IOException e) {
            throw new UnreadableInput("--image", UnreadableInput.words(e), "start Docker or Podman here, or leave --image out and give the COMMAND");
        }
    }

    private int run(TrainingCluster cluster, MarkedFolder folder, CountDownLatch ended) throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Thread stop = new Thread(() -> stop(cluster, ended), "stop");
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            cluster.prepare();
            Outcome outcome = Outcome.of(cluster.run(), cluster.roots(), folder);
            if (json) {
                out.println(Json.text(outcome.json()));
            } else {
                outcome.print(out);
            }
            out.flush();
            return outcome.completed() ? 0 : 1;
        } finally {
            if (stop.getState() == Thread.State.NEW) {
                removeHook(stop);
            }
        }
    }

    private static void removeHook(Thread stop) {
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException shuttingDown) {
            // The signal came in this very moment: the hook waits until everything is closed.
        }
    }

    /**
     * On Ctrl-C or SIGTERM the job is stopped as StopTrainingJob would, and its end told before this process ends: with 1, as
     * any job that is not Completed, not with the signal's code.
     */
    private void stop(TrainingCluster cluster, CountDownLatch ended) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("truepipe: stopping: SIGTERM now, SIGKILL after " + stopGrace);
        err.flush();
        cluster.stop();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(1);
    }

    private void tell(TrainingEvent event) {
        PrintWriter log = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
        switch (event) {
            case TrainingEvent.LogLine line -> log.println(instances == 1 ? line.text() : line.instance() + ": " + line.text());
            case TrainingEvent.EpochEnded ended -> log.println(String.format(Locale.ROOT, "truepipe: %s_%d: %,d records, %,d bytes%s",
                    ended.channel(), ended.epoch(), ended.records(), ended.bytes(), ended.whole() ? "" : ", closed early"));
            case TrainingEvent.EpochOpened _, TrainingEvent.Metric _, TrainingEvent.Status _ -> {
                return;
            }
        }
        log.flush();
    }

    private Spec job(Map<String, String> byName, Manifests manifests) throws UnreadableInput {
        Map<String, String> attributeNames = perChannel("--attributes", attributes, byName);
        Map<String, String> wrapper = perChannel("--wrapper", wrappers, byName);
        Map<String, String> seed = perChannel("--shuffle", shuffles, byName);
        Map<String, String> distribution = perChannel("--distribution", distributions, byName);
        Map<String, String> contentType = perChannel("--content-type", contentTypes, byName);
        List<PipeChannel> pipes = new ArrayList<>();
        for (Map.Entry<String, String> channel : byName.entrySet()) {
            String name = channel.getKey();
            if (!attributeNames.containsKey(name)) {
                throw new UnreadableInput("--attributes", "says nothing of channel " + name, "add --attributes " + name + "=A,B");
            }
            Manifests.Opened manifest = manifests.all().stream().filter(one -> one.file().name().equals(channel.getValue())).findFirst().orElseThrow();
            PipeChannel.Wrapper wrapping = usage("--wrapper", () -> PipeChannel.Wrapper.parse(wrapper.getOrDefault(name, "RecordIO")));
            PipeChannel.Distribution share = usage("--distribution", () -> PipeChannel.Distribution.parse(distribution.getOrDefault(name, "FullyReplicated")));
            OptionalLong shuffle = usage("--shuffle", () -> seed.containsKey(name) ? OptionalLong.of(seed(seed.get(name))) : OptionalLong.empty());
            pipes.add(usage("--attributes", () -> new PipeChannel(name, source(manifest), List.of(attributeNames.get(name).split(",", -1)), wrapping,
                    contentType.get(name), share, shuffle)));
        }
        List<MetricDefinition> definitions = new ArrayList<>();
        for (String metric : metrics) {
            String[] halves = halves("--metric", metric, "NAME=REGEX");
            definitions.add(usage("--metric", () -> MetricDefinition.of(halves[0], halves[1])));
        }
        Duration limit = usage("--max-runtime", () -> Durations.parse(maxRuntime));
        Duration grace = usage("--stop-grace", () -> Durations.parse(stopGrace));
        // Without an image there is a command.
        List<String> program = command.isEmpty() ? List.of("train") : command;
        return usage(instances < 1 ? "--instances" : "--epochs", () -> new Spec(JOB, Arns.trainingJob(JOB), root, Path.of("").toAbsolutePath(), program, System.getenv(), Map.of(),
                hyperparameters, pipes, epochs == null ? Integer.MAX_VALUE : epochs, instances, definitions, limit, grace));
    }

    private Map<String, String> channels() throws UnreadableInput {
        Map<String, String> byName = new LinkedHashMap<>();
        for (String channel : channels) {
            String[] halves = halves("--channel", channel, "NAME=MANIFEST");
            usage("--channel", () -> {
                PipeChannel.requireName(halves[0]);
                return null;
            });
            if (byName.put(halves[0], halves[1]) != null) {
                throw new UnreadableInput("--channel", "channel " + halves[0] + " is named twice", "give each channel one manifest");
            }
        }
        return byName;
    }

    /**
     * What an option says of each channel; what names a channel comes before what names none. A content type may hold a {@code =} of its
     * own ({@code application/x-recordio; label-format=class-id}), so there the text before it is a channel only if there is one.
     */
    private static Map<String, String> perChannel(String option, List<String> values, Map<String, String> channels) throws UnreadableInput {
        Map<String, String> found = new LinkedHashMap<>();
        String all = null;
        for (String value : values) {
            int equals = value.indexOf('=');
            String before = equals < 0 ? null : value.substring(0, equals);
            String channel = option.equals("--content-type") && !channels.containsKey(before) ? null : before;
            boolean twice;
            if (channel == null) {
                twice = all != null;
                all = value;
            } else if (channels.containsKey(channel)) {
                twice = found.put(channel, value.substring(equals + 1)) != null;
            } else {
                throw new UnreadableInput(option, "there is no channel " + channel, "name one of " + String.join(", ", channels.keySet()));
            }
            if (twice) {
                throw new UnreadableInput(option, "is given twice for " + (channel == null ? "every channel" : "channel " + channel), "give it once");
            }
        }
        if (all != null) {
            for (String channel : channels.keySet()) {
                found.putIfAbsent(channel, all);
            }
        }
        return found;
    }

    private static String[] halves(String option, String value, String shape) throws UnreadableInput {
        int equals = value.indexOf('=');
        if (equals < 1 || equals == value.length() - 1) {
            throw new UnreadableInput(option, "\"" + value + "\" is not of the form " + shape, "write " + option + " " + shape);
        }
        return new String[] {value.substring(0, equals), value.substring(equals + 1)};
    }

    private static long seed(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a seed is a whole number, was \"" + text + "\"", e);
        }
    }

    private static <T> T usage(String option, Supplier<T> made) throws UnreadableInput {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw new UnreadableInput(option, e.getMessage(), "see truepipe pipe --help");
        }
    }

    private Path requireFolder() throws UnreadableInput {
        if (!Files.isDirectory(folders)) {
            throw new UnreadableInput(folders.toString(), "is no folder", "name with --s3 the folder that holds a folder for each bucket");
        }
        return folders;
    }

    private static ManifestSource source(Manifests.Opened manifest) {
        return new ManifestSource() {
            @Override
            public String name() {
                return manifest.file().name();
            }

            @Override
            public InputStream open(ObjectSource objects) throws IOException {
                InputStream stored = manifest.source().open(0, ByteSource.END);
                return manifest.gzip() ? new GZIPInputStream(stored, 1 << 16) : stored;
            }
        };
    }

    /** The S3 that the environment names, looked for when the first object is: a manifest without -ref attributes needs none. */
    private static final class EnvironmentS3 implements ObjectSource {
        private ObjectSource found;

        private synchronized ObjectSource found() throws IOException {
            if (found == null) {
                try {
                    found = Manifests.s3();
                } catch (UnreadableInput e) {
                    String words = e.getMessage() + "; " + e.cure() + ", or read a folder with --s3 DIR";
                    throw new ObjectStore.ObjectUnreadableException(words, "cannot be looked for: " + words, e);
                }
            }
            return found;
        }

        @Override
        public Optional<ObjectStore.StoredObject> head(S3Uri uri) throws IOException {
            return found().head(uri);
        }

        @Override
        public InputStream open(S3Uri uri, ObjectStore.ByteRange range, String ifMatch) throws IOException {
            return found().open(uri, range, ifMatch);
        }

        @Override
        public ObjectStore.OpenedObject open(S3Uri uri) throws IOException {
            return found().open(uri);
        }
    }

    /**
     * What came of a job.
     *
     * @param model the archive, or {@code null} if there is none
     */
    private record Outcome(Ending ending, String failureReason, Result result, Path model) {
        /** Archives what the job left, unless it failed. */
        static Outcome of(Result result, List<Path> roots, MarkedFolder folder) {
            if (result.ending() == Ending.FAILED) {
                return new Outcome(Ending.FAILED, result.failureReason(), result, null);
            }
            try {
                Path model = folder.resolve("model.tar.gz");
                boolean there = Artifacts.keep(roots.stream().map(root -> root.resolve("model")).toList(), model);
                Artifacts.keep(roots.stream().map(root -> root.resolve("output/data")).toList(), folder.resolve("output.tar.gz"));
                return new Outcome(result.ending(), null, result, there ? model : null);
            } catch (IOException e) {
                return new Outcome(Ending.FAILED, "ClientError: Artifact upload failed: " + UnreadableInput.words(e), result, null);
            }
        }

        boolean completed() {
            return ending == Ending.COMPLETED;
        }

        Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("status", ending.status());
            json.put("secondaryStatus", ending.secondaryStatus());
            json.put("exitCode", result.exitCode());
            json.put("failureReason", failureReason);
            json.put("epochs", result.epochs());
            json.put("records", result.records());
            json.put("bytes", result.bytes());
            json.put("metrics", metrics());
            json.put("model", model == null ? null : model.toString());
            json.put("seconds", Math.round(result.ran().toNanos() / 1e6) / 1e3);
            return json;
        }

        void print(PrintWriter out) {
            double seconds = result.ran().toNanos() / 1e9;
            out.println();
            out.println(ending.secondaryStatus() + (failureReason == null ? "" : ": " + failureReason));
            out.println(String.format(Locale.ROOT, "%.1f s, %,d records, %,d bytes (%,.0f MB/s); epochs opened: %s", seconds, result.records(), result.bytes(),
                    result.bytes() / 1e6 / seconds, result.epochs().entrySet().stream().map(channel -> channel.getKey() + " " + channel.getValue())
                            .collect(Collectors.joining(", "))));
            metrics().forEach((name, values) -> out.println(name + " " + values.getLast() + (values.size() > 1 ? " (the last of " + values.size() + ")" : "")));
            if (model != null) {
                out.println("model: " + model);
            }
        }

        private Map<String, List<Double>> metrics() {
            Map<String, List<Double>> metrics = new LinkedHashMap<>();
            for (MetricPoint point : result.metrics()) {
                metrics.computeIfAbsent(point.name(), _ -> new ArrayList<>()).add(point.value());
            }
            return metrics;
        }
    }
}

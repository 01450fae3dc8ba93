package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.CloudListener;
import dev.truepipe.emulator.EmbeddedCloud;
import dev.truepipe.emulator.api.AwsCall;
import dev.truepipe.emulator.events.Topics;
import dev.truepipe.emulator.sagemaker.TrainingAlgorithm;
import dev.truepipe.emulator.sagemaker.TrainingEvent;
import dev.truepipe.emulator.states.ExecutionRecord;
import dev.truepipe.emulator.states.ExecutionRef;
import dev.truepipe.emulator.states.HistoryEvent;
import dev.truepipe.json.Json;
import dev.truepipe.settings.InvalidSettingsException;
import dev.truepipe.settings.Settings;
import dev.truepipe.settings.SettingsFile;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.workload.Messages;
import dev.truepipe.workload.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * The whole chain as it would be deployed, on the embedded cloud, for tests: functions from the packaged jar in their own
 * JVMs, the state machine from its file, training jobs as real processes ({@link QuickTraining}, or the demo's learner).
 *
 * <p>Tests wait for what they hear, each time with a deadline; a deadline missed tells what was awaited, what every
 * execution did, and what the functions logged.
 */
final class ChainCloud implements CloudListener, AutoCloseable {
    static final String LABELS = "chain-labels";

    /** Longest wait for anything, on a busy machine. */
    static final Duration PATIENCE = Duration.ofSeconds(150);

    static final String IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/quick-training:1";
    private static final int PICTURES = 120;
    private static final int LOG_LINES_SHOWN = 80;

    private final List<ExecutionRecord> ended = new CopyOnWriteArrayList<>();
    private final List<Step> steps = new CopyOnWriteArrayList<>();
    private final List<LogLine> logLines = new CopyOnWriteArrayList<>();
    private final List<String> notifications = new CopyOnWriteArrayList<>();
    private final List<Topics.Message> announcements = new CopyOnWriteArrayList<>();
    private final List<String> broken = new CopyOnWriteArrayList<>();
    private final Set<AwsCall> calls = ConcurrentHashMap.newKeySet();
    private final List<BiConsumer<ExecutionRef, HistoryEvent>> hooks = new CopyOnWriteArrayList<>();
    private final Object news = new Object();
    private final Marks marks;
    private final LocalCloud deployment;
    private final EmbeddedCloud cloud;

    /** An event of an execution. */
    record Step(ExecutionRef execution, HistoryEvent event) {}

    /** A line of a function's log. */
    record LogLine(String function, String text) {}

    /** Does something with the cloud that may fail. */
    interface Change {
        void run() throws Exception;
    }

    private ChainCloud(Path folder, String yaml, UnaryOperator<Workload> change) throws Exception {
        marks = new Marks(this::tell);
        Settings settings = settings(folder, yaml);
        deployment = new LocalCloud(settings, change.apply(Workload.of(settings)));
        Installation installation = new Installation(home());
        TrainingAlgorithm algorithm = TrainingAlgorithm.forImage(
                IMAGE,
                List.of("{java}", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", testClasses(), QuickTraining.class.getName()),
                Map.of(QuickTraining.MARKS_PORT, Integer.toString(marks.port())),
                List.of());
        cloud = deployment
                .describe(folder.resolve("cloud"), installation, List.of(algorithm, Demo.detector(installation)), this)
                .timing(new AcceleratedTime())
                .idleLimit(Duration.ofMinutes(10))
                .stopGrace(Duration.ofMillis(300))
                .start();
        try {
            deployment.complete(cloud, cloud.s3().store());
            for (int number = 0; number < PICTURES; number++) {
                S3Uri picture = S3Uri.parse(CarLabels.picture(number));
                if (store().head(picture).isEmpty()) {
                    store().put(picture, ("picture " + number).getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
                }
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Starts the chain. @param folder what lies there from an earlier cloud is found again */
    static ChainCloud start(Path folder, String yaml) throws Exception {
        return start(folder, yaml, UnaryOperator.identity());
    }

    /** Starts the chain with a workload that differs from the one that would be deployed. */
    static ChainCloud start(Path folder, String yaml, UnaryOperator<Workload> change) throws Exception {
        return new ChainCloud(folder, yaml, change);
    }

    /** Settings of these datasets; see {@link #dataset}. */
    static String yaml(String... datasets) {
        return "datasets:\n" + String.join("", datasets);
    }

    /** A dataset that trains on whatever comes: no line of its own in {@code more}, the settings below. */
    static String dataset(String name, String... more) {
        return datasetWith(name, "{ maxQuarantined: 5%, minPerClass: 1, minNewLabels: 0 }", "[ml.g5.2xlarge, ml.g4dn.xlarge]", more);
    }

    static String datasetWith(String name, String gates, String instances, String... more) {
        StringBuilder text = new StringBuilder("""
                  - name: %1$s
                    labels: s3://%2$s/%1$s/
                    labelBucket: notification
                    images: [s3://%3$s/]
                    settle: 0s
                    gates: %4$s
                    training:
                      image: %5$s
                      metrics: [{ name: "validation:mAP", regex: "validation:mAP=([0-9.]+)" }]
                      instances: %6$s
                      maxRuntime: 10m
                      maxWait: 20m
                      hyperparameters: { epochs: 1 }
                """.formatted(name, LABELS, CarLabels.BUCKET, gates, IMAGE, instances));
        for (String line : more) {
            text.append("    ").append(line).append('\n');
        }
        return text.toString();
    }

    private static Settings settings(Path folder, String yaml) throws IOException {
        Path file = Files.createDirectories(folder).resolve("truepipe.yaml");
        Files.writeString(file, yaml);
        try {
            return SettingsFile.read(file);
        } catch (InvalidSettingsException e) {
            throw new IllegalArgumentException("the test's own settings are wrong: " + e.problems() + "\n" + yaml, e);
        }
    }

    private static Path home() {
        String root = System.getProperty("truepipe.root");
        if (root == null) {
            throw new IllegalStateException("system property truepipe.root (the project's folder) is not set; failsafe sets it");
        }
        return Path.of(root);
    }

    private static String testClasses() throws URISyntaxException {
        return Path.of(QuickTraining.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    EmbeddedCloud cloud() {
        return cloud;
    }

    /** What was deployed. */
    LocalCloud deployment() {
        return deployment;
    }

    /** Every different call of AWS that was made until now. */
    Set<AwsCall> calls() {
        return Set.copyOf(calls);
    }

    Marks marks() {
        return marks;
    }

    ObjectStore store() {
        return cloud.s3().store();
    }

    /** A client of its queues, for a look from outside. */
    SqsClient queues() {
        return SqsClient.builder()
                .endpointOverride(cloud.sqs().endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(Duration.ofSeconds(40)))
                .build();
    }

    // What arrives

    /** The manifest that a labeling job of this name writes for the dataset. */
    static S3Uri manifest(String dataset, String job) {
        return new S3Uri(LABELS, dataset + "/" + job + "/manifests/output/output.manifest");
    }

    /** A manifest lands, and S3 tells of it. */
    S3Uri put(String dataset, String job, List<String> lines) throws IOException {
        S3Uri uri = manifest(dataset, job);
        store().put(uri, CarLabels.manifest(lines), ObjectStore.Condition.ALWAYS);
        return uri;
    }

    /** Removes an object, as its owner would; S3 tells nobody. */
    void takeAway(S3Uri uri) throws IOException {
        Files.delete(cloud.s3().folder().resolve(uri.bucket()).resolve(uri.key()));
    }

    /** An arrival by hand, as {@code truepipe trigger} sends it. */
    void wish(String dataset, boolean force) {
        cloud.sqs().send(LocalCloud.QUEUE, Messages.trigger(dataset, UUID.randomUUID().toString(), force));
    }

    /** Runs {@code truepipe} itself, in a JVM that knows this cloud by its environment only. @return what it printed */
    String truepipe(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-Dtruepipe.home=" + home(), "-cp", System.getProperty("java.class.path"), Truepipe.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
        builder.environment().putAll(cloud.environment());
        Process process = builder.start();
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "truepipe " + arguments[0] + " did not end: " + output);
            assertEquals(0, process.exitValue(), "truepipe " + arguments[0] + ": " + output);
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    // What comes of it

    /** The first {@code count} executions of the dataset that ended, in the order of their ends. */
    List<ExecutionRecord> awaitEnds(String dataset, int count) {
        return await(count + " ended executions of " + dataset, () -> {
            List<ExecutionRecord> of = ends(dataset);
            return of.size() < count ? Optional.empty() : Optional.of(of.subList(0, count));
        });
    }

    /** The execution of the dataset that was the {@code nth} (from 1) to end. */
    ExecutionRecord awaitEnd(String dataset, int nth) {
        return awaitEnds(dataset, nth).get(nth - 1);
    }

    /** Executions of the dataset that have ended. */
    List<ExecutionRecord> ends(String dataset) {
        return ended.stream().filter(execution -> isOf(execution.ref(), dataset)).toList();
    }

    /** Executions of the dataset that were started. */
    List<ExecutionRef> starts(String dataset) {
        return steps(dataset).stream()
                .filter(step -> step.execution().item() == null && step.event().type().equals("ExecutionStarted"))
                .map(Step::execution)
                .toList();
    }

    /** Events of the dataset's executions and of the children of their Maps, in the order heard. */
    List<Step> steps(String dataset) {
        return steps.stream().filter(step -> isOf(step.execution(), dataset)).toList();
    }

    /** A message about the dataset with all of these words in its subject or text. */
    Topics.Message awaitAnnouncement(String dataset, String... words) {
        return await("an announcement about " + dataset + " with " + List.of(words), () -> announcements.stream()
                .filter(message -> message.text().contains(dataset))
                .filter(message -> List.of(words).stream().allMatch((message.subject() + "\n" + message.text())::contains))
                .findFirst());
    }

    List<Topics.Message> announcements(String dataset) {
        return announcements.stream().filter(message -> message.text().contains(dataset)).toList();
    }

    /** Lines of a function's log that have all of these words; at least {@code count} of them. */
    List<LogLine> awaitLog(String function, int count, String... words) {
        return await(count + " lines of " + function + "'s log with " + List.of(words), () -> {
            List<LogLine> fitting = logLines.stream()
                    .filter(line -> line.function().equals(function))
                    .filter(line -> List.of(words).stream().allMatch(line.text()::contains))
                    .toList();
            return fitting.size() < count ? Optional.empty() : Optional.of(fitting);
        });
    }

    /** S3's notifications about objects whose key has this in it. */
    List<String> notifications(String key) {
        return notifications.stream().filter(body -> body.contains(key)).toList();
    }

    /**
     * Waits until {@code ready} has something. It is asked again whenever the cloud told of anything.
     *
     * @throws AssertionError after {@link #PATIENCE}, with all there is to know
     */
    <T> T await(String what, Supplier<Optional<T>> ready) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        synchronized (news) {
            while (true) {
                Optional<T> found = ready.get();
                if (found.isPresent()) {
                    return found.get();
                }
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    throw new AssertionError("awaited " + PATIENCE.toSeconds() + " s in vain: " + what + "\n" + story());
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(news, left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted while waiting for " + what, e);
                }
            }
        }
    }

    /** Calls {@code hook} with each event of each execution, on the thread that makes it. */
    void onStep(BiConsumer<ExecutionRef, HistoryEvent> hook) {
        hooks.add(hook);
    }

    /** Does something once, exactly when an execution of the dataset first has this event in this state. */
    void when(String dataset, String state, String type, Change change) {
        onStep(new BiConsumer<>() {
            private boolean done;

            @Override
            public synchronized void accept(ExecutionRef execution, HistoryEvent event) {
                if (!done && isOf(execution, dataset) && state.equals(event.state()) && type.equals(event.type())) {
                    done = true;
                    try {
                        change.run();
                    } catch (Exception e) {
                        throw new IllegalStateException("the test's own change at " + state + " failed", e);
                    }
                }
            }
        });
    }

    // What it left behind

    /** Output of an execution. */
    Map<String, Object> output(ExecutionRecord execution) {
        assertEquals("SUCCEEDED", execution.status(), () -> "execution " + execution.ref().name() + ", " + execution.error() + ": "
                + execution.cause() + "\n" + story());
        return Json.object(execution.output());
    }

    /** Holds the outcome of an execution that succeeded against what it should be. @return its output */
    Map<String, Object> assertOutcome(String outcome, ExecutionRecord execution) {
        Map<String, Object> output = output(execution);
        assertEquals(outcome, output.get("outcome"), () -> "outcome of " + execution.ref().name() + ": " + Json.text(output) + "\n" + story());
        return output;
    }

    /** Folder of a sealed version. */
    static S3Uri version(String dataset, Map<String, Object> output) {
        return new S3Uri(LocalCloud.WORK_BUCKET, "datasets/" + dataset + "/versions/" + output.get("version") + "/");
    }

    /** Folder of an execution. */
    static S3Uri run(String dataset, ExecutionRecord execution) {
        return new S3Uri(LocalCloud.WORK_BUCKET, "runs/" + dataset + "/" + execution.ref().name() + "/");
    }

    static S3Uri championFile(String dataset) {
        return new S3Uri(LocalCloud.WORK_BUCKET, "datasets/" + dataset + "/champion.json");
    }

    /** The dataset's champion, as its file has it. */
    Map<String, Object> champion(String dataset) throws IOException {
        return Json.object(json(championFile(dataset)).get("champion"));
    }

    byte[] bytes(S3Uri uri) throws IOException {
        try (InputStream in = store().open(uri, null, null)) {
            return in.readAllBytes();
        }
    }

    Map<String, Object> json(S3Uri uri) throws IOException {
        return Json.object(Json.parse(bytes(uri)));
    }

    /** The lines of an object, byte for byte: each character is one byte. Every line must end with a newline. */
    List<String> lines(S3Uri uri) throws IOException {
        String text = new String(bytes(uri), StandardCharsets.ISO_8859_1);
        List<String> lines = new ArrayList<>();
        int start = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
            lines.add(text.substring(start, end));
            start = end + 1;
        }
        assertEquals(text.length(), start, () -> uri + " ends without a newline");
        return lines;
    }

    boolean exists(S3Uri uri) throws IOException {
        return store().head(uri).isPresent();
    }

    /** What the execution said to SageMaker at each attempt. */
    static List<Map<String, Object>> requests(ExecutionRecord execution) throws IOException {
        List<Map<String, Object>> requests = new ArrayList<>();
        for (HistoryEvent event : execution.history()) {
            if ("Train".equals(event.state()) && event.type().equals("TaskScheduled")) {
                requests.add(Json.object(Json.parse((String) event.details().get("parameters"))));
            }
        }
        return requests;
    }

    /** Names of an execution's training jobs, in the order of their attempts, each with the instance type asked for. */
    static List<String> attempts(ExecutionRecord execution) throws IOException {
        List<String> attempts = new ArrayList<>();
        for (Map<String, Object> request : requests(execution)) {
            boolean spot = Boolean.TRUE.equals(request.get("EnableManagedSpotTraining"));
            attempts.add(request.get("TrainingJobName") + " " + Json.object(request.get("ResourceConfig")).get("InstanceType")
                    + (spot ? " spot" : ""));
        }
        return attempts;
    }

    /** How often a state of the execution itself was entered. */
    static long entered(ExecutionRecord execution, String state) {
        return execution.history().stream()
                .filter(event -> state.equals(event.state()) && event.type().endsWith("StateEntered"))
                .count();
    }

    static boolean isOf(ExecutionRef execution, String dataset) {
        // Names of executions end in a hash of 32 digits; a child of a Map is told by its parent.
        String arn = execution.item() == null ? execution.arn() : execution.item().parentArn();
        String name = arn.substring(arn.lastIndexOf(':') + 1);
        return name.startsWith(dataset + "-") && name.length() == dataset.length() + 33;
    }

    // What the cloud tells

    @Override
    public void notified(String queue, String body) {
        notifications.add(body);
        tell();
    }

    @Override
    public void history(ExecutionRef execution, HistoryEvent event) {
        steps.add(new Step(execution, event));
        hooks.forEach(hook -> hook.accept(execution, event));
        tell();
    }

    @Override
    public void ended(ExecutionRecord execution) {
        ended.add(execution);
        tell();
    }

    @Override
    public void training(TrainingEvent event) {
        tell();
    }

    @Override
    public void functionLog(String function, String line) {
        logLines.add(new LogLine(function, line));
        tell();
    }

    @Override
    public void published(Topics.Message message) {
        announcements.add(message);
        tell();
    }

    @Override
    public void called(AwsCall call) {
        calls.add(call);
    }

    @Override
    public void broke(String trace) {
        broken.add(trace);
        tell();
    }

    private void tell() {
        synchronized (news) {
            news.notifyAll();
        }
    }

    /** Everything heard, for whoever has to find out what went wrong. */
    String story() {
        StringBuilder story = new StringBuilder();
        broken.forEach(trace -> story.append("\nThe embedded cloud broke: ").append(trace).append('\n'));
        story.append("\nWhat executions did:\n");
        for (Step step : steps) {
            String details = step.event().details().isEmpty() ? "" : "  " + shortened(Json.text(step.event().details()), 600);
            story.append(step.execution().name()).append("  ").append(step.event().type())
                    .append(step.event().state() == null ? "" : " " + step.event().state()).append(details).append('\n');
        }
        story.append("\nWhat functions logged last:\n");
        List<LogLine> lines = List.copyOf(logLines);
        for (LogLine line : lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size())) {
            story.append(line.function()).append("  ").append(shortened(line.text(), 3_000)).append('\n');
        }
        story.append("\nWhat was announced:\n");
        announcements.forEach(message -> story.append(message.subject()).append(": ").append(shortened(message.text(), 600)).append('\n'));
        return story.toString();
    }

    private static String shortened(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + "…";
    }

    /** Ends every process. @throws AssertionError if something in the cloud itself broke meanwhile */
    @Override
    public void close() throws IOException {
        try (marks) {
            if (cloud != null) {
                cloud.close();
            }
        }
        assertTrue(broken.isEmpty(), () -> "the embedded cloud broke: " + broken);
    }
}

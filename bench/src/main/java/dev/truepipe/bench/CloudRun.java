package dev.truepipe.bench;

import dev.truepipe.bench.Results.Goal;
import dev.truepipe.bench.Results.Table;
import dev.truepipe.cli.Installation;
import dev.truepipe.cli.LocalCloud;
import dev.truepipe.emulator.CloudListener;
import dev.truepipe.emulator.EmbeddedCloud;
import dev.truepipe.emulator.sagemaker.TrainingAlgorithm;
import dev.truepipe.emulator.states.ExecutionRecord;
import dev.truepipe.emulator.states.ExecutionRef;
import dev.truepipe.emulator.states.HistoryEvent;
import dev.truepipe.json.Json;
import dev.truepipe.settings.InvalidSettingsException;
import dev.truepipe.settings.Settings;
import dev.truepipe.settings.SettingsFile;
import dev.truepipe.storage.Folders;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** From ScanManifests to WriteChannels on the embedded cloud, functions in JVMs of their own, beside {@code split} of the same file. */
final class CloudRun {
    private static final String DATASET = "street-cars";
    private static final String LABELS = "street-labels";
    private static final String IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/never-trained:1";
    private static final S3Uri MANIFEST = new S3Uri(LABELS, "street/job/manifests/output/output.manifest");
    private static final List<String> STATES = List.of("ScanManifests", "DecideDataset", "WriteChannels", "SealDataset");
    private static final long PATIENCE_MINUTES = 30;

    private CloudRun() {}

    static void measure(Run run) throws IOException, InterruptedException {
        Manifest manifest = run.manifest(run.bytes(), 0);
        Run.warm(manifest.file());
        List<Measurement> splits = new ArrayList<>();
        List<Map<String, Object>> clouds = new ArrayList<>();
        for (int round = 1; round <= run.repeat(); round++) {
            Path out = run.emptied("out");
            splits.add(run.processes().measure(run.truepipe("split", manifest.file().toString(), "--out", out.toString(), "--json"), 0, Set.of(0)));
            Folders.remove(out);
            Path folder = run.emptied("cloud");
            clouds.add(run.processes().measure(command(run.home(), folder, manifest.file()), 0, Set.of(0)).json());
            Folders.remove(folder);
            verify(manifest, clouds.getLast());
            run.say("cloud, round %d of %d: split %s, scan to write %s", round, run.repeat(), Run.seconds(splits.getLast().wall()),
                    Run.seconds(seconds(clouds.getLast(), "scan to write")));
        }
        run.release(manifest);
        double split = Measurement.median(splits, Measurement::wall);
        List<List<String>> rows = new ArrayList<>(List.of(List.of("`split`, whole process", Run.seconds(split), Run.times(1))));
        for (String span : clouds.getFirst().keySet()) {
            if (!span.equals("dataset")) {
                double median = clouds.stream().mapToDouble(cloud -> seconds(cloud, span)).sorted().skip(clouds.size() / 2).findFirst().orElseThrow();
                rows.add(List.of(span, Run.seconds(median), Run.times(median / split)));
                if (span.equals("scan to write")) {
                    run.results().goal(Goal.atMost("Scan + decide + write on the embedded cloud to `split`, " + Size.text(run.bytes()) + ", all cores",
                            median / split, 3, 3, " ×"));
                }
            }
        }
        run.results().table(new Table("Embedded cloud: " + Size.text(run.bytes()) + ", all cores", List.of("What", "Time", "Time to split's"), rows, List.of(
                "Spans of the execution's history, functions' first starts among them. The run is stopped when SealDataset has ended: nothing is trained.")));
    }

    private static List<String> command(Path home, Path folder, Path manifest) {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xmx512m", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"), CloudRun.class.getName(),
                home.toString(), folder.toString(), manifest.toString());
    }

    private static double seconds(Map<String, Object> spans, String name) {
        return ((Number) spans.get(name)).longValue() / 1e3;
    }

    private static void verify(Manifest manifest, Map<String, Object> cloud) {
        Map<String, Object> dataset = Json.object(cloud.get("dataset"));
        Map<String, Long> expected = Map.of("lines", manifest.lines(), "quarantined", manifest.quarantine().count(),
                "train", manifest.train().count(), "validation", manifest.validation().count());
        expected.forEach((name, count) -> {
            if (!count.equals(dataset.get(name))) {
                throw new BenchFailure("the embedded cloud sealed other " + name + ": expected " + count + ", was " + dataset.get(name));
            }
        });
    }

    /** Runs it once and prints milliseconds of each span. @param arguments the project's folder, a folder to work in, the manifest */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        LocalCloud deployment = new LocalCloud(settings(folder.resolve("truepipe.yaml")));
        Watch watch = new Watch();
        TrainingAlgorithm never = TrainingAlgorithm.forImage(IMAGE, List.of("{java}", "--version"), Map.of(), List.of());
        Map<String, Object> result = new LinkedHashMap<>();
        try (EmbeddedCloud cloud = deployment.describe(folder.resolve("cloud"), new Installation(Path.of(arguments[0])), List.of(never), watch).start()) {
            ObjectStore store = cloud.s3().store();
            deployment.complete(cloud, store);
            try (var upload = store.upload(MANIFEST); InputStream in = Files.newInputStream(Path.of(arguments[2]))) {
                in.transferTo(upload);
                upload.complete();
            }
            String version = watch.sealed();
            for (String state : STATES) {
                result.put(state, watch.millis(state, state));
            }
            result.put("scan to write", watch.millis("ScanManifests", "WriteChannels"));
            result.put("scan to seal", watch.millis("ScanManifests", "SealDataset"));
            try (InputStream in = store.open(new S3Uri(LocalCloud.WORK_BUCKET, "datasets/" + DATASET + "/versions/" + version + "/dataset.json"), null, null)) {
                result.put("dataset", Json.parseObject(in.readAllBytes()));
            }
        }
        System.out.println(Json.text(result));
    }

    private static Settings settings(Path file) throws IOException {
        Files.writeString(file, """
                datasets:
                  - name: %s
                    labels: s3://%s/street/
                    labelBucket: notification
                    images: [s3://street-images/]
                    checkObjects: none
                    settle: 0s
                    training:
                      image: %s
                      metrics: [{ name: "validation:mAP", regex: "mAP=([0-9.]+)" }]
                      objective: { metric: "validation:mAP", direction: maximize }
                      instances: [ml.g5.2xlarge]
                      maxRuntime: 10m
                      maxWait: 20m
                """.replaceFirst("%s", DATASET).replaceFirst("%s", LABELS).replaceFirst("%s", IMAGE));
        try {
            return SettingsFile.read(file);
        } catch (InvalidSettingsException e) {
            throw new IllegalStateException("the bench's own settings are wrong: " + e.problems(), e);
        }
    }

    /** Notes when states were entered and left, until the dataset is sealed or the execution has ended. */
    private static final class Watch implements CloudListener {
        private final Map<String, Instant> entered = new LinkedHashMap<>();
        private final Map<String, Instant> exited = new LinkedHashMap<>();
        private final CompletableFuture<String> sealed = new CompletableFuture<>();

        @Override
        public synchronized void history(ExecutionRef execution, HistoryEvent event) {
            if (execution.item() != null || event.state() == null || !STATES.contains(event.state())) {
                return;
            }
            if (event.type().endsWith("StateEntered")) {
                entered.put(event.state(), event.timestamp());
            } else if (event.type().endsWith("StateExited")) {
                exited.put(event.state(), event.timestamp());
                if (event.state().equals("SealDataset")) {
                    sealed.complete((String) event.details().get("output"));
                }
            }
        }

        @Override
        public void ended(ExecutionRecord execution) {
            sealed.completeExceptionally(new IllegalStateException("the execution ended before the dataset was sealed: " + Json.text(execution.toJson())));
        }

        @Override
        public void broke(String trace) {
            sealed.completeExceptionally(new IllegalStateException(trace));
        }

        /** The sealed version. */
        String sealed() throws InterruptedException, ExecutionException, TimeoutException, IOException {
            return (String) Json.object(Json.parse(sealed.get(PATIENCE_MINUTES, TimeUnit.MINUTES))).get("version");
        }

        synchronized long millis(String from, String to) {
            return Duration.between(entered.get(from), exited.get(to)).toMillis();
        }
    }
}

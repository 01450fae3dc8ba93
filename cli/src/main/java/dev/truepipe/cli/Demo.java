package dev.truepipe.cli;

import dev.truepipe.emulator.EmbeddedCloud;
import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.emulator.sagemaker.TrainingAlgorithm;
import dev.truepipe.emulator.sagemaker.TrainingContainer;
import dev.truepipe.emulator.states.ExecutionRecord;
import dev.truepipe.examples.streetcars.detector.Main;
import dev.truepipe.functions.S3ObjectStore;
import dev.truepipe.json.Json;
import dev.truepipe.settings.DatasetSettings;
import dev.truepipe.settings.InvalidSettingsException;
import dev.truepipe.settings.Settings;
import dev.truepipe.settings.SettingsFile;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.ProxyConfiguration;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The whole story on the embedded cloud: labels land, and everything else happens by itself.
 *
 * <p>The demo only uploads and watches. Whatever is decided is decided by the functions and the state machine that would
 * be deployed, from the settings written to {@code truepipe.yaml} in the demo's folder.
 */
final class Demo {
    static final String DATASET = "street-cars";
    static final String LABEL_BUCKET = "street-labels";
    static final String IMAGE_BUCKET = "street-images";
    static final String IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/street-cars-detector:1";
    private static final String MANIFEST_KEY = "street/" + DATASET + "/manifests/output/output.manifest";
    private static final long SCENES_SEED = 1;
    private static final int SCENES = 150;
    /** The function that is called after a state, in a run that goes well. */
    private static final Map<String, String> NEXT_FUNCTION = Map.of(
            "Begin", "PlanDataset",
            "PlanDataset", "ScanChunk",
            "ScanManifests", "DecideDataset",
            "DecideDataset", "WriteChunk",
            "WriteChannels", "SealDataset");
    private static final int UPLOADS_AT_ONCE = 4;
    /** A deployed dataset's cure; the demo's cloud is gone when it is read. */
    private static final Pattern TRIGGER = Pattern.compile("run: truepipe trigger " + DATASET + "(?: --force)?");

    private final Installation installation;
    private final MarkedFolder folder;
    private final Timeline timeline;
    /** Labels of the user's own; {@code null} for street scenes. */
    private final DemoLabels labels;
    /** Label attribute; {@code null} where the workflow is to find it. */
    private final String label;

    Demo(Installation installation, MarkedFolder folder, Timeline timeline, DemoLabels labels, String label) {
        this.installation = installation;
        this.folder = folder;
        this.timeline = timeline;
        this.labels = labels;
        this.label = labels == null ? DATASET : label;
    }

    /** @return what {@code --json} prints */
    Map<String, Object> run() throws IOException, InterruptedException {
        timeline.heading("Truepipe demo: labels arrive, a model comes out");
        CompletableFuture<DemoLabels> drawing = labels == null
                ? CompletableFuture.supplyAsync(() -> DemoLabels.streetScenes(SCENES_SEED, SCENES, DATASET, IMAGE_BUCKET))
                : CompletableFuture.completedFuture(labels);
        // A manifest of the user's own says itself where its images lie, if it does; street scenes lie where the demo wants them.
        Set<String> imageBuckets = labels == null || labels.buckets().isEmpty() ? Set.of(IMAGE_BUCKET) : labels.buckets();
        Settings settings = settings(folder.resolve("truepipe.yaml"), label, imageBuckets);
        DatasetSettings dataset = settings.datasets().getFirst();
        LocalCloud deployment = new LocalCloud(settings);
        EmbeddedCloud.Builder description = deployment
                .describe(folder.resolve("cloud"), installation, List.of(detector(installation)), timeline);
        try (EmbeddedCloud cloud = description.start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stopped(cloud), "stop"));
            timeline.step("Cloud", "S3, SQS, Lambda, Step Functions and SageMaker are up on 127.0.0.1", timeline.elapsed());
            try (S3Client s3 = s3(cloud.s3().endpoint())) {
                ObjectStore store = new S3ObjectStore(s3);
                deployment.complete(cloud, store);
                // Each function's JVM starts while the state before it works.
                timeline.whenEntered(state -> Optional.ofNullable(NEXT_FUNCTION.get(state)).ifPresent(cloud::warmUp));
                cloud.warmUp("Intake");
                DemoLabels drawn = drawing.join();
                describe(drawn);
                upload(store, drawn);
                store.put(new S3Uri(LABEL_BUCKET, MANIFEST_KEY), drawn.manifest(), ObjectStore.Condition.ALWAYS);
                return gather(cloud, store, dataset, timeline.ended().get());
            } catch (ExecutionException e) {
                throw new IllegalStateException("the embedded Step Functions lost the execution", e.getCause());
            }
        }
    }

    /** Control-C, or a demo that has ended; then there is nothing left to close. */
    private void stopped(EmbeddedCloud cloud) {
        timeline.fallSilent();
        cloud.close();
    }

    private void describe(DemoLabels drawn) {
        if (drawn.standIns()) {
            timeline.step("Stand-ins", Timeline.count(drawn.images().size(), "picture") + " drawn from the boxes of the manifest", null);
            if (!drawn.images().isEmpty()) {
                timeline.detail("they stand in for your images: the chain is tried, the model's score means nothing");
            }
        } else {
            timeline.step("Scenes", drawn.images().size() + " street scenes drawn and labeled, with a few honest defects", null);
        }
    }

    static void upload(ObjectStore store, DemoLabels labels) throws IOException, InterruptedException {
        try (ExecutorService uploads = Executors.newFixedThreadPool(UPLOADS_AT_ONCE)) {
            List<Future<String>> all = new ArrayList<>();
            labels.images().forEach((uri, picture) ->
                    all.add(uploads.submit(() -> store.put(uri, picture.jpeg(), ObjectStore.Condition.ALWAYS))));
            for (Future<String> one : all) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        }
    }

    /** The example algorithm, alone on its class path, as it would be alone in its container. */
    static TrainingAlgorithm detector(Installation installation) {
        return TrainingAlgorithm.forImage(
                IMAGE,
                List.of(
                        "{java}", "-Xmx320m", "-XX:+UseSerialGC", "-Djava.awt.headless=true",
                        "-cp", installation.detectorJar().toString(),
                        Main.class.getName()),
                Map.of(),
                List.of());
    }

    /**
     * Writes a demo's settings and reads them, as a deployment would.
     *
     * @param label the label attribute; {@code null} where the workflow is to find it
     */
    static Settings settings(Path file, String label, Collection<String> imageBuckets) throws IOException {
        StringBuilder images = new StringBuilder();
        for (String bucket : imageBuckets) {
            images.append(images.isEmpty() ? "" : ", ").append(quoted("s3://" + bucket + "/"));
        }
        String yaml = String.format(Locale.ROOT, """
                # The settings of this demo; the same file, with your buckets in it, is what you would deploy.
                datasets:
                  - name: %s
                    labels: s3://%s/street/
                    labelBucket: notification
                %s    images: [%s]
                    settle: 1s
                    training:
                      image: %s
                      metrics: [{ name: "validation:mAP", regex: "validation:mAP=([0-9.]+)" }]
                      instances: [ml.g5.2xlarge, ml.g4dn.xlarge]
                      spot: prefer
                      maxRuntime: 30m
                      maxWait: 1h
                      hyperparameters: { epochs: 6, seed: 1 }
                      objective: { metric: "validation:mAP", direction: maximize, tolerance: 0.01 }
                """,
                DATASET,
                LABEL_BUCKET,
                label == null ? "" : "    label: " + quoted(label) + "\n",
                images,
                IMAGE);
        Files.writeString(file, yaml);
        try {
            return SettingsFile.read(file);
        } catch (InvalidSettingsException e) {
            throw new IllegalStateException("the demo's own settings are wrong: " + e.problems(), e);
        }
    }

    /** A YAML double-quoted scalar is JSON's string. */
    private static String quoted(String text) {
        return Json.text(text);
    }

    /**
     * A client of the embedded S3. It asks no proxy, whatever the environment says: a company's proxy does not know this machine's
     * loopback address. What talks to the real cloud is made elsewhere, and asks the proxy that it is told of.
     */
    static S3Client s3(URI endpoint) {
        return S3ObjectStore.clientBuilder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .proxyConfiguration(ProxyConfiguration.builder()
                                .useEnvironmentVariablesValues(false)
                                .useSystemPropertyValues(false)
                                .build()))
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(EmbeddedCloud.ACCESS_KEY_ID, EmbeddedCloud.SECRET_ACCESS_KEY)))
                .build();
    }

    /** Copies what the run left behind to where people look, and says what came of it. */
    private Map<String, Object> gather(EmbeddedCloud cloud, ObjectStore store, DatasetSettings settings, ExecutionRecord execution)
            throws IOException {
        Path executionFile = folder.resolve("execution.json");
        Files.write(executionFile, Json.pretty(execution.toJson()));
        Map<String, Object> output = execution.output() instanceof Map<?, ?> map ? Json.object(map) : Map.of();
        String status = !execution.status().equals("SUCCEEDED")
                ? "Failed"
                : output.containsKey("trainingJob") ? "Succeeded" : "Skipped";
        S3Uri run = new S3Uri(LocalCloud.WORK_BUCKET, "runs/" + settings.name() + "/" + execution.ref().name() + "/");
        S3Uri sealed = sealed(store, settings.name(), run, output);
        S3Uri results = sealed == null ? run : sealed;
        Map<String, Object> summary = summary(store, run, sealed);

        Map<String, Object> json = new LinkedHashMap<>();
        json.put("status", status);
        Map<String, Object> dataset = new LinkedHashMap<>();
        dataset.put("name", settings.name());
        for (String field : List.of(
                "version", "lines", "blank", "accepted", "quarantined", "superseded", "train", "validation", "classes", "findings")) {
            dataset.put(field, summary.get(field));
        }
        dataset.computeIfPresent("classes", (_, classes) -> annotations(Json.object(classes)));
        json.put("dataset", dataset);
        json.put("trainingJob", trainingJob(cloud, output.get("trainingJob")));
        json.put("model", output.get("modelUrl") instanceof String model ? fetched(store, S3Uri.parse(model), "model.tar.gz") : null);
        json.put("report", report(store, output, results));
        Map<String, Object> manifests = new LinkedHashMap<>();
        for (String channel : List.of("train", "validation", "quarantine", "superseded")) {
            manifests.put(channel, fetched(store, results.resolve(channel + ".manifest"), channel + ".manifest"));
        }
        json.put("manifests", manifests);
        fetched(store, results.resolve("findings.jsonl"), "findings.jsonl");
        if (!summary.isEmpty()) {
            Files.write(folder.resolve("dataset.json"), Json.pretty(summary));
        }
        json.put("execution", executionFile.toString());
        if (!status.equals("Succeeded")) {
            json.put("why", why(execution, output));
        }
        json.put("seconds", Math.round(timeline.elapsed().toMillis() / 100.0) / 10.0);
        return json;
    }

    /** Accepted annotations by class name, as {@code check} and {@code split} print them. */
    private static Map<String, Object> annotations(Map<String, Object> classes) {
        Map<String, Object> annotations = new LinkedHashMap<>();
        classes.forEach((name, facts) -> annotations.put(name, Json.object(facts).get("annotations")));
        return annotations;
    }

    /** The folder of the version that this run sealed, also if it failed afterwards; {@code null} if it sealed none. */
    private static S3Uri sealed(ObjectStore store, String dataset, S3Uri run, Map<String, Object> output) throws IOException {
        Object version = output.get("version");
        S3Uri decision = run.resolve("decision.json");
        if (version == null && store.head(decision).isPresent()) {
            version = Json.parseObject(read(store, decision)).get("version");
        }
        if (version != null) {
            S3Uri folder = new S3Uri(LocalCloud.WORK_BUCKET, "datasets/" + dataset + "/versions/" + version + "/");
            if (store.head(folder.resolve("dataset.json")).isPresent()) {
                return folder;
            }
        }
        return null;
    }

    /** The dataset as it was sealed, or as it was decided when a gate stopped the run; empty if the run did not get so far. */
    private static Map<String, Object> summary(ObjectStore store, S3Uri run, S3Uri sealed) throws IOException {
        if (sealed != null) {
            return Json.parseObject(read(store, sealed.resolve("dataset.json")));
        }
        S3Uri decision = run.resolve("decision.json");
        return store.head(decision).isPresent() ? Json.object(Json.parseObject(read(store, decision)).get("document")) : Map.of();
    }

    /** What stopped the run: a gate by its name, or the error that the execution ended with. */
    private static Map<String, Object> why(ExecutionRecord execution, Map<String, Object> output) {
        Map<String, Object> why = new LinkedHashMap<>();
        if (execution.error() != null) {
            why.put("error", execution.error());
            why.put("message", execution.cause() == null ? null : TRIGGER.matcher(execution.cause()).replaceAll("run the demo again"));
        } else if (output.get("why") instanceof Map<?, ?> gate) {
            why.put("error", gate.get("gate"));
            why.put("message", gate.get("message"));
        } else {
            why.put("error", output.get("outcome"));
            why.put("message", output.get("message"));
        }
        return why;
    }

    private static Map<String, Object> trainingJob(EmbeddedCloud cloud, Object name) {
        if (!(name instanceof String job)) {
            return null;
        }
        TrainingContainer.Result result;
        try {
            result = cloud.sageMaker().trainingResult(job).orElseThrow();
        } catch (AwsError e) {
            throw new IllegalStateException("the embedded SageMaker does not know the job it ran: " + e.getMessage(), e);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", job);
        json.put("status", "Completed");
        json.put("epochs", (long) result.epochs().getOrDefault("train", 0));
        Map<String, Object> metrics = new LinkedHashMap<>();
        result.metrics().forEach(point -> Json.array(metrics.computeIfAbsent(point.name(), _ -> new ArrayList<>())).add(point.value()));
        json.put("metrics", metrics);
        return json;
    }

    private String report(ObjectStore store, Map<String, Object> output, S3Uri results) throws IOException {
        if (output.get("reportUri") instanceof String uri) {
            return fetched(store, S3Uri.parse(uri), "report.html");
        }
        return fetched(store, results.resolve("report.html"), "report.html");
    }

    /** A copy of an object in the demo's folder; {@code null} if there is no such object. */
    private String fetched(ObjectStore store, S3Uri uri, String name) throws IOException {
        if (store.head(uri).isEmpty()) {
            return null;
        }
        Path file = folder.resolve(name);
        try (InputStream in = store.open(uri, null, null)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file.toString();
    }

    private static byte[] read(ObjectStore store, S3Uri uri) throws IOException {
        try (InputStream in = store.open(uri, null, null)) {
            return in.readAllBytes();
        }
    }
}

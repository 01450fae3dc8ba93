package dev.truepipe.functions;

import dev.truepipe.json.Json;
import dev.truepipe.run.LabelPlaces;
import dev.truepipe.settings.DatasetSettings;
import dev.truepipe.settings.Settings;
import dev.truepipe.split.Sha256;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.workload.Metric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Turns arrivals into executions. The name of an execution is a hash of what arrived, so the same news, told twice or by
 * two roads, starts one.
 */
final class Intake {
    /** SageMaker's rule for names of labeling jobs; a folder that is named otherwise is no job's. */
    private static final Pattern JOB_NAME = Pattern.compile("[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}");

    private final Settings settings;
    private final ObjectStore store;
    private final LabelingJobs jobs;
    private final ExecutionStarter starter;
    private final String stateMachine;
    private final Clock clock;
    private final Log log;

    /** @param stateMachine ARN of what {@code starter} starts, from which executions have theirs */
    Intake(Settings settings, ObjectStore store, LabelingJobs jobs, ExecutionStarter starter, String stateMachine, Clock clock, Log log) {
        this.settings = settings;
        this.store = store;
        this.jobs = jobs;
        this.starter = starter;
        this.stateMachine = stateMachine;
        this.clock = clock;
        this.log = log;
    }

    /**
     * Handles one message.
     *
     * @throws IllegalArgumentException if it can never be handled
     * @throws IOException if S3 could not be asked
     * @throws RuntimeException if another service could not be asked; later it may be
     */
    void take(String body) throws IOException {
        List<Arrival> arrivals = ArrivalReader.read(body);
        if (arrivals.isEmpty()) {
            log.info("Nothing arrived: a test message, or not about a new object");
        }
        for (Arrival arrival : arrivals) {
            switch (arrival) {
                case Arrival.Written written -> written(written);
                case Arrival.LabelingEnded ended -> labelingEnded(ended);
                case Arrival.Wish wish -> wish(wish);
            }
        }
    }

    private void written(Arrival.Written written) {
        Optional<DatasetSettings> found = datasetOf(written.uri());
        if (found.isEmpty()) {
            log.info("Left aside: no dataset's labels", "object", written.uri());
            return;
        }
        DatasetSettings dataset = found.get();
        Optional<String> running = dataset.partial() == DatasetSettings.Partial.ALLOW
                ? Optional.empty()
                : runningJob(written.uri());
        if (running.isPresent()) {
            log.about(dataset.name(), null)
                    .info("Left aside: its labeling job still runs and will tell when it has ended",
                            "object", written.uri(), "labelingJob", running.get());
            return;
        }
        start(dataset, written);
    }

    /** The name of the labeling job that still writes this manifest. */
    private Optional<String> runningJob(S3Uri manifest) {
        String ending = "/" + LabelPlaces.MANIFEST;
        if (!manifest.key().endsWith(ending)) {
            return Optional.empty();
        }
        S3Uri folder = new S3Uri(
                manifest.bucket(), manifest.key().substring(0, manifest.key().length() - ending.length()));
        String name = folder.key().substring(folder.key().lastIndexOf('/') + 1);
        if (!JOB_NAME.matcher(name).matches()) {
            return Optional.empty();
        }
        return jobs.find(name)
                .filter(LabelingJobs.LabelingJob::isRunning)
                // A job of that name may write elsewhere, and this folder be a copy.
                .filter(job -> withSlash(job.outputFolder()).resolve(name).equals(folder))
                .map(job -> name);
    }

    private static S3Uri withSlash(S3Uri folder) {
        return folder.key().isEmpty() || folder.key().endsWith("/") ? folder : folder.resolve("/");
    }

    private void labelingEnded(Arrival.LabelingEnded ended) throws IOException {
        Optional<S3Uri> output = jobs.find(ended.job()).flatMap(LabelingJobs.LabelingJob::output);
        Optional<DatasetSettings> dataset = output.flatMap(this::datasetOf);
        if (dataset.isEmpty()) {
            log.info("Left aside: the labeling job left no manifest of a dataset of ours", "labelingJob", ended.job());
            return;
        }
        Optional<StoredObject> manifest = store.head(output.get());
        if (manifest.isEmpty()) {
            log.about(dataset.get().name(), null)
                    .info("Left aside: the labeling job's manifest is not there", "object", output.get());
            return;
        }
        start(dataset.get(), new Arrival.Written(output.get(), manifest.get().eTag()));
    }

    private void start(DatasetSettings dataset, Arrival.Written written) {
        Map<String, Object> arrival = new LinkedHashMap<>();
        arrival.put("uri", written.uri().toString());
        arrival.put("eTag", written.eTag());
        start(dataset, name(dataset, written.uri().toString(), written.eTag()), false, dataset.settle().toSeconds(), arrival);
    }

    private void wish(Arrival.Wish wish) {
        DatasetSettings dataset = settings.dataset(wish.dataset())
                .orElseThrow(() -> new IllegalArgumentException("no dataset is called \"" + wish.dataset()
                        + "\"; there are " + settings.datasets().stream().map(DatasetSettings::name).toList()));
        // Nothing was just written, so nothing needs to settle before the first look; PlanDataset sees to what is young.
        start(dataset, name(dataset, wish.kind(), wish.id()), wish.force(), 0, null);
    }

    private void start(
            DatasetSettings dataset, String name, boolean force, long settleSeconds, Map<String, Object> arrival) {
        Map<String, Object> input = new LinkedHashMap<>();
        input.put("dataset", dataset.name());
        input.put("force", force);
        input.put("settleSeconds", settleSeconds);
        input.put("arrival", arrival);
        boolean started = starter.start(name, Json.text(input));
        String execution = stateMachine.replaceFirst(":stateMachine:", ":execution:") + ":" + name;
        log.about(dataset.name(), execution).info(started ? "Started a run" : "This arrival has started a run before", "arrival", arrival);
        if (started) {
            MetricLines.write(clock, dataset.name(), execution, Map.of(Metric.EXECUTIONS_STARTED, 1));
        }
    }

    private Optional<DatasetSettings> datasetOf(S3Uri uri) {
        return settings.datasets().stream()
                .filter(dataset -> dataset.places().covers(uri))
                .findFirst();
    }

    /** At most 24 + 1 + 32 characters of {@code [a-z0-9-]}; executions take 80. */
    private static String name(DatasetSettings dataset, String... parts) {
        String all = dataset.name() + "\n" + String.join("\n", parts);
        return dataset.name() + "-" + Sha256.hex(all.getBytes(StandardCharsets.UTF_8)).substring(0, 32);
    }
}

package dev.truepipe.emulator.sagemaker;

import static dev.truepipe.emulator.sagemaker.TrainingJob.ordered;
import static dev.truepipe.emulator.sagemaker.TrainingJob.seconds;
import static dev.truepipe.emulator.sagemaker.TrainingRequest.invalid;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.emulator.api.AwsJsonService;
import dev.truepipe.emulator.files.WholeFile;
import dev.truepipe.emulator.logs.LogStore;
import dev.truepipe.json.Json;
import dev.truepipe.storage.Folders;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * SageMaker as a workflow calls it: training jobs in Pipe mode, model packages, labeling jobs.
 *
 * <p>A training job runs as a process of this machine in the folder {@code <data>/training/<job>}, which also keeps the
 * request as it came ({@code request.json}) and the job's description ({@code job.json}), so jobs are known after a
 * restart; one that was running then has failed. Logs go to the group {@value #LOG_GROUP}.
 *
 * <p>Beside the API: {@link #awaitTrainingJob} for {@code .sync}, {@link #onEvent} for a timeline, {@link #provoke} for
 * outcomes that no laptop brings about, {@link #registerLabelingJob} for jobs that people have done elsewhere.
 */
public final class SageMakerService implements AwsJsonService, AutoCloseable {
    /** Log group of all training jobs. A job's streams are {@code <job>/algo-<instance>-<second of its creation since 1970>}. */
    public static final String LOG_GROUP = "/aws/sagemaker/TrainingJobs";

    /** SageMaker's time between SIGTERM and SIGKILL. */
    public static final Duration STOP_GRACE = Duration.ofSeconds(120);

    /** Variables of this machine that a training process gets too: what programs need to be found and to print text. */
    private static final List<String> HOST_VARIABLES =
            List.of("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "JAVA_HOME", "LD_LIBRARY_PATH");

    private static final List<String> LABELING_STATUSES =
            List.of("Initializing", "InProgress", "Completed", "Failed", "Stopping", "Stopped");

    private static final List<String> STATUSES = List.of("InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting");

    private static final List<String> SUMMARY = List.of(
            "TrainingJobName",
            "TrainingJobArn",
            "CreationTime",
            "TrainingEndTime",
            "LastModifiedTime",
            "TrainingJobStatus",
            "SecondaryStatus");

    private final Setup setup;
    private final Clock clock;
    private final Artifacts artifacts;
    private final ModelRegistry registry;
    private final Map<String, TrainingJob> jobs = new ConcurrentHashMap<>();
    private final Map<String, Thread> threads = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Object>> labelingJobs = new ConcurrentHashMap<>();
    private final Tags tags;
    private final List<Consumer<TrainingEvent>> listeners = new CopyOnWriteArrayList<>();
    private final List<Provocation> provocations = new ArrayList<>();
    private boolean closed;

    /**
     * What the service works with.
     *
     * @param data the cloud's data folder
     * @param store S3
     * @param logs where training jobs' output goes
     * @param algorithms which command stands for which image; the first that matches
     * @param environment variables of this machine, of which a training process gets {@code PATH} and a few more
     * @param stopGrace between SIGTERM and SIGKILL; {@link #STOP_GRACE} as SageMaker, less in tests
     */
    public record Setup(
            Path data,
            ObjectStore store,
            LogStore logs,
            List<TrainingAlgorithm> algorithms,
            Map<String, String> environment,
            Duration stopGrace,
            Clock clock) {
        public Setup {
            data = data.toAbsolutePath().normalize();
            algorithms = List.copyOf(algorithms);
            environment = Map.copyOf(environment);
        }
    }

    /** @throws IOException if what an earlier run left in the data folder cannot be read */
    public SageMakerService(Setup setup) throws IOException {
        this.setup = setup;
        this.clock = setup.clock();
        this.artifacts = new Artifacts(setup.store());
        this.registry = new ModelRegistry(setup.data().resolve("sagemaker/model-packages.json"), clock);
        this.tags = new Tags(setup.data().resolve("sagemaker/tags.json"),
                arn -> registry.has(arn) || jobs.values().stream().anyMatch(job -> job.arn().equals(arn)));
        remember();
    }

    @Override
    public String targetPrefix() {
        return "SageMaker";
    }

    @Override
    public Map<String, Object> call(String operation, Map<String, Object> request) throws AwsError {
        return switch (operation) {
            case "CreateTrainingJob" -> createTrainingJob(request);
            case "DescribeTrainingJob" -> job(request).describe();
            case "ListTrainingJobs" -> listTrainingJobs(request);
            case "StopTrainingJob" -> stopTrainingJob(request);
            case "AddTags" -> tags.add(request);
            case "ListTags" -> tags.list(request);
            case "DeleteTags" -> tags.delete(request);
            case "CreateModelPackageGroup" -> tagged(request, "ModelPackageGroupArn", registry::createGroup);
            case "DescribeModelPackageGroup" -> registry.describeGroup(request);
            case "ListModelPackageGroups" -> registry.listGroups(request);
            case "CreateModelPackage" -> tagged(request, "ModelPackageArn", registry::create);
            case "DescribeModelPackage" -> registry.describe(request);
            case "ListModelPackages" -> registry.list(request);
            case "UpdateModelPackage" -> registry.update(request);
            case "DescribeLabelingJob" -> describeLabelingJob(request);
            default -> throw new AwsError("UnknownOperationException",
                    "the embedded SageMaker does not have " + operation + "; see docs/fidelity.md for what it has");
        };
    }

    /**
     * The job's description as soon as it has ended, in whatever way; the future never fails.
     *
     * @throws AwsError if there is no such job
     */
    public CompletableFuture<Map<String, Object>> awaitTrainingJob(String name) throws AwsError {
        return job(name).done().copy();
    }

    /** What a job's container did: epochs, records, all metric values. Empty before its end, and after a restart. */
    public Optional<TrainingContainer.Result> trainingResult(String name) throws AwsError {
        return Optional.ofNullable(job(name).result());
    }

    /** Folder of a job, whether or not it exists. */
    public Path trainingFolder(String name) {
        return setup.data().resolve("training").resolve(name);
    }

    /** Calls {@code listener} with all that happens to training jobs from now on, from several threads; it must not throw. */
    public void onEvent(Consumer<TrainingEvent> listener) {
        listeners.add(listener);
    }

    /** Gives the next {@code jobs} training jobs this fate, whatever they are. */
    public void provoke(TrainingFault fault, int jobs) {
        provoke(fault, null, jobs);
    }

    /** As {@link #provoke(TrainingFault, int)}, for jobs on one instance type; {@code null} is any. The earlier asked comes first. */
    public void provoke(TrainingFault fault, String instanceType, int jobs) {
        provoke(new Provocation(fault, instanceType, null, jobs));
    }

    /** Gives training jobs to come their fate. Of several that fit a job, the one asked for first befalls it. */
    public void provoke(Provocation provocation) {
        synchronized (provocations) {
            provocations.add(provocation);
        }
    }

    /** How many training jobs there are of each status. */
    public Map<String, Object> statuses() {
        Map<String, Object> counts = new TreeMap<>();
        jobs.values().forEach(job -> counts.merge(job.status(), 1L, (a, b) -> (Long) a + (Long) b));
        return counts;
    }

    /**
     * Makes a labeling job known to DescribeLabelingJob, or changes it.
     *
     * @param status as AWS spells it, such as {@code InProgress}
     * @param output where its manifest lies, or will
     * @param counters {@code TotalLabeled}, {@code HumanLabeled}, {@code MachineLabeled}, {@code FailedNonRetryableError},
     *     {@code Unlabeled}; what is missing is 0
     */
    public void registerLabelingJob(String name, String status, S3Uri output, Map<String, Long> counters) {
        if (!LABELING_STATUSES.contains(status)) {
            throw new IllegalArgumentException("a labeling job's status is one of " + LABELING_STATUSES + ", was \"" + status + "\"");
        }
        Map<String, Object> counts = new LinkedHashMap<>();
        for (String counter : List.of("TotalLabeled", "HumanLabeled", "MachineLabeled", "FailedNonRetryableError", "Unlabeled")) {
            counts.put(counter, counters.getOrDefault(counter, 0L));
        }
        double now = seconds(clock.instant());
        Map<String, Object> before = labelingJobs.get(name);
        Map<String, Object> job = ordered(
                "LabelingJobStatus", status,
                "LabelCounters", counts,
                "CreationTime", before == null ? now : before.get("CreationTime"),
                "LastModifiedTime", now,
                "JobReferenceCode", Integer.toHexString(name.hashCode()),
                "LabelingJobName", name,
                "LabelingJobArn", Arns.labelingJob(name),
                "LabelAttributeName", name,
                "OutputConfig", ordered("S3OutputPath", outputPath(name, output)),
                "LabelingJobOutput", ordered("OutputDatasetS3Uri", output.toString()));
        labelingJobs.put(name, job);
    }

    /** A job writes {@code <output path>/<job>/manifests/output/output.manifest}; of any other manifest, its folder is told. */
    private static String outputPath(String job, S3Uri manifest) {
        String key = manifest.key();
        String below = job + "/manifests/output/output.manifest";
        int end = key.equals(below) || key.endsWith("/" + below) ? key.length() - below.length() : key.lastIndexOf('/') + 1;
        return new S3Uri(manifest.bucket(), key.substring(0, end)).toString();
    }

    /** Ends all jobs that still run, at once, and waits until they are gone. */
    @Override
    public void close() {
        synchronized (provocations) {
            closed = true;
        }
        threads.values().forEach(Thread::interrupt);
        for (Thread thread : threads.values()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private Map<String, Object> createTrainingJob(Map<String, Object> asked) throws AwsError {
        TrainingRequest request = TrainingRequest.read(asked);
        TrainingAlgorithm algorithm = setup.algorithms().stream()
                .filter(known -> known.runs(request.image()))
                .findFirst()
                .orElseThrow(() -> invalid("Requested image " + request.image() + " not found. The embedded SageMaker has: "
                        + setup.algorithms().stream().map(TrainingAlgorithm::images).toList()));
        Instant now = clock.instant();
        synchronized (provocations) {
            if (closed) {
                throw new AwsError("ServiceUnavailable", "the embedded cloud is shutting down");
            }
            TrainingJob older = jobs.get(request.name());
            if (older != null) {
                throw new AwsError("ResourceInUse", "Training job names must be unique within an AWS account and region, "
                        + "and a training job with this name already exists (" + older.arn() + ")");
            }
            TrainingFault fault = fate(request);
            if (fault == TrainingFault.THROTTLED) {
                throw new AwsError("ThrottlingException", "Rate exceeded");
            }
            if (fault == TrainingFault.RESOURCE_LIMIT_EXCEEDED) {
                String quota = request.instanceType() + " for " + (request.spot() ? "spot " : "") + "training job usage";
                throw new AwsError("ResourceLimitExceeded", "The account-level service limit '" + quota + "' is 0 Instances, with "
                        + "current utilization of 0 Instances and a request delta of 1 Instances. Please use AWS Service Quotas to "
                        + "request an increase for this quota. If AWS Service Quotas is not available, contact AWS support to "
                        + "request an increase for this quota.");
            }
            String arn = Arns.trainingJob(request.name().toLowerCase(Locale.ROOT));
            TrainingJob job = new TrainingJob(request, arn, metrics(request, algorithm), now);
            try {
                start(job, request, algorithm, fault, now);
            } catch (RuntimeException | Error e) {
                undo(job, e);
                throw e;
            }
            return ordered("TrainingJobArn", arn);
        }
    }

    /** Begins a job's life, and lets it be known no sooner than it is kept. Call it holding the lock that {@link #close} takes. */
    private void start(TrainingJob job, TrainingRequest request, TrainingAlgorithm algorithm, TrainingFault fault, Instant now) {
        keepRequest(request);
        save(job);
        tags.put(job.arn(), request.tags());
        jobs.put(job.name(), job);
        tell(new TrainingEvent.Status(job.name(), now, "InProgress", "Starting", "Preparing the instances for training"));
        Thread thread = Thread.ofPlatform()
                .daemon()
                .name("training " + job.name())
                .unstarted(() -> live(job, request, algorithm, fault));
        threads.put(job.name(), thread);
        thread.start();
    }

    /** Takes back a job that could not be started, as if it had never been asked for; its name is free. */
    private void undo(TrainingJob job, Throwable why) {
        threads.remove(job.name());
        jobs.remove(job.name());
        try {
            Folders.remove(trainingFolder(job.name()));
        } catch (IOException e) {
            why.addSuppressed(e);
        }
        try {
            tags.forget(job.arn());
        } catch (RuntimeException e) {
            why.addSuppressed(e);
        }
    }

    /** A job's whole life after its creation. */
    private void live(TrainingJob job, TrainingRequest request, TrainingAlgorithm algorithm, TrainingFault fault) {
        try {
            switch (fault) {
                case null -> train(job, request, algorithm, null);
                case MAX_RUNTIME_EXCEEDED, SPOT_INTERRUPTION -> train(job, request, algorithm, fault);
                default -> {
                    if (job.stopRequested()) {
                        train(job, request, algorithm, null);
                    } else {
                        suffer(job, fault);
                    }
                }
            }
        } catch (InterruptedException e) {
            fail(job, "InternalServerError: the embedded cloud was stopped while this job ran");
        } catch (IOException | RuntimeException e) {
            // close() interrupts this thread, which may surface as any kind of failure of what it was doing.
            fail(job, Thread.interrupted()
                    ? "InternalServerError: the embedded cloud was stopped while this job ran"
                    : "InternalServerError: We encountered an internal error. Please try again. (embedded cloud: " + e + ")");
        } finally {
            threads.remove(job.name());
            job.announceEnd();
        }
    }

    private void suffer(TrainingJob job, TrainingFault fault) {
        switch (fault) {
            case CAPACITY_ERROR -> fail(job, "CapacityError: Unable to provision requested ML compute capacity due to "
                    + "InsufficientInstanceCapacity error. Please retry using a different ML instance type or after some time.");
            case INTERNAL_SERVER_ERROR -> fail(job, "InternalServerError: We encountered an internal error. Please try again.");
            case CLIENT_ERROR -> fail(job, "ClientError: This error was asked for (" + TrainingFault.CLIENT_ERROR.word() + ").");
            case ALGORITHM_ERROR -> fail(job, "AlgorithmError: This error was asked for (" + TrainingFault.ALGORITHM_ERROR.word() + "), exit code: 1");
            case MAX_WAIT_TIME_EXCEEDED -> {
                enter(job, "Stopping", "Stopping", "No spot capacity was found in time");
                enter(job, "Stopped", "MaxWaitTimeExceeded", "Training job exceeded its maximum wait time");
            }
            case RESOURCE_LIMIT_EXCEEDED, THROTTLED, MAX_RUNTIME_EXCEEDED, SPOT_INTERRUPTION ->
                throw new IllegalStateException(fault + " does not end a job before it trains");
        }
    }

    /** @param fault what ends, or interrupts, the container as soon as its algorithm opens an epoch; {@code null} for nothing */
    private void train(TrainingJob job, TrainingRequest request, TrainingAlgorithm algorithm, TrainingFault fault)
            throws IOException, InterruptedException {
        Attempt attempt = run(job, request, algorithm, request.maxRuntime(), fault != null);
        if (attempt == null) {
            return;
        }
        boolean cutShort = fault != null && attempt.ending() == TrainingContainer.Ending.STOPPED && !job.stopRequested();
        if (cutShort && fault == TrainingFault.SPOT_INTERRUPTION) {
            keepCheckpoints(request, attempt.roots());
            advance(job, "Interrupted", "The training job was interrupted because its spot instance was taken back");
            // The next instances have nothing of these but what lies in S3.
            for (Path root : attempt.roots()) {
                Folders.empty(root.resolve("model"));
                Folders.empty(root.resolve("output"));
                Folders.empty(root.resolve("checkpoints"));
            }
            advance(job, "Starting", "Preparing the instances for training");
            Duration left = request.maxRuntime().minus(attempt.result().ran());
            attempt = run(job, request, algorithm, left.isPositive() ? left : Duration.ofMillis(1), false);
            cutShort = false;
        }
        if (attempt != null) {
            finish(job, request, attempt, cutShort ? TrainingContainer.Ending.MAX_RUNTIME_EXCEEDED : attempt.ending());
        }
    }

    /** What the job's containers did, and the folders that stand for their {@code /opt/ml}. */
    private record Attempt(TrainingContainer.Result result, List<Path> roots) {
        TrainingContainer.Ending ending() {
            return result.ending();
        }
    }

    /** Keeps the checkpoints of a job that failed for another reason. @return what to add to that reason */
    private String keptCheckpoints(TrainingRequest request, List<Path> roots) {
        try {
            keepCheckpoints(request, roots);
            return "";
        } catch (IOException e) {
            return "; nor could its checkpoints be stored: " + e.getMessage();
        }
    }

    private void keepCheckpoints(TrainingRequest request, List<Path> roots) throws IOException {
        if (request.checkpoints() != null) {
            for (Path root : roots) {
                artifacts.send(root.resolve("checkpoints"), request.checkpoints());
            }
        }
    }

    /** The job's containers from start to end. @return {@code null} if their input failed them, and the job, before they began */
    private Attempt run(
            TrainingJob job, TrainingRequest request, TrainingAlgorithm algorithm, Duration maxRuntime, boolean cutShort)
            throws IOException, InterruptedException {
        Path root = trainingFolder(job.name());
        Map<String, String> environment = new LinkedHashMap<>(algorithm.environment());
        environment.putAll(request.environment());
        long created = ((Double) job.describe().get("CreationTime")).longValue();
        TrainingContainer.Spec spec = new TrainingContainer.Spec(
                job.name(),
                job.arn(),
                root,
                null,
                algorithm.trainCommand(),
                hostVariables(),
                environment,
                request.hyperparameters(),
                request.channels(),
                Integer.MAX_VALUE,
                request.instances(),
                metrics(request, algorithm),
                maxRuntime,
                setup.stopGrace());
        AtomicReference<TrainingCluster> running = new AtomicReference<>();
        Consumer<TrainingEvent> listener = event -> {
            if (event instanceof TrainingEvent.LogLine line) {
                setup.logs().append(LOG_GROUP, job.name() + "/" + line.instance() + "-" + created, line.text());
            }
            if (cutShort && event instanceof TrainingEvent.EpochOpened) {
                running.get().stop();
            }
            tell(event);
        };
        try (TrainingCluster cluster = new TrainingCluster(spec, setup.store(), clock, listener)) {
            running.set(cluster);
            job.runs(cluster);
            String unprepared = cluster.prepare();
            if (unprepared != null) {
                fail(job, unprepared);
                return null;
            }
            if (request.checkpoints() != null) {
                for (Path instance : cluster.roots()) {
                    artifacts.fetch(request.checkpoints(), instance.resolve("checkpoints"));
                }
            }
            job.began(clock.instant());
            advance(job, "Training", "Training image download completed. Training in progress.");
            TrainingContainer.Result result = cluster.run();
            job.ran(result);
            return new Attempt(result, cluster.roots());
        }
    }

    private void finish(TrainingJob job, TrainingRequest request, Attempt attempt, TrainingContainer.Ending ending) throws IOException {
        List<Path> roots = attempt.roots();
        if (ending == TrainingContainer.Ending.FAILED) {
            fail(job, attempt.result().failureReason() + keptCheckpoints(request, roots));
            return;
        }
        if (ending == TrainingContainer.Ending.COMPLETED) {
            advance(job, "Uploading", "Uploading generated training model");
        } else if (!job.status().equals("Stopping")) {
            enter(job, "Stopping", "Stopping", "Stopping the training job");
        }
        S3Uri folder = request.output().resolve(job.name() + "/output/");
        try {
            S3Uri model = folder.resolve("model.tar.gz");
            if (artifacts.store(roots.stream().map(root -> root.resolve("model")).toList(), model)) {
                job.model(model.toString());
            }
            artifacts.store(roots.stream().map(root -> root.resolve("output/data")).toList(), folder.resolve("output.tar.gz"));
            keepCheckpoints(request, roots);
        } catch (IOException e) {
            fail(job, "ClientError: Artifact upload failed: " + e.getMessage());
            return;
        }
        enter(job, ending.status(), ending.secondaryStatus(), switch (ending) {
            case COMPLETED -> "Training job completed";
            case MAX_RUNTIME_EXCEEDED -> "Training job runtime exceeded MaxRuntimeInSeconds provided";
            case STOPPED -> "Training job stopped";
            case FAILED -> throw new IllegalStateException("a failed container uploads nothing");
        });
    }

    private Map<String, Object> stopTrainingJob(Map<String, Object> request) throws AwsError {
        TrainingJob job = job(request);
        boolean first;
        synchronized (job) {
            if (job.ended()) {
                throw invalid("The request was rejected because the training job is in status " + job.status() + ".");
            }
            first = job.requestStop(clock.instant());
        }
        if (first) {
            save(job);
            tell(new TrainingEvent.Status(job.name(), clock.instant(), "Stopping", "Stopping", "Stopping the training job"));
        }
        return Map.of();
    }

    private Map<String, Object> listTrainingJobs(Map<String, Object> request) throws AwsError {
        Constraints constraints = new Constraints();
        Listing listing = Listing.read(request, List.of("Name", "CreationTime", "Status"), constraints);
        String status = request.get("StatusEquals") == null
                ? null
                : constraints.choice(request, "StatusEquals", "statusEquals", STATUSES);
        constraints.check();
        List<Map<String, Object>> summaries = new ArrayList<>();
        String sortField = listing.sortBy().equals("Status") ? "TrainingJobStatus" : "TrainingJobName";
        Comparator<Map<String, Object>> order = listing.order(sortField, "TrainingJobName");
        // No job here has a warm pool or a training plan, so none is found by them.
        if (request.get("WarmPoolStatusEquals") == null && request.get("TrainingPlanArnEquals") == null) {
            jobs.values().stream()
                    .map(TrainingJob::describe)
                    .filter(job -> listing.wants(job, "TrainingJobName") && (status == null || status.equals(job.get("TrainingJobStatus"))))
                    .sorted(order)
                    .forEach(job -> {
                        Map<String, Object> summary = new LinkedHashMap<>(job);
                        summary.keySet().retainAll(SUMMARY);
                        summaries.add(summary);
                    });
        }
        return Pages.of(request, "TrainingJobSummaries", summaries, order, listing.sortedBy(sortField, "TrainingJobName"));
    }

    private interface Making {
        Map<String, Object> make(Map<String, Object> request) throws AwsError;
    }

    /** Makes something that may have tags. @param arn where the answer has its ARN */
    private Map<String, Object> tagged(Map<String, Object> request, String arn, Making making) throws AwsError {
        Constraints constraints = new Constraints();
        Map<String, String> given = Tags.read(request, constraints);
        constraints.check();
        Map<String, Object> made = making.make(request);
        tags.put((String) made.get(arn), given);
        return made;
    }

    private Map<String, Object> describeLabelingJob(Map<String, Object> request) throws AwsError {
        Constraints constraints = new Constraints();
        String name = constraints.string(request, "LabelingJobName", "labelingJobName", 1, 63, TrainingRequest.NAME);
        constraints.check();
        Map<String, Object> job = labelingJobs.get(name);
        if (job == null) {
            throw new AwsError("ResourceNotFound", "Requested resource not found.");
        }
        return new LinkedHashMap<>(job);
    }

    private TrainingJob job(Map<String, Object> request) throws AwsError {
        Constraints constraints = new Constraints();
        String name = constraints.string(request, "TrainingJobName", "trainingJobName", 1, 63, TrainingRequest.NAME);
        constraints.check();
        return job(name);
    }

    private TrainingJob job(String name) throws AwsError {
        TrainingJob job = jobs.get(name);
        if (job == null) {
            throw invalid("Requested resource not found.");
        }
        return job;
    }

    /** What befalls a job: by its own tag, or else the first provocation that fits. Call it holding the lock on {@code provocations}. */
    private TrainingFault fate(TrainingRequest request) throws AwsError {
        String tag = request.tags().get(TrainingFault.TAG);
        if (tag != null) {
            TrainingFault fault = TrainingFault.of(tag).orElseThrow(() ->
                    invalid("tag " + TrainingFault.TAG + " is \"" + tag + "\"; the embedded SageMaker has the faults " + TrainingFault.words()));
            if (fault == TrainingFault.SPOT_INTERRUPTION && !request.spot()) {
                throw invalid("tag " + TrainingFault.TAG + " is " + tag + ", which befalls spot jobs only; set EnableManagedSpotTraining");
            }
            return fault;
        }
        for (int i = 0; i < provocations.size(); i++) {
            Provocation provocation = provocations.get(i);
            if (provocation.fits(request)) {
                provocations.remove(i);
                if (provocation.spent() != null) {
                    provocations.add(i, provocation.spent());
                }
                return provocation.fault();
            }
        }
        return null;
    }

    private static List<MetricDefinition> metrics(TrainingRequest request, TrainingAlgorithm algorithm) {
        Map<String, MetricDefinition> byName = new LinkedHashMap<>();
        algorithm.metricDefinitions().forEach(metric -> byName.put(metric.name(), metric));
        request.metricDefinitions().forEach(metric -> byName.put(metric.name(), metric));
        return List.copyOf(byName.values());
    }

    private Map<String, String> hostVariables() {
        Map<String, String> some = new LinkedHashMap<>();
        for (String name : HOST_VARIABLES) {
            if (setup.environment().containsKey(name)) {
                some.put(name, setup.environment().get(name));
            }
        }
        return some;
    }

    private void enter(TrainingJob job, String status, String secondaryStatus, String message) {
        Instant now = clock.instant();
        job.enter(status, secondaryStatus, message, now);
        save(job);
        tell(new TrainingEvent.Status(job.name(), now, status, secondaryStatus, message));
    }

    private void advance(TrainingJob job, String secondaryStatus, String message) {
        Instant now = clock.instant();
        if (job.advance(secondaryStatus, message, now)) {
            save(job);
            tell(new TrainingEvent.Status(job.name(), now, "InProgress", secondaryStatus, message));
        }
    }

    private void fail(TrainingJob job, String reason) {
        Instant now = clock.instant();
        job.fail(reason, now);
        save(job);
        tell(new TrainingEvent.Status(job.name(), now, "Failed", "Failed", reason));
    }

    private void tell(TrainingEvent event) {
        listeners.forEach(listener -> listener.accept(event));
    }

    private void keepRequest(TrainingRequest request) {
        Path folder = trainingFolder(request.name());
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve("request.json"), Json.pretty(request.raw()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot keep the request of training job " + request.name() + " in " + folder, e);
        }
    }

    private void save(TrainingJob job) {
        Path file = trainingFolder(job.name()).resolve("job.json");
        synchronized (job) {
            try {
                WholeFile.write(file, Json.pretty(job.describe()));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot keep the description of training job " + job.name() + " in " + file, e);
            }
        }
    }

    /** Removes the FIFOs of a job whose process was killed, on each of its instances. */
    private static void removePipes(Path job) throws IOException {
        List<Path> folders = new ArrayList<>(List.of(job.resolve("input/data")));
        try (DirectoryStream<Path> instances = Files.newDirectoryStream(job, "algo-*")) {
            instances.forEach(instance -> folders.add(instance.resolve("input/data")));
        }
        for (Path folder : folders) {
            if (Files.isDirectory(folder)) {
                try (DirectoryStream<Path> pipes = Files.newDirectoryStream(folder,
                        file -> Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isOther())) {
                    for (Path pipe : pipes) {
                        Files.delete(pipe);
                    }
                }
            }
        }
    }

    /** Jobs of an earlier run. */
    private void remember() throws IOException {
        Path folder = setup.data().resolve("training");
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                Path file = entry.resolve("job.json");
                if (Files.exists(file)) {
                    removePipes(entry);
                    TrainingJob job = new TrainingJob(Json.parseObject(Files.readAllBytes(file)), clock.instant());
                    jobs.put(job.name(), job);
                    save(job);
                }
            }
        }
    }
}

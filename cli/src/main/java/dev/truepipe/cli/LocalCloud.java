package dev.truepipe.cli;

import dev.truepipe.emulator.CloudListener;
import dev.truepipe.emulator.EmbeddedCloud;
import dev.truepipe.emulator.StateMachineSpec;
import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.emulator.events.RuleSpec;
import dev.truepipe.emulator.events.ScheduleSpec;
import dev.truepipe.emulator.lambda.FunctionSpec;
import dev.truepipe.emulator.s3.BucketSpec;
import dev.truepipe.emulator.s3.BucketSpec.NotificationSpec;
import dev.truepipe.emulator.sagemaker.TrainingAlgorithm;
import dev.truepipe.emulator.sqs.EventSourceMappingSpec;
import dev.truepipe.emulator.sqs.QueueSpec;
import dev.truepipe.json.Json;
import dev.truepipe.run.Champions;
import dev.truepipe.run.Console;
import dev.truepipe.run.DatasetFolder;
import dev.truepipe.settings.DatasetSettings;
import dev.truepipe.settings.Settings;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.workload.Grant;
import dev.truepipe.workload.Parameters;
import dev.truepipe.workload.Source;
import dev.truepipe.workload.Value;
import dev.truepipe.workload.Value.Resource;
import dev.truepipe.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The workload of {@code dev.truepipe.workload}, deployed in an embedded cloud: what {@code infra} does with CloudFormation,
 * done in one process.
 *
 * <p>Nothing is decided here. Names are chosen, references are filled in, and each part of the description becomes the
 * part of the same name in the cloud.
 */
public final class LocalCloud {
    /** The default name of a deployed stack. */
    static final String STACK = "Truepipe";

    static final String QUEUE = "truepipe-arrivals";
    static final String DEAD_LETTER_QUEUE = "truepipe-arrivals-dead";
    static final String UNDELIVERED_QUEUE = "truepipe-undelivered";
    static final String TOPIC = "truepipe-announcements";
    static final String STATE_MACHINE = "truepipe-retraining";
    public static final String WORK_BUCKET = "truepipe-work";
    static final String ASSET_BUCKET = "truepipe-assets";
    static final String LABEL_BUCKET = "truepipe-labels";
    static final String TRAINING_ROLE = "truepipe-training";
    static final String KMS_KEY = "truepipe";
    static final String MODEL_PACKAGE_GROUP_PREFIX = "truepipe-";

    private final Settings settings;
    private final Workload workload;
    private final byte[] compiledSettings;
    private final S3Uri settingsUri;

    /** A label bucket that a stack would name itself is called {@link #LABEL_BUCKET}. */
    public LocalCloud(Settings settings) {
        this(settings.withLabelBucket(LABEL_BUCKET), Workload.of(settings.withLabelBucket(LABEL_BUCKET)));
    }

    /** @param settings with every bucket named
     *  @param workload the description, perhaps changed by a test */
    LocalCloud(Settings settings, Workload workload) {
        this.settings = settings;
        this.workload = workload;
        this.compiledSettings = Json.bytes(settings.toJson());
        this.settingsUri = new S3Uri(ASSET_BUCKET, "settings.json");
    }

    /**
     * A builder of the cloud with all of the workload in it.
     *
     * @param folder where the cloud keeps its things; the settings are put there, as a deployment would
     * @param installation where Truepipe itself lies: the functions' jar and the state machine are taken from there
     */
    public EmbeddedCloud.Builder describe(Path folder, Installation installation, List<TrainingAlgorithm> algorithms, CloudListener listener)
            throws IOException {
        EmbeddedCloud.Builder cloud = EmbeddedCloud.builder(folder)
                .functionsClassPath(installation.functionsJar())
                .topic(TOPIC)
                .listener(listener);
        algorithms.forEach(cloud::algorithm);
        queues(cloud);
        buckets(cloud);
        functions().forEach(cloud::function);
        rules().forEach(cloud::rule);
        workload.schedules().forEach(schedule ->
                cloud.schedule(new ScheduleSpec(schedule.id(), schedule.every(), QUEUE, schedule.input())));
        cloud.stateMachine(new StateMachineSpec(
                STATE_MACHINE, Files.readString(installation.stateMachine()), resolved(workload.stateMachine().substitutions())));
        return cloud;
    }

    /** Where each dataset's labels are awaited. */
    Map<String, S3Uri> labels() {
        Map<String, S3Uri> labels = new LinkedHashMap<>();
        settings.datasets().forEach(dataset -> labels.put(dataset.name(), dataset.labels()));
        return labels;
    }

    /**
     * What a deployment does last: puts the compiled settings where the functions look for them, makes the model package
     * groups, and writes the stack's names and live models down. Do this before anything arrives.
     */
    public void complete(EmbeddedCloud cloud, ObjectStore store) throws IOException {
        store.put(settingsUri, compiledSettings, ObjectStore.Condition.ALWAYS);
        for (DatasetSettings dataset : settings.datasets()) {
            modelPackageGroup(cloud, MODEL_PACKAGE_GROUP_PREFIX + dataset.name());
        }
        cloud.parameters().put(Parameters.QUEUE_URL.of(STACK), cloud.queueUrl(QUEUE));
        cloud.parameters().put(Parameters.STATE_MACHINE_ARN.of(STACK), Arns.stateMachine(STATE_MACHINE));
        cloud.parameters().put(Parameters.WORK_BUCKET.of(STACK), WORK_BUCKET);
        // Buckets outlive the process and parameters do not: what was live is live again.
        Champions champions = new Champions(store, (dataset, modelUrl) -> cloud.parameters().put(Parameters.champion(STACK, dataset), modelUrl));
        for (DatasetSettings dataset : settings.datasets()) {
            champions.publish(dataset.name(), DatasetFolder.of(WORK_BUCKET, dataset.name()));
        }
    }

    /** Makes the group, unless an earlier start on the same folder has made it. */
    private static void modelPackageGroup(EmbeddedCloud cloud, String name) {
        try {
            Object groups = cloud.sageMaker().call("ListModelPackageGroups", Map.of()).get("ModelPackageGroupSummaryList");
            if (Json.array(groups).stream().noneMatch(group -> name.equals(Json.object(group).get("ModelPackageGroupName")))) {
                cloud.sageMaker().call("CreateModelPackageGroup", Map.of("ModelPackageGroupName", name));
            }
        } catch (AwsError e) {
            throw new IllegalStateException("cannot make the model package group " + name + ": " + e.getMessage(), e);
        }
    }

    /** The functions, with the environment they have here. */
    List<FunctionSpec> functions() {
        return workload.functions().stream()
                .map(function -> new FunctionSpec(
                        function.name(),
                        function.handler(),
                        resolved(function.environment()),
                        function.timeout(),
                        function.memoryMegabytes()))
                .toList();
    }

    /** What each function may do, and the state machine under its own name, with names of this place. Nobody checks it here. */
    Map<String, List<Allowed>> allowed() {
        Map<String, List<Allowed>> allowed = new LinkedHashMap<>();
        workload.functions().forEach(function -> allowed.put(function.name(), allowed(function.grants())));
        allowed.put(STATE_MACHINE, allowed(workload.stateMachine().grants()));
        return allowed;
    }

    private List<Allowed> allowed(List<Grant> grants) {
        return grants.stream().map(grant -> new Allowed(grant.why(), grant.actions(), grant.resources().stream().map(this::resolve).distinct().toList())).toList();
    }

    /** A grant of the description, with names of this place. */
    record Allowed(String why, List<String> actions, List<String> resources) {}

    private void queues(EmbeddedCloud.Builder cloud) {
        var queue = workload.queue();
        cloud.queue(new QueueSpec(DEAD_LETTER_QUEUE, queue.visibility()))
                .queue(new QueueSpec(QUEUE, queue.visibility(), DEAD_LETTER_QUEUE, queue.maxReceiveCount()))
                .eventSourceMapping(new EventSourceMappingSpec(
                        QUEUE, queue.function(), queue.batchSize(), queue.reportBatchItemFailures(), queue.maximumConcurrency()));
    }

    /** Label buckets with their notifications, then every other bucket that the settings name. */
    private void buckets(EmbeddedCloud.Builder cloud) {
        Map<String, List<NotificationSpec>> notifications = new LinkedHashMap<>();
        Set<String> eventBridge = new LinkedHashSet<>();
        for (DatasetSettings dataset : settings.datasets()) {
            Source source = Source.of(dataset);
            if (source.labelBucket() == Source.LabelBucket.EVENTBRIDGE) {
                eventBridge.add(dataset.labels().bucket());
            } else {
                notifications
                        .computeIfAbsent(dataset.labels().bucket(), _ -> new ArrayList<>())
                        .add(notification(source));
            }
        }
        Set<String> others = new LinkedHashSet<>(List.of(WORK_BUCKET, ASSET_BUCKET));
        settings.datasets().forEach(dataset -> dataset.images().forEach(images -> others.add(images.bucket())));
        notifications.forEach((bucket, rules) -> cloud.bucket(new BucketSpec(bucket, rules, eventBridge.contains(bucket))));
        eventBridge.stream()
                .filter(bucket -> !notifications.containsKey(bucket))
                .forEach(bucket -> cloud.bucket(new BucketSpec(bucket, List.of(), true)));
        others.stream()
                .filter(bucket -> !notifications.containsKey(bucket) && !eventBridge.contains(bucket))
                .forEach(bucket -> cloud.bucket(new BucketSpec(bucket)));
    }

    private NotificationSpec notification(Source source) {
        return new NotificationSpec(
                source.dataset(),
                QUEUE,
                source.labels().key(),
                workload.notificationSuffix(source));
    }

    /** The rules, with names of this place. */
    List<RuleSpec> rules() {
        return workload.rules().stream().map(this::rule).toList();
    }

    private RuleSpec rule(dev.truepipe.workload.RuleSpec rule) {
        RuleSpec.Target target = switch (rule.target()) {
            case QUEUE -> new RuleSpec.Target.Queue(QUEUE);
            case TOPIC -> new RuleSpec.Target.Topic(
                    TOPIC,
                    rule.message().map(dev.truepipe.workload.RuleSpec.Message::paths).orElse(Map.of()),
                    rule.message().map(message -> resolve(message.template())).orElse(null));
        };
        return new RuleSpec(rule.id(), Json.object(pattern(rule.pattern())), target);
    }

    private Object pattern(Object part) {
        return switch (part) {
            case Value value -> resolve(value);
            case Map<?, ?> map -> {
                Map<String, Object> resolved = new LinkedHashMap<>();
                map.forEach((key, value) -> resolved.put((String) key, pattern(value)));
                yield resolved;
            }
            case List<?> list -> list.stream().map(this::pattern).toList();
            default -> part;
        };
    }

    private Map<String, String> resolved(Map<String, Value> values) {
        Map<String, String> resolved = new LinkedHashMap<>();
        values.forEach((name, value) -> resolved.put(name, resolve(value)));
        return resolved;
    }

    private String resolve(Value value) {
        return value.resolve(this::name, Arns::function);
    }

    private String name(Resource resource) {
        return switch (resource) {
            case PARTITION -> "aws";
            case REGION -> Arns.REGION;
            case ACCOUNT -> Arns.ACCOUNT;
            case CONSOLE_DOMAIN -> Console.domain("aws");
            case URL_SUFFIX -> "amazonaws.com";
            case WORK_BUCKET -> WORK_BUCKET;
            case LABEL_BUCKET -> throw new IllegalStateException("the settings name every label bucket");
            case SETTINGS_URI -> settingsUri.toString();
            case SETTINGS_BUCKET -> settingsUri.bucket();
            case SETTINGS_KEY -> settingsUri.key();
            case STACK -> STACK;
            case STATE_MACHINE_ARN -> Arns.stateMachine(STATE_MACHINE);
            case STATE_MACHINE_NAME -> STATE_MACHINE;
            case TRAINING_ROLE_ARN -> Arns.role(TRAINING_ROLE);
            case KMS_KEY_ARN -> Arns.key(KMS_KEY);
            case TOPIC_ARN -> Arns.topic(TOPIC);
            case QUEUE_ARN -> Arns.queue(QUEUE);
            case QUEUE_NAME -> QUEUE;
            case DEAD_LETTER_QUEUE_NAME -> DEAD_LETTER_QUEUE;
            case UNDELIVERED_QUEUE_NAME -> UNDELIVERED_QUEUE;
            case MODEL_PACKAGE_GROUP_PREFIX, MODEL_PACKAGE_GROUP_PREFIX_LOWER -> MODEL_PACKAGE_GROUP_PREFIX;
        };
    }
}

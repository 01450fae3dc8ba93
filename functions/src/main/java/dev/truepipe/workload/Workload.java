package dev.truepipe.workload;

import static dev.truepipe.workload.Value.Resource.ACCOUNT;
import static dev.truepipe.workload.Value.Resource.CONSOLE_DOMAIN;
import static dev.truepipe.workload.Value.Resource.DEAD_LETTER_QUEUE_NAME;
import static dev.truepipe.workload.Value.Resource.LABEL_BUCKET;
import static dev.truepipe.workload.Value.Resource.MODEL_PACKAGE_GROUP_PREFIX;
import static dev.truepipe.workload.Value.Resource.MODEL_PACKAGE_GROUP_PREFIX_LOWER;
import static dev.truepipe.workload.Value.Resource.PARTITION;
import static dev.truepipe.workload.Value.Resource.QUEUE_ARN;
import static dev.truepipe.workload.Value.Resource.QUEUE_NAME;
import static dev.truepipe.workload.Value.Resource.REGION;
import static dev.truepipe.workload.Value.Resource.SETTINGS_BUCKET;
import static dev.truepipe.workload.Value.Resource.SETTINGS_KEY;
import static dev.truepipe.workload.Value.Resource.SETTINGS_URI;
import static dev.truepipe.workload.Value.Resource.STACK;
import static dev.truepipe.workload.Value.Resource.STATE_MACHINE_ARN;
import static dev.truepipe.workload.Value.Resource.STATE_MACHINE_NAME;
import static dev.truepipe.workload.Value.Resource.TOPIC_ARN;
import static dev.truepipe.workload.Value.Resource.TRAINING_ROLE_ARN;
import static dev.truepipe.workload.Value.Resource.UNDELIVERED_QUEUE_NAME;
import static dev.truepipe.workload.Value.Resource.WORK_BUCKET;
import static dev.truepipe.workload.Value.text;

import dev.truepipe.functions.ConvertLabelsHandler;
import dev.truepipe.functions.DecideDatasetHandler;
import dev.truepipe.functions.IntakeHandler;
import dev.truepipe.functions.JudgeModelHandler;
import dev.truepipe.functions.LabelStudioWebhookHandler;
import dev.truepipe.functions.PlanDatasetHandler;
import dev.truepipe.functions.ScanChunkHandler;
import dev.truepipe.functions.SealDatasetHandler;
import dev.truepipe.functions.WriteChunkHandler;
import dev.truepipe.run.LabelPlaces;
import dev.truepipe.settings.Algorithm;
import dev.truepipe.settings.Settings;
import dev.truepipe.storage.S3Uri;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Everything that runs, described once.
 *
 * @param functions in the order of the flow
 * @param queue the queue of arrivals
 * @param notificationSuffix the key suffix on which label buckets notify of manifests; see {@link #notificationSuffix(Source)}
 * @param rules events
 * @param schedules sweeps
 * @param stateMachine its substitutions and grants
 * @param alarms what an operator hears of
 * @param logRetention of every function's log group
 */
public record Workload(
        List<FunctionSpec> functions,
        QueueSpec queue,
        String notificationSuffix,
        List<RuleSpec> rules,
        List<ScheduleSpec> schedules,
        StateMachineSpec stateMachine,
        List<AlarmSpec> alarms,
        Duration logRetention) {

    /** What an execution fails with when a child of its Distributed Map did; the child's own error stays in the Map Run. */
    private static final String PART_FAILED = "States.ExceedToleratedFailureThreshold";

    /** In the project's folder: symptom, cause and command for every alarm. */
    static final String RUNBOOK = "docs/runbook.md";

    private static final Pattern ECR_IMAGE = Pattern.compile("([0-9]{12})\\.dkr\\.ecr\\.([a-z0-9-]+)\\.[^/]+/([^:@]+).*");

    /** {@code s3://…} of the compiled settings. */
    public static final String SETTINGS = "TRUEPIPE_SETTINGS";
    /** Name of the work bucket. */
    public static final String WORK_BUCKET_NAME = "TRUEPIPE_WORK_BUCKET";
    /** Name of the label bucket of ours; only there when a dataset's labels are a prefix in it. */
    public static final String LABEL_BUCKET_NAME = "TRUEPIPE_LABEL_BUCKET";
    /** Name of the queue of arrivals. */
    public static final String QUEUE = "TRUEPIPE_QUEUE";
    public static final String STATE_MACHINE = "TRUEPIPE_STATE_MACHINE_ARN";
    public static final String TRAINING_ROLE = "TRUEPIPE_TRAINING_ROLE_ARN";
    public static final String MODEL_PACKAGE_GROUPS = "TRUEPIPE_MODEL_PACKAGE_GROUP_PREFIX";
    /** ARN of the stack's key; only there when the settings ask for one. */
    public static final String KMS_KEY = "TRUEPIPE_KMS_KEY_ARN";
    /** Name of the stack, of which the parameters of live models have theirs. */
    public static final String STACK_NAME = "TRUEPIPE_STACK";

    public Workload {
        functions = List.copyOf(functions);
        rules = List.copyOf(rules);
        schedules = List.copyOf(schedules);
        alarms = List.copyOf(alarms);
    }

    /** The function of that name. @throws IllegalArgumentException if there is none */
    public FunctionSpec function(String name) {
        return functions.stream()
                .filter(function -> function.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no function " + name));
    }

    /** What the keys of a dataset's labels end with, as far as its bucket notifies of them; empty where {@code labels} is a whole key. */
    public String notificationSuffix(Source source) {
        return !source.places().isFolder() ? "" : source.format().isEmpty() ? notificationSuffix : source.places().ending();
    }

    /** The workload for these settings. */
    public static Workload of(Settings settings) {
        List<Source> sources = settings.datasets().stream().map(Source::of).toList();
        return KeyGrants.applied(of(sources, imageRepositories(settings), settings.mapConcurrency()), settings, sources);
    }

    /**
     * The workload for these datasets.
     *
     * @param imageRepositories ARNs of the ECR repositories that training images come from
     */
    static Workload of(List<Source> sources, List<Value> imageRepositories, int mapConcurrency) {
        return new Workload(
                functions(sources),
                new QueueSpec(
                        "Intake",
                        Duration.ofSeconds(180),
                        Duration.ofDays(4),
                        5,
                        Duration.ofDays(14),
                        10,
                        2,
                        true),
                // Output manifests only: intermediate ones end in manifests/intermediate/<n>/output.manifest.
                LabelPlaces.MANIFEST,
                rules(sources),
                schedules(sources),
                stateMachine(mapConcurrency, imageRepositories),
                operatorAlarms(),
                Duration.ofDays(30));
    }

    /** ARNs of the repositories that training images come from: yours exactly; SageMaker's lie in an account that differs by Region. */
    public static List<Value> imageRepositories(Settings settings) {
        return settings.datasets().stream().map(dataset -> dataset.training().algorithm()).distinct().map(algorithm -> switch (algorithm) {
            case Algorithm.BuiltIn builtIn -> text("arn:", PARTITION, ":ecr:", REGION, ":*:repository/" + builtIn.word());
            case Algorithm.Image own -> {
                Matcher image = ECR_IMAGE.matcher(own.image());
                if (!image.matches()) {
                    throw new IllegalArgumentException("not an ECR image: " + own.image());
                }
                yield text("arn:", PARTITION, ":ecr:" + image.group(2) + ":" + image.group(1) + ":repository/" + image.group(3));
            }
        }).distinct().toList();
    }

    private static List<FunctionSpec> functions(List<Source> sources) {
        Value manifests = text(WORK_BUCKET);
        Grant settings = new Grant(
                "read the settings",
                List.of("s3:GetObject"),
                List.of(text("arn:", PARTITION, ":s3:::", SETTINGS_BUCKET, "/", SETTINGS_KEY)));
        // A chunk, a decision and a seal are pure in (plan, chunk): they see the run's folder and what it pins.
        List<Source> ofManifests = sources.stream().filter(source -> source.format().isEmpty()).toList();
        List<Source> ofExports = sources.stream().filter(source -> source.format().isPresent()).toList();
        Grant readLabels = new Grant("read manifests", List.of("s3:GetObject"), labelObjects(ofManifests));
        List<Grant> readHoldOuts = readObjects("read the hold-outs of your own", sources, Source::holdOut);
        List<Grant> readCategories = readObjects("read the label category files", sources, Source::labelCategories);
        Grant listLabels = new Grant("find labels", List.of("s3:ListBucket"), labelBuckets(sources));
        Grant missLabels = new Grant("tell a missing manifest from a forbidden one", List.of("s3:ListBucket"), labelBuckets(ofManifests));
        // By its whole key an export is looked at by HEAD, which asks for the leave to read.
        Grant lookAtExports = new Grant("look at exports", List.of("s3:GetObject"),
                labelObjects(ofExports.stream().filter(source -> !source.places().isFolder()).toList()));
        Grant listWork = new Grant(
                "tell a missing object from a forbidden one",
                List.of("s3:ListBucket"),
                List.of(text("arn:", PARTITION, ":s3:::", WORK_BUCKET)));
        List<Grant> lookAtObjects = lookAtObjects(sources);
        Grant run = new Grant("work on a run", List.of("s3:GetObject", "s3:PutObject"), List.of(work("runs/*")));
        Grant readRun = new Grant("read the run", List.of("s3:GetObject"), List.of(work("runs/*")));
        // Indexes, decisions and parts are uploaded in pieces, and given up where the manifest changed under the reader.
        Grant pieces = new Grant("give up an upload", List.of("s3:AbortMultipartUpload"), List.of(work("runs/*")));
        Grant readDatasets = new Grant("read sealed versions", List.of("s3:GetObject"), List.of(work("datasets/*")));

        Map<String, Value> ownLabelBucket = sources.stream().anyMatch(Source::inGeneratedBucket)
                ? environment(LABEL_BUCKET_NAME, text(LABEL_BUCKET))
                : Map.of();
        Map<String, Value> bucketOnly = Map.of(WORK_BUCKET_NAME, manifests);
        return granted(joined(webhook(sources, settings, ownLabelBucket), List.of(
                new FunctionSpec(
                        "Intake",
                        IntakeHandler.class.getName(),
                        1024,
                        Duration.ofSeconds(30),
                        with(ownLabelBucket, SETTINGS, text(SETTINGS_URI), STATE_MACHINE, text(STATE_MACHINE_ARN)),
                        List.of(
                                settings,
                                readLabels,
                                missLabels,
                                new Grant("start a run", List.of("states:StartExecution"), List.of(text(STATE_MACHINE_ARN))),
                                new Grant(
                                        "see whether a labeling job has ended",
                                        List.of("sagemaker:DescribeLabelingJob"),
                                        List.of(text("arn:", PARTITION, ":sagemaker:", REGION, ":", ACCOUNT, ":labeling-job/*"))))),
                new FunctionSpec(
                        "PlanDataset",
                        PlanDatasetHandler.class.getName(),
                        1024,
                        Duration.ofMinutes(5),
                        with(ownLabelBucket, SETTINGS, text(SETTINGS_URI), WORK_BUCKET_NAME, text(WORK_BUCKET)),
                        joined(readHoldOuts, readCategories, lookAtObjects, List.of(
                                settings,
                                readLabels,
                                lookAtExports,
                                listLabels,
                                listWork,
                                run,
                                new Grant(
                                        "claim",
                                        List.of("s3:GetObject", "s3:PutObject"),
                                        List.of(work("datasets/*/claims/*"))),
                                new Grant("count the runs of a day", List.of("s3:GetObject", "s3:PutObject"), List.of(work("datasets/*/starts.json"))),
                                new Grant(
                                        "see how the holder of a claim ended",
                                        List.of("states:DescribeExecution"),
                                        List.of(text(
                                                "arn:",
                                                PARTITION,
                                                ":states:",
                                                REGION,
                                                ":",
                                                ACCOUNT,
                                                ":execution:",
                                                STATE_MACHINE_NAME,
                                                ":*")))))),
                new FunctionSpec(
                        "ConvertLabels",
                        ConvertLabelsHandler.class.getName(),
                        1769,
                        Duration.ofMinutes(15),
                        bucketOnly,
                        List.of(
                                new Grant("read exports", List.of("s3:GetObject"), labelObjects(ofExports)),
                                new Grant("tell a missing export from a forbidden one", List.of("s3:ListBucket"), labelBuckets(ofExports)),
                                listWork,
                                run,
                                pieces)),
                new FunctionSpec(
                        "ScanChunk",
                        ScanChunkHandler.class.getName(),
                        1769,
                        Duration.ofMinutes(15),
                        bucketOnly,
                        joined(readHoldOuts, lookAtObjects, List.of(readLabels, missLabels, listWork, run, pieces))),
                new FunctionSpec(
                        "DecideDataset",
                        DecideDatasetHandler.class.getName(),
                        3008,
                        Duration.ofMinutes(15),
                        bucketOnly,
                        // Labels too: a run that a gate stops still writes what it set aside.
                        joined(readHoldOuts, List.of(readLabels, missLabels, listWork, run, pieces, readDatasets))),
                new FunctionSpec(
                        "WriteChunk",
                        WriteChunkHandler.class.getName(),
                        1769,
                        Duration.ofMinutes(15),
                        bucketOnly,
                        joined(readHoldOuts, List.of(readLabels, missLabels, run, pieces))),
                new FunctionSpec(
                        "SealDataset",
                        SealDatasetHandler.class.getName(),
                        1769,
                        Duration.ofMinutes(15),
                        environment(WORK_BUCKET_NAME, text(WORK_BUCKET), TRAINING_ROLE, text(TRAINING_ROLE_ARN)),
                        List.of(
                                listWork,
                                readRun,
                                new Grant(
                                        "seal a version",
                                        List.of("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"),
                                        List.of(work("datasets/*/versions/*"))),
                                new Grant(
                                        "name the latest version",
                                        List.of("s3:GetObject", "s3:PutObject"),
                                        List.of(work("datasets/*/latest.json"))))),
                new FunctionSpec(
                        "JudgeModel",
                        JudgeModelHandler.class.getName(),
                        1769,
                        Duration.ofMinutes(5),
                        environment(WORK_BUCKET_NAME, text(WORK_BUCKET), MODEL_PACKAGE_GROUPS, text(MODEL_PACKAGE_GROUP_PREFIX), STACK_NAME, text(STACK)),
                        List.of(
                                listWork,
                                readRun,
                                new Grant("read versions, models and the champion", List.of("s3:GetObject"), List.of(work("datasets/*"))),
                                new Grant(
                                        "write the champion, and the model's judgement and report",
                                        List.of("s3:PutObject"),
                                        List.of(
                                                work("datasets/*/champion.json"),
                                                work("datasets/*/models/*/model.json"),
                                                work("datasets/*/models/*/report.html"))),
                                new Grant("name the live model", List.of("ssm:PutParameter"), sources.stream()
                                        .map(source -> text("arn:", PARTITION, ":ssm:", REGION, ":", ACCOUNT, ":parameter" + Parameters.PREFIX, STACK,
                                                "/" + source.dataset() + Parameters.CHAMPION))
                                        .toList()),
                                new Grant(
                                        "read the training log",
                                        List.of("logs:FilterLogEvents"),
                                        List.of(text(
                                                "arn:",
                                                PARTITION,
                                                ":logs:",
                                                REGION,
                                                ":",
                                                ACCOUNT,
                                                ":log-group:/aws/sagemaker/TrainingJobs:*"))))))));
    }

    /** Before the queue, where a dataset lets Label Studio call; else there is no such function. */
    private static List<FunctionSpec> webhook(List<Source> sources, Grant settings, Map<String, Value> ownLabelBucket) {
        List<Value> secrets = sources.stream().flatMap(source -> source.webhookSecret().stream()).distinct()
                .map(name -> text("arn:", PARTITION, ":ssm:", REGION, ":", ACCOUNT, ":parameter" + name)).toList();
        return secrets.isEmpty() ? List.of() : List.of(new FunctionSpec(
                "LabelStudioWebhook",
                LabelStudioWebhookHandler.class.getName(),
                1024,
                Duration.ofSeconds(10),
                with(ownLabelBucket, SETTINGS, text(SETTINGS_URI), QUEUE, text(QUEUE_NAME)),
                List.of(
                        settings,
                        new Grant("read the secrets", List.of("ssm:GetParameter"), secrets),
                        new Grant("send an arrival", List.of("sqs:GetQueueUrl", "sqs:SendMessage"), List.of(text(QUEUE_ARN)))),
                true));
    }

    /** A grant on nothing, since no dataset needs it, is none. Every function tells X-Ray of itself, which IAM knows no resource for. */
    private static List<FunctionSpec> granted(List<FunctionSpec> functions) {
        Grant trace = new Grant("trace", List.of("xray:PutTraceSegments", "xray:PutTelemetryRecords"), List.of(text("*")));
        return functions.stream().map(function -> new FunctionSpec(
                function.name(), function.handler(), function.memoryMegabytes(), function.timeout(), function.environment(),
                joined(function.grants().stream().filter(grant -> !grant.resources().isEmpty()).toList(), List.of(trace)), function.url())).toList();
    }

    private static List<RuleSpec> rules(List<Source> sources) {
        List<RuleSpec> rules = new ArrayList<>();
        rules.add(new RuleSpec(
                "LabelingJobEnded",
                "A labeling job of this account ended; Intake sees whether its output is a dataset's",
                Map.of(
                        "source", List.of(text("aws.sagemaker")),
                        "detail-type", List.of(text("SageMaker Ground Truth Labeling Job State Change")),
                        "detail",
                                Map.of(
                                        "LabelingJobStatus",
                                        List.of(text("Completed"), text("Failed"), text("Stopped")))),
                RuleSpec.Target.QUEUE,
                Optional.empty()));
        rules.addAll(failureRules());
        for (String bucket : buckets(sources, Source.LabelBucket.EVENTBRIDGE)) {
            rules.add(new RuleSpec(
                    "ManifestWritten-" + bucket,
                    "Labels were written to " + bucket,
                    Map.of(
                            "source", List.of(text("aws.s3")),
                            "detail-type", List.of(text("Object Created")),
                            "detail",
                                    Map.of(
                                            "bucket", Map.of("name", List.of(text(bucket))),
                                            "object", Map.of("key", keyPatterns(sources, bucket)))),
                    RuleSpec.Target.QUEUE,
                    Optional.empty()));
        }
        return rules;
    }

    /** Everything that ends as output manifests do, exports below their prefixes, and labels configured by their whole key. */
    private static List<Object> keyPatterns(List<Source> sources, String bucket) {
        List<Source> here = sources.stream().filter(source -> source.labels().bucket().equals(bucket)).toList();
        List<Object> patterns = new ArrayList<>();
        if (here.stream().anyMatch(source -> source.format().isEmpty())) {
            patterns.add(Map.of("suffix", text(LabelPlaces.MANIFEST)));
        }
        for (Source source : here) {
            if (!source.places().isFolder()) {
                patterns.add(text(source.labels().key()));
            } else if (source.format().isPresent()) {
                // In a wildcard a backslash stands for itself if it is doubled; settings let no prefix hold an asterisk.
                patterns.add(Map.of("wildcard", text(source.labels().key().replace("\\", "\\\\") + "*" + source.places().ending())));
            }
        }
        return patterns;
    }

    /**
     * What announces runs that ended badly, and nothing else does: such an end fits exactly one of the three. Runs that were
     * stopped stand apart, since their event may have no error ({@code null}), which a template cannot ask for.
     */
    private static List<RuleSpec> failureRules() {
        return List.of(
                new RuleSpec(
                        "ExecutionFailed",
                        "A run failed in a state of its own",
                        executionEnded(
                                "status", List.of(text("FAILED")),
                                "error", List.of(Map.of("anything-but", List.of(text(PART_FAILED))), Map.of("exists", false))),
                        RuleSpec.Target.TOPIC,
                        Optional.of(failureMessage("Error and cause are in the event beside this. See what happened, and redrive from there once the cause is mended: "))),
                new RuleSpec(
                        "PartFailed",
                        "A run failed because a part of a Distributed Map did",
                        executionEnded("status", List.of(text("FAILED")), "error", List.of(text(PART_FAILED))),
                        RuleSpec.Target.TOPIC,
                        // Step Functions says "The specified tolerated failure threshold was exceeded" and no more.
                        Optional.of(failureMessage("A part of ScanManifests or WriteChannels failed for good, after its retries. Its reason"
                                + " never leaves the Map Run: open the Map Run on the execution's page, or ask"
                                + " CloudWatch Logs Insights over the log groups of ScanChunk and WriteChunk with"
                                + " filter @message like '<execution>'. Once that is mended, redrive from the page; only the parts that"
                                + " did not succeed run again: "))),
                new RuleSpec(
                        "ExecutionStopped",
                        "A run ran out of time or was stopped",
                        executionEnded("status", List.of(text("TIMED_OUT"), text("ABORTED"))),
                        RuleSpec.Target.TOPIC,
                        Optional.of(failureMessage("If somebody said why, it is in the event beside this. See where it stood, and redrive from there if it is to go on: "))));
    }

    private static Map<String, Object> executionEnded(Object... pairs) {
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("stateMachineArn", List.of(text(STATE_MACHINE_ARN)));
        for (int i = 0; i < pairs.length; i += 2) {
            detail.put((String) pairs[i], pairs[i + 1]);
        }
        return Map.of(
                "source", List.of(text("aws.states")),
                "detail-type", List.of(text("Step Functions Execution Status Change")),
                "detail", detail);
    }

    /**
     * Says nothing of the champion but where it is written: a run may fail after it was moved. What others wrote (error and cause) comes
     * with the event as it is, and not within our words: EventBridge escapes no value that it puts into a text, so that a quotation mark in
     * a cause would make it no JSON, and nobody would ever hear of that run.
     *
     * @param what ends before the page's address
     * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html">Input transformation</a>
     */
    private static RuleSpec.Message failureMessage(String what) {
        Map<String, String> paths = new LinkedHashMap<>();
        paths.put("name", "$.detail.name");
        paths.put("status", "$.detail.status");
        paths.put("execution", "$.detail.executionArn");
        paths.put("region", "$.region");
        return new RuleSpec.Message(paths, text(
                "{\"message\": \"Truepipe: the run <name> ended <status>. " + what + "https://<region>.", CONSOLE_DOMAIN,
                "/states/home?region=<region>#/v2/executions/details/<execution> or start again with: truepipe trigger DATASET, where DATASET"
                        + " is the run's name up to its last hyphen. Which model is the champion now stands in s3://", WORK_BUCKET,
                "/datasets/DATASET/champion.json\", \"event\": <aws.events.event.json>}"));
    }

    private static List<ScheduleSpec> schedules(List<Source> sources) {
        return sources.stream()
                .filter(source -> source.sweep().isPositive())
                .map(source -> new ScheduleSpec(
                        "Sweep-" + source.dataset(),
                        source.dataset(),
                        source.sweep(),
                        Messages.sweep(source.dataset(), ScheduleSpec.EXECUTION_ID)))
                .toList();
    }

    private static StateMachineSpec stateMachine(int mapConcurrency, List<Value> imageRepositories) {
        Map<String, Value> substitutions = new LinkedHashMap<>();
        List<Value> functions = new ArrayList<>();
        for (String name :
                List.of("PlanDataset", "ConvertLabels", "ScanChunk", "DecideDataset", "WriteChunk", "SealDataset", "JudgeModel")) {
            substitutions.put(name + "FunctionArn", new Value.FunctionArn(name));
            functions.add(new Value.FunctionArn(name));
        }
        substitutions.put("TopicArn", text(TOPIC_ARN));
        substitutions.put("ModelPackageGroupPrefix", text(MODEL_PACKAGE_GROUP_PREFIX));
        substitutions.put("MapConcurrency", text(Integer.toString(mapConcurrency)));
        String jobs = ":training-job/*";
        return new StateMachineSpec(
                substitutions,
                List.of(
                        new Grant("invoke the functions", List.of("lambda:InvokeFunction"), functions),
                        new Grant("start the children of a Distributed Map", List.of("states:StartExecution"), List.of(text(STATE_MACHINE_ARN))),
                        new Grant(
                                "see, stop and redrive those children",
                                List.of("states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"),
                                // A child is called <machine>/<Map Run>:<name>; AWS's sample policies name it <machine>:* and <machine>/* both.
                                List.of(
                                        text("arn:", PARTITION, ":states:", REGION, ":", ACCOUNT, ":execution:", STATE_MACHINE_NAME, ":*"),
                                        text("arn:", PARTITION, ":states:", REGION, ":", ACCOUNT, ":execution:", STATE_MACHINE_NAME, "/*"))),
                        new Grant("read the list of chunks", List.of("s3:GetObject"), List.of(work("runs/*"))),
                        new Grant(
                                "train",
                                List.of("sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"),
                                List.of(text("arn:", PARTITION, ":sagemaker:", REGION, ":", ACCOUNT, jobs))),
                        // Step Functions tags the jobs it starts and waits for.
                        new Grant(
                                "tag the job",
                                List.of("sagemaker:AddTags", "sagemaker:ListTags"),
                                List.of(text("arn:", PARTITION, ":sagemaker:", REGION, ":", ACCOUNT, jobs))),
                        new Grant("hand the job its role", List.of("iam:PassRole"), List.of(text(TRAINING_ROLE_ARN)),
                                Map.of("iam:PassedToService", List.of(text("sagemaker.amazonaws.com")))),
                        new Grant(
                                "hear of the job's end by event instead of by polling",
                                List.of("events:PutTargets", "events:PutRule", "events:DescribeRule"),
                                List.of(text(
                                        "arn:",
                                        PARTITION,
                                        ":events:",
                                        REGION,
                                        ":",
                                        ACCOUNT,
                                        ":rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule"))),
                        // SageMaker has asked IAM for names as they are, and for the same in lower case, at different times.
                        new Grant(
                                "register a model",
                                List.of("sagemaker:CreateModelPackage"),
                                Stream.of(MODEL_PACKAGE_GROUP_PREFIX, MODEL_PACKAGE_GROUP_PREFIX_LOWER)
                                        .flatMap(prefix -> Stream.of(":model-package-group/", ":model-package/")
                                                .map(kind -> text("arn:", PARTITION, ":sagemaker:", REGION, ":", ACCOUNT, kind, prefix, "*")))
                                        .toList()),
                        // AWS does not say as whom the registry looks at model and image. Its own policy for registering
                        // (AmazonSageMakerModelRegistryFullAccess) may read both, so this role may, where they are ours.
                        new Grant("let the registry see the model", List.of("s3:GetObject"), List.of(work("datasets/*/models/*"))),
                        new Grant(
                                "let the registry see the image",
                                List.of("ecr:BatchGetImage", "ecr:DescribeImages"),
                                imageRepositories),
                        new Grant("announce", List.of("sns:Publish"), List.of(text(TOPIC_ARN))),
                        // IAM knows no resource for these. Sampling rules are asked for since the machine begins the trace.
                        new Grant(
                                "trace",
                                List.of("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"),
                                List.of(text("*")))));
    }

    private static List<AlarmSpec> operatorAlarms() {
        Map<String, Value> machine = Map.of("StateMachineArn", text(STATE_MACHINE_ARN));
        return List.of(
                alarm(
                        "ArrivalsSetAside",
                        "An arrival could not be handled and waits in the dead-letter queue. Read Intake's log, mend the"
                                + " cause, then start a redrive of the queue.",
                        "AWS/SQS",
                        "ApproximateNumberOfMessagesVisible",
                        Map.of("QueueName", text(DEAD_LETTER_QUEUE_NAME)),
                        "Maximum",
                        1),
                alarm(
                        "ArrivalsLate",
                        "The oldest arrival has waited 15 minutes. Intake is failing, throttled or switched off: read its log.",
                        "AWS/SQS",
                        "ApproximateAgeOfOldestMessage",
                        Map.of("QueueName", text(QUEUE_NAME)),
                        "Maximum",
                        Duration.ofMinutes(15).toSeconds()),
                alarm(
                        "MessagesUndelivered",
                        "EventBridge, its Scheduler or SNS gave up on a message: an arrival that no run was started for, or news that nobody"
                                + " got. Look at it in the queue of undelivered messages, mend the cause, then trigger the dataset.",
                        "AWS/SQS",
                        "ApproximateNumberOfMessagesVisible",
                        Map.of("QueueName", text(UNDELIVERED_QUEUE_NAME)),
                        "Maximum",
                        1),
                alarm(
                        "ExecutionsFailed",
                        "A run failed. Its message says why; redrive it or trigger the dataset once the cause is mended.",
                        "AWS/States",
                        "ExecutionsFailed",
                        machine,
                        "Sum",
                        1),
                alarm(
                        "ExecutionsTimedOut",
                        "A run ran out of time. Look at the state it stood in; redrive it or trigger the dataset.",
                        "AWS/States",
                        "ExecutionsTimedOut",
                        machine,
                        "Sum",
                        1));
    }

    /** What the alarm says ends with its place in the runbook, where every alarm has a heading of its own. */
    private static AlarmSpec alarm(
            String id, String description, String namespace, String metric, Map<String, Value> dimensions, String statistic, double threshold) {
        return new AlarmSpec(id, description + " Runbook: " + RUNBOOK + "#" + id.toLowerCase(Locale.ROOT), namespace, metric, dimensions, statistic,
                Duration.ofMinutes(5), threshold);
    }

    private static Value work(String keys) {
        return text("arn:", PARTITION, ":s3:::", WORK_BUCKET, "/", keys);
    }

    static List<Value> labelObjects(List<Source> sources) {
        return sources.stream().map(source -> object(source.labels(),
                !source.places().isFolder() ? "" : source.format().isEmpty() ? "*" : "*" + source.places().ending())).toList();
    }

    private static List<Value> labelBuckets(List<Source> sources) {
        return sources.stream().map(source -> source.labels().bucket()).distinct().sorted()
                .map(name -> text("arn:", PARTITION, ":s3:::", bucket(name))).toList();
    }

    /**
     * Leave to read these objects and nothing beside them; no grant where no dataset has one. Not to list their buckets: S3 asks
     * for that when it is to say of one object that it is missing, and a condition on {@code s3:prefix} never holds there. So
     * where such an object is missing S3 says that it is forbidden, and the error says that it may be either.
     */
    private static List<Grant> readObjects(String why, List<Source> sources, Function<Source, Optional<S3Uri>> object) {
        List<Value> objects = sources.stream().flatMap(source -> object.apply(source).stream()).distinct().map(uri -> object(uri, "")).toList();
        return objects.isEmpty() ? List.of() : List.of(new Grant(why, List.of("s3:GetObject"), objects));
    }

    /**
     * Leave to ask for the objects that lines name, where the training role may read them too. S3 answers a HEAD request by the leave to get the object;
     * to tell a missing one from a forbidden one it wants the leave to list the bucket, which the training role has as well.
     */
    private static List<Grant> lookAtObjects(List<Source> sources) {
        List<S3Uri> prefixes = sources.stream().flatMap(source -> source.objects().stream()).distinct().toList();
        return prefixes.isEmpty() ? List.of() : List.of(
                new Grant("look at the objects that lines name", List.of("s3:GetObject"), prefixes.stream().map(prefix -> object(prefix, "*")).toList()),
                new Grant("tell one that is missing from one that is forbidden", List.of("s3:ListBucket"), prefixes.stream().map(S3Uri::bucket).distinct().sorted()
                        .map(name -> text("arn:", PARTITION, ":s3:::", bucket(name))).toList()));
    }

    static Value object(S3Uri uri, String rest) {
        return text("arn:", PARTITION, ":s3:::", bucket(uri.bucket()), "/" + uri.key() + rest);
    }

    @SafeVarargs
    private static <T> List<T> joined(List<T>... parts) {
        List<T> all = new ArrayList<>();
        for (List<T> part : parts) {
            all.addAll(part);
        }
        return List.copyOf(all);
    }

    private static List<String> buckets(List<Source> sources, Source.LabelBucket how) {
        return sources.stream()
                .filter(source -> source.labelBucket() == how)
                .map(source -> source.labels().bucket())
                .distinct()
                .sorted()
                .toList();
    }

    private static Value bucket(String name) {
        return name.equals(Settings.GENERATED_BUCKET) ? text(LABEL_BUCKET) : text(name);
    }

    private static Map<String, Value> environment(Object... pairs) {
        return with(Map.of(), pairs);
    }

    private static Map<String, Value> with(Map<String, Value> others, Object... pairs) {
        Map<String, Value> environment = new LinkedHashMap<>(others);
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put((String) pairs[i], (Value) pairs[i + 1]);
        }
        return environment;
    }
}

package dev.truepipe.emulator;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.api.AwsCall;
import dev.truepipe.emulator.api.AwsEndpoint;
import dev.truepipe.emulator.events.EventBus;
import dev.truepipe.emulator.events.RuleSpec;
import dev.truepipe.emulator.events.ScheduleSpec;
import dev.truepipe.emulator.events.Topics;
import dev.truepipe.emulator.lambda.EmbeddedLambda;
import dev.truepipe.emulator.lambda.FunctionSpec;
import dev.truepipe.emulator.lambda.InvocationResult;
import dev.truepipe.emulator.logs.LogStore;
import dev.truepipe.emulator.logs.LogsService;
import dev.truepipe.emulator.parameters.ParametersService;
import dev.truepipe.emulator.s3.BucketSpec;
import dev.truepipe.emulator.s3.EmbeddedS3;
import dev.truepipe.emulator.s3.ObjectCreated;
import dev.truepipe.emulator.sagemaker.Provocation;
import dev.truepipe.emulator.sagemaker.SageMakerService;
import dev.truepipe.emulator.sagemaker.TrainingAlgorithm;
import dev.truepipe.emulator.sqs.EmbeddedSqs;
import dev.truepipe.emulator.sqs.EventSourceMappingSpec;
import dev.truepipe.emulator.sqs.QueueSpec;
import dev.truepipe.emulator.states.InvalidDefinition;
import dev.truepipe.emulator.states.StateMachine;
import dev.truepipe.emulator.states.StepFunctionsService;
import dev.truepipe.emulator.states.Timing;
import dev.truepipe.emulator.sts.StsService;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/**
 * The whole cloud, as described, in one folder and on loopback.
 *
 * <p>{@link Builder#start} brings all of it up, most of it at the same time; {@link #close} ends every thread and
 * process of it. The folder holds {@code s3/}, {@code queues/}, {@code logs/}, {@code topics/}, {@code executions/}, {@code training/}
 * and {@code functions/}; a cloud started again on the same folder finds its objects, messages, logs and mailboxes, and all
 * that ended. What ran when its process was killed has failed.
 */
public final class EmbeddedCloud implements AutoCloseable {
    /** Keys that SDKs want to have; nobody checks them. */
    public static final String ACCESS_KEY_ID = "truepipe";

    public static final String SECRET_ACCESS_KEY = "truepipe-secret";

    private static final Set<String> ENDED_LABELING = Set.of("Completed", "Failed", "Stopped");

    private final Path folder;
    private final CloudListener listener;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Map<String, Duration> startTimes = new ConcurrentHashMap<>();
    private final LogStore logs;
    private final ParametersService parameters = new ParametersService();
    private final Topics topics;
    private final AwsEndpoint endpoint;
    private final Instant started;
    private EmbeddedS3 s3;
    private EmbeddedSqs sqs;
    private EmbeddedLambda lambda;
    private EventBus events;
    private SageMakerService sageMaker;
    private StepFunctionsService stepFunctions;

    private EmbeddedCloud(Builder description) {
        this.folder = description.folder;
        this.listener = description.listener;
        this.logs = new LogStore(folder.resolve("logs"), description.clock);
        this.topics = new Topics(folder.resolve("topics"), description.topics, description.clock);
        this.endpoint = new AwsEndpoint(listener::broke, listener::called);
        this.started = description.clock.instant();
    }

    /** @param folder where everything lies; made if it is not there */
    public static Builder builder(Path folder) {
        return new Builder(folder.toAbsolutePath().normalize());
    }

    /** The one address of all services. */
    public URI endpoint() {
        return s3.endpoint();
    }

    /** A queue's URL at the cloud's address. It stays the same from one start to the next, if the port does. */
    public String queueUrl(String queue) {
        return endpoint().resolve("/" + Arns.ACCOUNT + "/" + queue).toString();
    }

    public EmbeddedS3 s3() {
        return s3;
    }

    public EmbeddedSqs sqs() {
        return sqs;
    }

    public EmbeddedLambda lambda() {
        return lambda;
    }

    public StepFunctionsService stepFunctions() {
        return stepFunctions;
    }

    public SageMakerService sageMaker() {
        return sageMaker;
    }

    /** Systems Manager's parameters; empty at first. */
    public ParametersService parameters() {
        return parameters;
    }

    public EventBus events() {
        return events;
    }

    public Topics topics() {
        return topics;
    }

    public LogStore logs() {
        return logs;
    }

    /**
     * Makes a labeling job known, or changes it; when it has ended, EventBridge carries its state change.
     *
     * @param status as AWS spells it; {@code Completed}, {@code Failed} and {@code Stopped} are ends
     * @param output where its manifest lies, or will
     * @param counters see {@link SageMakerService#registerLabelingJob}
     */
    public void labelingJob(String name, String status, S3Uri output, Map<String, Long> counters) {
        sageMaker.registerLabelingJob(name, status, output, counters);
        if (ENDED_LABELING.contains(status)) {
            events.put(
                    "aws.sagemaker",
                    "SageMaker Ground Truth Labeling Job State Change",
                    List.of(Arns.labelingJob(name)),
                    Map.of("LabelingJobStatus", status));
        }
    }

    /** Variables with which any SDK finds this cloud. */
    public Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("AWS_REGION", Arns.REGION);
        environment.put("AWS_DEFAULT_REGION", Arns.REGION);
        environment.put("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID);
        environment.put("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY);
        environment.put("AWS_ENDPOINT_URL", endpoint().toString());
        return environment;
    }

    /** How long each part took to start; several started at the same time. */
    public Map<String, Duration> startTimes() {
        return Map.copyOf(startTimes);
    }

    /**
     * Ends everything, the last started first; no process or thread is left. Closing twice is fine.
     *
     * @throws IllegalStateException if a part did not end well; the others are ended all the same
     */
    @Override
    public synchronized void close() {
        List<Exception> failures = new ArrayList<>();
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            IllegalStateException failure = new IllegalStateException("the embedded cloud did not end well", failures.getFirst());
            failures.subList(1, failures.size()).forEach(failure::addSuppressed);
            throw failure;
        }
    }

    private void start(Builder description) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        CompletableFuture<EmbeddedSqs> startingSqs = starting("sqs", () -> EmbeddedSqs.start(folder.resolve("queues"), 0, description.queues, listener::broke));
        CompletableFuture<EmbeddedS3> startingS3 = starting(
                "s3", () -> EmbeddedS3.start(folder.resolve("s3"), description.port, description.buckets, new S3Events(), description.clock, endpoint));
        CompletableFuture<List<StateMachine>> loadingMachines = starting("state machines", () -> load(description));
        // All are taken over before any failure is told, so that close() ends those that did start.
        List<Exception> failures = new ArrayList<>();
        // Ended in the other order: what S3 still has to tell finds its queues.
        sqs = started(startingSqs, failures);
        s3 = started(startingS3, failures);
        List<StateMachine> machines = finished(loadingMachines, failures);
        if (!failures.isEmpty()) {
            throw new IOException("the embedded cloud did not start: " + failures.getFirst().getMessage(), failures.getFirst());
        }
        events = new EventBus(description.rules, description.schedules, sqs::send, topics, description.clock);
        parts.push(events);
        logs.onEvent(event -> {
            if (event.group().startsWith(EmbeddedLambda.logGroup(""))) {
                listener.functionLog(event.group().substring(EmbeddedLambda.logGroup("").length()), event.message());
            }
        });
        topics.onMessage(listener::published);
        lambda = new EmbeddedLambda(
                folder.resolve("functions"), description.functionsClassPath, description.functions, environment(), description.idleLimit, logs);
        parts.push(lambda);
        endpoint.queues(sqs.forwarder());
        endpoint.add(new StsService());
        endpoint.add(new LogsService(logs));
        endpoint.add(parameters);
        sageMaker = new SageMakerService(new SageMakerService.Setup(
                folder, s3.store(), logs, description.algorithms, System.getenv(), description.stopGrace, description.clock));
        parts.push(sageMaker);
        sageMaker.onEvent(listener::training);
        description.provocations.forEach(sageMaker::provoke);
        endpoint.add(sageMaker);
        stepFunctions = stepFunctions(description, machines);
        parts.push(stepFunctions);
        endpoint.add(stepFunctions);
        endpoint.open();
        // Last to start, first to end: no message is handed to what is not there.
        parts.push(sqs::stopServing);
        for (EventSourceMappingSpec mapping : description.mappings) {
            sqs.serve(mapping, this::invokeForQueue, e -> listener.broke(trace(e)));
        }
        s3.announceConfiguration();
        endpoint.health(new Health(this, started, description.clock));
        description.warmUp.forEach(this::warmUp);
    }

    private <T> CompletableFuture<T> starting(String part, Callable<T> start) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("start-" + part).start(() -> {
            long from = System.nanoTime();
            try {
                result.complete(start.call());
                startTimes.put(part, Duration.ofNanos(System.nanoTime() - from));
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private StepFunctionsService stepFunctions(Builder description, List<StateMachine> machines) throws IOException {
        StepFunctionsService.Builder service = StepFunctionsService.builder()
                .timing(description.timing)
                .folder(folder.resolve("executions"))
                .items((execution, bucket, key) -> {
                    listener.called(new AwsCall(WorkflowTasks.machine(execution), "s3:GetObject", "arn:aws:s3:::" + bucket + "/" + key));
                    try (InputStream in = s3.store().open(new S3Uri(bucket, key), null, null)) {
                        return in.readAllBytes();
                    }
                })
                .history((execution, event) -> {
                    if (execution.item() != null && event.type().equals("ExecutionStarted")) {
                        String machine = WorkflowTasks.machine(execution);
                        listener.called(new AwsCall(machine, "states:StartExecution", Arns.stateMachine(machine)));
                    }
                    listener.history(execution, event);
                })
                .ended(execution -> {
                    listener.ended(execution);
                    events.put(execution.statusChange());
                });
        new WorkflowTasks(lambda, topics, sageMaker, listener::called).register(service);
        machines.forEach(service::machine);
        return service.build();
    }

    private static List<StateMachine> load(Builder description) throws InvalidDefinition {
        List<StateMachine> machines = new ArrayList<>();
        for (StateMachineSpec spec : description.stateMachines) {
            machines.add(StateMachine.load(spec.name(), spec.definition(), spec.substitutions(), description.clock.instant()));
        }
        return machines;
    }

    private <T extends AutoCloseable> T started(CompletableFuture<T> starting, List<Exception> failures) throws InterruptedException {
        T part = finished(starting, failures);
        if (part != null) {
            parts.push(part);
        }
        return part;
    }

    private static <T> T finished(CompletableFuture<T> starting, List<Exception> failures) throws InterruptedException {
        try {
            return starting.get();
        } catch (ExecutionException e) {
            failures.add(e.getCause() instanceof Exception cause ? cause : e);
            return null;
        }
    }

    private Optional<String> invokeForQueue(String function, String event) throws InterruptedException {
        try {
            InvocationResult result = lambda.invoke(function, event);
            return result.failed() ? Optional.empty() : Optional.of(result.payload());
        } catch (IOException | EmbeddedLambda.NoSuchFunctionException e) {
            listener.broke(trace(e));
            return Optional.empty();
        }
    }

    /**
     * Starts a function's JVM ahead of its next invocation, unless there is one, as provisioned concurrency would. Nobody
     * waits for it; what goes wrong is told to the listener, and goes wrong again when the function is invoked.
     */
    public void warmUp(String function) {
        Thread.ofVirtual().name("warm-up-" + function).start(() -> {
            try {
                lambda.warmUp(function);
            } catch (IOException e) {
                listener.broke(trace(e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static String trace(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private final class S3Events implements EmbeddedS3.Events {
        @Override
        public void notification(String queue, String body) {
            try {
                sqs.send(queue, body);
                listener.notified(queue, body);
            } catch (RuntimeException e) {
                listener.broke(trace(e));
            }
        }

        @Override
        public void called(AwsCall call) {
            listener.called(call);
        }

        @Override
        public void created(ObjectCreated object) {
            try {
                events.put("aws.s3", "Object Created", List.of("arn:aws:s3:::" + object.bucket()), object.detail());
            } catch (RuntimeException e) {
                listener.broke(trace(e));
            }
        }
    }

    /** What the cloud consists of. Names refer to each other; what is referred to must be described too. */
    public static final class Builder {
        private final Path folder;
        private final List<BucketSpec> buckets = new ArrayList<>();
        private final List<QueueSpec> queues = new ArrayList<>();
        private final List<EventSourceMappingSpec> mappings = new ArrayList<>();
        private final List<FunctionSpec> functions = new ArrayList<>();
        private final Set<String> topics = new LinkedHashSet<>();
        private final List<RuleSpec> rules = new ArrayList<>();
        private final List<ScheduleSpec> schedules = new ArrayList<>();
        private final List<StateMachineSpec> stateMachines = new ArrayList<>();
        private final List<TrainingAlgorithm> algorithms = new ArrayList<>();
        private final List<Provocation> provocations = new ArrayList<>();
        private final List<String> warmUp = new ArrayList<>();
        private List<Path> functionsClassPath = List.of();
        private CloudListener listener = new CloudListener() {};
        private Clock clock = Clock.systemUTC();
        private Timing timing = Timing.system();
        private Duration idleLimit = Duration.ofSeconds(3);
        private Duration stopGrace = SageMakerService.STOP_GRACE;
        private int port;

        private Builder(Path folder) {
            this.folder = folder;
        }

        /** The packaged functions jar; folders and further jars in tests. */
        public Builder functionsClassPath(Path... jars) {
            functionsClassPath = List.of(jars);
            return this;
        }

        public Builder function(FunctionSpec function) {
            functions.add(function);
            return this;
        }

        public Builder queue(QueueSpec queue) {
            queues.add(queue);
            return this;
        }

        public Builder eventSourceMapping(EventSourceMappingSpec mapping) {
            mappings.add(mapping);
            return this;
        }

        public Builder bucket(BucketSpec bucket) {
            buckets.add(bucket);
            return this;
        }

        public Builder topic(String topic) {
            topics.add(topic);
            return this;
        }

        public Builder stateMachine(StateMachineSpec stateMachine) {
            stateMachines.add(stateMachine);
            return this;
        }

        /** What runs when a training job asks for its image. */
        public Builder algorithm(TrainingAlgorithm algorithm) {
            algorithms.add(algorithm);
            return this;
        }

        /** A fate of training jobs to come. */
        public Builder provocation(Provocation provocation) {
            provocations.add(provocation);
            return this;
        }

        public Builder rule(RuleSpec rule) {
            rules.add(rule);
            return this;
        }

        /** Fires when asked ({@code events().fireSchedule}), or by the clock after {@code events().startSchedules()}. */
        public Builder schedule(ScheduleSpec schedule) {
            schedules.add(schedule);
            return this;
        }

        /** Starts JVMs of these functions ahead of their first invocations, once the cloud is up; nobody waits for it. */
        public Builder warmUp(String... functions) {
            Collections.addAll(warmUp, functions);
            return this;
        }

        public Builder listener(CloudListener listener) {
            this.listener = listener;
            return this;
        }

        /** How long a function's JVM may wait for its next invocation; 3 s unless told otherwise, as each takes 100 MiB. */
        public Builder idleLimit(Duration limit) {
            this.idleLimit = limit;
            return this;
        }

        /** Clock and waits of state machines; the computer's own unless told otherwise. */
        public Builder timing(Timing timing) {
            this.timing = timing;
            return this;
        }

        /** Between SIGTERM and SIGKILL of a training job that is stopped; 120 s, as SageMaker, unless told otherwise. */
        public Builder stopGrace(Duration grace) {
            this.stopGrace = grace;
            return this;
        }

        /** Port of the cloud's address; 0, the default, for any free one. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /**
         * Starts it all.
         *
         * @throws IllegalArgumentException if the description contradicts itself
         * @throws IOException if a port is taken, the folder cannot be written, or a definition asks for what the
         *     interpreter does not do; nothing is left running
         */
        public EmbeddedCloud start() throws IOException, InterruptedException {
            check();
            EmbeddedCloud cloud = new EmbeddedCloud(this);
            boolean started = false;
            try {
                cloud.start(this);
                started = true;
                return cloud;
            } finally {
                if (!started) {
                    cloud.close();
                }
            }
        }

        private void check() {
            List<String> queueNames = queues.stream().map(QueueSpec::name).toList();
            List<String> functionNames = functions.stream().map(FunctionSpec::name).toList();
            for (QueueSpec queue : queues) {
                if (queue.deadLetterQueue() != null) {
                    known("queue " + queue.name(), "dead-letter queue", queue.deadLetterQueue(), queueNames);
                }
            }
            for (EventSourceMappingSpec mapping : mappings) {
                known("event source mapping", "queue", mapping.queue(), queueNames);
                known("event source mapping of " + mapping.queue(), "function", mapping.function(), functionNames);
            }
            for (BucketSpec bucket : buckets) {
                bucket.notifications().forEach(rule -> known("bucket " + bucket.name(), "queue", rule.queue(), queueNames));
            }
            for (RuleSpec rule : rules) {
                switch (rule.target()) {
                    case RuleSpec.Target.Queue queue -> known("rule " + rule.name(), "queue", queue.name(), queueNames);
                    case RuleSpec.Target.Topic topic -> known("rule " + rule.name(), "topic", topic.name(), topics);
                }
            }
            schedules.forEach(schedule -> known("schedule " + schedule.name(), "queue", schedule.queue(), queueNames));
            warmUp.forEach(function -> known("warm-up", "function", function, functionNames));
        }

        private static void known(String who, String what, String name, Collection<String> names) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException(who + " names the " + what + " \"" + name + "\", which is not described; there are " + names);
            }
        }
    }
}

package dev.truepipe.emulator.states;

import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.emulator.api.AwsJsonService;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Step Functions' API over the state machines it is given: start, describe, history, list, stop, redrive.
 *
 * <p>Executions run on virtual threads from {@code StartExecution} on. {@link #close} aborts those still running and lets
 * none start. What each state is given is written down when it is entered: an execution whose process was killed has FAILED
 * for a later service, and can be redriven from there.
 *
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/apireference/Welcome.html">API reference</a>
 */
public final class StepFunctionsService implements AwsJsonService, AutoCloseable {
    private static final Set<String> STATUSES = Set.of("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED");
    /** White space, brackets, wildcards, the characters that AWS calls special, and control characters. */
    private static final Pattern NOT_IN_NAMES = Pattern.compile("[\\s<>{}\\[\\]?*\"#%\\\\^|~`$&,;:/\\x00-\\x1f\\x7f-\\x9f]");
    private static final int MAX_NAME = 80;
    private static final Set<String> PAYLOADS = Set.of("input", "inputDetails", "output", "outputDetails", "parameters",
            "assignedVariables", "assignedVariablesDetails");

    private final Map<String, StateMachine> machines = new LinkedHashMap<>();
    private final Ports ports;
    private final ExecutionFolder folder;
    private final Map<String, Execution> executions = new ConcurrentHashMap<>();
    /** Held while an execution starts or is redriven: from then on it is written, found and running, or none of it. Guards {@code closed}. */
    private final Object starting = new Object();
    private boolean closed;

    private StepFunctionsService(Builder builder) throws IOException {
        folder = builder.folder == null ? null : new ExecutionFolder(builder.folder);
        StatusListener toldAfterWriting = record -> {
            if (folder != null) {
                folder.write(machineName(record), record);
            }
            builder.ended.told(record);
        };
        StatusListener reached = record -> {
            if (folder != null) {
                folder.write(machineName(record), record);
            }
        };
        ports = new Ports(Map.copyOf(builder.tasks), builder.items, builder.timing, builder.history, reached, toldAfterWriting,
                builder.branches);
        List<ExecutionRecord> killed = new ArrayList<>();
        for (StateMachine machine : builder.machines) {
            Set<String> missing = new TreeSet<>(machine.resources());
            missing.removeAll(ports.tasks().keySet());
            if (!missing.isEmpty()) {
                throw new IllegalArgumentException("state machine " + machine.name() + " uses " + missing
                        + ", for which no TaskIntegration was given; there is " + new TreeSet<>(ports.tasks().keySet()));
            }
            machines.put(machine.arn(), machine);
            if (folder != null) {
                for (ExecutionRecord record : folder.read(machine.name())) {
                    ExecutionRecord known = record.status().equals("RUNNING") ? record.killed(builder.timing.now()) : record;
                    executions.put(record.ref().arn(), new Execution(known, machine, ports));
                    if (known != record) {
                        killed.add(known);
                    }
                }
            }
        }
        killed.forEach(toldAfterWriting::told);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Puts a service together; what is not said has a default. */
    public static final class Builder {
        private final List<StateMachine> machines = new ArrayList<>();
        private final Map<String, TaskIntegration> tasks = new LinkedHashMap<>();
        private ItemReader items = (execution, bucket, key) -> {
            throw new IOException("no ItemReader was given");
        };
        private Timing timing = Timing.system();
        private HistoryListener history = (execution, event) -> {};
        private StatusListener ended = execution -> {};
        private Consumer<String> branches = branch -> {};
        private Path folder;

        private Builder() {}

        public Builder machine(StateMachine machine) {
            machines.add(machine);
            return this;
        }

        /** @param resource a Task's {@code Resource}, whole, such as {@code arn:aws:states:::sns:publish} */
        public Builder task(String resource, TaskIntegration integration) {
            tasks.put(resource, integration);
            return this;
        }

        /** Needed by machines with a Distributed Map. */
        public Builder items(ItemReader reader) {
            items = reader;
            return this;
        }

        /** {@link Timing#system} unless said. */
        public Builder timing(Timing clock) {
            timing = clock;
            return this;
        }

        /** Hears every event of every execution. */
        public Builder history(HistoryListener listener) {
            history = listener;
            return this;
        }

        /** Hears of every end, after the execution's file was written. */
        public Builder ended(StatusListener listener) {
            ended = listener;
            return this;
        }

        /** Hears of every rule, retrier and catcher taken; see {@link Ports}. */
        Builder branches(Consumer<String> listener) {
            branches = listener;
            return this;
        }

        /** Where executions are written, as {@code <machine>/<name>.json}, and found again by a later service. */
        public Builder folder(Path directory) {
            folder = directory;
            return this;
        }

        /**
         * @throws IllegalArgumentException if a machine uses a resource for which there is no task
         * @throws IOException if a record in the folder cannot be read
         */
        public StepFunctionsService build() throws IOException {
            return new StepFunctionsService(this);
        }
    }

    @Override
    public String targetPrefix() {
        return "AWSStepFunctions";
    }

    @Override
    public Map<String, Object> call(String operation, Map<String, Object> request) throws AwsError {
        return switch (operation) {
            case "StartExecution" -> {
                only(operation, request, "stateMachineArn", "name", "input", "traceHeader");
                yield startExecution(request);
            }
            case "DescribeExecution" -> {
                only(operation, request, "executionArn", "includedData");
                yield describe(execution(request));
            }
            case "GetExecutionHistory" -> {
                only(operation, request, "executionArn", "maxResults", "reverseOrder", "nextToken", "includeExecutionData");
                yield history(request);
            }
            case "ListExecutions" -> {
                only(operation, request, "stateMachineArn", "statusFilter", "maxResults", "nextToken");
                yield list(request);
            }
            case "StopExecution" -> {
                only(operation, request, "executionArn", "error", "cause");
                yield stop(request);
            }
            case "RedriveExecution" -> {
                only(operation, request, "executionArn", "clientToken");
                yield redrive(request);
            }
            case "DescribeStateMachine" -> {
                only(operation, request, "stateMachineArn", "includedData");
                yield describeMachine(machine(request));
            }
            case "ListStateMachines" -> {
                only(operation, request, "maxResults", "nextToken");
                yield Map.of("stateMachines", machines.values().stream().map(StepFunctionsService::listed).toList());
            }
            default -> throw new AwsError("UnknownOperationException",
                    "the embedded Step Functions does not do " + operation + "; see docs/fidelity.md for what it does");
        };
    }

    /**
     * Waits for an execution's end, by the computer's clock.
     *
     * @throws TimeoutException if it has not ended by then; it goes on
     * @throws IllegalArgumentException if there is no such execution
     */
    public ExecutionRecord await(String executionArn, Duration limit) throws InterruptedException, TimeoutException {
        try {
            return find(executionArn).ended().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("an execution's end never fails to come: " + executionArn, e);
        } catch (TimeoutException e) {
            throw new TimeoutException(executionArn + " has not ended within " + limit.toSeconds() + " s");
        } catch (AwsError e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** How many executions there are of each status. */
    public Map<String, Object> statuses() {
        Map<String, Object> counts = new TreeMap<>();
        executions.values().forEach(execution -> counts.merge(execution.status(), 1L, (a, b) -> (Long) a + (Long) b));
        return counts;
    }

    /** An execution as it stands. @throws IllegalArgumentException if there is no such execution */
    public ExecutionRecord record(String executionArn) {
        try {
            return find(executionArn).record();
        } catch (AwsError e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** The file that an execution leaves behind when it ends. @throws IllegalStateException if no folder was given */
    public Path file(ExecutionRef execution, StateMachine machine) {
        if (folder == null) {
            throw new IllegalStateException("no folder was given for executions");
        }
        return folder.file(machine.name(), execution.name());
    }

    /** Aborts what is still running and waits until it has ended, at most a minute. */
    @Override
    public void close() {
        synchronized (starting) {
            closed = true;
        }
        List<CompletableFuture<ExecutionRecord>> ends = new ArrayList<>();
        for (Execution execution : executions.values()) {
            execution.abort("Embedded.Closed", "The embedded cloud was shut down while this ran.");
            ends.add(execution.ended());
        }
        try {
            CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get(1, TimeUnit.MINUTES);
        } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
            throw new IllegalStateException("executions did not end within a minute of being aborted", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while executions were ending", e);
        }
    }

    private Map<String, Object> startExecution(Map<String, Object> request) throws AwsError {
        StateMachine machine = machine(request);
        String name = string(request, "name", UUID.randomUUID().toString());
        if (name.isEmpty() || name.length() > MAX_NAME || NOT_IN_NAMES.matcher(name).find()) {
            throw new AwsError("InvalidName", "Invalid Name: '" + name + "': 1 to 80 characters, without white space, "
                    + "< > { } [ ] ? * \" # % \\ ^ | ~ ` $ & , ; : / and control characters");
        }
        String text = string(request, "input", "{}");
        if (text.getBytes(StandardCharsets.UTF_8).length > Payload.MAX_BYTES) {
            throw new AwsError("ValidationException", "input has more than " + Payload.MAX_BYTES + " bytes");
        }
        Object input;
        try {
            input = Payload.copy(Json.parse(text));
        } catch (IOException e) {
            throw new AwsError("InvalidExecutionInput", "Invalid State Machine Execution Input: " + e.getMessage());
        }
        ExecutionRef ref = new ExecutionRef(machine.arn().replace(":stateMachine:", ":execution:") + ":" + name, name, null);
        Execution there;
        synchronized (starting) {
            open();
            there = executions.get(ref.arn());
            if (there == null) {
                there = new Execution(ref, machine, machine.flow(), ports, input);
                ports.reached().told(there.record());
                executions.put(ref.arn(), there);
                there.start();
            } else if (!there.isRunning() || !Objects.equals(there.input(), input)) {
                throw new AwsError("ExecutionAlreadyExists", "Execution Already Exists: '" + ref.arn() + "'");
            }
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("executionArn", ref.arn());
        answer.put("startDate", Epoch.seconds(there.startDate()));
        return answer;
    }

    private static Map<String, Object> describe(Execution execution) {
        ExecutionRecord record = execution.record();
        Map<String, Object> answer = listed(record);
        answer.put("input", Json.text(record.input()));
        answer.put("inputDetails", Map.of("included", true));
        if (record.status().equals("SUCCEEDED")) {
            answer.put("output", Json.text(record.output()));
            answer.put("outputDetails", Map.of("included", true));
        }
        if (record.error() != null) {
            answer.put("error", record.error());
        }
        if (record.cause() != null) {
            answer.put("cause", record.cause());
        }
        boolean redrivable = redrivable(record);
        String by = record.ref().item() == null ? "REDRIVABLE" : "REDRIVABLE_BY_MAP_RUN";
        answer.put("redriveStatus", redrivable ? by : "NOT_REDRIVABLE");
        if (!redrivable) {
            answer.put("redriveStatusReason", "Execution is " + record.status() + " and cannot be redriven");
        }
        return answer;
    }

    private static boolean redrivable(ExecutionRecord record) {
        return !record.status().equals("RUNNING") && record.resume() != null;
    }

    private static Map<String, Object> listed(ExecutionRecord record) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("executionArn", record.ref().arn());
        answer.put("stateMachineArn", record.stateMachineArn());
        answer.put("name", record.ref().name());
        answer.put("status", record.status());
        answer.put("startDate", Epoch.seconds(record.startDate()));
        if (record.stopDate() != null) {
            answer.put("stopDate", Epoch.seconds(record.stopDate()));
        }
        answer.put("redriveCount", (long) record.redriveCount());
        if (record.redriveDate() != null) {
            answer.put("redriveDate", Epoch.seconds(record.redriveDate()));
        }
        if (record.ref().item() != null) {
            answer.put("mapRunArn", record.ref().item().mapRunArn());
        }
        return answer;
    }

    private Map<String, Object> history(Map<String, Object> request) throws AwsError {
        Execution execution = execution(request);
        boolean payloads = !Boolean.FALSE.equals(request.get("includeExecutionData"));
        List<Map<String, Object>> events = new ArrayList<>();
        for (HistoryEvent event : execution.history().events()) {
            HistoryEvent shown = event;
            if (!payloads) {
                Map<String, Object> details = new LinkedHashMap<>(event.details());
                details.keySet().removeAll(PAYLOADS);
                shown = new HistoryEvent(event.id(), event.previousEventId(), event.timestamp(), event.type(), event.state(), details);
            }
            events.add(shown.toJson());
        }
        return page(request, "events", Boolean.TRUE.equals(request.get("reverseOrder")) ? events.reversed() : events);
    }

    private Map<String, Object> list(Map<String, Object> request) throws AwsError {
        StateMachine machine = machine(request);
        String status = string(request, "statusFilter", null);
        if (status != null && !STATUSES.contains(status)) {
            throw new AwsError("ValidationException", "statusFilter must be one of " + new TreeSet<>(STATUSES) + ", was " + status);
        }
        List<Map<String, Object>> found = executions.values().stream()
                .filter(execution -> execution.machine().arn().equals(machine.arn()))
                .map(Execution::record)
                .filter(record -> status == null || record.status().equals(status))
                .sorted(Comparator.comparing(ExecutionRecord::startDate).reversed().thenComparing(r -> r.ref().name()))
                .map(StepFunctionsService::listed)
                .toList();
        return page(request, "executions", found);
    }

    private static Map<String, Object> page(Map<String, Object> request, String name, List<Map<String, Object>> all) throws AwsError {
        long size = request.get("maxResults") instanceof Number number ? number.longValue() : 100;
        if (size < 0 || size > 1_000) {
            throw new AwsError("ValidationException", "maxResults must be 0 to 1000, was " + size);
        }
        size = size == 0 ? 100 : size;
        int from = 0;
        String token = string(request, "nextToken", null);
        if (token != null) {
            try {
                from = Integer.parseInt(new String(Base64.getDecoder().decode(token), StandardCharsets.US_ASCII));
            } catch (IllegalArgumentException e) {
                throw new AwsError("InvalidToken", "Invalid Token: '" + token + "'");
            }
            if (from < 0 || from > all.size()) {
                throw new AwsError("InvalidToken", "Invalid Token: '" + token + "'");
            }
        }
        int to = (int) Math.min(all.size(), from + size);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(name, all.subList(from, to));
        if (to < all.size()) {
            answer.put("nextToken", Base64.getEncoder().encodeToString(Integer.toString(to).getBytes(StandardCharsets.US_ASCII)));
        }
        return answer;
    }

    private Map<String, Object> stop(Map<String, Object> request) throws AwsError {
        Execution execution = execution(request);
        execution.abort(string(request, "error", null), string(request, "cause", null));
        return Map.of("stopDate", Epoch.seconds(ports.timing().now()));
    }

    private Map<String, Object> redrive(Map<String, Object> request) throws AwsError {
        Execution execution = execution(request);
        if (execution.ref().item() != null) {
            throw new AwsError("ExecutionNotRedrivable", "A child of a Map is redriven with its parent, "
                    + execution.ref().item().parentArn());
        }
        synchronized (starting) {
            open();
            String state = execution.failedState();
            if (state != null && !execution.flow().states().containsKey(state)) {
                throw new AwsError("ExecutionNotRedrivable", "It stopped in state " + state + ", which the state machine no longer has");
            }
            if (!execution.redriveIfEnded()) {
                throw new AwsError("ExecutionNotRedrivable", "Execution is " + execution.status() + " and cannot be redriven");
            }
        }
        return Map.of("redriveDate", Epoch.seconds(execution.redriveDate()));
    }

    private static Map<String, Object> describeMachine(StateMachine machine) {
        Map<String, Object> answer = listed(machine);
        answer.put("status", "ACTIVE");
        answer.put("definition", machine.text());
        answer.put("roleArn", Interpreter.ROLE);
        return answer;
    }

    private static Map<String, Object> listed(StateMachine machine) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("stateMachineArn", machine.arn());
        answer.put("name", machine.name());
        answer.put("type", "STANDARD");
        answer.put("creationDate", Epoch.seconds(machine.created()));
        return answer;
    }

    private StateMachine machine(Map<String, Object> request) throws AwsError {
        String arn = string(request, "stateMachineArn", null);
        if (arn == null) {
            throw new AwsError("ValidationException", "stateMachineArn is missing");
        }
        StateMachine machine = machines.get(arn);
        if (machine == null) {
            throw new AwsError("StateMachineDoesNotExist", "State Machine Does Not Exist: '" + arn + "'; there is " + machines.keySet());
        }
        return machine;
    }

    private Execution execution(Map<String, Object> request) throws AwsError {
        String arn = string(request, "executionArn", null);
        if (arn == null) {
            throw new AwsError("ValidationException", "executionArn is missing");
        }
        return find(arn);
    }

    private Execution find(String arn) throws AwsError {
        Execution found = executions.get(arn);
        if (found == null && arn.contains("/")) {
            found = executions.values().stream().map(parent -> parent.child(arn)).filter(Objects::nonNull).findFirst().orElse(null);
        }
        if (found == null) {
            throw new AwsError("ExecutionDoesNotExist", "Execution Does Not Exist: '" + arn + "'");
        }
        return found;
    }

    /** Call it holding {@code starting}. */
    private void open() throws AwsError {
        if (closed) {
            throw new AwsError("ServiceUnavailable", "the embedded cloud is shutting down");
        }
    }

    private static String machineName(ExecutionRecord record) {
        return record.stateMachineArn().substring(record.stateMachineArn().lastIndexOf(':') + 1);
    }

    private static void only(String operation, Map<String, Object> request, String... fields) throws AwsError {
        for (String field : request.keySet()) {
            if (!List.of(fields).contains(field)) {
                throw new AwsError("ValidationException", operation + ": the embedded Step Functions does not know the field "
                        + field + "; it knows " + List.of(fields));
            }
        }
    }

    private static String string(Map<String, Object> request, String field, String otherwise) throws AwsError {
        return switch (request.get(field)) {
            case null -> otherwise;
            case String text -> text;
            case Object other -> throw new AwsError("ValidationException", field + " must be a string, is " + Payload.kind(other));
        };
    }
}

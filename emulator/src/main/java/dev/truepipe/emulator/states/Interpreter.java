package dev.truepipe.emulator.states;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.states.Execution.MapRun;
import dev.truepipe.emulator.states.Execution.TimedOut;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Walks one execution from state to state, on the thread that calls {@link #run}. */
final class Interpreter {
    static final String ROLE = Arns.role("states");
    private static final int MAX_CHILDREN = 10_000;
    private static final int MAX_INLINE = 40;

    private final Execution execution;
    private final Ports ports;
    private final History history;
    private final Frame root;

    /** Where a walk is: its variables, its item if it is inside a Map, and the last event it wrote. */
    private static final class Frame {
        final Frame outer;
        final Map<String, Object> own = new LinkedHashMap<>();
        final Map<String, Object> mapItem;
        long last;

        Frame(Frame outer, Map<String, Object> mapItem, long last) {
            this.outer = outer;
            this.mapItem = mapItem;
            this.last = last;
        }

        Map<String, Object> variables() {
            if (outer == null) {
                return new LinkedHashMap<>(own);
            }
            Map<String, Object> all = outer.variables();
            all.putAll(own);
            return all;
        }
    }

    /** @param next {@code null} at the end */
    private record Step(Object output, String next) {}

    Interpreter(Execution execution, Map<String, Object> variables) {
        this.execution = execution;
        this.ports = execution.ports();
        this.history = execution.history();
        this.root = new Frame(null, null, history.last());
        this.root.own.putAll(variables);
    }

    /** Walks to the end. @return the execution's output */
    Object run(String from, Object input) throws Fault, InterruptedException, TimedOut {
        root.last = history.last();
        return walk(root, execution.flow(), from, input);
    }

    private Object walk(Frame frame, State.Flow flow, String from, Object input) throws Fault, InterruptedException, TimedOut {
        String name = from;
        Object current = Payload.copy(input);
        while (name != null) {
            if (Thread.interrupted()) {
                throw new InterruptedException("execution is to stop");
            }
            if (frame == root) {
                execution.at(name, current, root.own);
            }
            Step step = enter(frame, name, flow.states().get(name), current);
            current = Payload.copy(step.output());
            name = step.next();
        }
        return current;
    }

    private Step enter(Frame frame, String name, State state, Object input) throws Fault, InterruptedException, TimedOut {
        Instant entered = ports.timing().now();
        write(frame, state.type() + "StateEntered", name, "name", name,
                "input", Payload.text(input, "the input of state '" + name + "'"), "inputDetails", History.notTruncated());
        Scope scope = scope(frame, name, input, entered, 0);
        try {
            return switch (state) {
                case State.Task task -> guarded(frame, name, state, input, entered, task.retry(), task.catches(), task.leaving(),
                        inside -> call(frame, name, task, inside));
                case State.MapOver map -> guarded(frame, name, state, input, entered, map.retry(), map.catches(), map.leaving(),
                        inside -> map(frame, name, map, inside));
                case State.Pass pass -> leave(frame, name, state, scope, pass.leaving(), input, false);
                case State.Wait wait -> {
                    pause(wait, scope);
                    yield leave(frame, name, state, scope, wait.leaving(), input, false);
                }
                case State.Choice choice -> choose(frame, name, choice, scope, input);
                case State.Succeed succeed -> leave(frame, name, state, scope,
                        new State.Leaving(succeed.output(), Map.of(), null), input, false);
                case State.Fail fail -> throw new Fault(
                        fail.error() == null ? "" : string(fail.error(), scope, "Error"),
                        fail.cause() == null ? null : string(fail.cause(), scope, "Cause"));
            };
        } catch (Fault fault) {
            if (fault.error().equals(Fault.QUERY)) {
                write(frame, "EvaluationFailed", name, "state", name, "error", fault.error(), "cause", fault.cause());
            }
            throw fault;
        }
    }

    private interface Work {
        Object of(Scope scope) throws Fault, InterruptedException, TimedOut;
    }

    /** Runs a Task's or a Map's work with its Retry and Catch; both also guard the evaluation of Output and Assign. */
    private Step guarded(
            Frame frame, String name, State state, Object input, Instant entered,
            List<State.Retrier> retry, List<State.Catcher> catches, State.Leaving leaving, Work work)
            throws Fault, InterruptedException, TimedOut {
        int[] used = new int[retry.size()];
        while (true) {
            Scope scope = scope(frame, name, input, entered, Arrays.stream(used).sum());
            try {
                Object result = Payload.copy(work.of(scope));
                Payload.text(result, "the result of state '" + name + "'");
                return leave(frame, name, state, scope.with("result", result), leaving, result, false);
            } catch (Fault fault) {
                int retrier = first(retry.stream().map(State.Retrier::errorEquals).toList(), fault);
                if (retrier >= 0 && used[retrier] < retry.get(retrier).maxAttempts()) {
                    ports.branches().accept(name + ".Retry[" + retrier + "]");
                    execution.sleep(delay(retry.get(retrier), used[retrier]++));
                    continue;
                }
                int catcher = first(catches.stream().map(State.Catcher::errorEquals).toList(), fault);
                if (catcher < 0) {
                    throw fault;
                }
                ports.branches().accept(name + ".Catch[" + catcher + "]");
                Map<String, Object> errorOutput = new LinkedHashMap<>();
                errorOutput.put("Error", fault.error());
                if (fault.cause() != null) {
                    errorOutput.put("Cause", fault.cause());
                }
                return leave(frame, name, state, scope.with("errorOutput", errorOutput), catches.get(catcher).leaving(), errorOutput, true);
            }
        }
    }

    private static int first(List<List<String>> errorEquals, Fault fault) {
        for (int i = 0; i < errorEquals.size(); i++) {
            if (fault.isTakenBy(errorEquals.get(i))) {
                return i;
            }
        }
        return -1;
    }

    /** @param before how often this retrier was used before */
    static Duration delay(State.Retrier retrier, int before) {
        double seconds = Math.min(retrier.maxDelaySeconds(), retrier.intervalSeconds() * Math.pow(retrier.backoffRate(), before));
        double waited = retrier.jitter() ? ThreadLocalRandom.current().nextDouble() * seconds : seconds;
        return Duration.ofMillis((long) (Math.min(waited, 99_999_999) * 1000));
    }

    private Object call(Frame frame, String name, State.Task task, Scope scope) throws Fault, InterruptedException, TimedOut {
        Object arguments = task.arguments() == null ? scope.states().get("input") : task.arguments().evaluate(scope, "Arguments");
        String parameters = Payload.text(arguments, "Arguments of state '" + name + "'");
        if (!(arguments instanceof Map<?, ?>)) {
            throw new Fault(Fault.RUNTIME, "Arguments of state '" + name + "' must give an object, gave " + Payload.kind(arguments));
        }
        Long seconds = task.timeoutSeconds() == null ? null : whole(task.timeoutSeconds(), scope, "TimeoutSeconds", 1);
        Instant deadline = seconds == null ? Instant.MAX : ports.timing().now().plusSeconds(seconds);
        String type = task.resource().replaceFirst("^arn:[^:]*:states:[^:]*:[^:]*:", "");
        String action = type.substring(type.lastIndexOf(':') + 1);
        String service = type.substring(0, Math.max(0, type.length() - action.length() - 1));
        write(frame, "TaskScheduled", name, "resourceType", service, "resource", action, "region", Arns.REGION,
                "parameters", parameters, "timeoutInSeconds", seconds);
        write(frame, "TaskStarted", name, "resourceType", service, "resource", action);
        int retry = ((Number) Json.object(Json.object(scope.states().get("context")).get("State")).get("RetryCount")).intValue();
        TaskCall call = new TaskCall(
                task.resource(), Json.object(Payload.copy(arguments)), deadline, execution.ref(), name, retry);
        try {
            Object result = perform(call, deadline);
            String output = Payload.text(result, "the result of state '" + name + "'");
            write(frame, "TaskSucceeded", name, "resourceType", service, "resource", action,
                    "output", output, "outputDetails", History.notTruncated());
            return result;
        } catch (Fault fault) {
            write(frame, fault.error().equals(Fault.TIMEOUT) ? "TaskTimedOut" : "TaskFailed", name,
                    "resourceType", service, "resource", action, "error", fault.error(), "cause", fault.cause());
            throw fault;
        }
    }

    private Object perform(TaskCall call, Instant deadline) throws Fault, InterruptedException, TimedOut {
        TaskIntegration integration = ports.tasks().get(call.resource());
        CompletableFuture<Object> result = new CompletableFuture<>();
        Thread worker = Thread.ofVirtual().name("task " + call.state()).start(() -> {
            try {
                result.complete(integration.run(call));
            } catch (TaskFailed | InterruptedException | RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        boolean done = false;
        try {
            done = execution.await(result, deadline);
        } finally {
            if (!done) {
                worker.interrupt();
            }
        }
        if (!done) {
            throw new Fault(Fault.TIMEOUT, "The task in state '" + call.state() + "' took longer than its TimeoutSeconds.");
        }
        return switch (result.state()) {
            case SUCCESS -> result.resultNow();
            default -> throw failure(call, result.exceptionNow());
        };
    }

    private static Fault failure(TaskCall call, Throwable thrown) {
        Fault fault = switch (thrown) {
            case TaskFailed failed -> new Fault(failed.error(), failed.cause());
            default -> new Fault(Fault.RUNTIME, "The embedded " + call.resource() + " broke in state '" + call.state() + "': " + thrown);
        };
        fault.initCause(thrown);
        return fault;
    }

    private void pause(State.Wait wait, Scope scope) throws Fault, InterruptedException, TimedOut {
        if (wait.seconds() != null) {
            execution.sleep(Duration.ofSeconds(whole(wait.seconds(), scope, "Seconds", 0)));
            return;
        }
        String text = string(wait.timestamp(), scope, "Timestamp");
        try {
            Duration left = Duration.between(ports.timing().now(), Instant.parse(text));
            if (left.isPositive()) {
                execution.sleep(left);
            }
        } catch (DateTimeException e) {
            throw new Fault(Fault.QUERY, "Timestamp of state '" + scope.state() + "' is not ISO 8601 with a zone: " + text);
        }
    }

    private Step choose(Frame frame, String name, State.Choice choice, Scope scope, Object input) throws Fault {
        for (int i = 0; i < choice.rules().size(); i++) {
            State.Rule rule = choice.rules().get(i);
            Object holds = rule.condition().evaluate(scope, "Choices[" + i + "].Condition");
            if (!(holds instanceof Boolean)) {
                throw new Fault(Fault.QUERY, "Choices[" + i + "].Condition of state '" + name + "' must give a boolean, gave " + Payload.kind(holds));
            }
            if ((Boolean) holds) {
                ports.branches().accept(name + ".Choices[" + i + "]");
                return leave(frame, name, choice, scope, rule.leaving(), input, false);
            }
        }
        if (choice.otherwise() == null) {
            throw new Fault(Fault.NO_CHOICE, "No rule of Choice '" + name + "' holds, and it has no Default.");
        }
        ports.branches().accept(name + ".Default");
        return leave(frame, name, choice, scope, choice.otherwise(), input, false);
    }

    /** Output and Assign both see the variables as they were, so each is evaluated before either counts. */
    private Step leave(Frame frame, String name, State state, Scope scope, State.Leaving leaving, Object otherwise, boolean caught)
            throws Fault {
        Object output = leaving.output() == null ? otherwise : leaving.output().evaluate(scope, "Output");
        String text = Payload.text(output, "the output of state '" + name + "'");
        Map<String, Object> assigned = new LinkedHashMap<>();
        Map<String, Object> texts = new LinkedHashMap<>();
        for (Map.Entry<String, Template> variable : leaving.assign().entrySet()) {
            Object value = variable.getValue().evaluate(scope, "Assign." + variable.getKey());
            texts.put(variable.getKey(), Payload.text(value, "variable $" + variable.getKey() + " of state '" + name + "'"));
            assigned.put(variable.getKey(), Payload.copy(value));
        }
        frame.own.putAll(assigned);
        if (state instanceof State.MapOver && !caught) {
            write(frame, "MapStateSucceeded", name);
        }
        write(frame, state.type() + "StateExited", name, "name", name, "output", text, "outputDetails", History.notTruncated(),
                "assignedVariables", texts.isEmpty() ? null : texts,
                "assignedVariablesDetails", texts.isEmpty() ? null : History.notTruncated());
        return new Step(output, leaving.next());
    }

    private Object map(Frame frame, String name, State.MapOver map, Scope scope) throws Fault, InterruptedException, TimedOut {
        try {
            return map.distributed() ? distributed(frame, name, map, scope) : inline(frame, name, map, scope);
        } catch (Fault fault) {
            write(frame, "MapStateFailed", name, "error", fault.error(), "cause", fault.cause());
            throw fault;
        }
    }

    private Object inline(Frame frame, String name, State.MapOver map, Scope scope) throws Fault, InterruptedException, TimedOut {
        List<Object> items = items(map, scope);
        int concurrency = concurrency(map, scope, MAX_INLINE);
        List<Object> inputs = inputs(map, scope, items);
        write(frame, "MapStateStarted", name, "length", (long) items.size());
        long started = frame.last;
        Object[] results = new Object[items.size()];
        AtomicInteger next = new AtomicInteger();
        CompletableFuture<Void> all = new CompletableFuture<>();
        AtomicInteger left = new AtomicInteger(items.size());
        List<Thread> workers = new ArrayList<>();
        List<CompletableFuture<Void>> gone = new ArrayList<>();
        for (int w = 0; w < Math.min(concurrency, items.size()); w++) {
            CompletableFuture<Void> end = new CompletableFuture<>();
            gone.add(end);
            workers.add(Thread.ofVirtual().name("map " + name).unstarted(() -> {
                for (int i = next.getAndIncrement(); i < items.size(); i = next.getAndIncrement()) {
                    Frame inner = new Frame(frame, item(i, items.get(i)), started);
                    write(inner, "MapIterationStarted", name, "name", name, "index", (long) i);
                    try {
                        results[i] = walk(inner, map.processor(), map.processor().startAt(), inputs.get(i));
                        write(inner, "MapIterationSucceeded", name, "name", name, "index", (long) i);
                    } catch (Fault | TimedOut | InterruptedException | RuntimeException | Error e) {
                        if (!(e instanceof InterruptedException)) {
                            write(inner, "MapIterationFailed", name, "name", name, "index", (long) i);
                        }
                        all.completeExceptionally(e);
                        break;
                    }
                    if (left.decrementAndGet() == 0) {
                        all.complete(null);
                    }
                }
                end.complete(null);
            }));
        }
        if (items.isEmpty()) {
            all.complete(null);
        }
        workers.forEach(Thread::start);
        try {
            execution.await(all, Instant.MAX);
        } finally {
            workers.forEach(Thread::interrupt);
            // They end at once, as nobody waits for their tasks; and none may write on when the Map has ended.
            CompletableFuture.allOf(gone.toArray(CompletableFuture[]::new)).join();
        }
        frame.last = history.last();
        if (all.isCompletedExceptionally()) {
            switch (all.exceptionNow()) {
                case Fault fault -> throw fault;
                case TimedOut e -> throw e;
                case InterruptedException e -> throw e;
                case Throwable e -> throw new IllegalStateException("the interpreter broke in an item of Map " + name, e);
            }
        }
        return Arrays.asList(results);
    }

    private Object distributed(Frame frame, String name, State.MapOver map, Scope scope) throws Fault, InterruptedException, TimedOut {
        MapRun run = execution.unfinished(name);
        boolean again = run != null;
        int concurrency = concurrency(map, scope, MAX_CHILDREN);
        if (!again) {
            List<Object> inputs = inputs(map, scope, items(map, scope));
            int nth = execution.mapRunCount();
            String id = uuid(execution.ref().arn() + " " + name + " " + nth);
            String arn = execution.machine().arn().replace(":stateMachine:", ":mapRun:") + "/" + name + ":" + id;
            run = new MapRun(arn, name, inputs);
            execution.add(run);
        }
        MapRun mapRun = run;
        write(frame, "MapStateStarted", name, "length", (long) mapRun.inputs.size());
        write(frame, again ? "MapRunRedriven" : "MapRunStarted", name, "mapRunArn", mapRun.arn,
                "redriveCount", again ? (long) execution.redriveCount() : null);
        boolean succeeded = work(mapRun, map, concurrency);
        if (!succeeded) {
            String words = "The specified tolerated failure threshold was exceeded";
            write(frame, "MapRunFailed", name, "error", Fault.TOLERANCE, "cause", words);
            throw new Fault(Fault.TOLERANCE, words);
        }
        mapRun.succeeded();
        write(frame, "MapRunSucceeded", name);
        List<Object> results = new ArrayList<>();
        for (Execution child : mapRun.children) {
            results.add(child.output());
        }
        return results;
    }

    /** Runs every child that has not succeeded yet; the first that fails ends the run. @return whether all succeeded */
    private boolean work(MapRun run, State.MapOver map, int concurrency) throws InterruptedException, TimedOut {
        List<Integer> open = new ArrayList<>();
        for (int i = 0; i < run.inputs.size(); i++) {
            if (i >= run.children.size() || !run.children.get(i).status().equals("SUCCEEDED")) {
                open.add(i);
            }
        }
        CompletableFuture<Boolean> all = new CompletableFuture<>();
        if (open.isEmpty()) {
            all.complete(true);
        }
        AtomicInteger next = new AtomicInteger();
        AtomicInteger left = new AtomicInteger(open.size());
        Runnable startOne = new Runnable() {
            @Override
            public void run() {
                Execution child;
                synchronized (run) {
                    if (all.isDone() || next.get() >= open.size()) {
                        return;
                    }
                    child = child(run, map, open.get(next.getAndIncrement()));
                }
                child.ended().thenAccept(record -> {
                    if (!record.status().equals("SUCCEEDED")) {
                        all.complete(false);
                    } else if (left.decrementAndGet() == 0) {
                        all.complete(true);
                    } else {
                        run();
                    }
                });
            }
        };
        boolean done = false;
        try {
            for (int i = 0; i < Math.min(concurrency, open.size()); i++) {
                startOne.run();
            }
            execution.await(all, Instant.MAX);
            done = true;
            return all.resultNow();
        } finally {
            if (!done || !all.resultNow()) {
                all.complete(false);
                List<Execution> begun;
                synchronized (run) {
                    begun = List.copyOf(run.children);
                }
                begun.forEach(child -> child.abort("States.MapRunStopped", "The Map this item belongs to ended early."));
                // They end at once, as nobody waits for their tasks; and none may run on when the Map has failed.
                CompletableFuture.allOf(begun.stream().map(Execution::ended).toArray(CompletableFuture[]::new)).join();
            }
        }
    }

    /** Starts the child of an item, or starts it again. Call with the run locked. */
    private Execution child(MapRun run, State.MapOver map, int index) {
        Execution child;
        if (index < run.children.size()) {
            child = run.children.get(index);
            child.redrive();
            return child;
        }
        String id = uuid(run.arn + " " + index);
        String arn = run.arn.substring(0, run.arn.lastIndexOf(':')).replace(":mapRun:", ":execution:") + ":" + id;
        ExecutionRef ref = new ExecutionRef(arn, id, new ExecutionRef.Item(run.arn, run.state, index, execution.ref().arn()));
        child = new Execution(ref, execution.machine(), map.processor(), ports, run.inputs.get(index));
        run.children.add(child);
        child.start();
        return child;
    }

    private List<Object> items(State.MapOver map, Scope scope) throws Fault {
        Object items;
        String whence;
        if (map.reader() != null) {
            Map<String, Object> object = Json.object(map.reader().arguments().evaluate(scope, "ItemReader/Arguments"));
            whence = "s3://" + object.get("Bucket") + "/" + object.get("Key");
            try {
                items = Json.parse(ports.items().read(execution.ref(), (String) object.get("Bucket"), (String) object.get("Key")));
            } catch (IOException e) {
                throw new Fault(Fault.ITEM_READER, "State '" + scope.state() + "' cannot read its items from " + whence + ": " + e.getMessage());
            }
            if (!(items instanceof List<?>)) {
                throw new Fault(Fault.ITEM_READER, whence + ", read by state '" + scope.state() + "', must hold a JSON array, holds " + Payload.kind(items));
            }
        } else {
            items = map.items() == null ? scope.states().get("input") : map.items().evaluate(scope, "Items");
            if (!(items instanceof List<?>)) {
                throw new Fault(Fault.QUERY, "The items of state '" + scope.state() + "' must be an array, are " + Payload.kind(items));
            }
        }
        return Json.array(Payload.copy(items));
    }

    private List<Object> inputs(State.MapOver map, Scope scope, List<Object> items) throws Fault {
        if (map.itemSelector() == null) {
            return items;
        }
        List<Object> inputs = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Map<String, Object> context = new LinkedHashMap<>(Json.object(scope.states().get("context")));
            context.put("Map", item(i, items.get(i)));
            inputs.add(map.itemSelector().evaluate(scope.with("context", context), "ItemSelector"));
        }
        return inputs;
    }

    private int concurrency(State.MapOver map, Scope scope, int most) throws Fault {
        long wanted = map.maxConcurrency() == null ? 0 : whole(map.maxConcurrency(), scope, "MaxConcurrency", 0);
        return wanted == 0 ? most : (int) Math.min(wanted, most);
    }

    private static Map<String, Object> item(int index, Object value) {
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("Index", (long) index);
        item.put("Value", value);
        return Map.of("Item", item);
    }

    private Scope scope(Frame frame, String name, Object input, Instant entered, int retries) {
        Map<String, Object> of = new LinkedHashMap<>();
        of.put("Id", execution.ref().arn());
        of.put("Input", execution.input());
        of.put("Name", execution.ref().name());
        of.put("RoleArn", ROLE);
        of.put("StartTime", execution.startDate().toString());
        of.put("RedriveCount", (long) execution.redriveCount());
        if (execution.redriveDate() != null) {
            of.put("RedriveTime", execution.redriveDate().toString());
        }
        Map<String, Object> context = new LinkedHashMap<>();
        context.put("Execution", of);
        context.put("State", Map.of("EnteredTime", entered.toString(), "Name", name, "RetryCount", (long) retries));
        context.put("StateMachine", Map.of("Id", execution.machine().arn(), "Name", execution.machine().name()));
        if (frame.mapItem != null) {
            context.put("Map", frame.mapItem);
        }
        Map<String, Object> states = new LinkedHashMap<>();
        states.put("input", input);
        states.put("context", context);
        return new Scope(name, states, frame.variables());
    }

    private static String string(Template template, Scope scope, String field) throws Fault {
        Object value = template.evaluate(scope, field);
        if (value instanceof String text) {
            return text;
        }
        throw new Fault(Fault.QUERY, field + " of state '" + scope.state() + "' must give a string, gave " + Payload.kind(value));
    }

    private static long whole(Template template, Scope scope, String field, long least) throws Fault {
        Object value = template.evaluate(scope, field);
        if (value instanceof Long number && number >= least && number <= 99_999_999) {
            return number;
        }
        throw new Fault(Fault.QUERY, field + " of state '" + scope.state() + "' must give a whole number from " + least
                + " to 99999999, gave " + Json.text(value));
    }

    private void write(Frame frame, String type, String state, Object... details) {
        frame.last = history.add(frame.last, type, state, details);
    }

    private static String uuid(String of) {
        return UUID.nameUUIDFromBytes(of.getBytes(StandardCharsets.UTF_8)).toString();
    }
}

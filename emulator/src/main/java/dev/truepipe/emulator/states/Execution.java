package dev.truepipe.emulator.states;

import dev.truepipe.emulator.states.ExecutionRecord.Resume;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** One execution, running or ended: its status, its thread, and where a redrive would go on. Guarded by itself. */
final class Execution {
    private final ExecutionRef ref;
    private final StateMachine machine;
    private final State.Flow flow;
    private final Ports ports;
    private final Object input;
    private final Instant startDate;
    private final History history;
    private final List<MapRun> mapRuns = new ArrayList<>();
    /** How many of them are from an earlier process: the inputs of children that never started are forgotten. */
    private final int restoredRuns;

    private String status = "RUNNING";
    private Object output;
    private String error;
    private String cause;
    private Instant stopDate;
    private int redriveCount;
    private Instant redriveDate;
    private Resume resume;
    private Stop stop;
    private Thread thread;
    private CompletableFuture<ExecutionRecord> ended = new CompletableFuture<>();
    private Instant deadline = Instant.MAX;

    /** Why it is to stop, before it has. */
    private record Stop(String error, String cause) {}

    /** One Distributed Map at work: its items, and the children that work on them. */
    static final class MapRun {
        final String arn;
        final String state;
        final List<Object> inputs;
        /** In item order; those not started yet are not there. Guarded by this. */
        final List<Execution> children = new ArrayList<>();
        private volatile boolean succeeded;

        MapRun(String arn, String state, List<Object> inputs) {
            this.arn = arn;
            this.state = state;
            this.inputs = inputs;
        }

        void succeeded() {
            succeeded = true;
        }
    }

    /** The machine's own {@code TimeoutSeconds} has passed. */
    static final class TimedOut extends Exception {}

    Execution(ExecutionRef ref, StateMachine machine, State.Flow flow, Ports ports, Object input) {
        this.ref = ref;
        this.machine = machine;
        this.flow = flow;
        this.ports = ports;
        this.input = input;
        this.startDate = ports.timing().now();
        this.history = new History(ref, ports.timing(), ports.history());
        this.resume = new Resume(flow.startAt(), input, Map.of());
        this.restoredRuns = 0;
    }

    /** One that ended in an earlier process, with its children, which can be looked at and not redriven. */
    Execution(ExecutionRecord earlier, StateMachine machine, Ports ports) {
        this.ref = earlier.ref();
        this.machine = machine;
        this.flow = machine.flow();
        this.ports = ports;
        this.input = Payload.copy(earlier.input());
        this.startDate = earlier.startDate();
        this.history = new History(ref, ports.timing(), ports.history());
        this.history.restore(earlier.history());
        this.status = earlier.status();
        this.output = earlier.output();
        this.error = earlier.error();
        this.cause = earlier.cause();
        this.stopDate = earlier.stopDate();
        this.redriveCount = earlier.redriveCount();
        this.redriveDate = earlier.redriveDate();
        this.resume = earlier.resume();
        for (ExecutionRecord.MapRun run : earlier.mapRuns()) {
            MapRun restored = new MapRun(run.arn(), run.state(), List.of());
            run.children().forEach(child -> restored.children.add(new Execution(child, machine, ports)));
            mapRuns.add(restored);
        }
        restoredRuns = mapRuns.size();
        this.ended.complete(earlier);
    }

    ExecutionRef ref() {
        return ref;
    }

    StateMachine machine() {
        return machine;
    }

    State.Flow flow() {
        return flow;
    }

    Ports ports() {
        return ports;
    }

    Object input() {
        return input;
    }

    Instant startDate() {
        return startDate;
    }

    History history() {
        return history;
    }

    synchronized int redriveCount() {
        return redriveCount;
    }

    synchronized Instant redriveDate() {
        return redriveDate;
    }

    synchronized String status() {
        return status;
    }

    synchronized Object output() {
        return output;
    }

    synchronized boolean isRunning() {
        return status.equals("RUNNING");
    }

    /** Completes, never badly, when it ends; anew after each redrive. */
    synchronized CompletableFuture<ExecutionRecord> ended() {
        return ended;
    }

    /** By {@link Timing#now}; {@link Instant#MAX} for none. */
    private synchronized Instant deadline() {
        return deadline;
    }

    /** Begins on a thread of its own, or goes on where it stopped. A child has no time of its own: its parent aborts it. */
    synchronized void start() {
        if (machine.timeoutSeconds() != null && ref.item() == null) {
            deadline = ports.timing().now().plusSeconds(machine.timeoutSeconds());
        }
        thread = Thread.ofVirtual().name("execution " + ref.name()).unstarted(this::run);
        thread.start();
    }

    /** Goes on at the state that failed, with the input and variables it had. */
    synchronized void redrive() {
        status = "RUNNING";
        error = null;
        cause = null;
        stopDate = null;
        stop = null;
        redriveCount++;
        redriveDate = ports.timing().now();
        ended = new CompletableFuture<>();
        history.add(history.last(), "ExecutionRedriven", null, "redriveCount", (long) redriveCount);
        if (ref.item() == null) {
            ports.reached().told(record(List.of()));
        }
        start();
    }

    /** Where a redrive would go on; {@code null} for nowhere. */
    synchronized String failedState() {
        return isRunning() || resume == null ? null : resume.state();
    }

    /** {@link #redrive}, unless it is running or has succeeded. @return whether it was redriven */
    synchronized boolean redriveIfEnded() {
        if (isRunning() || resume == null) {
            return false;
        }
        redrive();
        return true;
    }

    /** Asks it to end as ABORTED, and its tasks and children with it. Does nothing if it has ended. */
    synchronized void abort(String why, String words) {
        if (isRunning() && stop == null) {
            stop = new Stop(why, words);
            thread.interrupt();
        }
    }

    /** Where it is, in case it does not get further. */
    void at(String state, Object stateInput, Map<String, Object> variables) {
        synchronized (this) {
            resume = new Resume(state, stateInput, new LinkedHashMap<>(variables));
        }
        if (ref.item() == null) {
            ports.reached().told(record(List.of()));
        }
    }

    private void run() {
        Resume from;
        synchronized (this) {
            from = resume;
        }
        if (redriveCount() == 0) {
            history.add(0, "ExecutionStarted", null, "input", History.text(input), "inputDetails", History.notTruncated(),
                    "roleArn", Interpreter.ROLE);
        }
        end(outcome(from));
    }

    /** How a run ended. */
    private record Outcome(String status, Object output, String error, String cause) {}

    private Outcome outcome(Resume from) {
        try {
            return new Outcome("SUCCEEDED", new Interpreter(this, from.variables()).run(from.state(), from.input()), null, null);
        } catch (Fault fault) {
            return new Outcome("FAILED", null, fault.error().isEmpty() ? null : fault.error(), fault.cause());
        } catch (TimedOut e) {
            return new Outcome("TIMED_OUT", null, Fault.TIMEOUT,
                    "The execution ran longer than the state machine's TimeoutSeconds, " + machine.timeoutSeconds() + " s.");
        } catch (InterruptedException e) {
            Stop reason;
            synchronized (this) {
                reason = stop == null ? new Stop(Fault.RUNTIME, "The execution's thread was interrupted by no one we know.") : stop;
            }
            return new Outcome("ABORTED", null, reason.error(), reason.cause());
        } catch (RuntimeException | StackOverflowError e) {
            return new Outcome("FAILED", null, Fault.RUNTIME, "The interpreter itself broke: " + e + " at "
                    + (e.getStackTrace().length == 0 ? "an unknown place" : e.getStackTrace()[0]));
        }
    }

    /** Whatever a listener does, those who wait are told. */
    private void end(Outcome outcome) {
        CompletableFuture<ExecutionRecord> waiters;
        ExecutionRecord record = null;
        synchronized (this) {
            waiters = ended;
        }
        try {
            synchronized (this) {
                Thread.interrupted();
                status = outcome.status();
                output = outcome.output();
                error = outcome.error();
                cause = outcome.cause();
                stopDate = ports.timing().now();
                if (status.equals("SUCCEEDED")) {
                    resume = null;
                }
                try {
                    switch (status) {
                        case "SUCCEEDED" -> history.add(history.last(), "ExecutionSucceeded", null, "output", History.text(output),
                                "outputDetails", History.notTruncated());
                        case "FAILED" -> history.add(history.last(), "ExecutionFailed", null, "error", error, "cause", cause);
                        case "TIMED_OUT" -> history.add(history.last(), "ExecutionTimedOut", null, "error", error, "cause", cause);
                        default -> history.add(history.last(), "ExecutionAborted", null, "error", error, "cause", cause);
                    }
                } finally {
                    record = record();
                }
            }
            if (ref.item() == null) {
                ports.ended().told(record);
            }
        } finally {
            waiters.complete(record);
        }
    }

    /** The run of a Map that this execution is to go on with after a redrive; {@code null} if it starts anew. */
    synchronized MapRun unfinished(String state) {
        if (redriveCount == 0 || mapRuns.size() == restoredRuns) {
            return null;
        }
        MapRun last = mapRuns.getLast();
        return last.state.equals(state) && !last.succeeded ? last : null;
    }

    synchronized int mapRunCount() {
        return mapRuns.size();
    }

    synchronized void add(MapRun run) {
        mapRuns.add(run);
    }

    /** A child of its Maps, at any depth; {@code null} if none has this ARN. */
    Execution child(String arn) {
        List<MapRun> runs;
        synchronized (this) {
            runs = List.copyOf(mapRuns);
        }
        for (MapRun run : runs) {
            synchronized (run) {
                for (Execution child : run.children) {
                    Execution found = child.ref.arn().equals(arn) ? child : child.child(arn);
                    if (found != null) {
                        return found;
                    }
                }
            }
        }
        return null;
    }

    /** How it stands now. */
    ExecutionRecord record() {
        List<MapRun> runs;
        synchronized (this) {
            runs = List.copyOf(mapRuns);
        }
        List<ExecutionRecord.MapRun> children = new ArrayList<>();
        for (MapRun run : runs) {
            List<ExecutionRecord> records = new ArrayList<>();
            synchronized (run) {
                for (Execution child : run.children) {
                    records.add(child.record());
                }
            }
            children.add(new ExecutionRecord.MapRun(run.arn, run.state, List.copyOf(records)));
        }
        return record(List.copyOf(children));
    }

    private synchronized ExecutionRecord record(List<ExecutionRecord.MapRun> children) {
        return new ExecutionRecord(ref, machine.arn(), status, input, output, error, cause, startDate, stopDate,
                redriveCount, redriveDate, history.events(), children, resume);
    }

    /** Waits for work by the clock of this execution. */
    boolean await(CompletableFuture<?> work, Instant until) throws InterruptedException, TimedOut {
        Instant own = deadline();
        boolean done = ports.timing().await(work, until.isBefore(own) ? until : own);
        if (!done && !until.isBefore(own)) {
            throw new TimedOut();
        }
        return done;
    }

    /** Waits by the clock of this execution. */
    void sleep(Duration time) throws InterruptedException, TimedOut {
        Instant now = ports.timing().now();
        Instant own = deadline();
        if (own.isBefore(now.plus(time))) {
            Duration left = Duration.between(now, own);
            if (left.isPositive()) {
                ports.timing().sleep(left);
            }
            throw new TimedOut();
        }
        ports.timing().sleep(time);
    }
}

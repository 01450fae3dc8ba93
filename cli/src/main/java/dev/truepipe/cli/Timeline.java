package dev.truepipe.cli;

import dev.truepipe.emulator.CloudListener;
import dev.truepipe.emulator.events.Topics;
import dev.truepipe.emulator.sagemaker.TrainingEvent;
import dev.truepipe.emulator.states.ExecutionRef;
import dev.truepipe.emulator.states.HistoryEvent;
import dev.truepipe.emulator.states.ExecutionRecord;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Tells a run as it happens, one line a step: when, who, what was decided, how long it took.
 *
 * <p>Events come on many threads; each line is printed whole.
 */
final class Timeline implements CloudListener {
    /** States in which a job trains; a run enters one of them. */
    static final Set<String> TRAINING = Set.of("Train", "TrainInVpc");

    private final PrintStream out;
    private final Words words;
    private final long start = System.nanoTime();
    private volatile Consumer<String> whenEntered = _ -> { };
    private final CompletableFuture<ExecutionRecord> ended = new CompletableFuture<>();
    private final Map<String, Long> entered = new ConcurrentHashMap<>();
    private final Map<String, Integer> children = new ConcurrentHashMap<>();

    /** Reasons that were told; whoever repeats one is told of without it. */
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    private boolean silent;
    /** An epoch of training that has ended, and is not told yet. */
    private String epoch;

    /** @param colour whether {@code out} is a terminal that shows bold and grey */
    Timeline(PrintStream out, boolean colour) {
        this.out = out;
        this.words = new Words(colour);
    }

    /** Also tells {@code hook} of each state that is entered, before it does anything. */
    void whenEntered(Consumer<String> hook) {
        whenEntered = hook;
    }

    /** The first execution that ended, in whatever way. */
    CompletableFuture<ExecutionRecord> ended() {
        return ended;
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    void heading(String text) {
        print("\n" + words.bold(text) + "\n");
    }

    /** One step that has just ended. @param took {@code null} if there is nothing to say about it */
    void step(String who, String what, Duration took) {
        String duration = took == null ? "" : "  " + words.faint(seconds(took));
        print(String.format(Locale.ROOT, "%8s  %s  %s%s", seconds(elapsed()), words.bold(pad(who)), what, duration));
    }

    /** A line below the step before it. */
    void detail(String what) {
        print(" ".repeat(10) + pad("") + "  " + words.faint(what));
    }

    void plain(String text) {
        print(text);
    }

    @Override
    public void notified(String queue, String body) {
        String key = createdKey(body);
        if (key != null) {
            step("S3 event", "ObjectCreated " + key + " → queue", null);
        }
    }

    @Override
    public void published(Topics.Message message) {
        step("Announced", message.subject() == null ? firstSentence(message.text()) : message.subject(), null);
    }

    @Override
    public void broke(String trace) {
        step("Emulator", "something in the embedded cloud itself broke:\n" + trace, null);
    }

    @Override
    public void history(ExecutionRef execution, HistoryEvent event) {
        if (execution.item() != null) {
            if (event.type().equals("ExecutionStarted")) {
                children.merge(execution.item().state(), 1, Integer::sum);
            }
            retried(execution.item().state(), event);
            return;
        }
        switch (event.type()) {
            case "ExecutionStarted" -> step("Intake", "starts execution " + execution.name(), null);
            case "ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted" -> step("Failed", failure(event), null);
            default -> state(event);
        }
    }

    @Override
    public void ended(ExecutionRecord execution) {
        ended.complete(execution);
    }

    @Override
    public synchronized void training(TrainingEvent event) {
        switch (event) {
            case TrainingEvent.Metric metric -> {
                String value = String.format(Locale.ROOT, "%s %.3f", metric.name(), metric.value());
                detail(epoch == null ? value : epoch + "   " + value);
                epoch = null;
            }
            case TrainingEvent.EpochEnded ended -> {
                if (ended.channel().equals("train")) {
                    tellEpoch();
                    // Told together with its metric, which comes when the hold-out has been read too.
                    epoch = String.format(
                            Locale.ROOT, "%-8s %,d records, %s", ended.channel() + "_" + ended.epoch(), ended.records(), bytes(ended.bytes()));
                }
            }
            case TrainingEvent.Status status -> {
                if (status.status().equals("Failed") || status.status().equals("Stopped")) {
                    if (status.message() != null) {
                        told.add(firstLine(status.message()));
                    }
                    detail(status.job() + " " + status.status() + ": " + status.message());
                }
            }
            case TrainingEvent.LogLine _, TrainingEvent.EpochOpened _ -> { }
        }
    }

    private synchronized void tellEpoch() {
        if (epoch != null) {
            detail(epoch);
            epoch = null;
        }
    }

    private void state(HistoryEvent event) {
        String state = event.state();
        if (state == null) {
            return;
        }
        if (event.type().endsWith("StateEntered")) {
            entered.put(state, System.nanoTime());
            whenEntered.accept(state);
            if (TRAINING.contains(state)) {
                step(state, "a job reads the pipes, epoch by epoch", null);
            }
        } else if (event.type().endsWith("StateExited")) {
            Long since = entered.remove(state);
            Duration took = since == null ? null : Duration.ofNanos(System.nanoTime() - since);
            String said = said(state, event);
            if (TRAINING.contains(state)) {
                tellEpoch();
            }
            if (said != null) {
                step(state, said, took);
            }
            if (state.equals("DecideDataset") && output(event).get("why") instanceof Map<?, ?> why) {
                detail("not worth training, by " + why.get("gate") + ": " + why.get("message"));
            }
        } else {
            retried(state, event);
        }
    }

    private void retried(String state, HistoryEvent event) {
        switch (event.type()) {
            case "TaskFailed", "TaskTimedOut" -> detail(state + ": " + failure(event));
            default -> { }
        }
    }

    /** The error by its name, and its reason if nothing that was told holds it. */
    private String failure(HistoryEvent event) {
        String error = String.valueOf(event.details().getOrDefault("error", event.type()));
        String reason = reason(event.details().get("cause"));
        if (reason == null || told.stream().anyMatch(reason::contains)) {
            return error;
        }
        told.add(reason);
        return error + ": " + reason;
    }

    /** A cause in words: those of a job that failed or of a function that threw, where the cause is their whole description. */
    private static String reason(Object cause) {
        if (!(cause instanceof String text) || text.isBlank()) {
            return null;
        }
        String words = text;
        try {
            if (Json.parse(text) instanceof Map<?, ?> description) {
                words = Stream.of("FailureReason", "errorMessage").map(description::get)
                        .filter(String.class::isInstance).map(String.class::cast)
                        .findFirst().orElse(text);
            }
        } catch (IOException e) {
            // Not JSON: it is words already.
            return firstLine(text);
        }
        return firstLine(words);
    }

    /** What a state decided, from its output; {@code null} for states that are not told of. */
    private String said(String state, HistoryEvent event) {
        Map<String, Object> output = output(event);
        return switch (state) {
            case "Settle" -> "waited for the labels to settle";
            case "PlanDataset" -> "planned".equals(output.get("outcome"))
                    ? count(output.get("manifests"), "manifest") + " pinned, "
                            + count(output.get("chunks") instanceof Map<?, ?> chunks ? chunks.get("count") : null, "chunk")
                    : output.get("outcome") + (output.get("message") == null ? "" : ": " + output.get("message"));
            case "ConvertLabels" -> output.get("outcome") + ": " + output.get("message");
            case "ScanManifests" -> count(children.get(state), "chunk") + " scanned, every line judged";
            case "DecideDataset" -> decided(output);
            case "WriteChannels" -> count(children.get(state), "chunk") + " copied, byte for byte";
            case "SealDataset" -> output.get("outcome") + " version " + shortened(output.get("version"));
            case "Train", "TrainInVpc" -> trained(output);
            case "DescribeAttempt" -> "why did it end?";
            case "JudgeModel" -> judged(output);
            case "Register" -> "model package " + tail(output.get("modelPackageArn"));
            default -> null;
        };
    }

    private static String decided(Map<String, Object> output) {
        return String.format(
                Locale.ROOT,
                "%s: %s accepted (%s train, %s validation%s), %s quarantined, %s superseded",
                count(output.get("lines"), "line"), output.get("accepted"), output.get("train"), output.get("validation"),
                output.get("test") instanceof Number test && test.longValue() > 0 ? ", " + test + " test" : "",
                output.get("quarantined"), output.get("superseded"));
    }

    private static String trained(Map<String, Object> output) {
        Object name = output.get("TrainingJobName");
        return name == null ? "ended" : name + " " + output.get("TrainingJobStatus");
    }

    private static String judged(Map<String, Object> output) {
        String metric = output.get("metric") instanceof Map<?, ?> value
                ? " at " + value.get("name") + " " + rounded(value.get("value")) + (value.get("champion") == null ? "" : ", champion before " + rounded(value.get("champion")))
                : "";
        return output.get("outcome") + metric;
    }

    private static Map<String, Object> output(HistoryEvent event) {
        Object text = event.details().get("output");
        if (!(text instanceof String json)) {
            return Map.of();
        }
        try {
            return Json.parse(json) instanceof Map<?, ?> map ? Json.object(map) : Map.of();
        } catch (IOException e) {
            throw new IllegalStateException("the output of " + event.state() + " is not JSON: " + json, e);
        }
    }

    private static String createdKey(String body) {
        try {
            if (!(Json.object(Json.parse(body)).get("Records") instanceof List<?> records) || records.isEmpty()) {
                return null;
            }
            Map<String, Object> s3 = Json.object(Json.object(records.getFirst()).get("s3"));
            return "s3://" + Json.object(s3.get("bucket")).get("name") + "/" + Json.object(s3.get("object")).get("key");
        } catch (IOException e) {
            throw new IllegalStateException("a notification of the embedded S3 is not JSON: " + body, e);
        }
    }

    /** {@code 1 line}, {@code 2 lines}. */
    static String count(Object number, String noun) {
        long n = number instanceof Number some ? some.longValue() : 0;
        return n + " " + noun + (n == 1 ? "" : "s");
    }

    private static String rounded(Object number) {
        return number instanceof Number some ? String.format(Locale.ROOT, "%.3f", some.doubleValue()) : String.valueOf(number);
    }

    private static String shortened(Object version) {
        String text = String.valueOf(version);
        return text.length() > 12 ? text.substring(0, 12) : text;
    }

    private static String tail(Object arn) {
        String text = String.valueOf(arn);
        return text.substring(text.indexOf('/') + 1);
    }

    private static String firstLine(String text) {
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    /** A rule's message is one sentence after the other on a line, beside the event that it tells of. */
    private static String firstSentence(String text) {
        String line;
        try {
            line = firstLine(text.startsWith("{") ? (String) Json.object(Json.parse(text)).get("message") : text);
        } catch (IOException e) {
            throw new IllegalStateException("what a rule announced is not JSON: " + text, e);
        }
        int end = line.indexOf(". ");
        return end < 0 ? line : line.substring(0, end + 1);
    }

    static String bytes(long bytes) {
        if (bytes < 1_000) {
            return bytes + " bytes";
        }
        return bytes < 1_000_000
                ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
                : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toNanos() / 1e9);
    }

    private static String pad(String who) {
        return String.format(Locale.ROOT, "%-13s", who);
    }

    /** Prints nothing from now on: what is being torn down has no story to tell. */
    synchronized void fallSilent() {
        silent = true;
    }

    private synchronized void print(String line) {
        if (silent) {
            return;
        }
        out.println(line);
        out.flush();
    }

    /** Bold and grey, where a terminal shows them. */
    private record Words(boolean colour) {
        String bold(String text) {
            return colour ? "\u001b[1m" + text + "\u001b[0m" : text;
        }

        String faint(String text) {
            return colour ? "\u001b[2m" + text + "\u001b[0m" : text;
        }
    }
}

package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.events.Topics;
import dev.truepipe.emulator.s3.S3Call;
import dev.truepipe.emulator.states.ExecutionRecord;
import dev.truepipe.emulator.states.HistoryEvent;
import dev.truepipe.storage.S3Uri;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/** What breaks underneath, and what comes of it. All runs get the same labels, so that all must seal the same bytes. */
class FaultsIT {
    private static final List<String> LINES = new CarLabels(4_711).lines(0, 30);
    private static final List<String> SEALED =
            List.of("train.manifest", "validation.manifest", "quarantine.manifest", "superseded.manifest");

    /** Long enough for a chunk of thirty lines on a busy machine, short enough to wait for. */
    private static final Duration SCAN_TIMEOUT = Duration.ofSeconds(15);

    private static final int FOR_EVER = 1_000_000;

    @TempDir
    static Path folder;

    private static ChainCloud chain;

    @BeforeAll
    static void start() throws Exception {
        chain = ChainCloud.start(
                folder,
                ChainCloud.yaml(
                        ChainCloud.dataset("undisturbed"),
                        ChainCloud.dataset("killed-scan"),
                        ChainCloud.dataset("killed-write"),
                        ChainCloud.dataset("killed-seal"),
                        ChainCloud.dataset("timed-out"),
                        ChainCloud.dataset("one-hiccup"),
                        ChainCloud.dataset("one-denial"),
                        ChainCloud.dataset("dead-for-good"),
                        ChainCloud.dataset("part-for-good"),
                        ChainCloud.dataset("s3-for-good"),
                        ChainCloud.dataset("deaf-intake")),
                workload -> Changed.timeout("ScanChunk", SCAN_TIMEOUT)
                        .andThen(Changed.queue(Duration.ofSeconds(3), 2))
                        .apply(workload));
        chain.put("undisturbed", "job", LINES);
        chain.assertOutcome("promoted", chain.awaitEnd("undisturbed", 1));
    }

    @AfterAll
    static void stop() throws Exception {
        if (chain != null) {
            chain.close();
        }
    }

    @Test
    void aScanKilledBeforeItsOutputIsRepeated() throws Exception {
        killOnce("killed-scan", "ScanManifests", "ScanChunk", reads(ChainCloud.manifest("killed-scan", "job")));
        ExecutionRecord execution = run("killed-scan");
        assertRetried(execution, "ScanChunk", "Runtime.ExitError");
        assertAsUndisturbed("killed-scan", execution);
    }

    @Test
    void aWriterKilledBeforeItsOutputIsRepeated() throws Exception {
        killOnce("killed-write", "WriteChannels", "WriteChunk", puts("killed-write", "/parts/"));
        ExecutionRecord execution = run("killed-write");
        assertRetried(execution, "WriteChunk", "Runtime.ExitError");
        assertAsUndisturbed("killed-write", execution);
    }

    @Test
    void aSealKilledHalfWayIsRepeated() throws Exception {
        // The manifests of the version may be there, dataset.json is not: the version is not sealed yet.
        killOnce("killed-seal", "SealDataset", "SealDataset", puts("killed-seal", "/dataset.json"));
        ExecutionRecord execution = run("killed-seal");
        assertRetried(execution, "SealDataset", "Runtime.ExitError");
        assertAsUndisturbed("killed-seal", execution);
    }

    @Test
    void aHandlerThatTakesTooLongIsKilledAndRepeated() throws Exception {
        CountDownLatch timedOut = new CountDownLatch(1);
        chain.onStep((execution, event) -> {
            if (ChainCloud.isOf(execution, "timed-out") && "Sandbox.Timedout".equals(event.details().get("error"))) {
                timedOut.countDown();
            }
        });
        AtomicBoolean once = new AtomicBoolean();
        Predicate<S3Call> reading = reads(ChainCloud.manifest("timed-out", "job"));
        chain.cloud().s3().failNext(
                call -> {
                    if (reading.test(call) && inState("timed-out", "ScanManifests") && once.compareAndSet(false, true)) {
                        hold(timedOut);
                    }
                    return false;
                },
                500, 1);
        ExecutionRecord execution = run("timed-out");
        assertRetried(execution, "ScanChunk", "Sandbox.Timedout");
        assertAsUndisturbed("timed-out", execution);
    }

    @Test
    void oneErrorOfS3IsTheSdksOwnBusiness() throws Exception {
        chain.cloud().s3().failNext(puts("one-hiccup", "/scan/"), 500, 1);
        ExecutionRecord execution = run("one-hiccup");
        assertEquals(List.of(), failures(execution));
        assertAsUndisturbed("one-hiccup", execution);
    }

    @Test
    void oneErrorOfS3ThatTheSdkDoesNotRepeatIsRepeatedByTheStateMachine() throws Exception {
        chain.cloud().s3().failNext(puts("one-denial", "/scan/"), 403, 1);
        ExecutionRecord execution = run("one-denial");
        assertRetried(execution, "ScanChunk", null);
        assertAsUndisturbed("one-denial", execution);
    }

    @Test
    void aHandlerThatAlwaysDiesFailsTheRunAndTriggerWorksWhenItLivesAgain() throws Exception {
        AtomicBoolean deadly = new AtomicBoolean(true);
        chain.cloud().s3().failNext(
                call -> {
                    if (deadly.get() && puts("dead-for-good", "/decision.json").test(call)) {
                        kill("DecideDataset");
                    }
                    return false;
                },
                500, 1);
        S3Uri manifest = chain.put("dead-for-good", "job", LINES);
        byte[] before = chain.bytes(manifest);
        ExecutionRecord execution = chain.awaitEnd("dead-for-good", 1);
        assertFailed(execution, "DecideDataset", "Runtime.ExitError");
        assertEquals(3, attemptsAt(execution, "DecideDataset"), "the first try and two more");
        Topics.Message told = chain.awaitAnnouncement("dead-for-good", "FAILED", "Runtime.ExitError");
        assertTrue(told.text().contains(execution.ref().arn()), told.text());
        assertEquals(List.of(), chain.marks().trainings("dead-for-good"));
        assertFalse(chain.exists(ChainCloud.championFile("dead-for-good")));

        deadly.set(false);
        chain.truepipe("trigger", "dead-for-good");
        ExecutionRecord again = chain.awaitEnd("dead-for-good", 2);
        assertArrayEquals(before, chain.bytes(manifest));
        assertAsUndisturbed("dead-for-good", again);
    }

    @Test
    void aPartThatFailsForGoodIsAnnouncedOnceWithTheWayToItsReason() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        Predicate<S3Call> scanning = puts("part-for-good", "/scan/");
        chain.cloud().s3().failNext(call -> broken.get() && scanning.test(call), 403, FOR_EVER);
        chain.put("part-for-good", "job", LINES);
        ExecutionRecord execution = chain.awaitEnd("part-for-good", 1);
        assertEquals("States.ExceedToleratedFailureThreshold", execution.error(), chain::story);
        Topics.Message told = chain.awaitAnnouncement("part-for-good", "FAILED", "A part of ScanManifests or WriteChannels failed");
        assertTrue(told.text().contains("filter @message like '" + execution.ref().arn() + "'"), told.text());
        // What the message sends people to is there: the function's log has the reason, under this very execution.
        chain.awaitLog("ScanChunk", 1, execution.ref().arn(), "\"level\":\"ERROR\"", "403");
        assertEquals(1, chain.announcements("part-for-good").size());

        broken.set(false);
        chain.cloud().stepFunctions().call("RedriveExecution", Map.of("executionArn", execution.ref().arn()));
        assertAsUndisturbed("part-for-good", chain.awaitEnd("part-for-good", 2));
    }

    @Test
    void anErrorOfS3ThatStaysFailsTheRunInItsWordsAndRedriveGoesOnFromThere() throws Exception {
        AtomicBoolean broken = new AtomicBoolean(true);
        Predicate<S3Call> sealing = puts("s3-for-good", "/dataset.json");
        chain.cloud().s3().failNext(call -> broken.get() && sealing.test(call), 403, FOR_EVER);
        chain.put("s3-for-good", "job", LINES);
        ExecutionRecord execution = chain.awaitEnd("s3-for-good", 1);
        assertEquals("FAILED", execution.status());
        assertTrue(execution.cause().contains("403") || execution.cause().contains("asked for by a test"), execution.cause());
        chain.awaitAnnouncement("s3-for-good", "FAILED", execution.error());
        assertEquals(List.of(), chain.marks().trainings("s3-for-good"));

        broken.set(false);
        chain.cloud().stepFunctions().call("RedriveExecution", Map.of("executionArn", execution.ref().arn()));
        ExecutionRecord redriven = chain.awaitEnd("s3-for-good", 2);
        assertEquals(execution.ref(), redriven.ref());
        assertEquals(1, ChainCloud.entered(redriven, "ScanManifests"), "what was done is not done again");
        assertAsUndisturbed("s3-for-good", redriven);
    }

    @Test
    void anArrivalThatIntakeCannotTakeWaitsInTheDeadLetterQueue() throws Exception {
        AtomicBoolean deaf = new AtomicBoolean(true);
        chain.cloud().s3().failNext(
                call -> {
                    boolean settings = call.operation() == S3Call.Operation.GET && call.bucket().equals(LocalCloud.ASSET_BUCKET);
                    return deaf.get() && settings;
                },
                403, FOR_EVER);
        // An Intake that has read its settings keeps them; a new one cannot.
        kill("Intake");
        S3Uri manifest = chain.put("deaf-intake", "job", LINES);
        String message = awaitDeadLetter(manifest.key());
        assertEquals(List.of(), chain.starts("deaf-intake"));

        deaf.set(false);
        chain.cloud().sqs().send(LocalCloud.QUEUE, message);
        assertAsUndisturbed("deaf-intake", chain.awaitEnd("deaf-intake", 1));
    }

    private static ExecutionRecord run(String dataset) throws Exception {
        chain.put(dataset, "job", LINES);
        return chain.awaitEnd(dataset, 1);
    }

    /** Waits, as any consumer would, for a message in the dead-letter queue, and takes it out. */
    private static String awaitDeadLetter(String word) {
        try (SqsClient queues = chain.queues()) {
            String url = chain.cloud().sqs().queueUrl(LocalCloud.DEAD_LETTER_QUEUE);
            long deadline = System.nanoTime() + ChainCloud.PATIENCE.toNanos();
            while (System.nanoTime() < deadline) {
                for (Message message : queues.receiveMessage(request -> request.queueUrl(url).waitTimeSeconds(2)).messages()) {
                    queues.deleteMessage(request -> request.queueUrl(url).receiptHandle(message.receiptHandle()));
                    if (message.body().contains(word)) {
                        return message.body();
                    }
                }
            }
            throw new AssertionError("no message about " + word + " in the dead-letter queue\n" + chain.story());
        }
    }

    private static Predicate<S3Call> reads(S3Uri object) {
        return call -> call.operation() == S3Call.Operation.GET && call.bucket().equals(object.bucket()) && call.key().equals(object.key());
    }

    /** Writes of a dataset's runs or versions whose key has this in it. */
    private static Predicate<S3Call> puts(String dataset, String key) {
        return call -> call.operation() == S3Call.Operation.PUT
                && call.bucket().equals(LocalCloud.WORK_BUCKET)
                && (call.key().startsWith("runs/" + dataset + "/") || call.key().startsWith("datasets/" + dataset + "/"))
                && call.key().contains(key);
    }

    /** Kills the function's JVM while, in this state, it waits for S3's answer to the first such call. */
    private static void killOnce(String dataset, String state, String function, Predicate<S3Call> calls) {
        AtomicBoolean once = new AtomicBoolean();
        chain.cloud().s3().failNext(
                call -> {
                    if (calls.test(call) && inState(dataset, state) && once.compareAndSet(false, true)) {
                        kill(function);
                        return true;
                    }
                    return false;
                },
                500, 1);
    }

    /** SIGKILL to all JVMs of a function, and their ends awaited. */
    private static void kill(String function) {
        for (long pid : chain.cloud().lambda().pids(function)) {
            Optional<ProcessHandle> process = ProcessHandle.of(pid);
            process.ifPresent(ProcessHandle::destroyForcibly);
            process.ifPresent(handle -> handle.onExit().orTimeout(30, TimeUnit.SECONDS).join());
        }
    }

    /** Whether the last state that the dataset's execution entered is this one. */
    private static boolean inState(String dataset, String state) {
        return chain.steps(dataset).stream()
                .filter(step -> step.execution().item() == null && step.event().type().endsWith("StateEntered"))
                .reduce((a, b) -> b)
                .filter(step -> state.equals(step.event().state()))
                .isPresent();
    }

    private static void hold(CountDownLatch until) {
        try {
            if (!until.await(ChainCloud.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("the function was not timed out\n" + chain.story());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Events of the execution and of its Maps' children. */
    private static Stream<HistoryEvent> events(ExecutionRecord execution) {
        return Stream.concat(
                execution.history().stream(),
                execution.mapRuns().stream().flatMap(run -> run.children().stream()).flatMap(FaultsIT::events));
    }

    private static List<String> failures(ExecutionRecord execution) {
        return events(execution)
                .filter(event -> event.type().equals("TaskFailed"))
                .map(event -> event.state() + " " + event.details().get("error"))
                .toList();
    }

    private static long attemptsAt(ExecutionRecord execution, String state) {
        return events(execution).filter(event -> event.type().equals("TaskScheduled") && state.equals(event.state())).count();
    }

    /** @param error {@code null} for any */
    private static void assertRetried(ExecutionRecord execution, String state, String error) {
        List<String> failures = failures(execution);
        assertEquals(1, failures.size(), () -> failures + chain.story());
        assertTrue(failures.getFirst().startsWith(state + " " + (error == null ? "" : error)), failures::toString);
        assertEquals(2, attemptsAt(execution, state), () -> "tries of " + state);
    }

    private static void assertFailed(ExecutionRecord execution, String state, String error) {
        assertEquals("FAILED", execution.status(), chain::story);
        assertEquals(error, execution.error());
        assertTrue(failures(execution).contains(state + " " + error), () -> failures(execution).toString());
    }

    /** The run trained on the same version as an undisturbed one, sealed byte for byte alike. */
    private static void assertAsUndisturbed(String dataset, ExecutionRecord execution) throws Exception {
        Map<String, Object> output = chain.assertOutcome("promoted", execution);
        Map<String, Object> undisturbed = chain.output(chain.awaitEnd("undisturbed", 1));
        assertEquals(undisturbed.get("version"), output.get("version"));
        for (String file : SEALED) {
            assertArrayEquals(
                    chain.bytes(ChainCloud.version("undisturbed", undisturbed).resolve(file)),
                    chain.bytes(ChainCloud.version(dataset, output).resolve(file)),
                    file);
        }
        assertEquals(1, chain.marks().trainings(dataset).size());
    }
}

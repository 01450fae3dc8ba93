package dev.truepipe.emulator.lambda;

import static dev.truepipe.emulator.lambda.TestFunctions.function;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.lambda.handlers.Handlers;
import dev.truepipe.emulator.logs.LogStore;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class EmbeddedLambdaIT {
    /** No test but one waits for the end of an idle JVM; none is surprised by it. */
    private static final Duration NEVER_IDLE = Duration.ofHours(1);

    private static final Duration SOON_IDLE = Duration.ofMillis(400);

    @TempDir
    static Path folder;

    private static final BlockingQueue<LogStore.LogEvent> LINES = new LinkedBlockingQueue<>();
    private static LogStore logs;
    private static EmbeddedLambda lambda;

    @BeforeAll
    static void start() {
        logs = new LogStore(folder.resolve("logs"), Clock.systemUTC());
        logs.onEvent(LINES::add);
        List<FunctionSpec> functions = new ArrayList<>(TestFunctions.functions(
                Handlers.Echo.class,
                Handlers.Typed.class,
                Handlers.Failing.class,
                Handlers.Crash.class,
                Handlers.Greedy.class,
                Handlers.Unready.class,
                Handlers.Talkative.class,
                Handlers.Stream.class));
        functions.add(function(Handlers.Environment.class, Duration.ofSeconds(30), Map.of("OWN", "value", "AWS_REGION", "eu-west-1")));
        functions.add(function(Handlers.Endless.class, Duration.ofSeconds(1), Map.of()));
        functions.add(new FunctionSpec("Patient", Handlers.Endless.class.getName(), Map.of(), Duration.ofSeconds(60), 128));
        functions.add(new FunctionSpec("Warmed", Handlers.Echo.class.getName(), Map.of(), Duration.ofSeconds(30), 128));
        functions.add(new FunctionSpec("Nowhere", "no.such.Handler", Map.of(), Duration.ofSeconds(30), 128));
        functions.add(new FunctionSpec("OtherMethod", Handlers.Echo.class.getName() + "::toString", Map.of(), Duration.ofSeconds(30), 128));
        functions.add(new FunctionSpec("NoHandler", String.class.getName(), Map.of(), Duration.ofSeconds(30), 128));
        lambda = lambda("functions", functions, NEVER_IDLE);
    }

    private static EmbeddedLambda lambda(String home, List<FunctionSpec> functions, Duration idleLimit) {
        return new EmbeddedLambda(
                folder.resolve(home),
                List.of(TestFunctions.classPath()),
                functions,
                Map.of("AWS_REGION", Arns.REGION, "AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1"),
                idleLimit,
                logs);
    }

    @AfterAll
    static void stop() {
        lambda.close();
        assertEquals(List.of(), lambda.pids());
    }

    @Test
    void callsAHandlerAndTellsItWhereItIs() throws Exception {
        Map<String, Object> answer = ok("Echo", "{\"a\":[1,\"é\",null]}");
        assertEquals(Json.parse("{\"a\":[1,\"é\",null]}"), answer.get("got"));
        assertEquals("Echo", answer.get("function"));
        assertEquals("arn:aws:lambda:us-east-1:000000000000:function:Echo:live", answer.get("arn"));
        assertEquals(128L, answer.get("memory"));
        long remaining = (Long) answer.get("remaining");
        assertTrue(remaining > 1_000 && remaining <= 30_000, "remaining " + remaining);
        assertTrue((Long) answer.get("maxHeap") <= 128L << 20, answer.toString());
    }

    @Test
    void aCallThatComesDuringAWarmUpWaitsForItAndStartsNoSecondJvm() throws Exception {
        try (ExecutorService warming = Executors.newSingleThreadExecutor()) {
            Future<?> warmUp = warming.submit(() -> {
                lambda.warmUp("Warmed");
                return null;
            });
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (lambda.pids("Warmed").isEmpty() && !warmUp.isDone()) {
                assertTrue(System.nanoTime() < deadline, "no JVM within 60 s");
                Thread.onSpinWait();
            }
            List<Long> warmed = lambda.pids("Warmed");
            assertEquals(1, warmed.size());
            assertEquals("Warmed", ok("Warmed", "{}").get("function"));
            assertEquals(warmed, lambda.pids("Warmed"));
            warmUp.get();
        }
    }

    @Test
    void takesNameAndArnWithAndWithoutAlias() throws Exception {
        for (String name : List.of("Echo", "Echo:live", Arns.function("Echo"), "arn:aws:lambda:us-east-1:000000000000:function:Echo")) {
            assertEquals("Echo", ok(name, "{}").get("function"), name);
        }
        assertThrows(EmbeddedLambda.NoSuchFunctionException.class, () -> lambda.invoke("Nobody", "{}"));
    }

    @Test
    void readsBeansAndWritesRecordsAlsoBehindAGenericBase() throws Exception {
        assertEquals(Map.of("greeting", "ann 3", "sum", 12L), ok("Typed", "{\"name\":\"ann\",\"count\":3,\"numbers\":[5,7]}"));
    }

    @Test
    void callsAStreamHandler() throws Exception {
        assertEquals("{\"raw\":{ \"x\" : 1 }}", lambda.invoke("Stream", "{ \"x\" : 1 }").payload());
    }

    @Test
    void aFunctionInheritsNothing() throws Exception {
        Map<String, Object> environment = ok("Environment", "{}");
        Set<String> names = new HashSet<>(environment.keySet());
        assertEquals("value", environment.get("OWN"));
        assertEquals("eu-west-1", environment.get("AWS_REGION"), "a function's own value wins");
        assertEquals("http://127.0.0.1:1", environment.get("AWS_ENDPOINT_URL_S3"));
        assertEquals("Environment", environment.get("AWS_LAMBDA_FUNCTION_NAME"));
        names.removeAll(Set.of(
                "OWN", "AWS_REGION", "AWS_ENDPOINT_URL_S3", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
                "AWS_LAMBDA_LOG_FORMAT", "_HANDLER", "AWS_EC2_METADATA_DISABLED", "LANG", "TZ"));
        assertEquals(Set.of(), names, "nothing of " + System.getenv().keySet());
        assertNotEquals(System.getProperty("user.home"), ok("Echo", "{}").get("home"));
    }

    @Test
    void mapsAnExceptionAsLambdaDoes() throws Exception {
        Map<String, Object> error = failed("Failing", "{}");
        assertEquals("not today", error.get("errorMessage"));
        assertEquals(Handlers.Failing.NotToday.class.getName(), error.get("errorType"));
        String first = (String) Json.array(error.get("stackTrace")).getFirst();
        assertTrue(first.startsWith(Handlers.Failing.class.getName() + ".handleRequest(Handlers.java:"), first);
        assertEquals("because", Json.object(error.get("cause")).get("errorMessage"));
        assertEquals("java.lang.IllegalArgumentException", Json.object(error.get("cause")).get("errorType"));
    }

    @Test
    void killsAHandlerAtItsTimeout() throws Exception {
        Map<String, Object> error = failed("Endless", "{}");
        assertEquals("Sandbox.Timedout", error.get("errorType"));
        assertTrue(((String) error.get("errorMessage")).endsWith("Task timed out after 1.00 seconds"), error.toString());
        assertEquals(List.of(), lambda.pids("Endless"));
    }

    @Test
    void tellsThatAHandlerEndedItsJvmAndStartsAnother() throws Exception {
        Map<String, Object> error = failed("Crash", "{\"status\":7}");
        assertEquals("Runtime.ExitError", error.get("errorType"));
        assertTrue(((String) error.get("errorMessage")).endsWith("Runtime exited with error: exit status 7"), error.toString());
        assertTrue(messages("Crash").contains("the last word"), "its log is complete");
        assertEquals("Runtime.ExitError", failed("Crash", "{\"status\":0}").get("errorType"));
    }

    @Test
    void tellsThatAJvmWasKilledFromOutside() throws Exception {
        try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
            Future<InvocationResult> waiting = threads.submit(() -> lambda.invoke("Patient", "{}"));
            awaitLine("/aws/lambda/Patient", "waiting");
            List<Long> pids = lambda.pids("Patient");
            assertEquals(1, pids.size());
            assertTrue(ProcessHandle.of(pids.getFirst()).orElseThrow().destroyForcibly());
            Map<String, Object> error = Json.object(Json.parse(waiting.get(10, TimeUnit.SECONDS).payload()));
            assertEquals("Runtime.ExitError", error.get("errorType"));
            assertTrue(((String) error.get("errorMessage")).endsWith("signal: killed"), error.toString());
        }
    }

    @Test
    void anInterruptedCallerKillsTheJvm() throws Exception {
        BlockingQueue<Class<?>> ended = new LinkedBlockingQueue<>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                lambda.invoke("Patient", "{}");
                ended.add(InvocationResult.class);
            } catch (InterruptedException | IOException e) {
                ended.add(e.getClass());
            }
        });
        awaitLine("/aws/lambda/Patient", "waiting");
        caller.interrupt();
        assertEquals(InterruptedException.class, ended.poll(10, TimeUnit.SECONDS));
        assertEquals(List.of(), lambda.pids("Patient"));
    }

    @Test
    void outOfMemoryEndsTheJvm() throws Exception {
        assertEquals("Runtime.ExitError", failed("Greedy", "{}").get("errorType"));
    }

    @Test
    void aHandlerThatCannotBeMadeFailsTheInvocation() throws Exception {
        Map<String, Object> error = failed("Unready", "{}");
        assertEquals("java.lang.IllegalStateException", error.get("errorType"));
        assertEquals("a setting is missing", error.get("errorMessage"));
        assertEquals("Runtime.BadFunctionCode", failed("Nowhere", "{}").get("errorType"));
        assertEquals("Class not found: no.such.Handler", failed("Nowhere", "{}").get("errorMessage"));
        assertEquals("Runtime.BadFunctionCode", failed("NoHandler", "{}").get("errorType"));
    }

    @Test
    void callsHandleRequestOnly() throws Exception {
        Map<String, Object> error = failed("OtherMethod", "{}");
        assertEquals("Runtime.BadFunctionCode", error.get("errorType"));
        assertTrue(((String) error.get("errorMessage")).contains("only handleRequest"), error.toString());
    }

    @Test
    void keepsItsLogInOrderAndWholeWhenTheAnswerIsThere() throws Exception {
        assertFalse(lambda.invoke("Talkative", "{\"lines\":3000}").failed());
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            expected.add("line " + i + " é");
        }
        assertEquals(expected, messages("Talkative"));
    }

    @Test
    void twoJvmsServeTwoCallersAndAThirdWaits() throws Exception {
        List<Callable<Object>> callers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            callers.add(() -> ok("Echo", "{}").get("pid"));
        }
        Set<Object> pids = new HashSet<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
            for (Future<Object> pid : threads.invokeAll(callers)) {
                pids.add(pid.get());
            }
        }
        assertTrue(pids.size() <= 2, "at most two instances, were " + pids);
    }

    @Test
    void anIdleJvmEnds() throws Exception {
        try (EmbeddedLambda hasty = lambda("hasty", TestFunctions.functions(Handlers.Echo.class), SOON_IDLE)) {
            InvocationResult result = hasty.invoke("Echo", "{}");
            assertFalse(result.failed(), result.payload());
            long pid = (Long) Json.object(Json.parse(result.payload())).get("pid");
            ProcessHandle.of(pid).ifPresent(process -> process.onExit().orTimeout(20, TimeUnit.SECONDS).join());
            assertFalse(ProcessHandle.of(pid).isPresent(), "process " + pid + " is still there");
        }
    }

    private static Map<String, Object> ok(String function, String payload) throws Exception {
        InvocationResult result = lambda.invoke(function, payload);
        assertFalse(result.failed(), result.payload());
        return Json.object(Json.parse(result.payload()));
    }

    private static Map<String, Object> failed(String function, String payload) throws Exception {
        InvocationResult result = lambda.invoke(function, payload);
        assertTrue(result.failed(), result.payload());
        return Json.object(Json.parse(result.payload()));
    }

    private static List<String> messages(String function) {
        return logs.read(EmbeddedLambda.logGroup(function), EmbeddedLambda.LOG_STREAM).stream().map(LogStore.LogEvent::message).toList();
    }

    private static void awaitLine(String group, String text) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            LogStore.LogEvent event = LINES.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            assertTrue(event != null, "no line \"" + text + "\" in " + group);
            if (event.group().equals(group) && event.message().equals(text)) {
                return;
            }
        }
    }
}

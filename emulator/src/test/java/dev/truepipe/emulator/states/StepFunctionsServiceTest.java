package dev.truepipe.emulator.states;

import static dev.truepipe.emulator.states.Retraining.map;
import static dev.truepipe.emulator.states.ScriptedTasks.fails;
import static dev.truepipe.emulator.states.ScriptedTasks.gives;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.json.Json;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StepFunctionsServiceTest {
    private static final String PASS = "\"StartAt\": \"P\", \"States\": {\"P\": {\"Type\": \"Pass\", \"End\": true}}";
    private static final String TASK = "\"End\": true";

    /** A task that stays until it is interrupted or let go. */
    private static final class Gate {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch open = new CountDownLatch(1);
        final CountDownLatch interrupted = new CountDownLatch(1);

        Object pass(TaskCall call) throws InterruptedException {
            entered.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            return call.arguments();
        }

        void awaitEntry() throws InterruptedException {
            assertTrue(entered.await(20, TimeUnit.SECONDS), "the task was called");
        }
    }

    @Test
    void startsTheSameExecutionOnceWhileItRunsAndRefusesItsNameAfterwards() throws Exception {
        try (Toy toy = Toy.task(TASK)) {
            Gate gate = new Gate();
            toy.tasks.usually("T", gate::pass);
            String arn = toy.start("one", "{\"a\": 1}");
            gate.awaitEntry();
            assertEquals(arn, toy.start("one", "{ \"a\":1 }"));
            assertEquals("ExecutionAlreadyExists", code(toy, "StartExecution", start(toy, "one", "{\"a\": 2}")));
            gate.open.countDown();
            toy.await(arn);
            assertEquals("ExecutionAlreadyExists", code(toy, "StartExecution", start(toy, "one", "{\"a\": 1}")));
            assertEquals(1, toy.tasks.calls("T").size());
        }
    }

    /** The disk is full: the caller is told, and whoever asks again gets what he asked for. */
    @Test
    void anExecutionThatCannotBeWrittenHasNotStarted(@TempDir Path folder) throws Exception {
        try (Toy toy = new Toy(PASS, folder)) {
            Path inTheWay = folder.resolve("toy/one.json.next");
            Files.createDirectories(inTheWay);
            assertThrows(UncheckedIOException.class, () -> toy.service.call("StartExecution", start(toy, "one", "{}")));
            assertEquals(Map.of(), toy.service.statuses());
            Files.delete(inTheWay);
            assertEquals("SUCCEEDED", toy.await(toy.start("one", "{}")).status());
        }
    }

    @Test
    void anExecutionWhoseRedriveCannotBeWrittenStaysAsItEnded(@TempDir Path folder) throws Exception {
        try (Toy toy = new Toy("\"StartAt\": \"T\", \"States\": {\"T\": {\"Type\": \"Task\", \"Resource\": \"" + Toy.TASK + "\", \"Arguments\": {}, \"End\": true}}", folder)) {
            toy.tasks.then("T", fails("Bad", "so bad"), gives(1L));
            String arn = toy.start("one", "{}");
            ExecutionRecord failed = toy.await(arn);
            assertEquals("FAILED", failed.status());
            Path inTheWay = folder.resolve("toy/one.json.next");
            Files.createDirectories(inTheWay);
            assertThrows(UncheckedIOException.class, () -> toy.service.call("RedriveExecution", Map.of("executionArn", arn)));
            assertEquals(failed, toy.service.record(arn));
            Files.delete(inTheWay);
            toy.call("RedriveExecution", Map.of("executionArn", arn));
            assertEquals("SUCCEEDED", toy.await(arn).status());
            assertEquals(1, toy.service.record(arn).redriveCount());
        }
    }

    @Test
    void anExecutionAbortedBeforeItRunsEndsAtOnce() throws Exception {
        try (Toy toy = Toy.task(TASK)) {
            Gate gate = new Gate();
            toy.tasks.usually("T", gate::pass);
            Ports ports = new Ports(Map.of(Toy.TASK, toy.tasks), (execution, bucket, key) -> null, toy.time, (of, event) -> {}, record -> {}, record -> {}, branch -> {});
            Execution execution = new Execution(new ExecutionRef("arn", "early", null), toy.machine, toy.machine.flow(), ports, Map.of());
            execution.abort("Why", "words");
            execution.start();
            ExecutionRecord ended = execution.ended().get(20, TimeUnit.SECONDS);
            assertEquals("ABORTED Why words", ended.status() + " " + ended.error() + " " + ended.cause());
        }
    }

    @Test
    void removesWhatAKillLeftHalfWritten(@TempDir Path folder) throws Exception {
        Path half = folder.resolve("toy/one.json.next");
        Files.createDirectories(half.getParent());
        Files.writeString(half, "{\"executionArn\":");
        try (Toy toy = new Toy(PASS, folder)) {
            assertFalse(Files.exists(half));
            assertEquals(Map.of(), toy.service.statuses());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "a:b", "a,b", "a;b", "a&b", "a$b", "a`b", "a~b", "a^b", "a|b", "a\\b", "a%b", "a#b", "a\"b",
        "a?b", "a*b", "a<b", "a>b", "a{b", "a}b", "a[b", "a]b", "a\tb", "a\u0000b", "a\u007fb", "a\u009fb"})
    void refusesNamesThatAwsRefuses(String name) {
        try (Toy toy = new Toy(PASS)) {
            assertEquals("InvalidName", code(toy, "StartExecution", start(toy, name, "{}")));
            assertEquals("InvalidName", code(toy, "StartExecution", start(toy, "n".repeat(81), "{}")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A-b_c.9", "hätte+=@!'()"})
    void takesNamesThatAwsTakes(String name) {
        try (Toy toy = new Toy(PASS)) {
            assertEquals("SUCCEEDED", toy.await(toy.start(name, "{}")).status());
            assertEquals("SUCCEEDED", toy.await(toy.start("n".repeat(80), "{}")).status());
        }
    }

    @Test
    void refusesInputThatIsNoJsonOrTooLarge() {
        try (Toy toy = new Toy(PASS)) {
            assertEquals("InvalidExecutionInput", code(toy, "StartExecution", start(toy, "a", "{")));
            assertEquals("ValidationException", code(toy, "StartExecution", start(toy, "a", "\"" + "x".repeat(262_143) + "\"")));
            assertEquals("SUCCEEDED", toy.await(toy.start("a", "\"" + "x".repeat(262_142) + "\"")).status());
        }
    }

    @Test
    void describesARunningASucceededAndAFailedExecution() throws Exception {
        try (Toy toy = Toy.task(TASK)) {
            Gate gate = new Gate();
            toy.tasks.then("T", gate::pass, fails("Bad", "so bad"));
            String arn = toy.start("one", "{\"a\":1}");
            gate.awaitEntry();
            Map<String, Object> running = toy.call("DescribeExecution", Map.of("executionArn", arn));
            assertEquals("RUNNING", running.get("status"));
            assertEquals("{\"a\":1}", running.get("input"));
            assertEquals(1_795_341_600.0, running.get("startDate"));
            assertFalse(running.containsKey("stopDate"));
            assertEquals("NOT_REDRIVABLE", running.get("redriveStatus"));
            gate.open.countDown();
            toy.await(arn);
            Map<String, Object> done = toy.call("DescribeExecution", Map.of("executionArn", arn));
            assertEquals(List.of("SUCCEEDED", "{\"n\":1}", toy.machine.arn(), "one", 0L, "NOT_REDRIVABLE"), List.of(done.get("status"),
                    done.get("output"), done.get("stateMachineArn"), done.get("name"), done.get("redriveCount"), done.get("redriveStatus")));
            Map<String, Object> failed = toy.call("DescribeExecution", Map.of("executionArn", toy.await(toy.start("two", "{}")).ref().arn()));
            assertEquals(List.of("FAILED", "Bad", "so bad", "REDRIVABLE"),
                    List.of(failed.get("status"), failed.get("error"), failed.get("cause"), failed.get("redriveStatus")));
            assertFalse(failed.containsKey("output"));
        }
    }

    @Test
    void givesHistoryInPagesBothWaysAndWithoutPayloads() {
        try (Toy toy = new Toy(PASS)) {
            String arn = toy.run("{\"secret\": 1}").ref().arn();
            for (boolean reverse : new boolean[] {false, true}) {
                List<Object> ids = new ArrayList<>();
                Map<String, Object> request = new HashMap<>(map("executionArn", arn, "maxResults", 3L, "reverseOrder", reverse,
                        "includeExecutionData", false));
                Map<String, Object> page;
                do {
                    page = toy.call("GetExecutionHistory", request);
                    Json.array(page.get("events")).forEach(event -> ids.add(Json.object(event).get("id")));
                    assertFalse(Json.text(page).contains("secret"), () -> "payloads were not asked for");
                    request.put("nextToken", page.get("nextToken"));
                } while (page.containsKey("nextToken"));
                assertEquals(reverse ? List.of(4L, 3L, 2L, 1L) : List.of(1L, 2L, 3L, 4L), ids);
            }
            Map<String, Object> first = Json.object(Json.array(toy.call("GetExecutionHistory", Map.of("executionArn", arn)).get("events")).getFirst());
            assertEquals("ExecutionStarted", first.get("type"));
            assertEquals("{\"secret\":1}", Json.object(first.get("executionStartedEventDetails")).get("input"));
            Map<String, Object> second = Json.object(Json.array(toy.call("GetExecutionHistory", Map.of("executionArn", arn)).get("events")).get(1));
            assertEquals("P", Json.object(second.get("stateEnteredEventDetails")).get("name"));
            assertEquals("InvalidToken", code(toy, "GetExecutionHistory", Map.of("executionArn", arn, "nextToken", "nonsense")));
            assertEquals("ValidationException", code(toy, "GetExecutionHistory", Map.of("executionArn", arn, "maxResults", 1_001L)));
        }
    }

    @Test
    void listsExecutionsNewestFirstAndByStatus() {
        try (Toy toy = Toy.task(TASK)) {
            toy.tasks.usually("T", gives(1L)).then("T", fails("Bad", null));
            for (String name : List.of("one", "two", "three")) {
                toy.await(toy.start(name, "{}"));
                toy.time.reach(toy.time.now().plusSeconds(1));
            }
            assertEquals(List.of("three", "two", "one"), names(toy, Map.of("stateMachineArn", toy.machine.arn())));
            assertEquals(List.of("one"), names(toy, Map.of("stateMachineArn", toy.machine.arn(), "statusFilter", "FAILED")));
            assertEquals(List.of("three"), names(toy, Map.of("stateMachineArn", toy.machine.arn(), "maxResults", 1L)));
            assertEquals("ValidationException", code(toy, "ListExecutions", Map.of("stateMachineArn", toy.machine.arn(), "statusFilter", "DONE")));
        }
    }

    @Test
    void stopsAnExecutionAndItsTask() throws Exception {
        try (Toy toy = Toy.task(TASK)) {
            Gate gate = new Gate();
            toy.tasks.usually("T", gate::pass);
            String arn = toy.start("one", "{}");
            gate.awaitEntry();
            toy.call("StopExecution", Map.of("executionArn", arn, "error", "Mine", "cause", "enough"));
            ExecutionRecord record = toy.await(arn);
            assertEquals(List.of("ABORTED", "Mine", "enough"), List.of(record.status(), record.error(), record.cause()));
            assertEquals("ExecutionAborted", record.history().getLast().type());
            assertTrue(gate.interrupted.await(20, TimeUnit.SECONDS), "its task was told to stop");
            assertEquals("ABORTED", toy.ended.getFirst().status());
            toy.tasks.usually("T", gives("after all"));
            toy.call("RedriveExecution", Map.of("executionArn", arn));
            assertEquals("after all", toy.await(arn).output());
        }
    }

    @Test
    void redrivesOnlyWhatEndedBadly() throws Exception {
        try (Toy toy = Toy.task(TASK)) {
            Gate gate = new Gate();
            toy.tasks.usually("T", gate::pass);
            String arn = toy.start("one", "{}");
            gate.awaitEntry();
            assertEquals("ExecutionNotRedrivable", code(toy, "RedriveExecution", Map.of("executionArn", arn)));
            gate.open.countDown();
            toy.await(arn);
            assertEquals("ExecutionNotRedrivable", code(toy, "RedriveExecution", Map.of("executionArn", arn)));
        }
    }

    @Test
    void describesAndListsItsMachines() {
        try (Toy toy = new Toy(PASS)) {
            Map<String, Object> machine = toy.call("DescribeStateMachine", Map.of("stateMachineArn", toy.machine.arn()));
            assertEquals(List.of("toy", "ACTIVE", "STANDARD"), List.of(machine.get("name"), machine.get("status"), machine.get("type")));
            assertTrue(((String) machine.get("definition")).contains("\"StartAt\": \"P\""));
            assertEquals(1, Json.array(toy.call("ListStateMachines", Map.of()).get("stateMachines")).size());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "StartExecution, stateMachineArn, StateMachineDoesNotExist", "DescribeStateMachine, stateMachineArn, StateMachineDoesNotExist",
        "ListExecutions, stateMachineArn, StateMachineDoesNotExist", "DescribeExecution, executionArn, ExecutionDoesNotExist",
        "GetExecutionHistory, executionArn, ExecutionDoesNotExist", "StopExecution, executionArn, ExecutionDoesNotExist",
        "RedriveExecution, executionArn, ExecutionDoesNotExist"})
    void namesWhatIsNotThere(String operation, String field, String code) {
        try (Toy toy = new Toy(PASS)) {
            assertEquals(code, code(toy, operation, Map.of(field, "arn:aws:states:us-east-1:000000000000:x:y")));
            assertEquals("ValidationException", code(toy, operation, Map.of()));
            assertEquals("ValidationException", code(toy, operation, Map.of(field, 1L)));
        }
    }

    @Test
    void refusesOperationsAndFieldsThatItDoesNotDo() {
        try (Toy toy = new Toy(PASS)) {
            assertEquals("UnknownOperationException", code(toy, "StartSyncExecution", Map.of()));
            assertEquals("ValidationException", code(toy, "ListExecutions", Map.of("stateMachineArn", toy.machine.arn(), "mapRunArn", "x")));
        }
    }

    private static final String MAP = """
            "StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
              "StartAt": "In", "States": {"In": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"v": "{% $states.input %}"},
              "End": true}}}, "End": true}}""";

    @Test
    void knowsTheChildrenOfADistributedMapByTheirArn() {
        try (Toy toy = new Toy(MAP)) {
            toy.tasks.usually("In", gives(0L));
            ExecutionRecord record = toy.run("[5, 6]");
            ExecutionRecord child = record.mapRuns().getFirst().children().getLast();
            Map<String, Object> described = toy.call("DescribeExecution", Map.of("executionArn", child.ref().arn()));
            assertEquals("6", described.get("input"));
            assertEquals(record.mapRuns().getFirst().arn(), described.get("mapRunArn"));
            assertEquals(new ExecutionRef.Item(record.mapRuns().getFirst().arn(), "M", 1, record.ref().arn()), child.ref().item());
            assertEquals(List.of("run"), names(toy, Map.of("stateMachineArn", toy.machine.arn())), "children are not listed");
            assertEquals("ExecutionNotRedrivable", code(toy, "RedriveExecution", Map.of("executionArn", child.ref().arn())));
        }
    }

    @Test
    void leavesAFileThatALaterServiceReads(@TempDir Path folder) throws Exception {
        String arn;
        ExecutionRecord failed;
        try (Toy toy = new Toy(MAP, folder)) {
            toy.tasks.usually("In", gives(0L)).then("In", fails("Bad", "once"));
            failed = toy.run("[5]");
            arn = failed.ref().arn();
            Path file = toy.service.file(failed.ref(), toy.machine);
            assertEquals(folder.resolve("toy/run.json"), file);
            assertEquals(failed, ExecutionRecord.fromJson(Json.parseObject(Files.readAllBytes(file))));
            assertEquals("Bad", Json.object(Json.array(Json.object(Json.array(Json.parseObject(Files.readAllBytes(file)).get("mapRuns"))
                    .getFirst()).get("children")).getFirst()).get("error"));
        }
        try (Toy later = new Toy(MAP, folder)) {
            assertEquals(failed, later.service.record(arn));
            assertEquals("ExecutionAlreadyExists", code(later, "StartExecution", start(later, "run", "[5]")));
            later.tasks.usually("In", gives("mended"));
            later.call("RedriveExecution", Map.of("executionArn", arn));
            ExecutionRecord record = later.await(arn);
            assertEquals(List.of("mended"), record.output());
            assertEquals(List.of("FAILED", "SUCCEEDED"), record.mapRuns().stream().map(run -> run.children().getFirst().status()).toList());
            assertEquals(failed.history(), record.history().subList(0, failed.history().size()), "the history goes on where it stopped");
        }
        try (Toy latest = new Toy(MAP, folder)) {
            assertEquals("SUCCEEDED", latest.service.record(arn).status());
        }
    }

    @Test
    void refusesToRedriveIntoAStateThatIsGone(@TempDir Path folder) {
        String arn;
        try (Toy toy = new Toy(MAP, folder)) {
            toy.tasks.usually("In", fails("Bad", "for good"));
            arn = toy.run("[5]").ref().arn();
        }
        try (Toy changed = new Toy(PASS, folder)) {
            assertEquals("ExecutionNotRedrivable", code(changed, "RedriveExecution", Map.of("executionArn", arn)));
        }
    }

    @Test
    void namesTheFileThatIsNoRecord(@TempDir Path folder) throws Exception {
        Files.createDirectories(folder.resolve("toy"));
        Files.writeString(folder.resolve("toy/broken.json"), "{}");
        String message = assertThrows(UncheckedIOException.class, () -> new Toy(PASS, folder)).getMessage();
        assertTrue(message.contains("broken.json") && message.contains("move the file away"), message);
    }

    @Test
    void abortsWhatRunsWhenItIsClosed(@TempDir Path folder) throws Exception {
        Toy toy = new Toy(MAP, folder);
        Gate gate = new Gate();
        toy.tasks.usually("In", gate::pass);
        String arn = toy.start("run", "[1]");
        gate.awaitEntry();
        toy.close();
        assertEquals("ABORTED", toy.service.record(arn).status());
        assertTrue(gate.interrupted.await(20, TimeUnit.SECONDS));
        assertTrue(Files.readString(folder.resolve("toy/run.json")).contains("shut down"));
        assertEquals("ServiceUnavailable", code(toy, "StartExecution", start(toy, "late", "[]")));
        assertEquals("ServiceUnavailable", code(toy, "RedriveExecution", Map.of("executionArn", arn)));
    }

    /** The files as they lay there when the process was killed are all that is left of it. */
    @Test
    void tellsOfWhatWasKilledAndRedrivesIt(@TempDir Path folder, @TempDir Path left) throws Exception {
        String arn;
        try (Toy toy = new Toy(MAP, folder)) {
            Gate gate = new Gate();
            toy.tasks.usually("In", gate::pass);
            arn = toy.start("run", "[1]");
            gate.awaitEntry();
            Files.createDirectories(left.resolve("toy"));
            Files.copy(folder.resolve("toy/run.json"), left.resolve("toy/run.json"));
        }
        ExecutionRecord killed;
        try (Toy later = new Toy(MAP, left)) {
            killed = later.service.record(arn);
            assertEquals("FAILED Embedded.Killed", killed.status() + " " + killed.error());
            assertTrue(killed.cause().endsWith("aws stepfunctions redrive-execution --execution-arn " + arn), killed.cause());
            assertEquals("ExecutionFailed", killed.history().getLast().type());
            assertEquals(List.of(killed), later.ended, "whoever hears of ends hears of this one");
        }
        try (Toy latest = new Toy(MAP, left)) {
            assertEquals(killed, latest.service.record(arn));
            assertEquals(List.of(), latest.ended, "told once");
            latest.tasks.usually("In", gives("mended"));
            latest.call("RedriveExecution", Map.of("executionArn", arn));
            assertEquals(List.of("mended"), latest.await(arn).output());
        }
    }

    /** A listener that throws must not leave anybody waiting. */
    @Test
    void endsThoughAListenerFails() throws Exception {
        StateMachine machine = StateMachine.load("m", "{\"QueryLanguage\": \"JSONata\", " + PASS + "}", Map.of(), SkippingTime.START);
        try (StepFunctionsService service = StepFunctionsService.builder().machine(machine).history((of, event) -> {
            if (event.type().startsWith("Pass")) {
                throw new IllegalStateException("a listener of ours");
            }
        }).build()) {
            String arn = (String) service.call("StartExecution", Map.of("stateMachineArn", machine.arn())).get("executionArn");
            ExecutionRecord record = service.await(arn, Duration.ofSeconds(30));
            assertEquals("States.Runtime", record.error());
            assertTrue(record.cause().contains("a listener of ours"), record.cause());
        }
    }

    /** The computer's own clock: a second of waiting takes a second, and a task's time runs out. */
    @Test
    void waitsByTheComputersClockUnlessToldOtherwise() throws Exception {
        StateMachine machine = StateMachine.load("real", """
                {"QueryLanguage": "JSONata", "StartAt": "W", "States": {
                  "W": {"Type": "Wait", "Seconds": 1, "Next": "T"},
                  "T": {"Type": "Task", "Resource": "r", "Arguments": {}, "TimeoutSeconds": 1, "End": true}}}""", Map.of(), SkippingTime.START);
        Gate gate = new Gate();
        try (StepFunctionsService service = StepFunctionsService.builder().machine(machine).task("r", gate::pass).build()) {
            String arn = (String) service.call("StartExecution", Map.of("stateMachineArn", machine.arn())).get("executionArn");
            assertThrows(TimeoutException.class, () -> service.await(arn, Duration.ofMillis(200)));
            ExecutionRecord record = service.await(arn, Duration.ofSeconds(30));
            assertEquals("States.Timeout", record.error());
            assertTrue(Duration.between(record.startDate(), record.stopDate()).toMillis() >= 2_000);
        }
    }

    private static Map<String, Object> start(Toy toy, String name, String input) {
        return Map.of("stateMachineArn", toy.machine.arn(), "name", name, "input", input);
    }

    private static String code(Toy toy, String operation, Map<String, Object> request) {
        return assertThrows(AwsError.class, () -> toy.service.call(operation, request)).code();
    }

    private static List<Object> names(Toy toy, Map<String, Object> request) {
        return Json.array(toy.call("ListExecutions", request).get("executions")).stream().map(e -> Json.object(e).get("name")).toList();
    }
}

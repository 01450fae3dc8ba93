package dev.truepipe.emulator.states;

import static dev.truepipe.emulator.states.Retraining.map;
import static dev.truepipe.emulator.states.Retraining.path;
import static dev.truepipe.emulator.states.ScriptedTasks.fails;
import static dev.truepipe.emulator.states.ScriptedTasks.gives;
import static dev.truepipe.emulator.states.ScriptedTasks.hangs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterpreterTest {

    /** Expression, input, and the output or the error's name; both as JSON. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "$states.input.a + 1|{\"a\":1}|2",
        "$states.input.a / 2|{\"a\":5}|2.5",
        "$states.input|{\"a\":null}|{\"a\":null}",
        "$states.input.a|{\"a\":null}|null",
        "$states.input.b|{\"a\":null}|\"States.QueryEvaluationError\"",
        "$error('no')|{}|\"States.QueryEvaluationError\"",
        "function($x){$x}|{}|\"States.QueryEvaluationError\"",
        "{'f': function($x){$x}}|{}|\"States.QueryEvaluationError\"",
        "$states.input.a|{\"a\":[1]}|[1]",
        "$states.input.a = [1, null]|{\"a\":[1, null]}|true",
        "$merge([{'a': 1}, $states.input.b ? {'b': $states.input.b} : {}])|{\"b\":null}|{\"a\":1}",
        "{'here': $states.input.a, 'gone': $states.input.b}|{\"a\":1}|{\"here\":1}",
        "$string($states.input)|{\"a\":3.0}|\"{\\\"a\\\":3}\"",
        "$string($states.input)|{\"a\":[null,{\"b\":null}]}|\"{\\\"a\\\":[null,{\\\"b\\\":null}]}\"",
        "[$exists($states.input.a), $type($states.input.a), $not($states.input.a), $states.input.a = null]|{\"a\":null}|[true,\"null\",true,true]",
        "$count($states.input.a[$ != null])|{\"a\":[null,1,null,2]}|2",
        "$sort($keys($states.input))|{\"b\":null,\"a\":1}|[\"a\",\"b\"]",
        "$parse('{\"a\":[1,2.5,null]}')|{}|{\"a\":[1,2.5,null]}",
        "$parse('{')|{}|\"States.QueryEvaluationError\"",
        "$hash('truepipe', 'MD5')|{}|\"cc9135e3d2cccb18aaccbde65f978d85\"",
        "$hash('abc', 'SHA-256')|{}|\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"",
        "$hash('abc', 'CRC')|{}|\"States.QueryEvaluationError\"",
        "$partition([1,2,3,4,5], 2)|{}|[[1,2],[3,4],[5]]",
        "$partition([1], 0)|{}|\"States.QueryEvaluationError\"",
        "$range(1, 9, 4)|{}|[1,5,9]",
        "$range(3, 1, -1)|{}|[3,2,1]",
        "$range(1, 2000, 1)|{}|\"States.QueryEvaluationError\"",
        "$random(7) = $random(7)|{}|true",
        "$random() < 1|{}|true",
        "$uuid() != $uuid() and $length($uuid()) = 36|{}|true",
        "$states.context.Execution.Name & ' ' & $states.context.State.Name & ' ' & $states.context.StateMachine.Name|{}|\"run P toy\"",
        "$states.context.Execution.Input.a|{\"a\":7}|7",
        "$states.context.Execution.RedriveCount|{}|0",
        "$states.context.Execution.StartTime|{}|\"2026-11-22T10:00:00Z\"",
        "$states.context.Execution.Id|{}|\"arn:aws:states:us-east-1:000000000000:execution:toy:run\"",
        "9007199254740993|{}|9007199254740992",
        "$states.input.a|{\"a\":9007199254740993}|9007199254740993"})
    void evaluatesAsStepFunctionsDoes(String expression, String input, String output) throws Exception {
        assertEquals(Json.parse(output), Toy.value(expression.strip(), input));
    }

    /** Output and Assign both see what was there before; a state's variables last; strings that only look like JSONata stay. */
    @Test
    void assignsAfterEvaluatingEverything() {
        try (Toy toy = new Toy("""
                "StartAt": "A", "States": {
                  "A": {"Type": "Pass", "Assign": {"x": 1, "plain": "$states.input"}, "Next": "B"},
                  "B": {"Type": "Pass", "Assign": {"x": "{% $x + 1 %}", "y": "{% $x %}"}, "Output": ["{% $x %}", 0], "Next": "C"},
                  "C": {"Type": "Succeed", "Output": {"x": "{% $x %}", "y": "{% $y %}", "in": "{% $states.input %}", "plain": "{% $plain %}"}}}""")) {
            assertEquals(map("x", 2L, "y", 1L, "in", List.of(1L, 0L), "plain", "$states.input"), toy.run("{}").output());
        }
    }

    @Test
    void takesTheFirstRuleThatHoldsWithItsOwnOutputAndAssign() {
        String choice = """
                "StartAt": "C", "States": {
                  "C": {"Type": "Choice", "Choices": [
                      {"Condition": "{% $states.input.n > 9 %}", "Next": "End", "Output": "big", "Assign": {"v": "rule 0"}},
                      {"Condition": "{% $states.input.n > 5 %}", "Next": "End"}],
                    "Default": "End", "Output": "small", "Assign": {"v": "default"}},
                  "End": {"Type": "Succeed", "Output": "{% [$states.input, $v] %}"}}""";
        for (Object[] expected : new Object[][] {{10L, List.of("big", "rule 0")}, {6L, List.of(map("n", 6L))}, {1L, List.of("small", "default")}}) {
            try (Toy toy = new Toy(choice)) {
                assertEquals(expected[1], toy.run("{\"n\":" + expected[0] + "}").output());
            }
        }
    }

    @Test
    void failsWhenNoRuleHoldsAndWhenAConditionIsNotABoolean() {
        for (String[] expected : new String[][] {{"false", "States.NoChoiceMatched"}, {"1", "States.QueryEvaluationError"}}) {
            try (Toy toy = new Toy("\"StartAt\": \"C\", \"States\": {\"C\": {\"Type\": \"Choice\", \"Choices\": [{\"Condition\": \"{% "
                    + expected[0] + " %}\", \"Next\": \"E\"}]}, \"E\": {\"Type\": \"Succeed\"}}")) {
                ExecutionRecord record = toy.run("{}");
                assertEquals(expected[1], record.error());
                assertTrue(record.cause().contains("'C'"), record.cause());
            }
        }
    }

    @Test
    void waitsForSecondsOrUntilATime() {
        try (Toy toy = new Toy("""
                "StartAt": "W", "States": {
                  "W": {"Type": "Wait", "Seconds": "{% $states.input.s %}", "Next": "U"},
                  "U": {"Type": "Wait", "Timestamp": "2026-11-22T11:00:00Z", "Next": "Past"},
                  "Past": {"Type": "Wait", "Timestamp": "2001-01-01T00:00:00Z", "End": true}}""")) {
            toy.run("{\"s\": 90}");
            assertEquals(List.of(Duration.ofSeconds(90), Duration.ofSeconds(3510)), toy.time.sleeps());
        }
    }

    @Test
    void failsWithTheWordsOfAFailState() {
        try (Toy toy = new Toy("""
                "StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "{% $states.input.e %}", "Cause": "{% 'because ' & $states.input.c %}"}}""")) {
            ExecutionRecord record = toy.run("{\"e\": \"TooFew\", \"c\": \"so\"}");
            assertEquals(List.of("FAILED", "TooFew", "because so"), List.of(record.status(), record.error(), record.cause()));
        }
        try (Toy toy = new Toy("\"StartAt\": \"F\", \"States\": {\"F\": {\"Type\": \"Fail\"}}")) {
            assertEquals(null, toy.run("{}").error());
        }
    }

    /** The table of AWS: who takes what. */
    @ParameterizedTest
    @CsvSource({
        "States.ALL, Any, true", "States.ALL, States.Timeout, true", "States.ALL, States.DataLimitExceeded, false",
        "States.ALL, States.Runtime, false", "States.TaskFailed, Any, true", "States.TaskFailed, States.Timeout, false",
        "States.TaskFailed, States.Runtime, false", "States.TaskFailed, States.QueryEvaluationError, true", "Any, Any, true",
        "Any, Other, false", "States.Timeout, States.Timeout, true", "States.DataLimitExceeded, States.DataLimitExceeded, true",
        "States.Runtime, States.Runtime, false"})
    void matchesErrorsAsAwsDoes(String wanted, String error, boolean taken) {
        assertEquals(taken, new Fault(error, null).isTakenBy(List.of(wanted)));
    }

    @Test
    void retriesWithBackoffUpToTheCapThenCatches() {
        try (Toy toy = Toy.task("""
                "Retry": [{"ErrorEquals": ["A"], "IntervalSeconds": 2, "BackoffRate": 3, "MaxAttempts": 4, "MaxDelaySeconds": 20},
                          {"ErrorEquals": ["B"], "MaxAttempts": 1}],
                "Catch": [{"ErrorEquals": ["B"], "Next": "Fine"},
                          {"ErrorEquals": ["States.ALL"], "Output": {"was": "{% $states.errorOutput %}"}, "Next": "Caught"}],
                "Next": "Fine"
                """)) {
            toy.tasks.then("T", fails("A", "1"), fails("B", "2")).usually("T", fails("A", "again"));
            ExecutionRecord record = toy.run("{}");
            assertEquals(map("was", map("Error", "A", "Cause", "again")), record.output());
            assertEquals(List.of("T", "Caught"), path(record));
            assertEquals(List.of(2L, 1L, 6L, 18L, 20L), toy.time.sleeps().stream().map(Duration::toSeconds).toList());
            assertEquals(6, toy.tasks.calls("T").size());
            assertEquals(IntStream.range(0, 6).boxed().toList(), toy.tasks.calls("T").stream().map(TaskCall::retry).toList());
        }
    }

    @Test
    void retriesThreeTimesWithDoublingWaitsUnlessSaid() {
        try (Toy toy = Toy.task("\"Retry\": [{\"ErrorEquals\": [\"States.ALL\"]}], \"End\": true")) {
            toy.tasks.usually("T", fails("A", null));
            ExecutionRecord record = toy.run("{}");
            assertEquals("A", record.error());
            assertEquals(List.of(1L, 2L, 4L), toy.time.sleeps().stream().map(Duration::toSeconds).toList());
        }
    }

    /** With full jitter each wait is anywhere between nothing and what it would be without. */
    @Test
    void spreadsWaitsWithJitter() {
        State.Retrier retrier = new State.Retrier(List.of("A"), 10, 2, 3, 35, true);
        List<Long> waits = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            waits.add(Interpreter.delay(retrier, 2).toMillis());
        }
        assertTrue(Collections.min(waits) >= 0 && Collections.max(waits) <= 35_000, waits::toString);
        assertTrue(Collections.min(waits) < 3_500 && Collections.max(waits) > 31_500, "2000 waits leave a tenth at an end empty");
    }

    @Test
    void timesATaskOutAndInterruptsIt() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        try (Toy toy = Toy.task("\"TimeoutSeconds\": \"{% 60 %}\", \"Catch\": [{\"ErrorEquals\": [\"States.Timeout\"], \"Next\": \"Caught\"}], \"Next\": \"Fine\"")) {
            toy.tasks.usually("T", call -> {
                try {
                    return hangs(toy.time).give(call);
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
            });
            ExecutionRecord record = toy.run("{}");
            assertEquals(List.of("T", "Caught"), path(record));
            assertTrue(interrupted.await(10, TimeUnit.SECONDS), "the task was told to stop");
            assertTrue(record.history().stream().anyMatch(event -> event.type().equals("TaskTimedOut")));
        }
    }

    @Test
    void timesAnExecutionOutWhereverItIs() {
        try (Toy toy = new Toy("\"TimeoutSeconds\": 10, \"StartAt\": \"W\", \"States\": {\"W\": {\"Type\": \"Wait\", \"Seconds\": 60, \"End\": true}}")) {
            ExecutionRecord record = toy.run("{}");
            assertEquals("TIMED_OUT", record.status());
            assertEquals("ExecutionTimedOut", record.history().getLast().type());
            assertEquals(SkippingTime.START.plusSeconds(10), record.stopDate());
        }
    }

    @Test
    void refusesPayloadsOver256KiB() {
        try (Toy toy = Toy.task("\"Catch\": [{\"ErrorEquals\": [\"States.ALL\"], \"Next\": \"Caught\"}], \"Next\": \"Fine\"")) {
            toy.tasks.then("T", gives("x".repeat(262_142))).then("T", gives("x".repeat(262_143)));
            assertEquals("SUCCEEDED", toy.run("{}").status());
            ExecutionRecord record = toy.await(toy.start("second", "{}"));
            assertEquals("States.DataLimitExceeded", record.error());
            assertTrue(record.cause().contains("'T' has 262145 bytes"), record.cause());
        }
    }

    @Test
    void treatsABrokenIntegrationAsRuntimeErrorThatNothingCatches() {
        try (Toy toy = Toy.task("\"Retry\": [{\"ErrorEquals\": [\"States.ALL\"]}], \"Catch\": [{\"ErrorEquals\": [\"States.ALL\"], \"Next\": \"Caught\"}], \"Next\": \"Fine\"")) {
            toy.tasks.usually("T", call -> {
                throw new IllegalStateException("a bug of ours");
            });
            ExecutionRecord record = toy.run("{}");
            assertEquals("States.Runtime", record.error());
            assertTrue(record.cause().contains("a bug of ours") && record.cause().contains("'T'"), record.cause());
        }
    }

    private static final String INLINE = """
            "StartAt": "Before", "States": {
              "Before": {"Type": "Pass", "Assign": {"outer": "seen"}, "Next": "M"},
              "M": {"Type": "Map", "Items": "{% $states.input.items %}", "MaxConcurrency": 2,
                "ItemSelector": {"v": "{% $states.context.Map.Item.Value %}", "i": "{% $states.context.Map.Item.Index %}"},
                "ItemProcessor": {"StartAt": "In", "States": {
                  "In": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": "{% $states.input %}",
                    "Assign": {"inner": "{% $states.input.i %}"}, "Next": "Out"},
                  "Out": {"Type": "Pass", "Output": "{% $outer & $string($inner) & $string($states.context.Map.Item.Value) %}", "End": true}}},
                "Output": {"all": "{% $states.result %}", "gone": "{% $exists($inner) %}"}, "End": true}}""";

    @Test
    void mapsInlineWithItsOwnVariablesInItemOrder() {
        try (Toy toy = new Toy(INLINE)) {
            toy.tasks.usually("In", gives("done"));
            assertEquals(map("all", List.of("seen0a", "seen1b", "seen2c"), "gone", false), toy.run("{\"items\": [\"a\",\"b\",\"c\"]}").output());
            assertEquals(map("all", List.of(), "gone", false), toy.await(toy.start("none", "{\"items\": []}")).output());
        }
    }

    @Test
    void failsAnInlineMapWithItsItemsError() {
        try (Toy toy = new Toy(INLINE)) {
            toy.tasks.usually("In", call -> {
                if (call.arguments().get("v").equals("b")) {
                    throw new TaskFailed("Bad", "b is bad");
                }
                return "done";
            });
            ExecutionRecord record = toy.run("{\"items\": [\"a\",\"b\",\"c\"]}");
            assertEquals(List.of("FAILED", "Bad", "b is bad"), List.of(record.status(), record.error(), record.cause()));
            assertTrue(record.history().stream().anyMatch(event -> event.type().equals("MapIterationFailed")));
        }
    }

    private static final String DISTRIBUTED = """
            "StartAt": "M", "States": {
              "M": {"Type": "Map", "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
                  "Arguments": {"Bucket": "b", "Key": "{% $states.input.key %}"}},
                "ItemSelector": {"v": "{% $states.context.Map.Item.Value %}", "parent": "{% $states.context.Execution.Name %}"},
                "MaxConcurrency": "{% $number('CONCURRENCY') %}", "Assign": {"before": 1},
                "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "In", "States": {
                  "In": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": "{% $states.input %}",
                    "Output": "{% $states.result %}", "End": true}}},
                "Catch": [{"ErrorEquals": ["Bad"], "Next": "Never"}], "Next": "After"},
              "After": {"Type": "Pass", "End": true}, "Never": {"Type": "Pass", "End": true}}""";

    private static Toy distributed(int concurrency) {
        Toy toy = new Toy(DISTRIBUTED.replace("CONCURRENCY", Integer.toString(concurrency)));
        toy.objects.put("b/k", "[\"a\", \"b\", \"c\", \"d\", \"e\"]");
        return toy;
    }

    /** All five wait for each other, so the test ends only if they really run at the same time. */
    @Test
    void runsChildrenOfADistributedMapAtTheSameTime() {
        try (Toy toy = distributed(5)) {
            CountDownLatch together = new CountDownLatch(5);
            toy.tasks.usually("In", call -> {
                together.countDown();
                if (!together.await(20, TimeUnit.SECONDS)) {
                    throw new TaskFailed("Alone", "the others did not come");
                }
                return call.arguments().get("v");
            });
            assertEquals(List.of("a", "b", "c", "d", "e"), toy.run("{\"key\": \"k\"}").output());
        }
    }

    @Test
    void keepsToMaxConcurrency() {
        try (Toy toy = distributed(2)) {
            AtomicInteger now = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            CountDownLatch two = new CountDownLatch(2);
            toy.tasks.usually("In", call -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                two.countDown();
                two.await(20, TimeUnit.SECONDS);
                now.decrementAndGet();
                return call.arguments().get("parent");
            });
            assertEquals(Collections.nCopies(5, "run"), toy.run("{\"key\": \"k\"}").output());
            assertEquals(2, most.get());
        }
    }

    /** The Map has a Catch for the child's error; it must not see it. */
    @Test
    void neverLetsAChildsErrorOutOfADistributedMap() {
        try (Toy toy = distributed(1)) {
            toy.tasks.usually("In", call -> {
                if (call.arguments().get("v").equals("c")) {
                    throw new TaskFailed("Bad", "c is bad");
                }
                return 0L;
            });
            ExecutionRecord record = toy.run("{\"key\": \"k\"}");
            assertEquals("States.ExceedToleratedFailureThreshold", record.error());
            List<ExecutionRecord> children = record.mapRuns().getFirst().children();
            assertEquals(List.of("SUCCEEDED", "SUCCEEDED", "FAILED"), children.stream().map(ExecutionRecord::status).toList());
            assertEquals("Bad", children.getLast().error());
            assertTrue(children.getLast().ref().arn().startsWith("arn:aws:states:us-east-1:000000000000:execution:toy/M:"));
        }
    }

    @Test
    void abortsTheOtherChildrenWhenOneFails() throws Exception {
        try (Toy toy = distributed(5)) {
            CountDownLatch interrupted = new CountDownLatch(4);
            CountDownLatch begun = new CountDownLatch(5);
            toy.tasks.usually("In", call -> {
                begun.countDown();
                begun.await(20, TimeUnit.SECONDS);
                if (call.arguments().get("v").equals("a")) {
                    throw new TaskFailed("Bad", "a is bad");
                }
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
                return 0L;
            });
            assertEquals("States.ExceedToleratedFailureThreshold", toy.run("{\"key\": \"k\"}").error());
            assertTrue(interrupted.await(20, TimeUnit.SECONDS), "the other children were told to stop");
        }
    }

    @Test
    void failsWhenItemsCannotBeReadOrAreNoArray() {
        try (Toy toy = distributed(1)) {
            ExecutionRecord record = toy.run("{\"key\": \"missing\"}");
            assertEquals("States.ItemReaderFailed", record.error());
            assertTrue(record.cause().contains("s3://b/missing") && record.cause().contains("NoSuchKey"), record.cause());
            toy.objects.put("b/object", "{}");
            assertTrue(toy.await(toy.start("second", "{\"key\": \"object\"}")).cause().contains("must hold a JSON array, holds an object"));
        }
    }

    /** A redrive of a Distributed Map runs the children again that did not succeed, and no other. */
    @Test
    void redrivesOnlyTheChildrenThatDidNotSucceed() {
        try (Toy toy = distributed(1)) {
            toy.tasks.then("In", gives("1"), gives("2"), fails("Bad", "third")).usually("In", gives("again"));
            ExecutionRecord failed = toy.run("{\"key\": \"k\"}");
            assertEquals("FAILED", failed.status());
            toy.objects.clear();
            toy.call("RedriveExecution", Map.of("executionArn", failed.ref().arn()));
            ExecutionRecord record = toy.await(failed.ref().arn());
            assertEquals(List.of("1", "2", "again", "again", "again"), record.output());
            assertEquals(6, toy.tasks.calls("In").size());
            assertEquals(1, record.redriveCount());
            assertEquals(1, record.mapRuns().size());
            List<String> types = record.history().stream().map(HistoryEvent::type).toList();
            assertTrue(types.contains("ExecutionRedriven") && types.contains("MapRunRedriven"), types::toString);
        }
    }

    @Test
    void redrivesTheFailedStateWithItsInputAndVariables() {
        try (Toy toy = new Toy("""
                "StartAt": "A", "States": {
                  "A": {"Type": "Pass", "Assign": {"x": 1}, "Output": {"from": "A"}, "Next": "T"},
                  "T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"x": "{% $x %}", "in": "{% $states.input %}"},
                    "Output": "{% $states.context.Execution.RedriveCount %}", "End": true}}""")) {
            toy.tasks.then("T", fails("Denied", "no")).usually("T", gives("fine"));
            ExecutionRecord failed = toy.run("{}");
            toy.call("RedriveExecution", Map.of("executionArn", failed.ref().arn()));
            ExecutionRecord record = toy.await(failed.ref().arn());
            assertEquals(1L, record.output());
            assertEquals(List.of("A", "T", "T"), path(record));
            assertEquals(map("x", 1L, "in", map("from", "A")), toy.tasks.calls("T").getLast().arguments());
            assertEquals(null, record.error());
            assertEquals(failed.startDate(), record.startDate());
        }
    }

    /** Ids count up; each event follows from one before it; the listener hears them in that order. */
    @Test
    void writesAHistoryThatHangsTogether() {
        try (Toy toy = Toy.task("\"Retry\": [{\"ErrorEquals\": [\"A\"]}], \"Next\": \"Fine\"")) {
            toy.tasks.then("T", fails("A", "once")).usually("T", gives(map("ok", true)));
            ExecutionRecord record = toy.run("{\"in\": 1}");
            assertEquals(List.of("ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskFailed", "TaskScheduled",
                            "TaskStarted", "TaskSucceeded", "TaskStateExited", "SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded"),
                    record.history().stream().map(HistoryEvent::type).toList());
            for (int i = 0; i < record.history().size(); i++) {
                assertEquals(i + 1, record.history().get(i).id());
                assertEquals(i, record.history().get(i).previousEventId());
                assertEquals("run " + (i + 1) + " " + record.history().get(i).type(), toy.heard.get(i));
            }
            Map<String, Object> scheduled = record.history().get(2).details();
            assertEquals("lambda", scheduled.get("resourceType"));
            assertEquals("invoke", scheduled.get("resource"));
            assertEquals("{\"n\":1}", scheduled.get("parameters"));
            assertEquals(map("resourceType", "lambda", "resource", "invoke", "error", "A", "cause", "once"), record.history().get(4).details());
            assertEquals("{\"in\":1}", record.history().getFirst().details().get("input"));
        }
    }

    /** AWS ends an execution at 25,000 events; this loop writes some 28,000. */
    @Test
    void hasNoLimitOnItsHistory() {
        try (Toy toy = new Toy("""
                "StartAt": "Zero", "States": {
                  "Zero": {"Type": "Pass", "Assign": {"n": 0}, "Next": "Next"},
                  "Next": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}"}, "Next": "More"},
                  "More": {"Type": "Choice", "Choices": [{"Condition": "{% $n < 7000 %}", "Next": "Next"}], "Default": "Done"},
                  "Done": {"Type": "Succeed", "Output": "{% $n %}"}}""")) {
            ExecutionRecord record = toy.run("{}");
            assertEquals(7000L, record.output());
            assertTrue(record.history().size() > 25_000);
        }
    }

    @Test
    void tellsOfTheEndOnceForEachExecutionAndNotForChildren() {
        try (Toy toy = distributed(5)) {
            toy.tasks.usually("In", gives(0L));
            ExecutionRecord record = toy.run("{\"key\": \"k\"}");
            assertEquals(List.of(record), toy.ended);
            Map<String, Object> event = record.statusChange();
            assertEquals("Step Functions Execution Status Change", event.get("detail-type"));
            assertEquals("aws.states", event.get("source"));
            assertEquals("SUCCEEDED", Json.object(event.get("detail")).get("status"));
            assertEquals(record.ref().arn(), Json.object(event.get("detail")).get("executionArn"));
        }
    }

    @Test
    void refusesAMachineWithoutTheTasksItUses() throws Exception {
        StateMachine machine = StateMachine.load("retraining", Retraining.text(), Retraining.SUBSTITUTIONS, SkippingTime.START);
        String message = assertThrows(IllegalArgumentException.class, () -> StepFunctionsService.builder().machine(machine).build()).getMessage();
        assertTrue(message.contains("arn:aws:states:::sns:publish"), message);
        assertFalse(message.contains("sqs"), message);
    }
}

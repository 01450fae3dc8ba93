package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.events.Topics;
import dev.truepipe.emulator.sagemaker.TrainingEvent;
import dev.truepipe.emulator.states.ExecutionRef;
import dev.truepipe.emulator.states.HistoryEvent;
import dev.truepipe.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The words a run is told in. */
class TimelineTest {
    private static final ExecutionRef RUN = new ExecutionRef("arn:aws:states:us-east-1:000000000000:execution:m:run", "run", null);
    private static final String REASON = "AlgorithmError: the pipe was empty, exit code: 1";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Timeline timeline = new Timeline(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);

    @Test
    void aFailedTrainingIsToldOnceAndInWords() {
        timeline.training(new TrainingEvent.Status("job-1", Instant.EPOCH, "Failed", "Failed", REASON));
        history("TaskFailed", "Train", Map.of("error", "States.TaskFailed", "cause",
                Json.text(Map.of("TrainingJobName", "job-1", "TrainingJobStatus", "Failed", "FailureReason", REASON))));
        history("ExecutionFailed", null, Map.of("error", "AlgorithmFailed", "cause", "Training job job-1 failed: " + REASON + " Mend it."));
        timeline.published(new Topics.Message("1", "news", null,
                Json.text(Map.of("message", "Truepipe: the run run ended FAILED. See https://us-east-1.console.aws.amazon.com/",
                        "event", Map.of("detail", Map.of("error", "AlgorithmFailed", "cause", REASON)))), Instant.EPOCH));
        String told = told();
        assertEquals(2, told.split(REASON, -1).length, told);
        assertFalse(told.contains("{") || told.contains("console.aws"), told);
        assertTrue(told.contains("Train: States.TaskFailed") && told.contains("AlgorithmFailed") && told.contains("the run run ended FAILED."), told);
    }

    @Test
    void anotherReasonIsTold() {
        history("TaskFailed", "ScanManifests", Map.of("error", "java.io.IOException", "cause", Json.text(Map.of("errorMessage", "the disk is full", "stackTrace", List.of()))));
        history("ExecutionFailed", null, Map.of("error", "States.Runtime", "cause", "nothing works"));
        String told = told();
        assertTrue(told.contains("ScanManifests: java.io.IOException: the disk is full") && told.contains("States.Runtime: nothing works"), told);
    }

    @Test
    void oneLineIsOneLine() {
        history("TaskStateExited", "DecideDataset", Map.of("output", "{\"lines\":1,\"accepted\":0,\"train\":0,\"validation\":0,\"quarantined\":1,\"superseded\":0}"));
        assertTrue(told().contains("  1 line: 0 accepted"), told());
    }

    @Test
    void theConclusionIsATableAndSaysWhatThePicturesAre() {
        Map<String, Object> result = result("Succeeded");
        result.put("model", "somewhere/model.tar.gz");
        DemoCommand.conclude(timeline, result, true, Path.of("somewhere"));
        List<String> rows = told().lines().filter(line -> line.contains("somewhere/")).toList();
        assertEquals(4, rows.size(), told());
        for (String row : rows) {
            assertEquals(rows.getFirst().indexOf("  open it"), rows.getFirst().indexOf("somewhere/") + "somewhere/very/deep/train.manifest".length());
            assertTrue(row.startsWith("  ", rows.getFirst().indexOf("  open it")) && row.charAt(rows.getFirst().indexOf("open it")) != ' ', told());
        }
        assertTrue(told().lines().toList().get(told().lines().toList().indexOf(rows.getFirst()) + 1).contains("stand-ins"), told());
    }

    @Test
    void theConclusionOfAFailureNamesTheLogsAndEndsItsSentenceOnce() {
        Map<String, Object> result = result("Failed");
        result.put("why", Map.of("error", "AlgorithmFailed", "message", "Mend it, then run the demo again."));
        DemoCommand.conclude(timeline, result, true, Path.of("somewhere"));
        assertTrue(told().contains("Failed: AlgorithmFailed: Mend it, then run the demo again.\n"), told());
        assertTrue(told().contains(Path.of("somewhere/cloud/logs").toString()), told());
        assertFalse(told().contains("stand-ins"), "there is no metric to warn of");
    }

    private static Map<String, Object> result(String status) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("status", status);
        result.put("report", "somewhere/report.html");
        result.put("manifests", Map.of("train", "somewhere/very/deep/train.manifest"));
        result.put("execution", "somewhere/execution.json");
        return result;
    }

    private void history(String type, String state, Map<String, Object> details) {
        timeline.history(RUN, new HistoryEvent(1, 0, Instant.EPOCH, type, state, details));
    }

    private String told() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}

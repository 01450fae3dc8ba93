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
import java.time.Instant;
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
                "\"Truepipe: the run run ended FAILED. AlgorithmFailed: " + REASON + " See https://us-east-1.console.aws.amazon.com/\"", Instant.EPOCH));
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

    private void history(String type, String state, Map<String, Object> details) {
        timeline.history(RUN, new HistoryEvent(1, 0, Instant.EPOCH, type, state, details));
    }

    private String told() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}

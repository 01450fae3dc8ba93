package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.events.EventBus;
import dev.truepipe.emulator.events.Topics;
import dev.truepipe.json.Json;
import dev.truepipe.settings.Settings;
import dev.truepipe.settings.SettingsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each end of an execution is announced by one rule, or by none. */
class FailureRulesTest {
    private static final String ABSENT = "absent";
    private static final String NULL = "null";

    @TempDir
    private Path folder;

    private LocalCloud cloud;
    private Topics topics;

    @BeforeEach
    void describe() throws Exception {
        Path yaml = Files.writeString(folder.resolve("truepipe.yaml"), """
                datasets:
                  - name: cars
                    labels: s3://labels/cars/
                    training: { algorithm: object-detection }
                """);
        Settings settings = SettingsFile.read(yaml);
        cloud = new LocalCloud(settings);
        topics = new Topics(folder, Set.of(LocalCloud.TOPIC), Clock.systemUTC());
    }

    @ParameterizedTest
    @CsvSource({
        "FAILED,    java.io.IOException,                     ExecutionFailed",
        "FAILED,    TrainingStopped,                         ExecutionFailed",
        "FAILED,    absent,                                  ExecutionFailed",
        "FAILED,    States.ExceedToleratedFailureThreshold,  PartFailed",
        "TIMED_OUT, States.Timeout,                          ExecutionStopped",
        "TIMED_OUT, null,                                    ExecutionStopped",
        "ABORTED,   null,                                    ExecutionStopped",
        "ABORTED,   absent,                                  ExecutionStopped",
        "ABORTED,   Mine,                                    ExecutionStopped",
        "ABORTED,   States.ExceedToleratedFailureThreshold,  ExecutionStopped",
    })
    void announcesEachBadEndOnce(String status, String error, String rule) throws Exception {
        assertEquals(List.of(rule), put(LocalCloud.STATE_MACHINE, status, error));
        assertEquals(1, topics.messages(LocalCloud.TOPIC).size());
        assertEquals(List.of(), put("another-machine", status, error));
    }

    @Test
    void announcesNoGoodEnd() throws Exception {
        assertEquals(List.of(), put(LocalCloud.STATE_MACHINE, "SUCCEEDED", NULL));
        assertEquals(List.of(), put(LocalCloud.STATE_MACHINE, "RUNNING", ABSENT));
    }

    @Test
    void tellsWhereAPartsReasonStands() throws Exception {
        put(LocalCloud.STATE_MACHINE, "FAILED", "States.ExceedToleratedFailureThreshold");
        String text = topics.messages(LocalCloud.TOPIC).getFirst().text();
        assertTrue(text.contains("the run cars-0f ended FAILED. A part of ScanManifests or WriteChannels failed for good"), text);
        assertTrue(text.contains("filter @message like 'arn:execution'"), text);
        assertTrue(text.contains("https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/arn:execution"), text);
        assertTrue(text.contains("s3://" + LocalCloud.WORK_BUCKET + "/datasets/DATASET/champion.json"), text);
        assertFalse(text.contains("<"), text);
    }

    /** Causes quote quotas and exceptions; whoever stops a run may write anything. None of it may keep the news from being told. */
    @Test
    void anyErrorAndCauseArriveWhole() throws Exception {
        String cause = "Ask for a higher \"ml.g5.2xlarge for spot training job usage\",\n\tthen {\"errorMessage\":\"a\\\\b <name>\"} \u00e9 \ud83d\ude00";
        for (String status : List.of("FAILED", "ABORTED")) {
            put(LocalCloud.STATE_MACHINE, status, "My \"own\" error", cause);
            Map<String, Object> told = Json.object(Json.parse(topics.messages(LocalCloud.TOPIC).getLast().text()));
            assertTrue(((String) told.get("message")).startsWith("Truepipe: the run cars-0f ended " + status + "."), told::toString);
            Map<String, Object> detail = Json.object(Json.object(told.get("event")).get("detail"));
            assertEquals("My \"own\" error", detail.get("error"));
            assertEquals(cause, detail.get("cause"));
        }
    }

    private List<String> put(String machine, String status, String error) throws Exception {
        return put(machine, status, error, "because");
    }

    private List<String> put(String machine, String status, String error, String cause) throws Exception {
        Map<String, Object> detail = new HashMap<>();
        detail.put("stateMachineArn", Arns.stateMachine(machine));
        detail.put("executionArn", "arn:execution");
        detail.put("name", "cars-0f");
        detail.put("status", status);
        if (!error.equals(ABSENT)) {
            detail.put("error", error.equals(NULL) ? null : error);
            detail.put("cause", cause);
        }
        try (EventBus bus = new EventBus(cloud.rules(), List.of(), (queue, text) -> {}, topics, Clock.systemUTC())) {
            return bus.put("aws.states", "Step Functions Execution Status Change", List.of("arn:execution"), detail);
        }
    }
}

package dev.truepipe.emulator.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class LogsServiceTest {
    private static final String GROUP = "/aws/sagemaker/TrainingJobs";
    private static final Instant START = Instant.parse("2026-02-03T04:05:06Z");

    /** Goes on by one second at each look. */
    private static final class Ticking extends Clock {
        private long seconds;

        @Override
        public Instant instant() {
            return START.plusSeconds(seconds++);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("UTC only");
        }
    }

    @TempDir
    Path folder;

    private LogStore store;
    private LogsService service;

    @BeforeEach
    void fill() {
        store = new LogStore(folder, new Ticking());
        service = new LogsService(store);
        store.append(GROUP, "job-a/algo-1-7", "epoch 1 mAP=0.5");
        store.append(GROUP, "job-b/algo-1-8", "epoch 1 mAP=0.1");
        store.append(GROUP, "job-a/algo-1-7", "two lines\nin one event\r");
        store.append(GROUP, "job-a/algo-1-7", "epoch 2 mAP=0.6");
    }

    @Test
    void aStreamIsAFileThatPeopleCanOpen() throws IOException {
        assertEquals(
                """
                2026-02-03T04:05:06Z epoch 1 mAP=0.5
                2026-02-03T04:05:08Z two lines
                \tin one event
                2026-02-03T04:05:09Z epoch 2 mAP=0.6
                """,
                Files.readString(folder.resolve("aws/sagemaker/TrainingJobs/job-a/algo-1-7.log")));
        assertEquals(List.of("epoch 1 mAP=0.5", "two lines\nin one event", "epoch 2 mAP=0.6"),
                new LogStore(folder, Clock.systemUTC()).read(GROUP, "job-a/algo-1-7").stream().map(LogStore.LogEvent::message).toList());
    }

    @Test
    void findsATermInTheStreamsOfOnePrefixInOrderOfTime() throws AwsError {
        assertEquals(
                List.of("epoch 1 mAP=0.5", "epoch 2 mAP=0.6"),
                messages(call("FilterLogEvents", "logGroupName", GROUP, "logStreamNamePrefix", "job-a/", "filterPattern", "\"mAP=\"")));
        assertEquals(
                List.of("epoch 1 mAP=0.5", "epoch 1 mAP=0.1", "epoch 2 mAP=0.6"),
                messages(call("FilterLogEvents", "logGroupName", GROUP, "filterPattern", "epoch")));
        assertEquals(
                List.of("two lines\nin one event"),
                messages(call("FilterLogEvents", "logGroupName", GROUP, "startTime", START.plusSeconds(2).toEpochMilli(),
                        "endTime", START.plusSeconds(2).toEpochMilli())));
    }

    @Test
    void refusesAPatternItWouldReadOtherwiseThanCloudWatch() {
        for (String pattern : List.of("a b", "?ERROR", "{ $.level = \"x\" }", "-not", "%regex%", "\"a\" \"b\"")) {
            AwsError refused = assertThrows(AwsError.class, () -> call("FilterLogEvents", "logGroupName", GROUP, "filterPattern", pattern), pattern);
            assertEquals("InvalidParameterException", refused.code());
        }
    }

    @Test
    void pagesThroughWhatItFinds() throws AwsError {
        List<String> all = new ArrayList<>();
        Object token = null;
        int pages = 0;
        do {
            Map<String, Object> page = token == null
                    ? call("FilterLogEvents", "logGroupName", GROUP, "limit", 3L)
                    : call("FilterLogEvents", "logGroupName", GROUP, "limit", 3L, "nextToken", token);
            all.addAll(messages(page));
            token = page.get("nextToken");
            pages++;
        } while (token != null);
        assertEquals(4, all.size());
        assertEquals(2, pages);
    }

    @Test
    void readsAStreamForwardsAndFromItsEnd() throws AwsError {
        Map<String, Object> first = call("GetLogEvents", "logGroupName", GROUP, "logStreamName", "job-a/algo-1-7", "startFromHead", true, "limit", 2L);
        assertEquals(List.of("epoch 1 mAP=0.5", "two lines\nin one event"), messages(first));
        Map<String, Object> next = call("GetLogEvents", "logGroupName", GROUP, "logStreamName", "job-a/algo-1-7", "nextToken", first.get("nextForwardToken"));
        assertEquals(List.of("epoch 2 mAP=0.6"), messages(next));
        Map<String, Object> end = call("GetLogEvents", "logGroupName", GROUP, "logStreamName", "job-a/algo-1-7", "nextToken", next.get("nextForwardToken"));
        assertEquals(List.of(), messages(end));
        assertEquals(next.get("nextForwardToken"), end.get("nextForwardToken"), "the same token says that there is no more");
        assertEquals(List.of("epoch 2 mAP=0.6"), messages(call("GetLogEvents", "logGroupName", GROUP, "logStreamName", "job-a/algo-1-7", "limit", 1L)));
    }

    @Test
    void describesStreamsByPrefixAndLastEvent() throws AwsError {
        List<Object> streams = Json.array(call("DescribeLogStreams", "logGroupName", GROUP, "orderBy", "LastEventTime", "descending", true).get("logStreams"));
        assertEquals("job-a/algo-1-7", Json.object(streams.getFirst()).get("logStreamName"));
        assertEquals(START.plusSeconds(3).toEpochMilli(), Json.object(streams.getFirst()).get("lastEventTimestamp"));
        assertEquals(1, Json.array(call("DescribeLogStreams", "logGroupName", GROUP, "logStreamNamePrefix", "job-b").get("logStreams")).size());
    }

    @Test
    void groupsAndStreamsThatAreNotThereAreTold() {
        assertEquals("ResourceNotFoundException", assertThrows(AwsError.class, () -> call("FilterLogEvents", "logGroupName", "/none")).code());
        assertEquals("ResourceNotFoundException",
                assertThrows(AwsError.class, () -> call("GetLogEvents", "logGroupName", GROUP, "logStreamName", "none")).code());
        assertEquals("UnknownOperationException", assertThrows(AwsError.class, () -> call("PutLogEvents", "logGroupName", GROUP)).code());
    }

    @Test
    void namesCannotClimbOutOfTheFolder() {
        assertThrows(IllegalArgumentException.class, () -> store.append("/aws/../../etc", "s", "x"));
        assertThrows(IllegalArgumentException.class, () -> store.append(GROUP, "../s", "x"));
        assertFalse(Files.exists(folder.resolve("s.log")));
    }

    @Test
    void listenersHearEachEventOnce() {
        List<String> heard = new ArrayList<>();
        store.onEvent(event -> heard.add(event.stream() + " " + event.message()));
        store.append(GROUP, "s", "one");
        store.append(GROUP, "s", "two");
        assertEquals(List.of("s one", "s two"), heard);
        assertTrue(store.streams(GROUP).contains("s"));
    }

    private Map<String, Object> call(String operation, Object... fields) throws AwsError {
        Map<String, Object> request = new LinkedHashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            request.put((String) fields[i], fields[i + 1]);
        }
        return service.call(operation, request);
    }

    private static List<String> messages(Map<String, Object> response) {
        return Json.array(response.get("events")).stream().map(event -> (String) Json.object(event).get("message")).toList();
    }
}

package dev.truepipe.emulator.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

public class EventBusTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-02-03T04:05:06.789Z"), ZoneOffset.UTC);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"source\":[\"aws.s3\"]} | true",
                "{\"source\":[\"aws.ec2\",\"aws.s3\"]} | true",
                "{\"source\":[\"aws.ec2\"]} | false",
                "{\"source\":[\"aws.s3\"],\"detail\":{\"object\":{\"key\":[\"a/b.manifest\"]}}} | true",
                "{\"detail\":{\"object\":{\"key\":[{\"suffix\":\".manifest\"}]}}} | true",
                "{\"detail\":{\"object\":{\"key\":[{\"suffix\":\".json\"}]}}} | false",
                "{\"detail\":{\"object\":{\"key\":[{\"suffix\":\".json\"},{\"prefix\":\"a/\"}]}}} | true",
                "{\"detail\":{\"object\":{\"key\":[{\"wildcard\":\"a/*.manifest\"}]}}} | true",
                "{\"detail\":{\"object\":{\"key\":[{\"wildcard\":\"*\"}]}}} | true",
                "{\"detail\":{\"object\":{\"key\":[{\"wildcard\":\"a/b*\"}]}}} | true",
                "{\"detail\":{\"object\":{\"key\":[{\"wildcard\":\"a/*/b.manifest\"}]}}} | false",
                "{\"detail\":{\"object\":{\"key\":[{\"wildcard\":\"b*.manifest\"}]}}} | false",
                "{\"detail\":{\"object\":{\"key\":[{\"wildcard\":\"a/b.manifes.\"}]}}} | false",
                "{\"detail\":{\"object\":{\"key\":[{\"wildcard\":\"a/\\\\*\"}]}}} | false",
                "{\"detail\":{\"object\":{\"size\":[{\"wildcard\":\"*\"}]}}} | false",
                "{\"detail\":{\"object\":{\"size\":[3]}}} | true",
                "{\"detail\":{\"object\":{\"size\":[\"3\"]}}} | false",
                "{\"detail\":{\"object\":{\"size\":[{\"prefix\":\"3\"}]}}} | false",
                "{\"detail\":{\"gone\":[{\"exists\":false}]}} | true",
                "{\"detail\":{\"gone\":[{\"exists\":true}]}} | false",
                "{\"detail\":{\"nothing\":[null]}} | true",
                "{\"detail\":{\"gone\":[null]}} | false",
                "{\"detail\":{\"gone\":{\"deeper\":[\"x\"]}}} | false",
                "{\"source\":[{\"anything-but\":[\"aws.ec2\",\"aws.sns\"]}]} | true",
                "{\"source\":[{\"anything-but\":[\"aws.ec2\",\"aws.s3\"]}]} | false",
                "{\"source\":[{\"anything-but\":\"aws.s3\"}]} | false",
                "{\"source\":[{\"anything-but\":\"aws.ec2\"}]} | true",
                "{\"detail\":{\"object\":{\"size\":[{\"anything-but\":3}]}}} | false",
                "{\"detail\":{\"object\":{\"size\":[{\"anything-but\":[2,4]}]}}} | true",
                "{\"detail\":{\"object\":{\"size\":[{\"anything-but\":[\"3\"]}]}}} | true",
                "{\"detail\":{\"gone\":[{\"anything-but\":[\"x\"]}]}} | false",
                "{\"detail\":{\"gone\":[{\"anything-but\":[\"x\"]},{\"exists\":false}]}} | true",
                "{\"detail\":{\"nothing\":[{\"anything-but\":[\"x\"]}]}} | false",
                "{\"resources\":[\"arn:two\"]} | true",
                "{\"resources\":[\"arn:three\"]} | false",
            })
    void patternsFitAsInEventBridge(String pattern, boolean fits) throws IOException {
        Map<String, Object> event = Json.object(Json.parse(
                """
                {"source":"aws.s3","resources":["arn:one","arn:two"],
                 "detail":{"object":{"key":"a/b.manifest","size":3},"nothing":null}}
                """));
        assertEquals(fits, new EventPattern("r", Json.object(Json.parse(pattern))).matches(event));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"detail\":{\"key\":[{\"equals-ignore-case\":\"x\"}]}} | $.detail.key",
                "{\"detail\":{\"key\":[{\"wildcard\":\"**.x\"}]}} | $.detail.key",
                "{\"detail\":{\"key\":[{\"wildcard\":\"a\\\\x\"}]}} | $.detail.key",
                "{\"source\":[{\"anything-but\":{\"prefix\":\"a\"}}]} | $.source",
                "{\"source\":[{\"anything-but\":[]}]} | $.source",
                "{\"source\":[{\"anything-but\":[\"a\",1]}]} | $.source",
                "{\"source\":[{\"anything-but\":[null]}]} | $.source",
                "{\"source\":[{\"anything-but\":null}]} | $.source",
                "{\"source\":[{\"prefix\":\"a\",\"suffix\":\"b\"}]} | $.source",
                "{\"source\":\"aws.s3\"} | $.source",
                "{\"source\":[]} | $.source",
            })
    void refusesPatternsItWouldReadOtherwise(String pattern, String field) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> new EventPattern("r", Json.object(Json.parse(pattern))));
        assertTrue(refused.getMessage().contains(field), refused.getMessage());
    }

    @Test
    void fillsATemplateFromTheEvent() throws Exception {
        Topics topics = new Topics(folder, Set.of("news"), CLOCK);
        RuleSpec rule = new RuleSpec(
                "r",
                Map.of("source", List.of("s")),
                new RuleSpec.Target.Topic(
                        "news",
                        Map.of("name", "$.detail.name", "list", "$.detail.list", "gone", "$.detail.gone.further"),
                        "<name> has <list>, <gone>and <unknown> $1"));
        try (EventBus bus = new EventBus(List.of(rule), List.of(), (queue, text) -> {}, topics, CLOCK)) {
            assertEquals(List.of("r"), bus.put("s", "d", List.of(), Map.of("name", "a $b\\", "list", List.of(1L, 2L))));
            assertEquals(List.of(), bus.put("t", "d", List.of(), Map.of()));
        }
        Topics.Message message = topics.messages("news").getFirst();
        assertEquals("a $b\\ has [1,2], and <unknown> $1", message.text());
        assertEquals(CLOCK.instant(), message.time());
    }

    /** As EventBridge: a value within a text is not escaped, the whole event as a field's value is JSON. */
    @Test
    void refusesToDeliverWhatAValueHasMadeNoJson() throws Exception {
        Topics topics = new Topics(folder, Set.of("news"), CLOCK);
        Map<String, Object> pattern = Map.of("source", List.of("s"));
        Map<String, Object> detail = Map.of("cause", "he said \"no\",\n and left");
        RuleSpec within = new RuleSpec("r", pattern, new RuleSpec.Target.Topic("news", Map.of("cause", "$.detail.cause"), "{\"message\": \"it ended: <cause>\"}"));
        try (EventBus bus = new EventBus(List.of(within), List.of(), (queue, text) -> {}, topics, CLOCK)) {
            assertTrue(assertThrows(IllegalStateException.class, () -> bus.put("s", "d", List.of(), detail)).getMessage().contains("makes no JSON"));
        }
        RuleSpec beside = new RuleSpec("r", pattern, new RuleSpec.Target.Topic("news", Map.of(), "{\"message\": \"it ended\", \"event\": <aws.events.event.json>}"));
        try (EventBus bus = new EventBus(List.of(beside), List.of(), (queue, text) -> {}, topics, CLOCK)) {
            bus.put("s", "d", List.of(), detail);
        }
        assertEquals(detail, Json.object(Json.object(Json.parse(topics.messages("news").getFirst().text())).get("event")).get("detail"));
    }

    @Test
    void sendsTheWholeEventToAQueue() throws Exception {
        List<String> sent = new ArrayList<>();
        RuleSpec rule = new RuleSpec("r", Map.of("source", List.of("s")), new RuleSpec.Target.Queue("q"));
        try (EventBus bus = new EventBus(List.of(rule), List.of(), (queue, text) -> sent.add(queue + " " + text), new Topics(folder, Set.of(), CLOCK), CLOCK)) {
            bus.put("s", "Something Changed", List.of("arn:x"), Map.of("k", "v"));
        }
        assertTrue(sent.getFirst().startsWith("q {"), sent.toString());
        Map<String, Object> event = Json.object(Json.parse(sent.getFirst().substring(2)));
        assertEquals("Something Changed", event.get("detail-type"));
        assertEquals("2026-02-03T04:05:06Z", event.get("time"));
        assertEquals("000000000000", event.get("account"));
        assertEquals(List.of("arn:x"), event.get("resources"));
        assertEquals(Map.of("k", "v"), event.get("detail"));
    }

    @Test
    void aScheduleFiresAtOnceWhenItIsStartedAndWithANewIdEachTime() throws Exception {
        BlockingQueue<String> sent = new LinkedBlockingQueue<>();
        ScheduleSpec sweep = new ScheduleSpec("Sweep", Duration.ofDays(1), "q", "{\"id\":\"<aws.scheduler.execution-id>\"}");
        try (EventBus bus = new EventBus(List.of(), List.of(sweep), (queue, text) -> sent.add(text), new Topics(folder, Set.of(), CLOCK), CLOCK)) {
            bus.startSchedules();
            String first = sent.poll(10, TimeUnit.SECONDS);
            bus.fireSchedule("Sweep");
            String second = sent.poll(10, TimeUnit.SECONDS);
            assertTrue(first.matches("\\{\"id\":\"[0-9a-f-]{36}\"}"), first);
            assertTrue(!first.equals(second), "the same id twice: " + second);
            assertThrows(IllegalArgumentException.class, () -> bus.fireSchedule("None"));
        }
    }

    @Test
    void aTopicIsAMailboxThatSurvives() throws Exception {
        Topics topics = new Topics(folder, Set.of("news"), CLOCK);
        String id = topics.publish("arn:aws:sns:us-east-1:000000000000:news", "Subject", "text\nof two lines é");
        List<Topics.Message> found = new Topics(folder, Set.of("news"), CLOCK).messages("news");
        assertEquals(List.of(new Topics.Message(id, "news", "Subject", "text\nof two lines é", CLOCK.instant())), found);
        assertEquals(1, Files.readAllLines(topics.mailbox("news")).size());
    }

    @Test
    void refusesWhatSnsRefuses() throws Exception {
        Topics topics = new Topics(folder, Set.of("news"), CLOCK);
        assertEquals("NotFound", assertThrows(Topics.RefusedException.class, () -> topics.publish("olds", null, "x")).code());
        for (String subject : List.of("", " x", "two\nlines", "é", "x".repeat(101))) {
            assertEquals("InvalidParameter", assertThrows(Topics.RefusedException.class, () -> topics.publish("news", subject, "x"), subject).code());
        }
        assertThrows(Topics.RefusedException.class, () -> topics.publish("news", null, ""));
        assertThrows(Topics.RefusedException.class, () -> topics.publish("news", null, "x".repeat(256 * 1024 + 1)));
        topics.publish("news", "x".repeat(100), "x".repeat(256 * 1024));
        assertEquals(1, topics.messages("news").size());
    }
}

package dev.truepipe.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import dev.truepipe.run.Starts.Answer;
import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class StartsTest {
    private static final S3Uri STARTS = S3Uri.parse("s3://work/datasets/cars/starts.json");
    private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");
    private static final Duration DAY = Duration.ofHours(24);

    private final InMemoryObjectStore store = new InMemoryObjectStore();
    private final Starts starts = new Starts(store, STARTS);

    @Test
    void letsAsManyBeginAsMayAndSaysWhenTheNextMay() throws IOException {
        assertInstanceOf(Answer.Counted.class, starts.count("one", 2, NOW));
        assertInstanceOf(Answer.Counted.class, starts.count("two", 2, NOW.plusSeconds(60)));
        assertEquals(new Answer.Full(2, NOW.plus(DAY)), starts.count("three", 2, NOW.plusSeconds(120)));
        assertEquals(List.of("one", "two"), counted());
    }

    /** No midnight: the count falls by one exactly 24 hours after each start. */
    @Test
    void countsARunForExactly24Hours() throws IOException {
        starts.count("one", 1, NOW);
        assertEquals(new Answer.Full(1, NOW.plus(DAY)), starts.count("two", 1, NOW.plus(DAY).minusMillis(1)));
        assertInstanceOf(Answer.Counted.class, starts.count("two", 1, NOW.plus(DAY)));
        assertEquals(List.of("two"), counted(), "what counts no more is dropped");
    }

    @Test
    void countsAnExecutionOnceHoweverOftenItPlans() throws IOException {
        starts.count("one", 1, NOW);
        assertInstanceOf(Answer.CountedBefore.class, starts.count("one", 1, NOW.plusSeconds(600)));
        assertEquals(List.of("one"), counted());
    }

    @Test
    void aLimitThatWasLoweredWaitsUntilFewEnoughCount() throws IOException {
        starts.count("one", 3, NOW);
        starts.count("two", 3, NOW.plusSeconds(10));
        starts.count("three", 3, NOW.plusSeconds(20));
        assertEquals(new Answer.Full(3, NOW.plusSeconds(20).plus(DAY)), starts.count("four", 1, NOW.plusSeconds(30)));
        assertEquals(new Answer.Full(3, NOW.plusSeconds(10).plus(DAY)), starts.count("four", 2, NOW.plusSeconds(30)));
    }

    @Test
    void takesBackTheCountOfWhatDidNotBegin() throws IOException {
        starts.count("one", 1, NOW);
        starts.giveBack("somebody else");
        starts.giveBack("one");
        assertInstanceOf(Answer.Counted.class, starts.count("two", 1, NOW));
        assertEquals(List.of("two"), counted());
    }

    @Test
    void ofManyAtOnceLetsAsManyBeginAsMay() throws Exception {
        List<Callable<Answer>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String name = "execution " + i;
            all.add(() -> starts.count(name, 3, NOW));
        }
        int let = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Answer> answer : threads.invokeAll(all)) {
                let += answer.get() instanceof Answer.Counted ? 1 : 0;
            }
        }
        assertEquals(3, let);
        assertEquals(3, counted().size());
    }

    @Test
    void settingsWithoutBrakesAreTheSameAndThoseWithLoseThem() {
        Map<String, Object> plain = Map.of("name", "cars");
        assertEquals(plain, Brakes.without(Map.of("name", "cars", "brakes", Map.of("enabled", false))));
        assertEquals(plain, Brakes.without(plain));
        assertTrue(Brakes.of(plain).enabled());
        assertFalse(Brakes.of(Map.of("brakes", Map.of("enabled", false))).enabled());
    }

    private List<String> counted() throws IOException {
        return Json.array(Json.parseObject(store.bytes(STARTS)).get("starts")).stream().map(start -> (String) Json.object(start).get("execution")).toList();
    }
}

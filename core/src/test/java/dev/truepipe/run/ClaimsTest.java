package dev.truepipe.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.truepipe.json.Json;
import dev.truepipe.run.Claims.Answer;
import dev.truepipe.run.Executions.Status;
import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClaimsTest {
    private static final S3Uri CLAIM = S3Uri.parse("s3://work/datasets/cars/claims/abc.json");
    private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");

    private final InMemoryObjectStore store = new InMemoryObjectStore();

    @ParameterizedTest
    @CsvSource({
        // holder is, force, answer, and whose the claim is afterwards
        "RUNNING,         false, Superseded, theirs",
        "RUNNING,         true,  Superseded, theirs",
        "SUCCEEDED,       false, Unchanged,  theirs",
        "SUCCEEDED,       true,  Ours,       ours",
        "ENDED_OTHERWISE, false, Ours,       ours",
        "ENDED_OTHERWISE, true,  Ours,       ours",
    })
    void decidesByHowTheHolderStands(Status holder, boolean force, String answer, String owner) throws IOException {
        claims(Map.of()).claim(CLAIM, "theirs", false, NOW);

        Answer given = claims(Map.of("theirs", holder)).claim(CLAIM, "ours", force, NOW);
        assertEquals(answer, given.getClass().getSimpleName());
        assertEquals(owner, Json.parseObject(store.bytes(CLAIM)).get("execution"));
    }

    /** What stands between looking and claiming is decided on the same rules, and nothing is written for it. */
    @ParameterizedTest
    @CsvSource({
        "RUNNING,         false, Superseded",
        "RUNNING,         true,  Superseded",
        "SUCCEEDED,       false, Unchanged",
        "SUCCEEDED,       true,  free",
        "ENDED_OTHERWISE, false, free",
    })
    void looksWithoutClaiming(Status holder, boolean force, String answer) throws IOException {
        assertEquals(Optional.empty(), claims(Map.of()).look(CLAIM, "ours", force));
        claims(Map.of()).claim(CLAIM, "theirs", false, NOW);
        assertEquals(answer, claims(Map.of("theirs", holder)).look(CLAIM, "ours", force).map(given -> given.getClass().getSimpleName()).orElse("free"));
        assertInstanceOf(Answer.Ours.class, claims(Map.of()).look(CLAIM, "theirs", force).orElseThrow());
        assertEquals("theirs", Json.parseObject(store.bytes(CLAIM)).get("execution"));
    }

    @Test
    void goesOnWithItsOwnClaim() throws IOException {
        Claims claims = claims(Map.of());
        assertInstanceOf(Answer.Ours.class, claims.claim(CLAIM, "ours", false, NOW));
        assertInstanceOf(Answer.Ours.class, claims.claim(CLAIM, "ours", false, NOW.plusSeconds(60)), "a retry or a redrive");
    }

    @Test
    void takesWhatItsHolderGaveUpAndGivesUpNobodyElses() throws IOException {
        Claims claims = claims(Map.of("theirs", Status.SUCCEEDED));
        claims.giveUp(CLAIM, "theirs", NOW);
        claims.claim(CLAIM, "theirs", false, NOW);
        claims.giveUp(CLAIM, "ours", NOW);
        assertEquals(new Answer.Unchanged("theirs"), claims.claim(CLAIM, "ours", false, NOW), "not ours to give up");

        claims.giveUp(CLAIM, "theirs", NOW);
        assertInstanceOf(Answer.Ours.class, claims.claim(CLAIM, "ours", false, NOW));
        claims.giveUp(CLAIM, "theirs", NOW);
        assertInstanceOf(Answer.Superseded.class, claims(Map.of("ours", Status.RUNNING)).claim(CLAIM, "theirs", false, NOW));
    }

    @Test
    void takesBackWhatItGaveUpItself() throws IOException {
        Claims claims = claims(Map.of("ours", Status.RUNNING));
        claims.claim(CLAIM, "ours", false, NOW);
        claims.giveUp(CLAIM, "ours", NOW);
        assertInstanceOf(Answer.Ours.class, claims.claim(CLAIM, "ours", false, NOW));
        assertEquals(new Answer.Superseded("ours"), claims.claim(CLAIM, "theirs", false, NOW), "it is held again");
    }

    @Test
    void keepsTheServicesWordsWhenItCannotAsk() throws IOException {
        claims(Map.of()).claim(CLAIM, "theirs", false, NOW);
        Claims claims = new Claims(store, arn -> {
            throw new IOException("denied: " + arn);
        });

        assertEquals("denied: theirs", assertThrows(IOException.class, () -> claims.claim(CLAIM, "ours", false, NOW)).getMessage());
    }

    @Test
    void looksAgainWhenAnotherTookOverMeanwhile() throws IOException {
        claims(Map.of()).claim(CLAIM, "failed", false, NOW);
        // Between asking and writing, a third one takes the claim over.
        Claims claims = new Claims(store, arn -> {
            if (arn.equals("failed")) {
                store.put(CLAIM, Json.bytes(Map.of("execution", "third")), Condition.ALWAYS);
                return Status.ENDED_OTHERWISE;
            }
            return Status.RUNNING;
        });

        assertEquals(new Answer.Superseded("third"), claims.claim(CLAIM, "ours", false, NOW));
    }

    @Test
    void givesTheClaimToOneOfManyAtOnce() throws Exception {
        Claims claims = new Claims(store, arn -> Status.RUNNING);
        List<Callable<Answer>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String name = "execution " + i;
            all.add(() -> claims.claim(CLAIM, name, false, NOW));
        }
        int ours = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Answer> answer : threads.invokeAll(all)) {
                ours += answer.get() instanceof Answer.Ours ? 1 : 0;
            }
        }
        assertEquals(1, ours);
    }

    private Claims claims(Map<String, Status> statuses) {
        return new Claims(store, arn -> {
            Status status = statuses.get(arn);
            if (status == null) {
                throw new AssertionError("asked after " + arn);
            }
            return status;
        });
    }
}

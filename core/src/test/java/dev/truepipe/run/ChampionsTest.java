package dev.truepipe.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import dev.truepipe.run.Champions.NoSuchModelException;
import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.training.Champion;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChampionsTest {
    private static final DatasetFolder FOLDER = DatasetFolder.of("work", "cars");

    private final InMemoryObjectStore store = new InMemoryObjectStore();
    private final List<String> named = new ArrayList<>();
    private final Champions champions = new Champions(store, (dataset, url) -> named.add(dataset + " " + url));

    @Test
    void namesWhatChampionJsonSays() throws IOException {
        champion(model("job-1"), null);
        assertEquals("job-1", champions.publish("cars", FOLDER).orElseThrow().trainingJob());
        assertEquals(List.of("cars " + url("job-1")), named);
    }

    @Test
    void namesNothingBeforeThereIsAChampion() throws IOException {
        assertEquals(Optional.empty(), champions.publish("cars", FOLDER));
        champion(null, null);
        assertEquals(Optional.empty(), champions.publish("cars", FOLDER), "judged, and not promoted");
        assertEquals(List.of(), named);
    }

    /** Whoever is slow to name an older champion sees the newer one afterwards, and names it. */
    @Test
    void namesTheChampionThatCameMeanwhile() throws IOException {
        champion(model("job-1"), null);
        Champions racing = new Champions(store, (dataset, url) -> {
            if (named.isEmpty()) {
                champion(model("job-2"), null);
            }
            named.add(url);
        });
        assertEquals("job-2", racing.publish("cars", FOLDER).orElseThrow().trainingJob());
        assertEquals(List.of(url("job-1"), url("job-2")), named);
    }

    @Test
    void putsAnEarlierModelBackAndKeepsWhatWasJudgedLast() throws Exception {
        judged("job-1");
        judged("job-2");
        champion(model("job-2"), null);
        Champions.Promoted promoted = champions.promote("cars", FOLDER, "job-1");
        assertEquals("job-1", promoted.champion().trainingJob());
        assertEquals("job-2", promoted.instead().trainingJob());
        Map<String, Object> json = Json.parseObject(store.bytes(FOLDER.champion()));
        assertEquals("job-1", Json.object(json.get("champion")).get("trainingJob"));
        assertEquals("job-2", Json.object(json.get("before")).get("trainingJob"));
        assertEquals("job-2", json.get("replacedByHand"));
        assertEquals(Map.of("version", "v", "trainingJob", "last", "plannedAt", "2026-05-01T10:00:00Z"), json.get("judged"));
        assertEquals(List.of("cars " + url("job-1")), named);

        assertEquals("job-2", champions.promote("cars", FOLDER, "job-2").champion().trainingJob(), "and undoes it");
        assertEquals("cars " + url("job-2"), named.getLast());
    }

    /** A parameter that somebody changed by hand is mended by promoting the champion once more. */
    @Test
    void namesTheChampionAgainThatIsItAlready() throws Exception {
        judged("job-1");
        champion(model("job-1"), null);
        byte[] before = store.bytes(FOLDER.champion());
        Champions.Promoted promoted = champions.promote("cars", FOLDER, "job-1");
        assertEquals(promoted.champion(), promoted.instead());
        assertEquals(new String(before), new String(store.bytes(FOLDER.champion())));
        assertEquals(List.of("cars " + url("job-1")), named);
    }

    /** Written by a version that left no model.json. */
    @Test
    void putsTheModelBackThatWasChampionBefore() throws Exception {
        champion(model("job-2"), model("job-1"));
        artifact("job-1");
        assertEquals("job-1", champions.promote("cars", FOLDER, "job-1").champion().trainingJob());
    }

    @Test
    void refusesAJobThatNobodyJudgedAndNamesThoseThatThereAre() throws IOException {
        judged("job-1");
        champion(model("job-1"), null);
        String message = assertThrows(NoSuchModelException.class, () -> champions.promote("cars", FOLDER, "job-9")).getMessage();
        assertEquals("no model of cars made by a training job job-9 was ever judged; there are models of job-1", message);
        assertEquals(List.of(), named);
        assertEquals("no model of bikes made by a training job job-9 was ever judged; there is none at all yet", assertThrows(NoSuchModelException.class,
                () -> champions.promote("bikes", DatasetFolder.of("work", "bikes"), "job-9")).getMessage());
    }

    @Test
    void refusesAModelWhoseArtifactIsGone() throws IOException {
        judged("job-1");
        champion(model("job-2"), null);
        store.delete(S3Uri.parse(url("job-1")));
        byte[] before = store.bytes(FOLDER.champion());
        String message = assertThrows(NoSuchModelException.class, () -> champions.promote("cars", FOLDER, "job-1")).getMessage();
        assertTrue(message.contains(url("job-1") + " is gone; put it back there"), message);
        assertEquals(new String(before), new String(store.bytes(FOLDER.champion())));
    }

    private void judged(String job) throws IOException {
        store.put(FOLDER.model(job), Json.pretty(model(job).toJson()), Condition.ALWAYS);
        artifact(job);
    }

    private void artifact(String job) throws IOException {
        store.put(S3Uri.parse(url(job)), new byte[] {1}, Condition.ALWAYS);
    }

    private void champion(Champion champion, Champion before) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("champion", champion == null ? null : champion.toJson());
        json.put("before", before == null ? null : before.toJson());
        json.put("judged", Map.of("version", "v", "trainingJob", "last", "plannedAt", "2026-05-01T10:00:00Z"));
        store.put(FOLDER.champion(), Json.pretty(json), Condition.ALWAYS);
    }

    private static Champion model(String job) {
        return new Champion(job, "version", "plan", Instant.parse("2026-05-01T10:00:00Z"), url(job), "validation:mAP", 0.5, "hold-out", 10);
    }

    private static String url(String job) {
        return "s3://work/datasets/cars/models/" + job + "/output/model.tar.gz";
    }
}

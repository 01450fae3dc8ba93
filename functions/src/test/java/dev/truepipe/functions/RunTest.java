package dev.truepipe.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import dev.truepipe.run.Champions;
import dev.truepipe.run.DatasetFolder;
import dev.truepipe.run.Executions;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.S3Uri;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The handlers one after the other, as the state machine calls them, over a store in memory. */
class RunTest extends RunFixture {
    private static final S3Uri FIRST = S3Uri.parse("s3://labels/street/job-1/manifests/output/output.manifest");
    private static final S3Uri SECOND = S3Uri.parse("s3://labels/street/job-2/manifests/output/output.manifest");

    /** Models that were named as live, in order. */
    private final List<String> live = new ArrayList<>();

    @Test
    void sealsAVersionInWhichNoLineIsLost() throws IOException {
        List<String> lines = new ArrayList<>(cars(0, 60));
        lines.add(12, "{broken");
        lines.add(30, "   ");
        lines.add(car(7, "2026-03-01T00:00:00.000000"));
        put(FIRST, lines);
        gate("maxQuarantinedBasisPoints", 1_000L);

        Map<String, Object> decided = decide("run-1");
        assertEquals("train", decided.get("outcome"), decided.toString());
        Map<String, Object> sealed = seal("run-1");
        assertEquals("sealed", sealed.get("outcome"));
        S3Uri folder = S3Uri.parse((String) sealed.get("folder"));

        List<String> train = lines(folder.resolve("train.manifest"));
        List<String> validation = lines(folder.resolve("validation.manifest"));
        List<String> quarantine = lines(folder.resolve("quarantine.manifest"));
        List<String> superseded = lines(folder.resolve("superseded.manifest"));
        assertEquals(decided.get("train"), (long) train.size());
        assertEquals(decided.get("validation"), (long) validation.size());
        assertEquals(List.of("{broken"), quarantine);
        assertEquals(List.of(car(7, "2026-01-01T00:00:00.000000")), superseded, "the older label of the same image");
        assertEquals(62L, decided.get("lines"));
        assertEquals(1L, decided.get("blank"));
        assertTrue(train.size() >= 35 && validation.size() >= 3, train.size() + " and " + validation.size());
        List<String> all = new ArrayList<>(train);
        all.addAll(validation);
        all.addAll(quarantine);
        all.addAll(superseded);
        assertEquals(lines.stream().filter(line -> !line.isBlank()).sorted().toList(), all.stream().sorted().toList());

        Map<String, Object> document = Json.parseObject(store.bytes(folder.resolve("dataset.json")));
        assertEquals(decided.get("version"), document.get("version"));
        assertTrue(text(folder.resolve("findings.jsonl")).contains("\"line\":13,"), text(folder.resolve("findings.jsonl")));
        assertTrue(text(folder.resolve("report.html")).contains("street-cars"));
        assertTrue(store.head(folder.resolve("lines.idx")).orElseThrow().size() > 0);
    }

    @Test
    void keepsATestShareFromTraining() throws IOException {
        put(FIRST, cars(0, 80));
        Json.object(dataset().get("split")).put("testBasisPoints", 2_500L);

        Map<String, Object> decided = decide("run-1");
        Map<String, Object> sealed = seal("run-1");
        S3Uri folder = S3Uri.parse((String) sealed.get("folder"));
        List<String> test = lines(folder.resolve("test.manifest"));
        assertEquals(decided.get("test"), (long) test.size());
        assertTrue(test.size() >= 10 && test.size() <= 30, "of 80 lines " + test.size());
        List<String> all = new ArrayList<>(test);
        all.addAll(lines(folder.resolve("train.manifest")));
        all.addAll(lines(folder.resolve("validation.manifest")));
        assertEquals(cars(0, 80), all.stream().sorted().toList());
        assertEquals(80L, decided.get("accepted"));
        assertFalse(Json.text(sealed.get("training")).contains("test.manifest"), "no training job sees it");
        assertTrue(text(folder.resolve("report.html")).contains("test.manifest"));
        Map<String, Object> car = Json.object(Json.object(Json.parseObject(store.bytes(folder.resolve("dataset.json"))).get("classes")).get("car"));
        assertEquals((long) test.size(), car.get("testLines"), car.toString());
    }

    @Test
    void aVersionWithoutATestShareHasNoTestManifest() throws IOException {
        put(FIRST, cars(0, 60));
        assertEquals(0L, decide("run-1").get("test"));
        seal("run-1");
        assertTrue(store.uris().stream().noneMatch(uri -> uri.key().endsWith("/test.manifest") || uri.key().contains("/parts/test/")), store.uris()::toString);
    }

    /** The hold-out is pinned, scanned and written as any manifest; what the labels say of its objects is superseded. */
    @ParameterizedTest
    @ValueSource(strings = {"s3://hold-outs/val.manifest", "s3://labels/street/val/manifests/output/output.manifest"})
    void validatesOnAHoldOutOfOnesOwn(String uri) throws IOException {
        S3Uri holdOut = S3Uri.parse(uri);
        put(FIRST, cars(0, 60));
        put(holdOut, cars(50, 30));
        ownHoldOut(uri);

        Map<String, Object> decided = decide("run-1");
        S3Uri folder = S3Uri.parse((String) seal("run-1").get("folder"));
        assertEquals(cars(50, 30), lines(folder.resolve("validation.manifest")));
        assertEquals(cars(0, 50), lines(folder.resolve("train.manifest")));
        assertEquals(10L, decided.get("superseded"), decided.toString());
        assertEquals(90L, decided.get("lines"), "the hold-out's lines once, also where it lies under labels");
        Map<String, Object> document = Json.parseObject(store.bytes(folder.resolve("dataset.json")));
        assertEquals(uri, Json.object(document.get("split")).get("validationManifest"));
        assertTrue(text(folder.resolve("report.html")).contains(uri));

        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);
        assertEquals("unchanged", plan("run-2", false, 0).get("outcome"));
        put(holdOut, cars(50, 31));
        assertEquals("planned", plan("run-3", false, 0).get("outcome"), "another hold-out is another dataset");
    }

    @Test
    void noticesAHoldOutThatWasOverwrittenSinceThePlan() throws IOException {
        S3Uri holdOut = S3Uri.parse("s3://hold-outs/val.manifest");
        put(FIRST, cars(0, 60));
        put(holdOut, cars(60, 30));
        ownHoldOut(holdOut.toString());
        Map<String, Object> payload = run("run-1");
        payload.put("chunk", chunks(plan("run-1", false, 0)).getFirst());
        put(holdOut, cars(60, 31));
        assertEquals(1L, handle(new ScanChunkHandler(store), payload).get("changed"));
    }

    @Test
    void failsWithoutTheHoldOutThatTheSettingsName() throws IOException {
        put(FIRST, cars(0, 60));
        ownHoldOut("s3://hold-outs/val.manifest");
        RuntimeException missing = assertThrows(StorageFailedException.class, () -> plan("run-1", false, 0));
        assertTrue(missing.getMessage().startsWith("the hold-out s3://hold-outs/val.manifest is not there; put it where split.validation says"), missing.getMessage());
        written = NOW.minusSeconds(100);
        put(S3Uri.parse("s3://hold-outs/val.manifest"), cars(60, 30));
        assertEquals("settle", plan("run-1", false, 0).get("outcome"), "it may still be on its way, as any manifest");
    }

    @Test
    void aHoldOutAloneIsNoDataset() throws IOException {
        String uri = "s3://labels/street/val/manifests/output/output.manifest";
        put(S3Uri.parse(uri), cars(0, 30));
        ownHoldOut(uri);
        assertEquals("empty", plan("run-1", false, 0).get("outcome"));
    }

    private void ownHoldOut(String uri) {
        Map<String, Object> split = Json.object(dataset().get("split"));
        split.remove("validationBasisPoints");
        split.put("validationManifest", uri);
    }

    @Test
    void everyLineOfTheLogNamesTheExecutionByItsArn() throws IOException {
        put(FIRST, cars(0, 60));
        List<Map<String, Object>> lines = Printed.by(() -> {
            decide("run-1");
            judge("run-1", seal("run-1"), "job-1", 0.5);
        });

        assertTrue(lines.stream().filter(line -> line.containsKey("_aws")).count() >= 2, "metrics of the decision and of the model: " + lines);
        for (Map<String, Object> line : lines) {
            assertEquals(MACHINE + "run-1", line.get("execution"), line::toString);
        }
    }

    @Test
    void plansTheTrainingOfWhatWasSealed() throws IOException {
        put(FIRST, cars(0, 60));
        decide("run-1");
        Map<String, Object> training = Json.object(seal("run-1").get("training"));

        assertEquals("arn:aws:iam::111122223333:role/training", training.get("roleArn"));
        assertEquals(List.of("source-ref", "street-cars"), training.get("attributeNames"));
        assertEquals(1L, training.get("shuffleSeed"));
        Map<String, Object> parameters = Json.object(training.get("hyperParameters"));
        assertEquals(
                Long.toString(lines(S3Uri.parse((String) training.get("trainUri"))).size()), parameters.get("num_training_samples"));
        assertEquals("1", parameters.get("num_classes"));
        assertEquals("4", parameters.get("epochs"));
        assertTrue(training.get("jobPrefix").toString().startsWith("street-cars-"));
        assertEquals(List.of(Map.of("instanceType", "ml.g5.2xlarge", "spot", false)), training.get("ladder"));
    }

    @Test
    void readsACompressedManifest() throws IOException {
        put(FIRST, cars(0, 60));
        Map<String, Object> plain = decide("run-1");
        var packed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(String.join("\n", cars(0, 60)).getBytes(StandardCharsets.UTF_8));
        }
        store.put(FIRST, packed.toByteArray(), Condition.ALWAYS);

        assertEquals(plain.get("version"), decide("run-2").get("version"));
    }

    @Test
    void keepsEveryObjectOnItsSideAsTheDatasetGrows() throws IOException {
        put(FIRST, cars(0, 60));
        decide("run-1");
        S3Uri before = S3Uri.parse((String) seal("run-1").get("folder"));
        put(SECOND, cars(60, 40));
        decide("run-2");
        Map<String, Object> second = seal("run-2");
        S3Uri after = S3Uri.parse((String) second.get("folder"));

        assertNotEquals(before, after);
        assertTrue(lines(after.resolve("train.manifest")).containsAll(lines(before.resolve("train.manifest"))));
        assertTrue(lines(after.resolve("validation.manifest")).containsAll(lines(before.resolve("validation.manifest"))));
        assertEquals(100, lines(after.resolve("train.manifest")).size() + lines(after.resolve("validation.manifest")).size());
    }

    @Test
    void reusesASealedVersionAndNeverRewritesIt() throws IOException {
        put(FIRST, cars(0, 60));
        decide("run-1");
        S3Uri folder = S3Uri.parse((String) seal("run-1").get("folder"));
        written = NOW;
        ended.put(MACHINE + "run-1", Executions.Status.ENDED_OTHERWISE);
        decide("run-2");

        assertEquals("reused", seal("run-2").get("outcome"));
        for (String file : List.of("dataset.json", "train.manifest", "report.html", "lines.idx")) {
            assertEquals(
                    NOW.minus(Duration.ofHours(1)), store.head(folder.resolve(file)).orElseThrow().lastModified(), file);
        }
    }

    @Test
    void sendsARunThatLostTheRaceBackToDecide() throws IOException {
        put(FIRST, cars(0, 60));
        decide("run-1");
        put(SECOND, cars(60, 40));
        decide("run-2");
        assertEquals("sealed", seal("run-2").get("outcome"));

        assertEquals("conflict", seal("run-1").get("outcome"));
        assertEquals("train", handle(new DecideDatasetHandler(store, "eu-west-1", clock()), run("run-1")).get("outcome"));
        write("run-1");
        assertEquals("sealed", seal("run-1").get("outcome"));
    }

    @Test
    void sealsAgainAfterBeingKilledAtAnyPoint() throws IOException {
        put(FIRST, cars(0, 60));
        decide("run-1");
        Map<String, Object> first = seal("run-1");
        Map<String, Object> again = seal("run-1");

        assertEquals("reused", again.get("outcome"));
        assertEquals(first.get("training"), again.get("training"), "the same job, by the same name");
    }

    /** The default, and settings compiled before there was the key. */
    @Test
    void setsLinesAsideWhoseImageIsNotThereOrForbidden() throws IOException {
        List<String> lines = cars(0, 60);
        put(FIRST, lines);
        images(2, 60);
        store.forbid(image(5));
        dataset().remove("checkObjects");
        gate("maxQuarantinedBasisPoints", 1_000L);

        Map<String, Object> decided = decide("run-1");
        assertEquals("train", decided.get("outcome"), decided.toString());
        assertEquals(3L, decided.get("quarantined"));
        S3Uri folder = S3Uri.parse((String) seal("run-1").get("folder"));
        assertEquals(List.of(lines.get(0), lines.get(1), lines.get(5)), lines(folder.resolve("quarantine.manifest")));
        Map<String, Object> findings = Json.object(Json.parseObject(store.bytes(folder.resolve("dataset.json"))).get("findings"));
        assertEquals(Map.of("object-missing", 2L, "object-unreadable", 1L), findings);
        assertTrue(text(folder.resolve("findings.jsonl")).contains("allow s3:GetObject on it"), text(folder.resolve("findings.jsonl")));
    }

    @Test
    void letsALineInAgainOnceItsImageIsThere() throws IOException {
        put(FIRST, cars(0, 60));
        images(2, 60);
        dataset().put("checkObjects", "100");
        gate("maxQuarantinedBasisPoints", 1_000L);
        decide("run-1");
        String first = (String) seal("run-1").get("version");
        judge("run-1", seal("run-1"), "job-1", 0.5);
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);

        assertEquals("unchanged", plan("run-2", false, 0).get("outcome"), "both are still gone");
        store.put(image(1), new byte[1], Condition.ALWAYS);
        Map<String, Object> decided = decide("run-3");
        assertEquals("train", decided.get("outcome"), "the line is a new label: " + decided);
        assertEquals(1L, decided.get("quarantined"));
        assertNotEquals(first, seal("run-3").get("version"), "the same manifests, and another version");
        ended.put(MACHINE + "run-3", Executions.Status.SUCCEEDED);
        assertEquals("unchanged", plan("run-4", false, 0).get("outcome"), "image 0 is gone as before, and nobody waits for image 1");
        store.put(image(0), new byte[1], Condition.ALWAYS);
        assertEquals(0L, decide("run-5").get("quarantined"));
        ended.put(MACHINE + "run-5", Executions.Status.SUCCEEDED);
        assertEquals("unchanged", plan("run-6", false, 0).get("outcome"));
    }

    /** The labels came before the images: nothing is trained, and the next look after they are there trains. */
    @Test
    void trainsByItselfOnceTheImagesOfAStoppedRunAreThere() throws IOException {
        put(FIRST, cars(0, 60));
        dataset().put("checkObjects", "all");
        Map<String, Object> decided = decide("run-1");
        assertEquals("maxQuarantined", Json.object(decided.get("why")).get("gate"), decided.toString());
        String told = Json.object(decided.get("announcement")).get("message").toString();
        assertTrue(told.contains("60 x object-missing: there is no object \"s3://images/scene-0000-x.jpg\"; upload the object"), told);
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);
        images(0, 60);
        assertEquals("train", decide("run-2").get("outcome"));
    }

    /** A chunk whose first attempt ended, for another reason, after it had missed images that the second finds. */
    @Test
    void whatOnlyAnEarlierAttemptMissedIsNotWaitedFor() throws IOException {
        put(FIRST, cars(0, 60));
        images(1, 60);
        dataset().put("checkObjects", "100");
        gate("maxQuarantinedBasisPoints", 1_000L);
        assertEquals("planned", plan("run-1", false, 0).get("outcome"));
        Map<String, Object> payload = run("run-1");
        payload.put("chunk", chunks("run-1").getFirst());
        assertEquals(0L, handle(new ScanChunkHandler(store), payload).get("changed"));
        images(0, 1);
        assertEquals(0L, work("run-1").get("quarantined"));
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);
        assertEquals("unchanged", plan("run-2", false, 0).get("outcome"));
    }

    /** A run whose folder has expired says nothing of what it missed. */
    @Test
    void isUnchangedWhereNobodyRemembersWhatWasMissed() throws IOException {
        put(FIRST, cars(0, 60));
        dataset().put("checkObjects", "all");
        decide("run-1");
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);
        images(0, 60);
        store.delete(S3Uri.parse("s3://work/runs/street-cars/run-1/missed/0"));
        assertEquals("unchanged", plan("run-2", false, 0).get("outcome"));
        assertEquals("planned", plan("run-3", true, 0).get("outcome"));
    }

    private void images(int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            store.put(image(i), new byte[1], Condition.ALWAYS);
        }
    }

    private static S3Uri image(int i) {
        return S3Uri.parse("s3://images/scene-%04d-x.jpg".formatted(i));
    }

    @Test
    void saysThatNothingChanged() throws IOException {
        put(FIRST, cars(0, 60));
        decide("run-1");
        assertEquals("superseded", plan("run-2", false, 0).get("outcome"), "run-1 still runs");
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);

        Map<String, Object> answer = plan("run-2", false, 0);
        assertEquals("unchanged", answer.get("outcome"));
        assertTrue(answer.get("message").toString().contains("truepipe trigger street-cars --force"), answer.toString());
        assertEquals("planned", plan("run-3", true, 0).get("outcome"), "forced");
    }

    @Test
    void takesOneChangedByteOrSettingOrAFailureAsAReasonToRun() throws IOException {
        put(FIRST, cars(0, 60));
        decide("run-1");
        ended.put(MACHINE + "run-1", Executions.Status.ENDED_OTHERWISE);
        assertEquals("planned", plan("run-2", false, 0).get("outcome"), "the first run failed");
        ended.put(MACHINE + "run-2", Executions.Status.SUCCEEDED);
        assertEquals("unchanged", plan("run-3", false, 0).get("outcome"));

        Json.object(dataset().get("gates")).put("minPerClass", 2L);
        assertEquals("planned", plan("run-4", false, 0).get("outcome"), "a setting changed");
        Json.object(dataset().get("gates")).put("minPerClass", 10L);
        List<String> changed = new ArrayList<>(cars(0, 60));
        changed.set(3, changed.get(3).replace("\"left\":4", "\"left\":5"));
        put(FIRST, changed);
        assertEquals("planned", plan("run-5", false, 0).get("outcome"), "a byte changed");
    }

    @Test
    void aDatasetThatIsNotEnabledClaimsNothingAndSaysWhatLetsItGo() throws IOException {
        put(FIRST, cars(0, 60));
        dataset().put("brakes", Map.of("enabled", false));
        List<Map<String, Object>> log = Printed.by(() -> {
            Map<String, Object> held = plan("run-1", true, 0);
            assertEquals("skip", held.get("outcome"));
            assertEquals("enabled", Json.object(held.get("why")).get("gate"));
            Map<String, Object> told = Json.object(held.get("announcement"));
            assertEquals("Truepipe: street-cars, held by enabled", told.get("subject"));
            assertTrue(told.get("message").toString().contains("Remove it from truepipe.yaml and deploy"), told.toString());
            assertTrue(told.get("message").toString().contains("sweep, every 24 h"), told.toString());
        });
        assertTrue(log.stream().anyMatch(line -> line.containsKey("RunsHeld")), log::toString);
        assertTrue(store.uris().stream().noneMatch(uri -> uri.bucket().equals("work")), store.uris()::toString);

        dataset().remove("brakes");
        assertEquals("planned", plan("run-2", false, 0).get("outcome"), "the next look trains on what waited");
        ended.put(MACHINE + "run-2", Executions.Status.SUCCEEDED);
        dataset().put("brakes", Map.of("enabled", false));
        assertEquals("unchanged", plan("run-3", false, 0).get("outcome"), "a brake is no change, and holds nothing where nothing changed");
    }

    @Test
    void noMoreRunsBeginInADayThanMayAndOtherEndsDoNotCount() throws IOException {
        dataset().put("brakes", Map.of("enabled", true, "maxRunsPerDay", 2L));
        assertEquals("empty", plan("run-0", false, 0).get("outcome"));
        put(FIRST, cars(0, 60));
        assertEquals("planned", plan("run-1", false, 0).get("outcome"));
        assertEquals("planned", plan("run-1", false, 0).get("outcome"), "a retry is the same run");
        assertEquals("superseded", plan("run-2", false, 0).get("outcome"));
        put(SECOND, cars(60, 40));
        now = NOW.plusSeconds(3_600);
        assertEquals("planned", plan("run-3", false, 0).get("outcome"));

        put(SECOND, cars(60, 41));
        now = NOW.plusSeconds(7_200);
        Map<String, Object> held = plan("run-4", true, 0);
        assertEquals("maxRuns", Json.object(held.get("why")).get("gate"), "by force neither");
        assertEquals("maxRuns is 2/day, and 2 runs began in the last 24 hours. The next may begin at 2026-05-03 10:00 UTC;"
                + " to let it go sooner raise maxRuns in truepipe.yaml and deploy.", held.get("message"));
        assertEquals(2, store.uris().stream().filter(uri -> uri.key().contains("/claims/")).count());
        assertTrue(store.uris().stream().noneMatch(uri -> uri.key().contains("run-4")), store.uris()::toString);

        now = NOW.plus(Duration.ofHours(24));
        assertEquals("planned", plan("run-5", false, 0).get("outcome"), "24 hours after the first began");
    }

    /** A manifest changed under it: the run was let go once, and is not held for planning again. */
    @Test
    void aRunThatPlansAgainCountsOnce() throws IOException {
        dataset().put("brakes", Map.of("enabled", true, "maxRunsPerDay", 1L));
        put(FIRST, cars(0, 60));
        assertEquals("planned", plan("run-1", false, 0).get("outcome"));
        put(FIRST, cars(0, 61));
        assertEquals("planned", plan("run-1", false, 0).get("outcome"));
        assertEquals("superseded", plan("run-2", true, 0).get("outcome"), "run-1 has the claim");
        dataset().put("brakes", Map.of("enabled", false));
        assertEquals("planned", plan("run-1", false, 0).get("outcome"), "what is claimed goes on");
        put(FIRST, cars(0, 62));
        assertEquals("skip", plan("run-1", false, 0).get("outcome"), "and what has to be planned anew is held");
        dataset().remove("brakes");
        put(FIRST, cars(0, 61));
        assertEquals("planned", plan("run-3", false, 0).get("outcome"), "its earlier claim was given up");
    }

    @Test
    void waitsForAYoungManifestTwelveTimesAtMost() throws IOException {
        written = NOW.minus(Duration.ofSeconds(100));
        put(FIRST, cars(0, 60));

        Map<String, Object> answer = plan("run-1", false, 0);
        assertEquals("settle", answer.get("outcome"));
        assertEquals(200L, answer.get("settleSeconds"));
        assertEquals("settle", plan("run-1", false, 11).get("outcome"));
        assertEquals("planned", plan("run-1", false, 12).get("outcome"));
        now = NOW.plusSeconds(200);
        assertEquals("superseded", plan("run-2", false, 0).get("outcome"), "300 s have passed, and run-1 has the claim");
    }

    @Test
    void findsNothingWhereNothingIs() {
        Map<String, Object> answer = plan("run-1", false, 0);
        assertEquals("empty", answer.get("outcome"));
        assertTrue(answer.get("message").toString().contains("s3://labels/street/"), answer.toString());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noticesAManifestThatWasOverwrittenSinceThePlan(boolean beforeScan) throws IOException {
        put(FIRST, cars(0, 60));
        Map<String, Object> planned = plan("run-1", false, 0);
        Map<String, Object> chunk = chunks(planned).getFirst();
        Map<String, Object> payload = run("run-1");
        payload.put("chunk", chunk);
        if (beforeScan) {
            put(FIRST, cars(0, 61));
            assertEquals(1L, handle(new ScanChunkHandler(store), payload).get("changed"));
            assertTrue(store.uris().stream().noneMatch(uri -> uri.key().contains("/scan/")), "nothing is left behind");
        } else {
            assertEquals(0L, handle(new ScanChunkHandler(store), payload).get("changed"));
            handle(new DecideDatasetHandler(store, "eu-west-1", clock()), run("run-1"));
            put(FIRST, cars(0, 61));
            assertEquals(1L, handle(new WriteChunkHandler(store), payload).get("changed"));
            assertTrue(store.uris().stream().noneMatch(uri -> uri.key().contains("/parts/")), "nothing is left behind");
        }
        assertEquals("planned", plan("run-1", false, 0).get("outcome"), "the same run plans again");
        Map<String, Object> decided = decide("run-1");
        assertEquals(61L, decided.get("lines"));
    }

    @Test
    void stopsAtAGateAndLeavesWhatItSetAside() throws IOException {
        List<String> lines = new ArrayList<>(cars(0, 20));
        lines.add("{broken");
        lines.add("[]");
        lines.add(car(3, "2026-03-01T00:00:00.000000"));
        put(FIRST, lines);
        Map<String, Object> decided = decide("run-1");

        assertEquals("skip", decided.get("outcome"));
        Map<String, Object> why = Json.object(decided.get("why"));
        assertEquals("maxQuarantined", why.get("gate"));
        assertTrue(why.get("message").toString().contains("2 of 23"), why.toString());
        S3Uri run = S3Uri.parse("s3://work/runs/street-cars/run-1/");
        assertEquals(List.of("{broken", "[]"), lines(run.resolve("quarantine.manifest")));
        assertEquals(1, lines(run.resolve("superseded.manifest")).size());
        assertTrue(lines(run.resolve("findings.jsonl")).size() >= 2);
        Map<String, Object> announcement = Json.object(decided.get("announcement"));
        String message = announcement.get("message").toString();
        assertTrue(announcement.get("subject").toString().contains("nothing trained: maxQuarantined"), announcement.toString());
        for (String part : List.of(
                "2 of 23", "raise maxQuarantined", run + "findings.jsonl", run + "quarantine.manifest", "#/v2/executions/details/" + MACHINE + "run-1")) {
            assertTrue(message.contains(part), part + " is missing in:\n" + message);
        }
        assertThrows(IllegalStateException.class, () -> seal("run-1"));
    }

    @Test
    void refusesLabelAttributesThatDiffer() throws IOException {
        Json.object(dataset()).put("label", new ArrayList<>());
        put(FIRST, cars(0, 30));
        put(SECOND, cars(30, 30).stream().map(line -> line.replace("street-cars", "other-name")).toList());

        Map<String, Object> decided = decide("run-1");
        Map<String, Object> why = Json.object(decided.get("why"));
        assertEquals("label-attributes-differ", why.get("gate"));
        assertTrue(why.get("message").toString().contains("\"other-name\""), why.toString());
        assertEquals(0L, decided.get("quarantined"));
    }

    /** The second job has a label attribute of its own, and counts the cars as class 1. */
    @Test
    void makesTwoLabelingJobsOne() throws IOException {
        List<String> all = cars(60, 50).stream()
                .map(line -> line.replace("street-cars", "other-name").replace("\"class_id\":0", "\"class_id\": 1").replace("{\"0\":\"car\"}", "{\"1\":\"car\"}"))
                .toList();
        List<String> second = all.subList(0, 40);
        Json.object(dataset()).put("label", new ArrayList<>(List.of("street-cars", "other-name")));
        put(FIRST, cars(0, 60));
        put(SECOND, second);

        Map<String, Object> decided = decide("run-1");
        assertEquals("train", decided.get("outcome"), decided.toString());
        Map<String, Object> sealed = seal("run-1");
        S3Uri folder = S3Uri.parse((String) sealed.get("folder"));
        List<String> written = new ArrayList<>(lines(folder.resolve("train.manifest")));
        written.addAll(lines(folder.resolve("validation.manifest")));
        List<String> expected = new ArrayList<>(cars(0, 60));
        // The job keeps its name: it is how a reader knows whose labels these were.
        cars(60, 40).forEach(line -> expected.add(line.replace("\"class_id\":", "\"class_id\": ").replace("labeling-job/street-cars", "labeling-job/other-name")));
        assertEquals(expected.stream().sorted().toList(), written.stream().sorted().toList());
        Map<String, Object> training = Json.object(sealed.get("training"));
        assertEquals(List.of("source-ref", "street-cars"), training.get("attributeNames"));
        assertEquals("1", Json.object(training.get("hyperParameters")).get("num_classes"));
        String told = "40 lines of labeling-job/other-name were reconciled: other-name → street-cars, 1 class renumbered";
        assertTrue(text(folder.resolve("report.html")).contains(told), "the report of the data tells of it");
        String message = Json.object(judge("run-1", sealed, "job-1", 0.7).get("announcement")).get("message").toString();
        assertTrue(message.contains(told), message);

        // The next version is decided on what this one left.
        put(SECOND, all);
        assertEquals("train", decide("run-2").get("outcome"));
        Map<String, Object> document = Json.parseObject(store.bytes(S3Uri.parse((String) seal("run-2").get("folder")).resolve("dataset.json")));
        assertEquals(Map.of("0", "car"), Json.object(document.get("carried")).get("classes"));
    }

    @Test
    void saysThatAManifestIsEmpty() throws IOException {
        store.put(FIRST, new byte[0], Condition.ALWAYS);
        Map<String, Object> decided = decide("run-1");

        assertEquals("skip", decided.get("outcome"));
        assertEquals("empty-manifest", Json.object(decided.get("why")).get("gate"), decided.toString());
    }

    @Test
    void trainsOnManifestsThatComeBackAfterARunPlannedAgainWithoutThem() throws IOException {
        put(FIRST, cars(0, 60));
        assertEquals("planned", plan("run-1", false, 0).get("outcome"));
        put(FIRST, cars(0, 50));
        assertEquals("planned", plan("run-1", false, 0).get("outcome"), "overwritten before it was scanned");
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);

        assertEquals("unchanged", plan("run-2", false, 0).get("outcome"));
        put(FIRST, cars(0, 60));
        assertEquals("planned", plan("run-3", false, 0).get("outcome"), "nothing was ever trained on these");
    }

    @Test
    void answersInFewWordsHoweverLongTheNamesOfClassesAre() throws IOException {
        List<String> lines = new ArrayList<>(cars(0, 60));
        assertTrue(lines.get(0).contains("\"car\""), lines.get(0));
        lines.set(0, lines.get(0).replace("\"car\"", "\"" + "c".repeat(300_000) + "\""));
        put(FIRST, lines);

        Map<String, Object> decided = decide("run-1");
        assertEquals("class-map-conflict", Json.object(decided.get("why")).get("gate"));
        assertTrue(Json.text(decided).length() < 20_000, "a payload ends at 256 KiB, this one has " + Json.text(decided).length());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "[{\"label\":\"car\"},{\"label\":\"bus\"},{\"label\":\"car\"}] | two labels are called \"car\"",
        "[{\"label\":\"car\"},{\"label\":\" \"}] | label 1 has no name",
        "[{\"name\":\"car\"}] | label",
    })
    void refusesACategoryFileWhoseNamesAreNone(String labels, String words) throws IOException {
        put(FIRST, cars(0, 60));
        S3Uri file = S3Uri.parse("s3://labels/classes.json");
        store.put(file, ("{\"labels\":" + labels + "}").getBytes(StandardCharsets.UTF_8), Condition.ALWAYS);
        dataset().put("labelCategories", new LinkedHashMap<>(Map.of("file", file.toString())));

        String message = assertThrows(StorageFailedException.class, () -> plan("run-1", false, 0)).getMessage();
        assertTrue(message.contains(file + " is no label category file"), message);
        assertTrue(message.contains(words), message);
    }

    @Test
    void refusesACategoryFileOfMoreThan16MiBAndReadsOneOfThat() throws IOException {
        put(FIRST, cars(0, 60));
        S3Uri file = S3Uri.parse("s3://labels/classes.json");
        dataset().put("labelCategories", new LinkedHashMap<>(Map.of("file", file.toString())));
        byte[] large = new byte[(16 << 20) + 1];
        Arrays.fill(large, (byte) ' ');
        byte[] json = "{\"labels\":[{\"label\":\"car\"}]}".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(json, 0, large, 0, json.length);
        store.put(file, large, Condition.ALWAYS);

        String message = assertThrows(StorageFailedException.class, () -> plan("run-1", false, 0)).getMessage();
        assertTrue(message.contains(file + " is no label category file"), message);
        assertTrue(message.contains("it has more than 16777216 bytes (16 MiB); name the file that the labeling job was given"), message);

        store.put(file, Arrays.copyOf(large, 16 << 20), Condition.ALWAYS);
        assertEquals("planned", plan("run-1", false, 0).get("outcome"));
    }

    @Test
    void refusesImpossibleHyperparametersBeforeAnythingIsPaidFor() throws IOException {
        Map<String, Object> training = Json.object(dataset().get("training"));
        training.remove("image");
        training.remove("metrics");
        training.put("algorithm", "object-detection");
        training.put("hyperparameters", new LinkedHashMap<>(Map.of("mini_batch_size", "500")));
        put(FIRST, cars(0, 60));

        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> decide("run-1"));
        assertTrue(refused.getMessage().startsWith("training.hyperparameters.mini_batch_size: \"500\" cannot work"), refused.getMessage());
    }

    @Test
    void judgesTheFirstModelAndItsSuccessors() throws IOException {
        put(FIRST, cars(0, 60));
        decide("run-1");
        Map<String, Object> first = judge("run-1", seal("run-1"), "job-1", 0.7);
        assertEquals("promoted", first.get("outcome"));
        assertEquals(true, first.get("register"));
        assertEquals("truepipe-street-cars", first.get("modelPackageGroup"));
        assertEquals("{\"name\":\"validation:mAP\",\"value\":0.7}", Json.text(first.get("metric")));
        assertEquals(first, judge("run-1", seal("run-1"), "job-1", 0.7), "a retry says the same");

        put(SECOND, cars(60, 40));
        now = NOW.plusSeconds(60);
        decide("run-2");
        Map<String, Object> second = judge("run-2", seal("run-2"), "job-2", 0.5);
        assertEquals("kept", second.get("outcome"));
        assertEquals(false, second.get("register"));
        String message = Json.object(second.get("announcement")).get("message").toString();
        assertTrue(message.contains("The hold-outs differ by "), message);
        String report = text(S3Uri.parse((String) second.get("reportUri")));
        assertTrue(report.contains("job-2") && report.contains("validation:mAP"), "the report tells of the job");

        Map<String, Object> champion = Json.parseObject(store.bytes(S3Uri.parse("s3://work/datasets/street-cars/champion.json")));
        assertEquals("job-1", Json.object(champion.get("champion")).get("trainingJob"));
        assertEquals("job-2", Json.object(champion.get("judged")).get("trainingJob"));
        String url = "s3://work/datasets/street-cars/models/job-1/output/model.tar.gz";
        assertEquals(List.of(url, url, url), live, "the champion is named after every judgement, whoever was judged");
    }

    /** It was judged and its run failed afterwards; a person put another in its place before the run was redriven. */
    @Test
    void aRedriveDoesNotBringBackWhatAPersonPutDown() throws Exception {
        put(FIRST, cars(0, 60));
        decide("run-1");
        judge("run-1", seal("run-1"), "job-1", 0.7);
        put(SECOND, cars(60, 40));
        now = NOW.plusSeconds(60);
        decide("run-2");
        Map<String, Object> sealed = seal("run-2");
        assertEquals("promoted", judge("run-2", sealed, "job-2", 0.9).get("outcome"));
        store.put(S3Uri.parse(live.getFirst()), new byte[] {1}, Condition.ALWAYS);
        new Champions(store, (dataset, url) -> live.add(url)).promote("street-cars", DatasetFolder.of("work", "street-cars"), "job-1");

        Map<String, Object> again = judge("run-2", sealed, "job-2", 0.9);
        assertEquals("kept", again.get("outcome"));
        assertTrue(Json.object(again.get("announcement")).get("message").toString().contains("A person has put the model of job-1 in its place."), again.toString());
        assertEquals(live.getFirst(), live.getLast());
        now = NOW.plusSeconds(120);
        put(SECOND, cars(60, 41));
        decide("run-3");
        assertEquals("promoted", judge("run-3", seal("run-3"), "job-3", 0.8).get("outcome"), "the next is judged against the one put back");
    }

    @Test
    void measuresTheChampionBesideItsChallenger() throws IOException {
        put(FIRST, cars(0, 60));
        decide("run-1");
        judge("run-1", seal("run-1"), "job-1", 0.7);
        put(SECOND, cars(60, 40));
        now = NOW.plusSeconds(60);
        decide("run-2");
        Map<String, Object> metrics = Printed.by(() -> judge("run-2", seal("run-2"), "job-2", 0.5)).stream()
                .filter(line -> line.containsKey("_aws")).findFirst().orElseThrow();
        assertEquals(List.of(0.5, 0.7, 60L, 20L, 0L, 1L, 0L), Stream.of("Objective", "ChampionObjective", "TrainingTime", "BilledTrainingTime",
                "ModelsPromoted", "ModelsKept", "ModelsLate").map(metrics::get).toList(), metrics::toString);
    }

    @Test
    void neverLetsAnOlderPlanReplaceANewerChampion() throws IOException {
        put(FIRST, cars(0, 60));
        decide("run-1");
        Map<String, Object> sealed = seal("run-1");
        put(SECOND, cars(60, 40));
        now = NOW.plusSeconds(60);
        decide("run-2");
        judge("run-2", seal("run-2"), "job-2", 0.4);

        Map<String, Object> late = judge("run-1", sealed, "job-1", 0.99);
        assertEquals("late", late.get("outcome"));
        assertEquals(false, late.get("register"));
    }

    @Test
    void countsNewLabelsFromTheVersionJudgedLast() throws IOException {
        put(FIRST, cars(0, 60));
        decide("run-1");
        judge("run-1", seal("run-1"), "job-1", 0.7);
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);
        Json.object(dataset().get("split")).put("seed", 1L);
        Json.object(dataset().get("gates")).put("minPerClass", 5L);

        Map<String, Object> decided = decide("run-2");
        assertEquals("minNewLabels", Json.object(decided.get("why")).get("gate"));
        String told = Json.object(decided.get("announcement")).get("message").toString();
        assertTrue(told.contains("0 accepted lines are new since the last judged version, fewer than 1, and a changed setting alone trains nothing"), told);
        assertTrue(told.contains("truepipe trigger street-cars --force"), told);
        ended.put(MACHINE + "run-2", Executions.Status.SUCCEEDED);
        plan("run-3", true, 0);
        assertEquals("train", work("run-3").get("outcome"), "a forced run trains without new labels");
    }

    @Test
    void keepsAModelWithoutANumberAndSaysWhatItCouldNotRead() throws IOException {
        put(FIRST, cars(0, 60));
        decide("run-1");
        Map<String, Object> judged = judge("run-1", seal("run-1"), "job-1", Double.NaN);

        assertEquals("kept", judged.get("outcome"));
        assertNull(judged.get("metric"));
        String message = Json.object(judged.get("announcement")).get("message").toString();
        assertTrue(message.contains("reported no validation:mAP"), message);
    }

    @Test
    void namesTheVariableThatIsMissing() {
        IllegalStateException missing = assertThrows(
                IllegalStateException.class, () -> new Wiring(Map.of()).required("TRUEPIPE_WORK_BUCKET"));
        assertTrue(missing.getMessage().contains("TRUEPIPE_WORK_BUCKET"), missing.getMessage());
        assertFalse(missing.getMessage().contains("null"));
    }

    private Map<String, Object> decide(String name) throws IOException {
        assertEquals("planned", plan(name, false, 0).get("outcome"));
        return work(name);
    }

    /** Scan, decide and, if it is worth it, write. */
    private Map<String, Object> work(String name) throws IOException {
        Map<String, Object> decided = scanAndDecide(name);
        if (decided.get("outcome").equals("train")) {
            write(name);
        }
        return decided;
    }

    private void write(String name) throws IOException {
        for (Map<String, Object> chunk : chunks(name)) {
            Map<String, Object> payload = run(name);
            payload.put("chunk", chunk);
            assertEquals(Map.of("changed", 0L), handle(new WriteChunkHandler(store), payload));
        }
    }

    private Map<String, Object> seal(String name) {
        return handle(new SealDatasetHandler(store, "eu-west-1", "arn:aws:iam::111122223333:role/training", null), run(name));
    }

    private Map<String, Object> judge(String name, Map<String, Object> sealed, String job, double metric) {
        Map<String, Object> payload = run(name);
        payload.put("version", sealed.get("version"));
        payload.put("plan", Json.object(sealed.get("training")).get("plan"));
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("TrainingJobName", job);
        described.put("TrainingJobStatus", "Completed");
        described.put("ModelArtifacts", Map.of("S3ModelArtifacts", "s3://work/datasets/street-cars/models/" + job + "/output/model.tar.gz"));
        if (!Double.isNaN(metric)) {
            described.put("FinalMetricDataList", List.of(Map.of("MetricName", "validation:mAP", "Value", metric, "Timestamp", 1.7e9)));
        }
        described.put("AlgorithmSpecification", Map.of(
                "TrainingImage", "image", "MetricDefinitions", List.of(Map.of("Name", "validation:mAP", "Regex", "mAP=([0-9.]+)"))));
        described.put("ResourceConfig", Map.of("InstanceType", "ml.g5.2xlarge", "InstanceCount", 1));
        described.put("TrainingTimeInSeconds", 60);
        described.put("BillableTimeInSeconds", 20);
        payload.put("job", described);
        return handle(
                new JudgeModelHandler("truepipe-", store, name2 -> List.of("epoch 0 mAP=0.25", "epoch 1 mAP=" + metric), (dataset, url) -> live.add(url), clock()), payload);
    }

    private List<Map<String, Object>> chunks(Map<String, Object> planned) throws IOException {
        Map<String, Object> chunks = Json.object(planned.get("chunks"));
        return chunks(new S3Uri((String) chunks.get("bucket"), (String) chunks.get("key")));
    }

    private void gate(String name, long value) {
        Json.object(dataset().get("gates")).put(name, value);
    }

    private void put(S3Uri uri, List<String> lines) throws IOException {
        store.put(uri, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8), Condition.ALWAYS);
    }

    private static List<String> cars(int from, int count) {
        List<String> lines = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            lines.add(car(i, "2026-01-01T00:00:00.000000"));
        }
        assertEquals(count, new TreeSet<>(lines).size());
        return lines;
    }

    private static String car(int i, String created) {
        return """
                {"source-ref":"s3://images/scene-%04d-x.jpg","street-cars":{"image_size":[{"width":320,"height":240,"depth":3}],\
                "annotations":[{"class_id":0,"left":%d,"top":20,"width":40,"height":30}]},"street-cars-metadata":{"objects":\
                [{"confidence":0.09}],"class-map":{"0":"car"},"type":"groundtruth/object-detection","human-annotated":"yes",\
                "creation-date":"%s","job-name":"labeling-job/street-cars"}}""".formatted(i, i + 1, created);
    }
}

package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.events.Topics;
import dev.truepipe.emulator.sagemaker.TrainingFault;
import dev.truepipe.emulator.states.ExecutionRecord;
import dev.truepipe.examples.streetcars.scene.LabeledScenes;
import dev.truepipe.examples.streetcars.scene.Scene;
import dev.truepipe.examples.streetcars.scene.StreetScenes;
import dev.truepipe.json.Json;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.workload.Parameters;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens when labels arrive, through the whole chain. Each test has a dataset of its own in one cloud. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ChainIT {
    /** Of every line drawn here; a failure's message has the lines themselves. */
    private static final long SEED = 20_261_122;

    /** In a bucket that sends its events to EventBridge; named by its whole key. */
    private static final S3Uri ONE_MANIFEST = S3Uri.parse("s3://chain-hand-made/labels/cars.manifest");

    /** Beside what datasets watch. */
    private static final S3Uri HOLD_OUT = new S3Uri(ChainCloud.LABELS, "hold-outs/val.manifest");

    private static final S3Uri BROKEN_HOLD_OUT = new S3Uri(ChainCloud.LABELS, "hold-outs/broken.manifest");

    private static final CarLabels LABELS = new CarLabels(SEED);
    private static final String TRAIN = "train.manifest";
    private static final String VALIDATION = "validation.manifest";
    private static final String QUARANTINE = "quarantine.manifest";
    private static final String SUPERSEDED = "superseded.manifest";

    @TempDir
    static Path folder;

    private static ChainCloud chain;

    @BeforeAll
    static void start() throws Exception {
        String gates = "{ maxQuarantined: 5%, minPerClass: 1, minNewLabels: 0 }";
        chain = ChainCloud.start(folder, ChainCloud.yaml(
                ChainCloud.dataset("again"),
                ChainCloud.dataset("one-byte"),
                ChainCloud.dataset("unlucky"),
                ChainCloud.dataset("thrice"),
                ChainCloud.dataset("two-roads"),
                ChainCloud.dataset("unfinished"),
                ChainCloud.dataset("growth"),
                ChainCloud.dataset("two-names"),
                ChainCloud.dataset("overwritten"),
                ChainCloud.dataset("bad-lines"),
                ChainCloud.datasetWith("rare-class", "{ minPerClass: 12 }", "[ml.g5.2xlarge]"),
                ChainCloud.datasetWith("nothing-new", "{ minPerClass: 1 }", "[ml.g5.2xlarge]"),
                ChainCloud.dataset("contest"),
                ChainCloud.dataset("overlap"),
                ChainCloud.datasetWith("all-kinds", "{ maxQuarantined: 50%, minPerClass: 1 }", "[ml.g5.2xlarge]", "split: { validation: 30%, seed: 7 }"),
                ChainCloud.dataset("own-hold-out", "split: { validation: " + HOLD_OUT + ", test: 20% }"),
                ChainCloud.dataset("empty"),
                ChainCloud.dataset("zipped"),
                ChainCloud.dataset("one-file")
                        .replace("s3://" + ChainCloud.LABELS + "/one-file/", ONE_MANIFEST.toString())
                        .replace("labelBucket: notification", "labelBucket: eventbridge"),
                ChainCloud.dataset("stopped"),
                ChainCloud.dataset("aborted"),
                ChainCloud.dataset("gone-at-scan"),
                ChainCloud.dataset("gone-at-write"),
                ChainCloud.dataset("lost"),
                ChainCloud.datasetWith("closed", "{ maxQuarantined: 50%, minPerClass: 1000 }", "[ml.g5.2xlarge]", "split: { validation: " + BROKEN_HOLD_OUT + " }"),
                ChainCloud.dataset("no-picture", "checkObjects: none"),
                ChainCloud.dataset("planned"),
                ChainCloud.dataset("exported", "format: label-studio", "import: { s3Prefix: s3://" + CarLabels.BUCKET + "/images/ }").replace(ChainCloud.IMAGE, Demo.IMAGE),
                ChainCloud.dataset("export-gone", "format: coco"),
                ChainCloud.dataset("one-export", "format: csv", "import: { s3Prefix: s3://" + CarLabels.BUCKET + "/street/ }")
                        .replace("/one-export/", "/one-export/boxes.csv"),
                ChainCloud.dataset("braked", "enabled: false"),
                ChainCloud.dataset("rationed", "maxRuns: 1/day"),
                ChainCloud.dataset("put-back"),
                ChainCloud.datasetWith("picture-later", "{ maxQuarantined: 20%, minPerClass: 1 }", "[ml.g5.2xlarge]"),
                ChainCloud.datasetWith("no-quota", gates, "[ml.m5.4xlarge]"),
                ChainCloud.datasetWith("no-spot", gates, "[ml.m5.12xlarge]").replace("maxRuntime:", "spot: always\n      maxRuntime:"),
                ChainCloud.datasetWith("ladder-quota", gates, "[ml.m5.large, ml.c5.xlarge]"),
                ChainCloud.datasetWith("ladder-capacity", gates, "[ml.m5.xlarge, ml.c5.2xlarge]"),
                ChainCloud.datasetWith("ladder-internal", gates, "[ml.m5.2xlarge, ml.c5.4xlarge]")));
    }

    @AfterAll
    static void stop() throws Exception {
        if (chain != null) {
            chain.close();
        }
    }

    /** After all others, whose calls it looks at. */
    @Test
    @Order(Integer.MAX_VALUE)
    void rolesAllowWhatFunctionsAndStateMachineDidAndNothingElse() {
        LeastPrivilege privilege = new LeastPrivilege(chain.deployment().allowed(), chain.calls());
        assertEquals(Set.of(), privilege.notAllowed(), "calls that the roles do not allow");
        assertEquals(Set.of(), privilege.notUsed(), "leave that nobody took");
        assertEquals(Set.of(), privilege.seenAfterAll(), "leave that was taken, and is said never to be");
    }

    @Test
    void theSameDataAgainIsUnchangedAndTrainsNothing() throws Exception {
        S3Uri uri = chain.put("again", "first", LABELS.lines(0, 20));
        chain.assertOutcome("promoted", chain.awaitEnd("again", 1));

        // The same bytes once more: the same arrival, which has started its run.
        chain.store().put(uri, chain.bytes(uri), ObjectStore.Condition.ALWAYS);
        chain.awaitLog("Intake", 1, "This arrival has started a run before", "\"again\"");
        assertEquals(1, chain.starts("again").size());

        // A look without an arrival starts a run, which finds its work done.
        chain.wish("again", false);
        ExecutionRecord second = chain.awaitEnd("again", 2);
        chain.assertOutcome("unchanged", second);
        assertEquals(0, ChainCloud.entered(second, "ScanManifests"));
        assertEquals(1, chain.marks().trainings("again").size());
    }

    @Test
    void oneChangedByteOfOneLabelTrainsAnew() throws Exception {
        List<String> lines = LABELS.lines(0, 20);
        chain.put("one-byte", "job", lines);
        Map<String, Object> first = chain.assertOutcome("promoted", chain.awaitEnd("one-byte", 1));

        // A box begins 100 to 299 pixels from the top: moved by a hundred.
        String before = lines.get(7);
        String changed = before.contains("\"top\":1")
                ? before.replaceFirst("\"top\":1", "\"top\":2")
                : before.replaceFirst("\"top\":2", "\"top\":1");
        assertEquals(1, differences(before, changed), before);
        lines.set(7, changed);
        chain.put("one-byte", "job", lines);

        ExecutionRecord second = chain.awaitEnd("one-byte", 2);
        Map<String, Object> output = chain.output(second);
        assertEquals(1, ChainCloud.attempts(second).size());
        assertEquals(2, chain.marks().trainings("one-byte").size());
        assertNotEquals(first.get("version"), output.get("version"));
        assertTrue(Stream.concat(
                        chain.lines(ChainCloud.version("one-byte", output).resolve(TRAIN)).stream(),
                        chain.lines(ChainCloud.version("one-byte", output).resolve(VALIDATION)).stream())
                .anyMatch(changed::equals), "the changed line is in the new version");
    }

    @Test
    void aFailedTrainingIsRepeatedByTheNextLookAndByTrigger() throws Exception {
        chain.marks().failNext("unlucky", "out of patience");
        chain.put("unlucky", "job", LABELS.lines(0, 20));
        ExecutionRecord first = chain.awaitEnd("unlucky", 1);
        assertEquals("FAILED", first.status());
        assertEquals("AlgorithmFailed", first.error());
        assertTrue(first.cause().contains("out of patience"), first.cause());
        chain.awaitAnnouncement("unlucky", "FAILED", "AlgorithmFailed", "out of patience", first.ref().arn());

        chain.marks().failNext("unlucky", "still none");
        chain.cloud().events().fireSchedule("Sweep-unlucky");
        ExecutionRecord second = chain.awaitEnd("unlucky", 2);
        assertEquals("FAILED", second.status());
        assertTrue(second.cause().contains("still none"), second.cause());

        String said = chain.truepipe("trigger", "unlucky");
        assertTrue(said.contains("unlucky"), said);
        chain.assertOutcome("promoted", chain.awaitEnd("unlucky", 3));
        assertEquals(3, chain.marks().trainings("unlucky").size());
        assertEquals(3, chain.marks().trainings("unlucky").stream().map(Marks.Training::job).distinct().count());
    }

    @Test
    void theSameEventThreeTimesIsOneTraining() throws Exception {
        S3Uri uri = chain.put("thrice", "job", LABELS.lines(0, 20));
        String event = chain.await("the notification of " + uri, () -> chain.notifications(uri.key()).stream().findFirst());
        chain.cloud().sqs().send(LocalCloud.QUEUE, event);
        chain.cloud().sqs().send(LocalCloud.QUEUE, event);
        chain.awaitLog("Intake", 3, "\"arrival\"", "\"thrice\"");
        chain.assertOutcome("promoted", chain.awaitEnd("thrice", 1));
        assertEquals(1, chain.starts("thrice").size());
        assertEquals(1, chain.marks().trainings("thrice").size());
    }

    @Test
    void anS3EventAndTheStateChangeOfItsLabelingJobAreOneTraining() throws Exception {
        S3Uri uri = chain.put("two-roads", "street-job", LABELS.lines(0, 20));
        chain.cloud().labelingJob("street-job", "Completed", uri, Map.of("TotalLabeled", 20L));
        chain.awaitLog("Intake", 2, "\"arrival\"", "\"two-roads\"");
        chain.assertOutcome("promoted", chain.awaitEnd("two-roads", 1));
        assertEquals(1, chain.starts("two-roads").size());
        assertEquals(1, chain.marks().trainings("two-roads").size());
    }

    @Test
    void aLabelingJobThatStillRunsWaitsForItsStateChange() throws Exception {
        S3Uri uri = ChainCloud.manifest("unfinished", "slow-job");
        chain.cloud().labelingJob("slow-job", "InProgress", uri, Map.of("TotalLabeled", 12L));
        chain.put("unfinished", "slow-job", LABELS.lines(0, 12));
        chain.awaitLog("Intake", 1, "its labeling job still runs", "slow-job");
        assertEquals(List.of(), chain.starts("unfinished"));

        // Stopped by a person, with what was labeled until then: an end like any other.
        chain.cloud().labelingJob("slow-job", "Stopped", uri, Map.of("TotalLabeled", 12L));
        chain.assertOutcome("promoted", chain.awaitEnd("unfinished", 1));
        assertEquals(1, chain.marks().trainings("unfinished").size());
    }

    @Test
    void newLabelsMakeANewVersionInWhichNoObjectChangesSides() throws Exception {
        chain.put("growth", "first", LABELS.lines(0, 40));
        Map<String, Object> first = chain.assertOutcome("promoted", chain.awaitEnd("growth", 1));
        chain.put("growth", "second", LABELS.lines(40, 100));
        Map<String, Object> second = chain.output(chain.awaitEnd("growth", 2));
        assertNotEquals(first.get("version"), second.get("version"));

        Map<String, String> before = sides("growth", first);
        Map<String, String> after = sides("growth", second);
        assertEquals(40, before.size());
        assertEquals(100, after.size());
        before.forEach((object, side) -> assertEquals(side, after.get(object), object + " changed sides; seed " + SEED));
        assertEquals(Set.of("train", "validation"), Set.copyOf(before.values()));
    }

    @Test
    void manifestsWhoseLabelAttributesDifferTrainNothing() throws Exception {
        // The second arrives while the first trains, and is found beside it.
        CompletableFuture<String> mark = chain.marks().hold("two-names");
        chain.put("two-names", "first", LABELS.lines(0, 20));
        chain.await("the first training of two-names", () -> chain.marks().trainings("two-names").stream().findFirst());
        chain.put("two-names", "second", new CarLabels(SEED, "vehicles").lines(20, 40));

        ExecutionRecord second = chain.awaitEnd("two-names", 1);
        Map<String, Object> output = chain.assertOutcome("skipped", second);
        assertEquals("label-attributes-differ", Json.object(output.get("why")).get("gate"));
        Topics.Message told = chain.awaitAnnouncement("two-names", "label-attributes-differ");
        assertTrue(told.text().contains("cars") && told.text().contains("vehicles"), told.text());
        assertEquals(List.of(), ChainCloud.attempts(second));
        assertEquals(1, chain.marks().trainings("two-names").size());

        mark.complete("0.5");
        chain.assertOutcome("promoted", chain.awaitEnd("two-names", 2));
    }

    @Test
    void aManifestOverwrittenBetweenPlanAndScanIsPlannedAgain() throws Exception {
        List<String> later = LABELS.lines(20, 50);
        // The overwriting is told of, too. Its labeling job still runs, so that this event starts no run of its own.
        chain.when("overwritten", "ScanManifests", "MapStateEntered", () -> {
            chain.cloud().labelingJob("job", "InProgress", ChainCloud.manifest("overwritten", "job"), Map.of());
            chain.put("overwritten", "job", later);
        });
        chain.put("overwritten", "job", LABELS.lines(0, 20));

        ExecutionRecord execution = chain.awaitEnd("overwritten", 1);
        Map<String, Object> output = chain.assertOutcome("promoted", execution);
        assertEquals(2, ChainCloud.entered(execution, "PlanDataset"));
        assertEquals(2, ChainCloud.entered(execution, "ScanManifests"));
        assertEquals(1, ChainCloud.entered(execution, "WriteChannels"));
        List<String> sealed = new ArrayList<>(chain.lines(ChainCloud.version("overwritten", output).resolve(TRAIN)));
        sealed.addAll(chain.lines(ChainCloud.version("overwritten", output).resolve(VALIDATION)));
        assertEquals(Set.copyOf(later), Set.copyOf(sealed));
        assertEquals(later.size(), sealed.size());
        assertEquals(1, chain.starts("overwritten").size());
        assertEquals(1, chain.marks().trainings("overwritten").size());
    }

    @ParameterizedTest
    @CsvSource({"gone-at-scan, ScanManifests", "gone-at-write, WriteChannels"})
    void aManifestThatIsTakenAwayMeanwhileEndsTheRunInPeace(String dataset, String state) throws Exception {
        chain.when(dataset, state, "MapStateEntered", () -> chain.takeAway(ChainCloud.manifest(dataset, "job")));
        chain.put(dataset, "job", LABELS.lines(0, 20));
        ExecutionRecord execution = chain.awaitEnd(dataset, 1);
        chain.assertOutcome("empty", execution);
        assertEquals(2, ChainCloud.entered(execution, "PlanDataset"), chain::story);
    }

    @Test
    void whatAStoppedRunSetsAsideIsOfTheHoldOutTooAndOfNoManifestThatIsGone() throws Exception {
        List<String> lines = LABELS.lines(0, 30);
        String broken = lines.get(25).substring(0, 90);
        chain.store().put(BROKEN_HOLD_OUT, CarLabels.manifest(List.of(lines.get(20), broken)), ObjectStore.Condition.ALWAYS);
        chain.put("closed", "job", lines.subList(0, 20));
        ExecutionRecord first = chain.awaitEnd("closed", 1);
        chain.assertOutcome("skipped", first);
        assertEquals(List.of(broken), chain.lines(ChainCloud.run("closed", first).resolve(QUARANTINE)));

        chain.when("closed", "DecideDataset", "TaskStateEntered", () -> chain.takeAway(ChainCloud.manifest("closed", "job")));
        chain.put("closed", "job", lines.subList(1, 20));
        ExecutionRecord second = chain.awaitEnd("closed", 2);
        chain.assertOutcome("skipped", second);
        assertFalse(chain.exists(ChainCloud.run("closed", second).resolve(QUARANTINE)), chain::story);
    }

    @Test
    void aLabelingJobThatLeftNoManifestStartsNothing() throws Exception {
        chain.cloud().labelingJob("lost-job", "Completed", ChainCloud.manifest("lost", "lost-job"), Map.of());
        chain.awaitLog("Intake", 1, "the labeling job's manifest is not there", "\"lost\"");
        assertEquals(List.of(), chain.starts("lost"));
    }

    @Test
    void anAbortedRunTakesItsTrainingAlong() throws Exception {
        chain.marks().hold("aborted");
        chain.put("aborted", "job", LABELS.lines(0, 20));
        Marks.Training training = chain.await("the training of aborted", () -> chain.marks().trainings("aborted").stream().findFirst());
        chain.cloud().stepFunctions().call("StopExecution", Map.of("executionArn", chain.starts("aborted").getFirst().arn(), "error", "Enough", "cause", "wrong labels"));
        assertEquals("ABORTED", chain.awaitEnd("aborted", 1).status());
        Map<String, Object> job = chain.cloud().sageMaker().awaitTrainingJob(training.job()).get();
        assertEquals("Stopped", job.get("TrainingJobStatus"), job::toString);
        chain.awaitAnnouncement("aborted", "ABORTED", "Enough", "wrong labels");
    }

    @Test
    void tooManyBadLinesStopTheRunAndWaitInItsFolder() throws Exception {
        List<String> lines = LABELS.lines(0, 18);
        String broken = lines.get(3).substring(0, 100);
        String unknownClass = lines.get(4).replace("\"class_id\":0", "\"class_id\":7");
        lines.set(3, broken);
        lines.set(4, unknownClass);
        chain.put("bad-lines", "job", lines);

        ExecutionRecord execution = chain.awaitEnd("bad-lines", 1);
        Map<String, Object> output = chain.assertOutcome("skipped", execution);
        Map<String, Object> why = Json.object(output.get("why"));
        assertEquals("maxQuarantined", why.get("gate"));
        Topics.Message told = chain.awaitAnnouncement("bad-lines", "maxQuarantined", "2", "18");
        S3Uri run = ChainCloud.run("bad-lines", execution);
        assertEquals(List.of(broken, unknownClass), chain.lines(run.resolve(QUARANTINE)));
        assertEquals(List.of(), chain.lines(run.resolve(SUPERSEDED)));
        Set<Object> found = new HashSet<>();
        for (String finding : chain.lines(run.resolve("findings.jsonl"))) {
            Map<String, Object> json = Json.object(Json.parse(finding));
            found.add(json.get("code") + " line " + json.get("line"));
        }
        assertTrue(found.contains("unknown-class line 5"), found.toString());
        assertTrue(found.stream().anyMatch(one -> one.toString().endsWith("line 4")), found.toString());
        for (String file : List.of(QUARANTINE, "findings.jsonl")) {
            assertTrue(told.text().contains(run.resolve(file).toString()), "no link to " + file + " in " + told.text());
        }
        assertEquals(List.of(), chain.marks().trainings("bad-lines"));
        assertFalse(chain.exists(ChainCloud.championFile("bad-lines")));
    }

    @Test
    void aRareClassStopsTheRunByNameAndNumber() throws Exception {
        // Every third picture shows a van: 10 of 30.
        chain.put("rare-class", "job", LABELS.lines(0, 30));
        Map<String, Object> output = chain.assertOutcome("skipped", chain.awaitEnd("rare-class", 1));
        Map<String, Object> why = Json.object(output.get("why"));
        assertEquals("minPerClass", why.get("gate"));
        Topics.Message told = chain.awaitAnnouncement("rare-class", "minPerClass", "van", "10", "12");
        assertTrue(told.text().contains(why.get("message").toString()), told.text());
        assertEquals(List.of(), chain.marks().trainings("rare-class"));
    }

    @Test
    void aLookThatBringsNothingNewTrainsNothingUnlessItIsForced() throws Exception {
        chain.put("nothing-new", "job", LABELS.lines(0, 20));
        chain.assertOutcome("promoted", chain.awaitEnd("nothing-new", 1));
        // The same labels in another order: another manifest, no new label.
        List<String> reversed = LABELS.lines(0, 20).reversed();
        chain.put("nothing-new", "job", reversed);
        Map<String, Object> second = chain.assertOutcome("skipped", chain.awaitEnd("nothing-new", 2));
        assertEquals("minNewLabels", Json.object(second.get("why")).get("gate"));
        assertEquals(1, chain.marks().trainings("nothing-new").size());

        chain.truepipe("trigger", "nothing-new", "--force");
        chain.assertOutcome("promoted", chain.awaitEnd("nothing-new", 3));
        assertEquals(2, chain.marks().trainings("nothing-new").size());
    }

    @Test
    void aBetterModelIsPromotedAndAWorseOneKept() throws Exception {
        chain.marks().next("contest", 0.6);
        chain.put("contest", "job", LABELS.lines(0, 20));
        Map<String, Object> first = chain.assertOutcome("promoted", chain.awaitEnd("contest", 1));

        chain.marks().next("contest", 0.59);
        Object champion = chain.champion("contest");
        chain.wish("contest", true);
        Map<String, Object> worse = chain.assertOutcome("kept", chain.awaitEnd("contest", 2));
        assertEquals(first.get("version"), worse.get("version"));
        assertEquals(0.59, Json.object(worse.get("metric")).get("value"));
        assertEquals(0.6, Json.object(worse.get("metric")).get("champion"));
        assertEquals(champion, chain.champion("contest"));
        chain.awaitAnnouncement("contest", "kept", "0.59", "0.6");

        chain.marks().next("contest", 0.61);
        chain.wish("contest", true);
        Map<String, Object> better = chain.assertOutcome("promoted", chain.awaitEnd("contest", 3));
        assertEquals(better.get("trainingJob"), chain.champion("contest").get("trainingJob"));
        assertTrue(chain.exists(S3Uri.parse((String) worse.get("modelUrl"))), "the worse model is kept");

        Map<String, Object> packages = chain.cloud().sageMaker().call(
                "ListModelPackages", Map.of("ModelPackageGroupName", LocalCloud.MODEL_PACKAGE_GROUP_PREFIX + "contest"));
        assertEquals(2, Json.array(packages.get("ModelPackageSummaryList")).size(), "the two that were promoted are registered");
    }

    @Test
    void brakesHoldARunBeforeItClaimsAnythingAndAreAnnounced() throws Exception {
        chain.put("braked", "job", LABELS.lines(0, 20));
        ExecutionRecord held = chain.awaitEnd("braked", 1);
        assertEquals("enabled", Json.object(chain.assertOutcome("skipped", held).get("why")).get("gate"));
        assertEquals(0, ChainCloud.entered(held, "ScanManifests"));
        chain.awaitAnnouncement("braked", "held by enabled", "deploy");
        assertEquals(List.of(), chain.store().list(new S3Uri(LocalCloud.WORK_BUCKET, "datasets/braked/"), false).objects());
        chain.wish("braked", true);
        chain.assertOutcome("skipped", chain.awaitEnd("braked", 2));

        chain.put("rationed", "first", LABELS.lines(0, 20));
        chain.assertOutcome("promoted", chain.awaitEnd("rationed", 1));
        chain.wish("rationed", false);
        chain.assertOutcome("unchanged", chain.awaitEnd("rationed", 2));
        chain.put("rationed", "second", LABELS.lines(20, 40));
        assertEquals("maxRuns", Json.object(chain.assertOutcome("skipped", chain.awaitEnd("rationed", 3)).get("why")).get("gate"));
        chain.awaitAnnouncement("rationed", "held by maxRuns", "1 run began in the last 24 hours");
        chain.cloud().events().fireSchedule("Sweep-rationed");
        chain.assertOutcome("skipped", chain.awaitEnd("rationed", 4));
        assertEquals(1, chain.store().list(new S3Uri(LocalCloud.WORK_BUCKET, "datasets/rationed/claims/"), false).objects().size());
        assertEquals(1, chain.marks().trainings("rationed").size());
        assertEquals(0, chain.marks().trainings("braked").size());
    }

    @Test
    void promotePutsAnEarlierModelBackForAllWhoAsk() throws Exception {
        chain.marks().next("put-back", 0.6);
        chain.put("put-back", "job", LABELS.lines(0, 20));
        Map<String, Object> first = chain.assertOutcome("promoted", chain.awaitEnd("put-back", 1));
        assertEquals(first.get("modelUrl"), live("put-back"));
        chain.marks().next("put-back", 0.7);
        chain.wish("put-back", true);
        Map<String, Object> second = chain.assertOutcome("promoted", chain.awaitEnd("put-back", 2));
        assertEquals(second.get("modelUrl"), live("put-back"));

        String said = chain.truepipe("promote", "put-back", (String) first.get("trainingJob"));
        assertTrue(said.contains("in place of that of " + second.get("trainingJob")) && said.contains("truepipe promote put-back " + second.get("trainingJob")), said);
        assertEquals(first.get("trainingJob"), chain.champion("put-back").get("trainingJob"));
        assertEquals(first.get("modelUrl"), live("put-back"));

        chain.marks().next("put-back", 0.65);
        chain.wish("put-back", true);
        Map<String, Object> third = chain.assertOutcome("promoted", chain.awaitEnd("put-back", 3));
        assertEquals(0.6, Json.object(third.get("metric")).get("champion"), "judged against the one put back");
        assertEquals(third.get("modelUrl"), live("put-back"));
    }

    /** What those who serve the model read. */
    private static String live(String dataset) {
        return chain.cloud().parameters().find(Parameters.champion(LocalCloud.STACK, dataset)).orElse(null);
    }

    @Test
    void anOlderRunThatEndsLaterNeverReplacesTheNewerChampion() throws Exception {
        CompletableFuture<String> slow = chain.marks().hold("overlap");
        chain.put("overlap", "first", LABELS.lines(0, 20));
        chain.await("the slow training of overlap", () -> chain.marks().trainings("overlap").stream().findFirst());

        chain.marks().next("overlap", 0.4);
        chain.put("overlap", "second", LABELS.lines(20, 40));
        chain.assertOutcome("promoted", chain.awaitEnd("overlap", 1));
        Object champion = chain.champion("overlap");

        slow.complete("0.9");
        Map<String, Object> late = chain.assertOutcome("late", chain.awaitEnd("overlap", 2));
        assertEquals(champion, chain.champion("overlap"));
        assertTrue(chain.exists(S3Uri.parse((String) late.get("modelUrl"))), "the late model is kept");
        chain.awaitAnnouncement("overlap", "late");
    }

    @Test
    void everyLineIsFoundAgainByteForByteAndEveryCountIsTrue() throws Exception {
        List<String> first = new ArrayList<>(LABELS.lines(0, 50));
        first.set(5, first.get(5).replace("\":", "\" : ") + "\r");
        first.set(6, "  " + first.get(6) + "\t");
        first.set(7, first.get(7).replace("labeling-job/cars", "labeling-job/Stra\u00dfe \\u00e4 \ud83d\ude97"));
        first.set(8, "{\"source-ref\":\"" + CarLabels.picture(8) + "\"}");
        first.set(9, "not JSON at all");
        first.set(10, first.get(10).replace("s3://" + CarLabels.BUCKET, "s3://somewhere-else"));
        // Labeled again, later: the older one is superseded.
        first.set(11, LABELS.line(12, 1));
        first.add(20, "");
        first.add(21, "   ");
        List<String> second = new ArrayList<>(LABELS.lines(50, 60));
        second.add(LABELS.line(0, 2));
        chain.put("all-kinds", "first", first);
        Map<String, Object> one = chain.output(chain.awaitEnd("all-kinds", 1));
        assertAllAccountedFor("all-kinds", one, first);
        chain.put("all-kinds", "second", second);
        Map<String, Object> both = chain.output(chain.awaitEnd("all-kinds", 2));
        List<String> all = new ArrayList<>(first);
        all.addAll(second);
        Map<String, Integer> counts = assertAllAccountedFor("all-kinds", both, all);
        assertEquals(3, counts.get(QUARANTINE), counts::toString);
        assertEquals(2, counts.get(SUPERSEDED), counts::toString);

        // What went through the pipes: two records for each line of each channel, the picture and its label.
        Marks.Training training = chain.marks().trainings("all-kinds").getLast();
        assertEquals(2L * counts.get(TRAIN), training.trainRecords());
        assertEquals(2L * counts.get(VALIDATION), training.validationRecords());
    }

    /** Holds the four manifests and {@code dataset.json} of a version against the lines that went in. @return lines by file */
    private static Map<String, Integer> assertAllAccountedFor(String dataset, Map<String, Object> output, List<String> input) throws Exception {
        S3Uri version = ChainCloud.version(dataset, output);
        Map<String, Integer> left = new HashMap<>();
        int lines = 0;
        int blank = 0;
        for (String line : input) {
            if (line.isBlank()) {
                blank++;
            } else {
                lines++;
                left.merge(latin1(line), 1, Integer::sum);
            }
        }
        Map<String, Integer> counts = new HashMap<>();
        for (String file : List.of(TRAIN, VALIDATION, QUARANTINE, SUPERSEDED)) {
            List<String> written = chain.lines(version.resolve(file));
            counts.put(file, written.size());
            for (String line : written) {
                Integer times = left.get(line);
                assertTrue(times != null && times > 0, () -> file + " has a line that did not come in, or came in less often: " + line);
                left.put(line, times - 1);
            }
        }
        left.forEach((line, times) -> assertEquals(0, times, () -> "lost: " + line));
        Map<String, Object> document = chain.json(version.resolve("dataset.json"));
        assertEquals((long) lines, document.get("lines"));
        assertEquals((long) blank, document.get("blank"));
        assertEquals((long) counts.get(TRAIN), document.get("train"));
        assertEquals((long) counts.get(VALIDATION), document.get("validation"));
        assertEquals((long) counts.get(TRAIN) + counts.get(VALIDATION), document.get("accepted"));
        assertEquals((long) counts.get(QUARANTINE), document.get("quarantined"));
        assertEquals((long) counts.get(SUPERSEDED), document.get("superseded"));
        return counts;
    }

    @Test
    void aManifestOfNoBytesTrainsNothingAndSaysSo() throws Exception {
        chain.put("empty", "job", List.of());
        Map<String, Object> output = chain.assertOutcome("skipped", chain.awaitEnd("empty", 1));
        chain.awaitAnnouncement("empty", Json.object(output.get("why")).get("gate").toString(), "empty-manifest");
        assertEquals(List.of(), chain.marks().trainings("empty"));
    }

    /** Street scenes as people label them in Label Studio train the demo's model; the same export again trains nothing, and one that breaks off is told of. */
    @Test
    void anExportOfLabelStudioTrainsOnceAndOneThatBreaksOffIsToldOf() throws Exception {
        LabeledScenes scenes = StreetScenes.withoutDefects(SEED, 40, "label", CarLabels.BUCKET);
        for (Scene scene : scenes.images()) {
            chain.store().put(new S3Uri(CarLabels.BUCKET, scene.key()), scene.jpeg(), ObjectStore.Condition.ALWAYS);
        }
        // Label Studio tells an image's size by its boxes only.
        List<String> labeled = new String(scenes.manifest(), StandardCharsets.UTF_8).lines().filter(line -> !line.contains("\"annotations\":[]")).toList();
        long count = labeled.size();
        assertTrue(count > 20, () -> count + " scenes with cars");
        S3Uri uri = new S3Uri(ChainCloud.LABELS, "exported/project-1.json");
        byte[] export = labelStudio(labeled);
        chain.store().put(uri, export, ObjectStore.Condition.ALWAYS);

        ExecutionRecord first = chain.awaitEnd("exported", 1);
        Map<String, Object> output = chain.assertOutcome("promoted", first);
        assertEquals(1, ChainCloud.entered(first, "ConvertLabels"));
        S3Uri version = ChainCloud.version("exported", output);
        Map<String, Object> document = chain.json(version.resolve("dataset.json"));
        assertEquals(count, document.get("accepted"));
        Map<String, Object> source = Json.object(Json.array(document.get("sources")).getFirst());
        assertEquals(List.of(uri.toString(), count, 0L), List.of(source.get("export"), source.get("lines"), source.get("skipped")));
        List<String> sealed = new ArrayList<>(chain.lines(version.resolve(TRAIN)));
        sealed.addAll(chain.lines(version.resolve(VALIDATION)));
        assertEquals(boxes(labeled), boxes(sealed), "every box of every scene, where it was drawn");
        assertTrue(Json.object(output.get("metric")).get("value") instanceof Number, output::toString);
        chain.awaitAnnouncement("exported", "new champion", "Imported    " + uri + ": " + count + " lines");

        // The same bytes once more, then a look without an arrival: nothing is converted again.
        chain.store().put(uri, export, ObjectStore.Condition.ALWAYS);
        chain.awaitLog("Intake", 1, "This arrival has started a run before", "\"exported\"");
        chain.wish("exported", false);
        ExecutionRecord second = chain.awaitEnd("exported", 2);
        chain.assertOutcome("unchanged", second);
        assertEquals(0, ChainCloud.entered(second, "ConvertLabels"));

        chain.store().put(uri, Arrays.copyOf(export, export.length / 2), ObjectStore.Condition.ALWAYS);
        Map<String, Object> broken = chain.assertOutcome("skipped", chain.awaitEnd("exported", 3));
        assertEquals("unreadable-labels", Json.object(broken.get("why")).get("gate"));
        chain.awaitAnnouncement("exported", "unreadable-labels", uri + " is not whole JSON", "export or download it again");
        assertEquals(output.get("version"), chain.champion("exported").get("version"), "the champion stays as it is");
    }

    @Test
    void anExportThatIsTakenAwayBeforeItIsConvertedEndsTheRunInPeace() throws Exception {
        S3Uri uri = new S3Uri(ChainCloud.LABELS, "export-gone/instances.json");
        chain.when("export-gone", "ConvertLabels", "TaskStateEntered", () -> chain.takeAway(uri));
        chain.store().put(uri, "{}".getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
        ExecutionRecord execution = chain.awaitEnd("export-gone", 1);
        chain.assertOutcome("empty", execution);
        assertEquals(2, ChainCloud.entered(execution, "PlanDataset"), chain::story);
    }

    /** By its whole key; what lies beside it is nobody's. */
    @Test
    void oneExportIsTakenByItsKey() throws Exception {
        S3Uri uri = new S3Uri(ChainCloud.LABELS, "one-export/boxes.csv");
        chain.store().put(new S3Uri(ChainCloud.LABELS, "one-export/newer.csv"), "no table".getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
        StringBuilder csv = new StringBuilder("filename,width,height,class,xmin,ymin,xmax,ymax\n");
        for (int i = 0; i < 20; i++) {
            csv.append("%04d.jpg,640,480,car,%d,100,%d,150\n".formatted(i, 100 + i, 160 + i));
        }
        chain.store().put(uri, csv.toString().getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
        Map<String, Object> output = chain.assertOutcome("promoted", chain.awaitEnd("one-export", 1));
        assertEquals(20L, chain.json(ChainCloud.version("one-export", output).resolve("dataset.json")).get("accepted"));
        assertEquals(1, chain.starts("one-export").size());
    }

    /** What Label Studio exports of such labels: tasks that show an image of its own server, boxes in percent. */
    private static byte[] labelStudio(List<String> lines) throws Exception {
        List<Object> tasks = new ArrayList<>();
        for (String line : lines) {
            Map<String, Object> object = Json.object(Json.parse(line));
            Map<String, Object> label = Json.object(object.get("label"));
            Map<String, Object> names = Json.object(Json.object(object.get("label-metadata")).get("class-map"));
            Map<String, Object> size = Json.object(Json.array(label.get("image_size")).getFirst());
            double width = ((Number) size.get("width")).doubleValue();
            double height = ((Number) size.get("height")).doubleValue();
            List<Object> results = new ArrayList<>();
            for (Object item : Json.array(label.get("annotations"))) {
                Map<String, Object> box = Json.object(item);
                results.add(Map.of("type", "rectanglelabels", "from_name", "label", "to_name", "image", "original_width", size.get("width"), "original_height", size.get("height"),
                        "value", Map.of("x", percent(box.get("left"), width), "y", percent(box.get("top"), height), "width", percent(box.get("width"), width),
                                "height", percent(box.get("height"), height), "rotation", 0L, "rectanglelabels", List.of(names.get(box.get("class_id").toString())))));
            }
            String source = (String) object.get("source-ref");
            tasks.add(Map.of("id", (long) tasks.size() + 1, "data", Map.of("image", "/data/local-files/?d=" + source.substring(source.lastIndexOf('/') + 1)),
                    "annotations", List.of(Map.of("id", 1L, "created_at", "2026-05-02T08:30:00.123456Z", "result", results))));
        }
        return Json.bytes(tasks);
    }

    private static double percent(Object pixels, double of) {
        return 100 * ((Number) pixels).doubleValue() / of;
    }

    /** Boxes by object, each as its edges in ten-thousandths of a pixel. */
    private static Map<String, Set<List<Long>>> boxes(List<String> lines) throws Exception {
        Map<String, Set<List<Long>>> boxes = new HashMap<>();
        for (String line : lines) {
            Map<String, Object> object = Json.object(Json.parse(line));
            Set<List<Long>> of = new HashSet<>();
            for (Object item : Json.array(Json.object(object.get("label")).get("annotations"))) {
                Map<String, Object> box = Json.object(item);
                of.add(Stream.of("left", "top", "width", "height").map(edge -> Math.round(10_000 * ((Number) box.get(edge)).doubleValue())).toList());
            }
            boxes.put((String) object.get("source-ref"), of);
        }
        return boxes;
    }

    @Test
    void aCompressedManifestIsReadAsWhatItHolds() throws Exception {
        List<String> lines = LABELS.lines(0, 30);
        lines.set(4, "{");
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(CarLabels.manifest(lines));
        }
        chain.store().put(ChainCloud.manifest("zipped", "job"), compressed.toByteArray(), ObjectStore.Condition.ALWAYS);
        Map<String, Integer> counts = assertAllAccountedFor("zipped", chain.output(chain.awaitEnd("zipped", 1)), lines);
        assertEquals(1, counts.get(QUARANTINE));
    }

    @Test
    void oneManifestInABucketOfEventBridgeIsTakenByItsKey() throws Exception {
        chain.store().put(ONE_MANIFEST.resolve(".bak"), CarLabels.manifest(LABELS.lines(50, 60)), ObjectStore.Condition.ALWAYS);
        List<String> lines = LABELS.lines(0, 20);
        chain.store().put(ONE_MANIFEST, CarLabels.manifest(lines), ObjectStore.Condition.ALWAYS);
        assertAllAccountedFor("one-file", chain.assertOutcome("promoted", chain.awaitEnd("one-file", 1)), lines);
        assertEquals(1, chain.starts("one-file").size());
    }

    @Test
    void aHoldOutOfOnesOwnValidatesAndATestShareIsSeenByNoTraining() throws Exception {
        List<String> lines = LABELS.lines(0, 34);
        chain.store().put(HOLD_OUT, CarLabels.manifest(lines.subList(24, 34)), ObjectStore.Condition.ALWAYS);
        chain.put("own-hold-out", "job", lines.subList(0, 28));
        Map<String, Object> output = chain.assertOutcome("promoted", chain.awaitEnd("own-hold-out", 1));
        S3Uri version = ChainCloud.version("own-hold-out", output);
        assertEquals(lines.subList(24, 34).stream().map(ChainIT::latin1).toList(), chain.lines(version.resolve(VALIDATION)));
        assertEquals(lines.subList(24, 28).stream().map(ChainIT::latin1).toList(), chain.lines(version.resolve(SUPERSEDED)));
        List<String> test = chain.lines(version.resolve("test.manifest"));
        List<String> rest = new ArrayList<>(chain.lines(version.resolve(TRAIN)));
        assertTrue(!test.isEmpty() && rest.size() > test.size(), rest.size() + " to train, " + test.size() + " to test; seed " + SEED);
        rest.addAll(test);
        assertEquals(lines.subList(0, 24).stream().map(ChainIT::latin1).sorted().toList(), rest.stream().sorted().toList());
        Map<String, Object> document = chain.json(version.resolve("dataset.json"));
        assertEquals((long) test.size(), document.get("test"));
        chain.awaitAnnouncement("own-hold-out", "10 to validation, " + test.size() + " to test");

        // Nobody is told of another hold-out; the next look finds it.
        chain.store().put(HOLD_OUT, CarLabels.manifest(lines.subList(20, 34)), ObjectStore.Condition.ALWAYS);
        assertEquals(1, chain.starts("own-hold-out").size());
        chain.wish("own-hold-out", false);
        Map<String, Object> second = chain.output(chain.awaitEnd("own-hold-out", 2));
        assertNotEquals(output.get("version"), second.get("version"));
        assertEquals(14, chain.lines(ChainCloud.version("own-hold-out", second).resolve(VALIDATION)).size());
        assertEquals(2, chain.marks().trainings("own-hold-out").size());
    }

    @Test
    void aTrainingThatAPersonStopsIsNoModelAndSaysSo() throws Exception {
        chain.marks().hold("stopped");
        chain.put("stopped", "job", LABELS.lines(0, 20));
        Marks.Training training = chain.await("the training of stopped", () -> chain.marks().trainings("stopped").stream().findFirst());
        chain.cloud().sageMaker().call("StopTrainingJob", Map.of("TrainingJobName", training.job()));
        assertFailed("stopped", "TrainingStopped", training.job());
    }

    @Test
    void aPictureThatIsNotThereFailsTheTrainingByItsName() throws Exception {
        List<String> lines = LABELS.lines(0, 20);
        lines.set(3, lines.get(3).replace(CarLabels.picture(3), "s3://" + CarLabels.BUCKET + "/street/vanished.jpg"));
        chain.put("no-picture", "job", lines);
        assertFailed("no-picture", "TrainingInputRefused", "vanished.jpg");
    }

    /** What the scan does not find is set aside, and comes back by itself: nobody has to say that the picture is there now. */
    @Test
    void aPictureThatComesLaterLetsItsLineIn() throws Exception {
        S3Uri later = S3Uri.parse("s3://" + CarLabels.BUCKET + "/street/later.jpg");
        List<String> lines = LABELS.lines(0, 20);
        lines.set(3, lines.get(3).replace(CarLabels.picture(3), later.toString()));
        chain.put("picture-later", "job", lines);
        Map<String, Object> first = chain.assertOutcome("promoted", chain.awaitEnd("picture-later", 1));
        S3Uri version = ChainCloud.version("picture-later", first);
        assertEquals(List.of(lines.get(3)), chain.lines(version.resolve(QUARANTINE)));
        assertTrue(new String(chain.bytes(version.resolve("findings.jsonl")), StandardCharsets.UTF_8)
                .contains("\"code\":\"object-missing\",\"severity\":\"quarantine\",\"attribute\":\"source-ref\",\"message\":\"there is no object \\\"" + later), chain::story);

        chain.wish("picture-later", false);
        chain.assertOutcome("unchanged", chain.awaitEnd("picture-later", 2));
        chain.store().put(later, "picture 3".getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
        chain.wish("picture-later", false);
        ExecutionRecord third = chain.awaitEnd("picture-later", 3);
        assertEquals("SUCCEEDED", third.status(), chain::story);
        assertEquals(1, ChainCloud.entered(third, "Train"), chain::story);
        assertEquals(List.of(), chain.lines(ChainCloud.version("picture-later", chain.output(third)).resolve(QUARANTINE)));
    }

    /** The request that {@code plan} shows is the one that a run of the same lines sends, but for what is each run's own in the job's name. */
    @Test
    void aPlanShowsTheRequestThatARunSends() throws Exception {
        List<String> lines = LABELS.lines(0, 40);
        lines.add("{\"source-ref\":\"" + CarLabels.picture(50) + "\"}");
        chain.put("planned", "job", lines);
        ExecutionRecord run = chain.awaitEnd("planned", 1);
        Map<String, Object> sent = ChainCloud.requests(run).getFirst();
        String name = (String) sent.get("TrainingJobName");

        Path file = Files.write(folder.resolve("planned.manifest"), CarLabels.manifest(lines));
        for (String manifest : List.of(file.toString(), ChainCloud.manifest("planned", "job").toString())) {
            Map<String, Object> plan = Json.parseObject(chain.truepipe("plan", manifest, "--settings", folder.resolve("truepipe.yaml").toString(), "--dataset", "planned", "--json")
                    .getBytes(StandardCharsets.UTF_8));
            Map<String, Object> shown = Json.object(plan.get("request"));
            String[] ours = ((String) shown.get("TrainingJobName")).split("-");
            String[] theirs = name.split("-");
            assertEquals(theirs.length, ours.length, name);
            ours[2] = theirs[2];
            assertEquals(name, String.join("-", ours), "planned-<plan>-<run>-r0-1");
            assertEquals(Json.text(sent), Json.text(shown).replace((String) shown.get("TrainingJobName"), name), manifest);
            assertEquals(41L, plan.get("lines"));
            assertEquals(1L, plan.get("quarantined"));
            assertEquals(chain.output(run).get("version"), plan.get("version"), "the version that the run sealed");
        }
    }

    @Test
    void aQuotaOnEveryRungNamesTheQuotaToRaise() throws Exception {
        chain.cloud().sageMaker().provoke(TrainingFault.RESOURCE_LIMIT_EXCEEDED, "ml.m5.4xlarge", 2);
        chain.put("no-quota", "job", LABELS.lines(0, 20));
        assertFailed("no-quota", "QuotaTooSmall", "ml.m5.4xlarge for training job usage", "Service Quotas");
        assertEquals(List.of(), chain.marks().trainings("no-quota"));
    }

    @Test
    void spotThatNeverComesSaysWhatToChange() throws Exception {
        chain.cloud().sageMaker().provoke(TrainingFault.MAX_WAIT_TIME_EXCEEDED, "ml.m5.12xlarge", 1);
        chain.put("no-spot", "job", LABELS.lines(0, 20));
        assertFailed("no-spot", "SpotNeverCame", "maxWait", "ml.m5.12xlarge");
    }

    /** The dataset's only run fails so, in these words, and people are told. */
    private static void assertFailed(String dataset, String error, String... words) {
        ExecutionRecord execution = chain.awaitEnd(dataset, 1);
        assertEquals("FAILED", execution.status(), chain::story);
        assertEquals(error, execution.error(), execution.cause());
        for (String word : words) {
            assertTrue(execution.cause().contains(word), () -> "no \"" + word + "\" in: " + execution.cause());
        }
        assertTrue(execution.cause().contains("truepipe trigger " + dataset), execution.cause());
        chain.awaitAnnouncement(dataset, "FAILED", Json.text(execution.cause()));
    }

    @Test
    void aQuotaSendsTheTrainingToTheNextRung() throws Exception {
        chain.cloud().sageMaker().provoke(TrainingFault.RESOURCE_LIMIT_EXCEEDED, "ml.m5.large", 1);
        chain.put("ladder-quota", "job", LABELS.lines(0, 20));
        ExecutionRecord execution = chain.awaitEnd("ladder-quota", 1);
        chain.assertOutcome("promoted", execution);
        assertRungs(List.of("1 ml.m5.large spot", "2 ml.c5.xlarge spot"), execution);
    }

    @Test
    void noCapacitySendsTheTrainingDownTheLadderToOnDemand() throws Exception {
        chain.cloud().sageMaker().provoke(TrainingFault.CAPACITY_ERROR, "ml.m5.xlarge", 1);
        chain.cloud().sageMaker().provoke(TrainingFault.CAPACITY_ERROR, "ml.c5.2xlarge", 1);
        chain.put("ladder-capacity", "job", LABELS.lines(0, 20));
        ExecutionRecord execution = chain.awaitEnd("ladder-capacity", 1);
        chain.assertOutcome("promoted", execution);
        assertRungs(List.of("1 ml.m5.xlarge spot", "2 ml.c5.2xlarge spot", "3 ml.m5.xlarge"), execution);
    }

    @Test
    void anInternalErrorIsTriedAgainOnTheSameRungUnderANewName() throws Exception {
        chain.cloud().sageMaker().provoke(TrainingFault.INTERNAL_SERVER_ERROR, "ml.m5.2xlarge", 2);
        chain.put("ladder-internal", "job", LABELS.lines(0, 20));
        ExecutionRecord execution = chain.awaitEnd("ladder-internal", 1);
        chain.assertOutcome("promoted", execution);
        assertRungs(List.of("1 ml.m5.2xlarge spot", "2 ml.m5.2xlarge spot", "3 ml.m5.2xlarge spot"), execution);
    }

    /** @param expected number of the attempt, as it ends the job's name; instance type; whether as spot */
    private static void assertRungs(List<String> expected, ExecutionRecord execution) throws Exception {
        List<String> attempts = ChainCloud.attempts(execution);
        assertEquals(expected, attempts.stream().map(attempt -> attempt.substring(attempt.indexOf("-r0-") + 4)).toList(), attempts::toString);
    }

    /** Which side each object of a version is on, by an own look at both manifests. */
    private static Map<String, String> sides(String dataset, Map<String, Object> output) throws Exception {
        Map<String, String> sides = new HashMap<>();
        for (String side : List.of("train", "validation")) {
            for (String line : chain.lines(ChainCloud.version(dataset, output).resolve(side + ".manifest"))) {
                String object = (String) Json.object(Json.parse(line)).get("source-ref");
                assertEquals(null, sides.put(object, side), object + " is there twice");
            }
        }
        return sides;
    }

    private static String latin1(String line) {
        return new String(line.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static int differences(String a, String b) {
        int count = 0;
        for (int i = 0; i < a.length(); i++) {
            count += a.charAt(i) == b.charAt(i) ? 0 : 1;
        }
        return count;
    }
}

package dev.truepipe.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.Context;
import dev.truepipe.json.Json;
import dev.truepipe.run.Executions;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** From exports of other tools to a decided dataset: the handlers one after the other, as the state machine calls them, over a store in memory. */
class ExportRunTest extends RunFixture {
    private static final S3Uri EXPORT = S3Uri.parse("s3://labels/street/project-1.json");
    private static final S3Uri OTHER = S3Uri.parse("s3://labels/street/annotations/project-2.json");

    private int millisLeft = 900_000;

    @BeforeEach
    void labelsComeFromLabelStudio() {
        dataset().put("format", "label-studio");
        dataset().put("import", new LinkedHashMap<>(Map.of("s3Prefix", "s3://images/street/")));
    }

    @Test
    void makesADatasetOfAnExport() throws IOException {
        put(EXPORT, tasks(0, 60));
        assertEquals("convert", plan("run-1", false).get("outcome"));
        Map<String, Object> converted = convert("run-1");
        assertEquals("converted", converted.get("outcome"));
        assertEquals("1 export became 60 lines", converted.get("message"));

        Map<String, Object> planned = plan("run-1", false);
        assertEquals("planned", planned.get("outcome"), planned::toString);
        Map<String, Object> decided = scanAndDecide("run-1");
        assertEquals("train", decided.get("outcome"), decided::toString);
        assertEquals(60L, decided.get("accepted"));

        Map<String, Object> source = Json.object(Json.array(read("runs/street-cars/run-1/plan.json").get("sources")).getFirst());
        assertEquals(EXPORT.toString(), source.get("export"));
        assertEquals(store.head(EXPORT).orElseThrow().eTag(), source.get("eTag"));
        assertEquals(60L, source.get("lines"));
        Map<String, Object> document = Json.object(read("runs/street-cars/run-1/decision.json").get("document"));
        assertEquals(List.of(source), document.get("sources"), "what a version was made of is in its dataset.json");
        String line = lines(manifest("run-1")).getFirst();
        assertTrue(line.startsWith("{\"source-ref\":\"s3://images/street/1/scene-0000.jpg\",\"street-cars\":"), line);
        assertTrue(line.contains("\"job-name\":\"imported/label-studio\""), line);
    }

    /** Nothing is converted before it is known that there is something to do. */
    @Test
    void theSameExportAgainIsUnchangedBeforeAnythingIsConverted() throws IOException {
        put(EXPORT, tasks(0, 60));
        decide("run-1");
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);
        written = NOW.minus(Duration.ofMinutes(10));
        put(EXPORT, tasks(0, 60));
        store.delete(manifest("run-1"));

        assertEquals("unchanged", plan("run-2", false).get("outcome"));
        assertEquals("convert", plan("run-3", true).get("outcome"), "forced");
        put(EXPORT, tasks(0, 61));
        assertEquals("convert", plan("run-4", false).get("outcome"), "another export");
    }

    @Test
    void anOptionOfTheImportIsAReasonToRun() throws IOException {
        put(EXPORT, tasks(0, 60));
        decide("run-1");
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);
        options().put("map", List.of("/data/upload/1/=s3://images/night/"));
        S3Uri first = manifest("run-1");
        assertEquals("convert", plan("run-2", false).get("outcome"));
        convert("run-2");
        assertNotEquals(first, manifest("run-2"), "manifests made in different ways do not stand in each other's place");
        assertTrue(lines(manifest("run-2")).getFirst().startsWith("{\"source-ref\":\"s3://images/night/scene-0000.jpg\""), lines(manifest("run-2")).getFirst());
    }

    @Test
    void anImageThatComesLaterLetsItsLineInThoughTheExportIsTheSame() throws IOException {
        dataset().put("checkObjects", "100");
        Json.object(dataset().get("gates")).put("maxQuarantinedBasisPoints", 1_000L);
        put(EXPORT, tasks(0, 60));
        for (int i = 1; i < 60; i++) {
            put(image(i), "picture");
        }
        assertEquals(1L, decide("run-1").get("quarantined"));
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);
        assertEquals("unchanged", plan("run-2", false).get("outcome"));
        put(image(0), "picture");
        assertEquals("planned", plan("run-3", false).get("outcome"), "what was converted is still there");
        assertEquals(0L, scanAndDecide("run-3").get("quarantined"));
    }

    private static S3Uri image(int i) {
        return S3Uri.parse("s3://images/street/1/scene-%04d.jpg".formatted(i));
    }

    /** Who may call for a look changes nothing of what is seen. */
    @Test
    void aWebhookIsNoReasonToRun() throws IOException {
        put(EXPORT, tasks(0, 60));
        decide("run-1");
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);
        dataset().put("webhook", Map.of("secret", "/label-studio/street", "every", 50L));
        assertEquals("unchanged", plan("run-2", false).get("outcome"));
    }

    @Test
    void whatIsConvertedIsNotConvertedAgain() throws IOException {
        put(EXPORT, tasks(0, 60));
        decide("run-1");
        ended.put(MACHINE + "run-1", Executions.Status.ENDED_OTHERWISE);
        assertEquals("planned", plan("run-2", false).get("outcome"), "the manifest of the run that failed is still there");

        now = NOW.plus(Duration.ofDays(13));
        ended.put(MACHINE + "run-2", Executions.Status.ENDED_OTHERWISE);
        assertEquals("planned", plan("run-3", false).get("outcome"));
        now = NOW.plus(Duration.ofDays(14));
        ended.put(MACHINE + "run-3", Executions.Status.ENDED_OTHERWISE);
        assertEquals("convert", plan("run-4", false).get("outcome"), "it would expire under the run");
        byte[] before = store.bytes(manifest("run-1"));
        written = now;
        assertEquals("converted", convert("run-4").get("outcome"));
        assertEquals("planned", plan("run-4", false).get("outcome"));
        assertEquals(manifest("run-1"), manifest("run-4"));
        assertEquals(new String(before, StandardCharsets.UTF_8), new String(store.bytes(manifest("run-4")), StandardCharsets.UTF_8), "the same bytes");
    }

    /** A date that the tool does not give is the file's. */
    @Test
    void anExportThatWasWrittenAgainLaterIsConvertedForItself() throws IOException {
        dataset().put("format", "csv");
        S3Uri boxes = S3Uri.parse("s3://labels/street/boxes.csv");
        put(boxes, csv(60));
        decide("run-1");
        written = NOW.minus(Duration.ofMinutes(30));
        put(boxes, csv(60));
        assertEquals("superseded", plan("run-2", true).get("outcome"), "run-1 still runs, on the same export");
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);
        assertEquals("convert", plan("run-2", true).get("outcome"));
        convert("run-2");
        assertNotEquals(manifest("run-1"), manifest("run-2"));
        assertTrue(lines(manifest("run-2")).getFirst().contains("\"creation-date\":\"2026-05-02T09:30:00"), lines(manifest("run-2")).getFirst());
    }

    @Test
    void readsTheNewestExportOfEachFolder() throws IOException {
        put(S3Uri.parse("s3://labels/street/project-0.json"), tasks(0, 90));
        put(OTHER, tasks(60, 90));
        written = written.plusSeconds(1);
        put(EXPORT, tasks(0, 60));
        Map<String, Object> decided = decide("run-1");
        assertEquals(90L, decided.get("lines"), decided::toString);
        assertEquals(List.of(OTHER.toString(), EXPORT.toString()), Json.array(read("runs/street-cars/run-1/plan.json").get("sources")).stream()
                .map(source -> Json.object(source).get("export")).toList());
    }

    @Test
    void waitsForAnExportThatIsYoung() throws IOException {
        written = NOW.minusSeconds(100);
        put(EXPORT, tasks(0, 60));
        Map<String, Object> answer = plan("run-1", false);
        assertEquals("settle", answer.get("outcome"));
        assertEquals(200L, answer.get("settleSeconds"));
    }

    @Test
    void saysThatThereIsNoExportYet() throws IOException {
        put(S3Uri.parse("s3://labels/street/job/manifests/output/output.manifest"), "{}");
        Map<String, Object> answer = plan("run-1", false);
        assertEquals("empty", answer.get("outcome"));
        assertEquals("No label-studio export (.json) lies under s3://labels/street/ yet.", answer.get("message"));
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of("label-studio", "project-1.json", "[{\"id\":1,\"data\":{\"image\":\"a.jpg\"}", "is not whole JSON at line 1", "export or download it again"),
                Arguments.of("label-studio", "project-1.json", "{\"tasks\":[]}", "is no list of tasks", "export as JSON (not JSON-MIN, nor CSV)"),
                Arguments.of("coco", "instances.json", "PK\u0003\u0004", "is a zip archive", "unpack it first"),
                Arguments.of("cvat", "annotations.xml", "<annotations><image id='0'", "is not whole XML at line 1", "export or download it again"),
                Arguments.of("csv", "boxes.csv", "path,label\n\"a.jpg,car", "is not closed", "close it"));
    }

    /** Whatever breaks off is announced with its cause and cure; the run does not fail, and does the same work no second time. */
    @ParameterizedTest
    @MethodSource("broken")
    void anExportThatCannotBeReadEndsTheRunInWords(String format, String name, String content, String what, String cure) throws IOException {
        dataset().put("format", format);
        S3Uri export = S3Uri.parse("s3://labels/street/" + name);
        put(export, content);
        assertEquals("convert", plan("run-1", false).get("outcome"));
        Map<String, Object> answer = convert("run-1");
        assertEquals("skip", answer.get("outcome"));
        Map<String, Object> why = Json.object(answer.get("why"));
        assertEquals("unreadable-labels", why.get("gate"));
        String message = why.get("message").toString();
        assertTrue(message.startsWith(export + " ") && message.contains(what) && message.contains(cure), message);
        Map<String, Object> announcement = Json.object(answer.get("announcement"));
        assertEquals("Truepipe: street-cars, nothing trained: unreadable-labels", announcement.get("subject"));
        String told = announcement.get("message").toString();
        assertTrue(told.contains(message) && told.contains("run-1") && told.contains("of 2026-05-02 09:00 UTC"), told);
        assertFalse(told.contains("Exception"), told);
        assertTrue(store.uris().stream().noneMatch(uri -> uri.key().contains("/imported/")), "nothing half written is left");

        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);
        assertEquals("unchanged", plan("run-2", false).get("outcome"));
        assertEquals("convert", plan("run-3", true).get("outcome"), "forced");
    }

    @Test
    void exportsOfWhichNoLineComesEndTheRunWithWhatWasFound() throws IOException {
        options().remove("s3Prefix");
        put(EXPORT, tasks(0, 3));
        assertEquals("convert", plan("run-1", false).get("outcome"));
        Map<String, Object> answer = convert("run-1");
        assertEquals("skip", answer.get("outcome"));
        assertEquals("nothing-imported", Json.object(answer.get("why")).get("gate"));
        String told = Json.object(answer.get("announcement")).get("message").toString();
        assertTrue(told.contains("no line came of " + EXPORT + ": 6 objects and annotations were left out"), told);
        assertTrue(told.contains("3 x source-unmapped"), told);
        S3Uri findings = new S3Uri("work", manifest("run-1").key().replace("output.manifest", "findings.jsonl"));
        assertTrue(told.contains("Findings    " + findings), told);
        assertEquals(3, lines(findings).size());
        assertTrue(lines(findings).getFirst().contains("say where the images lie in S3: import.s3Prefix s3://bucket/folder/, or import.map FROM=TO"), lines(findings).getFirst());

        // Cached as it is, it tells the same to a run that is forced.
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);
        assertEquals("convert", plan("run-2", true).get("outcome"));
        assertEquals("skip", convert("run-2").get("outcome"));
    }

    /** A project in which nobody has labeled yet holds nobody up. */
    @Test
    void anEmptyExportBesideOthersIsFine() throws IOException {
        put(EXPORT, tasks(0, 60));
        put(OTHER, "[]");
        Map<String, Object> decided = decide("run-1");
        assertEquals("train", decided.get("outcome"), decided::toString);
        assertEquals(60L, decided.get("lines"));
    }

    @Test
    void tellsWhatWasLeftOutWhereverTheRunIsToldOf() throws IOException {
        dataset().put("gates", new LinkedHashMap<>(Map.of("maxQuarantinedBasisPoints", 500L, "minPerClass", 100L, "minNewLabels", 1L)));
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            all.add(i < 2 ? task(i).replace("\"annotations\":[{", "\"annotations\":[{\"was_cancelled\":true,") : task(i));
        }
        put(EXPORT, "[" + String.join(",", all) + "]");
        plan("run-1", false);
        assertEquals("1 export became 58 lines; 2 objects and annotations were left out", convert("run-1").get("message"));
        Map<String, Object> decided = decide("run-1");
        String told = Json.object(decided.get("announcement")).get("message").toString();
        assertTrue(told.contains("Imported    " + EXPORT + ": 58 lines, 2 left out (s3://work/runs/street-cars/imported/"), told);
    }

    /** Back to settle: what was claimed was never worked on, so that export, put back, is no news that was heard before. */
    @Test
    void anExportOverwrittenBeforeItIsConvertedSendsTheRunBackAndGivesItsClaimUp() throws IOException {
        String first = tasks(0, 60);
        put(EXPORT, first);
        assertEquals("convert", plan("run-1", false).get("outcome"));
        put(EXPORT, tasks(0, 61));
        Map<String, Object> answer = convert("run-1");
        assertEquals("changed", answer.get("outcome"));
        assertEquals(61L, decide("run-1").get("lines"));
        ended.put(MACHINE + "run-1", Executions.Status.SUCCEEDED);
        assertEquals("unchanged", plan("run-2", false).get("outcome"));

        put(EXPORT, first);
        assertEquals("convert", plan("run-3", false).get("outcome"), "run-1 did not work on it after all");
    }

    @Test
    void anExportRemovedBeforeItIsConvertedSendsTheRunBack() throws IOException {
        put(EXPORT, tasks(0, 60));
        plan("run-1", false);
        store.delete(EXPORT);
        assertEquals("changed", convert("run-1").get("outcome"));
        assertEquals("empty", plan("run-1", false).get("outcome"));
    }

    @Test
    void leavesTheRestToTheNextCallWhenTimeRunsOut() throws IOException {
        put(EXPORT, tasks(0, 30));
        put(OTHER, tasks(30, 60));
        millisLeft = 419_999;
        assertEquals("2 exports to be converted", plan("run-1", false).get("message"));
        assertEquals("1 export became 30 lines", convert("run-1").get("message"));
        Map<String, Object> again = plan("run-1", false);
        assertEquals("1 export to be converted", again.get("message"));
        assertEquals("1 export became 30 lines", convert("run-1").get("message"));
        assertEquals("planned", plan("run-1", false).get("outcome"));

        put(EXPORT, tasks(0, 31));
        put(OTHER, tasks(30, 61));
        millisLeft = 420_000;
        plan("run-2", false);
        assertEquals("2 exports became 62 lines", convert("run-2").get("message"));
    }

    @Test
    void aBrakeHoldsARunBeforeItsExportsAreLookedInto() throws IOException {
        put(EXPORT, "no JSON at all");
        dataset().put("brakes", new LinkedHashMap<>(Map.of("enabled", false)));
        assertEquals("enabled", Json.object(plan("run-1", false).get("why")).get("gate"));
        assertTrue(store.uris().stream().allMatch(uri -> uri.bucket().equals("labels")), "nothing is claimed or written: " + store.uris());
    }

    /** The hold-out is a manifest, whatever the labels are. */
    @Test
    void aHoldOutOfOnesOwnStandsBesideExports() throws IOException {
        put(EXPORT, tasks(0, 60));
        decide("run-1");
        String holdOut = "s3://hold-outs/val.manifest";
        store.put(S3Uri.parse(holdOut), String.join("\n", lines(manifest("run-1")).subList(50, 60)).getBytes(StandardCharsets.UTF_8), Condition.ALWAYS);
        Map<String, Object> split = Json.object(dataset().get("split"));
        split.remove("validationBasisPoints");
        split.put("validationManifest", holdOut);

        Map<String, Object> decided = decide("run-2");
        assertEquals(10L, decided.get("validation"), decided::toString);
        assertEquals(50L, decided.get("train"));
    }

    @Test
    void classesAreNumberedAsTheDatasetSays() throws IOException {
        dataset().put("labelCategories", Map.of("names", List.of("tram", "car")));
        put(EXPORT, tasks(0, 60));
        decide("run-1");
        assertTrue(lines(manifest("run-1")).getFirst().contains("\"class-map\":{\"1\":\"car\"}"), lines(manifest("run-1")).getFirst());
    }

    /** A list of classes may lie among the labels; it is no export, however new it is. */
    @Test
    void theListOfClassesIsNoExport() throws IOException {
        put(EXPORT, tasks(0, 60));
        written = written.plusSeconds(60);
        put(S3Uri.parse("s3://labels/street/zz-classes.json"), "{\"labels\":[{\"label\":\"tram\"},{\"label\":\"car\"}]}");
        dataset().put("labelCategories", Map.of("file", "s3://labels/street/zz-classes.json"));
        assertEquals(60L, decide("run-1").get("lines"));
    }

    @Test
    void everyFormatOfOneFileIsTaken() throws IOException {
        dataset().put("format", "csv");
        put(S3Uri.parse("s3://labels/street/boxes.csv"), csv(30));
        assertEquals(30L, decide("run-csv").get("lines"));
        dataset().put("format", "cvat");
        StringBuilder cvat = new StringBuilder("<annotations>");
        StringBuilder images = new StringBuilder();
        StringBuilder boxes = new StringBuilder();
        for (int i = 0; i < 30; i++) {
            cvat.append("<image id='%1$d' name='scene-%1$04d.jpg' width='320' height='240'><box label='car' xtl='%1$d' ytl='20' xbr='%2$d' ybr='50'/></image>".formatted(i, i + 40));
            images.append(i == 0 ? "" : ",").append("{\"id\":%1$d,\"width\":320,\"height\":240,\"file_name\":\"scene-%1$04d.jpg\"}".formatted(i));
            boxes.append(i == 0 ? "" : ",").append("{\"id\":%1$d,\"image_id\":%1$d,\"category_id\":1,\"bbox\":[%1$d,20,40,30]}".formatted(i));
        }
        put(S3Uri.parse("s3://labels/street/annotations.xml"), cvat.append("</annotations>").toString());
        assertEquals(30L, decide("run-cvat").get("lines"));
        dataset().put("format", "coco");
        put(S3Uri.parse("s3://labels/street/annotations/instances.json"), "{\"images\":[" + images + "],\"annotations\":[" + boxes + "],\"categories\":[{\"id\":1,\"name\":\"car\"}]}");
        assertEquals(30L, decide("run-coco").get("lines"));
    }

    private static String tasks(int from, int to) {
        List<String> tasks = new ArrayList<>();
        for (int i = from; i < to; i++) {
            tasks.add(task(i));
        }
        return "[" + String.join(",", tasks) + "]";
    }

    private static String task(int i) {
        return """
                {"id":%1$d,"data":{"image":"/data/upload/1/scene-%1$04d.jpg"},"annotations":[{"id":%1$d,"created_at":"2026-01-01T00:00:00Z","result":[\
                {"id":"r","type":"rectanglelabels","from_name":"label","to_name":"image","original_width":320,"original_height":240,\
                "value":{"x":10,"y":20,"width":%2$d,"height":25,"rotation":0,"rectanglelabels":["car"]}}]}]}""".formatted(i, 10 + i % 50);
    }

    private static String csv(int images) {
        StringBuilder csv = new StringBuilder("filename,width,height,class,xmin,ymin,xmax,ymax\n");
        for (int i = 0; i < images; i++) {
            csv.append("scene-%04d.jpg,320,240,car,%d,20,%d,50\n".formatted(i, i + 1, i + 41));
        }
        return csv.toString();
    }

    private Map<String, Object> decide(String name) throws IOException {
        Map<String, Object> planned = plan(name, false);
        if (planned.get("outcome").equals("convert")) {
            assertEquals("converted", convert(name).get("outcome"));
            planned = plan(name, false);
        }
        assertEquals("planned", planned.get("outcome"), planned::toString);
        return scanAndDecide(name);
    }

    private Map<String, Object> plan(String name, boolean force) {
        return plan(name, force, 0);
    }

    @Override
    Context context() {
        return (Context) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Context.class}, (proxy, method, arguments) -> {
            assertEquals("getRemainingTimeInMillis", method.getName());
            assertNull(arguments);
            return millisLeft;
        });
    }

    private Map<String, Object> convert(String name) {
        return handle(new ConvertLabelsHandler(store, clock()), run(name));
    }

    /** What the run's only export, or its first, became. */
    private S3Uri manifest(String name) throws IOException {
        Map<String, Object> export = Json.object(Json.array(read("runs/street-cars/" + name + "/exports.json").get("exports")).getFirst());
        return S3Uri.parse(export.get("folder") + "output.manifest");
    }

    private Map<String, Object> read(String key) throws IOException {
        return Json.parseObject(store.bytes(new S3Uri("work", key)));
    }

    private void put(S3Uri uri, String content) throws IOException {
        store.put(uri, content.getBytes(StandardCharsets.UTF_8), Condition.ALWAYS);
    }

    private Map<String, Object> options() {
        return Json.object(dataset().get("import"));
    }
}

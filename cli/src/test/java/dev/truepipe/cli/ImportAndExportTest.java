package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the contract of {@code import} and {@code export} says. */
class ImportAndExportTest {
    private static final String COCO = "{\"images\":[{\"id\":1,\"width\":90,\"height\":90,\"file_name\":\"a.jpg\"},{\"id\":2,\"width\":90,\"height\":90,\"file_name\":\"b.jpg\"}],"
            + "\"annotations\":[{\"id\":1,\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,20,20]}%s],\"categories\":[{\"id\":1,\"name\":\"car\"}]}";
    private static final String GOOD = COCO.formatted("");
    private static final String CROWDED = COCO.formatted(",{\"id\":2,\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,20,20],\"iscrowd\":1}");

    @TempDir
    private Path folder;

    private Path file(String name, String content) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        return Files.writeString(folder.resolve(name), content);
    }

    @Test
    void importPrintsTheContractsFieldsAndItsManifestPassesCheck() throws IOException {
        Path out = folder.resolve("cars.manifest");
        Ran ran = Ran.truepipe("import", "coco", file("c.json", GOOD), "--label", "cars", "--s3-prefix", "s3://b/i", "--out", out, "--json");
        assertEquals(0, ran.exit(), ran.err());
        assertEquals("{\"images\":2,\"annotations\":1,\"written\":2,\"skipped\":0,\"classes\":{\"car\":1},\"findings\":{\"empty-annotations\":1}}", ran.out().strip());
        assertTrue(Files.readString(out).startsWith("{\"source-ref\":\"s3://b/i/a.jpg\",\"cars\":{"));
        Ran check = Ran.truepipe("check", out, "--json");
        assertEquals(0, check.exit(), check.out());
        assertEquals("cars", check.json().get("labelAttribute"));
    }

    @Test
    void importExits1ForWhatItLeftOutAndWritesFindingsAndManifestAllTheSame() throws IOException {
        Path out = folder.resolve("cars.manifest");
        Path findings = folder.resolve("findings.jsonl");
        Path input = file("c.json", CROWDED);
        Ran ran = Ran.truepipe("import", "coco", input, "--label", "cars", "--s3-prefix", "s3://b/", "--out", out, "--findings", findings);
        assertEquals(1, ran.exit(), ran.err());
        assertTrue(ran.out().contains("crowd  × 1") && ran.out().contains("Written to"), ran.out());
        assertEquals(2, Files.readAllLines(out).size());
        Map<String, Object> first = Json.parseObject(Files.readAllLines(findings).getFirst().getBytes(StandardCharsets.UTF_8));
        assertEquals(List.of("file", "line", "at", "id", "code", "severity", "message"), List.copyOf(first.keySet()));
        assertEquals(List.of(input.toString(), "/annotations/1", "2", "crowd", "skipped"), List.of(first.get("file"), first.get("at"), first.get("id"), first.get("code"), first.get("severity")));
    }

    @Test
    void nothingIsLeftOfAnImportThatCannotBeReadToItsEnd() throws IOException {
        Path out = file("cars.manifest", "before");
        Ran ran = Ran.truepipe("import", "coco", file("c.json", GOOD.substring(0, GOOD.length() - 30)), "--label", "cars", "--s3-prefix", "s3://b/", "--out", out, "--json");
        assertEquals(2, ran.exit());
        Map<String, Object> error = Json.object(ran.json().get("error"));
        assertEquals(Set.of("file", "message", "cure"), error.keySet());
        assertEquals(folder.resolve("c.json").toString(), error.get("file"));
        assertEquals("before", Files.readString(out));
        try (var files = Files.list(folder)) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void importReplacesNoneOfItsInputs() throws IOException {
        Path input = file("c.json", GOOD);
        for (String option : List.of("--out", "--findings")) {
            assertEquals(2, Ran.truepipe("import", "coco", input, "--label", "cars", option, input).exit());
            assertEquals(GOOD, Files.readString(input));
        }
        Files.createDirectories(folder.resolve("fruit/ripe"));
        assertEquals(2, Ran.truepipe("import", "folders", folder.resolve("fruit"), "--label", "x", "--s3-prefix", "s3://b/", "--out", folder.resolve("fruit/ripe/x.manifest")).exit());
    }

    @ParameterizedTest
    @ValueSource(strings = {"import", "import coco", "import coco FILE", "import juggling FILE --label x", "import coco FILE --label source-ref", "import coco FILE --label x --s3-prefix http://b/",
        "import coco FILE --label x --labels FILE", "import coco FILE --label x --from y", "import manifest FILE --label x", "import coco DIR --label x", "import yolo DIR --label x --s3-prefix s3://b/",
        "import yolo FILE --label x --s3-prefix s3://b/", "import folders DIR --label x", "import folders s3://b/x/ y --label x", "import coco missing.json --label x", "export", "export coco FILE", "export juggling FILE --out OUT",
        "export coco FILE --out DIR", "export coco FILE --out FILE", "export coco missing.manifest --out OUT"})
    void wrongUsageEndsWith2AndACure(String arguments) throws IOException {
        Path file = file("in/c.json", GOOD);
        Ran ran = Ran.truepipe((Object[]) arguments.replace("FILE", file.toString()).replace("DIR", file.getParent().toString()).replace("OUT", folder.resolve("out").toString()).split(" "));
        assertEquals(2, ran.exit(), ran.out() + ran.err());
        assertTrue(ran.err().startsWith("truepipe: ") && ran.err().contains("; ") && !ran.err().contains("\tat "), ran.err());
        assertFalse(Files.exists(folder.resolve("out")));
    }

    @Test
    void namesOfYoloClassesAreReadFromYamlAndPlainLists() throws Exception {
        Map<String, String> named = Map.of("list/data.yaml", "names: [car, 'tram: #1', 3]\n", "map/data.yml", "nc: 2\nnames:\n  0: car\n  2: \"tram\\n\"\n", "plain/classes.txt", "\ufeffcar\r\n\n tram \n\n\n");
        Map<String, String> read = Map.of("list/data.yaml", "{0=car, 1=tram: #1, 2=3}", "map/data.yml", "{0=car, 2=tram\n}", "plain/classes.txt", "{0=car, 2=tram}");
        for (Map.Entry<String, String> one : named.entrySet()) {
            assertEquals(read.get(one.getKey()), YoloNames.of(file(one.getKey(), one.getValue()).getParent()).names().toString());
        }
        for (String bad : List.of("names: [", "train: x", "names: {a: b}", "names: !!java.io.File [x]", "names: []", "a: &a [x]\nnames: [*b]")) {
            Files.createDirectories(folder.resolve("bad"));
            file("bad/data.yaml", bad);
            Ran ran = Ran.truepipe("import", "yolo", folder.resolve("bad"), "--label", "x", "--s3-prefix", "s3://b/", "--json");
            assertEquals(2, ran.exit(), bad + ran.out());
            assertEquals(folder.resolve("bad/data.yaml").toString(), Json.object(ran.json().get("error")).get("file"));
        }
    }

    private static String task(String image) {
        return "[{\"id\":1,\"data\":{\"image\":\"" + image + "\"},\"annotations\":[{\"result\":[{\"type\":\"choices\",\"from_name\":\"k\",\"to_name\":\"image\",\"value\":{\"choices\":[\"a\"]}}]}]}]";
    }

    @Test
    void mapIsPartedWhereAnAddressBegins() throws IOException {
        Path out = folder.resolve("k.manifest");
        Ran ran = Ran.truepipe("import", "label-studio", file("ls.json", task("/data/local-files/?d=shelf/1.jpg")), "--label", "k", "--map", "nothing=here",
                "--map", "/data/local-files/?d=shelf/=s3://b/shelf/", "--out", out);
        assertEquals(0, ran.exit(), ran.err());
        assertTrue(Files.readString(out).startsWith("{\"source-ref\":\"s3://b/shelf/1.jpg\","), Files.readString(out));
        Ran none = Ran.truepipe("import", "label-studio", folder.resolve("ls.json"), "--label", "k", "--map", "/data/");
        assertEquals(2, none.exit());
        assertTrue(none.err().contains("--map") && none.err().contains("FROM=TO"), none.err());
    }

    @Test
    void aLabelingInterfaceIsRefusedWhereItSaysNothing() throws IOException {
        Path xml = file("interface.xml", "<View><Image name='image' value='$image'/><Choices name='k' toName='image'><Choice value='b'/><Choice value='a'/></Choices></View>");
        Ran coco = Ran.truepipe("import", "coco", file("c.json", GOOD), "--label", "cars", "--s3-prefix", "s3://b/", "--label-categories", xml);
        assertEquals(2, coco.exit());
        assertTrue(coco.err().contains("label-studio alone"), coco.err());
        Ran fine = Ran.truepipe("import", "label-studio", file("ls.json", task("s3://b/1.jpg")), "--label", "k", "--label-categories", xml, "--json");
        assertEquals("{\"b\":0,\"a\":1}", Json.text(fine.json().get("classes")));
    }

    @Test
    void whatIsWrittenTakesThePlaceOfNothingThatIsRead() throws IOException {
        String labels = "path,label\na.jpg,x\n";
        Path input = file("labels.csv.part", labels);
        Path link = Files.createSymbolicLink(folder.resolve("link.csv"), input);
        Path out = folder.resolve("labels.csv");
        assertEquals(0, Ran.truepipe("import", "csv", input, "--label", "k", "--s3-prefix", "s3://b/", "--out", out).exit());
        assertEquals(labels, Files.readString(input));
        assertTrue(Files.readString(out).contains("s3://b/a.jpg"));
        Path around = folder.resolve("x/../labels.csv.part");
        for (Path same : List.of(input, link, around)) {
            for (String option : List.of("--out", "--findings")) {
                Ran ran = Ran.truepipe("import", "csv", input, "--label", "k", "--s3-prefix", "s3://b/", option, same);
                assertEquals(2, ran.exit(), ran.out());
                assertTrue(ran.err().contains("one of the inputs"), ran.err());
            }
        }
        Path categories = file("categories.json", "{\"labels\":[{\"label\":\"x\"}]}");
        assertEquals(2, Ran.truepipe("import", "csv", input, "--label", "k", "--s3-prefix", "s3://b/", "--label-categories", categories, "--out", categories).exit());
        Path ripe = Files.createDirectories(folder.resolve("fruit/ripe"));
        assertEquals(2, Ran.truepipe("import", "folders", ripe.getParent(), "--label", "k", "--s3-prefix", "s3://b/", "--out", folder.resolve("m"), "--findings", folder.resolve("x/../m")).exit());
        assertEquals(2, Ran.truepipe("import", "folders", ripe.getParent(), "--label", "k", "--s3-prefix", "s3://b/", "--findings", ripe.resolve("f")).exit());
        assertEquals(labels, Files.readString(input));
    }

    @Test
    void findingsOfAnEarlierRunStayIfThisOneCannotBeReadToItsEnd() throws IOException {
        Path findings = file("findings.jsonl", "before\n");
        Path out = Files.createSymbolicLink(folder.resolve("link.manifest"), file("real.manifest", "before\n"));
        String cut = CROWDED.substring(0, CROWDED.length() - 30);
        assertEquals(2, Ran.truepipe("import", "coco", file("c.json", cut), "--label", "cars", "--s3-prefix", "s3://b/", "--out", out, "--findings", findings).exit());
        assertEquals("before\n", Files.readString(findings));
        assertEquals("before\n", Files.readString(out));
        assertEquals(1, Ran.truepipe("import", "coco", file("c.json", CROWDED), "--label", "cars", "--s3-prefix", "s3://b/", "--out", out, "--findings", findings).exit());
        assertTrue(Files.isSymbolicLink(out) && Files.readString(folder.resolve("real.manifest")).contains("s3://b/a.jpg"));
        try (var files = Files.list(folder)) {
            assertEquals(Set.of("c.json", "findings.jsonl", "link.manifest", "real.manifest"), Set.copyOf(files.map(file -> file.getFileName().toString()).toList()));
        }
    }

    /** In a process of its own, since it is the process's own output that is full. */
    @Test
    void aFullDiskBehindStandardOutputIsToldOf() throws Exception {
        File full = new File("/dev/full");
        if (!full.exists()) {
            System.out.println("skipped: there is no /dev/full on this machine");
            Assumptions.abort("no /dev/full");
        }
        Path input = file("c.json", GOOD);
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", System.getProperty("java.class.path"), "dev.truepipe.cli.Truepipe",
                "import", "coco", input.toString(), "--label", "cars", "--s3-prefix", "s3://b/").redirectOutput(full).start();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(2, process.waitFor(), err);
        assertTrue(err.contains("No space left"), err);
    }

    @Test
    void classesOfAnyNameComeBackFromTheYamlOfAYoloExport() throws IOException {
        List<String> names = List.of("car", "🚋 tram", "null", "- dash", "a: \"b\" \\ #c", "tab\tnew\nline", "\u0085\u2028\ufeff", "ünter");
        StringBuilder annotations = new StringBuilder();
        StringBuilder categories = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            annotations.append(i == 0 ? "" : ",").append("{\"id\":").append(i).append(",\"image_id\":1,\"category_id\":").append(i).append(",\"bbox\":[1,1,20,20]}");
            categories.append(i == 0 ? "" : ",").append("{\"id\":").append(i).append(",\"name\":").append(Json.text(names.get(i))).append('}');
        }
        String coco = "{\"images\":[{\"id\":1,\"width\":90,\"height\":90,\"file_name\":\"a.jpg\"}],\"annotations\":[" + annotations + "],\"categories\":[" + categories + "]}";
        Path manifest = folder.resolve("cars.manifest");
        Ran first = Ran.truepipe("import", "coco", file("c.json", coco), "--label", "cars", "--s3-prefix", "s3://b/", "--out", manifest, "--json");
        assertEquals(0, first.exit(), first.err());
        assertEquals(0, Ran.truepipe("export", "yolo", manifest, "--out", folder.resolve("yolo")).exit());
        Ran again = Ran.truepipe("import", "yolo", folder.resolve("yolo"), "--label", "cars", "--json");
        assertEquals(0, again.exit(), again.err());
        assertEquals(first.json().get("classes"), again.json().get("classes"));
        assertEquals(names, List.copyOf(Json.object(again.json().get("classes")).keySet()));
    }

    @Test
    void classesThatDoNotAgreeEndAnExportWith1AndTheFinding() throws IOException {
        String line = "{\"source-ref\":\"s3://b/%d.jpg\",\"k\":0,\"k-metadata\":{\"class-name\":\"%s\",\"type\":\"groundtruth/image-classification\"}}\n";
        Path manifest = file("k.manifest", line.formatted(1, "car") + line.formatted(2, "tram"));
        Ran json = Ran.truepipe("export", "csv", manifest, "--out", folder.resolve("csv"), "--json");
        assertEquals(1, json.exit(), json.err());
        assertEquals("{\"class-map-conflict\":1}", Json.text(json.json().get("findings")));
        assertEquals(List.of(2L, 0L, List.of()), List.of(json.json().get("lines"), json.json().get("exported"), json.json().get("files")));
        Ran told = Ran.truepipe("export", "csv", manifest, "--out", folder.resolve("csv"));
        assertEquals(1, told.exit());
        assertTrue(told.out().contains("class-map-conflict") && told.out().contains("Nothing was written"), told.out());
        assertFalse(Files.exists(folder.resolve("csv")));
    }

    @Test
    void exportTellsWhatWentOutAndExits1ForQuarantinedLines() throws IOException {
        Path manifest = folder.resolve("cars.manifest");
        Ran.truepipe("import", "coco", file("c.json", GOOD), "--label", "cars", "--s3-prefix", "s3://b/", "--out", manifest);
        Ran fine = Ran.truepipe("export", "yolo", manifest, "--out", folder.resolve("yolo"), "--json");
        assertEquals(0, fine.exit(), fine.err());
        assertEquals("{\"lines\":2,\"exported\":2,\"quarantined\":0,\"superseded\":0,\"omitted\":0,\"task\":\"object-detection\",\"labelAttribute\":\"cars\",\"classes\":{\"car\":1},"
                + "\"files\":[\"data.yaml\",\"images.csv\",\"labels/\"],\"findings\":{\"empty-annotations\":1}}", fine.out().strip());
        Files.writeString(manifest, Files.readString(manifest) + "{broken\n");
        Ran broken = Ran.truepipe("export", "csv", manifest, "--out", folder.resolve("csv"));
        assertEquals(1, broken.exit(), broken.err());
        assertTrue(broken.out().contains("invalid-json"), broken.out());
        assertEquals(3, Files.readAllLines(folder.resolve("csv/labels.csv")).size());
        assertEquals(2, Ran.truepipe("export", "csv", manifest, "--out", folder.resolve("csv")).exit());
    }
}

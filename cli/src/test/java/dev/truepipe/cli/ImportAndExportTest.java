package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the contract of {@code import} and {@code export} says. */
class ImportAndExportTest {
    private static final String COCO = "{\"images\":[{\"id\":1,\"width\":90,\"height\":90,\"file_name\":\"a.jpg\"},{\"id\":2,\"width\":90,\"height\":90,\"file_name\":\"b.jpg\"}],"
            + "\"annotations\":[{\"id\":1,\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,20,20]}%s],\"categories\":[{\"id\":1,\"name\":\"car\"}]}";
    private static final String GOOD = COCO.formatted("");
    private static final String CROWDED = COCO.formatted(",{\"id\":2,\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,20,20],\"iscrowd\":1}");

    private record Ran(int exit, String out, String err) {
        Map<String, Object> json() throws IOException {
            return Json.parseObject(out.getBytes(StandardCharsets.UTF_8));
        }
    }

    @TempDir
    private Path folder;

    private static Ran run(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Truepipe.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String[] words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        return new Ran(line.execute(words), out.toString(), err.toString());
    }

    private Path file(String name, String content) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        return Files.writeString(folder.resolve(name), content);
    }

    @Test
    void importPrintsTheContractsFieldsAndItsManifestPassesCheck() throws IOException {
        Path out = folder.resolve("cars.manifest");
        Ran ran = run("import", "coco", file("c.json", GOOD), "--label", "cars", "--s3-prefix", "s3://b/i", "--out", out, "--json");
        assertEquals(0, ran.exit(), ran.err());
        assertEquals("{\"images\":2,\"annotations\":1,\"written\":2,\"skipped\":0,\"classes\":{\"car\":1},\"findings\":{\"empty-annotations\":1}}", ran.out().strip());
        assertTrue(Files.readString(out).startsWith("{\"source-ref\":\"s3://b/i/a.jpg\",\"cars\":{"));
        Ran check = run("check", out, "--json");
        assertEquals(0, check.exit(), check.out());
        assertEquals("cars", check.json().get("labelAttribute"));
    }

    @Test
    void importExits1ForWhatItLeftOutAndWritesFindingsAndManifestAllTheSame() throws IOException {
        Path out = folder.resolve("cars.manifest");
        Path findings = folder.resolve("findings.jsonl");
        Path input = file("c.json", CROWDED);
        Ran ran = run("import", "coco", input, "--label", "cars", "--s3-prefix", "s3://b/", "--out", out, "--findings", findings);
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
        Ran ran = run("import", "coco", file("c.json", GOOD.substring(0, GOOD.length() - 30)), "--label", "cars", "--s3-prefix", "s3://b/", "--out", out, "--json");
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
            assertEquals(2, run("import", "coco", input, "--label", "cars", option, input).exit());
            assertEquals(GOOD, Files.readString(input));
        }
        Files.createDirectories(folder.resolve("fruit/ripe"));
        assertEquals(2, run("import", "folders", folder.resolve("fruit"), "--label", "x", "--s3-prefix", "s3://b/", "--out", folder.resolve("fruit/ripe/x.manifest")).exit());
    }

    @ParameterizedTest
    @ValueSource(strings = {"import", "import coco", "import coco FILE", "import juggling FILE --label x", "import coco FILE --label source-ref", "import coco FILE --label x --s3-prefix http://b/",
        "import coco FILE --label x --labels FILE", "import coco FILE --label x --from y", "import manifest FILE --label x", "import coco DIR --label x", "import yolo DIR --label x --s3-prefix s3://b/",
        "import yolo FILE --label x --s3-prefix s3://b/", "import folders DIR --label x", "import folders s3://b/x/ y --label x", "import coco missing.json --label x", "export", "export coco FILE", "export juggling FILE --out OUT",
        "export coco FILE --out DIR", "export coco FILE --out FILE", "export coco missing.manifest --out OUT"})
    void wrongUsageEndsWith2AndACure(String arguments) throws IOException {
        Path file = file("in/c.json", GOOD);
        Ran ran = run((Object[]) arguments.replace("FILE", file.toString()).replace("DIR", file.getParent().toString()).replace("OUT", folder.resolve("out").toString()).split(" "));
        assertEquals(2, ran.exit(), ran.out() + ran.err());
        assertTrue(ran.err().startsWith("truepipe: ") && ran.err().contains("; ") && !ran.err().contains("\tat "), ran.err());
        assertFalse(Files.exists(folder.resolve("out")));
    }

    @Test
    void namesOfYoloClassesAreReadFromYamlAndPlainLists() throws Exception {
        Map<String, String> named = Map.of("list/data.yaml", "names: [car, 'tram: #1', 3]\n", "map/data.yml", "nc: 2\nnames:\n  0: car\n  2: \"tram\\n\"\n", "plain/classes.txt", "car\r\n\n tram \n");
        Map<String, String> read = Map.of("list/data.yaml", "{0=car, 1=tram: #1, 2=3}", "map/data.yml", "{0=car, 2=tram\n}", "plain/classes.txt", "{0=car, 1=tram}");
        for (Map.Entry<String, String> one : named.entrySet()) {
            assertEquals(read.get(one.getKey()), YoloNames.of(file(one.getKey(), one.getValue()).getParent()).names().toString());
        }
        for (String bad : List.of("names: [", "train: x", "names: {a: b}", "names: !!java.io.File [x]", "names: []", "a: &a [x]\nnames: [*b]")) {
            Files.createDirectories(folder.resolve("bad"));
            file("bad/data.yaml", bad);
            Ran ran = run("import", "yolo", folder.resolve("bad"), "--label", "x", "--s3-prefix", "s3://b/", "--json");
            assertEquals(2, ran.exit(), bad + ran.out());
            assertEquals(folder.resolve("bad/data.yaml").toString(), Json.object(ran.json().get("error")).get("file"));
        }
    }

    @Test
    void exportTellsWhatWentOutAndExits1ForQuarantinedLines() throws IOException {
        Path manifest = folder.resolve("cars.manifest");
        run("import", "coco", file("c.json", GOOD), "--label", "cars", "--s3-prefix", "s3://b/", "--out", manifest);
        Ran fine = run("export", "yolo", manifest, "--out", folder.resolve("yolo"), "--json");
        assertEquals(0, fine.exit(), fine.err());
        assertEquals("{\"lines\":2,\"exported\":2,\"quarantined\":0,\"superseded\":0,\"omitted\":0,\"task\":\"object-detection\",\"labelAttribute\":\"cars\",\"classes\":{\"car\":1},"
                + "\"files\":[\"data.yaml\",\"images.csv\",\"labels/\"],\"findings\":{\"empty-annotations\":1}}", fine.out().strip());
        Files.writeString(manifest, Files.readString(manifest) + "{broken\n");
        Ran broken = run("export", "csv", manifest, "--out", folder.resolve("csv"));
        assertEquals(1, broken.exit(), broken.err());
        assertTrue(broken.out().contains("invalid-json"), broken.out());
        assertEquals(3, Files.readAllLines(folder.resolve("csv/labels.csv")).size());
        assertEquals(2, run("export", "csv", manifest, "--out", folder.resolve("csv")).exit());
    }
}

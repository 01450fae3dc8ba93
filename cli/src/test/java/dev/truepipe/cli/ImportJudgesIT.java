package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Imports and exports against independent readings, within half a pixel: pycocotools for COCO, Label Studio's own converter for its exports. Both are
 * Python, in an environment of their own below {@code target}.
 */
class ImportJudgesIT {
    private static final String[] LIBRARIES = {"pycocotools==2.0.11", "label-studio-sdk==2.1.2"};
    private static final Path ENVIRONMENT = Program.WORK.resolveSibling("judges");
    private static final String PYTHON = ENVIRONMENT.resolve("bin/python").toString();
    private static final String SCRIPT = Program.ROOT.resolve("cli/src/test/resources/judge_imports.py").toString();
    private static final String[] NAMES = {"car", "Straßenbahn", "自転車", "a b", "person"};

    @TempDir
    private Path folder;

    @BeforeAll
    static void judges() throws InterruptedException {
        Program.require(Program.works("python3", "-m", "venv", "--help"), "python3 with venv", "it runs the judges of imports");
        String[] ask = {PYTHON, "-c", "import pycocotools.coco, label_studio_sdk.converter"};
        if (!Program.works(ask)) {
            Program.require(Program.works("python3", "-m", "venv", "--clear", ENVIRONMENT.toString()), "python3 -m venv", "it runs the judges of imports");
            List<String> install = new ArrayList<>(List.of(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"));
            install.addAll(List.of(LIBRARIES));
            Program.require(Program.works(install.toArray(new String[0])) && Program.works(ask), String.join(", ", LIBRARIES), "they read what was imported once more");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void pycocotoolsReadsTheSameBoxes(long seed) throws Exception {
        Random random = new Random(seed);
        List<Object> images = new ArrayList<>();
        List<Object> annotations = new ArrayList<>();
        List<Object> categories = new ArrayList<>();
        for (int i = 0; i < NAMES.length; i++) {
            categories.add(map("id", 90 - 17 * i, "name", NAMES[i]));
        }
        for (int i = 0; i < 100; i++) {
            images.add(map("id", 1_000 - i, "file_name", "train/" + i + ".jpg", "width", 640, "height", 480));
        }
        for (int i = 0; i < 400; i++) {
            double width = 1 + random.nextInt(20_000) / 100.0;
            double height = 1 + random.nextInt(20_000) / 100.0;
            boolean crowd = random.nextInt(20) == 0;
            // The last ten images stay empty.
            annotations.add(map("id", i + 1, "image_id", 1_000 - random.nextInt(90), "category_id", 90 - 17 * random.nextInt(NAMES.length),
                    "bbox", List.of(random.nextInt(40_000) / 100.0, random.nextInt(20_000) / 100.0, width, height), "area", width * height, "iscrowd", crowd ? 1 : 0,
                    "segmentation", crowd ? map("counts", List.of(1, 2), "size", List.of(480, 640)) : List.of(List.of(1, 2, 3, 4, 5, 6))));
        }
        Path coco = folder.resolve("instances.json");
        Files.write(coco, Json.bytes(map("annotations", annotations, "images", images, "categories", categories)));
        Path manifest = folder.resolve("cars.manifest");
        Map<String, Object> said = truepipe(1, "import", "coco", coco.toString(), "--label", "cars", "--s3-prefix", "s3://b/", "--out", manifest.toString(), "--json");
        assertEquals(List.of(), withoutImagesOfCrowdsAlone(judged("coco", manifest.toString(), "cars", coco.toString()), said), "seed " + seed);

        Path exported = folder.resolve("exported");
        truepipe(0, "export", "coco", manifest.toString(), "--out", exported.toString(), "--json");
        assertEquals(List.of(), judged("coco", manifest.toString(), "cars", exported.resolve("instances.json").toString()), "seed " + seed);
    }

    /** Images that had nothing but crowds are left out here and empty there; as many are told of. */
    private static List<Object> withoutImagesOfCrowdsAlone(List<Object> differences, Map<String, Object> said) {
        List<Object> rest = differences.stream().filter(one -> !one.toString().endsWith("is only in the tool's reading")).toList();
        assertEquals(Json.object(said.get("findings")).getOrDefault("nothing-left", 0L), (long) (differences.size() - rest.size()));
        return rest;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void labelStudiosOwnConverterMakesTheSameBoxes(long seed) throws Exception {
        Random random = new Random(seed);
        List<Object> tasks = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            // The converter turns boxes in percent, which is right on square images alone.
            boolean square = i % 3 == 0;
            int width = 200 + random.nextInt(2_000);
            int height = square ? width : 200 + random.nextInt(2_000);
            List<Object> results = new ArrayList<>();
            for (int box = 0; box < 1 + random.nextInt(4); box++) {
                Map<String, Object> value = map("x", 30 + random.nextDouble() * 30, "y", 30 + random.nextDouble() * 30, "width", 1 + random.nextDouble() * 15, "height", 1 + random.nextDouble() * 15,
                        "rotation", square ? random.nextDouble() * 360 : 0, "rectanglelabels", List.of(NAMES[random.nextInt(NAMES.length)]));
                results.add(map("id", "r" + box, "type", "rectanglelabels", "from_name", "boxes", "to_name", "image", "original_width", width, "original_height", height,
                        "image_rotation", 0, "value", value));
            }
            tasks.add(map("id", i, "data", map("image", "s3://kept/" + i + ".jpg"),
                    "annotations", List.of(map("id", i, "was_cancelled", false, "created_at", "2025-06-01T10:00:00.000000Z", "completed_by", 1, "result", results)), "predictions", List.of()));
        }
        Path export = folder.resolve("export.json");
        Files.write(export, Json.bytes(tasks));
        StringBuilder labels = new StringBuilder("<View><Image name=\"image\" value=\"$image\"/><RectangleLabels name=\"boxes\" toName=\"image\">");
        for (String name : NAMES) {
            labels.append("<Label value=\"").append(name).append("\"/>");
        }
        Path config = Files.writeString(folder.resolve("interface.xml"), labels + "</RectangleLabels></View>");
        Path manifest = folder.resolve("cars.manifest");
        truepipe(0, "import", "label-studio", export.toString(), "--label", "cars", "--label-categories", config.toString(), "--out", manifest.toString(), "--json");
        assertEquals(List.of(), judged("label-studio", manifest.toString(), "cars", export.toString(), config.toString()), "seed " + seed);
    }

    private static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    private static Map<String, Object> truepipe(int exit, String... words) throws IOException {
        Ran ran = Ran.truepipe((Object[]) words);
        assertEquals(exit, ran.exit(), () -> ran.out() + "\n" + ran.err());
        return ran.json();
    }

    private List<Object> judged(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(PYTHON, SCRIPT));
        command.addAll(List.of(words));
        Path out = folder.resolve("judged.json");
        Path err = folder.resolve("judged.err");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        int exit = process.waitFor();
        assertEquals(0, exit, () -> command + "\n" + read(err));
        String said = read(out).lines().reduce("", (_, last) -> last);
        assertTrue(said.startsWith("["), said);
        return Json.array(Json.parse(said));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

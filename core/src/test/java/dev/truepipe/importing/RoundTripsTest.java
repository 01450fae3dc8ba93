package dev.truepipe.importing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.truepipe.exporting.Exporter;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A manifest that goes out and comes in again has the same images, classes and boxes. The seed is in each failure's message. */
class RoundTripsTest {
    private static final String[] NAMES = {"car", "Straßenbahn", "a, \"b\"", "自転車", "x;y", "Ünter: #1", "- dash", "null"};

    @TempDir
    private Path folder;

    /** What a line says, without what formats cannot say. */
    private record Said(Object size, List<Object> labels) {}

    private static String line(Random random, int i, int image) {
        int width = 1 + random.nextInt(4_000);
        int height = 1 + random.nextInt(4_000);
        StringBuilder boxes = new StringBuilder();
        Map<String, String> map = new TreeMap<>();
        int count = random.nextInt(5);
        for (int box = 0; box < count; box++) {
            int id = random.nextInt(NAMES.length);
            map.put(Integer.toString(id), NAMES[id]);
            double left = pixels(random, width * 0.9);
            double top = pixels(random, height * 0.9);
            boxes.append(box == 0 ? "" : ",").append(String.format(Locale.ROOT, "{\"class_id\":%d,\"left\":%s,\"top\":%s,\"width\":%s,\"height\":%s}", id, left, top,
                    Math.max(0.0001, pixels(random, width - left)), Math.max(0.0001, pixels(random, height - top))));
        }
        return "{\"source-ref\":" + Json.text("s3://bucket-" + i % 2 + "/ü " + i % 3 + "/" + image + (i % 5 == 0 ? ".png" : ".jpg")) + ",\"cars\":{\"image_size\":[{\"width\":" + width + ",\"height\":"
                + height + ",\"depth\":3}],\"annotations\":[" + boxes + "]},\"cars-metadata\":{\"class-map\":" + Json.text(map) + ",\"type\":\"groundtruth/object-detection\",\"creation-date\":\"2025-03-04T09:12:44.1"
                + (10_000 + i) + "\",\"job-name\":\"labeling-job/j\",\"human-annotated\":\"yes\"}}\n";
    }

    /** Four decimals at most, as labels that were computed have. */
    private static double pixels(Random random, double most) {
        double scale = new double[] {1, 10, 10_000}[random.nextInt(3)];
        return Math.floor(random.nextDouble() * most * scale) / scale;
    }

    private static Map<String, Said> said(String manifest) throws IOException {
        Map<String, Said> all = new LinkedHashMap<>();
        for (String line : manifest.lines().toList()) {
            Map<String, Object> json = Json.parseObject(line.getBytes(StandardCharsets.UTF_8));
            Map<String, Object> metadata = Json.object(json.get("cars-metadata"));
            Object object = json.get("source-ref") == null ? json.get("source") : json.get("source-ref");
            List<Object> labels = new ArrayList<>();
            Object size = null;
            if (json.get("cars") instanceof Map<?, ?> value) {
                size = value.get("image_size");
                for (Object annotation : (List<?>) value.get("annotations")) {
                    Map<String, Object> box = Json.object(annotation);
                    labels.add(List.of(Json.object(metadata.get("class-map")).get(box.get("class_id").toString()), number(box, "left"), number(box, "top"), number(box, "width"), number(box, "height")));
                }
            } else if (json.get("cars") instanceof List<?> ids) {
                ids.forEach(id -> labels.add(Json.object(metadata.get("class-map")).get(id.toString())));
            } else {
                labels.add(metadata.get("class-name"));
            }
            all.put((String) object, new Said(size, labels));
        }
        return all;
    }

    private static double number(Map<String, Object> box, String name) {
        return ((Number) box.get(name)).doubleValue();
    }

    private Path export(Exporter.Format format, String manifest, Task task) throws Exception {
        Path out = Files.createTempDirectory(folder, format.word());
        Exporter.run(format, List.of(new Exporter.Manifest("m", ByteSource.of(manifest.getBytes(StandardCharsets.UTF_8)), false)), new LabelChoice(task, List.of("cars")), List.of(), out);
        return out;
    }

    private static Imported imported(LabelReader reader) throws IOException {
        return Imported.of(reader, new ObjectUris(null, Map.of()));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_261_126})
    void boxesSurviveCocoAndCsvToTheLastDigitAndYoloToATenThousandthOfAPixel(long seed) throws Exception {
        Random random = new Random(seed);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            lines.append(line(random, i, i));
        }
        String manifest = lines.toString();
        Map<String, Said> before = said(manifest);
        Path coco = export(Exporter.Format.COCO, manifest, Task.OBJECT_DETECTION);
        for (int most : new int[] {CocoReader.MOST_HELD, 40}) {
            assertEquals(before, said(imported(new CocoReader(List.of(Imported.file("coco", coco.resolve("instances.json"))), most)).manifest()), "coco, seed " + seed + ", held " + most);
        }
        Path csv = export(Exporter.Format.CSV, manifest, Task.OBJECT_DETECTION);
        for (int most : new int[] {CocoReader.MOST_HELD, 40}) {
            assertEquals(before, said(imported(new CsvReader(List.of(Imported.file("csv", csv.resolve("labels.csv"))), most)).manifest()), "csv, seed " + seed + ", held " + most);
        }
        Path yolo = export(Exporter.Format.YOLO, manifest, Task.OBJECT_DETECTION);
        assertEquals(before, said(imported(new YoloReader(yolo, names(yolo), "data.yaml")).manifest()), "yolo, seed " + seed);
    }

    /** The names as our own {@code data.yaml} has them; any other is the command line's to read. */
    private static TreeMap<Integer, String> names(Path yolo) throws IOException {
        TreeMap<Integer, String> names = new TreeMap<>();
        for (String line : Files.readAllLines(yolo.resolve("data.yaml"))) {
            if (line.matches("  [0-9]+: .*")) {
                names.put(Integer.parseInt(line.strip().replaceFirst(":.*", "")), (String) Json.parse(line.substring(line.indexOf(": ") + 2)));
            }
        }
        return names;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void boxesSurviveFileMode(long seed) throws Exception {
        Random random = new Random(seed);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            lines.append(line(random, 2 * i, i));
        }
        Path out = export(Exporter.Format.FILE_MODE, lines.toString(), Task.OBJECT_DETECTION);
        assertEquals(said(lines.toString()), said(imported(new FileModeReader(out)).manifest()), "seed " + seed);
    }

    @Test
    void classesSurviveCsvAndFileMode() throws Exception {
        StringBuilder one = new StringBuilder();
        StringBuilder several = new StringBuilder();
        StringBuilder texts = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            String metadata = ",\"cars-metadata\":{\"class-name\":" + Json.text(NAMES[i % 3]) + ",\"type\":\"groundtruth/%s\"}}\n";
            one.append("{\"source-ref\":\"s3://b/f/").append(i).append(".jpg\",\"cars\":").append(i % 3).append(metadata.formatted("image-classification"));
            texts.append("{\"source\":").append(Json.text("Text, \"" + i + "\"\nof two lines 🚋")).append(",\"cars\":").append(i % 3).append(metadata.formatted("text-classification"));
            several.append("{\"source-ref\":\"s3://b/f/").append(i).append(".jpg\",\"cars\":").append(i % 4 == 0 ? "[]" : i % 4 == 1 ? "[1,0]" : "[2]")
                    .append(",\"cars-metadata\":{\"class-map\":{\"0\":\"car\",\"1\":\"自転車\",\"2\":\"x;y\"},\"type\":\"groundtruth/image-classification-multilabel\"}}\n");
        }
        for (Map.Entry<Task, String> entry : Map.of(Task.IMAGE_CLASSIFICATION, one.toString(), Task.IMAGE_CLASSIFICATION_MULTILABEL, several.toString(),
                Task.TEXT_CLASSIFICATION, texts.toString()).entrySet()) {
            Map<String, Said> before = said(entry.getValue());
            Path csv = export(Exporter.Format.CSV, entry.getValue(), entry.getKey());
            assertEquals(before, said(imported(new CsvReader(List.of(Imported.file("csv", csv.resolve("labels.csv"))))).manifest()), entry.getKey().name());
            Path files = export(Exporter.Format.FILE_MODE, entry.getValue(), entry.getKey());
            SourceFile labels = Imported.file("labels", files.resolve("labels.csv"));
            LabelReader reader = entry.getKey().ofTexts() ? new CsvReader(List.of(labels))
                    : new TraditionalManifestReader(Imported.file("images", files.resolve("images.manifest")), labels);
            assertEquals(before, said(imported(reader).manifest()), entry.getKey().name());
        }
    }

    @Test
    void ofSeveralLabelsOfAnObjectTheNewestGoesOut() throws Exception {
        String old = line(new Random(1), 0, 7).replace("2025-03-04", "2024-03-04");
        String newest = line(new Random(2), 0, 7);
        for (String manifest : List.of(old + newest, newest + old)) {
            Path coco = export(Exporter.Format.COCO, manifest, Task.OBJECT_DETECTION);
            assertEquals(said(newest), said(imported(new CocoReader(List.of(Imported.file("coco", coco.resolve("instances.json"))))).manifest()));
        }
    }

    @Test
    void namesThatNoFileCanHaveAreLeftOutAndSaid() throws Exception {
        String manifest = line(new Random(3), 1, 1).replace("/1.jpg", "/../../1.jpg") + line(new Random(4), 1, 2) + line(new Random(5), 1, 2).replace("/2.jpg", "/2.png");
        Path out = Files.createDirectory(folder.resolve("odd"));
        Exporter.Report report = Exporter.run(Exporter.Format.YOLO, List.of(new Exporter.Manifest("m", ByteSource.of(manifest.getBytes(StandardCharsets.UTF_8)), false)),
                new LabelChoice(Task.OBJECT_DETECTION, List.of("cars")), List.of(), out);
        assertEquals(List.of(1L, 3L), report.firstOmitted().stream().map(Exporter.Omitted::line).toList());
        assertEquals(1, report.exported());
        try (var files = Files.walk(folder)) {
            assertEquals(List.of("2.txt"), files.filter(file -> file.toString().endsWith(".txt")).sorted(Comparator.naturalOrder()).map(file -> file.getFileName().toString()).toList());
        }
    }
}

package dev.truepipe.importing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.truepipe.exporting.Exporter;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.Task;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
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
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A manifest that goes out and comes in again has the same images, classes and boxes. The seed is in each failure's message. */
class RoundTripsTest {
    private static final String[] NAMES = {"car", "Straßenbahn", "a, \"b\"", "自転車", "x;y", "Ünter: #1", "- dash", "null"};

    /** Keys in which {@code images/} and dots stand in folders, as they do where a data set was copied whole. */
    private static final String[] FOLDERS = {"/ü 0/", "/v1.2/", "/train/images/", "/images/images/", "/v1.3/images/x.y/"};

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
        return "{\"source-ref\":" + Json.text("s3://bucket-" + i % 2 + FOLDERS[i % FOLDERS.length] + image + (i % 5 == 0 ? ".png" : ".jpg")) + ",\"cars\":{\"image_size\":[{\"width\":" + width + ",\"height\":"
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
    void imagesWithoutAnEndingInFoldersWithDotsKeepTheirOwnLabels() throws Exception {
        String manifest = line(new Random(1), 0, 1).replaceFirst("s3://[^\"]*", "s3://b/v1.2/photo") + line(new Random(2), 0, 2).replaceFirst("s3://[^\"]*", "s3://b/v1.3/q");
        Path yolo = export(Exporter.Format.YOLO, manifest, Task.OBJECT_DETECTION);
        assertEquals(said(manifest), said(imported(new YoloReader(yolo, names(yolo), "data.yaml")).manifest()));
    }

    @Test
    void labelsStandWhereUltralyticsLooksForThem() {
        assertEquals("labels/a.txt", YoloReader.labelFile("images/a.jpg"));
        assertEquals("images/train/labels/a.b.txt", YoloReader.labelFile("images/train/images/a.b.jpg"));
        assertEquals("labels/v1.2/photo.txt", YoloReader.labelFile("images/v1.2/photo"));
        assertEquals("my-images/a.txt", YoloReader.labelFile("my-images/a.png"));
    }

    /** A store that breaks when a manifest is read for the so manieth time. */
    private static ByteSource breaking(byte[] manifest, int times) {
        int[] opened = {0};
        return (from, to) -> {
            if (++opened[0] < times) {
                return ByteSource.of(manifest).open(from, to);
            }
            // The first half comes, so that something has been written.
            return new SequenceInputStream(new ByteArrayInputStream(manifest, 0, manifest.length / 2), new InputStream() {
                @Override
                public int read() throws IOException {
                    throw new IOException("connection reset");
                }
            });
        };
    }

    @ParameterizedTest
    @EnumSource(Exporter.Format.class)
    void ofAnExportThatBreaksMidwayNothingIsLeftAndItCanBeRepeated(Exporter.Format format) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            lines.append(line(new Random(i), 0, i));
        }
        byte[] manifest = lines.toString().getBytes(StandardCharsets.UTF_8);
        LabelChoice choice = new LabelChoice(Task.OBJECT_DETECTION, List.of("cars"));
        Path out = Files.createDirectory(folder.resolve("broken"));
        for (int times = 1; times <= (format == Exporter.Format.COCO ? 3 : 2); times++) {
            ByteSource broken = breaking(manifest, times);
            IOException failed = assertThrows(IOException.class, () -> Exporter.run(format, List.of(new Exporter.Manifest("m", broken, false)), choice, List.of(), out));
            assertEquals("connection reset", failed.getMessage());
            try (var left = Files.list(out)) {
                assertEquals(List.of(), left.toList());
            }
        }
        // A process that was killed cleans up nothing.
        Files.writeString(Files.createDirectory(out.resolve(Exporter.UNFINISHED)).resolve("instances.json"), "{");
        Exporter.Report report = Exporter.run(format, List.of(new Exporter.Manifest("m", ByteSource.of(manifest), false)), choice, List.of(), out);
        assertEquals(2_000, report.exported());
        try (var written = Files.list(out)) {
            assertEquals(new TreeSet<>(report.files().stream().map(file -> file.replace("/", "")).toList()),
                    new TreeSet<>(written.map(file -> file.getFileName().toString()).toList()));
        }
    }

    @Test
    void classesThatDoNotAgreeAreAFindingAndNothingIsWritten() throws Exception {
        String one = "{\"source-ref\":\"s3://b/1.jpg\",\"cars\":0,\"cars-metadata\":{\"class-name\":\"car\",\"type\":\"groundtruth/image-classification\"}}\n";
        String manifest = one + one.replace("1.jpg", "2.jpg").replace("\"car\"", "\"tram\"");
        Path out = Files.createDirectory(folder.resolve("conflict"));
        Exporter.Report report = Exporter.run(Exporter.Format.CSV, List.of(new Exporter.Manifest("m", ByteSource.of(manifest.getBytes(StandardCharsets.UTF_8)), false)),
                new LabelChoice(Task.IMAGE_CLASSIFICATION, List.of("cars")), List.of(), out);
        assertEquals(1, report.conflicts().size());
        assertEquals("{\"class-map-conflict\":1}", Json.text(report.summary().findings().toJson()));
        assertEquals(List.of(2L, 0L, List.of()), List.of(report.lines(), report.exported(), report.files()));
        try (var written = Files.list(out)) {
            assertEquals(0, written.count());
        }
    }

    private List<Exporter.Omitted> omitted(Exporter.Format format, Task task, String manifest) throws Exception {
        Path out = Files.createTempDirectory(folder, "omitted");
        Exporter.Report report = Exporter.run(format, List.of(new Exporter.Manifest("m", ByteSource.of(manifest.getBytes(StandardCharsets.UTF_8)), false)),
                new LabelChoice(task, List.of("cars")), List.of(), out);
        assertEquals(manifest.lines().count(), report.exported() + report.omitted());
        return report.firstOmitted();
    }

    @ParameterizedTest
    @EnumSource(names = {"YOLO", "FILE_MODE"})
    void keysThatAreInTheWayOfOneAnotherOrTooLongAreLeftOutAndTheExportGoesOn(Exporter.Format format) throws Exception {
        String ending = format == Exporter.Format.YOLO ? ".txt" : ".json";
        String[] keys = {"x.jpg", "x" + ending + "/y.jpg", "x" + ending + "/y/z.jpg", "a" + ending + "/b.jpg", "a.jpg", "é".repeat(127) + ".jpg", "l".repeat(252), "l".repeat(250), "fine.jpg"};
        StringBuilder manifest = new StringBuilder();
        for (int i = 0; i < keys.length; i++) {
            manifest.append(line(new Random(i), 0, i).replaceFirst("s3://[^\"]*", "s3://b/f/" + keys[i]));
        }
        assertEquals(List.of(2L, 3L, 5L, 6L, 7L), omitted(format, Task.OBJECT_DETECTION, manifest.toString()).stream().map(Exporter.Omitted::line).toList());
    }

    @Test
    void whatWouldForgeARowOrAClassIsLeftOut() throws Exception {
        String metadata = ",\"cars\":0,\"cars-metadata\":{\"class-name\":\"car\",\"type\":\"groundtruth/%s\"}}\n";
        StringBuilder images = new StringBuilder();
        for (String key : new String[] {"a.jpg", "b\\t0\\tc.jpg", "d\\n9\\t0\\te.jpg", "f\\r.jpg", "g.jpg"}) {
            images.append("{\"source-ref\":\"s3://b/i/").append(key).append('"').append(metadata.formatted("image-classification"));
        }
        assertEquals(List.of(2L, 3L, 4L), omitted(Exporter.Format.FILE_MODE, Task.IMAGE_CLASSIFICATION, images.toString()).stream().map(Exporter.Omitted::line).toList());
        String texts = "{\"source\":\"fine\"" + metadata.formatted("text-classification") + "{\"source\":\"not __label__7 fine\"" + metadata.formatted("text-classification");
        assertEquals(List.of(2L), omitted(Exporter.Format.FILE_MODE, Task.TEXT_CLASSIFICATION, texts).stream().map(Exporter.Omitted::line).toList());
    }

    @Test
    void anImageOfOurOwnExportWhoseLabelsWereLostIsNoNegative() throws Exception {
        Path yolo = export(Exporter.Format.YOLO, line(new Random(7), 0, 1) + line(new Random(8), 0, 2), Task.OBJECT_DETECTION);
        try (var files = Files.walk(yolo)) {
            Files.delete(files.filter(file -> file.endsWith("2.txt")).findFirst().orElseThrow());
        }
        Imported again = imported(new YoloReader(yolo, names(yolo), "data.yaml"));
        assertEquals(1, again.report().written());
        assertEquals(ImportCode.LABEL_ABSENT, again.findings().getLast().code());
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

package dev.truepipe.bench;

import dev.truepipe.bench.Results.Goal;
import dev.truepipe.bench.Results.Table;
import dev.truepipe.storage.Folders;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** {@code import coco} of many annotations, beside pycocotools loading the same file and writing nothing. On all cores. */
final class CocoImport {
    private static final int MANY = 1_000_000;
    private static final int FEW = 50_000;
    private static final int ANNOTATIONS_AN_IMAGE = 10;
    private static final int CATEGORIES = 80;
    private static final int OUTLINE_NUMBERS = 20;
    private static final double MOST_SECONDS = 30;
    private static final double MOST_MEBIBYTES = 512;
    private static final String OURS = "truepipe import coco";
    private static final String THEIRS = "Python: pycocotools, loading only";

    private CocoImport() {}

    static void measure(Run run, boolean quick) throws IOException, InterruptedException {
        int annotations = quick ? FEW : MANY;
        Path file = make(Files.createDirectories(run.work().resolve("coco")).resolve("instances-" + annotations + "-" + run.seed() + ".json"), annotations, run.seed());
        Tools.Found python = run.tools().pycocotools();
        Map<String, List<Measurement>> measured = new LinkedHashMap<>();
        for (int round = 1; round <= run.repeat(); round++) {
            Run.warm(file);
            Path out = run.emptied("out");
            Processes.output(List.of("sync"));
            take(run, measured, OURS, run.truepipe("import", "coco", file.toString(), "--label", "cars", "--s3-prefix", "s3://bench/", "--out", out.resolve("cars.manifest").toString(), "--json"),
                    annotations, round);
            if (python.path() != null) {
                take(run, measured, THEIRS, List.of(python.path().toString(), run.home().resolve("bench/contestants/load_coco.py").toString(), file.toString()), annotations, round);
            }
            Folders.remove(out);
        }
        tell(run, measured, python, annotations, Files.size(file));
    }

    private static void take(Run run, Map<String, List<Measurement>> measured, String who, List<String> command, int annotations, int round) throws IOException, InterruptedException {
        Measurement one = run.processes().measure(command, 0, Set.of(0));
        long images = annotations / ANNOTATIONS_AN_IMAGE;
        if (!Long.valueOf(annotations).equals(one.json().get("annotations")) || !Long.valueOf(images).equals(one.json().get("images"))) {
            throw new BenchFailure(who + " does not read " + images + " images with " + annotations + " annotations: " + one.out());
        }
        run.say("import, round %d of %d: %s, %s", round, run.repeat(), who, Run.seconds(one.wall()));
        measured.computeIfAbsent(who, _ -> new ArrayList<>()).add(one);
    }

    private static void tell(Run run, Map<String, List<Measurement>> measured, Tools.Found python, int annotations, long bytes) {
        double ours = Measurement.median(measured.get(OURS), Measurement::wall);
        List<List<String>> rows = new ArrayList<>();
        measured.forEach((who, all) -> rows.add(List.of(who, Run.seconds(Measurement.median(all, Measurement::wall)), Run.seconds(Measurement.median(all, Measurement::cpu)),
                Run.mebibytes(Measurement.median(all, Measurement::peak)), Run.times(Measurement.median(all, Measurement::wall) / ours))));
        List<String> notes = new ArrayList<>(List.of(String.format(Locale.ROOT, "%,d annotations with outlines on %,d images, %s, listed before the images. Import reads the file twice and writes a manifest.",
                annotations, annotations / ANNOTATIONS_AN_IMAGE, Size.text(bytes))));
        if (python.path() == null) {
            notes.add("Absent: " + THEIRS + ", because " + python.absent() + ".");
        }
        run.results().table(new Table("Import of COCO, all cores", List.of("Who", "Time", "CPU", "Peak", "Time to import's"), rows, notes));
        if (annotations == MANY) {
            run.results().goal(Goal.atMost("`import` of a million COCO annotations", ours, MOST_SECONDS, MOST_SECONDS, " s"));
            run.results().goal(Goal.atMost("Resident memory of it", Measurement.median(measured.get(OURS), Measurement::peak) / Size.MIB, MOST_MEBIBYTES, MOST_MEBIBYTES, " MiB"));
        }
    }

    private static Path make(Path file, int annotations, long seed) throws IOException {
        if (Files.exists(file)) {
            return file;
        }
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Random random = new Random(seed);
        int images = annotations / ANNOTATIONS_AN_IMAGE;
        try (Writer out = new BufferedWriter(Files.newBufferedWriter(part), 1 << 20)) {
            out.write("{\"info\":{\"date_created\":\"2025-01-02\"},\"annotations\":[");
            for (int i = 0; i < annotations; i++) {
                int left = random.nextInt(100_000);
                int top = random.nextInt(50_000);
                StringBuilder one = new StringBuilder(i == 0 ? "{\"segmentation\":[[" : ",{\"segmentation\":[[");
                for (int n = 0; n < OUTLINE_NUMBERS; n++) {
                    hundredths(one.append(n == 0 ? "" : ","), (n % 2 == 0 ? left : top) + random.nextInt(20_000));
                }
                one.append("]],\"iscrowd\":0,\"image_id\":").append(1 + random.nextInt(images)).append(",\"bbox\":[");
                hundredths(one, left);
                hundredths(one.append(','), top);
                hundredths(one.append(','), 100 + random.nextInt(20_000));
                hundredths(one.append(','), 100 + random.nextInt(20_000));
                out.append(one).append("],\"category_id\":" + (1 + random.nextInt(CATEGORIES)) + ",\"id\":" + (i + 1) + "}");
            }
            out.write("],\"images\":[");
            for (int i = 1; i <= images; i++) {
                out.write((i == 1 ? "" : ",") + "{\"id\":" + i + ",\"width\":1280,\"height\":720,\"file_name\":\"train/" + i + ".jpg\"}");
            }
            out.write("],\"categories\":[");
            for (int i = 1; i <= CATEGORIES; i++) {
                out.write((i == 1 ? "" : ",") + "{\"id\":" + i + ",\"name\":\"class " + i + "\"}");
            }
            out.write("]}");
        }
        return Files.move(part, file);
    }

    private static void hundredths(StringBuilder out, int value) {
        out.append(value / 100).append('.').append(value / 10 % 10).append(value % 10);
    }
}

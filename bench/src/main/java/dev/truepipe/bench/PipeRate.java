package dev.truepipe.bench;

import dev.truepipe.bench.Results.Goal;
import dev.truepipe.bench.Results.Table;
import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.s3.BucketSpec;
import dev.truepipe.emulator.s3.EmbeddedS3;
import dev.truepipe.emulator.sagemaker.MetricDefinition;
import dev.truepipe.emulator.sagemaker.PipeChannel;
import dev.truepipe.emulator.sagemaker.TrainingCluster;
import dev.truepipe.emulator.sagemaker.TrainingContainer;
import dev.truepipe.json.Json;
import dev.truepipe.storage.Folders;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** {@code truepipe pipe} into a reader that throws everything away, beside {@code cat} of the same bytes through the same kind of FIFO to the same reader. */
final class PipeRate {
    private static final int OBJECT_BYTES = 100_000;
    private static final int MANY_LINES = 1_000_000;
    private static final long MOST_MIB = 256;
    private static final double GOAL_MB = 500;
    private static final double GOAL_S3_MB = 150;
    private static final double MB = 1e6;
    private static final S3Uri MANIFEST = new S3Uri("images", "objects.manifest");

    private static final String CAT = "`cat` of the same bytes";
    private static final String DISK = "pipe, objects from folders";
    private static final String S3 = "pipe, objects from an embedded S3, by HTTP";
    private static final String EMBEDDED = "a job of the embedded SageMaker, objects from its S3";
    private static final String LINES = "pipe, labels of 1,000,000 lines, shuffled";
    private static final int EPOCHS = 3;
    private static final String READ = "for n in 0 1 2; do cat \"$TRUEPIPE_ROOT/input/data/train_$n\" > /dev/null; echo at=$(date +%s%N); done";
    private static final String AT = "at=(\\d+)";

    private PipeRate() {}

    static void measure(Run run) throws IOException, InterruptedException {
        Path folder = run.emptied("pipe");
        try {
            int objects = (int) Math.max(100, run.bytes() / OBJECT_BYTES);
            run.say("%,d objects of %,d bytes", objects, OBJECT_BYTES);
            Path manifest = objects(folder, objects, run.seed());
            Path lines = lines(folder);
            Path stream = folder.resolve("stream");
            pipe(run, folder, manifest, "cat \"$TRUEPIPE_ROOT/input/data/train_0\" > " + stream, null);
            Map<String, List<Measurement>> taken = new LinkedHashMap<>();
            try (EmbeddedS3 s3 = s3(folder)) {
                upload(folder, objects, s3.store());
                s3.store().put(MANIFEST, Files.readAllBytes(manifest), ObjectStore.Condition.ALWAYS);
                for (int round = 1; round <= run.repeat(); round++) {
                    taken.computeIfAbsent(CAT, _ -> new ArrayList<>()).add(run.processes().measure(List.of("sh", "-c",
                            "rm -f $0.pipe && mkfifo $0.pipe && { cat $0 > $0.pipe & cat $0.pipe > /dev/null; wait; rm $0.pipe; }", stream.toString()), 0, Set.of(0)));
                    taken.computeIfAbsent(DISK, _ -> new ArrayList<>()).add(pipe(run, folder, manifest, READ, null));
                    taken.computeIfAbsent(S3, _ -> new ArrayList<>()).add(pipe(run, folder, manifest, READ, s3.endpoint().toString()));
                    taken.computeIfAbsent(EMBEDDED, _ -> new ArrayList<>()).add(run.processes().measure(embedded(folder), 0, Set.of(0)));
                    taken.computeIfAbsent(LINES, _ -> new ArrayList<>()).add(pipe(run, folder, lines, READ, null));
                    run.say("pipe, round %d of %d", round, run.repeat());
                }
            }
            report(run, taken, Files.size(stream));
        } finally {
            Folders.remove(folder);
        }
    }

    private static Measurement pipe(Run run, Path folder, Path manifest, String reader, String endpoint) throws IOException, InterruptedException {
        boolean labels = manifest.endsWith("lines.manifest");
        List<String> command = new ArrayList<>();
        if (endpoint != null) {
            command.addAll(List.of("env", "AWS_ENDPOINT_URL=" + endpoint, "AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x"));
        }
        command.addAll(run.truepipe("pipe", "--json", "--root", folder.resolve("root").toString(), "--channel", "train=" + manifest,
                "--metric", "at=" + AT, "--attributes", labels ? "cars" : "source-ref,cars"));
        if (labels) {
            command.addAll(List.of("--shuffle", "1"));
        }
        if (endpoint == null) {
            command.addAll(List.of("--s3", folder.resolve("s3").toString()));
        }
        command.addAll(List.of("--", "sh", "-c", reader));
        return run.processes().measure(command, 0, Set.of(0));
    }

    private static EmbeddedS3 s3(Path folder) throws IOException {
        return EmbeddedS3.start(folder.resolve("cloud"), 0, List.of(new BucketSpec(MANIFEST.bucket())), EmbeddedS3.Events.NOBODY, Clock.systemUTC());
    }

    private static List<String> embedded(Path folder) {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:+UseSerialGC", "-Xmx512m", "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow", "-cp", System.getProperty("java.class.path"), PipeRate.class.getName(), folder.toString());
    }

    /** One job of the embedded SageMaker, without its API. @param arguments the folder with an S3's data */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        PipeChannel channel = new PipeChannel("train", MANIFEST, List.of("source-ref", "cars"), PipeChannel.Wrapper.RECORD_IO, null, OptionalLong.empty());
        TrainingContainer.Spec job = new TrainingContainer.Spec("bench", Arns.trainingJob("bench"), folder.resolve("job"), null, List.of("sh", "-c", READ), System.getenv(),
                Map.of(), Map.of(), List.of(channel), EPOCHS, 1, List.of(MetricDefinition.of("at", AT)), Duration.ofHours(1), Duration.ZERO);
        try (EmbeddedS3 s3 = s3(folder); TrainingCluster cluster = new TrainingCluster(job, s3.store(), Clock.systemUTC(), _ -> {})) {
            cluster.prepare();
            TrainingContainer.Result result = cluster.run();
            if (result.ending() != TrainingContainer.Ending.COMPLETED) {
                throw new BenchFailure("the job ended " + result);
            }
            System.out.println(Json.text(Map.of("bytes", result.bytes(), "seconds", result.ran().toNanos() / 1e9,
                    "metrics", Map.of("at", result.metrics().stream().map(MetricDefinition.MetricPoint::value).toList()))));
        }
    }

    private static void report(Run run, Map<String, List<Measurement>> taken, long bytes) {
        double cat = bytes / MB / Measurement.median(taken.get(CAT), Measurement::wall);
        List<List<String>> rows = new ArrayList<>();
        taken.forEach((what, all) -> {
            boolean plain = what.equals(CAT);
            double rate = plain ? cat : Measurement.median(all, PipeRate::lastEpoch);
            double peak = all.stream().mapToLong(Measurement::peak).max().orElseThrow();
            rows.add(List.of(what, Results.number(rate), Run.times(rate / cat), plain ? "" : Results.number(Measurement.median(all, PipeRate::wholeJob)),
                    Run.seconds(Measurement.median(all, Measurement::cpu)), Run.mebibytes(peak)));
            switch (what) {
                case DISK -> run.results().goal(Goal.atLeast("RecordIO through a FIFO, from disk", rate, GOAL_MB, GOAL_MB, " MB/s"));
                case EMBEDDED -> run.results().goal(
                        Goal.atLeast("RecordIO through a FIFO, from the embedded S3, objects of 100 KB", rate, GOAL_S3_MB, GOAL_S3_MB, " MB/s"));
                case LINES -> run.results().goal(Goal.atMost("Resident memory of `pipe`, a million lines", peak / Size.MIB, MOST_MIB, MOST_MIB, " MiB"));
                default -> { }
            }
        });
        run.results().table(new Table("Pipe: " + Size.text(run.bytes()) + " in objects of 100 KB", List.of("What", "MB/s", "To `cat`", "Whole job", "CPU", "Peak"), rows, List.of(
                "The reader is `cat … > /dev/null`, three epochs. MB/s are those of the third, by the reader's clock; *whole job* is all three, from the algorithm's start to its end, while the"
                        + " JVM still compiles. CPU is the process's, its start and three epochs, and the reader's. `cat` writes once into a FIFO that another `cat` reads, whole processes.")));
    }

    private static double lastEpoch(Measurement measurement) {
        List<Object> at = Json.array(Json.object(measurement.json().get("metrics")).get("at"));
        double nanos = ((Number) at.get(EPOCHS - 1)).doubleValue() - ((Number) at.get(EPOCHS - 2)).doubleValue();
        return ((Number) measurement.json().get("bytes")).doubleValue() / EPOCHS / MB / (nanos / 1e9);
    }

    private static double wholeJob(Measurement measurement) {
        return ((Number) measurement.json().get("bytes")).doubleValue() / MB / ((Number) measurement.json().get("seconds")).doubleValue();
    }

    private static Path objects(Path folder, int count, long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Path bucket = Files.createDirectories(folder.resolve("s3/images/street"));
        Path manifest = folder.resolve("objects.manifest");
        byte[] object = new byte[OBJECT_BYTES];
        try (BufferedWriter out = Files.newBufferedWriter(manifest)) {
            for (int i = 0; i < count; i++) {
                random.nextBytes(object);
                Files.write(bucket.resolve(i + ".jpg"), object);
                out.write("{\"source-ref\":\"s3://images/street/" + i + ".jpg\",\"cars\":{\"image_size\":[{\"width\":1280,\"height\":720,\"depth\":3}],\"annotations\":[]}}\n");
            }
        }
        return manifest;
    }

    private static Path lines(Path folder) throws IOException {
        Path manifest = folder.resolve("lines.manifest");
        String box = "{\"class_id\":0,\"left\":10,\"top\":20,\"width\":30,\"height\":40}";
        String rest = "\",\"cars\":{\"image_size\":[{\"width\":1280,\"height\":720,\"depth\":3}],\"annotations\":[" + String.join(",", Stream.generate(() -> box).limit(6).toList())
                + "]},\"cars-metadata\":{\"class-map\":{\"0\":\"car\"},\"type\":\"groundtruth/object-detection\",\"human-annotated\":\"yes\"}}\n";
        try (BufferedWriter out = Files.newBufferedWriter(manifest)) {
            for (int i = 0; i < MANY_LINES; i++) {
                out.write(String.format(Locale.ROOT, "{\"source-ref\":\"s3://images/street/%07d.jpg", i) + rest);
            }
        }
        return manifest;
    }

    private static void upload(Path folder, int count, ObjectStore store) throws IOException {
        for (int i = 0; i < count; i++) {
            store.put(new S3Uri("images", "street/" + i + ".jpg"), Files.readAllBytes(folder.resolve("s3/images/street/" + i + ".jpg")), ObjectStore.Condition.ALWAYS);
        }
    }
}

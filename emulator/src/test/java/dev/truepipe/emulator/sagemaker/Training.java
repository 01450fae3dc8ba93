package dev.truepipe.emulator.sagemaker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.emulator.logs.LogStore;
import dev.truepipe.json.Json;
import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** A SageMaker in a temporary folder, with objects in memory, for tests. Closing it shows that nothing is left behind. */
final class Training implements AutoCloseable {
    static final String IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/algorithm:1";
    static final Duration LIMIT = Duration.ofSeconds(60);

    final Path data;
    final InMemoryObjectStore store;
    final LogStore logs;
    final SageMakerService service;
    final List<TrainingEvent> events = new CopyOnWriteArrayList<>();

    Training(Path data, InMemoryObjectStore store, Duration stopGrace, List<MetricDefinition> metrics, String... command) throws IOException {
        this.data = data;
        this.store = store;
        this.logs = new LogStore(data.resolve("logs"), Clock.systemUTC());
        this.service = new SageMakerService(new SageMakerService.Setup(data, store, logs,
                List.of(TrainingAlgorithm.forImage(IMAGE, List.of(command), Map.of(), metrics)), machine(), stopGrace, Clock.systemUTC()));
        service.onEvent(events::add);
    }

    /** This machine's variables and one that no container should see. */
    private static Map<String, String> machine() {
        Map<String, String> variables = new LinkedHashMap<>(System.getenv());
        variables.put("HOST_SECRET", "seen");
        return variables;
    }

    /** The algorithm is a shell script; it starts in the job's folder. */
    static Training script(Path data, String script) throws IOException {
        return new Training(data, new InMemoryObjectStore(), Duration.ofMillis(300), List.of(), "sh", "-c", script, "sh");
    }

    /** The algorithm is a class of the tests. */
    static Training java(Path data, Class<?> main, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("{java}", "-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
                Path.of(main.getProtectionDomain().getCodeSource().getLocation().toURI()).toString(), main.getName()));
        command.addAll(Arrays.asList(arguments));
        return new Training(data, new InMemoryObjectStore(), Duration.ofMillis(300), List.of(), command.toArray(String[]::new));
    }

    Training put(String uri, String text) throws IOException {
        return put(uri, text.getBytes(StandardCharsets.UTF_8));
    }

    Training put(String uri, byte[] bytes) throws IOException {
        store.put(S3Uri.parse(uri), bytes, ObjectStore.Condition.ALWAYS);
        return this;
    }

    /** A request that is fine; a channel has to be added to it. */
    static Map<String, Object> request(String name) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("TrainingJobName", name);
        request.put("RoleArn", "arn:aws:iam::000000000000:role/training");
        request.put("AlgorithmSpecification", map("TrainingImage", IMAGE, "TrainingInputMode", "Pipe"));
        request.put("HyperParameters", map("epochs", "2"));
        request.put("InputDataConfig", new ArrayList<>());
        request.put("OutputDataConfig", map("S3OutputPath", "s3://work/models/"));
        request.put("ResourceConfig", map("InstanceType", "ml.g5.2xlarge", "InstanceCount", 1, "VolumeSizeInGB", 50));
        request.put("StoppingCondition", map("MaxRuntimeInSeconds", 60));
        return request;
    }

    static Map<String, Object> channel(String name, String manifest, String wrapper, String... attributes) {
        return map("ChannelName", name, "ContentType", "application/x-recordio", "RecordWrapperType", wrapper, "InputMode", "Pipe",
                "CompressionType", "None", "DataSource", map("S3DataSource", map("S3DataType", "AugmentedManifestFile", "S3Uri", manifest,
                        "S3DataDistributionType", "FullyReplicated", "AttributeNames", List.of(attributes))));
    }

    @SafeVarargs
    static Map<String, Object> request(String name, Map<String, Object>... channels) {
        Map<String, Object> request = request(name);
        List<Object> all = new ArrayList<>();
        for (Map<String, Object> channel : channels) {
            all.add(channel);
        }
        request.put("InputDataConfig", all);
        return request;
    }

    /** Creates the job and waits for its end. @return its description */
    Map<String, Object> train(Map<String, Object> request) throws Exception {
        service.call("CreateTrainingJob", request);
        return await((String) request.get("TrainingJobName"));
    }

    Map<String, Object> await(String name) throws Exception {
        return service.awaitTrainingJob(name).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    Map<String, Object> describe(String name) throws AwsError {
        return service.call("DescribeTrainingJob", map("TrainingJobName", name));
    }

    /** A file the algorithm left in the job's folder. */
    byte[] file(String job, String path) throws IOException {
        return Files.readAllBytes(service.trainingFolder(job).resolve(path));
    }

    String text(String job, String path) throws IOException {
        return new String(file(job, path), StandardCharsets.UTF_8);
    }

    byte[] object(String uri) throws IOException {
        try (InputStream in = store.open(S3Uri.parse(uri), null, null)) {
            return in.readAllBytes();
        }
    }

    /** Names and texts of an archive, in its order. */
    Map<String, String> archive(String uri) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(object(uri))), "UTF-8")) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                files.put(entry.getName(), new String(tar.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return files;
    }

    List<String> log(String job) {
        return logs.streams(SageMakerService.LOG_GROUP).stream()
                .filter(stream -> stream.startsWith(job + "/"))
                .flatMap(stream -> logs.read(SageMakerService.LOG_GROUP, stream).stream())
                .map(LogStore.LogEvent::message)
                .toList();
    }

    /** Waits for something an algorithm does, by the events of the job; a minute at most. */
    void awaitLine(String job, String text) throws InterruptedException {
        java.util.concurrent.CountDownLatch seen = new java.util.concurrent.CountDownLatch(1);
        service.onEvent(event -> {
            if (event instanceof TrainingEvent.LogLine line && line.job().equals(job) && line.text().equals(text)) {
                seen.countDown();
            }
        });
        for (TrainingEvent event : events) {
            if (event instanceof TrainingEvent.LogLine line && line.job().equals(job) && line.text().equals(text)) {
                return;
            }
        }
        if (!seen.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("job " + job + " never printed \"" + text + "\"; events: " + events);
        }
    }

    /** Ends everything; no FIFO, no copy of a manifest and no feed may be left. */
    @Override
    public void close() throws IOException {
        service.close();
        List<String> left = new ArrayList<>();
        Path training = data.resolve("training");
        if (Files.isDirectory(training)) {
            try (Stream<Path> folders = Files.walk(training)) {
                folders.filter(path -> path.getParent().endsWith("input/data")).forEach(path -> left.add(path.toString()));
            }
        }
        Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter(name -> name.matches("(feed|log|instance) .*")).forEach(left::add);
        assertEquals(List.of(), left, "left behind");
    }

    static Map<String, Object> map(Object... namesAndValues) {
        return TrainingJob.ordered(namesAndValues);
    }

    static List<Object> list(Object value) {
        return Json.array(value);
    }

    static Map<String, Object> object(Object value) {
        return Json.object(value);
    }
}

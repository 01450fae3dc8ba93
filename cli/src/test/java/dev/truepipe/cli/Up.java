package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import tools.jackson.databind.JsonNode;

/** A {@code ./truepipe up} under way, in a process of its own, with one dataset and the tests' algorithm. */
final class Up implements AutoCloseable {
    static final Path CLIENTS = Program.ROOT.resolve("cli/src/test/clients");
    static final String IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/reader:1";
    static final String ROLE = "arn:aws:iam::000000000000:role/training";
    static final String DATASET = "cars";
    static final String LABELS = "up-labels";
    private static final Duration PATIENCE = Duration.ofSeconds(150);
    /** Both generations of the serial collector, as jcmd tells them. */
    private static final Pattern HEAP_USED = Pattern.compile("(?m)^\\s*(?:DefNew|Tenured)\\s.*used (\\d+)K");

    private final Path data;
    private final Program.Running running;
    private final URI endpoint;

    private Up(Path data, Program.Running running, URI endpoint) {
        this.data = data;
        this.running = running;
        this.endpoint = endpoint;
    }

    /** @param folder holds the files it reads, and {@code data}; what lies there from an earlier one is found again */
    static Up start(Path folder, String... faults) throws Exception {
        Files.createDirectories(folder);
        Path settings = folder.resolve("truepipe.yaml");
        Files.writeString(settings, """
                datasets:
                  - name: %s
                    labels: s3://%s/cars/
                    labelBucket: notification
                    images: [s3://%s/]
                    settle: 0s
                    gates: { minPerClass: 1, minNewLabels: 0 }
                    training:
                      image: %s
                      metrics: [{ name: "validation:mAP", regex: "mAP=([0-9.]+)" }]
                      instances: [ml.g5.2xlarge]
                      spot: never
                      maxRuntime: 10m
                      hyperparameters: { epochs: 1 }
                """.formatted(DATASET, LABELS, CarLabels.BUCKET, IMAGE));
        Path emulator = folder.resolve("emulator.yaml");
        Files.writeString(emulator, """
                algorithms:
                  - image: "*/reader:*"
                    command: [python3, "%s"]
                    environment: { HOLD: "%s" }
                %s""".formatted(CLIENTS.resolve("algorithm.py"), hold(folder), faults.length == 0 ? "" : "faults:\n  - " + String.join("\n  - ", faults) + "\n"));
        Path data = folder.resolve("data");
        Program.Running running = Program.truepipe("up", "--port", "0", "--data", data.toString(), "--settings", settings.toString(),
                "--emulator", emulator.toString()).start();
        try {
            running.awaitOnStandardError("up at http://");
            String exports = Files.readString(running.out());
            assertEquals(exports, Files.readString(data.resolve("env.sh")), "standard output is what a shell can read, and nothing else");
            String url = exports.lines().filter(line -> line.startsWith("export AWS_ENDPOINT_URL=")).findFirst().orElseThrow();
            return new Up(data, running, URI.create(url.substring(url.indexOf('=') + 1)));
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            running.close();
            throw e;
        }
    }

    /** As long as this file is there, training jobs of an {@code up} in this folder do not read. */
    static Path hold(Path folder) {
        return folder.resolve("hold");
    }

    URI endpoint() {
        return endpoint;
    }

    long pid() {
        return running.process().pid();
    }

    String log() throws IOException {
        return Files.readString(running.err());
    }

    /** Runs a program to its end in a shell that read the exports, and nothing else of AWS. */
    Program.Ended shell(List<String> command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(List.of("sh", "-c", ". \"$0\" && exec \"$@\"", data.resolve("env.sh").toString()));
        whole.addAll(command);
        return Program.of(whole).run();
    }

    /** A client of the Java SDK in this process. */
    <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(B builder) {
        return builder.endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("anyone", "anything")))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    JsonNode health() throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = http.send(HttpRequest.newBuilder(endpoint.resolve("/health")).build(), HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode());
            return Program.parse(answer.body());
        }
    }

    /** Asks until it is so; fails after a while, with what {@code up} said. */
    void await(String what, BooleanSupplier so) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("awaited " + PATIENCE.toSeconds() + " s in vain: " + what + "\n" + log());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** SIGTERM, as Control-C's SIGINT. */
    Program.Ended stop() throws Exception {
        running.process().toHandle().destroy();
        Program.Ended ended = running.ended();
        ended.leavesNoProcess();
        return ended;
    }

    /** SIGKILL: it has no chance to do anything. What it started must end all the same. */
    void kill() throws Exception {
        running.process().toHandle().descendants().forEach(running.processes()::add);
        running.process().toHandle().destroyForcibly();
        running.ended().leavesNoProcess();
    }

    /** How many entries {@code /proc} has of the process: {@code fd} or {@code task}. */
    long count(String what) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("/proc/" + pid() + "/" + what))) {
            return entries.count();
        }
    }

    /** Bytes of its heap that are still used after a collection. */
    long heap() throws Exception {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Program.Ended collected = Program.of(List.of(jcmd, Long.toString(pid()), "GC.run")).run();
        assertEquals(0, collected.exit(), collected::toString);
        Program.Ended told = Program.of(List.of(jcmd, Long.toString(pid()), "GC.heap_info")).run();
        long used = HEAP_USED.matcher(told.out()).results().mapToLong(generation -> Long.parseLong(generation.group(1)) * 1024).sum();
        assertTrue(used > 0, told::toString);
        return used;
    }

    @Override
    public void close() {
        running.close();
    }
}

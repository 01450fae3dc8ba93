package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.truepipe.emulator.s3.BucketSpec;
import dev.truepipe.emulator.s3.EmbeddedS3;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What scripts may rely on: exit codes, what is printed where, and that odd input ends in words, in little memory. */
class CommandLineIT {
    private static final long MANY_BYTES = 100_000_000;
    private static final long MOST_KIB = 256 * 1_024;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "demo", "check", "split", "plan", "pipe", "up", "import", "export", "trigger", "promote"})
    void helpAndVersionEndWithZero(String command) throws Exception {
        for (String option : List.of("--help", "--version")) {
            Program.Ended ended = command.isEmpty() ? Program.truepipe(option).run() : Program.truepipe(command, option).run();
            assertEquals(0, ended.exit(), ended::toString);
            assertTrue(option.equals("--help") ? ended.out().contains("Usage: truepipe") : ended.out().matches("truepipe \\d+\\.\\d+\\.\\d+\\S*\\R"), ended::toString);
            assertEquals("", ended.err(), ended::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "chekc", "check", "split FILE", "check --colour FILE", "demo --label boxes", "demo --manifest=", "demo --out=", "demo --manifest FILE --label=", "up --port 65536", "trigger", "promote", "promote street-cars", "split FILE --out DIR --validation lots", "plan", "plan FILE --settings DIR", "plan FILE --check-objects some"})
    void wrongUsageEndsWithTwoAndACure(String arguments) throws Exception {
        Path file = Files.writeString(folder.resolve("a.manifest"), "{}\n");
        String[] words = arguments.isEmpty() ? new String[0]
                : arguments.replace("FILE", file.toString()).replace("DIR", folder.resolve("out").toString()).split(" ");
        Program.Ended ended = Program.truepipe(words).run();
        assertEquals(2, ended.exit(), ended::toString);
        assertEquals("", ended.out(), ended::toString);
        assertTrue(ended.err().startsWith("truepipe: ") && !ended.err().contains("\tat "), ended::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"check", "split", "plan", "demo"})
    void whatCannotBeReadEndsWithTwoAndOneErrorObject(String command) throws Exception {
        for (Path unreadable : List.of(folder.resolve("missing.manifest"), folder)) {
            Program.Ended ended = Program.truepipe(reading(command, unreadable)).run();
            assertEquals(2, ended.exit(), ended::toString);
            assertEquals(Set.of("error"), new TreeSet<>(ended.json().propertyNames()), ended::toString);
            JsonNode error = ended.json().get("error");
            assertEquals(Set.of("file", "message", "cure"), new TreeSet<>(error.propertyNames()));
            assertEquals(unreadable.toString(), error.get("file").asString());
            assertFalse(error.get("message").asString().isBlank() || error.get("cure").asString().isBlank(), ended::toString);
        }
    }

    @Test
    void anEmptyManifestIsNotFineAndSaysSo() throws Exception {
        Program.Ended ended = Program.truepipe("check", "--json", Files.createFile(folder.resolve("empty.manifest")).toString()).run();
        assertEquals(1, ended.exit(), ended::toString);
        assertEquals(0, ended.json().get("lines").asInt());
        assertEquals(1, ended.json().get("findings").get("empty-manifest").asInt());
    }

    @Test
    void aBinaryFileIsQuarantinedLineByLine() throws Exception {
        byte[] bytes = new byte[100_000];
        new java.util.SplittableRandom(7).nextBytes(bytes);
        Path file = Files.write(folder.resolve("picture.manifest"), bytes);
        Program.Ended ended = Program.truepipe("check", "--json", file.toString()).run();
        assertEquals(1, ended.exit(), ended::toString);
        assertEquals(0, ended.json().get("accepted").asInt());
        assertEquals(ended.json().get("lines"), ended.json().get("quarantined"));
        assertTrue(ended.json().get("task").isNull() && ended.json().get("labelAttribute").isNull(), ended::toString);
    }

    @Test
    void aLineOfAHundredMegabytesIsSetAsideInLittleMemory() throws Exception {
        Path file = folder.resolve("long.manifest");
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] part = "{\"source-ref\":\"s3://b/k\",".repeat(4_000).getBytes(StandardCharsets.UTF_8);
            for (long written = 0; written < MANY_BYTES; written += part.length) {
                out.write(part);
            }
        }
        Program.Ended ended = Program.truepipe("check", "--json", file.toString()).run();
        assertEquals(1, ended.exit(), ended::toString);
        assertEquals(1, ended.json().get("lines").asInt());
        assertEquals(1, ended.json().get("findings").get("line-too-long").asInt(), ended::toString);
        assertTrue(ended.peakKiB() < MOST_KIB, () -> ended.peakKiB() + " KiB resident");
    }

    @Test
    void filesGzipStandardInputAndS3GiveOneAnswer() throws Exception {
        byte[] manifest = TwinManifests.trainable().getBytes(StandardCharsets.UTF_8);
        Path file = Files.write(folder.resolve("labels.manifest"), manifest);
        Path zipped = folder.resolve("labels.manifest.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(manifest);
        }
        Program.Ended plain = Program.truepipe("check", "--json", file.toString()).run();
        assertEquals(1, plain.exit(), plain::toString);
        assertEquals(46, plain.json().get("lines").asInt());
        assertEquals(plain.json(), Program.truepipe("check", "--json", zipped.toString()).run().json());
        assertEquals(plain.json(), Program.truepipe("check", "--json", "-").reading(file).run().json());
        try (EmbeddedS3 s3 = EmbeddedS3.start(folder.resolve("s3"), 0, List.of(new BucketSpec("labels")), EmbeddedS3.Events.NOBODY, Clock.systemUTC())) {
            s3.store().put(S3Uri.parse("s3://labels/a/output.manifest"), manifest, ObjectStore.Condition.ALWAYS);
            assertEquals(plain.json(), fromS3(s3, "s3://labels/a/output.manifest").json());
            Path holdOut = Files.writeString(folder.resolve("val.manifest"), String.join("\n", TwinManifests.trainable().lines().limit(6).toList()));
            s3.store().put(S3Uri.parse("s3://labels/val.manifest"), Files.readAllBytes(holdOut), ObjectStore.Condition.ALWAYS);
            Program.Ended own = Program.truepipe("split", "--json", file.toString(), "--out", folder.resolve("own").toString(), "--validation", holdOut.toString()).run();
            assertTrue(own.json().get("validation").asInt() > 0 && own.json().get("superseded").asInt() > 0, own::toString);
            Program.Ended ownOfS3 = withS3(s3, "split", "--json", file.toString(), "--out", folder.resolve("own-s3").toString(), "--validation", "s3://labels/val.manifest");
            assertEquals(own.json(), ownOfS3.json());
            assertEquals(2, withS3(s3, "split", "--json", file.toString(), "--out", folder.resolve("none").toString(), "--validation", "s3://labels/no.manifest").exit());
            Program.Ended missing = fromS3(s3, "s3://labels/b/output.manifest");
            assertEquals(2, missing.exit(), missing::toString);
            assertEquals("s3://labels/b/output.manifest", missing.json().get("error").get("file").asString());
        }
    }

    /** Whoever plans looks with their own credentials: missing is told from forbidden, and a store that is not there from both. */
    @Test
    void aPlanLooksWhetherTheObjectsAreThere() throws Exception {
        CarLabels labels = new CarLabels(7);
        Path file = Files.write(folder.resolve("cars.manifest"), CarLabels.manifest(labels.lines(0, 60)));
        Path settings = Files.writeString(folder.resolve("settings.yaml"), "datasets:\n  - name: cars\n    labels: s3://labels/cars/\n    labelBucket: notification\n    images: [s3://"
                + CarLabels.BUCKET + "/]\n    training: { algorithm: object-detection }\n");
        try (EmbeddedS3 s3 = EmbeddedS3.start(folder.resolve("s3"), 0, List.of(new BucketSpec(CarLabels.BUCKET)), EmbeddedS3.Events.NOBODY, Clock.systemUTC())) {
            for (int i = 0; i < 60; i++) {
                s3.store().put(S3Uri.parse(CarLabels.picture(i)), new byte[] {1}, ObjectStore.Condition.ALWAYS);
            }
            Program.Ended fine = withS3(s3, "plan", "--json", file.toString(), "--settings", settings.toString());
            assertEquals(0, fine.exit(), fine::toString);
            assertEquals(60, fine.json().get("accepted").asInt());

            s3.store().delete(S3Uri.parse(CarLabels.picture(4)));
            s3.failNext(call -> CarLabels.picture(9).endsWith("/" + call.key()), 403, 1_000);
            Program.Ended missing = withS3(s3, "plan", "--json", file.toString(), "--settings", settings.toString());
            assertEquals(0, missing.exit(), missing::toString);
            assertEquals(1, missing.json().get("findings").get("object-missing").asInt(), missing::toString);
            assertEquals(1, missing.json().get("findings").get("object-unreadable").asInt(), missing::toString);
            assertEquals(2, missing.json().get("quarantined").asInt());
            Program.Ended told = withS3(s3, "plan", file.toString(), "--settings", settings.toString());
            String words = told.out().replaceAll("\\s+", " ");
            assertTrue(words.contains("there is no object \"" + CarLabels.picture(4)) && words.contains("allow s3:GetObject on it"), told::toString);
        }
        Program.Ended nowhere = Program.truepipe("plan", "--json", file.toString(), "--settings", settings.toString())
                .with("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9").with("AWS_REGION", "us-east-1").with("AWS_ACCESS_KEY_ID", "x").with("AWS_SECRET_ACCESS_KEY", "x").run();
        assertEquals(2, nowhere.exit(), nowhere::toString);
        assertTrue(nowhere.err().contains("cannot look at s3://" + CarLabels.BUCKET) && nowhere.err().contains("--check-objects none looks at no object"), nowhere::toString);
    }

    /** It is ended while it waits for S3, which never answers. */
    @Test
    void aPlanThatIsInterruptedLeavesNoTemporaryFolder() throws Exception {
        Path file = Files.write(folder.resolve("cars.manifest"), CarLabels.manifest(new CarLabels(7).lines(0, 60)));
        Path settings = Files.writeString(folder.resolve("settings.yaml"), "datasets:\n  - name: cars\n    labels: s3://labels/cars/\n    labelBucket: notification\n    images: [s3://"
                + CarLabels.BUCKET + "/]\n    training: { algorithm: object-detection }\n");
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        try (ServerSocket silent = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
                Program.Running running = Program.truepipe("plan", file.toString(), "--settings", settings.toString())
                        .with("TRUEPIPE_JAVA_OPTS", "-Djava.io.tmpdir=" + temporary).with("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:" + silent.getLocalPort())
                        .with("AWS_REGION", "us-east-1").with("AWS_ACCESS_KEY_ID", "x").with("AWS_SECRET_ACCESS_KEY", "x").start()) {
            silent.setSoTimeout(60_000);
            silent.accept();
            try (Stream<Path> files = Files.list(temporary)) {
                assertEquals(1, files.filter(path -> path.getFileName().toString().startsWith("truepipe-plan-")).count());
            }
            running.process().toHandle().destroy();
            Program.Ended ended = running.ended();
            assertEquals(143, ended.exit(), ended::toString);
            try (Stream<Path> files = Files.list(temporary)) {
                assertEquals(List.of(), files.filter(path -> path.getFileName().toString().startsWith("truepipe-plan-")).toList(), ended::toString);
            }
        }
    }

    /** The real cloud is behind the proxy of a company's network: only the proxy can answer for a host that no name server knows. */
    @Test
    void theRealCloudIsAskedThroughTheProxyThatTheEnvironmentNames() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        HttpServer proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().getHost());
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        proxy.start();
        try {
            for (String[] command : new String[][] {{"check", "--json", "s3://labels/a/output.manifest"}, {"trigger", "street-cars"}}) {
                asked.clear();
                Program.Ended ended = Program.truepipe(command)
                        .with("http_proxy", "http://127.0.0.1:" + proxy.getAddress().getPort()).with("no_proxy", "").with("NO_PROXY", "")
                        .with("AWS_ENDPOINT_URL", "http://cloud.invalid").with("AWS_REGION", "us-east-1")
                        .with("AWS_ACCESS_KEY_ID", "x").with("AWS_SECRET_ACCESS_KEY", "x").run();
                assertEquals(2, ended.exit(), ended::toString);
                assertTrue(!asked.isEmpty() && asked.getFirst().endsWith("cloud.invalid"), () -> asked + " of the proxy; " + ended);
            }
        } finally {
            proxy.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"trigger street-cars", "promote street-cars job-1"})
    void withoutACloudACommandEndsWithTwoAndACure(String command) throws Exception {
        Program.Ended ended = Program.truepipe(command.split(" "))
                .with("AWS_ENDPOINT_URL", "http://127.0.0.1:9").with("AWS_REGION", "us-east-1")
                .with("AWS_ACCESS_KEY_ID", "x").with("AWS_SECRET_ACCESS_KEY", "x").run();
        assertEquals(2, ended.exit(), ended::toString);
        assertTrue(ended.err().startsWith("truepipe: stack Truepipe: ") && ended.err().contains("AWS_REGION"), ended::toString);
    }

    @Test
    void withoutAJdkTheScriptSaysWhatToDo() throws Exception {
        Path old = folder.resolve("usr/lib/jvm/jdk-21");
        fakeJdk(old, "21.0.2");
        Program.Ended ended = script().run();
        assertEquals(2, ended.exit(), ended::toString);
        assertEquals("", ended.out());
        assertTrue(ended.err().contains("no JDK 25 or newer found") && ended.err().contains("TRUEPIPE_JAVA_HOME"), ended::toString);
    }

    @Test
    void theScriptFindsAJdkWhereverItIs() throws Exception {
        fakeJdk(folder.resolve("usr/lib/jvm/a-jdk-21"), "21.0.2");
        fakeJdk(folder.resolve("usr/lib/jvm/b-jdk-25"), "25.0.1");
        Program.Ended ended = script().run();
        assertEquals(0, ended.exit(), ended::toString);
        assertTrue(ended.out().startsWith("java of b-jdk-25: "), ended::toString);
        assertTrue(ended.out().endsWith("cli-0.1.0.jar --version\n"), ended::toString);
    }

    /** The script where only {@code folder} is searched: no java on the path, no home, no other root. */
    private Program script() throws IOException {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : List.of("dirname", "readlink", "sed", "find", "head", "grep", "mkdir")) {
            Path real = Stream.of(System.getenv("PATH").split(":")).map(one -> Path.of(one, tool)).filter(Files::isExecutable).findFirst().orElseThrow();
            Files.createSymbolicLink(tools.resolve(tool), real);
        }
        return Program.truepipe("--version").with("PATH", tools.toString()).with("HOME", folder.toString())
                .with("JAVA_HOME", "").with("TRUEPIPE_JAVA_HOME", "").with("TRUEPIPE_SEARCH_ROOT", folder.toString())
                .with("TRUEPIPE_CACHE", "off");
    }

    private static void fakeJdk(Path home, String version) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        for (String tool : List.of("java", "javac")) {
            Path file = Files.writeString(home.resolve("bin").resolve(tool), "#!/bin/sh\necho " + tool + " of " + home.getFileName() + ": \"$@\"\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static Program.Ended fromS3(EmbeddedS3 s3, String uri) throws Exception {
        return withS3(s3, "check", "--json", uri);
    }

    private static Program.Ended withS3(EmbeddedS3 s3, String... arguments) throws Exception {
        return Program.truepipe(arguments).with("AWS_ENDPOINT_URL_S3", s3.endpoint().toString()).with("AWS_REGION", "us-east-1")
                .with("AWS_ACCESS_KEY_ID", "x").with("AWS_SECRET_ACCESS_KEY", "x").run();
    }

    private String[] reading(String command, Path manifest) {
        return switch (command) {
            case "check" -> new String[] {"check", "--json", manifest.toString()};
            case "split" -> new String[] {"split", "--json", manifest.toString(), "--out", folder.resolve("split").toString()};
            case "plan" -> new String[] {"plan", "--json", manifest.toString(), "--settings", Program.ROOT.resolve("truepipe.yaml").toString()};
            default -> new String[] {"demo", "--json", "--manifest", manifest.toString(), "--out", folder.resolve("demo").toString()};
        };
    }
}

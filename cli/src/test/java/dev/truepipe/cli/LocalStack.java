package dev.truepipe.cli;

import com.amazonaws.services.lambda.runtime.LambdaRuntime;
import com.amazonaws.services.lambda.runtime.api.client.AWSLambda;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import dev.truepipe.json.Json;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/**
 * Somebody else's cloud, for tests: LocalStack as a process of this machine, with functions as processes too, run by AWS's own runtime
 * interface client.
 *
 * <p>One that runs already is used when {@code AWS_ENDPOINT_URL} names it; it must have been started with what
 * {@code src/test/resources/localstack} adds, its files in {@code TRUEPIPE_LOCALSTACK_FILES}. An address that is not this machine's is
 * refused unless {@code TRUEPIPE_LOCALSTACK_ANYWHERE=true}: a slip of the shell must not deploy to an account.
 */
final class LocalStack implements AutoCloseable {
    /** Twelve digits as access key: LocalStack takes them for the account. */
    static final String ACCOUNT = "111111111111";
    static final String REGION = "us-east-1";

    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final int LOG_LINES_SHOWN = 60;

    private final URI endpoint;
    private final Path files;
    /** {@code null} if somebody else started it. */
    private final Process process;
    private final Set<ProcessHandle> processes = new LinkedHashSet<>();

    private LocalStack(URI endpoint, Path files, Process process) {
        this.endpoint = endpoint;
        this.files = files;
        this.process = process;
    }

    /** @param folder where its files go */
    static LocalStack start(Path folder) throws Exception {
        String given = System.getenv("AWS_ENDPOINT_URL");
        return given != null && !given.isBlank() ? running(URI.create(given)) : started(folder);
    }

    private static LocalStack running(URI endpoint) throws IOException {
        boolean here = endpoint.getHost() != null && InetAddress.getByName(endpoint.getHost()).isLoopbackAddress();
        if (!here && !"true".equals(System.getenv("TRUEPIPE_LOCALSTACK_ANYWHERE"))) {
            Assertions.fail("AWS_ENDPOINT_URL is " + endpoint + ", which is not on this machine; unset it, or set TRUEPIPE_LOCALSTACK_ANYWHERE=true");
        }
        String files = System.getenv("TRUEPIPE_LOCALSTACK_FILES");
        if (files == null) {
            Assertions.fail("AWS_ENDPOINT_URL is set, but not TRUEPIPE_LOCALSTACK_FILES: the folder of mocks.json (its SFN_MOCK_CONFIG) and functions.json"
                    + " (its TRUEPIPE_FUNCTION_ENV)");
        }
        return new LocalStack(endpoint, Path.of(files), null);
    }

    private static LocalStack started(Path folder) throws Exception {
        LocalStackInstallation installation = LocalStackInstallation.require();
        Path state = Files.createDirectories(folder.resolve("state"));
        // LocalStack evaluates JSONata in a JVM, and looks for one under this name before it would download one.
        Path java = state.resolve("var/lib/localstack/lib/java/21");
        Files.createDirectories(java.getParent());
        Files.createSymbolicLink(java, Path.of(System.getProperty("java.home")));
        Files.writeString(folder.resolve("mocks.json"), "{\"StateMachines\":{},\"MockedResponses\":{}}");
        Files.writeString(folder.resolve("functions.json"), "{}");

        int port = freePort();
        String address = "127.0.0.1:" + port;
        ProcessBuilder builder = new ProcessBuilder(installation.interpreter().toString(), "-m", "localstack.runtime.main")
                .redirectErrorStream(true).redirectOutput(folder.resolve("localstack.log").toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("AWS_") || name.startsWith("MAVEN_"));
        environment.putAll(Map.of(
                "OVERRIDE_IN_DOCKER", "0",
                "FILESYSTEM_ROOT", state.toString(),
                "LOCALSTACK_VOLUME_DIR", state.toString(),
                "DISABLE_EVENTS", "1",
                "SKIP_SSL_CERT_DOWNLOAD", "1",
                "DNS_ADDRESS", "0",
                "GATEWAY_LISTEN", address,
                "LOCALSTACK_HOST", address,
                "SQS_ENDPOINT_STRATEGY", "off"));
        environment.putAll(Map.of(
                "LAMBDA_RUNTIME_EXECUTOR", "process",
                "LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT", "90",
                "SFN_MOCK_CONFIG", folder.resolve("mocks.json").toString(),
                "TRUEPIPE_FUNCTION_ENV", folder.resolve("functions.json").toString(),
                "TRUEPIPE_JAVA", Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "TRUEPIPE_RIC_CLASSPATH", Stream.of(AWSLambda.class, LambdaRuntime.class, PojoSerializer.class)
                        .map(LocalStack::jar).map(Path::toString).distinct().collect(Collectors.joining(File.pathSeparator)),
                "TRUEPIPE_RIC_JNI", nativeLibrary(folder).toString()));
        LocalStack localStack = new LocalStack(URI.create("http://" + address), folder, builder.start());
        try {
            localStack.awaitReady();
        } catch (Exception | AssertionError e) {
            localStack.close();
            throw e;
        }
        return localStack;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Path jar(Class<?> of) {
        try {
            return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(of + " lies nowhere", e);
        }
    }

    /** The runtime interface client's native part. It would unpack it to one place for all processes, where they collide. */
    private static Path nativeLibrary(Path folder) throws IOException {
        String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64";
        Program.require(System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux"), "Linux", "the runtime interface client has a native part for Linux only");
        Path library = folder.resolve("aws-lambda-jni.so");
        try (InputStream in = AWSLambda.class.getResourceAsStream("/jni/libaws-lambda-jni.linux-" + machine + ".so")) {
            Files.copy(in, library, StandardCopyOption.REPLACE_EXISTING);
        }
        return library;
    }

    private void awaitReady() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest health = HttpRequest.newBuilder(endpoint.resolve("/_localstack/health")).timeout(Duration.ofSeconds(5)).build();
            await("LocalStack to answer", START, () -> {
                try {
                    return client.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200 ? Optional.of(true) : Optional.empty();
                } catch (IOException notYet) {
                    return Optional.empty();
                }
            });
        }
    }

    /** Something that is there sooner or later, or never. */
    interface Look<T> {
        Optional<T> look() throws Exception;
    }

    /**
     * Looks again and again.
     *
     * @throws AssertionError when time is up or LocalStack has ended, with the last lines of its log
     */
    <T> T await(String what, Duration most, Look<T> look) throws Exception {
        long end = System.nanoTime() + most.toNanos();
        while (true) {
            noteProcesses();
            if (process != null && !process.isAlive()) {
                throw new AssertionError("LocalStack ended with exit code " + process.exitValue() + " while the test waited for " + what + story());
            }
            Optional<T> found;
            try {
                found = look.look();
            } catch (software.amazon.awssdk.core.exception.SdkClientException e) {
                if (process != null && process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                    throw new AssertionError("LocalStack ended with exit code " + process.exitValue() + " while the test waited for " + what + story(), e);
                }
                throw e;
            }
            if (found.isPresent()) {
                return found.get();
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("waited " + most.toSeconds() + " s in vain for " + what + story());
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private void noteProcesses() {
        if (process != null) {
            processes.add(process.toHandle());
            process.descendants().forEach(processes::add);
        }
    }

    /** The end of its log. */
    String story() {
        if (process == null) {
            return "";
        }
        try {
            List<String> lines = Files.readAllLines(files.resolve("localstack.log"));
            return "\n--- LocalStack's log, last lines\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
        } catch (IOException e) {
            return "\n(its log cannot be read: " + e.getMessage() + ")";
        }
    }

    URI endpoint() {
        return endpoint;
    }

    /** What a tool needs to find it. */
    Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("AWS_ENDPOINT_URL", endpoint.toString());
        environment.put("AWS_ACCESS_KEY_ID", ACCOUNT);
        environment.put("AWS_SECRET_ACCESS_KEY", "test");
        environment.put("AWS_REGION", REGION);
        environment.put("AWS_DEFAULT_REGION", REGION);
        return environment;
    }

    /** Variables that functions get beside their own; those that run are started anew before their next event. */
    void functionEnvironment(Map<String, String> variables) throws IOException {
        replace("functions.json", Json.pretty(new LinkedHashMap<>(variables)));
    }

    /** Answers in place of services that LocalStack lacks. */
    void mocks(String json) throws IOException {
        replace("mocks.json", Json.pretty(Json.parse(json)));
    }

    private void replace(String name, byte[] content) throws IOException {
        Path part = Files.write(files.resolve(name + ".part"), content);
        Files.move(part, files.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Ends LocalStack as no service ends by itself. */
    void kill() {
        noteProcesses();
        process.destroyForcibly();
    }

    /** Every process of it that was seen. */
    Set<ProcessHandle> processes() {
        return Set.copyOf(processes);
    }

    @Override
    public void close() {
        if (process == null) {
            return;
        }
        noteProcesses();
        process.destroy();
        boolean slow = process.onExit().handle((_, failure) -> failure).completeOnTimeout(new TimeoutException(), STOP.toSeconds(), TimeUnit.SECONDS).join() != null;
        if (slow) {
            noteProcesses();
        }
        processes.forEach(ProcessHandle::destroyForcibly);
    }
}

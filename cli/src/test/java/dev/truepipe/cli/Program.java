package dev.truepipe.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Starts {@code ./truepipe} as a user does: the script, in a process of its own, from the project's folder.
 *
 * <p>Every process below it is noted while it runs, so that a test can ask whether any is left.
 */
final class Program {
    /** The project's folder. */
    static final Path ROOT = Path.of(System.getProperty("truepipe.root", "..")).toAbsolutePath().normalize();
    /** Where tests leave what they make. */
    static final Path WORK = ROOT.resolve("cli/target/it");

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration GRACE = Duration.ofSeconds(30);

    private static boolean prepared;

    private final List<String> command;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private Path folder = ROOT;
    private Duration limit = LIMIT;
    private Path input;
    private boolean weighed;

    private Program(List<String> command) {
        this.command = command;
    }

    static Program truepipe(String... arguments) {
        prepare();
        List<String> command = new ArrayList<>(List.of(ROOT.resolve("truepipe").toString()));
        command.addAll(List.of(arguments));
        return new Program(command);
    }

    static Program of(List<String> command) {
        prepare();
        return new Program(List.copyOf(command));
    }

    Program with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Starts in another folder than the project's. */
    Program in(Path folder) {
        this.folder = folder;
        return this;
    }

    /** May take longer than most. */
    Program within(Duration limit) {
        this.limit = limit;
        return this;
    }

    Program reading(Path file) {
        input = file;
        return this;
    }

    /** Also finds out how much memory all of its processes take together, which costs some time. */
    Program weighed() {
        weighed = true;
        return this;
    }

    /**
     * What came of a run.
     *
     * @param processes every process seen below the one that was started, and that one
     * @param peakKiB most memory that the process itself had resident, as Linux tells; 0 elsewhere
     * @param peakOfAllKiB most memory that it and every process below it had at one time, each shared page shared out among those
     *     that share it (PSS); -1 if it was not weighed, or where nothing tells
     */
    record Ended(List<String> command, int exit, String out, String err, Set<ProcessHandle> processes, long peakKiB, long peakOfAllKiB) {
        /** Standard output as one JSON document; a word before or after it fails. */
        JsonNode json() {
            return MAPPER.readerFor(JsonNode.class)
                    .with(tools.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readValue(out);
        }

        /** Fails if a process outlives the run by more than a moment. */
        void leavesNoProcess() throws Exception {
            for (ProcessHandle process : processes) {
                try {
                    process.onExit().get(GRACE.toSeconds(), TimeUnit.SECONDS);
                } catch (TimeoutException e) {
                    String what = process + " " + process.info().commandLine().orElse("");
                    process.destroyForcibly();
                    Assertions.fail("left behind by " + command + ": " + what, e);
                }
            }
        }

        @Override
        public String toString() {
            return command + " ended with " + exit + "\n--- standard output\n" + out + "\n--- standard error\n" + err;
        }
    }

    Ended run() throws IOException, InterruptedException {
        try (Running running = start()) {
            return running.ended();
        }
    }

    Running start() throws IOException {
        Files.createDirectories(WORK);
        Path out = Files.createTempFile(WORK, "out-", ".txt");
        Path err = Files.createTempFile(WORK, "err-", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.redirectInput(input == null ? ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()) : ProcessBuilder.Redirect.from(input.toFile()));
        // Maven of the outer build hands these on; a user's shell has none of them.
        builder.environment().keySet().removeIf(name -> name.startsWith("MAVEN_") || name.startsWith("AWS_"));
        builder.environment().putAll(environment);
        return new Running(command, builder.start(), out, err, limit, weighed);
    }

    /** A run under way. Closing ends whatever of it still lives. */
    record Running(List<String> command, Process process, Path out, Path err, Duration limit, Set<ProcessHandle> processes, AtomicLong peakKiB, Scales scales)
            implements AutoCloseable {
        private static final long LOOK_MILLIS = 50;

        Running(List<String> command, Process process, Path out, Path err, Duration limit, boolean weighed) {
            this(command, process, out, err, limit, new LinkedHashSet<>(Set.of(process.toHandle())), new AtomicLong(), weighed ? new Scales(process.toHandle()) : null);
        }

        /** Waits until standard error holds {@code words}; fails if the run ends before. */
        void awaitOnStandardError(String words) throws IOException, InterruptedException {
            Instant end = Instant.now().plus(limit);
            while (!Files.readString(err).contains(words)) {
                if (look()) {
                    Assertions.fail("ended before it said \"" + words + "\": " + ended());
                }
                if (Instant.now().isAfter(end)) {
                    Assertions.fail("never said \"" + words + "\": " + Files.readString(err));
                }
            }
        }

        Ended ended() throws IOException, InterruptedException {
            Instant end = Instant.now().plus(limit);
            while (!look()) {
                if (Instant.now().isAfter(end)) {
                    Assertions.fail(command + " has not ended after " + limit + ":\n" + Files.readString(err));
                }
            }
            return new Ended(command, process.exitValue(), Files.readString(out), Files.readString(err), Set.copyOf(processes), peakKiB.get(),
                    scales == null ? -1 : scales.peakKiB());
        }

        /** Notes the processes there are now. @return whether the first has ended */
        private boolean look() throws InterruptedException {
            process.descendants().forEach(processes::add);
            peakKiB.accumulateAndGet(resident(process.pid()), Math::max);
            if (scales != null) {
                scales.weigh();
            }
            return process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }

        private static long resident(long pid) {
            try (Stream<String> status = Files.lines(Path.of("/proc/" + pid + "/status"))) {
                return status.filter(line -> line.startsWith("VmHWM:")).map(line -> line.replaceAll("\\D", "")).mapToLong(Long::parseLong).findFirst().orElse(0);
            } catch (IOException | UncheckedIOException ended) {
                // The process has ended between two looks, or this is no Linux.
                return 0;
            }
        }

        @Override
        public void close() {
            processes.forEach(ProcessHandle::destroyForcibly);
        }
    }

    /**
     * An outside tool that a test needs. Absent, the test is skipped with the reason; with {@code CI=true} it fails instead.
     *
     * @param why what it is needed for
     */
    static void require(boolean there, String tool, String why) {
        if (there) {
            return;
        }
        String reason = tool + " is not to be had; " + why;
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(reason);
        }
        System.out.println("skipped: " + reason);
        Assumptions.abort(reason);
    }

    /** Whether a command can be started and ends with 0. */
    static boolean works(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                return process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0;
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException absent) {
            return false;
        }
    }

    static JsonNode parse(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    static JsonNode parse(String json) {
        return MAPPER.readTree(json);
    }

    /**
     * The build that runs this test has just packaged all that the script would build; it makes its caches now, once, as
     * on a user's first run.
     */
    private static synchronized void prepare() {
        if (prepared) {
            return;
        }
        try {
            Path program = ROOT.resolve("cli/target/truepipe-cli-0.1.0.jar");
            if (!Files.isRegularFile(program)) {
                Assertions.fail("cli is not packaged; run this test with ./mvnw verify");
            }
            Files.setLastModifiedTime(program, FileTime.from(Instant.now()));
            prepared = true;
            for (List<String> first : List.of(List.of("--version"), List.of("demo", "--help"))) {
                Ended ended = truepipe(first.toArray(new String[0])).run();
                Assertions.assertEquals(0, ended.exit(), ended::toString);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the program's jar cannot be touched", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the program was prepared", e);
        }
    }
}

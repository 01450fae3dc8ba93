package dev.truepipe.bench;

import dev.truepipe.json.Json;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Starts processes, measures them, and leaves none behind, even if the bench is stopped. */
final class Processes {
    private final Path home;
    private final String python;
    private final Path work;
    private final Set<Process> running = ConcurrentHashMap.newKeySet();

    /** @param python the interpreter that measures
     *  @param work for what processes print */
    Processes(Path home, String python, Path work) {
        this.home = home;
        this.python = python;
        this.work = work;
        Runtime.getRuntime().addShutdownHook(new Thread(() -> running.forEach(Processes::end), "stop"));
    }

    /**
     * Runs a command to its end.
     *
     * @param cores 0: wherever the system likes; 1: the last core; else the first so many
     * @param exits the codes that are fine
     * @throws BenchFailure if it ends otherwise
     */
    Measurement measure(List<String> command, int cores, Set<Integer> exits) throws IOException, InterruptedException {
        Path took = work.resolve("took.json");
        Path out = work.resolve("out.txt");
        Path errors = work.resolve("errors.txt");
        List<String> line = new ArrayList<>(List.of(python, home.resolve("bench/contestants/measure.py").toString(), took.toString()));
        if (cores > 0) {
            line.addAll(List.of("taskset", "-c", cores == 1 ? Integer.toString(Machine.CORES - 1) : "0-" + (cores - 1)));
        }
        line.addAll(command);
        Files.deleteIfExists(took);
        Process process = new ProcessBuilder(line).directory(home.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(out.toFile()).redirectError(errors.toFile()).start();
        running.add(process);
        try {
            process.waitFor();
        } finally {
            end(process);
            running.remove(process);
        }
        if (!Files.exists(took)) {
            throw new BenchFailure("cannot measure " + String.join(" ", command) + ": " + tail(errors));
        }
        Map<String, Object> json = Json.parseObject(Files.readAllBytes(took));
        int exit = ((Number) json.get("exit")).intValue();
        if (!exits.contains(exit)) {
            throw new BenchFailure("ended with " + exit + ": " + String.join(" ", command) + "\n" + tail(errors) + tail(out));
        }
        return new Measurement(((Number) json.get("wall")).doubleValue(), ((Number) json.get("cpu")).doubleValue(),
                ((Number) json.get("peak")).longValue(), Files.readString(out));
    }

    /** What a short command prints; {@code null} if it cannot be started or does not end with 0. */
    static String output(List<String> command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? out.strip() : null;
        } catch (IOException absent) {
            return null;
        }
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    private static String tail(Path file) throws IOException {
        String text = Files.exists(file) ? Files.readString(file) : "";
        return text.substring(Math.max(0, text.length() - 2_000));
    }
}

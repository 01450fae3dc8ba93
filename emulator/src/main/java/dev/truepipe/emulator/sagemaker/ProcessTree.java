package dev.truepipe.emulator.sagemaker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A container's process and everything it started.
 *
 * <p>A container's end takes all its processes along. Here a child outlives its parent and is then nobody's descendant;
 * on Linux it is found by a variable that it inherited and that only this container's processes have.
 */
final class ProcessTree {
    private static final String VARIABLE = "TRUEPIPE_CONTAINER";
    private static final Path PROC = Path.of("/proc");

    private final String mark = UUID.randomUUID().toString();
    private Process process;
    private ProcessGuard guard;

    /**
     * Starts the container's first process, with the variable added to its environment, and guarded. A terminal's Ctrl-C
     * goes to every process that was started from it, and a container's processes would not get it: so they ignore it.
     *
     * @param last what the guard runs before it kills; empty for nothing
     * @throws IOException if there is no such program
     */
    Process start(ProcessBuilder builder, List<String> last) throws IOException {
        builder.environment().put(VARIABLE, mark);
        List<String> command = new ArrayList<>(List.of("sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh"));
        command.add(program(builder));
        command.addAll(builder.command().subList(1, builder.command().size()));
        builder.command(command);
        guard = new ProcessGuard(VARIABLE + "=" + mark, last);
        try {
            process = builder.start();
            guard.watch(process.pid());
            return process;
        } catch (IOException e) {
            kill();
            throw e;
        }
    }

    /** Found now, for a shell that does not find it would tell only the log. */
    private static String program(ProcessBuilder builder) throws IOException {
        String name = builder.command().getFirst();
        if (name.contains("/")) {
            Path file = builder.directory().toPath().resolve(name);
            if (!Files.isExecutable(file) || Files.isDirectory(file)) {
                throw new IOException("there is no program " + file + (Files.isRegularFile(file) ? ": the file is not executable" : ""));
            }
            return file.toString();
        }
        String path = builder.environment().getOrDefault("PATH", "");
        if (isOnPath(name, path, builder.directory().toPath())) {
            return name;
        }
        throw new IOException("there is no program " + name + " on PATH (" + path + ")");
    }

    /** @param directory where it would be started, which an empty or relative part of the path goes by */
    static boolean isOnPath(String program, String path, Path directory) {
        for (String folder : path.split(":")) {
            Path file = directory.resolve(folder.isEmpty() ? "." : folder).resolve(program);
            if (Files.isExecutable(file) && !Files.isDirectory(file)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Kills all of them and waits until they are gone. Looks again until none is found, for they may be starting others,
     * and at least each tenth of a second: an orphan that is dead but that nobody buries never "exits".
     */
    void kill() {
        if (process != null) {
            killAll();
        }
        if (guard != null) {
            guard.close();
        }
    }

    private void killAll() {
        List<ProcessHandle> found = find();
        while (!found.isEmpty()) {
            found.forEach(ProcessHandle::destroyForcibly);
            CompletableFuture.allOf(found.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new))
                    .completeOnTimeout(null, 100, TimeUnit.MILLISECONDS)
                    .join();
            found = find();
        }
    }

    private List<ProcessHandle> find() {
        List<ProcessHandle> found = new ArrayList<>(process.descendants().toList());
        if (process.isAlive()) {
            found.add(process.toHandle());
        }
        if (Files.isDirectory(PROC.resolve("self"))) {
            long self = ProcessHandle.current().pid();
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
                for (Path entry : entries) {
                    long pid = Long.parseLong(entry.getFileName().toString());
                    if (pid != self && isMarked(entry)) {
                        ProcessHandle.of(pid)
                                .filter(ProcessHandle::isAlive)
                                .filter(handle -> !found.contains(handle))
                                .ifPresent(found::add);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot list " + PROC, e);
            }
        }
        return found;
    }

    private boolean isMarked(Path entry) {
        String environment;
        try {
            environment = Files.readString(entry.resolve("environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return false; // gone meanwhile, or another user's: not one of ours
        }
        return List.of(environment.split("\0")).contains(VARIABLE + "=" + mark);
    }
}

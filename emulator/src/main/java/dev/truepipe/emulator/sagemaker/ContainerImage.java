package dev.truepipe.emulator.sagemaker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * An image to run a training program in, as SageMaker does, by Docker or Podman as they are called from a shell.
 *
 * <p>The engine must run on this machine itself, or a pipe made here is none there: so not on macOS, where it runs in a virtual machine.
 *
 * @param engine program, {@code docker} or {@code podman}
 * @param name as the engine takes it; one that is not there is pulled by the engine
 */
public record ContainerImage(String engine, String name) {
    /** With which both engines end when it is they who could not run it. */
    static final int ENGINE_FAILED = 125;

    /** Where SageMaker's containers find their folder. */
    static final String ROOT = "/opt/ml";

    private static final List<String> ENGINES = List.of("docker", "podman");
    private static final long MOST_SECONDS = 60;

    /**
     * The image, in the first engine that answers.
     *
     * @param environment of this process: where programs are, and the engine
     * @throws IOException if none does, with what each said
     */
    public static ContainerImage of(String name, Map<String, String> environment) throws IOException, InterruptedException {
        if (System.getProperty("os.name").startsWith("Mac")) {
            throw new IOException("on macOS containers run in a virtual machine, and a pipe of this machine is none there");
        }
        List<String> said = new ArrayList<>();
        for (String engine : ENGINES) {
            if (!ProcessTree.isOnPath(engine, environment.getOrDefault("PATH", ""), Path.of(""))) {
                said.add("no " + engine + " on PATH");
                continue;
            }
            Answer answer = ask(List.of(engine, "version"));
            if (answer.exit() == 0) {
                return new ContainerImage(engine, name);
            }
            said.add(engine + " does not answer (" + answer.lastLine() + ")");
        }
        throw new IOException(String.join(", ", said));
    }

    /**
     * The command that runs it, in the foreground, and hands signals on to its first process.
     *
     * @param container its name; of no other
     * @param host its host name
     * @param root becomes {@value #ROOT}
     * @param environment what it sees, beside what the image sets
     */
    List<String> run(String container, String host, Path root, Map<String, String> environment, List<String> arguments) {
        // Where SELinux rules, a folder of this machine is closed to containers unless it is labeled anew, for good; this asks for none.
        List<String> command = new ArrayList<>(List.of(engine, "run", "--rm", "--name", container, "--hostname", host, "--security-opt", "label=disable",
                "--mount", "type=bind,source=" + root + ",target=" + ROOT));
        new TreeMap<>(environment).forEach((variable, value) -> command.addAll(List.of("--env", variable + "=" + value)));
        command.add(name);
        command.addAll(arguments);
        return command;
    }

    /** The command that ends a container at once, if it is there. */
    List<String> removal(String container) {
        // Docker kills what it is to remove; Podman would first ask it to end, for ten seconds.
        return engine.equals("podman") ? List.of(engine, "rm", "--force", "--time", "0", container) : List.of(engine, "rm", "--force", container);
    }

    /** Ends a container at once; fine if it is not there. @throws IOException if it is there afterwards */
    void remove(String container) throws IOException, InterruptedException {
        Answer removed = ask(removal(container)); // fails in some versions where there is none
        Answer left = ask(List.of(engine, "ps", "--all", "--quiet", "--filter", "name=" + container));
        if (left.exit() != 0 || !left.text().isBlank()) {
            throw new IOException("the container " + container + " could not be removed (" + (left.exit() == 0 ? removed : left).lastLine() + "): "
                    + String.join(" ", removal(container)));
        }
    }

    private record Answer(int exit, String text) {
        String lastLine() {
            String[] lines = text.strip().split("\n");
            return lines[lines.length - 1].isBlank() ? "exit code " + exit : lines[lines.length - 1];
        }
    }

    private static Answer ask(List<String> command) throws IOException, InterruptedException {
        Path said = Files.createTempFile("truepipe-engine", null);
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
            process.getOutputStream().close();
            try {
                if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
                    throw new IOException(String.join(" ", command) + " takes longer than " + MOST_SECONDS + " s");
                }
            } finally {
                process.destroyForcibly();
            }
            return new Answer(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
        } finally {
            Files.delete(said);
        }
    }
}

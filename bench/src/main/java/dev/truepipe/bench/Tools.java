package dev.truepipe.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Programs of this machine that contestants need, and what is missing. */
final class Tools {
    private final Path home;
    private final Path work;
    private final String python;
    private final Map<String, String> versions = new LinkedHashMap<>();

    /** @throws BenchFailure if what measures is missing */
    Tools(Path home, Path work) throws InterruptedException {
        this.home = home;
        this.work = work;
        // The interpreter itself, not a script that looks for one each time.
        this.python = Processes.output(List.of("python3", "-c", "import sys; print(sys.executable)"));
        if (python == null) {
            throw new BenchFailure("no python3 on PATH, which measures processes; install Python 3.9 or newer");
        }
        if (Processes.output(List.of("taskset", "--version")) == null) {
            throw new BenchFailure("no taskset on PATH, which pins processes to cores; install util-linux, on Linux");
        }
        versions.put("Python", Processes.output(List.of(python, "-c", "import platform; print(platform.python_version())")));
    }

    String python() {
        return python;
    }

    /** What was found so far. */
    Map<String, String> versions() {
        return versions;
    }

    /** Something made, or why it could not be. */
    record Found(Path path, String absent) {}

    /** Compiles a C program of the bench. */
    Found compiled(String name) throws IOException, InterruptedException {
        String compiler = Processes.output(List.of("cc", "--version"));
        if (compiler == null) {
            return new Found(null, "no cc on PATH; install a C compiler (on Debian: gcc libc6-dev)");
        }
        versions.put("C compiler", compiler.lines().findFirst().orElse("cc") + ", -O2");
        Path program = Files.createDirectories(work.resolve("programs")).resolve(name);
        String source = home.resolve("bench/contestants/" + name + ".c").toString();
        if (Processes.output(List.of("cc", "-O2", "-o", program.toString(), source)) == null) {
            return new Found(null, "cc cannot compile " + source + "; try it by hand");
        }
        return new Found(program, null);
    }

    /** A Python with DuckDB in it: downloaded once. */
    Found duckDb() throws IOException, InterruptedException {
        return withLibrary("venv", "duckdb", "DuckDB");
    }

    /** A Python with pycocotools in it: downloaded once. */
    Found pycocotools() throws IOException, InterruptedException {
        return withLibrary("venv-coco", "pycocotools", "pycocotools");
    }

    private Found withLibrary(String environment, String library, String name) throws IOException, InterruptedException {
        Path folder = work.resolve(environment);
        String interpreter = folder.resolve("bin/python").toString();
        List<String> ask = List.of(interpreter, "-c", "import " + library + ", importlib.metadata as m; print(m.version('" + library + "'))");
        String version = Files.exists(folder) ? Processes.output(ask) : null;
        if (version == null) {
            if (Processes.output(List.of(python, "-m", "venv", "--clear", folder.toString())) == null) {
                return new Found(null, python + " -m venv fails; install its venv module (on Debian: python3-venv)");
            }
            Process process = new ProcessBuilder(interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", library)
                    .redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                return new Found(null, "pip install " + library + " fails: " + said.lines().reduce((_, last) -> last).orElse("no reason given"));
            }
            version = Processes.output(ask);
        }
        if (version == null) {
            return new Found(null, name + " is installed in " + folder + " and cannot be imported; delete that folder and try again");
        }
        versions.put(name, version);
        return new Found(Path.of(interpreter), null);
    }
}

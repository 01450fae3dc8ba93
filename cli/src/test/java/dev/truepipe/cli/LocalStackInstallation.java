package dev.truepipe.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;

/**
 * LocalStack from PyPI, without Docker, with what {@code src/test/resources/localstack} adds to it: installed once for a user,
 * in a folder of the user's cache, and anew only when something about it changes.
 *
 * <p>4.14.0 is the last version that wants no token, and gets no fixes any more; its dependencies are those of its own time, since newer
 * ones break it. It needs CPython 3.13.
 */
final class LocalStackInstallation {
    private static final String VERSION = "4.14.0";
    private static final String DEPENDENCIES_BEFORE = "2026-03-05";
    private static final int INSTALL_MINUTES = 10;
    private static final String PYTHON = "3.13";

    private final Path home;

    private LocalStackInstallation(Path home) {
        this.home = home;
    }

    /** Finds or makes the installation. Without a CPython 3.13 the test that asks is skipped, with the reason. */
    static LocalStackInstallation require() throws IOException, InterruptedException {
        Optional<String> interpreter = python();
        Program.require(interpreter.isPresent(), "CPython " + PYTHON, "LocalStack " + VERSION + " runs on it: install it, or let pyenv do so (pyenv install "
                + PYTHON + ")");
        String caches = System.getenv("XDG_CACHE_HOME");
        Path home = (caches == null || caches.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(caches))
                .resolve("truepipe/localstack-" + VERSION);
        Files.createDirectories(home);
        LocalStackInstallation installation = new LocalStackInstallation(home);
        // Two builds of one user at a time: the second waits for the first's installation.
        try (FileChannel file = FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE); FileLock _ = file.lock()) {
            installation.complete(interpreter.orElseThrow());
        }
        return installation;
    }

    /** Its Python. */
    Path interpreter() {
        return home.resolve("venv/bin/python");
    }

    private void complete(String interpreter) throws IOException, InterruptedException {
        Path ours = Program.ROOT.resolve("cli/src/test/resources/localstack");
        String wanted = VERSION + " " + DEPENDENCIES_BEFORE + " " + digest(ours);
        Path installed = home.resolve("installed");
        if (Files.exists(installed) && Files.readString(installed).equals(wanted) && Program.works(interpreter().toString(), "--version")) {
            return;
        }
        Files.deleteIfExists(installed);
        String uv = home.resolve("uv/bin/uv").toString();
        run(List.of(interpreter, "-m", "venv", "--clear", home.resolve("uv").toString()));
        run(List.of(home.resolve("uv/bin/python").toString(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"));
        run(List.of(uv, "venv", "--quiet", "--clear", "--python", interpreter, home.resolve("venv").toString()));
        run(List.of(uv, "pip", "install", "--quiet", "--python", interpreter().toString(), "--exclude-newer", DEPENDENCIES_BEFORE,
                "localstack-core[runtime]==" + VERSION, "setuptools"));
        Path copy = home.resolve("package");
        copy(ours, copy);
        run(List.of(uv, "pip", "install", "--quiet", "--python", interpreter().toString(), "--no-deps", "--no-build-isolation", "--reinstall", copy.toString()));
        Files.writeString(installed, wanted);
    }

    private static Optional<String> python() throws IOException, InterruptedException {
        if (Program.works("python" + PYTHON, "-c", "import venv")) {
            return Optional.of("python" + PYTHON);
        }
        String root = System.getenv("PYENV_ROOT");
        Path versions = (root == null ? Path.of(System.getProperty("user.home"), ".pyenv") : Path.of(root)).resolve("versions");
        if (!Files.isDirectory(versions)) {
            return Optional.empty();
        }
        try (Stream<Path> folders = Files.list(versions)) {
            for (Path folder : folders.filter(folder -> folder.getFileName().toString().startsWith(PYTHON + ".")).sorted(Comparator.reverseOrder()).toList()) {
                String candidate = folder.resolve("bin/python3").toString();
                if (Program.works(candidate, "-c", "import venv")) {
                    return Optional.of(candidate);
                }
            }
        }
        return Optional.empty();
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        Path log = home.resolve("install.log");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            boolean ended = process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES);
            if (!ended || process.exitValue() != 0) {
                Assertions.fail((ended ? "exit code " + process.exitValue() : "not done after " + INSTALL_MINUTES + " minutes") + ": "
                        + String.join(" ", command) + "\n" + Files.readString(log));
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static String digest(Path folder) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files(folder)) {
                digest.update((folder.relativize(file) + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path file : files(from)) {
            Path target = to.resolve(from.relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.write(target, Files.readAllBytes(file));
        }
    }

    /** The package's own files; Python leaves others beside them. */
    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().matches(".*\\.(py|toml)")).sorted().toList();
        }
    }
}

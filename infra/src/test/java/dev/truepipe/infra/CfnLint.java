package dev.truepipe.infra;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/**
 * cfn-lint from PyPI, which knows CloudFormation's own schemas and what they do not say: installed once for a user, in a folder of the
 * user's cache. The npm package of that name is another tool.
 */
final class CfnLint {
    private static final String VERSION = "1.51.0";
    private static final int MINUTES = 10;

    private final Path home;

    private CfnLint(Path home) {
        this.home = home;
    }

    /** Finds or makes the installation. Without Python, or a registry that can be reached, the test that asks is skipped, with the reason. */
    static CfnLint require() throws IOException, InterruptedException {
        Tools.requirePython();
        String caches = System.getenv("XDG_CACHE_HOME");
        Path home = (caches == null || caches.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(caches)).resolve("truepipe/cfn-lint-" + VERSION);
        Files.createDirectories(home);
        CfnLint installation = new CfnLint(home);
        // Two builds of one user at a time: the second waits for the first's installation.
        try (FileChannel file = FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE); FileLock _ = file.lock()) {
            installation.complete();
        }
        return installation;
    }

    private void complete() throws IOException, InterruptedException {
        Path installed = home.resolve("installed");
        if (Files.exists(installed) && Tools.runs(python(), "--version")) {
            return;
        }
        Files.deleteIfExists(installed);
        Ended ended = run(List.of("python3", "-m", "venv", "--clear", home.resolve("venv").toString()));
        if (ended.exit() == 0) {
            ended = run(List.of(python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "cfn-lint==" + VERSION));
        }
        if (ended.exit() != 0) {
            Tools.absent("cfn-lint " + VERSION + " cannot be installed: " + ended.output().strip());
        }
        Files.writeString(installed, VERSION);
    }

    private String python() {
        return home.resolve("venv/bin/python").toString();
    }

    /** @param rule such as {@code W3005} @param template name of the file */
    record Finding(String rule, String template, String message, String path) {}

    /** Everything it has to say of these templates, in one process. */
    List<Finding> findings(List<Path> templates) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(home.resolve("venv/bin/cfn-lint").toString(), "--format", "json"));
        templates.forEach(template -> command.add(template.toString()));
        Ended ended = run(command);
        // Bits of its exit code: 2 errors, 4 warnings, 8 hints; 1 is a failure of its own, which prints no list.
        Object found;
        try {
            found = Json.parse(ended.output());
        } catch (IOException e) {
            throw new AssertionError("cfn-lint ended with " + ended.exit() + " and no findings: " + ended.output(), e);
        }
        List<Finding> findings = new ArrayList<>();
        for (Object each : Json.array(found)) {
            Map<String, Object> finding = Json.object(each);
            findings.add(new Finding((String) Json.object(finding.get("Rule")).get("Id"), Path.of((String) finding.get("Filename")).getFileName().toString(),
                    (String) finding.get("Message"), Json.text(Json.object(finding.get("Location")).get("Path"))));
        }
        return findings;
    }

    private record Ended(int exit, String output) {}

    private Ended run(List<String> command) throws IOException, InterruptedException {
        Path log = Files.createTempFile(home, "run", ".log");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
                Assertions.fail("not done after " + MINUTES + " minutes: " + String.join(" ", command) + "\n" + Files.readString(log));
            }
            return new Ended(process.exitValue(), Files.readString(log));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Files.delete(log);
        }
    }
}

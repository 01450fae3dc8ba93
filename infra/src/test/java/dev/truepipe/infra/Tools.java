package dev.truepipe.infra;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Outside tools that tests need: absent, the test is skipped with the reason; with {@code CI=true} it fails instead. */
final class Tools {
    private Tools() {}

    /** CDK's constructs run in Node. */
    static void requireNode() {
        require("node", "CDK's constructs run in it: install Node 20 or newer");
    }

    static void requireNpx() {
        require("npx", "it starts the CDK command line: install Node 20 or newer, with npm");
    }

    static void requirePython() {
        if (!runs("python3", "-c", "import ensurepip, venv")) {
            absent("python3 with venv is not on PATH; cfn-lint runs on it: install Python 3.10 or newer");
        }
    }

    private static void require(String tool, String why) {
        if (!runs(tool, "--version")) {
            absent(tool + " is not on PATH; " + why);
        }
    }

    /** Skips the test with the reason; in CI, where everything must run, fails it. */
    static void absent(String reason) {
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(reason);
        }
        System.out.println("skipped: " + reason);
        Assumptions.abort(reason);
    }

    static boolean runs(String... command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            try {
                return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while asking for " + command[0], e);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException absent) {
            return false;
        }
    }
}

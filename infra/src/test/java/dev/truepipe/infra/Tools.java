package dev.truepipe.infra;

import java.io.IOException;
import java.util.List;
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

    private static void require(String tool, String why) {
        if (runs(tool)) {
            return;
        }
        String reason = tool + " is not on PATH; " + why;
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(reason);
        }
        System.out.println("skipped: " + reason);
        Assumptions.abort(reason);
    }

    private static boolean runs(String tool) {
        try {
            Process process = new ProcessBuilder(List.of(tool, "--version"))
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            try {
                return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while asking for " + tool, e);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException absent) {
            return false;
        }
    }
}

package dev.truepipe.emulator.states;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second opinion on the state machine's form, by the npm package asl-validator; and what no validator looks for. */
class AslValidatorTest {
    private static final String VALIDATOR = "asl-validator@4.0.0";

    @Test
    void findsNoFaultInTheStateMachine(@TempDir Path folder) throws Exception {
        Result result = validate(folder, Retraining.FILE);
        assertEquals(0, result.exit, result.output);
    }

    /** The validator would see a fault if there were one. */
    @Test
    void findsAFaultThatIsPlanted(@TempDir Path folder) throws Exception {
        Path planted = folder.resolve("planted.asl.json");
        Files.writeString(planted, Retraining.text().replaceFirst("\"Next\": \"Settle\"", "\"Next\": \"Nowhere\""));
        Result result = validate(folder, planted);
        assertTrue(result.exit != 0 && result.output.contains("Nowhere"), result.output);
    }

    /** LocalStack's grammar refuses these; and JSONPath must not creep in. */
    @Test
    void keepsToWhatEveryToolReads() throws IOException {
        String text = Retraining.text();
        for (String field : new String[] {"ToleratedFailure", "ResultWriter", "JSONPath", "\"Parameters\"", "ResultPath", "States.Format", "$eval"}) {
            assertFalse(text.contains(field), field);
        }
    }

    @Test
    void tellsOperatorsWhatEachStateIsFor() throws IOException {
        uncommented(Json.object(Retraining.document().get("States")));
    }

    private static void uncommented(Map<String, Object> states) {
        states.forEach((name, state) -> {
            Map<String, Object> fields = Json.object(state);
            assertTrue(fields.get("Comment") instanceof String comment && comment.length() > 15, () -> "state " + name + " has no Comment");
            if (fields.get("ItemProcessor") instanceof Map<?, ?> processor) {
                uncommented(Json.object(processor.get("States")));
            }
        });
    }

    /** The examples are what the intake writes: they run. */
    @Test
    void startsFromEachExampleInput() throws Exception {
        TreeSet<String> seen = new TreeSet<>();
        try (var files = Files.list(Retraining.FILE.resolveSibling("examples"))) {
            for (Path file : files.toList()) {
                Map<String, Object> input = Json.parseObject(Files.readAllBytes(file));
                assertEquals(new TreeSet<>(java.util.Set.of("dataset", "force", "settleSeconds", "arrival")), new TreeSet<>(input.keySet()), file.toString());
                try (Retraining retraining = new Retraining()) {
                    String arn = (String) retraining.service.call("StartExecution",
                            Map.of("stateMachineArn", retraining.machine.arn(), "input", Json.text(input))).get("executionArn");
                    assertEquals("SUCCEEDED", retraining.await(arn).status(), file.toString());
                }
                seen.add(file.getFileName().toString());
            }
        }
        assertTrue(seen.size() >= 3, seen.toString());
    }

    private record Result(int exit, String output) {}

    private static Result validate(Path folder, Path definition) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder("npx", "--yes", VALIDATOR, "--no-arn-check", "--json-path", definition.toString())
                    .directory(folder.toFile()).redirectErrorStream(true).start();
        } catch (IOException e) {
            return absent("npx is not there (" + e.getMessage() + "); install Node.js");
        }
        process.getOutputStream().close();
        String output;
        try (InputStream out = process.getInputStream()) {
            // Read on a thread of its own, so that a validator that hangs is killed and not waited for.
            var reading = java.util.concurrent.CompletableFuture.supplyAsync(() -> read(out));
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                return absent("npx " + VALIDATOR + " did not end within two minutes; is the registry in reach?");
            }
            output = reading.join();
        }
        if (process.exitValue() != 0 && Pattern.compile("npm (ERR!|error)").matcher(output).find()) {
            return absent("npx cannot fetch " + VALIDATOR + ": " + output.strip());
        }
        return new Result(process.exitValue(), output);
    }

    private static String read(InputStream out) {
        try {
            return new String(out.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Skips with the reason on a laptop; fails in CI, where it must run. */
    private static Result absent(String why) {
        if ("true".equals(System.getenv("CI"))) {
            fail(why);
        }
        System.out.println("skipped: " + why);
        return abort(why);
    }
}

package dev.truepipe.infra;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A CDK app as {@code cdk.json} starts it: a process of its own, the validator on and strict, no credentials.
 *
 * @param output what it said, on either stream
 */
record Synthesis(int exit, String output) {

    /**
     * Runs it; the assembly comes to lie in {@code cdk.out} of the folder.
     *
     * @param context beside that of {@code cdk.json}
     */
    static Synthesis of(Class<?> app, Path folder, Map<String, Object> context) throws IOException, InterruptedException {
        return of(app, folder, context, true);
    }

    /** @param validated whether the validator is on, which takes most of the time */
    static Synthesis of(Class<?> app, Path folder, Map<String, Object> context, boolean validated) throws IOException, InterruptedException {
        Map<String, Object> all = new LinkedHashMap<>(Json.object(Json.parseObject(Files.readAllBytes(Stacks.ROOT.resolve("cdk.json"))).get("context")));
        all.putAll(context);
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Dtruepipe.root=" + Stacks.ROOT,
                "-classpath", System.getProperty("java.class.path"), app.getName()))
                .directory(folder.toFile()).redirectErrorStream(true).redirectOutput(output.toFile());
        if (validated) {
            builder.environment().remove("CDK_VALIDATION");
        } else {
            builder.environment().put("CDK_VALIDATION", "false");
        }
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_"));
        builder.environment().put("CDK_OUTDIR", "cdk.out");
        builder.environment().put("CDK_CONTEXT_JSON", Json.text(all));
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(10, TimeUnit.MINUTES), "synthesis takes more than 10 minutes");
            return new Synthesis(process.exitValue(), Files.readString(output));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}

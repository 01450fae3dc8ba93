package dev.truepipe.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.truepipe.json.Json;
import dev.truepipe.run.Executions;
import dev.truepipe.settings.Settings;
import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Runs of one dataset in a store of this process: handlers one after the other, as the state machine calls them. */
abstract class RunFixture {
    static final Instant NOW = Instant.parse("2026-05-02T10:00:00Z");
    static final String MACHINE = "arn:aws:states:eu-west-1:111122223333:execution:Retraining:";

    /** When what is put is put. */
    Instant written = NOW.minus(Duration.ofHours(1));
    Instant now = NOW;
    final InMemoryObjectStore store = new InMemoryObjectStore(() -> written);
    /** How executions ended; those that are not named run. */
    final Map<String, Executions.Status> ended = new HashMap<>();
    /** Compiled; may be changed. */
    final Map<String, Object> settings = TestSettings.json("s3://labels/street/");

    /** What a handler asks Lambda. */
    Context context() {
        return null;
    }

    Map<String, Object> plan(String name, boolean force, int settles) {
        Map<String, Object> payload = run(name);
        payload.remove("run");
        payload.put("force", force);
        payload.put("settles", settles);
        Supplier<Settings> current = () -> {
            try {
                return Settings.fromJson(Json.bytes(settings));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        };
        Executions executions = arn -> ended.getOrDefault(arn, Executions.Status.RUNNING);
        return handle(new PlanDatasetHandler("work", current, store, executions, clock()), payload);
    }

    Map<String, Object> scanAndDecide(String name) throws IOException {
        for (Map<String, Object> chunk : chunks(name)) {
            Map<String, Object> payload = run(name);
            payload.put("chunk", chunk);
            assertEquals(Map.of("changed", 0L), handle(new ScanChunkHandler(store), payload));
        }
        return handle(new DecideDatasetHandler(store, "eu-west-1", clock()), run(name));
    }

    List<Map<String, Object>> chunks(String name) throws IOException {
        return chunks(S3Uri.parse("s3://work/runs/street-cars/" + name + "/chunks.json"));
    }

    List<Map<String, Object>> chunks(S3Uri list) throws IOException {
        return Json.array(Json.parse(store.bytes(list))).stream().map(Json::object).toList();
    }

    static Map<String, Object> run(String name) {
        Map<String, Object> payload = new LinkedHashMap<>();
        payload.put("dataset", "street-cars");
        payload.put("execution", MACHINE + name);
        payload.put("executionName", name);
        payload.put("run", Map.of("bucket", "work", "prefix", "runs/street-cars/" + name + "/"));
        return payload;
    }

    /** Through the serialiser that Lambda's runtime uses, in both directions. */
    Map<String, Object> handle(RequestHandler<Map<String, Object>, Map<String, Object>> handler, Map<String, Object> payload) {
        return Serialized.output(handler.handleRequest(Serialized.input(payload), context()));
    }

    Clock clock() {
        return Clock.fixed(now, ZoneOffset.UTC);
    }

    Map<String, Object> dataset() {
        return Json.object(Json.array(settings.get("datasets")).getFirst());
    }

    String text(S3Uri uri) {
        return new String(store.bytes(uri), StandardCharsets.UTF_8);
    }

    List<String> lines(S3Uri uri) {
        return text(uri).lines().toList();
    }
}

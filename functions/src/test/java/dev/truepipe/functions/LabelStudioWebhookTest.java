package dev.truepipe.functions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import dev.truepipe.json.Json;
import dev.truepipe.settings.Settings;
import dev.truepipe.workload.Messages;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of Label Studio, as Lambda's runtime reads them from a function URL, in this process. */
class LabelStudioWebhookTest {
    private static final String SECRET = "correct horse battery staple";

    private final List<String> sent = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private RuntimeException failure;
    private Instant now = Instant.parse("2026-05-01T00:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "ANNOTATION_CREATED,  10, 10,  12, 202",
        "ANNOTATION_UPDATED,  10, 10,  12, 202",
        "ANNOTATIONS_CREATED, 10, 11,  12, 202",
        "PROJECT_UPDATED,     10, 10,  12, 202",
        "ANNOTATION_CREATED,  10,  9,  12, 204",
        "ANNOTATION_CREATED,   0,  0,   0, 204",
        "ANNOTATION_CREATED,  90, 49,  50, 202",
        "ANNOTATION_CREATED,  90, 49, 100, 202",
        "ANNOTATION_CREATED,  90, 49,  49, 204",
        "ANNOTATION_CREATED,  90, 49,  51, 204",
        "ANNOTATION_UPDATED,  90, 49,  50, 204",
        "PROJECT_UPDATED,     90, 49,  50, 204",
        "ANNOTATIONS_DELETED, 10, 10,  50, 204",
        "TASKS_CREATED,       10, 10,  50, 204",
        "SOMETHING_NEW,       10, 10,  50, 204",
    })
    void aFinishedProjectAndEveryFiftiethAnnotationAreAnArrival(String action, int tasks, int finished, int annotations, int status) {
        assertEquals(status, call("/street-cars", SECRET, event(action, tasks, finished, annotations)).getStatusCode());
        assertEquals(status == 202 ? List.of(Messages.trigger("street-cars", "label-studio-1777593600", false)) : List.of(), sent, "what truepipe trigger sends");
    }

    /** One call may tell of many at once, and the fiftieth be among them. */
    @ParameterizedTest
    @CsvSource({"52, 3, 202", "52, 2, 204", "150, 120, 202", "49, 49, 204", "60, 1000, 202"})
    void countsAllThatOneCallTellsOf(int annotations, int created, int status) {
        Map<String, Object> event = event("ANNOTATIONS_CREATED", 90, 3, annotations);
        event.put("annotation", java.util.Collections.nCopies(created, Map.of("id", 1)));
        assertEquals(status, call("/street-cars", SECRET, event).getStatusCode());
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
        "/street-cars, -",
        "/street-cars, ''",
        "/street-cars, wrong",
        "/street-cars, correct horse battery stapl",
        "/street-cars, correct horse battery staple!",
        "/street-cars, Correct horse battery staple",
        "/no-such, correct horse battery staple",
        "/silent, correct horse battery staple",
        "/, correct horse battery staple",
        "-, correct horse battery staple",
        "/street-cars/, correct horse battery staple",
    })
    void aStrangerHearsNothing(String path, String secret) throws IOException {
        List<Map<String, Object>> lines = Printed.by(() -> {
            APIGatewayV2HTTPResponse answer = call(path, secret, event("PROJECT_UPDATED", 10, 10, 12));
            assertEquals(401, answer.getStatusCode());
            assertEquals("", answer.getBody());
        });
        assertEquals(List.of(), sent);
        assertFalse(lines.toString().contains("battery"), "no secret is in the log: " + lines);
    }

    @Test
    void aBodyInBase64IsRead() {
        APIGatewayV2HTTPEvent event = request("/street-cars", SECRET, "");
        event.setIsBase64Encoded(true);
        event.setBody(Base64.getEncoder().encodeToString(Json.bytes(event("PROJECT_UPDATED", 10, 10, 12))));
        assertEquals(202, call(event).getStatusCode());
        event.setBody("§");
        assertEquals(400, call(event).getStatusCode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no JSON", "[]", "7", "{\"action\":\"PROJECT_UPDATED\"", "{\"action\":\"PROJECT_UPDATED\"}",
        "{\"action\":\"ANNOTATION_CREATED\",\"project\":7}", "{\"action\":\"ANNOTATION_CREATED\",\"project\":{\"id\":1}}",
        "{\"action\":\"ANNOTATION_CREATED\",\"project\":{\"task_number\":\"10\",\"finished_task_number\":\"10\"}}"})
    void whatIsNoEventIsRefused(String body) {
        assertEquals(400, call(request("/street-cars", SECRET, body)).getStatusCode());
        assertEquals(List.of(), sent);
    }

    @Test
    void aBodyWithoutEndIsRefused() {
        String padding = "x".repeat(LabelStudioWebhook.MOST_BYTES);
        assertEquals(413, call(request("/street-cars", SECRET, "{\"action\":\"PROJECT_UPDATED\",\"x\":\"" + padding + "\"}")).getStatusCode());
        assertEquals(401, call(request("/street-cars", "wrong", padding)).getStatusCode(), "the secret comes first");
    }

    /** Only finished projects count where nobody says how many annotations do. */
    @Test
    void withoutANumberOnlyFinishedProjectsCount() {
        assertEquals(204, call("/finished-only", SECRET, event("ANNOTATION_CREATED", 90, 49, 50)).getStatusCode());
        assertEquals(202, call("/finished-only", SECRET, event("ANNOTATION_CREATED", 90, 90, 90)).getStatusCode());
        assertEquals(List.of("/label-studio/finished", "/label-studio/finished"), asked);
    }

    /** Whoever corrects three hundred labels of a finished project is not told three hundred times that a brake holds. */
    @Test
    void callsOfOneWhileAreOneArrival() {
        for (int second : List.of(0, 299, 300)) {
            now = Instant.parse("2026-05-01T00:00:00Z").plusSeconds(second);
            assertEquals(202, call("/street-cars", SECRET, event("ANNOTATION_UPDATED", 10, 10, 12)).getStatusCode());
        }
        assertEquals(sent.get(0), sent.get(1));
        assertEquals(2, Set.copyOf(sent).size(), sent::toString);
    }

    @Test
    void whatFailsIsInTheLogAndNotInTheAnswer() throws IOException {
        failure = new IllegalStateException("cannot read the SSM parameter /label-studio/street");
        List<Map<String, Object>> lines = Printed.by(() -> {
            APIGatewayV2HTTPResponse answer = call("/street-cars", SECRET, event("PROJECT_UPDATED", 10, 10, 12));
            assertEquals(401, answer.getStatusCode());
            assertEquals("", answer.getBody());
        });
        assertTrue(lines.toString().contains("cannot read the SSM parameter /label-studio/street"), lines::toString);
    }

    private static Map<String, Object> event(String action, int tasks, int finished, int annotations) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("action", action);
        event.put("project", Map.of("id", 7, "title", "Streets", "task_number", tasks, "finished_task_number", finished, "total_annotations_number", annotations,
                "num_tasks_with_annotations", finished, "skipped_annotations_number", 0));
        return event;
    }

    private static APIGatewayV2HTTPEvent request(String path, String secret, String body) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", "2.0");
        json.put("routeKey", "$default");
        json.put("rawPath", path);
        json.put("headers", secret == null ? Map.of("content-type", "application/json") : Map.of("content-type", "application/json", "x-truepipe-secret", secret));
        json.put("requestContext", Map.of("http", Map.of("method", "POST", "path", "/")));
        json.put("body", body);
        json.put("isBase64Encoded", false);
        return JacksonFactory.getInstance().getSerializer(APIGatewayV2HTTPEvent.class).fromJson(new ByteArrayInputStream(Json.bytes(json)));
    }

    private APIGatewayV2HTTPResponse call(String path, String secret, Map<String, Object> event) {
        return call(request(path, secret, Json.text(event)));
    }

    private APIGatewayV2HTTPResponse call(APIGatewayV2HTTPEvent event) {
        LabelStudioWebhook webhook = new LabelStudioWebhook(LabelStudioWebhookTest::settings, name -> {
            asked.add(name);
            if (failure != null) {
                throw failure;
            }
            return SECRET;
        }, sent::add, Clock.fixed(now, ZoneOffset.UTC), Log.of("LabelStudioWebhook", null, null));
        Context context = (Context) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Context.class}, (proxy, method, arguments) -> {
            throw new AssertionError(method.getName());
        });
        APIGatewayV2HTTPResponse answer = new LabelStudioWebhookHandler(webhook).handleRequest(event, context);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JacksonFactory.getInstance().getSerializer(APIGatewayV2HTTPResponse.class).toJson(answer, out);
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("\"statusCode\":" + answer.getStatusCode()), out::toString);
        return answer;
    }

    private static Settings settings() {
        try {
            Map<String, Object> all = TestSettings.json("s3://labels/street/");
            Map<String, Object> first = Json.object(Json.array(all.get("datasets")).getFirst());
            Map<String, Object> silent = new LinkedHashMap<>(first);
            silent.put("name", "silent");
            first.put("format", "label-studio");
            first.put("import", Map.of());
            first.put("webhook", Map.of("secret", "/label-studio/street", "every", 50L));
            Map<String, Object> finished = new LinkedHashMap<>(first);
            finished.put("name", "finished-only");
            finished.put("webhook", Map.of("secret", "/label-studio/finished"));
            all.put("datasets", List.of(first, silent, finished));
            return Settings.fromJson(Json.bytes(all));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

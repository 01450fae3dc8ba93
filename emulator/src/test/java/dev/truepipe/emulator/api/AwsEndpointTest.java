package dev.truepipe.emulator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

public class AwsEndpointTest {
    private final List<String> broken = Collections.synchronizedList(new ArrayList<>());
    private final HttpClient http = HttpClient.newHttpClient();
    private AwsEndpoint endpoint;

    @BeforeEach
    void start() throws IOException {
        endpoint = AwsEndpoint.start(0, broken::add);
        endpoint.add(new AwsJsonService() {
            @Override
            public String targetPrefix() {
                return "Toy_20260101";
            }

            @Override
            public Map<String, Object> call(String operation, Map<String, Object> request) throws AwsError {
                return switch (operation) {
                    case "Echo" -> Map.of("got", request);
                    case "Refuse" -> throw new AwsError("ResourceInUse", "it is there already");
                    default -> throw new IllegalStateException("a bug");
                };
            }
        });
    }

    @AfterEach
    void stop() {
        http.close();
        endpoint.close();
    }

    @Test
    void answersInTheProtocolVersionItWasAskedIn() throws Exception {
        for (String version : List.of("1.0", "1.1")) {
            HttpResponse<byte[]> response = post("Toy_20260101.Echo", version, "{\"a\":1}");
            assertEquals(200, response.statusCode());
            assertEquals("application/x-amz-json-" + version, response.headers().firstValue("Content-Type").orElseThrow());
            assertTrue(response.headers().firstValue("x-amzn-RequestId").isPresent());
            assertEquals(Map.of("got", Map.of("a", 1L)), Json.parseObject(response.body()));
        }
    }

    @Test
    void anErrorHasItsCodeAndMessage() throws Exception {
        HttpResponse<byte[]> response = post("Toy_20260101.Refuse", "1.1", "{}");
        assertEquals(400, response.statusCode());
        assertEquals(Map.of("__type", "ResourceInUse", "message", "it is there already"), Json.parseObject(response.body()));
        assertTrue(broken.isEmpty());
    }

    @Test
    void whatBreaksIsToldToTheListenerAndTheCaller() throws Exception {
        HttpResponse<byte[]> response = post("Toy_20260101.Other", "1.1", "{}");
        assertEquals(500, response.statusCode());
        assertEquals("InternalFailure", Json.parseObject(response.body()).get("__type"));
        assertEquals(1, broken.size());
        assertTrue(broken.getFirst().contains("a bug"), broken.getFirst());
    }

    @Test
    void unknownServicesAndBadRequestsAreRefused() throws Exception {
        assertEquals("UnknownOperationException", type(post("Nobody.Echo", "1.1", "{}")));
        assertEquals("UnknownOperationException", type(post("Echo", "1.1", "{}")));
        assertEquals("SerializationException", type(post("Toy_20260101.Echo", "1.1", "[1]")));
        assertEquals("SerializationException", type(post("Toy_20260101.Echo", "1.1", "{")));
        assertEquals(Map.of("got", Map.of()), Json.parseObject(post("Toy_20260101.Echo", "1.1", "").body()));
    }

    @Test
    void listensOnLoopbackOnly() throws Exception {
        assertTrue(InetAddress.getByName(endpoint.uri().getHost()).isLoopbackAddress());
        assertFalse(endpoint.uri().getPort() == 0);
    }

    private static String type(HttpResponse<byte[]> response) throws IOException {
        assertEquals(400, response.statusCode());
        return (String) Json.parseObject(response.body()).get("__type");
    }

    private HttpResponse<byte[]> post(String target, String version, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(endpoint.uri())
                        .header("X-Amz-Target", target)
                        .header("Content-Type", "application/x-amz-json-" + version)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }
}

package dev.truepipe.emulator.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.s3.EmbeddedS3;
import dev.truepipe.emulator.s3.Served;
import dev.truepipe.emulator.sts.StsService;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class AwsEndpointTest {
    private final List<String> broken = Collections.synchronizedList(new ArrayList<>());
    private final HttpClient http = HttpClient.newHttpClient();
    private AwsEndpoint endpoint;
    private EmbeddedS3 s3;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        endpoint = new AwsEndpoint(broken::add);
        s3 = Served.with(endpoint, folder);
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
        s3.close();
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
        assertTrue(InetAddress.getByName(s3.endpoint().getHost()).isLoopbackAddress());
        assertFalse(s3.endpoint().getPort() == 0);
    }

    @Test
    void s3AnswersAtTheSameAddress() throws Exception {
        HttpResponse<byte[]> put = http.send(HttpRequest.newBuilder(s3.endpoint().resolve("/labels/a"))
                .PUT(HttpRequest.BodyPublishers.ofString("text")).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertEquals(200, put.statusCode());
        assertEquals("text", get("/labels/a").body());
        HttpResponse<String> buckets = get("/", "Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request");
        assertTrue(buckets.body().contains("ListAllMyBucketsResult"), buckets.body());
        assertEquals(404, get("/health", "Authorization", "AWS4-HMAC-SHA256 Credential=a").statusCode(), "a bucket of this name, for whoever signs");
    }

    @Test
    void tellsPeopleAndProgramsHowItIs() throws Exception {
        assertEquals(503, get("/health").statusCode());
        endpoint.health(new HealthPage() {
            @Override
            public Map<String, Object> json() {
                return Map.of("status", "ok");
            }

            @Override
            public String html() {
                return "<p>ok</p>";
            }
        });
        for (String path : List.of("/", "/health")) {
            assertEquals(Map.of("status", "ok"), Json.parseObject(get(path).body().getBytes(StandardCharsets.UTF_8)));
        }
        HttpResponse<String> page = get("/", "Accept", "text/html,*/*");
        assertEquals("<p>ok</p>", page.body());
        assertTrue(page.headers().firstValue("Content-Type").orElseThrow().startsWith("text/html"));
    }

    @Test
    void theQueryProtocolIsAnsweredInXml() throws Exception {
        endpoint.add(new StsService());
        HttpResponse<String> who = form("Action=GetCallerIdentity&Version=2011-06-15");
        assertEquals(200, who.statusCode());
        assertTrue(who.body().contains("<Account>000000000000</Account>"), who.body());
        HttpResponse<String> refused = form("Action=AssumeRole&Version=2011-06-15");
        assertEquals(400, refused.statusCode());
        assertTrue(refused.body().contains("<Code>InvalidAction</Code>") && refused.body().contains("not AssumeRole"), refused.body());
        HttpResponse<String> nobody = form("Action=Publish&Version=2010-03-31");
        assertEquals(400, nobody.statusCode());
        assertTrue(nobody.body().contains("no Query service of version \"2010-03-31\""), nobody.body());
    }

    private HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(s3.endpoint().resolve(path));
        return http.send((headers.length == 0 ? request : request.headers(headers)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> form(String form) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(s3.endpoint())
                .header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String type(HttpResponse<byte[]> response) throws IOException {
        assertEquals(400, response.statusCode());
        return (String) Json.parseObject(response.body()).get("__type");
    }

    private HttpResponse<byte[]> post(String target, String version, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(s3.endpoint())
                        .header("X-Amz-Target", target)
                        .header("Content-Type", "application/x-amz-json-" + version)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }
}

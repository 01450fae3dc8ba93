package dev.truepipe.emulator.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.api.AwsEndpoint;
import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.emulator.api.AwsJsonService;
import dev.truepipe.emulator.api.HealthPage;
import dev.truepipe.emulator.api.HttpAnswer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is let in at the one address, byte for byte as a browser asks. */
public class LocalCallersTest {
    private static final int PATIENCE_MILLIS = 30_000;
    private static final String PURGE = "Action=PurgeQueue&Version=2012-11-05";

    private final AtomicInteger queueCalls = new AtomicInteger();
    private AwsEndpoint endpoint;
    private EmbeddedS3 s3;
    private String here;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        endpoint = new AwsEndpoint(problem -> {});
        endpoint.queues((call, body) -> {
            queueCalls.incrementAndGet();
            return new HttpAnswer(200, "text/xml", new byte[0], Map.of());
        });
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
        endpoint.add(new AwsJsonService() {
            @Override
            public String targetPrefix() {
                return "Toy";
            }

            @Override
            public Map<String, Object> call(String operation, Map<String, Object> request) throws AwsError {
                throw new StackOverflowError("deep");
            }
        });
        s3 = EmbeddedS3.start(folder, 0, List.of(new BucketSpec("labels")), EmbeddedS3.Events.NOBODY, Clock.systemUTC(), endpoint);
        here = "127.0.0.1:" + s3.endpoint().getPort();
    }

    @AfterEach
    void stop() {
        s3.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:8466", "127.0.0.1.evil.example", "labels.localhost", "localhost.", "10.0.0.1", "[::2]", "", "127.0.0.1@evil.example"})
    void aNameThatOnlyResolvesToHereIsRefused(String host) throws IOException {
        endpoint.open();
        for (String request : List.of("GET /labels/a", "PUT /labels/x.so", "GET /health", "OPTIONS /labels/a")) {
            int status = status(call(request, "Host: " + host + "\r\n", ""));
            assertTrue(status == 403 || status == 400, request + " at \"" + host + "\": " + status); // Jetty itself refuses what is no host
        }
        assertEquals(0, status(form("Host: " + host + "\r\n")) / 100 - 4);
        assertEquals(0, queueCalls.get());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "LOCALHOST:1", "[::1]:8466", "127.0.0.1:80"})
    void namesOfThisMachineAreLetIn(String host) throws IOException {
        endpoint.open();
        assertEquals(200, status(call("GET /health", "Host: " + host + "\r\n", "")));
        assertEquals(404, status(call("GET /labels/a", "Host: " + host + "\r\n", "")));
        assertEquals(200, status(form("Host: " + host + "\r\n")));
        assertEquals(1, queueCalls.get());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Origin: https://evil.example", "Origin: null", "Origin: http://localhost:3000", "Origin: http://127.0.0.1", "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate"})
    void aFormOfAPageFromElsewhereIsRefused(String header) throws IOException {
        endpoint.open();
        String answer = form("Host: " + here + "\r\n" + header + "\r\n");
        assertEquals(403, status(answer), answer);
        assertTrue(answer.contains("<Code>AccessDenied</Code>"), answer);
        assertEquals(0, queueCalls.get());
    }

    @Test
    void itsOwnPagesAndLinksToThemWork() throws IOException {
        endpoint.open();
        String host = "Host: " + here + "\r\n";
        assertEquals(200, status(call("GET /", host + "Accept: text/html\r\nSec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n", "")));
        assertEquals(200, status(call("GET /", host + "Accept: text/html\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n", "")));
        assertEquals(200, status(call("GET /health", host + "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n", "")));
        assertEquals(200, status(form(host + "Origin: http://" + here + "\r\n")));
        assertEquals(403, status(call("GET /labels/a", host + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n", "")), "a script or a picture of a page elsewhere");
    }

    /** What a call makes happen needs the other services: an event of an object would be lost. */
    @Test
    void everyCallIsToldToComeAgainUntilAllServicesAreThere() throws IOException {
        String host = "Host: " + here + "\r\n";
        for (String answer : List.of(call("PUT /labels/a", host, "text"), call("GET /health", host, ""), form(host))) {
            assertEquals(503, status(answer), answer);
            assertTrue(answer.toLowerCase(java.util.Locale.ROOT).contains("\r\nretry-after: 1\r\n"), answer);
        }
        endpoint.open();
        assertEquals(404, status(call("GET /labels/a", host, "")), "it was not written");
        assertEquals(200, status(call("PUT /labels/a", host, "text")));
    }

    @Test
    void aBodyBeyondTheLimitIsReadToItsEndAndRefused() throws IOException {
        endpoint.open();
        String host = "Host: " + here + "\r\n";
        assertEquals(413, status(call("POST /", host + "X-Amz-Target: AmazonSQS.SendMessage\r\n", "x".repeat(OneAddress.MAX_BODY + 1))));
        assertEquals(0, queueCalls.get());
        assertEquals(200, status(call("POST /", host + "X-Amz-Target: AmazonSQS.SendMessage\r\n", "x".repeat(OneAddress.MAX_BODY))));
    }

    @Test
    void whatBreaksAServiceAltogetherIsAnswered() throws IOException {
        endpoint.open();
        assertEquals(500, status(call("POST /", "Host: " + here + "\r\nX-Amz-Target: Toy.Any\r\n", "{}")));
    }

    private String form(String headers) throws IOException {
        return call("POST /000000000000/arrivals", headers + "Content-Type: application/x-www-form-urlencoded\r\n", PURGE);
    }

    /** @return the whole answer */
    private String call(String request, String headers, String body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), s3.endpoint().getPort())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
            socket.getOutputStream().write((request + " HTTP/1.1\r\n" + headers + "Connection: close\r\nContent-Length: " + bytes.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(answer);
            return answer.toString(StandardCharsets.UTF_8);
        }
    }

    private static int status(String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 "), () -> "no answer: \"" + answer + "\"");
        return Integer.parseInt(answer.substring(9, 12));
    }
}

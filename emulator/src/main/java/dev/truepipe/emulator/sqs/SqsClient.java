package dev.truepipe.emulator.sqs;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Calls of SQS's AWS JSON protocol: the SDK's client would cost its start time in the host, for five calls. */
final class SqsClient implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final URI endpoint;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** The queue service refused a call. */
    static final class RefusedException extends IOException {
        private final String type;

        private RefusedException(String operation, int status, String answer) {
            super("SQS " + operation + " answered " + status + ": " + answer);
            this.type = type(answer);
        }

        /** Whether it refused for this reason, whatever stands before the {@code #}. */
        boolean is(String reason) {
            return type.substring(type.indexOf('#') + 1).equals(reason);
        }

        private static String type(String answer) {
            try {
                return Json.parse(answer) instanceof Map<?, ?> error && error.get("__type") instanceof String type ? type : "";
            } catch (IOException e) {
                return ""; // not in the protocol's words: no reason that anyone asks for
            }
        }
    }

    SqsClient(URI endpoint) {
        this.endpoint = endpoint;
    }

    HttpClient http() {
        return http;
    }

    /**
     * @throws RefusedException if the queue service refuses, with its words
     * @throws IOException if it does not answer
     */
    Map<String, Object> call(String operation, Map<String, Object> request) throws IOException, InterruptedException {
        HttpRequest post = HttpRequest.newBuilder(endpoint)
                .timeout(LIMIT)
                .header("Content-Type", "application/x-amz-json-1.0")
                .header("X-Amz-Target", "AmazonSQS." + operation)
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(request)))
                .build();
        HttpResponse<byte[]> response = http.send(post, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new RefusedException(operation, response.statusCode(), new String(response.body(), StandardCharsets.UTF_8));
        }
        return response.body().length == 0 ? Map.of() : Json.parseObject(response.body());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}

package dev.truepipe.emulator.api;

import java.util.Map;
import java.util.UUID;

/** An answer as it goes out. @param headers beside the content type */
public record HttpAnswer(int status, String contentType, byte[] body, Map<String, String> headers) {
    public HttpAnswer {
        headers = Map.copyOf(headers);
    }

    /** With the id that AWS gives each answer. */
    HttpAnswer(int status, String contentType, byte[] body) {
        this(status, contentType, body, Map.of("x-amzn-RequestId", UUID.randomUUID().toString()));
    }
}

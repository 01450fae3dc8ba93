package dev.truepipe.emulator.api;

import java.util.function.Function;

/**
 * What can be said of an HTTP request before its body is read.
 *
 * @param path as sent, percent-encoding included
 * @param query without the question mark, or {@code null}
 * @param headers a header's value by its name in any case, {@code null} if it is not there
 */
public record HttpCall(String method, String path, String query, Function<String, String> headers) {
    String header(String name) {
        return headers.apply(name);
    }

    /** Whether it carries an AWS signature, in a header or, as a presigned URL does, in its query. */
    boolean isSigned() {
        return header("Authorization") != null
                || query != null && (query.contains("X-Amz-Signature=") || query.contains("AWSAccessKeyId="));
    }
}

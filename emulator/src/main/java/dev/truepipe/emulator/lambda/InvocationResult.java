package dev.truepipe.emulator.lambda;

import dev.truepipe.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How an invocation ended.
 *
 * @param payload JSON: what the handler answered, or the error with {@code errorType} and {@code errorMessage}
 * @param failed whether the function failed ({@code FunctionError: Unhandled})
 */
public record InvocationResult(String payload, boolean failed) {

    static InvocationResult error(String type, String message) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("errorType", type);
        error.put("errorMessage", message);
        return new InvocationResult(Json.text(error), true);
    }
}

package dev.truepipe.emulator.api;

import java.util.Map;

/** One AWS service that speaks AWS JSON ({@code POST /} with {@code X-Amz-Target}); the endpoint dispatches to it. */
public interface AwsJsonService {

    /** What stands before the dot in {@code X-Amz-Target}, such as {@code AWSStepFunctions} or {@code SageMaker}. */
    String targetPrefix();

    /**
     * Answers one call.
     *
     * @param operation what stands after the dot, such as {@code StartExecution}
     * @param request the request body, as {@link dev.truepipe.json.Json} reads it; timestamps are epoch seconds
     * @return the response body, as {@code Json} writes it
     * @throws AwsError what the real service would answer with
     */
    Map<String, Object> call(String operation, Map<String, Object> request) throws AwsError;
}

package dev.truepipe.emulator.states;

import java.time.Instant;
import java.util.Map;

/**
 * One call that a Task state makes. A retry is a new call.
 *
 * @param resource the state's {@code Resource}, such as {@code arn:aws:states:::lambda:invoke}
 * @param arguments the state's {@code Arguments}, evaluated
 * @param deadline when the state gives up ({@code TimeoutSeconds}), by the interpreter's own {@link Timing};
 *     {@link Instant#MAX} if it never does
 * @param execution who is asking
 * @param state name of the Task state
 * @param retry 0 for the first try of this entry into the state, then 1, 2, …
 */
public record TaskCall(
        String resource, Map<String, Object> arguments, Instant deadline, ExecutionRef execution, String state, int retry) {}

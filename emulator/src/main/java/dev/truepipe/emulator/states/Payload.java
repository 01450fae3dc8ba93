package dev.truepipe.emulator.states;

import dev.truepipe.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What states hand on: plain JSON values, unmodifiable, at most {@value #MAX_BYTES} bytes of UTF-8. */
final class Payload {
    /** What Step Functions allows for an input, an output or a variable. */
    static final int MAX_BYTES = 262_144;

    private Payload() {}

    /**
     * The value as JSON text.
     *
     * @param what names the value in the error, such as {@code the output of state "Plan"}
     * @throws Fault {@code States.DataLimitExceeded} if it is too large
     */
    static String text(Object value, String what) throws Fault {
        byte[] bytes = Json.bytes(value);
        if (bytes.length > MAX_BYTES) {
            throw new Fault(Fault.DATA_LIMIT, what + " has " + bytes.length + " bytes; at most " + MAX_BYTES
                    + " may pass between states. Keep large values in S3 and pass their keys.");
        }
        return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    }

    static String kind(Object value) {
        return switch (value) {
            case null -> "null";
            case Map<?, ?> m -> "an object";
            case List<?> l -> "an array";
            case String s -> "a string";
            case Boolean b -> "a boolean";
            default -> "a number";
        };
    }

    /** An unmodifiable copy, to any depth; {@code null} values are kept. */
    static Object copy(Object value) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                map.forEach((k, v) -> copy.put((String) k, copy(v)));
                yield Collections.unmodifiableMap(copy);
            }
            case List<?> list -> {
                List<Object> copy = new ArrayList<>(list.size());
                for (Object item : list) {
                    copy.add(copy(item));
                }
                yield Collections.unmodifiableList(copy);
            }
            case null, default -> value;
        };
    }
}

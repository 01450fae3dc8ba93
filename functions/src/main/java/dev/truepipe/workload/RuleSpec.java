package dev.truepipe.workload;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One EventBridge rule on the default bus.
 *
 * @param id construct id, unique among rules
 * @param description for the console
 * @param pattern the events that fire it; leaves are {@link Value}s, in lists as EventBridge wants them, or maps such as
 *     {@code {"suffix": …}} and {@code {"exists": false}} in such lists
 * @param target where its message goes
 * @param message how the message is made from the event; empty sends the event as it is
 */
public record RuleSpec(
        String id, String description, Map<String, Object> pattern, Target target, Optional<Message> message) {
    public RuleSpec {
        pattern = Collections.unmodifiableMap(new LinkedHashMap<>(pattern));
    }

    /** Where messages go. */
    public enum Target {
        QUEUE,
        TOPIC
    }

    /**
     * An input transformer.
     *
     * @param paths variable name → JSONPath into the event
     * @param template text in EventBridge's template language, with {@code <variable>}s
     */
    public record Message(Map<String, String> paths, Value template) {
        public Message {
            paths = Collections.unmodifiableMap(new LinkedHashMap<>(paths));
        }
    }
}

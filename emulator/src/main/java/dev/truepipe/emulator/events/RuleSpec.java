package dev.truepipe.emulator.events;

import java.util.Map;

/**
 * One EventBridge rule.
 *
 * @param pattern an event pattern as EventBridge reads it: exact values, {@code prefix}, {@code suffix}, {@code exists}, and
 *     {@code anything-but} with exact values; anything else is refused when the cloud is built
 * @param target where matching events go
 */
public record RuleSpec(String name, Map<String, Object> pattern, Target target) {
    public RuleSpec {
        pattern = Map.copyOf(pattern);
    }

    /** Where a rule sends an event. */
    public sealed interface Target {
        /** The event itself, as JSON, to a queue. */
        record Queue(String name) implements Target {}

        /**
         * A message to a topic.
         *
         * @param inputPaths names for parts of the event, such as {@code name} for {@code $.detail.name}
         * @param inputTemplate text with {@code <name>} where those parts go; {@code null} sends the event itself
         */
        record Topic(String name, Map<String, String> inputPaths, String inputTemplate) implements Target {
            public Topic {
                inputPaths = Map.copyOf(inputPaths);
            }
        }
    }
}

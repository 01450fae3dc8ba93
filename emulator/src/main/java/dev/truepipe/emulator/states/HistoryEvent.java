package dev.truepipe.emulator.states;

import dev.truepipe.json.Json;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One event of an execution's history, named and shaped as {@code GetExecutionHistory} gives it.
 *
 * @param id from 1
 * @param previousEventId what it followed from; 0 for the first
 * @param type AWS's name, such as {@code TaskStateEntered}, {@code TaskFailed}, {@code MapRunStarted}
 * @param state the state it happened in; {@code null} for events of the execution as a whole
 * @param details what AWS puts in {@code …EventDetails}; payloads are JSON text
 * @see <a href="https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html">HistoryEvent</a>
 */
public record HistoryEvent(
        long id, long previousEventId, Instant timestamp, String type, String state, Map<String, Object> details) {

    /** As AWS JSON has it; the timestamp in epoch seconds. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("timestamp", Epoch.seconds(timestamp));
        json.put("type", type);
        json.put("id", id);
        json.put("previousEventId", previousEventId);
        if (!details.isEmpty()) {
            json.put(detailsKey(), details);
        }
        return json;
    }

    private String detailsKey() {
        if (type.endsWith("StateEntered")) {
            return "stateEnteredEventDetails";
        }
        if (type.endsWith("StateExited")) {
            return "stateExitedEventDetails";
        }
        return Character.toLowerCase(type.charAt(0)) + type.substring(1) + "EventDetails";
    }

    /** Reads back what {@link #toJson} wrote, with {@code state} beside it. */
    static HistoryEvent fromJson(Map<String, Object> json, String state) {
        Map<String, Object> details = Map.of();
        for (Map.Entry<String, Object> field : json.entrySet()) {
            if (field.getKey().endsWith("EventDetails")) {
                details = Json.object(field.getValue());
            }
        }
        return new HistoryEvent(
                ((Number) json.get("id")).longValue(),
                ((Number) json.get("previousEventId")).longValue(),
                Epoch.instant((Number) json.get("timestamp")),
                (String) json.get("type"),
                state,
                details);
    }
}

package dev.truepipe.emulator.states;

import dev.truepipe.json.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes down what happens in one execution and tells the listener, both in the same order. */
final class History {
    private final ExecutionRef execution;
    private final Timing timing;
    private final HistoryListener listener;
    private final List<HistoryEvent> events = new ArrayList<>();

    History(ExecutionRef execution, Timing timing, HistoryListener listener) {
        this.execution = execution;
        this.timing = timing;
        this.listener = listener;
    }

    /**
     * @param previous id of the event that this one follows from
     * @param details names and values in turn; a {@code null} value is left out
     * @return the new event's id
     */
    synchronized long add(long previous, String type, String state, Object... details) {
        Map<String, Object> named = new LinkedHashMap<>();
        for (int i = 0; i < details.length; i += 2) {
            if (details[i + 1] != null) {
                named.put((String) details[i], details[i + 1]);
            }
        }
        HistoryEvent event = new HistoryEvent(
                events.size() + 1L, previous, timing.now(), type, state, Collections.unmodifiableMap(named));
        events.add(event);
        listener.happened(execution, event);
        return event.id();
    }

    /** Makes the history of an earlier process this one's. */
    synchronized void restore(List<HistoryEvent> earlier) {
        events.addAll(earlier);
    }

    synchronized List<HistoryEvent> events() {
        return List.copyOf(events);
    }

    synchronized long last() {
        return events.size();
    }

    static Map<String, Object> notTruncated() {
        return Map.of("truncated", false);
    }

    static String text(Object value) {
        return Json.text(value);
    }
}

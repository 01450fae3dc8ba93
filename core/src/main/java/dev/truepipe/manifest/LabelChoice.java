package dev.truepipe.manifest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which labels a dataset is judged by. Chosen once, before any line is judged, so that no verdict depends on chunk borders.
 *
 * @param task {@code null} where nothing could be inferred
 * @param labels label attributes that are expected, the canonical one first; empty where nothing could be inferred
 */
public record LabelChoice(Task task, List<String> labels) {
    public LabelChoice {
        labels = List.copyOf(labels);
    }

    /** The canonical label attribute, or {@code null} where nothing could be inferred. */
    public String labelAttribute() {
        return labels.isEmpty() ? null : labels.getFirst();
    }

    /** {@code {"task":…,"labels":[…]}}. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("task", task == null ? null : task.name());
        json.put("labels", labels);
        return json;
    }

    /** Reverse of {@link #toJson}. */
    public static LabelChoice fromJson(Map<String, Object> json) {
        List<String> labels = new ArrayList<>();
        for (Object label : (List<?>) json.get("labels")) {
            labels.add((String) label);
        }
        return new LabelChoice(json.get("task") instanceof String task ? new Task(task) : null, labels);
    }
}

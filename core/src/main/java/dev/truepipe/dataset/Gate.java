package dev.truepipe.dataset;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A condition the dataset does not meet, so that nothing is trained on it.
 *
 * @param name a dataset-level finding's code, or {@code maxQuarantined}, {@code minPerClass}, {@code minNewLabels},
 *     {@code train-empty}, {@code validation-empty}
 * @param message which numbers, and what to do
 */
public record Gate(String name, String message) {
    /** {@code {"gate":…,"message":…}}. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("gate", name);
        json.put("message", message);
        return json;
    }
}

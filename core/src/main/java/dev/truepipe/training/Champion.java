package dev.truepipe.training;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A judged model and how it was measured.
 *
 * @param trainingJob the job that made it
 * @param version the sealed version it learned from
 * @param plan hash of its training plan
 * @param plannedAt when its run pinned the manifests: which of two models is the newer one
 * @param modelUrl its {@code model.tar.gz}
 * @param metric name of the metric; {@code null} if it reported none
 * @param value the metric's last value; NaN if it reported none
 * @param holdOut hash of the hold-out it was measured on
 * @param holdOutObjects lines of that hold-out
 */
public record Champion(
        String trainingJob,
        String version,
        String plan,
        Instant plannedAt,
        String modelUrl,
        String metric,
        double value,
        String holdOut,
        long holdOutObjects) {

    /** As it stands in {@code champion.json}. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("trainingJob", trainingJob);
        json.put("version", version);
        json.put("plan", plan);
        json.put("plannedAt", plannedAt.toString());
        json.put("modelUrl", modelUrl);
        json.put("metric", metric);
        json.put("value", Double.isFinite(value) ? value : null);
        json.put("holdOut", holdOut);
        json.put("holdOutObjects", holdOutObjects);
        return json;
    }

    /** Reads what {@link #toJson} wrote. */
    public static Champion fromJson(Map<String, Object> json) {
        return new Champion(
                (String) json.get("trainingJob"),
                (String) json.get("version"),
                (String) json.get("plan"),
                Instant.parse((String) json.get("plannedAt")),
                (String) json.get("modelUrl"),
                (String) json.get("metric"),
                json.get("value") instanceof Number number ? number.doubleValue() : Double.NaN,
                (String) json.get("holdOut"),
                ((Number) json.get("holdOutObjects")).longValue());
    }
}

package dev.truepipe.workload;

import dev.truepipe.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The two messages of our own that Intake takes from the queue, beside S3's and EventBridge's.
 *
 * <p>{@code {"truepipe":"sweep","dataset":"street-cars","id":"…"}} and
 * {@code {"truepipe":"trigger","dataset":"street-cars","id":"…","force":false}}. The id makes the execution's name, so
 * one message delivered twice starts one execution.
 */
public final class Messages {
    public static final String KIND = "truepipe";
    public static final String SWEEP = "sweep";
    public static final String TRIGGER = "trigger";

    private Messages() {}

    /** An arrival by hand. @param id unique per wish, at most 200 characters */
    public static String trigger(String dataset, String id, boolean force) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put(KIND, TRIGGER);
        message.put("dataset", dataset);
        message.put("id", id);
        message.put("force", force);
        return Json.text(message);
    }

    /** A look without an event. @param id unique per look, at most 200 characters */
    public static String sweep(String dataset, String id) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put(KIND, SWEEP);
        message.put("dataset", dataset);
        message.put("id", id);
        return Json.text(message);
    }
}

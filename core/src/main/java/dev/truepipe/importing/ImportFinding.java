package dev.truepipe.importing;

import dev.truepipe.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that was wrong.
 *
 * @param message what is wrong, and how to mend it
 */
public record ImportFinding(ImportCode code, Place place, String message) {
    /** On one line: {@code file}, {@code line} (from 1, or null), {@code at}, {@code id}, {@code code}, {@code severity} (skipped or warning), {@code message}. */
    public String toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("file", place.file());
        json.put("line", place.line() == 0 ? null : place.line());
        json.put("at", place.at());
        json.put("id", place.id());
        json.put("code", code.code());
        json.put("severity", severity());
        json.put("message", message);
        return Json.text(json);
    }

    /** {@code skipped} or {@code warning}. */
    public String severity() {
        return code.skips() ? "skipped" : "warning";
    }
}

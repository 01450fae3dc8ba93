package dev.truepipe.dataset;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A manifest as it went into a dataset.
 *
 * @param name URI or path
 * @param eTag {@code null} for a local file
 * @param size bytes as stored
 */
public record ManifestFile(String name, String eTag, long size) {
    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("manifest", name);
        json.put("eTag", eTag);
        json.put("size", size);
        return json;
    }
}

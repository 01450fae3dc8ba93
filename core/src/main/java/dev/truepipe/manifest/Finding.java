package dev.truepipe.manifest;

import dev.truepipe.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One broken rule. Where it lies is known to whoever holds the line.
 *
 * @param attribute the top-level attribute meant, or {@code null}
 * @param message what broke and how to mend it
 */
public record Finding(FindingCode code, Severity severity, String attribute, String message) {

    /**
     * As one object of {@code findings.jsonl}.
     *
     * @param manifest URI or path; {@code null} for a finding on the dataset
     * @param line from 1; 0 for a finding on the dataset, written as {@code null}
     * @param byteOffset of the line's first byte, from 0, in decompressed bytes
     */
    public Map<String, Object> toJson(String manifest, long line, long byteOffset) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("manifest", manifest);
        json.put("line", line == 0 ? null : line);
        json.put("byte", line == 0 ? null : byteOffset);
        json.put("code", code.code());
        json.put("severity", severity.word());
        json.put("attribute", attribute);
        json.put("message", message);
        return json;
    }

    /** {@link #toJson} as one line of {@code findings.jsonl}, newline included. */
    public byte[] toJsonLine(String manifest, long line, long byteOffset) {
        byte[] json = Json.bytes(toJson(manifest, line, byteOffset));
        byte[] withNewline = java.util.Arrays.copyOf(json, json.length + 1);
        withNewline[json.length] = '\n';
        return withNewline;
    }
}

package dev.truepipe.run;

import dev.truepipe.json.Json;
import java.util.List;
import java.util.Map;

/** Fields of our own JSON documents and payloads; a missing or mistyped one is named. */
final class Fields {
    private Fields() {}

    static String text(Map<String, Object> json, String key) {
        return as(String.class, json, key, "text");
    }

    static String textOrNull(Map<String, Object> json, String key) {
        return json.get(key) == null ? null : text(json, key);
    }

    static long whole(Map<String, Object> json, String key) {
        Number number = as(Number.class, json, key, "a whole number");
        if (number instanceof Long || number instanceof Integer) {
            return number.longValue();
        }
        throw wrong(json, key, "a whole number");
    }

    /** {@code standard} where the field is absent: what an earlier version wrote did not have it. */
    static long wholeOr(Map<String, Object> json, String key, long standard) {
        return json.get(key) == null ? standard : whole(json, key);
    }

    static double number(Map<String, Object> json, String key) {
        return as(Number.class, json, key, "a number").doubleValue();
    }

    static boolean truth(Map<String, Object> json, String key) {
        return as(Boolean.class, json, key, "true or false");
    }

    static Map<String, Object> object(Map<String, Object> json, String key) {
        return Json.object(as(Map.class, json, key, "an object"));
    }

    static Map<String, Object> objectOrNull(Map<String, Object> json, String key) {
        return json.get(key) == null ? null : object(json, key);
    }

    static List<Object> array(Map<String, Object> json, String key) {
        return Json.array(as(List.class, json, key, "a list"));
    }

    static List<String> texts(Map<String, Object> json, String key) {
        return array(json, key).stream()
                .map(item -> {
                    if (item instanceof String text) {
                        return text;
                    }
                    throw wrong(json, key, "a list of text");
                })
                .toList();
    }

    private static <T> T as(Class<T> type, Map<String, Object> json, String key, String expected) {
        Object value = json.get(key);
        if (!type.isInstance(value)) {
            throw wrong(json, key, expected);
        }
        return type.cast(value);
    }

    private static IllegalArgumentException wrong(Map<String, Object> json, String key, String expected) {
        return new IllegalArgumentException(
                "\"" + key + "\": expected " + expected + ", found " + Json.text(json.get(key)));
    }
}

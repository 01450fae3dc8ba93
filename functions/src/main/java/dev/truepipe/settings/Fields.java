package dev.truepipe.settings;

import dev.truepipe.json.Json;
import java.util.List;
import java.util.Map;

/** One object of the compiled settings; a missing or mistyped field is named with its place. */
final class Fields {
    private final String place;
    private final Map<String, Object> values;

    Fields(String place, Map<String, Object> values) {
        this.place = place;
        this.values = values;
    }

    String text(String key) {
        return as(String.class, key, "text");
    }

    String textOrNull(String key) {
        return values.get(key) == null ? null : text(key);
    }

    long whole(String key) {
        return as(Long.class, key, "a whole number");
    }

    long wholeOr(String key, long standard) {
        return values.get(key) == null ? standard : whole(key);
    }

    boolean truth(String key) {
        return as(Boolean.class, key, "true or false");
    }

    boolean truthOr(String key, boolean standard) {
        return values.get(key) == null ? standard : truth(key);
    }

    double number(String key) {
        return as(Number.class, key, "a number").doubleValue();
    }

    List<String> texts(String key) {
        return as(List.class, key, "a list") instanceof List<?> list
                ? list.stream().map(item -> {
                    if (item instanceof String text) {
                        return text;
                    }
                    throw wrong(key, "a list of text", item);
                }).toList()
                : List.of();
    }

    List<String> textsOrNone(String key) {
        return values.get(key) == null ? List.of() : texts(key);
    }

    Fields object(String key) {
        return new Fields(place + "." + key, Json.object(as(Map.class, key, "an object")));
    }

    Fields objectOrNull(String key) {
        return values.get(key) == null ? null : object(key);
    }

    List<Fields> objects(String key) {
        List<Object> list = Json.array(as(List.class, key, "a list"));
        return java.util.stream.IntStream.range(0, list.size())
                .mapToObj(i -> new Fields(place + "." + key + "[" + i + "]", Json.object(list.get(i))))
                .toList();
    }

    /** Text values by key, in document order. */
    Map<String, String> textByKey(String key) {
        Map<String, String> all = new java.util.LinkedHashMap<>();
        Json.object(as(Map.class, key, "an object")).forEach((name, value) -> {
            if (!(value instanceof String text)) {
                throw wrong(key + "." + name, "text", value);
            }
            all.put(name, text);
        });
        return all;
    }

    private <T> T as(Class<T> type, String key, String expected) {
        Object value = values.get(key);
        if (!type.isInstance(value)) {
            throw wrong(key, expected, value);
        }
        return type.cast(value);
    }

    private IllegalArgumentException wrong(String key, String expected, Object found) {
        return new IllegalArgumentException(place + "." + key + ": expected " + expected + ", found " + Json.text(found));
    }
}

package dev.truepipe.emulator.sagemaker;

import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks a request's fields and complains about all of them at once, as AWS does, which writes their first letter small. */
final class Constraints {
    private final List<String> broken = new ArrayList<>();

    /** A string that must be there. @return it, or an empty string if it is missing or wrong, which is then noted */
    String string(Map<String, Object> in, String field, String path, int min, int max, Pattern pattern) {
        Object value = in.get(field);
        if (value == null) {
            note(null, path, "Member must not be null");
            return "";
        }
        return checked(value, path, min, max, pattern);
    }

    /** A string that may be missing. @return it, or {@code null} */
    String optional(Map<String, Object> in, String field, String path, int min, int max, Pattern pattern) {
        Object value = in.get(field);
        return value == null ? null : checked(value, path, min, max, pattern);
    }

    /** One of a set that must be there. @return it, or an empty string if it is missing or wrong */
    String choice(Map<String, Object> in, String field, String path, List<String> allowed) {
        Object value = in.get(field);
        if (value == null) {
            note(null, path, "Member must not be null");
            return "";
        }
        if (!(value instanceof String text) || !allowed.contains(text)) {
            note(value, path, "Member must satisfy enum value set: " + allowed);
            return "";
        }
        return text;
    }

    /** A whole number that must be there. @return it, or {@code min} if it is missing or wrong */
    long number(Map<String, Object> in, String field, String path, long min, long max) {
        Object value = in.get(field);
        if (value == null) {
            note(null, path, "Member must not be null");
            return min;
        }
        if (!(value instanceof Long number)) {
            note(value, path, "Member must be a whole number");
            return min;
        }
        if (number < min) {
            note(value, path, "Member must have value greater than or equal to " + min);
            return min;
        }
        if (number > max) {
            note(value, path, "Member must have value less than or equal to " + max);
            return min;
        }
        return number;
    }

    /** An object, empty if it is missing. */
    Map<String, Object> object(Map<String, Object> in, String field, String path) {
        Object value = in.get(field);
        if (value instanceof Map<?, ?>) {
            return Json.object(value);
        }
        if (value != null) {
            note(value, path, "Member must be a structure");
        }
        return Map.of();
    }

    /** A list of structures, empty if it is missing. */
    List<Map<String, Object>> objects(Map<String, Object> in, String field, String path, int max) {
        Object value = in.get(field);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list) || !list.stream().allMatch(Map.class::isInstance)) {
            note(value, path, "Member must be a list of structures");
            return List.of();
        }
        if (list.size() > max) {
            note(value, path, "Member must have length less than or equal to " + max);
        }
        return list.stream().map(Json::object).toList();
    }

    /** A map of strings to strings, empty if it is missing. */
    Map<String, String> strings(Map<String, Object> in, String field, String path, int max, int maxKey, int maxValue) {
        Map<String, String> strings = new LinkedHashMap<>();
        Map<String, Object> map = object(in, field, path);
        if (map.size() > max) {
            note(map, path, "Member must have length less than or equal to " + max);
        }
        map.forEach((key, value) -> {
            if (key.length() > maxKey) {
                note(key, path, "Map keys must have length less than or equal to " + maxKey);
            }
            strings.put(key, value == null ? "" : checked(value, path + "." + key + ".member", 0, maxValue, null));
        });
        return strings;
    }

    void note(Object value, String path, String constraint) {
        String shown = value == null ? "null" : "'" + value + "'";
        broken.add("Value " + shown + " at '" + path + "' failed to satisfy constraint: " + constraint);
    }

    /** @throws AwsError {@code ValidationException} if anything was noted */
    void check() throws AwsError {
        if (!broken.isEmpty()) {
            throw new AwsError("ValidationException", broken.size() + " validation error" + (broken.size() == 1 ? "" : "s")
                    + " detected: " + String.join("; ", broken));
        }
    }

    private String checked(Object value, String path, int min, int max, Pattern pattern) {
        if (!(value instanceof String text)) {
            note(value, path, "Member must be a string");
            return "";
        }
        if (text.length() < min) {
            note(value, path, "Member must have length greater than or equal to " + min);
        } else if (text.length() > max) {
            note(value, path, "Member must have length less than or equal to " + max);
        } else if (pattern != null && !pattern.matcher(text).matches()) {
            note(value, path, "Member must satisfy regular expression pattern: " + pattern);
        }
        return text;
    }
}

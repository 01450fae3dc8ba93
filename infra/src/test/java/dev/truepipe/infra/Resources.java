package dev.truepipe.infra;

import dev.truepipe.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A template as tests ask about it. */
record Resources(Map<String, Object> template) {

    /** Every resource of a type, by logical id. */
    Map<String, Map<String, Object>> ofType(String type) {
        Map<String, Map<String, Object>> found = new LinkedHashMap<>();
        Json.object(template.get("Resources")).forEach((id, resource) -> {
            if (type.equals(Json.object(resource).get("Type"))) {
                found.put(id, Json.object(resource));
            }
        });
        return found;
    }

    /** Properties of every resource of a type, by logical id. */
    Map<String, Map<String, Object>> properties(String type) {
        Map<String, Map<String, Object>> found = new LinkedHashMap<>();
        ofType(type).forEach((id, resource) -> found.put(id, Json.object(resource.getOrDefault("Properties", Map.of()))));
        return found;
    }

    /** Properties of the one resource of a type whose logical id begins so. */
    Map<String, Object> one(String type, String idPrefix) {
        return properties(type).get(id(type, idPrefix));
    }

    /** Logical id of the one resource of a type that begins so. */
    String id(String type, String idPrefix) {
        List<String> ids = ofType(type).keySet().stream().filter(id -> id.startsWith(idPrefix)).toList();
        if (ids.size() != 1) {
            throw new AssertionError("expected one " + type + " called " + idPrefix + "…, found " + ids + " of " + ofType(type).keySet());
        }
        return ids.getFirst();
    }

    /** Every statement of every policy that is attached to roles, each with the logical id of its policy. */
    List<Map.Entry<String, Map<String, Object>>> statements() {
        List<Map.Entry<String, Map<String, Object>>> all = new ArrayList<>();
        properties("AWS::IAM::Policy").forEach((id, policy) -> statements(policy.get("PolicyDocument"))
                .forEach(statement -> all.add(Map.entry(id, statement))));
        properties("AWS::IAM::Role").forEach((id, role) -> list(role.get("Policies")).forEach(inline ->
                statements(Json.object(inline).get("PolicyDocument")).forEach(statement -> all.add(Map.entry(id, statement)))));
        return all;
    }

    static List<Map<String, Object>> statements(Object document) {
        return list(Json.object(document).get("Statement")).stream().map(Json::object).toList();
    }

    /** One value or a list of them, as a list; nothing as an empty one. */
    static List<Object> list(Object value) {
        return switch (value) {
            case null -> List.of();
            case List<?> list -> new ArrayList<>(list);
            default -> List.of(value);
        };
    }
}

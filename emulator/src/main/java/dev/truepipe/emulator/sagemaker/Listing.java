package dev.truepipe.emulator.sagemaker;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What SageMaker's List operations have in common: part of a name, spans of time, and an order.
 *
 * @param nameContains {@code null} for any name
 * @param sortBy one of what the operation sorts by
 */
record Listing(String nameContains, String sortBy, boolean descending, Span created, Span modified) {
    private static final Pattern PART_OF_NAME = Pattern.compile("[a-zA-Z0-9\\-]+");

    /** Exclusive at both ends, in seconds since 1970; infinite where nothing was said. */
    record Span(double after, double before) {
        boolean holds(Object time) {
            double seconds = ((Number) time).doubleValue();
            return seconds > after && seconds < before;
        }
    }

    /** @param sorts what {@code SortBy} may be; {@code CreationTime} is the default */
    static Listing read(Map<String, Object> request, List<String> sorts, Constraints constraints) {
        String sortBy = request.get("SortBy") == null ? "CreationTime" : constraints.choice(request, "SortBy", "sortBy", sorts);
        String order = request.get("SortOrder") == null
                ? "Ascending"
                : constraints.choice(request, "SortOrder", "sortOrder", List.of("Ascending", "Descending"));
        return new Listing(
                constraints.optional(request, "NameContains", "nameContains", 0, 63, PART_OF_NAME),
                sortBy,
                order.equals("Descending"),
                span(request, "CreationTime", "creationTime", constraints),
                span(request, "LastModifiedTime", "lastModifiedTime", constraints));
    }

    private static Span span(Map<String, Object> request, String field, String path, Constraints constraints) {
        return new Span(time(request, field + "After", path + "After", Double.NEGATIVE_INFINITY, constraints),
                time(request, field + "Before", path + "Before", Double.POSITIVE_INFINITY, constraints));
    }

    private static double time(Map<String, Object> request, String field, String path, double otherwise, Constraints constraints) {
        Object value = request.get(field);
        if (value != null && !(value instanceof Number)) {
            constraints.note(value, path, "Member must be a timestamp, in seconds since 1970");
        }
        return value instanceof Number number ? number.doubleValue() : otherwise;
    }

    /** @param name the field that holds its name */
    boolean wants(Map<String, Object> item, String name) {
        Object modifiedAt = item.get("LastModifiedTime");
        return (nameContains == null || ((String) item.get(name)).contains(nameContains))
                && created.holds(item.get("CreationTime"))
                && (modifiedAt == null || modified.holds(modifiedAt));
    }

    /** By what was asked for, then by name, so that there is one order only. @param sortField the field that {@code SortBy} stands for, unless it is a time */
    Comparator<Map<String, Object>> order(String sortField, String name) {
        Comparator<Map<String, Object>> order = sortBy.equals("CreationTime")
                ? Comparator.comparingDouble(item -> ((Number) item.get("CreationTime")).doubleValue())
                : Comparator.comparing(item -> (String) item.get(sortField));
        order = order.thenComparing(item -> (String) item.get(name));
        return descending ? order.reversed() : order;
    }
}

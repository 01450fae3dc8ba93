package dev.truepipe.manifest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The category list that a line carries: a class's id is its place in it. Every line of a job repeats the list, so it is only
 * made anew where a line differs from the one before.
 */
final class CategoryList {
    /** The first {@link #count} are this line's; behind them may stand what the line before had more. */
    private final List<String> names = new ArrayList<>();
    private Map<String, Integer> places = new HashMap<>();
    /** Whether {@link #places} knows other names than this line's. */
    private boolean stale;
    private int count;

    void begin() {
        count = 0;
    }

    /** @param name {@code null} for a place without one */
    void add(String name) {
        if (count < names.size() && Objects.equals(names.get(count), name)) {
            count++;
            return;
        }
        cut();
        names.add(name);
        stale = true;
        count++;
    }

    int count() {
        return count;
    }

    String name(int place) {
        return names.get(place);
    }

    /** The first place with this name, or -1. */
    int find(String name) {
        cut();
        if (stale) {
            places = new HashMap<>();
            for (int i = 0; i < count; i++) {
                places.putIfAbsent(names.get(i), i);
            }
            stale = false;
        }
        return places.getOrDefault(name, -1);
    }

    /** Forgets what only the line before had. */
    private void cut() {
        if (count < names.size()) {
            names.subList(count, names.size()).clear();
            stale = true;
        }
    }
}

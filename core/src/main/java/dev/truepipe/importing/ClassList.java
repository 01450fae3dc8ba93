package dev.truepipe.importing;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The classes of an import: a name for each id, and an id for each name. */
public final class ClassList {
    /** Most classes: ids end at 65535, as {@code check} has it. */
    static final int MOST = 65_536;
    static final ClassList NONE = new ClassList(new TreeMap<>());

    private static final int MOST_DIGITS = 9;
    private static final Comparator<String> NUMBERS_BY_VALUE = Comparator.comparingInt(Integer::parseInt);

    private final SortedMap<Integer, String> names;
    private final Map<String, Integer> ids = new HashMap<>();

    private ClassList(SortedMap<Integer, String> names) {
        this.names = Collections.unmodifiableSortedMap(names);
        names.forEach((id, name) -> ids.put(name, id));
    }

    /** Ids from 0 in this order; of a name that comes again the first place counts. */
    static ClassList inOrder(Collection<String> names) {
        TreeMap<Integer, String> byId = new TreeMap<>();
        names.stream().distinct().forEach(name -> byId.put(byId.size(), name));
        return new ClassList(byId);
    }

    /** For formats without an order of their own: ids from 0, by name; names that are all whole numbers by their value. */
    static ClassList sorted(Collection<String> names) {
        return inOrder(allNumbers(names) ? names.stream().sorted(NUMBERS_BY_VALUE).toList() : names.stream().sorted().toList());
    }

    /** For tables of labels: names that are all class ids already are their own ids, gaps and all; else as {@link #sorted}. */
    static ClassList sortedOrIds(Collection<String> names) {
        if (!allNumbers(names) || names.stream().anyMatch(name -> Integer.parseInt(name) >= MOST)) {
            return sorted(names);
        }
        TreeMap<Integer, String> byId = new TreeMap<>();
        names.forEach(name -> byId.put(Integer.parseInt(name), name));
        return new ClassList(byId);
    }

    private static boolean allNumbers(Collection<String> names) {
        return names.stream().allMatch(name -> name.matches("0|[1-9][0-9]{0," + (MOST_DIGITS - 1) + "}"));
    }

    /** The id of a class, or -1. */
    int id(String name) {
        return ids.getOrDefault(name, -1);
    }

    String name(int id) {
        return names.get(id);
    }

    int size() {
        return names.size();
    }

    /** Names by id. */
    public SortedMap<Integer, String> names() {
        return names;
    }

    /** Names in the order of ids. */
    List<String> inOrder() {
        return List.copyOf(names.values());
    }
}

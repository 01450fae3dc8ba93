package dev.truepipe.manifest;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the class ids of one labeling job become: each of them another, no two the same. */
public final class ClassIds {
    private final int[] from;
    private final int[] to;
    /** Made when it is first asked for: by every spliced line. */
    private ClassIds result;

    /** @param ids every class id that the job knows, those that stay as they are included
     *  @throws IllegalArgumentException if two ids become one */
    public ClassIds(SortedMap<Integer, Integer> ids) {
        from = ids.keySet().stream().mapToInt(Integer::intValue).toArray();
        to = ids.values().stream().mapToInt(Integer::intValue).toArray();
        if (Arrays.stream(to).distinct().count() < to.length) {
            throw new IllegalArgumentException("two class ids become one: " + ids);
        }
    }

    /** What an id becomes; -1 if the job does not know it. */
    public int of(int id) {
        int place = Arrays.binarySearch(from, id);
        return place < 0 ? -1 : to[place];
    }

    /** Whether a known id becomes another. */
    public boolean changes(int id) {
        int becomes = of(id);
        return becomes >= 0 && becomes != id;
    }

    /** Whether none becomes another. */
    public boolean stay() {
        return Arrays.equals(from, to);
    }

    /** The ids that become others, by id. */
    public SortedMap<Integer, Integer> changed() {
        SortedMap<Integer, Integer> changed = all();
        changed.entrySet().removeIf(entry -> entry.getKey().equals(entry.getValue()));
        return changed;
    }

    /** All that the job knows. */
    public SortedMap<Integer, Integer> all() {
        SortedMap<Integer, Integer> all = new TreeMap<>();
        for (int i = 0; i < from.length; i++) {
            all.put(from[i], to[i]);
        }
        return all;
    }

    /** Those ids that others become, as they are. */
    ClassIds result() {
        if (result == null) {
            SortedMap<Integer, Integer> same = new TreeMap<>();
            for (int id : to) {
                same.put(id, id);
            }
            result = new ClassIds(same);
        }
        return result;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ClassIds ids && Arrays.equals(from, ids.from) && Arrays.equals(to, ids.to);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(from) + Arrays.hashCode(to);
    }

    @Override
    public String toString() {
        return all().toString();
    }
}

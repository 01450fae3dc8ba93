package dev.truepipe.manifest;

import java.util.Arrays;

/**
 * Classes of one line: id, name, and how many annotations have it. Finding, adding and forgetting a class takes the same
 * time however many there are.
 */
final class ClassUses {
    private int count;
    private int[] ids = new int[8];
    private String[] names = new String[8];
    private int[] annotations = new int[8];
    /** By id, its place plus one. Grows to the highest id seen, {@value LineJudge#MAX_CLASS_ID} at most. */
    private int[] places = new int[256];

    void clear() {
        for (int i = 0; i < count; i++) {
            places[ids[i]] = 0;
        }
        count = 0;
    }

    int count() {
        return count;
    }

    int id(int place) {
        return ids[place];
    }

    /** {@code null} where the line gives none. */
    String name(int place) {
        return names[place];
    }

    int annotations(int place) {
        return annotations[place];
    }

    /** The class's place, or -1. */
    int find(int id) {
        return id < places.length ? places[id] - 1 : -1;
    }

    /** Adds annotations to a class; its first name stays. */
    void add(int id, String name, int more) {
        int place = find(id);
        if (place < 0) {
            place = put(id, name);
        }
        annotations[place] += more;
    }

    /** Names a class that has no annotations yet. */
    void name(int id, String name) {
        int place = find(id);
        if (place < 0) {
            put(id, name);
        } else {
            names[place] = name;
        }
    }

    private int put(int id, String name) {
        if (id >= places.length) {
            places = Arrays.copyOf(places, Math.min(LineJudge.MAX_CLASS_ID + 1, Math.max(id + 1, 2 * places.length)));
        }
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
            names = Arrays.copyOf(names, 2 * count);
            annotations = Arrays.copyOf(annotations, 2 * count);
        }
        ids[count] = id;
        names[count] = name;
        annotations[count] = 0;
        places[id] = ++count;
        return count - 1;
    }

    /** Puts the classes in the order of their ids. */
    void sort() {
        boolean sorted = true;
        for (int i = 1; i < count && sorted; i++) {
            sorted = ids[i - 1] < ids[i];
        }
        if (sorted) {
            return;
        }
        int[] order = Arrays.copyOf(ids, count);
        Arrays.sort(order);
        String[] sortedNames = new String[ids.length];
        int[] sortedAnnotations = new int[ids.length];
        for (int i = 0; i < count; i++) {
            int place = places[order[i]] - 1;
            sortedNames[i] = names[place];
            sortedAnnotations[i] = annotations[place];
        }
        for (int i = 0; i < count; i++) {
            ids[i] = order[i];
            places[order[i]] = i + 1;
        }
        names = sortedNames;
        annotations = sortedAnnotations;
    }
}

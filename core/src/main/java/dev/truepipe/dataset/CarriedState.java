package dev.truepipe.dataset;

import dev.truepipe.json.Json;
import dev.truepipe.split.Hash128;
import dev.truepipe.split.HoldOut;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What one version hands on to the next so that no object changes sides.
 *
 * @param holdOut shares or manifest, and seed, that it holds for
 * @param groupBy grouping it holds for, as text
 * @param floors groups that are held out although their hash says train, so that each class is on both sides
 * @param kept groups that were the only one of a class, in train: never moved to the hold-out later
 * @param classes class names by id
 */
public record CarriedState(
        HoldOut holdOut, String groupBy, SortedSet<Hash128> floors, SortedSet<Hash128> kept, SortedMap<Integer, String> classes) {
    public CarriedState {
        floors = Collections.unmodifiableSortedSet(new TreeSet<>(floors));
        kept = Collections.unmodifiableSortedSet(new TreeSet<>(kept));
        classes = Collections.unmodifiableSortedMap(new TreeMap<>(classes));
    }

    /** Nothing carried. */
    static CarriedState none(DatasetRules rules) {
        return new CarriedState(rules.holdOut(), rules.groupBy().toString(), new TreeSet<>(), new TreeSet<>(), new TreeMap<>());
    }

    boolean holdsFor(DatasetRules rules) {
        return holdOut.equals(rules.holdOut()) && groupBy.equals(rules.groupBy().toString());
    }

    /**
     * Reads it from a {@code dataset.json}.
     *
     * @throws IllegalArgumentException if the document has no such state
     */
    public static CarriedState fromDataset(Map<String, Object> dataset) {
        if (!(dataset.get("split") instanceof Map<?, ?>) || !(dataset.get("carried") instanceof Map<?, ?>)) {
            throw new IllegalArgumentException("no \"split\" and \"carried\" in it: not a dataset.json that truepipe wrote");
        }
        Map<String, Object> split = Json.object(dataset.get("split"));
        Map<String, Object> carried = Json.object(dataset.get("carried"));
        try {
            SortedMap<Integer, String> classes = new TreeMap<>();
            Json.object(carried.get("classes")).forEach((id, name) -> classes.put(Integer.valueOf(id), (String) name));
            return new CarriedState(
                    DatasetRules.holdOut(split),
                    (String) split.get("groupBy"),
                    hashes(carried.get("floors")),
                    hashes(carried.get("kept")),
                    classes);
        } catch (ClassCastException | NullPointerException | NumberFormatException e) {
            throw new IllegalArgumentException("\"split\" or \"carried\" in it is damaged", e);
        }
    }

    private static SortedSet<Hash128> hashes(Object array) {
        SortedSet<Hash128> hashes = new TreeSet<>();
        for (Object hash : Json.array(array)) {
            hashes.add(Hash128.parse((String) hash));
        }
        return hashes;
    }

    Map<String, Object> splitJson() {
        Map<String, Object> json = DatasetRules.splitJson(holdOut);
        json.put("groupBy", groupBy);
        return json;
    }

    Map<String, Object> carriedJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("floors", texts(floors));
        json.put("kept", texts(kept));
        Map<String, Object> names = new LinkedHashMap<>();
        classes.forEach((id, name) -> names.put(id.toString(), name));
        json.put("classes", names);
        return json;
    }

    private static List<String> texts(SortedSet<Hash128> hashes) {
        List<String> texts = new ArrayList<>();
        hashes.forEach(hash -> texts.add(hash.toString()));
        return texts;
    }
}

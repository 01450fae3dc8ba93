package dev.truepipe.dataset;

import dev.truepipe.split.Hash128;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which groups move from train to validation so that validation sees every class: class by class, the group of lowest rank whose
 * leaving takes no class out of train.
 *
 * <p>Lines are offered twice, in any order: {@link #offer} each, then {@link #hold} each, then {@link #choose}. Memory: at most
 * {@value #MOST} groups for each class, twice that for one that needs a floor. Groups beyond these are as if they were not there,
 * so a class may be refused a floor, but is never taken out of train.
 */
final class Floors {
    static final int MOST = 64;

    private final Comparator<Hash128> byRank;
    /** Of each class, groups of train: all of them, or {@value #MOST}. */
    private final Map<Integer, Set<Hash128>> inTrain = new HashMap<>();
    /** Of each class that needs a floor, the groups of lowest rank that may move. */
    private final SortedMap<Integer, TreeSet<Hash128>> candidates = new TreeMap<>();
    /** What each group that may move holds. */
    private Map<Hash128, SortedSet<Integer>> classes;

    /** @param byRank a total order of groups */
    Floors(Comparator<Hash128> byRank) {
        this.byRank = byRank;
    }

    /** A class on a line of train. @param mayMove whether the class needs a floor and the group could be it */
    void offer(int id, Hash128 group, boolean mayMove) {
        Set<Hash128> groups = inTrain.computeIfAbsent(id, key -> new HashSet<>(4));
        if (groups.size() < MOST) {
            groups.add(group);
        }
        if (mayMove) {
            TreeSet<Hash128> lowest = candidates.computeIfAbsent(id, key -> new TreeSet<>(byRank));
            lowest.add(group);
            if (lowest.size() > MOST) {
                lowest.removeLast();
            }
        }
    }

    /** Whether there is anything to choose from. */
    boolean isEmpty() {
        return candidates.isEmpty();
    }

    /** The same class again, now that it is known which groups may move. */
    void hold(int id, Hash128 group) {
        if (classes == null) {
            classes = new HashMap<>();
            candidates.values().forEach(groups -> groups.forEach(one -> classes.put(one, new TreeSet<>())));
        }
        SortedSet<Integer> held = classes.get(group);
        if (held != null) {
            held.add(id);
        }
    }

    /** The groups that move. */
    SortedSet<Hash128> choose() {
        SortedSet<Hash128> moved = new TreeSet<>();
        Set<Integer> served = new HashSet<>();
        Map<Integer, Integer> left = new HashMap<>();
        inTrain.forEach((id, groups) -> left.put(id, groups.size()));
        candidates.forEach((id, groups) -> {
            if (served.contains(id)) {
                return;
            }
            for (Hash128 group : groups) {
                SortedSet<Integer> held = classes.get(group);
                if (held.stream().allMatch(one -> left.get(one) > 1)) {
                    moved.add(group);
                    held.forEach(one -> left.merge(one, -1, Integer::sum));
                    served.addAll(held);
                    return;
                }
            }
        });
        return moved;
    }
}

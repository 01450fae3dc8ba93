package dev.truepipe.split;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** Of any number of things, those with the lowest hashes: a sample that is the same at every run and on every machine, whatever their order. */
public final class LowestHashes<T> {
    private final int most;
    private final TreeMap<Hash128, T> things = new TreeMap<>();

    /** @param most how many are kept */
    public LowestHashes(int most) {
        this.most = most;
    }

    /** Whether a thing of this hash would be kept, as far as one knows by now. */
    public boolean wants(Hash128 hash) {
        return things.size() < most || hash.compareTo(things.lastKey()) < 0;
    }

    /** Keeps a thing if its hash is low enough. Of several with one hash the first stays. */
    public void add(Hash128 hash, T thing) {
        if (wants(hash) && things.putIfAbsent(hash, thing) == null && things.size() > most) {
            things.pollLastEntry();
        }
    }

    /** Those that were kept. */
    public SortedMap<Hash128, T> all() {
        return Collections.unmodifiableSortedMap(things);
    }
}

package dev.truepipe.dataset;

import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.FindingCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Measures how much of the hold-out has a near-identical name in train: frames of one recording, copies of one image.
 *
 * <p>A name is a stem, made from all of it but its last number, and that number. Near-identical: one stem, and numbers at most
 * {@value #NEAR} apart. Measured on a sample of at most {@value #MOST_NAMES} names, which is all of them in small datasets: those
 * whose block (stem, number / 64) has a hash with enough zero bits, so that neighbours are in it together. Which names are in
 * depends on nothing but the names: not on order, machine, or chunks.
 */
final class SequenceLeak {
    /** Numbers this far apart are neighbours: people often label every second or third frame. */
    static final int NEAR = 3;
    static final int MOST_NAMES = 1 << 16;
    /** Fewer such lines of the hold-out are chance, or too few to move a metric. */
    static final long FEWEST = 10;
    /** From this share on, in percent: a fifth of the hold-out known by heart lifts a metric by more than models differ; less comes
     *  about by itself where numbers are ids. */
    static final long LEAST_PERCENT = 20;

    /** Numbers of one stem that are in the sample together. */
    private static final int BLOCK_BITS = 6;
    private static final int[] BY_DISTANCE = {0, -1, 1, -2, 2, -3, 3};

    private final List<String> manifests = new ArrayList<>();
    /** A block is in the sample if its hash ends in so many zero bits. */
    private int zeroBits;
    private long named;

    private Names names = new Names(1 << 10);
    /** Where {@link #names} moves when it is thinned, which is often; {@code null} until it first is. */
    private Names spare;

    /** A name in each slot: open addressing, at most half full. Its lines' places are 0 until there is one. */
    private static final class Names {
        private final long[] stems;
        private final long[] numbers;
        private final int[] heldLines;
        private final long[] heldPlaces;
        private final long[] trainPlaces;
        private int size;

        Names(int capacity) {
            stems = new long[capacity];
            numbers = new long[capacity];
            heldLines = new int[capacity];
            heldPlaces = new long[capacity];
            trainPlaces = new long[capacity];
        }

        int capacity() {
            return stems.length;
        }

        void clear() {
            Arrays.fill(stems, 0);
            Arrays.fill(heldLines, 0);
            Arrays.fill(heldPlaces, 0);
            Arrays.fill(trainPlaces, 0);
            size = 0;
        }

        /** The slot of a name, or the free one where it belongs. The sample's hashes end in zeros, so that their upper half tells. */
        int slot(long stem, long number) {
            int mask = capacity() - 1;
            int slot = (int) (hash(stem, number) >>> 32) + (int) number & mask;
            while (stems[slot] != 0 && (stems[slot] != stem || numbers[slot] != number)) {
                slot = slot + 1 & mask;
            }
            return slot;
        }

        /** The slot of a name, which is there afterwards. */
        int enter(long stem, long number) {
            int slot = slot(stem, number);
            if (stems[slot] == 0) {
                stems[slot] = stem;
                numbers[slot] = number;
                size++;
            }
            return slot;
        }

        /** Enters what another has in a slot. */
        void enter(Names other, int from) {
            int slot = enter(other.stems[from], other.numbers[from]);
            heldLines[slot] = other.heldLines[from];
            heldPlaces[slot] = other.heldPlaces[from];
            trainPlaces[slot] = other.trainPlaces[from];
        }
    }

    /**
     * Adds a line of train or validation.
     *
     * @param stem 0: the object has no name, and the line does not count
     * @param held whether it is of validation
     * @param line in the manifest, from 1
     */
    void add(long stem, long number, boolean held, String manifest, long line) {
        if (stem == 0) {
            return;
        }
        named += held ? 1 : 0;
        if (isSampled(stem, number)) {
            if (manifests.isEmpty() || !manifests.getLast().equals(manifest)) {
                manifests.add(manifest);
            }
            add(stem, number, held, (long) manifests.size() << 40 | line);
        }
    }

    private void add(long stem, long number, boolean held, long place) {
        int slot = names.enter(stem, number);
        names.heldLines[slot] += held ? 1 : 0;
        long[] places = held ? names.heldPlaces : names.trainPlaces;
        places[slot] = places[slot] == 0 ? place : places[slot];
        if (names.size > MOST_NAMES) {
            thin();
        } else if (2 * names.size > names.capacity()) {
            moveTo(new Names(2 * names.capacity()));
        }
    }

    /** Names in the sample. */
    int names() {
        return names.size;
    }

    /** The warning, if there are enough such lines. */
    Optional<Finding> finding() {
        long sampled = 0;
        long near = 0;
        int first = -1;
        for (int slot = 0; slot < names.capacity(); slot++) {
            sampled += names.heldLines[slot];
            if (names.heldLines[slot] > 0 && neighbour(slot) >= 0) {
                near += names.heldLines[slot];
                first = first < 0 || names.heldPlaces[slot] < names.heldPlaces[first] ? slot : first;
            }
        }
        if (near < FEWEST || 100 * near < LEAST_PERCENT * sampled) {
            return Optional.empty();
        }
        FindingCode code = FindingCode.POSSIBLE_SEQUENCE_LEAK;
        return Optional.of(new Finding(code, code.severity(), "source-ref", String.format(Locale.ROOT,
                "%d%% of the hold-out (%s%d of %d lines) has a neighbour in train by its name, such as %s of %s;"
                        + " if these are frames of one recording, or copies, validation knows what training saw; %s",
                Math.round(100.0 * near / sampled), zeroBits == 0 ? "" : "about ", Math.round((double) near / sampled * named), named,
                words(names.heldPlaces[first]), words(names.trainPlaces[neighbour(first)]), code.cure())));
    }

    /** The slot of the nearest name in train; -1 if none is near. */
    private int neighbour(int slot) {
        for (int distance : BY_DISTANCE) {
            int there = names.slot(names.stems[slot], names.numbers[slot] + distance);
            if (names.trainPlaces[there] != 0) {
                return there;
            }
        }
        return -1;
    }

    private String words(long place) {
        return manifests.get((int) (place >>> 40) - 1) + ":" + (place & (1L << 40) - 1);
    }

    private boolean isSampled(long stem, long number) {
        return Long.numberOfTrailingZeros(hash(stem, number)) >= zeroBits;
    }

    private static long hash(long stem, long number) {
        long hash = stem + (number >> BLOCK_BITS) * 0x9e3779b97f4a7c15L;
        hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
        hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
        return hash ^ hash >>> 33;
    }

    /** Halves the sample, as often as it takes. */
    private void thin() {
        while (names.size > MOST_NAMES) {
            zeroBits++;
            Names before = names;
            if (spare == null) {
                spare = new Names(names.capacity());
            }
            moveTo(spare);
            before.clear();
            spare = before;
        }
    }

    private void moveTo(Names next) {
        for (int slot = 0; slot < names.capacity(); slot++) {
            if (names.stems[slot] != 0 && isSampled(names.stems[slot], names.numbers[slot])) {
                next.enter(names, slot);
            }
        }
        names = next;
    }
}

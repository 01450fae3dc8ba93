package dev.truepipe.dataset;

import dev.truepipe.manifest.ClassTally;
import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.manifest.LabelTally;
import dev.truepipe.split.GroupBy;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What follows from putting every line into one channel: counts, classes on either side, hashes for {@code lines.idx}. */
final class Assignment {
    private final LineIndex judged;
    private final LineSet[] sets = Arrays.stream(Channel.values()).map(channel -> new LineSet()).toArray(LineSet[]::new);
    private final ClassTally classes;
    private final LabelTally labels = new LabelTally();
    /** By class id; low ids, which nearly all are, without a search. */
    private final Sides[] low = new Sides[256];
    private final SortedMap<Integer, Sides> sides = new TreeMap<>();
    /** Of train and test. */
    private final LongList otherLines = new LongList();
    private final LongList validationLines = new LongList();
    /** First halves of the groups' hashes; where lines are not grouped these are the objects. */
    private final LongList trainGroups = new LongList();
    private final LongList validationGroups = new LongList();
    private final LongList testGroups = new LongList();
    /** {@code null} unless lines are grouped. */
    private final LongList objects;
    private long[] sortedTrainGroups;
    private LineIndex lineIndex;
    private long newLabels;
    private long mostAnnotations;

    private final SequenceLeak leak = new SequenceLeak();

    Assignment(DecisionInput input) {
        judged = input.judged();
        objects = input.rules().groupBy() instanceof GroupBy.ByObject ? null : new LongList();
        classes = new ClassTally(input.rules().labelCategories());
    }

    /** @param number of the line in its manifest, from 1 */
    void add(IndexedLine line, Channel channel, String manifest, long number) {
        sets[channel.ordinal()].add(line.hashHigh(), line.hashLow());
        LongList groups = switch (channel) {
            case TRAIN -> trainGroups;
            case VALIDATION -> validationGroups;
            case TEST -> testGroups;
            case QUARANTINE, SUPERSEDED -> null;
        };
        if (groups == null) {
            return;
        }
        groups.add(line.groupHigh());
        (channel == Channel.VALIDATION ? validationLines : otherLines).add(line.hashHigh());
        if (objects != null) {
            objects.add(line.keyHigh());
        }
        labels.add(line.label());
        if (judged == null || !judged.contains(line.hashHigh())) {
            newLabels++;
        }
        long annotations = 0;
        for (int i = 0; i < line.classCount(); i++) {
            int here = line.annotations(i);
            annotations += here;
            classes.add(line.classId(i), line.className(i), here, manifest, number);
            if (here > 0) {
                side(line.classId(i)).add(line, channel);
            }
        }
        mostAnnotations = Math.max(mostAnnotations, annotations);
        if (channel != Channel.TEST) {
            leak.add(line.stem(), line.frame(), channel == Channel.VALIDATION, manifest, number);
        }
    }

    private Sides side(int id) {
        if (id >= low.length) {
            return sides.computeIfAbsent(id, key -> new Sides());
        }
        if (low[id] == null) {
            low[id] = new Sides();
            sides.put(id, low[id]);
        }
        return low[id];
    }

    /**
     * Objects that are on several of the accepted lines, or seem so, by the first half of their hashes. To be
     * asked once, when all lines are in.
     */
    long[] repeatedObjects() {
        if (objects != null) {
            return LongList.repeated(objects.takeSorted());
        }
        // An object is its own group, and a group is on one side.
        return Stream.of(sortedTrainGroups(), validationGroups.takeSorted(), testGroups.takeSorted())
                .flatMapToLong(sorted -> Arrays.stream(LongList.repeated(sorted))).toArray();
    }

    private long[] sortedTrainGroups() {
        if (sortedTrainGroups == null) {
            sortedTrainGroups = trainGroups.takeSorted();
        }
        return sortedTrainGroups;
    }

    /** Once all lines are in. */
    LineIndex lineIndex() {
        if (lineIndex == null) {
            lineIndex = new LineIndex(otherLines.takeSorted(), validationLines.takeSorted(), LongList.distinct(sortedTrainGroups()));
        }
        return lineIndex;
    }

    /** Whether much of the hold-out has a near-identical name in train. */
    Optional<Finding> sequenceLeak() {
        return leak.finding();
    }

    long count(Channel channel) {
        return sets[channel.ordinal()].count();
    }

    /** As the version and the hold-out hash it. */
    String set(Channel channel) {
        return channel.word() + " " + sets[channel.ordinal()] + "\n";
    }

    ClassTally classes() {
        return classes;
    }

    LabelTally labels() {
        return labels;
    }

    /** By class id. */
    SortedMap<Integer, Sides> sides() {
        return sides;
    }

    /** Accepted lines that the last judged version had not. */
    long newLabels() {
        return newLabels;
    }

    long mostAnnotations() {
        return mostAnnotations;
    }
}

package dev.truepipe.dataset;

import dev.truepipe.manifest.ClassTally;
import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.manifest.LabelTally;
import dev.truepipe.split.GroupBy;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** What follows from putting every line into one channel: counts, classes on either side, hashes for {@code lines.idx}. */
final class Assignment {
    private static final int NEAR_FRAMES = 3;
    private static final long FEWEST_NEIGHBOURS = 10;

    private final LineIndex judged;
    private final LineSet[] sets = {new LineSet(), new LineSet(), new LineSet(), new LineSet()};
    private final ClassTally classes;
    private final LabelTally labels = new LabelTally();
    /** By class id; low ids, which nearly all are, without a search. */
    private final Sides[] low = new Sides[256];
    private final SortedMap<Integer, Sides> sides = new TreeMap<>();
    private final LongList trainLines = new LongList();
    private final LongList validationLines = new LongList();
    /** First halves of the groups' hashes; where lines are not grouped these are the objects. */
    private final LongList trainGroups = new LongList();
    private final LongList validationGroups = new LongList();
    /** {@code null} unless lines are grouped. */
    private final LongList objects;
    private long[] sortedTrainGroups;
    private LineIndex lineIndex;
    private long newLabels;
    private long mostAnnotations;

    private long neighbours;
    private long tornNeighbours;
    private long stem;
    private long frame;
    private boolean frameHeld;

    Assignment(DecisionInput input) {
        judged = input.judged();
        objects = input.rules().groupBy() instanceof GroupBy.ByObject ? null : new LongList();
        classes = new ClassTally(input.rules().labelCategories());
    }

    /** Another manifest begins: its first line has no neighbour before it. */
    void manifest() {
        stem = 0;
    }

    /** @param number of the line in its manifest, from 1 */
    void add(IndexedLine line, Channel channel, String manifest, long number) {
        sets[channel.ordinal()].add(line.hashHigh(), line.hashLow());
        if (channel != Channel.TRAIN && channel != Channel.VALIDATION) {
            return;
        }
        boolean held = channel == Channel.VALIDATION;
        (held ? validationLines : trainLines).add(line.hashHigh());
        (held ? validationGroups : trainGroups).add(line.groupHigh());
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
                side(line.classId(i)).add(line, held);
            }
        }
        mostAnnotations = Math.max(mostAnnotations, annotations);
        neighbour(line, held);
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

    private void neighbour(IndexedLine line, boolean held) {
        if (line.stem() != 0 && line.stem() == stem) {
            long step = Math.abs(line.frame() - frame);
            if (step > 0 && step <= NEAR_FRAMES) {
                neighbours++;
                tornNeighbours += held == frameHeld ? 0 : 1;
            }
        }
        stem = line.stem();
        frame = line.frame();
        frameHeld = held;
    }

    /**
     * Objects that are on several of the lines of train and validation, or seem so, by the first half of their hashes. To be
     * asked once, when all lines are in.
     */
    long[] repeatedObjects() {
        if (objects != null) {
            return LongList.repeated(objects.takeSorted());
        }
        // An object is its own group, and a group is on one side.
        return LongStream.concat(
                        Arrays.stream(LongList.repeated(sortedTrainGroups())),
                        Arrays.stream(LongList.repeated(validationGroups.takeSorted())))
                .toArray();
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
            lineIndex = new LineIndex(trainLines.takeSorted(), validationLines.takeSorted(), LongList.distinct(sortedTrainGroups()));
        }
        return lineIndex;
    }

    /** Whether many neighbouring lines are on different sides. @param accepted lines of train and validation */
    Optional<Finding> sequenceLeak(long accepted) {
        if (tornNeighbours == 0 || neighbours < Math.max(FEWEST_NEIGHBOURS, accepted / 5)) {
            return Optional.empty();
        }
        FindingCode code = FindingCode.POSSIBLE_SEQUENCE_LEAK;
        return Optional.of(new Finding(code, code.severity(), "source-ref", String.format(Locale.ROOT,
                "%d of %d neighbouring lines with consecutive numbers in their names lie on different sides of the split; if they are frames of one recording, validation knows what training saw; %s",
                tornNeighbours, neighbours, code.cure())));
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

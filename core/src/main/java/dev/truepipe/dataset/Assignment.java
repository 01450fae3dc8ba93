package dev.truepipe.dataset;

import dev.truepipe.manifest.ClassTally;
import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.manifest.LabelTally;
import dev.truepipe.manifest.Reconciliation;
import dev.truepipe.manifest.SourceTally;
import dev.truepipe.split.GroupBy;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What follows from putting every line into one channel: counts, classes on either side, hashes for {@code lines.idx}. */
final class Assignment {
    private final DecisionInput input;
    private final SortedMap<Integer, String> classesBefore;
    private final LineIndex judged;
    private final LineSet[] sets = Arrays.stream(Channel.values()).map(channel -> new LineSet()).toArray(LineSet[]::new);
    private final ClassTally classes = new ClassTally();
    private final LabelTally labels = new LabelTally();
    private final SourceTally sources = new SourceTally();
    /** By the number that {@link #classes} gives a class of a job; {@code null} where it has no annotations. */
    private Sides[] sidesByJob = new Sides[64];
    private Reconciliation reconciliation;
    private SortedMap<Integer, Sides> sides;
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

    /** @param classesBefore class names by id that the version before had */
    Assignment(DecisionInput input, SortedMap<Integer, String> classesBefore) {
        this.input = input;
        this.classesBefore = classesBefore;
        judged = input.judged();
        objects = input.rules().groupBy() instanceof GroupBy.ByObject ? null : new LongList();
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
        sources.add(line.sourceRef(), line.source());
        if (judged == null || !judged.contains(line.hashHigh())) {
            newLabels++;
        }
        long annotations = 0;
        ClassTally.Job job = classes.job(line, manifest);
        for (int i = 0; i < line.classCount(); i++) {
            int here = line.annotations(i);
            annotations += here;
            int ofJob = classes.add(job, line.classId(i), line.className(i), here, manifest, number);
            if (here > 0) {
                side(ofJob).add(line, channel);
            }
        }
        mostAnnotations = Math.max(mostAnnotations, annotations);
        if (channel != Channel.TEST) {
            leak.add(line.stem(), line.frame(), channel == Channel.VALIDATION, manifest, number);
        }
    }

    private Sides side(int ofJob) {
        if (ofJob >= sidesByJob.length) {
            sidesByJob = Arrays.copyOf(sidesByJob, Math.max(ofJob + 1, 2 * sidesByJob.length));
        }
        if (sidesByJob[ofJob] == null) {
            sidesByJob[ofJob] = new Sides();
        }
        return sidesByJob[ofJob];
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

    /** Once all lines are in. */
    Reconciliation reconciliation() {
        if (reconciliation == null) {
            reconciliation = new Reconciliation(classes, input.choice(), input.rules().labelCategories(), classesBefore);
        }
        return reconciliation;
    }

    /** The id that a class of a line has in the dataset, once all lines are in. @param place of the class on the line */
    int classId(IndexedLine line, int place, String manifest) {
        return reconciliation().id(classes.number(classes.job(line, manifest), line.classId(place), line.className(place)));
    }

    LabelTally labels() {
        return labels;
    }

    SourceTally sources() {
        return sources;
    }

    /** By the ids that classes have in the dataset, once all lines are in; -1 for all that were too many. */
    SortedMap<Integer, Sides> sides() {
        if (sides == null) {
            sides = new TreeMap<>();
            for (int ofJob = 0; ofJob < sidesByJob.length; ofJob++) {
                if (sidesByJob[ofJob] != null) {
                    sides.computeIfAbsent(reconciliation().id(ofJob), id -> new Sides()).add(sidesByJob[ofJob]);
                }
            }
        }
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

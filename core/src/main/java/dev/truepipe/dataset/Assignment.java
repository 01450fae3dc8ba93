package dev.truepipe.dataset;

import dev.truepipe.manifest.ClassTally;
import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.manifest.LabelTally;
import dev.truepipe.manifest.Reconciliation;
import dev.truepipe.manifest.SourceTally;
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

    private final DecisionInput input;
    private final SortedMap<Integer, String> classesBefore;
    private final LineIndex judged;
    private final LineSet[] sets = {new LineSet(), new LineSet(), new LineSet(), new LineSet()};
    private final ClassTally classes = new ClassTally();
    private final LabelTally labels = new LabelTally();
    private final SourceTally sources = new SourceTally();
    /** By the number that {@link #classes} gives a class of a job; {@code null} where it has no annotations. */
    private Sides[] sidesByJob = new Sides[64];
    private Reconciliation reconciliation;
    private SortedMap<Integer, Sides> sides;
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

    /** @param classesBefore class names by id that the version before had */
    Assignment(DecisionInput input, SortedMap<Integer, String> classesBefore) {
        this.input = input;
        this.classesBefore = classesBefore;
        judged = input.judged();
        objects = input.rules().groupBy() instanceof GroupBy.ByObject ? null : new LongList();
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
                side(ofJob).add(line, held);
            }
        }
        mostAnnotations = Math.max(mostAnnotations, annotations);
        neighbour(line, held);
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

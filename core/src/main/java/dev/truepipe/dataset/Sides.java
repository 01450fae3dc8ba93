package dev.truepipe.dataset;

import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.split.Hash128;
import java.util.Optional;

/** One class on both sides of the split. */
final class Sides {
    private long trainLines;
    private long validationLines;
    private boolean grouped;
    private long groupHigh;
    private long groupLow;
    private boolean severalGroups;

    /** A line that holds the class. */
    void add(IndexedLine line, boolean held) {
        if (held) {
            validationLines++;
        } else {
            trainLines++;
        }
        if (!grouped) {
            grouped = true;
            groupHigh = line.groupHigh();
            groupLow = line.groupLow();
        } else if (groupHigh != line.groupHigh() || groupLow != line.groupLow()) {
            severalGroups = true;
        }
    }

    /** What another counted of the same class. */
    void add(Sides other) {
        trainLines += other.trainLines;
        validationLines += other.validationLines;
        severalGroups |= other.severalGroups || grouped && other.grouped && (groupHigh != other.groupHigh || groupLow != other.groupLow);
        if (!grouped) {
            grouped = other.grouped;
            groupHigh = other.groupHigh;
            groupLow = other.groupLow;
        }
    }

    long trainLines() {
        return trainLines;
    }

    long validationLines() {
        return validationLines;
    }

    /** Its only group, if that is in train. */
    Optional<Hash128> onlyGroupInTrain() {
        return validationLines == 0 && grouped && !severalGroups ? Optional.of(new Hash128(groupHigh, groupLow)) : Optional.empty();
    }

    /** Whether the hold-out lacks the class although it has groups to give. */
    boolean needsFloor() {
        return validationLines == 0 && severalGroups;
    }

    /** A warning if one side lacks the class. @param holdsOut whether there is a hold-out at all */
    Optional<Finding> finding(String name, boolean holdsOut) {
        if (holdsOut && validationLines == 0) {
            FindingCode code = FindingCode.CLASS_IN_ONE_GROUP;
            return Optional.of(new Finding(code, code.severity(), null, severalGroups
                    ? "class \"" + name + "\" is only in groups that must stay in train (they were there before, or are the only one of another class),"
                            + " so validation never sees it; " + code.cure()
                    : "class \"" + name + "\" is in one group only, which stays in train, so validation never sees it; " + code.cure()));
        }
        if (trainLines == 0) {
            FindingCode code = FindingCode.CLASS_ONLY_IN_VALIDATION;
            return Optional.of(new Finding(code, code.severity(), null,
                    "class \"" + name + "\" is in the hold-out only, so training never sees it; " + code.cure()));
        }
        return Optional.empty();
    }
}

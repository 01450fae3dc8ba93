package dev.truepipe.dataset;

import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.split.Hash128;
import dev.truepipe.split.HoldOut;
import java.util.Optional;

/** One class on the sides of the split. */
final class Sides {
    private long trainLines;
    private long validationLines;
    private long testLines;
    // Of train only: where the hold-out has the class, nobody asks.
    private boolean grouped;
    private long groupHigh;
    private long groupLow;
    private boolean severalGroups;

    /** A line that holds the class. */
    void add(IndexedLine line, Channel channel) {
        if (channel == Channel.VALIDATION) {
            validationLines++;
            return;
        }
        if (channel == Channel.TEST) {
            testLines++;
            return;
        }
        trainLines++;
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
        testLines += other.testLines;
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

    long testLines() {
        return testLines;
    }

    /** Its only group in train, if the hold-out has none. */
    Optional<Hash128> onlyGroupInTrain() {
        return validationLines == 0 && grouped && !severalGroups ? Optional.of(new Hash128(groupHigh, groupLow)) : Optional.empty();
    }

    /** Whether the hold-out lacks the class although train has groups to give. */
    boolean needsFloor() {
        return validationLines == 0 && severalGroups;
    }

    /** A warning if train or validation lacks the class. What test has of it does not matter. */
    Optional<Finding> finding(String name, HoldOut holdOut) {
        if (trainLines == 0 && validationLines == 0) {
            return Optional.of(warning(FindingCode.CLASS_ONLY_IN_VALIDATION,
                    "class \"" + name + "\" is in test only, so neither training nor validation sees it; "));
        }
        if (holdOut.validates() && validationLines == 0) {
            return Optional.of(warning(FindingCode.CLASS_IN_ONE_GROUP, holdOut.manifest() != null
                    ? "class \"" + name + "\" is not in the hold-out " + holdOut.manifest() + ", so validation never sees it; add objects of it there, or "
                    : severalGroups
                    ? "class \"" + name + "\" is only in groups that must stay in train (they were there before, or are the last one of a class),"
                            + " so validation never sees it; "
                    : "class \"" + name + "\" is in one group only" + (testLines > 0 ? " but for those of test" : "")
                            + ", which stays in train, so validation never sees it; "));
        }
        if (trainLines == 0) {
            return Optional.of(warning(FindingCode.CLASS_ONLY_IN_VALIDATION,
                    "class \"" + name + "\" is in the hold-out only, so training never sees it; "));
        }
        return Optional.empty();
    }

    private static Finding warning(FindingCode code, String what) {
        return new Finding(code, code.severity(), null, what + code.cure());
    }
}

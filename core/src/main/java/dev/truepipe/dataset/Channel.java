package dev.truepipe.dataset;

import java.util.Locale;

/** Where a line goes. */
public enum Channel {
    TRAIN,
    VALIDATION,
    QUARANTINE,
    SUPERSEDED,
    /** Last, though few: the ordinals stand in files. Only where a share is set for it; no training job sees it. */
    TEST;

    /** Whether lines of it are used, and not set aside. */
    boolean used() {
        return this != QUARANTINE && this != SUPERSEDED;
    }

    /** As in file names: {@code train}, {@code validation}, {@code quarantine}, {@code superseded}, {@code test}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package dev.truepipe.dataset;

import java.util.Locale;

/** Where a line goes. */
public enum Channel {
    TRAIN,
    VALIDATION,
    QUARANTINE,
    SUPERSEDED;

    /** Whether lines of it are used, and not set aside. */
    boolean used() {
        return this != QUARANTINE && this != SUPERSEDED;
    }

    /** As in file names: {@code train}, {@code validation}, {@code quarantine}, {@code superseded}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

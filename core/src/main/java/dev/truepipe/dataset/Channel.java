package dev.truepipe.dataset;

import java.util.Locale;

/** Where a line goes. */
public enum Channel {
    TRAIN,
    VALIDATION,
    QUARANTINE,
    SUPERSEDED;

    /** Whether lines of it are used, for training or for judging: train and validation. */
    boolean used() {
        return this == TRAIN || this == VALIDATION;
    }

    /** As in file names: {@code train}, {@code validation}, {@code quarantine}, {@code superseded}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

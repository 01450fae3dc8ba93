package dev.truepipe.dataset;

import java.util.Locale;

/** Where a line goes. */
public enum Channel {
    TRAIN,
    VALIDATION,
    QUARANTINE,
    SUPERSEDED;

    /** As in file names: {@code train}, {@code validation}, {@code quarantine}, {@code superseded}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

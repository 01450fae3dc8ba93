package dev.truepipe.manifest;

import java.util.Locale;

/** What a finding does to its line. */
public enum Severity {
    /** The line (or, for a finding on the dataset, the dataset) is set aside. */
    QUARANTINE,
    /** Odd, but usable. */
    WARNING;

    /** As written in findings: {@code quarantine} or {@code warning}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if {@code word} is neither {@code quarantine} nor {@code warning} */
    public static Severity of(String word) {
        return switch (word) {
            case "quarantine" -> QUARANTINE;
            case "warning" -> WARNING;
            default -> throw new IllegalArgumentException("a severity is quarantine or warning, was \"" + word + "\"");
        };
    }
}

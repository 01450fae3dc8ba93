package dev.truepipe.manifest;

/**
 * One broken rule. Where it lies is known to whoever holds the line.
 *
 * @param attribute the top-level attribute meant, or {@code null}
 * @param message what broke and how to mend it
 */
public record Finding(FindingCode code, Severity severity, String attribute, String message) {}

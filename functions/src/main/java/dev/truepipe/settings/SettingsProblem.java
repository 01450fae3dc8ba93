package dev.truepipe.settings;

import java.util.Comparator;

/**
 * One mistake in a settings file.
 *
 * @param file as it was named by the caller
 * @param line from 1
 * @param what what is wrong, naming the key
 * @param cure how to mend it
 */
public record SettingsProblem(String file, int line, String what, String cure) {
    static final Comparator<SettingsProblem> IN_FILE_ORDER = Comparator.comparingInt(SettingsProblem::line);

    /** {@code file:line: what; cure}. */
    @Override
    public String toString() {
        return file + ":" + line + ": " + what + "; " + cure;
    }
}

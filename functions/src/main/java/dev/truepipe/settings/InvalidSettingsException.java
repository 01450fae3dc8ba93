package dev.truepipe.settings;

import java.util.List;
import java.util.stream.Collectors;

/** A settings file has mistakes. The message lists them all, one a line. */
public final class InvalidSettingsException extends Exception {
    private final transient List<SettingsProblem> problems;

    InvalidSettingsException(List<SettingsProblem> problems) {
        super(problems.stream().map(SettingsProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** Every mistake, in the order of the file; never empty. */
    public List<SettingsProblem> problems() {
        return problems;
    }
}

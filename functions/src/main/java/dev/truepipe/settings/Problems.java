package dev.truepipe.settings;

import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;

/** Collects mistakes, so that one reading tells them all. */
final class Problems {
    private final String file;
    private final List<SettingsProblem> found = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void add(Node at, String what, String cure) {
        add(lineOf(at), what, cure);
    }

    void add(int line, String what, String cure) {
        found.add(new SettingsProblem(file, line, what, cure));
    }

    boolean any() {
        return !found.isEmpty();
    }

    InvalidSettingsException toException() {
        return new InvalidSettingsException(found.stream().sorted(SettingsProblem.IN_FILE_ORDER).toList());
    }

    static int lineOf(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }
}

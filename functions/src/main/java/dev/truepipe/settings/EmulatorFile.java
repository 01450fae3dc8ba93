package dev.truepipe.settings;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Reads {@code emulator.yaml}, which tells {@code truepipe up} what to run for a training image, and what is to go wrong. One
 * reading tells every mistake.
 */
public final class EmulatorFile {
    private static final List<String> TOP = List.of("algorithms", "faults");
    private static final List<String> ALGORITHM = List.of("image", "command", "environment", "metrics");
    private static final List<String> FAULT = List.of("fault", "jobs", "instance", "name");
    private static final Map<String, String> HOMES = Map.of(
            "image", "to an item of algorithms", "command", "to an item of algorithms", "environment", "to an item of algorithms",
            "metrics", "to an item of algorithms", "fault", "to an item of faults", "jobs", "to an item of faults",
            "instance", "to an item of faults", "name", "to an item of faults", "datasets", "in truepipe.yaml");

    private final Problems problems;
    private final List<String> faultWords;

    private EmulatorFile(Problems problems, List<String> faultWords) {
        this.problems = problems;
        this.faultWords = faultWords;
    }

    /**
     * Reads and checks a file.
     *
     * @param file YAML 1.2, UTF-8
     * @param faultWords the faults there are
     * @throws InvalidSettingsException with every mistake found; also when there is no such file
     * @throws IOException if the file is there and cannot be read
     */
    public static EmulatorSettings read(Path file, List<String> faultWords) throws IOException, InvalidSettingsException {
        Problems problems = new Problems(file.toString());
        byte[] bytes = Yaml.bytes(file, problems, "write one (docs/up.md), or name another with --emulator");
        Node root = Yaml.root(bytes, problems, "write algorithms: with an image and its command (docs/up.md)");
        EmulatorSettings settings = new EmulatorFile(problems, faultWords).settings(new Section(problems, "", root, TOP, HOMES));
        if (problems.any()) {
            throw problems.toException();
        }
        return settings;
    }

    private EmulatorSettings settings(Section top) {
        List<EmulatorSettings.TrainingCommand> algorithms = new ArrayList<>();
        int index = 0;
        for (Node item : top.items("algorithms", false)) {
            Section section = new Section(problems, "algorithms[" + index++ + "]", item, ALGORITHM, HOMES);
            if (section.isMapping()) {
                algorithm(section).ifPresent(algorithms::add);
            }
        }
        List<EmulatorSettings.Fault> faults = new ArrayList<>();
        index = 0;
        for (Node item : top.items("faults", false)) {
            Section section = new Section(problems, "faults[" + index++ + "]", item, FAULT, HOMES);
            if (section.isMapping()) {
                fault(section).ifPresent(faults::add);
            }
        }
        return new EmulatorSettings(algorithms, faults);
    }

    private Optional<EmulatorSettings.TrainingCommand> algorithm(Section section) {
        Optional<String> image = section.text("image");
        if (!section.has("image")) {
            problems.add(section.line(), "\"" + section.at("image") + "\" is missing", "write the TrainingImage of the jobs it is for; * stands for any characters");
        }
        List<String> command = section.arguments("command");
        if (command.isEmpty() && !section.has("command")) {
            problems.add(section.line(), "\"" + section.at("command") + "\" is missing", "write command: [python3, \"{here}/train.py\"]");
        }
        List<Algorithm.Metric> metrics = SettingsFile.metrics(section, problems);
        return image.isPresent() && !command.isEmpty()
                ? Optional.of(new EmulatorSettings.TrainingCommand(image.get(), command, section.free("environment", "NAME: value"), metrics))
                : Optional.empty();
    }

    private Optional<EmulatorSettings.Fault> fault(Section section) {
        Optional<String> word = section.text("fault");
        if (!section.has("fault")) {
            problems.add(section.line(), "\"" + section.at("fault") + "\" is missing", "write one of " + String.join(", ", faultWords));
        }
        word.filter(text -> !faultWords.contains(text)).ifPresent(text -> section.problem("fault",
                "\"" + section.at("fault") + "\" is \"" + text + "\", expected one of " + String.join(", ", faultWords),
                Spelling.nearest(text, faultWords).map(near -> "did you mean \"" + near + "\"?").orElse("write one of them")));
        boolean all = section.node("jobs").filter(node -> node instanceof ScalarNode scalar && scalar.getValue().equals("all")).isPresent();
        int jobs = all ? Integer.MAX_VALUE : (int) section.whole("jobs", 1, 1, 1_000_000);
        return word.map(text -> new EmulatorSettings.Fault(text, jobs, section.text("instance"), section.text("name")));
    }
}

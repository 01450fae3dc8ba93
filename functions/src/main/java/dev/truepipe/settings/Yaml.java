package dev.truepipe.settings;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** A file of YAML 1.2 in UTF-8, read to the nodes that know their lines. */
final class Yaml {
    private Yaml() {}

    /** @throws InvalidSettingsException if there is no such file */
    static byte[] bytes(Path file, Problems problems, String cureIfMissing) throws IOException, InvalidSettingsException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            problems.add(1, "there is no such file", cureIfMissing);
            throw problems.toException();
        }
    }

    /** @throws InvalidSettingsException if it is not YAML, or nothing at all */
    static Node root(byte[] bytes, Problems problems, String cureIfEmpty) throws InvalidSettingsException {
        Optional<Node> root;
        try {
            root = new Compose(LoadSettings.builder().setLabel("settings").setUseMarks(true).build())
                    .composeInputStream(new ByteArrayInputStream(bytes));
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().or(e::getContextMark).map(mark -> mark.getLine() + 1).orElse(1);
            problems.add(line, "this is not YAML: " + e.getProblem(), "mind the indentation, and put text with : or # in quotes");
            throw problems.toException();
        } catch (YamlEngineException e) {
            problems.add(1, "this is not YAML: " + e.getMessage().lines().findFirst().orElse(""), "save it as UTF-8 text");
            throw problems.toException();
        }
        if (root.isEmpty()) {
            problems.add(1, "the file is empty", cureIfEmpty);
            throw problems.toException();
        }
        return root.get();
    }
}

package dev.truepipe.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The classes of a YOLO folder: {@code names} of its {@code data.yaml}, a list or a map by id; or a line for each in {@code classes.txt} or
 * {@code obj.names}, which older tools write.
 *
 * @param file where they stand
 */
record YoloNames(Path file, SortedMap<Integer, String> names) {
    private static final int MOST_BYTES = 4 << 20;
    private static final int MOST_ID = 65_535;
    private static final String WRITE = "write names: [car, tram]";

    /** @throws UnreadableInput if there is no such file, or it has no names */
    static YoloNames of(Path folder) throws UnreadableInput {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).sorted().toList();
            for (String wanted : List.of("data.yaml", "data.yml", "dataset.yaml")) {
                for (Path file : found) {
                    if (file.getFileName().toString().equals(wanted)) {
                        return new YoloNames(file, ofYaml(file));
                    }
                }
            }
            for (String wanted : List.of("classes.txt", "obj.names")) {
                for (Path file : found) {
                    if (file.getFileName().toString().equals(wanted)) {
                        return new YoloNames(file, ofLines(file));
                    }
                }
            }
        } catch (IOException e) {
            throw new UnreadableInput(folder.toString(), "cannot be read: " + UnreadableInput.words(e), "name the folder that data.yaml lies in");
        }
        throw new UnreadableInput(folder.toString(), "has no data.yaml, nor classes.txt, so nobody knows its classes", "name the folder that data.yaml lies in");
    }

    private static String read(Path file) throws IOException, UnreadableInput {
        if (Files.size(file) > MOST_BYTES) {
            throw new UnreadableInput(file.toString(), "has more than 4 MiB", WRITE);
        }
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new UnreadableInput(file.toString(), "is not UTF-8", "save it as UTF-8");
        }
    }

    private static SortedMap<Integer, String> ofLines(Path file) throws IOException, UnreadableInput {
        SortedMap<Integer, String> names = new TreeMap<>();
        // A line's number is the class's id, so a blank one counts; a byte order mark is none of a name.
        List<String> lines = read(file).lines().map(line -> line.replace("\ufeff", "").strip()).toList();
        for (int id = 0; id < lines.size(); id++) {
            if (!lines.get(id).isEmpty()) {
                names.put(id, lines.get(id));
            }
        }
        if (names.isEmpty()) {
            throw new UnreadableInput(file.toString(), "has no names", "write a class on each line");
        }
        return names;
    }

    private static SortedMap<Integer, String> ofYaml(Path file) throws IOException, UnreadableInput {
        Object document;
        try {
            // Tags beyond YAML's own are refused, and aliases are bounded: the file is anyone's.
            document = new Load(LoadSettings.builder().setLabel(file.toString()).setAllowDuplicateKeys(false).setMaxAliasesForCollections(50).build())
                    .loadFromString(read(file));
        } catch (YamlEngineException e) {
            throw new UnreadableInput(file.toString(), "is not YAML: " + e.getMessage().lines().findFirst().orElse(""), WRITE);
        }
        SortedMap<Integer, String> names = new TreeMap<>();
        Object given = document instanceof Map<?, ?> map ? map.get("names") : null;
        if (given instanceof List<?> list) {
            list.forEach(name -> names.put(names.size(), String.valueOf(name)));
        } else if (given instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (!String.valueOf(entry.getKey()).matches("[0-9]{1,5}") || Integer.parseInt(String.valueOf(entry.getKey())) > MOST_ID) {
                    throw new UnreadableInput(file.toString(), "\"names\" has the key " + entry.getKey() + ", which is no class id", WRITE);
                }
                names.put(Integer.parseInt(String.valueOf(entry.getKey())), String.valueOf(entry.getValue()));
            }
        }
        if (names.isEmpty()) {
            throw new UnreadableInput(file.toString(), "has no \"names\"", WRITE);
        }
        return names;
    }
}

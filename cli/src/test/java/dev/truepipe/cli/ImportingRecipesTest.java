package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.settings.DatasetSettings;
import dev.truepipe.settings.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command of docs/importing.md, run in the order of the page on exports of each tool: it ends with 0. */
class ImportingRecipesTest {
    private static final Path ROOT = Path.of(System.getProperty("truepipe.root"));
    private static final Path EXPORTS = ROOT.resolve("core/src/test/resources/importing");
    private static final Pattern BLOCK = Pattern.compile("^```sh\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);

    /** What the page calls a file, and the export that stands for it. */
    private static final Map<String, String> FILES = Map.ofEntries(
            Map.entry("project-1.json", "label-studio-mapped/in/export.json"),
            Map.entry("weather.json", "recipe-weather/in/export.json"),
            Map.entry("interface.xml", "recipe-weather/in/interface.xml"),
            Map.entry("annotations.xml", "cvat-latin1/in/annotations.xml"),
            Map.entry("instances.json", "coco/in/instances.json"),
            Map.entry("my-yolo", "yolo/in"),
            Map.entry("my-fruit", "folders-digits/in"),
            Map.entry("boxes.csv", "recipe-boxes/in/boxes.csv"),
            Map.entry("files.manifest", "manifest-order-csv/in/files.manifest"),
            Map.entry("labels.csv", "manifest-order-csv/in/labels.csv"));

    @TempDir
    private Path folder;

    @Test
    void everyCommandRuns() throws IOException {
        List<String> commands = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(Files.readString(ROOT.resolve("docs/importing.md")));
        while (blocks.find()) {
            blocks.group(1).lines().filter(line -> !line.isBlank()).forEach(commands::add);
        }
        assertTrue(commands.size() >= 16, commands::toString);
        for (String command : commands) {
            assertTrue(command.startsWith("./truepipe "), command);
            Ran ran = Ran.truepipe((Object[]) words(command));
            assertEquals(0, ran.exit(), command + "\n" + ran.out() + ran.err());
        }
        assertEquals(labels("cars.manifest"), labels("again.manifest"));
    }

    /** What the page says of the workflow are settings as they are read. */
    @Test
    void everySettingsFileIsGood() throws Exception {
        Matcher blocks = Pattern.compile("^```yaml\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE).matcher(Files.readString(ROOT.resolve("docs/importing.md")));
        List<DatasetSettings> datasets = new ArrayList<>();
        while (blocks.find()) {
            datasets.addAll(SettingsFile.read(Files.writeString(folder.resolve("truepipe.yaml"), blocks.group(1))).datasets());
        }
        assertEquals(2, datasets.size());
        assertTrue(datasets.stream().allMatch(dataset -> dataset.imports().isPresent()), datasets::toString);
        assertTrue(datasets.getLast().webhook().isPresent(), datasets::toString);
    }

    private String[] words(String command) {
        List<String> words = new ArrayList<>(List.of(command.split(" ")).subList(1, command.split(" ").length));
        for (int i = 2; i < words.size(); i++) {
            String word = words.get(i);
            boolean file = words.get(0).equals("import") && (i == 2 || List.of("--labels", "--label-categories").contains(words.get(i - 1)));
            if (file && FILES.containsKey(word)) {
                words.set(i, EXPORTS.resolve(FILES.get(word)).toString());
            } else if (file || word.endsWith(".manifest") || word.startsWith("exported/") || word.endsWith(".jsonl")) {
                words.set(i, folder.resolve(word).toString());
            }
        }
        words.replaceAll(word -> word.equals("kind.manifest") ? folder.resolve(word).toString() : word);
        return words.toArray(new String[0]);
    }

    /** Objects and boxes, without what formats cannot say. */
    private List<String> labels(String manifest) throws IOException {
        return Files.readAllLines(folder.resolve(manifest)).stream().map(line -> line.substring(0, line.indexOf("\"cars-metadata\""))).toList();
    }
}

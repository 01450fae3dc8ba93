package dev.truepipe.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.truepipe.manifest.Task;
import dev.truepipe.split.GroupBy;
import dev.truepipe.split.HoldOut;
import dev.truepipe.training.TrainingFacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What a job is asked to stream is there: on every line of train and validation both attributes, and under a name that ends in {@code -ref} the address
 * of an object. Over every manifest of the golden pairs, whatever is wrong with it.
 */
class StreamedAttributesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @Test
    void everyLineOfAChannelHasWhatIsStreamedOfIt() throws IOException {
        Set<String> tasks = new TreeSet<>();
        long lines = 0;
        for (Path manifest : manifests()) {
            SplitOfManifests split = SplitOfManifests.of(new TreeMap<>(Map.of("m", Files.readAllBytes(manifest))), rules(manifest), null, 0);
            if (split.decision().gates().stream().anyMatch(gate -> !gate.name().endsWith("-empty"))) {
                continue;
            }
            TrainingFacts facts = new DatasetDocument(split.decision().toJson()).facts();
            for (byte[] channel : List.of(split.train(), split.validation())) {
                for (String line : new String(channel, StandardCharsets.UTF_8).split("\n")) {
                    if (!line.isBlank()) {
                        has(MAPPER.readTree(line), facts, manifest);
                        tasks.add(facts.task());
                        lines++;
                    }
                }
            }
        }
        assertEquals(new TreeSet<>(List.of(Task.SUPPORTED.split(", "))), tasks, "every task has accepted lines in some pair");
        assertTrue(lines > 100, lines + " lines are few");
    }

    private static void has(JsonNode line, TrainingFacts facts, Path manifest) {
        for (String attribute : Arrays.asList(facts.sourceAttribute(), facts.labelAttribute())) {
            assertNotNull(attribute, manifest + ": accepted lines, and no attribute that all of them have");
            JsonNode value = line.get(attribute);
            assertTrue(value != null && !value.isNull(), () -> manifest + ": no " + attribute + " on " + line);
            if (attribute.endsWith("-ref")) {
                assertTrue(value.isTextual() && value.textValue().matches("(?s)s3://[^/]+/.*[^/]"), () -> manifest + ": no address under " + attribute + ": " + value);
            }
        }
    }

    /** As the pair has them, as far as they say which labels are meant. */
    private static DatasetRules rules(Path manifest) throws IOException {
        Path given = manifest.resolveSibling(manifest.getFileName().toString().replace(".manifest", ".rules"));
        Task task = null;
        List<String> labels = List.of();
        if (Files.exists(given)) {
            for (String line : Files.readAllLines(given)) {
                task = line.startsWith("task: ") ? Task.parse(line.substring(6)) : task;
                labels = line.startsWith("label: ") ? List.of(line.substring(7).split(",")) : labels;
            }
        }
        return new DatasetRules(task, labels, GroupBy.OBJECT, new HoldOut(2_000, 1), false, List.of(), Map.of(), 10_000, 0, 0, List.of());
    }

    private static List<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.filter(path -> path.toString().endsWith(".manifest")).sorted().toList();
        }
    }
}

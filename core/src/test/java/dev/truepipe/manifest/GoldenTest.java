package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.split.GroupBy;
import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each {@code golden/NAME.manifest} against {@code NAME.verdicts}: line, byte, verdict, and each finding with code, attribute
 * and message. {@code NAME.rules} changes the rules. Accepted lines tell their classes. {@code -Dtruepipe.approve=true} writes the verdicts anew; read the diff.
 */
class GoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    static Stream<String> manifests() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".manifest"))
                    .map(name -> name.substring(0, name.length() - ".manifest".length()))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void givesTheVerdictsBesideTheManifest(String name) throws IOException {
        Path expected = GOLDEN.resolve(name + ".verdicts");
        String actual = verdicts(name, EnumSet.noneOf(FindingCode.class));
        if (Boolean.getBoolean("truepipe.approve")) {
            Files.writeString(expected, actual);
        }
        assertEquals(Files.readString(expected), actual, name);
    }

    @Test
    void haveAPairForEveryRuleOnALine() throws IOException {
        Set<FindingCode> found = EnumSet.noneOf(FindingCode.class);
        for (String name : manifests().toList()) {
            verdicts(name, found);
        }
        for (FindingCode code : FindingCode.values()) {
            // A line of 16 MiB does not belong into a repository: LineTooLongTest.
            assertTrue(code.ofDataset() || code == FindingCode.LINE_TOO_LONG || found.contains(code), "no golden pair shows " + code.code());
        }
    }

    /** A store that holds what the rules say. */
    private static ObjectStore objects(Map<String, String> rules) throws IOException {
        InMemoryObjectStore store = new InMemoryObjectStore();
        for (String there : rules.containsKey("objects") ? rules.get("objects").split(",") : new String[0]) {
            store.put(S3Uri.parse(there), new byte[0], ObjectStore.Condition.ALWAYS);
        }
        if (rules.containsKey("forbidden")) {
            store.forbid(S3Uri.parse(rules.get("forbidden")));
        }
        return store;
    }

    private static String verdicts(String name, Set<FindingCode> found) throws IOException {
        byte[] manifest = Files.readAllBytes(GOLDEN.resolve(name + ".manifest"));
        Map<String, String> rules = new LinkedHashMap<>();
        Path given = GOLDEN.resolve(name + ".rules");
        if (Files.exists(given)) {
            for (String line : Files.readAllLines(given)) {
                rules.put(line.substring(0, line.indexOf(": ")), line.substring(line.indexOf(": ") + 2));
            }
        }
        ByteSource source = ByteSource.of(manifest);
        LabelInference inference = new LabelInference(rules.containsKey("task") ? Task.parse(rules.get("task")) : null,
                rules.containsKey("label") ? List.of(rules.get("label").split(",")) : List.of());
        inference.read("m", source, false);
        LabelChoice choice = inference.choose();
        Map<FindingCode, Severity> severities = new LinkedHashMap<>();
        if (rules.containsKey("findings")) {
            for (String one : rules.get("findings").split(",")) {
                severities.put(FindingCode.of(one.substring(0, one.indexOf('='))), Severity.of(one.substring(one.indexOf('=') + 1)));
            }
        }
        ScanRules scanRules = new ScanRules(choice, GroupBy.parse(rules.getOrDefault("groupBy", "object")),
                "drop".equals(rules.get("negatives")),
                rules.containsKey("images") ? List.of(rules.get("images")) : List.of(), severities);
        ByteArrayOutputStream index = new ByteArrayOutputStream();
        ManifestChunk chunk = ManifestChunk.whole(0, name, false);
        UnreadableObjects unreadable = new ObjectLook(objects(rules), ObjectCheck.parse(rules.getOrDefault("checkObjects", "none")))
                .scan(source, chunk, scanRules, new ChunkIndexWriter(index));
        if (!unreadable.isEmpty()) {
            index.reset();
            unreadable.scan(source, chunk, scanRules, new ChunkIndexWriter(index));
        }
        LabelChoice.Basis basis = choice.basis();
        StringBuilder text = new StringBuilder("task " + choice.task() + ", label " + choice.labelAttribute() + ", by " + basis.by().word()
                + " of " + basis.votes() + " of " + basis.lines() + " lines\n");
        try (ChunkIndexReader reader = new ChunkIndexReader(new ByteArrayInputStream(index.toByteArray()))) {
            for (IndexedLine line = reader.next(); line != null; line = reader.next()) {
                text.append("line ").append(line.number()).append(" byte ").append(line.offset())
                        .append(line.accepted() ? " accepted" : " quarantined");
                for (int i = 0; line.accepted() && i < line.classCount(); i++) {
                    text.append(", ").append(line.annotations(i)).append(" × ").append(line.classId(i))
                            .append(line.className(i) == null ? "" : " \"" + line.className(i) + "\"");
                }
                text.append('\n');
                for (Finding finding : line.findings()) {
                    found.add(finding.code());
                    text.append("    ").append(finding.severity().word()).append(' ').append(finding.code().code()).append(" [")
                            .append(finding.attribute()).append("] ").append(finding.message()).append('\n');
                }
            }
        }
        return text.toString();
    }
}

package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code docs/interpretation.md} says of every finding what the code does, and names tests that there are. */
class InterpretationTest {
    private static final Path DOCUMENT = Path.of("../docs/interpretation.md");
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    /** What Rekognition Custom Labels documents. */
    private static final List<String> REKOGNITION = List.of(
            "ERROR_MISSING_SOURCE_REF", "ERROR_INVALID_SOURCE_REF_FORMAT", "ERROR_NO_LABEL_ATTRIBUTES", "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT",
            "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", "ERROR_NO_VALID_LABEL_ATTRIBUTES", "ERROR_MISSING_BOUNDING_BOX_CONFIDENCE",
            "ERROR_MISSING_CLASS_MAP_ID", "ERROR_INVALID_JSON_LINE", "ERROR_INVALID_IMAGE", "ERROR_INVALID_IMAGE_DIMENSION", "ERROR_INVALID_BOUNDING_BOX",
            "ERROR_NO_VALID_ANNOTATIONS", "ERROR_BOUNDING_BOX_TOO_SMALL", "ERROR_TOO_MANY_BOUNDING_BOXES", "ERROR_INVALID_LABEL_NAME_LENGTH",
            "ERROR_UNSUPPORTED_USE_CASE_TYPE");

    /** The cells of each row of the tables under a heading, by the first; the column titles by {@code ""}. */
    private static Map<String, List<String>> table(String heading) throws IOException {
        String text = Files.readString(DOCUMENT);
        int from = text.indexOf("\n" + heading + "\n");
        assertTrue(from >= 0, "no \"" + heading + "\" in " + DOCUMENT);
        Map<String, List<String>> rows = new LinkedHashMap<>();
        for (String line : text.substring(from + heading.length() + 2).split("\n")) {
            if (line.startsWith("#")) {
                break;
            }
            if (line.startsWith("| ")) {
                List<String> cells = Arrays.stream(line.substring(2, line.length() - 2).split(" \\| ")).map(String::strip).toList();
                String key = rows.isEmpty() ? "" : cells.getFirst().replace("`", "");
                assertTrue(rows.put(key, cells) == null, "two rows of " + key);
            }
        }
        return rows;
    }

    @Test
    void hasOneRowForEachCodeInItsOrder() throws IOException {
        for (boolean ofDataset : new boolean[] {false, true}) {
            Map<String, List<String>> rows = table(ofDataset ? "### On the dataset" : "### On a line");
            assertEquals(List.of("Code", "Severity", "AWS says", "AWS does not say", "We do", "Cure", "Test"), rows.remove(""));
            assertEquals(Stream.of(FindingCode.values()).filter(code -> code.ofDataset() == ofDataset).map(FindingCode::code).toList(), List.copyOf(rows.keySet()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void saysWhatTheCodeDoes(FindingCode code) throws IOException {
        List<String> row = table(code.ofDataset() ? "### On the dataset" : "### On a line").get(code.code());
        assertEquals(7, row.size(), row::toString);
        assertEquals(fixed(code) ? "fixed" : code.severity().word(), row.get(1));
        assertEquals(code.cure(), row.get(5));
        assertTrue(row.stream().noneMatch(String::isBlank), row::toString);
        List<String> tests = tests(row.get(6));
        assertTrue(!tests.isEmpty(), "no test of " + code.code());
        for (String test : tests) {
            if (test.startsWith("golden/")) {
                Path verdicts = GOLDEN.resolve(test.substring("golden/".length()) + ".verdicts");
                assertTrue(Files.exists(verdicts), () -> "there is no " + test);
            } else {
                assertNotNull(test(test), () -> "there is no " + test);
            }
        }
        // A pair that shows it; of what no pair can show, a test of its own that names it.
        boolean shown = false;
        for (String test : tests) {
            shown |= test.startsWith("golden/")
                    ? Files.readString(GOLDEN.resolve(test.substring("golden/".length()) + ".verdicts")).contains(" " + code.code() + " [")
                    : (code.ofDataset() || code == FindingCode.LINE_TOO_LONG) && (test(test).contains(code.code()) || test(test).contains("FindingCode." + code.name()));
        }
        assertTrue(shown, "none of " + tests + " shows " + code.code());
    }

    private static boolean fixed(FindingCode code) {
        try {
            code.requireAllowed(Severity.WARNING);
            return false;
        } catch (IllegalArgumentException e) {
            return !code.ofDataset();
        }
    }

    private static List<String> tests(String cell) {
        List<String> tests = new ArrayList<>();
        for (Matcher matcher = QUOTED.matcher(cell); matcher.find(); ) {
            tests.add(matcher.group(1));
        }
        return tests;
    }

    /** The source of {@code Class} or {@code Class.method}; {@code null} if there is none. */
    private static String test(String name) throws IOException {
        String[] parts = name.split("\\.");
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            Path file = files.filter(path -> path.getFileName().toString().equals(parts[0] + ".java")).findFirst().orElse(null);
            if (file == null) {
                return null;
            }
            String source = Files.readString(file);
            if (parts.length == 1) {
                return source;
            }
            int from = source.indexOf("    void " + parts[1] + "(");
            return from < 0 ? null : source.substring(from, source.indexOf("\n    }\n", from));
        }
    }

    @Test
    void answersEachCodeOfRekognitionCustomLabels() throws IOException {
        Map<String, List<String>> rows = table("### Beside the codes of Rekognition Custom Labels");
        rows.remove("");
        assertEquals(REKOGNITION, List.copyOf(rows.keySet()));
        rows.forEach((theirs, row) -> {
            assertEquals(3, row.size(), row::toString);
            List<String> ours = tests(row.get(1));
            ours.forEach(FindingCode::of);
            assertTrue(!ours.isEmpty() || row.get(1).equals("none") && row.get(2).length() > 1, "neither a code for " + theirs + " nor a reason");
        });
    }

    @Test
    void namesATwinForEveryManifestOfTheWorld() throws IOException {
        Map<String, List<String>> rows = table("### On manifests of the world");
        rows.remove("");
        for (List<String> row : rows.values()) {
            List<String> twins = tests(row.getLast());
            assertTrue(!twins.isEmpty(), row::toString);
            for (String twin : twins) {
                assertTrue(twin.startsWith("golden/") ? Files.exists(GOLDEN.resolve(twin.substring("golden/".length()) + ".verdicts")) : test(twin) != null, twin);
            }
            tests(row.get(4)).forEach(FindingCode::of);
        }
    }

    @Test
    void listsEveryTask() throws IOException {
        Map<String, List<String>> rows = table("## Tasks");
        rows.remove("");
        assertEquals(List.of(Task.SUPPORTED.split(", ")), List.copyOf(rows.keySet()));
    }
}

package dev.truepipe.importing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.truepipe.json.Json;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each {@code importing/NAME/in} against {@code NAME/expected.manifest} and {@code NAME/expected.findings}, byte for byte; {@code NAME/rules} says how it is
 * imported. {@code -Dtruepipe.approve=true} writes what is expected anew; read the diff.
 */
class GoldenImportsTest {
    private static final Path GOLDEN = Path.of("src/test/resources/importing");

    @TempDir
    private Path folder;

    private String copied = "nowhere";

    static Stream<String> cases() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesTheManifestAndTheFindingsBesideTheInput(String name) throws IOException {
        Imported imported = imported(name);
        StringBuilder findings = new StringBuilder(Json.text(imported.report().toJson())).append('\n');
        for (ImportFinding finding : imported.findings()) {
            findings.append(finding.toJson().replace(copied, "IN")).append('\n');
        }
        same(GOLDEN.resolve(name).resolve("expected.manifest"), imported.manifest());
        same(GOLDEN.resolve(name).resolve("expected.findings"), findings.toString());
    }

    @Test
    void showEveryCode() throws IOException {
        Set<ImportCode> shown = EnumSet.noneOf(ImportCode.class);
        for (String name : cases().toList()) {
            imported(name).findings().forEach(finding -> shown.add(finding.code()));
        }
        Set<ImportCode> missing = EnumSet.complementOf(EnumSet.copyOf(shown));
        // A link does not survive every checkout: UnreadableImportsTest.
        missing.remove(ImportCode.LINK_NOT_FOLLOWED);
        assertEquals(Set.of(), missing);
    }

    private static void same(Path expected, String actual) throws IOException {
        if (Boolean.getBoolean("truepipe.approve")) {
            Files.writeString(expected, actual);
        }
        assertEquals(Files.readString(expected), actual, expected.toString());
    }

    private Imported imported(String name) throws IOException {
        Map<String, String> rules = new LinkedHashMap<>();
        for (String line : Files.readAllLines(GOLDEN.resolve(name).resolve("rules"))) {
            rules.put(line.substring(0, line.indexOf(": ")), line.substring(line.indexOf(": ") + 2));
        }
        Map<String, String> maps = new LinkedHashMap<>();
        if (rules.containsKey("map")) {
            for (String map : rules.get("map").split(",")) {
                maps.put(map.substring(0, map.indexOf('=')), map.substring(map.indexOf('=') + 1));
            }
        }
        ObjectUris uris = new ObjectUris(rules.containsKey("s3-prefix") ? S3Uri.parse(rules.get("s3-prefix")) : null, maps);
        List<String> categories = rules.containsKey("categories") ? List.of(rules.get("categories").split(",")) : List.of();
        return Imported.of(reader(rules, GOLDEN.resolve(name).resolve("in")), uris, categories);
    }

    private LabelReader reader(Map<String, String> rules, Path in) throws IOException {
        List<SourceFile> files = rules.containsKey("inputs") ? Stream.of(rules.get("inputs").split(",")).map(file -> Imported.file(file, in.resolve(file))).toList() : List.of();
        return switch (rules.get("format")) {
            case "coco" -> new CocoReader(files);
            case "label-studio" -> new LabelStudioReader(files, rules.containsKey("config") ? Imported.file("config", in.resolve(rules.get("config"))) : null, rules.get("from"));
            case "cvat" -> new CvatReader(files);
            case "csv" -> new CsvReader(files);
            case "manifest" -> new TraditionalManifestReader(files.getFirst(), Imported.file(rules.get("labels"), in.resolve(rules.get("labels"))));
            case "yolo" -> {
                TreeMap<Integer, String> names = new TreeMap<>();
                Stream.of(rules.get("names").split(",")).forEach(name -> names.put(names.size(), name));
                yield new YoloReader(copyOf(in), names, "data.yaml");
            }
            case "folders" -> FolderReader.of(copyOf(in));
            case "file-mode" -> new FileModeReader(copyOf(in));
            default -> throw new IllegalStateException(rules.toString());
        };
    }

    /** A copy whose files were all changed at one time. */
    private Path copyOf(Path in) throws IOException {
        Path copies = Files.createTempDirectory(folder, "in").toRealPath();
        copied = copies.toString();
        try (Stream<Path> files = Files.walk(in)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = copies.resolve(in.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
                Files.setLastModifiedTime(copy, FileTime.from(Imported.DATE));
            }
        }
        return copies;
    }
}

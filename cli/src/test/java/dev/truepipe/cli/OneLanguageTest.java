package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The same text on every machine: {@code %.2f} has a comma in Germany and {@code %d} other digits in Egypt, in a message, in
 * a time stamp, in what is hashed. So whoever formats says for whom.
 */
class OneLanguageTest {
    private static final Path ROOT = Path.of(System.getProperty("truepipe.root"));

    /** What asks the machine for its language. {@code formatted} has no way to say another. */
    private static final Pattern ASKS = Pattern.compile(
            "\\.formatted\\(|\\.printf\\(|String\\.format\\((?!\\s*Locale\\.)|\\.to(?:Lower|Upper)Case\\(\\)|new Formatter\\("
                    + "|DateTimeFormatter\\.ofPattern\\(\\s*\"[^\"]*\"\\)|new (?:Decimal|SimpleDate|Message)Format\\(");

    @Test
    void noProgramTextDependsOnTheMachinesLanguage() throws Exception {
        List<String> found = new ArrayList<>();
        int files = 0;
        for (Path module : ModuleArrowsTest.folders()) {
            for (Path file : sources(module.resolve("src/main/java"))) {
                files++;
                String text = Files.readString(file);
                for (Matcher asks = ASKS.matcher(text); asks.find(); ) {
                    found.add(ROOT.relativize(file) + ":" + (text.substring(0, asks.start()).split("\n", -1).length) + " " + asks.group());
                }
            }
        }
        assertTrue(files > 200, "looked into " + files + " files only");
        assertEquals(List.of(), found, "say Locale.ROOT");
    }

    private static List<Path> sources(Path folder) throws Exception {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        }
    }
}

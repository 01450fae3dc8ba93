package dev.truepipe.emulator.sagemaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The section "SageMaker training" of docs/fidelity.md names tests that exist, at least one in each row. */
class FidelityRowsTest {
    private static final Pattern NAME = Pattern.compile("`([A-Za-z0-9]+)`");

    @Test
    void eachRowNamesATestThatExists() throws IOException {
        Set<String> tests = new TreeSet<>();
        for (Class<?> type : List.of(TrainingJobIT.class, SageMakerServiceTest.class, PipePartsTest.class)) {
            for (Method method : type.getDeclaredMethods()) {
                tests.add(method.getName());
            }
        }
        String page = Files.readString(Path.of(System.getProperty("truepipe.root"), "docs", "fidelity.md"));
        String section = page.substring(page.indexOf("## SageMaker training")).split("\n## ")[0];
        List<String> wrong = new ArrayList<>();
        int rows = 0;
        for (String line : section.lines().filter(row -> row.startsWith("| ") && !row.startsWith("| SageMaker |")).toList()) {
            rows++;
            String[] cells = line.split("\\|");
            Matcher names = NAME.matcher(cells[cells.length - 1]);
            int found = 0;
            while (names.find()) {
                found++;
                if (!tests.contains(names.group(1))) {
                    wrong.add(names.group(1));
                }
            }
            if (found == 0) {
                wrong.add("no test in: " + line);
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(rows > 10, "the table was not found: " + rows + " rows");
    }
}

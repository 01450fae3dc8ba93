package dev.truepipe.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.api.AwsEndpointTest;
import dev.truepipe.emulator.events.EventBusTest;
import dev.truepipe.emulator.lambda.EmbeddedLambdaIT;
import dev.truepipe.emulator.logs.LogsServiceTest;
import dev.truepipe.emulator.parameters.ParametersServiceTest;
import dev.truepipe.emulator.s3.EmbeddedS3Test;
import dev.truepipe.emulator.s3.LocalCallersTest;
import dev.truepipe.emulator.s3.S3FidelityTest;
import dev.truepipe.emulator.sqs.EmbeddedSqsTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The sections of docs/fidelity.md on S3, SQS, Lambda, EventBridge, SNS and Logs name tests that exist, in each row. */
class CloudFidelityTest {
    private static final Pattern NAME = Pattern.compile("`([A-Za-z0-9]+)`");
    private static final Map<String, List<Class<?>>> SECTIONS = Map.of(
            "S3", List.of(EmbeddedS3Test.class, S3FidelityTest.class),
            "SQS", List.of(EmbeddedSqsTest.class),
            "Lambda", List.of(EmbeddedLambdaIT.class),
            "EventBridge, SNS, Logs", List.of(EventBusTest.class, LogsServiceTest.class, AwsEndpointTest.class, LocalCallersTest.class, WorkflowTasksTest.class,
                    ParametersServiceTest.class));

    @Test
    void eachRowNamesTestsThatExist() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("truepipe.root"), "docs", "fidelity.md"));
        SECTIONS.forEach((heading, classes) -> {
            Set<String> tests = classes.stream()
                    .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                    .filter(method -> method.getAnnotations().length > 0)
                    .map(java.lang.reflect.Method::getName)
                    .collect(Collectors.toSet());
            int start = page.indexOf("\n## " + heading + "\n");
            assertTrue(start >= 0, "no section " + heading);
            List<String> rows = page.substring(start + 4).split("\n## ")[0].lines().filter(line -> line.startsWith("| ")).skip(1).toList();
            assertTrue(rows.size() >= 4, heading + ": " + rows);
            for (String row : rows) {
                String[] cells = row.split("\\|");
                List<String> named = NAME.matcher(cells[cells.length - 1]).results().map((MatchResult name) -> name.group(1)).toList();
                assertTrue(!named.isEmpty(), "no test in: " + row);
                assertEquals(List.of(), named.stream().filter(name -> !tests.contains(name)).toList(), row);
            }
        });
    }
}

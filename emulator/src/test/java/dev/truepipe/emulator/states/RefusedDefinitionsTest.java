package dev.truepipe.emulator.states;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the interpreter does not do, it refuses when the definition is loaded, naming state and field. */
class RefusedDefinitionsTest {

    /** One state of each type, and every place where fields stand. Valid as it is. */
    private static final String ALL_TYPES = """
            {"QueryLanguage": "JSONata", "StartAt": "Pass", "States": {
              "Pass": {"Type": "Pass", "Next": "Wait"},
              "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Choice"},
              "Choice": {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "Task"}], "Default": "Fail"},
              "Task": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"},
                "Retry": [{"ErrorEquals": ["States.ALL"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Fail"}], "Next": "Map"},
              "Map": {"Type": "Map", "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
                  "Arguments": {"Bucket": "b", "Key": "k"}},
                "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "Inner",
                  "States": {"Inner": {"Type": "Pass", "End": true}}},
                "Retry": [{"ErrorEquals": ["States.ALL"]}], "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Fail"}],
                "Next": "Succeed"},
              "Succeed": {"Type": "Succeed"},
              "Fail": {"Type": "Fail", "Error": "E", "Cause": "C"}}}
            """;

    /** Every field that the States Language or Step Functions knows anywhere, in JSONPath or JSONata. */
    private static final Set<String> EVERY_FIELD = Set.of(
            // states
            "Type", "Comment", "QueryLanguage", "Next", "End", "InputPath", "OutputPath", "Parameters", "ResultSelector", "ResultPath",
            "Result", "Arguments", "Output", "Assign", "Retry", "Catch", "Resource", "Credentials", "TimeoutSeconds", "TimeoutSecondsPath",
            "HeartbeatSeconds", "HeartbeatSecondsPath", "Seconds", "SecondsPath", "Timestamp", "TimestampPath", "Choices", "Default",
            "Error", "ErrorPath", "Cause", "CausePath", "Branches",
            // Map
            "Items", "ItemsPath", "ItemReader", "ItemSelector", "ItemBatcher", "ItemProcessor", "Iterator", "ResultWriter", "MaxConcurrency",
            "MaxConcurrencyPath", "ToleratedFailurePercentage", "ToleratedFailurePercentagePath", "ToleratedFailureCount",
            "ToleratedFailureCountPath", "Label",
            // inside a Map
            "ProcessorConfig", "Mode", "ExecutionType", "StartAt", "States", "ReaderConfig", "InputType", "MaxItems", "MaxItemsPath",
            "CSVHeaderLocation", "CSVHeaders", "CSVDelimiter", "ManifestType", "Transformation", "ItemsPointer", "Bucket", "Key", "VersionId",
            "ExpectedBucketOwner", "Prefix", "MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath",
            "BatchInput",
            // retriers, catchers, rules
            "ErrorEquals", "IntervalSeconds", "BackoffRate", "MaxAttempts", "MaxDelaySeconds", "JitterStrategy", "Condition", "Variable", "And",
            "Or", "Not", "StringEquals", "StringEqualsPath", "StringLessThan", "StringLessThanPath", "StringGreaterThan",
            "StringGreaterThanPath", "StringLessThanEquals", "StringLessThanEqualsPath", "StringGreaterThanEquals",
            "StringGreaterThanEqualsPath", "StringMatches", "NumericEquals", "NumericEqualsPath", "NumericLessThan", "NumericLessThanPath",
            "NumericGreaterThan", "NumericGreaterThanPath", "NumericLessThanEquals", "NumericLessThanEqualsPath", "NumericGreaterThanEquals",
            "NumericGreaterThanEqualsPath", "BooleanEquals", "BooleanEqualsPath", "TimestampEquals", "TimestampEqualsPath",
            "TimestampLessThan", "TimestampLessThanPath", "TimestampGreaterThan", "TimestampGreaterThanPath", "TimestampLessThanEquals",
            "TimestampLessThanEqualsPath", "TimestampGreaterThanEquals", "TimestampGreaterThanEqualsPath", "IsNull", "IsPresent", "IsNumeric",
            "IsString", "IsBoolean", "IsTimestamp",
            // top level, and a misspelling
            "Version", "TimeoutSecond");

    /** What each place takes; all else must be refused there. Written from the language, not from the reader. */
    private static final Map<String, Set<String>> IMPLEMENTED = implemented();

    private static Map<String, Set<String>> implemented() {
        Map<String, Set<String>> places = new LinkedHashMap<>();
        places.put("", Set.of("Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"));
        places.put("States/Pass", Set.of("Type", "Comment", "QueryLanguage", "Output", "Assign", "Next", "End"));
        places.put("States/Wait", Set.of("Type", "Comment", "QueryLanguage", "Output", "Assign", "Next", "End", "Seconds", "Timestamp"));
        places.put("States/Choice", Set.of("Type", "Comment", "QueryLanguage", "Output", "Assign", "Choices", "Default"));
        places.put("States/Choice/Choices/0", Set.of("Comment", "Condition", "Next", "Output", "Assign"));
        places.put("States/Task", Set.of("Type", "Comment", "QueryLanguage", "Output", "Assign", "Next", "End", "Resource", "Arguments",
                "TimeoutSeconds", "Retry", "Catch"));
        for (String owner : List.of("States/Task", "States/Map")) {
            places.put(owner + "/Retry/0", Set.of("Comment", "ErrorEquals", "IntervalSeconds", "BackoffRate", "MaxAttempts",
                    "MaxDelaySeconds", "JitterStrategy"));
            places.put(owner + "/Catch/0", Set.of("Comment", "ErrorEquals", "Next", "Output", "Assign"));
        }
        places.put("States/Map", Set.of("Type", "Comment", "QueryLanguage", "Output", "Assign", "Next", "End", "Items", "ItemReader",
                "ItemSelector", "ItemProcessor", "MaxConcurrency", "Retry", "Catch"));
        places.put("States/Map/ItemReader", Set.of("Resource", "ReaderConfig", "Arguments"));
        places.put("States/Map/ItemReader/ReaderConfig", Set.of("InputType"));
        places.put("States/Map/ItemReader/Arguments", Set.of("Bucket", "Key"));
        places.put("States/Map/ItemProcessor", Set.of("Comment", "QueryLanguage", "ProcessorConfig", "StartAt", "States"));
        places.put("States/Map/ItemProcessor/ProcessorConfig", Set.of("Mode", "ExecutionType"));
        places.put("States/Map/ItemProcessor/States/Inner", Set.of("Type", "Comment", "QueryLanguage", "Output", "Assign", "Next", "End"));
        places.put("States/Succeed", Set.of("Type", "Comment", "QueryLanguage", "Output"));
        places.put("States/Fail", Set.of("Type", "Comment", "QueryLanguage", "Error", "Cause"));
        return places;
    }

    record Planted(String place, String field) {
        @Override
        public String toString() {
            return (place.isEmpty() ? "top level" : place) + " + " + field;
        }
    }

    static Stream<Planted> everyFieldInEveryPlace() {
        return IMPLEMENTED.entrySet().stream().flatMap(place -> EVERY_FIELD.stream().sorted()
                .filter(field -> !place.getValue().contains(field)).map(field -> new Planted(place.getKey(), field)));
    }

    @ParameterizedTest
    @MethodSource("everyFieldInEveryPlace")
    void namesStateAndFieldOfWhatItDoesNotImplement(Planted planted) throws IOException {
        Map<String, Object> document = allTypes();
        at(document, planted.place).put(planted.field, "x");
        String state = state(planted.place);
        List<InvalidDefinition.Problem> problems = problems(document);
        assertTrue(problems.stream().anyMatch(problem -> problem.state().equals(state)
                        && (problem.field().equals(planted.field) || problem.field().endsWith("." + planted.field))),
                () -> "no problem names " + state + " and " + planted.field + ", but " + problems);
    }

    @Test
    void acceptsTheDefinitionIntoWhichTheFieldsArePlanted() {
        assertDoesNotThrow(() -> load(ALL_TYPES));
    }

    @ParameterizedTest
    @CsvSource({"Parallel", "task", "Loop"})
    void namesTheStateOfATypeItDoesNotImplement(String type) throws IOException {
        Map<String, Object> document = allTypes();
        at(document, "States/Pass").put("Type", type);
        assertTrue(problems(document).stream().anyMatch(p -> p.state().equals("Pass") && p.field().equals("Type")));
    }

    /** Place, field, bad value as JSON. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''|QueryLanguage|\"JSONPath\"", "''|TimeoutSeconds|0", "''|TimeoutSeconds|\"{% 1 %}\"", "''|StartAt|\"Nowhere\"", "''|Version|\"2.0\"",
        "States/Pass|QueryLanguage|\"JSONPath\"", "States/Pass|Next|\"Nowhere\"", "States/Pass|Next|7", "States/Pass|End|true",
        "States/Pass|End|false", "States/Pass|Comment|1", "States/Pass|Assign|[]", "States/Pass|Output|\"{% 1 + %}\"",
        "States/Pass|Output|\"{% $eval('1') %}\"", "States/Pass|Output|\"{% 1\"", "States/Pass|Output|\" {% 1 %}\"", "States/Pass|Output|\"{%%}\"",
        "States/Wait|Seconds|-1", "States/Wait|Timestamp|\"2026-01-01T00:00:00Z\"",
        "States/Choice|Choices|[]", "States/Choice|Choices|{}", "States/Choice|Default|\"Nowhere\"",
        "States/Choice/Choices/0|Condition|\"true\"", "States/Choice/Choices/0|Condition|1", "States/Choice/Choices/0|Next|\"Nowhere\"",
        "States/Task|Resource|1", "States/Task|Arguments|\"f\"", "States/Task|Arguments|[]", "States/Task|TimeoutSeconds|0",
        "States/Task|TimeoutSeconds|1.5", "States/Task|Retry|{}",
        "States/Task/Retry/0|ErrorEquals|[]", "States/Task/Retry/0|ErrorEquals|[\"States.ALL\", \"E\"]",
        "States/Task/Retry/0|IntervalSeconds|0", "States/Task/Retry/0|IntervalSeconds|\"{% 1 %}\"", "States/Task/Retry/0|BackoffRate|0.5",
        "States/Task/Retry/0|MaxAttempts|-1", "States/Task/Retry/0|MaxDelaySeconds|0", "States/Task/Retry/0|JitterStrategy|\"HALF\"",
        "States/Task/Catch/0|Next|\"Nowhere\"", "States/Task/Catch/0|ErrorEquals|\"States.ALL\"",
        "States/Map|Items|[]", "States/Map|MaxConcurrency|-1", "States/Map|MaxConcurrency|\"4\"",
        "States/Map|ItemReader|[]", "States/Map|ItemProcessor|[]",
        "States/Map/ItemReader|Resource|\"arn:aws:states:::s3:listObjectsV2\"", "States/Map/ItemReader/ReaderConfig|InputType|\"JSONL\"",
        "States/Map/ItemProcessor|StartAt|\"Pass\"",
        "States/Map/ItemProcessor/ProcessorConfig|Mode|\"EXPRESS\"", "States/Map/ItemProcessor/ProcessorConfig|ExecutionType|\"EXPRESS\"",
        "States/Map/ItemProcessor/States/Inner|Next|\"Pass\"",
        "States/Fail|Error|1", "States/Fail|Cause|{}"})
    void namesStateAndFieldOfABadValue(String place, String field, String value) throws IOException {
        Map<String, Object> document = allTypes();
        at(document, place).put(field, Json.parse(value));
        String state = state(place);
        // Two fields that exclude each other are told of at the one that comes first in the language.
        String told = field.equals("End") && value.equals("true") ? "Next" : field.equals("Timestamp") ? "Seconds" : field;
        List<InvalidDefinition.Problem> problems = problems(document);
        assertTrue(problems.stream().anyMatch(problem -> problem.state().equals(state)
                        && (problem.field().equals(told) || problem.field().endsWith("." + told))),
                () -> "no problem names " + state + " and " + told + ", but " + problems);
    }

    @ParameterizedTest
    @CsvSource({"Pass,Next", "Task,Resource", "Wait,Seconds", "Choice,Choices", "Map,ItemProcessor", "Pass,Type"})
    void namesStateAndFieldOfWhatIsMissing(String state, String field) throws IOException {
        Map<String, Object> document = allTypes();
        at(document, "States/" + state).remove(field);
        assertTrue(problems(document).stream().anyMatch(p -> p.state().equals(state) && p.field().equals(field)),
                () -> assertThrows(InvalidDefinition.class, () -> load(Json.text(document))).getMessage());
    }

    @Test
    void namesAStateThatNothingLeadsTo() throws IOException {
        Map<String, Object> document = allTypes();
        at(document, "States").put("Island", Map.of("Type", "Succeed"));
        assertTrue(problems(document).stream().anyMatch(p -> p.state().equals("Island") && p.message().contains("nothing leads to it")));
    }

    @Test
    void refusesALoopWithoutAnEnd() {
        String loop = "{\"QueryLanguage\":\"JSONata\",\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"Next\":\"A\"}}}";
        assertTrue(assertThrows(InvalidDefinition.class, () -> load(loop)).getMessage().contains("no state ends it"));
    }

    @Test
    void refusesStateNamesThatAreTooLongOrTwice() throws IOException {
        Map<String, Object> document = allTypes();
        at(document, "States/Map/ItemProcessor/States").put("Pass", Map.of("Type", "Succeed"));
        assertTrue(problems(document).stream().anyMatch(p -> p.state().equals("Pass") && p.message().contains("unique")));
        String longName = "n".repeat(81);
        Map<String, Object> another = allTypes();
        at(another, "States").put(longName, Map.of("Type", "Succeed"));
        assertTrue(problems(another).stream().anyMatch(p -> p.state().equals(longName) && p.field().equals("(name)")));
    }

    @ParameterizedTest
    @CsvSource({"states", "1st", "a-b", "a b"})
    void refusesVariablesThatCannotBeNamedInJsonata(String variable) throws IOException {
        Map<String, Object> document = allTypes();
        at(document, "States/Pass").put("Assign", Map.of(variable, 1L));
        assertTrue(problems(document).stream().anyMatch(p -> p.state().equals("Pass") && p.field().equals("Assign." + variable)));
    }

    /** An inline Map's states read outer variables and may not assign them; a Distributed Map's see none, so may use the name. */
    @Test
    void refusesToAssignAnOuterVariableInsideAnInlineMap() throws IOException {
        Map<String, Object> document = allTypes();
        at(document, "States/Pass").put("Assign", Map.of("count", 1L));
        at(document, "States/Map/ItemProcessor/States/Inner").put("Assign", Map.of("count", 2L));
        assertDoesNotThrow(() -> load(Json.text(document)));
        at(document, "States/Map").remove("ItemReader");
        at(document, "States/Map/ItemProcessor").remove("ProcessorConfig");
        assertTrue(problems(document).stream().anyMatch(p -> p.state().equals("Inner") && p.field().equals("Assign.count")));
    }

    @Test
    void refusesJsonPathKeysInsideArguments() throws IOException {
        Map<String, Object> document = allTypes();
        at(document, "States/Task").put("Arguments", Map.of("Payload.$", "$.input"));
        assertTrue(problems(document).stream().anyMatch(p -> p.state().equals("Task") && p.field().equals("Arguments")
                && p.message().contains("JSONPath")));
    }

    @Test
    void tellsEveryProblemAtOnceAndThePlaceOfBrokenJson() throws IOException {
        Map<String, Object> document = allTypes();
        at(document, "States/Pass").put("ResultPath", "$");
        at(document, "States/Fail").put("CausePath", "$");
        assertEquals(2, problems(document).size());
        String message = assertThrows(InvalidDefinition.class, () -> load("{\"StartAt\": }")).getMessage();
        assertTrue(message.contains("not JSON") && message.contains("line: 1"), message);
    }

    @Test
    void wantsAValueForEachSubstitutionAndAUseForEachValue() {
        String text = ALL_TYPES.replace("\"f\"", "\"${Function}\"");
        String missing = assertThrows(InvalidDefinition.class, () -> load(text)).getMessage();
        assertTrue(missing.contains("${Function}: no value was supplied"), missing);
        String unused = assertThrows(InvalidDefinition.class,
                () -> StateMachine.load("m", text, Map.of("Function", "f", "Other", "o"), Instant.EPOCH)).getMessage();
        assertTrue(unused.contains("${Other}: a value is supplied, but the definition does not use it"), unused);
    }

    @Test
    void acceptsTheRetrainingMachineWithExactlyItsSubstitutions() throws Exception {
        StateMachine machine = StateMachine.load("retraining", Retraining.text(), Retraining.SUBSTITUTIONS, Instant.EPOCH);
        assertEquals(Set.of("arn:aws:states:::lambda:invoke", "arn:aws:states:::sagemaker:createTrainingJob.sync",
                "arn:aws:states:::aws-sdk:sagemaker:describeTrainingJob", "arn:aws:states:::aws-sdk:sagemaker:createModelPackage",
                "arn:aws:states:::sns:publish"), machine.resources());
        for (String name : Retraining.SUBSTITUTIONS.keySet()) {
            Map<String, String> fewer = new LinkedHashMap<>(Retraining.SUBSTITUTIONS);
            fewer.remove(name);
            assertThrows(InvalidDefinition.class, () -> StateMachine.load("retraining", Retraining.text(), fewer, Instant.EPOCH));
        }
    }

    private static Map<String, Object> allTypes() throws IOException {
        return Json.parseObject(ALL_TYPES.getBytes(StandardCharsets.UTF_8));
    }

    private static StateMachine load(String text) throws InvalidDefinition {
        return StateMachine.load("m", text, Map.of(), Instant.EPOCH);
    }

    private static List<InvalidDefinition.Problem> problems(Map<String, Object> document) {
        return new ArrayList<>(assertThrows(InvalidDefinition.class, () -> load(Json.text(document))).problems());
    }

    private static Map<String, Object> at(Map<String, Object> document, String place) {
        Object here = document;
        for (String step : place.isEmpty() ? new String[0] : place.split("/")) {
            here = here instanceof List<?> list ? list.get(Integer.parseInt(step)) : Json.object(here).get(step);
        }
        return Json.object(here);
    }

    private static String state(String place) {
        String[] steps = place.split("/");
        for (int i = steps.length - 2; i >= 0; i--) {
            if (steps[i].equals("States")) {
                return steps[i + 1];
            }
        }
        return DefinitionReader.TOP;
    }
}

package dev.truepipe.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.truepipe.json.Json;
import dev.truepipe.importing.ImportFormat;
import dev.truepipe.run.LabelPlaces;
import dev.truepipe.settings.SettingsFile;
import dev.truepipe.settings.TrainingSettings;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkloadTest {
    private final Workload workload = Workload.of(
            List.of(
                    new Source("street-cars", S3Uri.parse("s3://labels/street/"), Optional.empty(), Optional.empty(), Source.LabelBucket.NOTIFICATION, Duration.ofDays(1),
                            Optional.of(S3Uri.parse("s3://classes/street.json")), List.of(S3Uri.parse("s3://images/street/"), S3Uri.parse("s3://masks/")), Optional.of(S3Uri.parse("s3://hold-outs/street.manifest"))),
                    new Source("yard", S3Uri.parse("s3://old/yard.jsonl"), Optional.empty(), Optional.empty(), Source.LabelBucket.EVENTBRIDGE, Duration.ZERO, Optional.empty(), List.of(), Optional.empty())),
            List.of(Value.text("arn:aws:ecr:us-east-1:000000000000:repository/cars")),
            40);

    @Test
    void namesHandlersThatAreThere() throws ReflectiveOperationException {
        Workload all = Workload.of(List.of(new Source("street", S3Uri.parse("s3://exports/"), Optional.of(ImportFormat.LABEL_STUDIO), Optional.of("secret"),
                Source.LabelBucket.NOTIFICATION, Duration.ZERO, Optional.empty(), List.of(), Optional.empty())), List.of(Value.text("image")), 1);
        assertEquals(9, all.functions().size());
        for (FunctionSpec function : all.functions()) {
            Class<?> handler = Class.forName(function.handler());
            assertTrue(RequestHandler.class.isAssignableFrom(handler), function.handler());
            assertTrue(Modifier.isPublic(handler.getModifiers()), function.handler());
            assertTrue(Modifier.isPublic(handler.getConstructor().getModifiers()), function.handler());
            assertEquals(function.name() + "Handler", handler.getSimpleName(), "a handler is named for its state");
        }
    }

    @Test
    void substitutesExactlyWhatTheStateMachineAsksFor() throws IOException {
        String asl = Files.readString(Path.of(System.getProperty("truepipe.root"), "statemachine", "retraining.asl.json"));
        Set<String> asked = new TreeSet<>();
        Matcher matcher = Pattern.compile("\\$\\{([A-Za-z]+)}").matcher(asl);
        while (matcher.find()) {
            asked.add(matcher.group(1));
        }

        assertEquals(asked, new TreeSet<>(workload.stateMachine().substitutions().keySet()));
    }

    /** Train gives up six hours after a job's own limits; what a run works on is kept for 30 days, and judging needs it. */
    @Test
    void theStateMachineOutlivesTheLongestJobAndEndsWhileItsRunIsKept() throws IOException {
        Map<String, Object> machine = Json.parseObject(
                Files.readAllBytes(Path.of(System.getProperty("truepipe.root"), "statemachine", "retraining.asl.json")));
        Duration timeout = Duration.ofSeconds(((Number) machine.get("TimeoutSeconds")).longValue());
        assertTrue(timeout.compareTo(TrainingSettings.LONGEST_WAIT.plusHours(6)) > 0, timeout::toString);
        assertTrue(timeout.compareTo(Duration.ofDays(30)) <= 0, timeout::toString);
        assertEquals(Duration.ofDays(28).plusHours(1), TrainingSettings.LONGEST_WAIT, "the wait for a running job is made for this");
    }

    @Test
    void givesTheQueueSixTimesTheFunctionsTimeout() {
        Duration timeout = workload.function(workload.queue().function()).timeout();
        assertTrue(workload.queue().visibility().compareTo(timeout.multipliedBy(6)) >= 0);
        assertEquals(5, workload.queue().maxReceiveCount());
        assertTrue(workload.queue().reportBatchItemFailures());
    }

    @Test
    void keepsEveryFunctionWithinLambdasLimits() {
        for (FunctionSpec function : workload.functions()) {
            assertTrue(function.timeout().compareTo(Duration.ofMinutes(15)) <= 0, function.name());
            assertTrue(function.memoryMegabytes() >= 512 && function.memoryMegabytes() <= 3_008, function.name());
        }
    }

    @Test
    void sweepsOnlyWhereAsked() {
        assertEquals(List.of("street-cars"), workload.schedules().stream().map(ScheduleSpec::dataset).toList());
        assertEquals(
                "{\"truepipe\":\"sweep\",\"dataset\":\"street-cars\",\"id\":\"<aws.scheduler.execution-id>\"}",
                workload.schedules().getFirst().input());
    }

    @Test
    void hearsOfManifestsInBucketsThatTellEventBridge() {
        RuleSpec rule = rule("ManifestWritten-old");
        Map<String, Object> detail = Json.object(rule.pattern().get("detail"));

        assertEquals(
                List.of(Map.of("suffix", Value.text(LabelPlaces.MANIFEST)), Value.text("yard.jsonl")),
                Json.object(detail.get("object")).get("key"));
        assertEquals(RuleSpec.Target.QUEUE, rule.target());
    }

    /** Exports are told of below their prefixes only: a bucket may hold a great many other files that end so. */
    @Test
    void hearsOfExportsBelowTheirPrefixes() {
        List<Source> sources = List.of(
                source("coco", "s3://old/exports\\coco/", ImportFormat.COCO),
                source("root", "s3://all/", ImportFormat.CSV),
                source("one", "s3://old/other/annotations.xml", ImportFormat.CVAT));
        Workload exports = Workload.of(sources, List.of(Value.text("image")), 1);
        assertEquals(List.of(Map.of("wildcard", Value.text("exports\\\\coco/*.json")), Value.text("other/annotations.xml")), keys(exports, "ManifestWritten-old"));
        assertEquals(List.of(Map.of("wildcard", Value.text("*.csv"))), keys(exports, "ManifestWritten-all"));
        assertEquals(List.of(".json", ".csv", ""), sources.stream().map(exports::notificationSuffix).toList(), "and the same where S3 itself notifies");
    }

    /** Exports are nobody's to read but ConvertLabels'; whoever reads lines sees the manifest that was made of them, in its run's bucket. */
    @Test
    void letsConvertLabelsAloneReadExports() {
        Workload exports = Workload.of(List.of(source("street", "s3://exports/street/", ImportFormat.LABEL_STUDIO), source("one", "s3://others/a.csv", ImportFormat.CSV)),
                List.of(Value.text("image")), 1);
        Map<String, Set<String>> may = new TreeMap<>();
        for (FunctionSpec function : exports.functions()) {
            for (Grant grant : function.grants()) {
                grant.resources().stream().map(value -> value.resolve(Enum::name, name -> name))
                        .filter(resource -> resource.startsWith("arn:PARTITION:s3:::exports") || resource.startsWith("arn:PARTITION:s3:::others"))
                        .forEach(resource -> may.computeIfAbsent(function.name(), name -> new TreeSet<>()).add(grant.actions() + " " + resource.substring("arn:PARTITION:s3:::".length())));
            }
        }
        assertEquals(Map.of(
                "PlanDataset", Set.of("[s3:ListBucket] exports", "[s3:ListBucket] others", "[s3:GetObject] others/a.csv"),
                "ConvertLabels", Set.of("[s3:GetObject] exports/street/*.json", "[s3:ListBucket] exports", "[s3:GetObject] others/a.csv", "[s3:ListBucket] others")), may);
        exports.functions().forEach(function -> function.grants().forEach(grant -> assertFalse(grant.resources().isEmpty(), function.name() + ": " + grant)));
        assertEquals(List.of(), workload.function("ConvertLabels").grants().stream().flatMap(grant -> grant.resources().stream())
                .map(value -> value.resolve(Enum::name, name -> name)).filter(resource -> resource.contains(":::labels") || resource.contains(":::old")).toList(), "nor does it read manifests");
    }

    /** Off unless a dataset asks for it; then it may read that dataset's secret, send arrivals, and nothing else. */
    @Test
    void labelStudioMayCallOnlyWhereADatasetLetsIt() {
        assertTrue(workload.functions().stream().noneMatch(FunctionSpec::url));
        List<Source> sources = new java.util.ArrayList<>();
        for (String secret : List.of("/label-studio/street", "/plain", "/plain")) {
            sources.add(new Source("d" + sources.size(), S3Uri.parse("s3://exports/" + sources.size() + "/"), Optional.of(ImportFormat.LABEL_STUDIO), Optional.of(secret),
                    Source.LabelBucket.NOTIFICATION, Duration.ZERO, Optional.empty(), List.of(), Optional.empty()));
        }
        Workload called = Workload.of(sources, List.of(Value.text("image")), 1);
        assertEquals(List.of("LabelStudioWebhook"), called.functions().stream().filter(FunctionSpec::url).map(FunctionSpec::name).toList());
        assertEquals(List.of("s3:GetObject arn:PARTITION:s3:::SETTINGS_BUCKET/SETTINGS_KEY",
                        "ssm:GetParameter arn:PARTITION:ssm:REGION:ACCOUNT:parameter/label-studio/street", "ssm:GetParameter arn:PARTITION:ssm:REGION:ACCOUNT:parameter/plain",
                        "sqs:GetQueueUrl QUEUE_ARN", "sqs:SendMessage QUEUE_ARN", "xray:PutTraceSegments *", "xray:PutTelemetryRecords *"),
                called.function("LabelStudioWebhook").grants().stream().flatMap(grant -> grant.actions().stream().flatMap(action -> grant.resources().stream()
                        .map(resource -> action + " " + resource.resolve(Enum::name, name -> name)))).toList());
        assertFalse(called.function("LabelStudioWebhook").environment().toString().contains("label-studio"), "nor is the secret's name in its environment");
    }

    private static Source source(String dataset, String labels, ImportFormat format) {
        return new Source(dataset, S3Uri.parse(labels), Optional.of(format), Optional.empty(), Source.LabelBucket.EVENTBRIDGE, Duration.ZERO, Optional.empty(), List.of(), Optional.empty());
    }

    private static Object keys(Workload workload, String rule) {
        RuleSpec found = workload.rules().stream().filter(one -> one.id().equals(rule)).findFirst().orElseThrow();
        return Json.object(Json.object(found.pattern().get("detail")).get("object")).get("key");
    }

    /** JudgeModel moves the champion before the model is registered and announced, so a failed run may have promoted one. */
    @Test
    void whatAnnouncesAFailureSaysNothingUntrueAndWhatToDo() {
        for (String id : List.of("ExecutionFailed", "PartFailed", "ExecutionStopped")) {
            RuleSpec.Message message = rule(id).message().orElseThrow();
            String text = message.template().resolve(Enum::name, name -> name);
            String begin = "{\"message\": \"Truepipe: the run <name> ended <status>. ";
            String end = "\", \"event\": <aws.events.event.json>}";
            assertTrue(text.startsWith(begin) && text.endsWith(end), text);
            assertFalse(text.contains("promoted"), text);
            assertTrue(text.contains("s3://WORK_BUCKET/datasets/DATASET/champion.json"), text);
            assertTrue(text.contains("truepipe trigger DATASET, where DATASET is the run's name up to its last hyphen"), text);
            assertTrue(text.contains(
                    "https://<region>.CONSOLE_DOMAIN/states/home?region=<region>#/v2/executions/details/<execution>"), text);
            Set<String> used = new TreeSet<>();
            Matcher matcher = Pattern.compile("<([a-z]+)>").matcher(text);
            while (matcher.find()) {
                used.add(matcher.group(1));
            }
            assertEquals(used, message.paths().keySet(), "a variable is used as often as it is fetched");
            assertFalse(text.substring(begin.length(), text.length() - end.length()).contains("\""), "a quotation mark would end the text: " + text);
            assertTrue(Set.of("$.detail.name", "$.detail.status", "$.detail.executionArn", "$.region").containsAll(message.paths().values()),
                    "EventBridge escapes nothing, so only what Step Functions itself writes may stand in a text: " + message.paths());
        }
    }

    @Test
    void aPartThatFailedIsAnnouncedWithTheWayToItsReason() {
        String text = rule("PartFailed").message().orElseThrow().template().resolve(Enum::name, name -> name);
        assertTrue(text.contains("ScanManifests or WriteChannels"), text);
        assertTrue(text.contains("open the Map Run"), text);
        assertTrue(text.contains("log groups of ScanChunk and WriteChunk with filter @message like '<execution>'"), text);
        assertTrue(text.contains("redrive"), text);
    }

    @Test
    void resolvesReferencesByWhatADeploymentKnows() {
        Value joined = Value.text("arn:", Value.Resource.PARTITION, ":s3:::", Value.Resource.WORK_BUCKET, "/runs/*");
        assertEquals("arn:PARTITION:s3:::WORK_BUCKET/runs/*", joined.resolve(Enum::name, name -> name));
        assertInstanceOf(Value.Text.class, Value.text("plain"));
        assertEquals("alias of Intake", new Value.FunctionArn("Intake").resolve(Enum::name, name -> "alias of " + name));
    }

    @Test
    void letsFunctionsReadOnlyTheLabelsThatAreConfigured() {
        List<String> reads = workload.function("ScanChunk").grants().stream()
                .filter(grant -> grant.why().equals("read manifests"))
                .flatMap(grant -> grant.resources().stream())
                .map(value -> value.resolve(Enum::name, name -> name))
                .toList();

        assertEquals(List.of("arn:PARTITION:s3:::labels/street/*", "arn:PARTITION:s3:::old/yard.jsonl"), reads);
    }

    @Test
    void letsWhoeverReadsLinesReadTheHoldOutThePlanTheCategoryFileAndNobodyListTheirBuckets() {
        String bucket = "arn:PARTITION:s3:::";
        Map<String, Set<String>> may = new TreeMap<>();
        for (FunctionSpec function : workload.functions()) {
            for (Grant grant : function.grants()) {
                grant.resources().stream().map(value -> value.resolve(Enum::name, name -> name))
                        .filter(resource -> resource.startsWith(bucket + "hold-outs") || resource.startsWith(bucket + "classes"))
                        .forEach(resource -> may.computeIfAbsent(function.name(), name -> new TreeSet<>()).add(grant.actions() + " " + resource));
            }
        }
        String holdOut = "[s3:GetObject] arn:PARTITION:s3:::hold-outs/street.manifest";
        assertEquals(Map.of(
                "PlanDataset", Set.of(holdOut, "[s3:GetObject] arn:PARTITION:s3:::classes/street.json"),
                "ScanChunk", Set.of(holdOut),
                "DecideDataset", Set.of(holdOut),
                "WriteChunk", Set.of(holdOut)), may);
    }

    /** Where the training role may read, and nowhere else; whoever looks at objects may tell a missing one from a forbidden one. */
    @Test
    void letsOnlyTheScanAndThePlanLookAtObjectsThatLinesName() {
        String bucket = "arn:PARTITION:s3:::";
        Map<String, Set<String>> may = new TreeMap<>();
        for (FunctionSpec function : workload.functions()) {
            for (Grant grant : function.grants()) {
                grant.resources().stream().map(value -> value.resolve(Enum::name, name -> name))
                        .filter(resource -> resource.startsWith(bucket + "images") || resource.startsWith(bucket + "masks"))
                        .forEach(resource -> may.computeIfAbsent(function.name(), name -> new TreeSet<>()).add(grant.actions() + " " + resource));
            }
        }
        Set<String> looks = Set.of("[s3:GetObject] " + bucket + "images/street/*", "[s3:GetObject] " + bucket + "masks/*",
                "[s3:ListBucket] " + bucket + "images", "[s3:ListBucket] " + bucket + "masks");
        assertEquals(Map.of("PlanDataset", looks, "ScanChunk", looks), may);
    }

    @Test
    void grantsNothingOnNothing() {
        Workload plain = Workload.of(List.of(
                new Source("yard", S3Uri.parse("s3://old/yard.jsonl"), Optional.empty(), Optional.empty(), Source.LabelBucket.EVENTBRIDGE, Duration.ZERO, Optional.empty(), List.of(), Optional.empty())),
                List.of(Value.text("image")), 1);
        plain.functions().forEach(function -> function.grants().forEach(grant -> assertFalse(grant.resources().isEmpty(), function.name() + ": " + grant)));
    }

    /** A manifest that changes while its lines are copied must end as "changed", not as "access denied". */
    @Test
    void letsWhoeverUploadsInPiecesGiveThemUp() {
        for (String function : List.of("ConvertLabels", "ScanChunk", "DecideDataset", "WriteChunk")) {
            assertEquals(List.of("arn:PARTITION:s3:::WORK_BUCKET/runs/*"), resources(function, "s3:AbortMultipartUpload"), function);
        }
        assertEquals(List.of("arn:PARTITION:s3:::WORK_BUCKET/datasets/*/versions/*"), resources("SealDataset", "s3:AbortMultipartUpload"));
    }

    /** Each function writes what its state leaves behind, and no other's. */
    @Test
    void letsEachFunctionWriteItsOwnObjectsOnly() {
        Map<String, List<String>> writes = new TreeMap<>();
        for (FunctionSpec function : workload.functions()) {
            writes.put(function.name(), resources(function.name(), "s3:PutObject").stream()
                    .map(resource -> resource.replace("arn:PARTITION:s3:::WORK_BUCKET/", "")).toList());
        }
        assertEquals(Map.of(
                "Intake", List.of(),
                "PlanDataset", List.of("runs/*", "datasets/*/claims/*", "datasets/*/starts.json"),
                "ConvertLabels", List.of("runs/*"),
                "ScanChunk", List.of("runs/*"),
                "DecideDataset", List.of("runs/*"),
                "WriteChunk", List.of("runs/*"),
                "SealDataset", List.of("datasets/*/versions/*", "datasets/*/latest.json"),
                "JudgeModel", List.of("datasets/*/champion.json", "datasets/*/models/*/model.json", "datasets/*/models/*/report.html")), writes);
        assertFalse(resources("PlanDataset", "s3:GetObject").stream().anyMatch(resource -> resource.endsWith("/datasets/*")),
                "a plan reads claims and starts only");
    }

    @Test
    void letsJudgeModelNameTheLiveModelsOfTheDatasetsAndNobodyElse() {
        for (FunctionSpec function : workload.functions()) {
            assertEquals(function.name().equals("JudgeModel")
                            ? List.of("arn:PARTITION:ssm:REGION:ACCOUNT:parameter/truepipe/STACK/street-cars/champion",
                                    "arn:PARTITION:ssm:REGION:ACCOUNT:parameter/truepipe/STACK/yard/champion")
                            : List.of(),
                    resources(function.name(), "ssm:PutParameter"), function.name());
        }
        assertEquals("/truepipe/Truepipe/yard/champion", Parameters.champion("Truepipe", "yard"));
        assertEquals(List.of(), resources(workload.stateMachine().grants(), "ssm:PutParameter"));
    }

    /** Whoever is woken by an alarm finds what it means and what to type, under its name; and no heading is left of an alarm that is gone. */
    @Test
    void everyAlarmHasItsEntryInTheRunbookAndEveryEntryItsAlarm() throws IOException {
        String runbook = Files.readString(Path.of(System.getProperty("truepipe.root"), "docs", "runbook.md"));
        String alarms = runbook.substring(runbook.indexOf("\n# Alarms\n"), runbook.indexOf("\n# By hand\n"));
        Map<String, String> entries = new TreeMap<>();
        for (String entry : alarms.split("\n## ", -1)) {
            entries.put(entry.lines().findFirst().orElse(""), entry);
        }
        entries.remove("");
        Set<String> ids = new TreeSet<>();
        for (AlarmSpec alarm : workload.alarms()) {
            ids.add(alarm.id());
            assertTrue(alarm.description().endsWith(" Runbook: docs/runbook.md#" + alarm.id().toLowerCase(java.util.Locale.ROOT)), alarm.description());
            assertTrue(alarm.description().length() <= 1_024, "CloudWatch takes no more");
            String entry = entries.getOrDefault(alarm.id(), "");
            for (String part : List.of("\n**Symptom.** ", "\n**Cause.** ", "\n**Command.** ", "\n```sh\n")) {
                assertTrue(entry.contains(part), () -> alarm.id() + " in docs/runbook.md lacks " + part.strip());
            }
        }
        assertEquals(ids, entries.keySet());
    }

    /** What a role may do with a key follows from what it may do with objects; a function that may touch none may not use it. */
    @Test
    void whoReadsAndWritesMayUseTheKeyAndWhoAsksForJobsIsToldOfIt(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("truepipe.yaml");
        String yaml = "datasets:\n  - name: cars\n    labels: cars/\n    training: { algorithm: object-detection }\n";
        Workload managed = Workload.of(SettingsFile.read(Files.writeString(file, yaml)));
        Workload own = Workload.of(SettingsFile.read(Files.writeString(file, yaml + "encryption: customer-key\n")));
        for (FunctionSpec function : own.functions()) {
            FunctionSpec before = managed.function(function.name());
            assertEquals(function.name().equals("SealDataset"), function.environment().containsKey(Workload.KMS_KEY), function.name());
            assertEquals(before.grants(), function.grants().subList(0, before.grants().size()), function.name());
            assertFalse(resources(function.name().equals("Intake") ? function.grants() : List.of(), "kms:GenerateDataKey").contains("KMS_KEY_ARN"), "Intake writes nothing");
            assertTrue(resources(function.grants(), "kms:Decrypt").contains("KMS_KEY_ARN"), function.name());
            function.grants().stream().filter(grant -> grant.actions().contains("kms:Decrypt"))
                    .forEach(grant -> assertEquals(Set.of("kms:ViaService"), grant.onlyIf().keySet(), function.name()));
            assertEquals(List.of(), resources(before.grants(), "kms:Decrypt"), function.name());
        }
        assertEquals(List.of("KMS_KEY_ARN"), resources(own.stateMachine().grants(), "kms:GenerateDataKey"), "to publish");
    }

    /** AWS's sample policy for a Distributed Map names its children by either form. */
    @Test
    void letsTheMachineHandleItsChildrenByBothFormsOfTheirNames() {
        for (String action : List.of("states:DescribeExecution", "states:StopExecution", "states:RedriveExecution")) {
            assertEquals(
                    List.of("arn:PARTITION:states:REGION:ACCOUNT:execution:STATE_MACHINE_NAME:*",
                            "arn:PARTITION:states:REGION:ACCOUNT:execution:STATE_MACHINE_NAME/*"),
                    resources(workload.stateMachine().grants(), action));
        }
    }

    private RuleSpec rule(String id) {
        return workload.rules().stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
    }

    private List<String> resources(String function, String action) {
        return resources(workload.function(function).grants(), action);
    }

    private static List<String> resources(List<Grant> grants, String action) {
        return grants.stream()
                .filter(grant -> grant.actions().contains(action))
                .flatMap(grant -> grant.resources().stream())
                .map(value -> value.resolve(Enum::name, name -> name))
                .toList();
    }
}

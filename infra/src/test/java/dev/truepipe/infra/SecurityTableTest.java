package dev.truepipe.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import dev.truepipe.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The tables of {@code docs/security.md} say what the template of the default settings says. */
class SecurityTableTest {
    private static final Path DOCUMENT = Stacks.ROOT.resolve("docs/security.md");
    /** Roles that are no function's, and what stands before each function's. */
    private static final Map<String, String> ROLES = Map.of("Retraining", "state machine", "Training", "training job", "Sweeps", "sweeps");
    /** Why, by the name that the statement has for it. */
    private static final Map<String, String> REASONS = reasons();
    private static final Pattern LOGICAL_ID = Pattern.compile("\\{([A-Za-z]+?)[0-9A-F]{8}\\.Arn}");

    @BeforeAll
    static void needsNode() {
        Tools.requireNode();
    }

    @Test
    void theTableOfRolesIsWhatTheTemplateAllows() throws IOException {
        Resources resources = new Resources(Variant.CREATE.template());
        UnaryOperator<Object> names = TemplateView.names(resources);
        List<Row> rows = new ArrayList<>();
        for (var entry : resources.statements()) {
            // What has no name is the event source mapping's, by CDK.
            rows.add(row(role(entry.getKey()), entry.getValue(), "take arrivals from the queue", names));
        }
        rows.sort(Comparator.comparing(Row::who).thenComparing(Row::why));
        holds("roles", "Who", rows);
    }

    @Test
    void theTableOfServicesIsWhatQueuesTopicAndBucketsAllow() throws IOException {
        Resources resources = new Resources(Variant.CREATE.template());
        UnaryOperator<Object> names = TemplateView.names(resources);
        List<Row> rows = new ArrayList<>();
        for (String type : List.of("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy")) {
            resources.properties(type).forEach((id, policy) -> {
                for (Map<String, Object> statement : Resources.statements(policy.get("PolicyDocument"))) {
                    if (statement.get("Effect").equals("Allow")) {
                        // What has no name is the subscription's, by CDK.
                        rows.add(row((String) Json.object(statement.get("Principal")).get("Service"), statement, "set aside what a subscriber did not take", names));
                    } else {
                        String condition = Json.text(statement.get("Condition"));
                        assertTrue(condition.contains("aws:SecureTransport") || condition.contains("s3:TlsVersion"), () -> id + " denies " + condition);
                    }
                }
            });
        }
        rows.sort(Comparator.comparing(Row::who).thenComparing(Row::why).thenComparing(row -> row.on().toString()));
        holds("services", "Service", rows);
    }

    private record Row(String who, String why, List<String> may, List<String> on) {}

    private static Row row(String who, Map<String, Object> statement, String unnamed, UnaryOperator<Object> names) {
        assertEquals("Allow", statement.get("Effect"), who);
        List<String> on = new ArrayList<>(Resources.list(statement.get("Resource")).stream().map(names).map(name -> shown(name.toString())).sorted().toList());
        String why = statement.get("Sid") == null ? unnamed : words((String) statement.get("Sid"));
        List<String> may = Resources.list(statement.get("Action")).stream().map(Object::toString).toList();
        if (statement.get("Condition") != null) {
            Json.object(names.apply(statement.get("Condition"))).forEach((operator, keys) -> Json.object(keys).forEach((key, values) ->
                    on.add("if " + key + " = " + String.join(", ", Resources.list(values).stream().map(value -> shown(value.toString())).toList()))));
        }
        return new Row(who, why, may, on);
    }

    /** {@code FunctionsPlanDatasetRoleDefaultPolicyF9F0} → {@code PlanDataset}. */
    private static String role(String id) {
        String name = id.replaceFirst("(Role)?(DefaultPolicy|DistributedMap)[0-9A-F]{8}$", "");
        return name.startsWith("Functions") ? name.substring("Functions".length()) : ROLES.getOrDefault(name, name);
    }

    /** The reason that the description gives; of what only {@code infra} knows, the name: {@code WriteItsLog} → {@code write its log}. */
    private static String words(String sid) {
        return REASONS.getOrDefault(sid, sid.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT).replace("ecr", "ECR"));
    }

    private static Map<String, String> reasons() {
        try {
            Workload workload = Workload.of(Stacks.settings(Variant.CREATE.yaml()));
            Map<String, String> reasons = new HashMap<>();
            Stream.concat(workload.functions().stream().flatMap(function -> function.grants().stream()), workload.stateMachine().grants().stream())
                    .forEach(grant -> reasons.put(Grants.sid(grant.why()), grant.why()));
            return reasons;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without what is the same everywhere, and references by what they mean. */
    private static String shown(String resource) {
        String text = resource.replaceFirst("^arn:\\{PARTITION}:", "").replace(":{REGION}:{ACCOUNT}:", ":…:");
        Matcher id = LOGICAL_ID.matcher(text);
        text = id.replaceAll(found -> found.group(1).endsWith("Log") ? "its log group" : "the rule " + found.group(1).replaceFirst("^Events", ""));
        Matcher name = Pattern.compile("\\{([A-Z_]+|alias of [A-Za-z]+)}").matcher(text);
        return name.replaceAll(found -> "‹" + found.group(1).replace('_', ' ').replaceFirst("( ARN| NAME)$", "") + "›")
                .replace("Truepipe-", "‹STACK›-").replace("/truepipe-", "/‹stack›-").replace("/truepipe/Truepipe/", "/truepipe/‹STACK›/");
    }

    /** Rewrite the table with {@code -Dapprove=true}, then read the diff. */
    private static void holds(String name, String who, List<Row> rows) throws IOException {
        StringBuilder table = new StringBuilder("| " + who + " | Why | May | On |\n|---|---|---|---|\n");
        for (Row row : rows) {
            table.append("| ").append(row.who()).append(" | ").append(row.why()).append(" | ")
                    .append(String.join("<br>", row.may().stream().map(SecurityTableTest::code).toList())).append(" | ")
                    .append(String.join("<br>", row.on().stream().map(SecurityTableTest::code).toList())).append(" |\n");
        }
        String begin = "<!-- " + name + ", as the template has them -->\n";
        String end = "<!-- end of " + name + " -->\n";
        String document = Files.readString(DOCUMENT);
        assertTrue(document.contains(begin) && document.contains(end), () -> DOCUMENT + " has no place for the table of " + name + ": " + begin + end);
        int from = document.indexOf(begin) + begin.length();
        if (Boolean.getBoolean("approve")) {
            document = document.substring(0, from) + table + document.substring(document.indexOf(end));
            Files.writeString(DOCUMENT, document);
        }
        assertEquals(document.substring(from, document.indexOf(end)), table.toString(), "the template allows something else than docs/security.md says; if you meant"
                + " it, paste this table, or: ./mvnw -pl infra -am test -Dtest=SecurityTableTest -Dsurefire.failIfNoSpecifiedTests=false -Dapprove=true\n" + table);
    }

    private static String code(String text) {
        return "`" + text + "`";
    }
}

package dev.truepipe.infra;

import dev.truepipe.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * What a template says of the workload, in the description's own terms: references stand as <code>{WORK_BUCKET}</code>. The counterpart
 * {@link WorkloadView} says the same of a description; the two share no code with the constructs.
 */
final class TemplateView {
    private final Resources resources;
    private final Map<String, String> refs = new LinkedHashMap<>();
    private final Map<String, String> arns = new LinkedHashMap<>();

    private TemplateView(Resources resources) {
        this.resources = resources;
        refs.put("AWS::Partition", "{PARTITION}");
        refs.put("AWS::Region", "{REGION}");
        refs.put("AWS::AccountId", "{ACCOUNT}");
        refs.put("AWS::URLSuffix", "{URL_SUFFIX}");
        refs.put(resources.id("AWS::S3::Bucket", "WorkBucket"), "{WORK_BUCKET}");
        resources.ofType("AWS::S3::Bucket").keySet().stream().filter(id -> id.startsWith("LabelsBucket"))
                .forEach(id -> refs.put(id, "{LABEL_BUCKET}"));
        String topic = resources.id("AWS::SNS::Topic", "Announcements");
        refs.put(topic, "{TOPIC_ARN}");
        String queue = resources.id("AWS::SQS::Queue", "ArrivalsQueue");
        arns.put(queue + ".Arn", "{QUEUE_ARN}");
        arns.put(queue + ".QueueName", "{QUEUE_NAME}");
        arns.put(resources.id("AWS::SQS::Queue", "ArrivalsDeadLetters") + ".QueueName", "{DEAD_LETTER_QUEUE_NAME}");
        arns.put(resources.id("AWS::SQS::Queue", "ArrivalsDeadLetters") + ".Arn", "{DEAD_LETTER_QUEUE_ARN}");
        arns.put(resources.id("AWS::SQS::Queue", "Undelivered") + ".QueueName", "{UNDELIVERED_QUEUE_NAME}");
        arns.put(resources.id("AWS::SQS::Queue", "Undelivered") + ".Arn", "{UNDELIVERED_QUEUE_ARN}");
        resources.ofType("AWS::KMS::Key").keySet().forEach(id -> arns.put(id + ".Arn", "{KMS_KEY_ARN}"));
        arns.put(resources.id("AWS::IAM::Role", "TrainingRole") + ".Arn", "{TRAINING_ROLE_ARN}");
        resources.ofType("AWS::Lambda::Alias").keySet().forEach(id -> refs.put(id, "{alias of " + functionName(id) + "}"));
    }

    /** How references are spelt. */
    static UnaryOperator<Object> names(Resources resources) {
        return new TemplateView(resources)::renderDeep;
    }

    static Map<String, Object> of(Map<String, Object> template) {
        return new TemplateView(new Resources(template)).view();
    }

    /** {@code FunctionsPlanDatasetAlias0EC4FD8F} → {@code PlanDataset}. */
    private static String functionName(String id) {
        return id.replaceFirst("^Functions", "").replaceFirst("(Function|Alias|Log|Role)(DefaultPolicy)?[0-9A-F]{8}$", "");
    }

    private Map<String, Object> view() {
        Map<String, Object> view = new TreeMap<>();
        Map<String, Object> functions = new TreeMap<>();
        resources.properties("AWS::Lambda::Function").forEach((id, function) -> {
            if (id.startsWith("Functions")) {
                functions.put(functionName(id), function(id, function));
            }
        });
        view.put("functions", functions);
        view.put("queue", queue());
        view.put("rules", rules());
        view.put("schedules", schedules());
        view.put("stateMachine", stateMachine());
        view.put("alarms", alarms());
        view.put("notifications", notifications());
        return view;
    }

    private Map<String, Object> function(String id, Map<String, Object> function) {
        String name = functionName(id);
        Map<String, Object> one = new TreeMap<>();
        one.put("handler", function.get("Handler"));
        one.put("memory", function.get("MemorySize"));
        one.put("timeout", function.get("Timeout"));
        one.put("runtime", function.get("Runtime"));
        // By the alias, as everybody calls it, and open to all.
        one.put("urls", resources.properties("AWS::Lambda::Url").values().stream().filter(url -> render(url.get("TargetFunctionArn")).contains(name + "Function"))
                .map(url -> url.get("AuthType") + " of " + url.get("Qualifier")).toList());
        Map<String, Object> environment = new TreeMap<>();
        Object variables = Json.object(function.getOrDefault("Environment", Map.of())).get("Variables");
        if (variables != null) {
            Json.object(variables).forEach((key, value) -> environment.put(key, render(value)));
        }
        one.put("environment", environment);
        one.put("grants", grants(resources.one("AWS::IAM::Policy", "Functions" + name + "Role"), "WriteItsLog", null));
        one.put("logDays", resources.one("AWS::Logs::LogGroup", "Functions" + name + "Log").get("RetentionInDays"));
        return one;
    }

    /** Statements as text, without that one and those on {@code exceptOn}, which come from the event source. */
    private TreeSet<String> grants(Map<String, Object> policy, String exceptSid, String exceptOn) {
        TreeSet<String> all = new TreeSet<>();
        for (Map<String, Object> statement : Resources.statements(policy.get("PolicyDocument"))) {
            List<String> on = Resources.list(statement.get("Resource")).stream().map(this::render).sorted().toList();
            boolean consumes = statement.get("Sid") == null && on.equals(List.of("{QUEUE_ARN}"));
            if (!exceptSid.equals(statement.get("Sid")) && !consumes && !on.equals(List.of(String.valueOf(exceptOn)))) {
                all.add(statement.get("Effect") + " "
                        + new TreeSet<>(Resources.list(statement.get("Action")).stream().map(Object::toString).toList()) + " on " + on
                        + (statement.get("Condition") == null ? "" : " if " + Json.text(renderDeep(statement.get("Condition")))));
            }
        }
        return all;
    }

    private Map<String, Object> queue() {
        Map<String, Object> queue = resources.one("AWS::SQS::Queue", "ArrivalsQueue");
        Map<String, Object> redrive = Json.object(queue.get("RedrivePolicy"));
        Map<String, Object> view = new TreeMap<>();
        view.put("visibility", queue.get("VisibilityTimeout"));
        view.put("retention", queue.get("MessageRetentionPeriod"));
        view.put("maxReceiveCount", redrive.get("maxReceiveCount"));
        view.put("deadLetters", render(redrive.get("deadLetterTargetArn")));
        view.put("deadLetterRetention", resources.one("AWS::SQS::Queue", "ArrivalsDeadLetters").get("MessageRetentionPeriod"));
        List<Object> mappings = new ArrayList<>();
        resources.properties("AWS::Lambda::EventSourceMapping").values().forEach(mapping -> {
            Map<String, Object> one = new TreeMap<>();
            one.put("function", render(mapping.get("FunctionName")));
            one.put("source", render(mapping.get("EventSourceArn")));
            one.put("batchSize", mapping.get("BatchSize"));
            one.put("maximumConcurrency", Json.object(mapping.get("ScalingConfig")).get("MaximumConcurrency"));
            one.put("responses", Resources.list(mapping.get("FunctionResponseTypes")));
            mappings.add(one);
        });
        view.put("mappings", mappings);
        return view;
    }

    private Map<String, Object> rules() {
        Map<String, Object> rules = new TreeMap<>();
        resources.properties("AWS::Events::Rule").forEach((id, rule) -> {
            Map<String, Object> one = new TreeMap<>();
            one.put("pattern", renderDeep(rule.get("EventPattern")));
            List<Object> targets = Resources.list(rule.get("Targets"));
            one.put("targets", targets.stream().map(target -> render(Json.object(target).get("Arn"))).toList());
            one.put("message", targets.stream().map(target -> renderDeep(Json.object(target).get("InputTransformer"))).toList());
            rules.put((String) rule.get("Description"), one);
        });
        return rules;
    }

    private Map<String, Object> schedules() {
        Map<String, Object> schedules = new TreeMap<>();
        resources.properties("AWS::Scheduler::Schedule").values().forEach(schedule -> {
            Map<String, Object> target = Json.object(schedule.get("Target"));
            schedules.put((String) target.get("Input"), schedule.get("ScheduleExpression") + " to " + render(target.get("Arn"))
                    + " from " + schedule.get("StartDate"));
        });
        return schedules;
    }

    private Map<String, Object> stateMachine() {
        Map<String, Object> machine = resources.one("AWS::StepFunctions::StateMachine", "Retraining");
        Map<String, Object> view = new TreeMap<>();
        view.put("substitutions", renderDeep(machine.get("DefinitionSubstitutions")));
        TreeSet<String> grants = grants(resources.one("AWS::IAM::Policy", "RetrainingRole"), "-", null);
        grants.addAll(grants(resources.one("AWS::IAM::Policy", "RetrainingDistributedMap"), "-", null));
        view.put("grants", grants);
        return view;
    }

    private Map<String, Object> alarms() {
        Map<String, Object> alarms = new TreeMap<>();
        resources.properties("AWS::CloudWatch::Alarm").forEach((id, alarm) -> {
            Map<String, Object> dimensions = new TreeMap<>();
            Resources.list(alarm.get("Dimensions")).forEach(dimension ->
                    dimensions.put((String) Json.object(dimension).get("Name"), render(Json.object(dimension).get("Value"))));
            alarms.put((String) alarm.get("AlarmDescription"), alarm.get("Namespace") + " " + alarm.get("MetricName") + " " + dimensions
                    + " " + alarm.get("Statistic") + " of " + alarm.get("Period") + "s " + alarm.get("ComparisonOperator") + " "
                    + ((Number) alarm.get("Threshold")).doubleValue() + " tells "
                    + Resources.list(alarm.get("AlarmActions")).stream().map(this::render).toList());
        });
        return alarms;
    }

    /** Bucket, event and filter of every S3 notification, by the stack's own buckets and by CDK's custom resource alike. */
    private TreeSet<String> notifications() {
        TreeSet<String> all = new TreeSet<>();
        resources.properties("AWS::S3::Bucket").forEach((id, bucket) -> {
            if (bucket.get("NotificationConfiguration") != null) {
                addNotifications(all, refs.getOrDefault(id, (String) bucket.get("BucketName")),
                        Json.object(bucket.get("NotificationConfiguration")).get("QueueConfigurations"), "S3Key", "Queue");
            }
        });
        resources.properties("Custom::S3BucketNotifications").values().forEach(custom ->
                addNotifications(all, render(custom.get("BucketName")),
                        Json.object(custom.get("NotificationConfiguration")).get("QueueConfigurations"), "Key", "QueueArn"));
        return all;
    }

    private void addNotifications(TreeSet<String> all, String bucket, Object configurations, String keyName, String queueName) {
        for (Object each : Resources.list(configurations)) {
            Map<String, Object> configuration = Json.object(each);
            Map<String, Object> filters = new TreeMap<>();
            Object key = Json.object(configuration.get("Filter")).get(keyName);
            Object rules = Json.object(key).getOrDefault("Rules", Json.object(key).get("FilterRules"));
            Resources.list(rules).forEach(rule -> filters.put((String) Json.object(rule).get("Name"), Json.object(rule).get("Value")));
            Object event = configuration.getOrDefault("Event", configuration.get("Events"));
            all.add(bucket + " " + Resources.list(event) + " " + filters + " to " + render(configuration.get(queueName)));
        }
    }

    private Object renderDeep(Object value) {
        return switch (value) {
            case Map<?, ?> map when isIntrinsic(map) -> render(map);
            case Map<?, ?> map -> {
                Map<String, Object> all = new TreeMap<>();
                map.forEach((key, item) -> all.put(key.toString(), renderDeep(item)));
                yield all;
            }
            case List<?> list -> list.stream().map(this::renderDeep).toList();
            case null -> "-";
            case Boolean truth -> truth;
            default -> render(value);
        };
    }

    private static boolean isIntrinsic(Map<?, ?> map) {
        return map.size() == 1 && map.keySet().stream().allMatch(key -> key.equals("Ref") || key.toString().startsWith("Fn::"));
    }

    /** Text of a value, with references named. */
    private String render(Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return scrubAssets(String.valueOf(value));
        }
        if (map.get("Ref") instanceof String ref) {
            return refs.getOrDefault(ref, "{ref " + ref + "}");
        }
        if (map.get("Fn::GetAtt") instanceof List<?> attribute) {
            String name = attribute.get(0) + "." + attribute.get(1);
            String bucket = refs.get(attribute.get(0).toString());
            return arns.getOrDefault(name, bucket == null ? "{" + name + "}" : "arn:{PARTITION}:s3:::" + bucket);
        }
        if (map.get("Fn::Sub") instanceof String sub) {
            return sub.startsWith("cdk-") && sub.contains("-assets-") ? "{SETTINGS_BUCKET}" : sub;
        }
        if (map.get("Fn::Join") instanceof List<?> join) {
            return scrubAssets(String.join(join.get(0).toString(), Resources.list(join.get(1)).stream().map(this::render).toList()));
        }
        if (map.get("Fn::Select") instanceof List<?> select) {
            // CDK makes the alias's short name from its ARN, for the event source mapping.
            return "part " + select.get(0) + " of " + render(Json.array(Json.object(select.get(1)).get("Fn::Split")).get(1));
        }
        if (map.get("Fn::If") instanceof List<?> choice && choice.getFirst().equals("InChina")) {
            return "{CONSOLE_DOMAIN}";
        }
        throw new AssertionError("the test does not know " + Json.text(value));
    }

    private static String scrubAssets(String text) {
        return text.replaceAll("[0-9a-f]{64}\\.json", "{SETTINGS_KEY}");
    }
}

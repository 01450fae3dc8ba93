package dev.truepipe.infra;

import dev.truepipe.json.Json;
import dev.truepipe.workload.AlarmSpec;
import dev.truepipe.workload.FunctionSpec;
import dev.truepipe.workload.Grant;
import dev.truepipe.workload.RuleSpec;
import dev.truepipe.workload.ScheduleSpec;
import dev.truepipe.workload.Source;
import dev.truepipe.workload.Value;
import dev.truepipe.workload.Workload;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a description says, in the same words as {@link TemplateView}. */
final class WorkloadView {
    private WorkloadView() {}

    static Map<String, Object> of(Workload workload, List<Source> sources) {
        Map<String, Object> view = new TreeMap<>();
        Map<String, Object> functions = new TreeMap<>();
        workload.functions().forEach(spec -> functions.put(spec.name(), function(spec, workload)));
        view.put("functions", functions);
        view.put("queue", queue(workload));
        Map<String, Object> rules = new TreeMap<>();
        workload.rules().forEach(rule -> rules.put(rule.description(), rule(rule)));
        view.put("rules", rules);
        Map<String, Object> schedules = new TreeMap<>();
        workload.schedules().forEach(schedule -> schedules.put(schedule.input(), rate(schedule) + " to {QUEUE_ARN} from null"));
        view.put("schedules", schedules);
        Map<String, Object> machine = new TreeMap<>();
        Map<String, Object> substitutions = new TreeMap<>();
        workload.stateMachine().substitutions().forEach((name, value) -> substitutions.put(name, render(value)));
        machine.put("substitutions", substitutions);
        machine.put("grants", grants(workload.stateMachine().grants()));
        view.put("stateMachine", machine);
        Map<String, Object> alarms = new TreeMap<>();
        workload.alarms().forEach(alarm -> alarms.put(alarm.description(), alarm(alarm)));
        view.put("alarms", alarms);
        view.put("notifications", notifications(workload, sources));
        return view;
    }

    private static Map<String, Object> function(FunctionSpec spec, Workload workload) {
        Map<String, Object> one = new TreeMap<>();
        one.put("handler", spec.handler());
        one.put("memory", spec.memoryMegabytes());
        one.put("timeout", (int) spec.timeout().toSeconds());
        one.put("runtime", "java25");
        one.put("urls", spec.url() ? List.of("NONE of live") : List.of());
        Map<String, Object> environment = new TreeMap<>();
        spec.environment().forEach((name, value) -> environment.put(name, render(value)));
        one.put("environment", environment);
        one.put("grants", grants(spec.grants()));
        one.put("logDays", (int) workload.logRetention().toDays());
        return one;
    }

    private static TreeSet<String> grants(List<Grant> grants) {
        TreeSet<String> all = new TreeSet<>();
        grants.forEach(grant -> all.add("Allow " + new TreeSet<>(grant.actions()) + " on "
                + grant.resources().stream().map(WorkloadView::render).distinct().sorted().toList()
                + (grant.onlyIf().isEmpty() ? "" : " if " + Json.text(Map.of("StringEquals", condition(grant))))));
        return all;
    }

    private static Map<String, Object> condition(Grant grant) {
        Map<String, Object> equals = new TreeMap<>();
        grant.onlyIf().forEach((key, values) -> equals.put(key, values.size() == 1 ? render(values.getFirst()) : values.stream().map(WorkloadView::render).toList()));
        return equals;
    }

    private static Map<String, Object> queue(Workload workload) {
        var spec = workload.queue();
        Map<String, Object> view = new TreeMap<>();
        view.put("visibility", (int) spec.visibility().toSeconds());
        view.put("retention", (int) spec.retention().toSeconds());
        view.put("maxReceiveCount", spec.maxReceiveCount());
        view.put("deadLetters", "{DEAD_LETTER_QUEUE_ARN}");
        view.put("deadLetterRetention", (int) spec.deadLetterRetention().toSeconds());
        Map<String, Object> mapping = new TreeMap<>();
        mapping.put("function", "part 6 of {alias of " + spec.function() + "}:live");
        mapping.put("source", "{QUEUE_ARN}");
        mapping.put("batchSize", spec.batchSize());
        mapping.put("maximumConcurrency", spec.maximumConcurrency());
        mapping.put("responses", spec.reportBatchItemFailures() ? List.of("ReportBatchItemFailures") : List.of());
        view.put("mappings", List.of(mapping));
        return view;
    }

    private static Map<String, Object> rule(RuleSpec rule) {
        Map<String, Object> one = new TreeMap<>();
        one.put("pattern", deep(rule.pattern()));
        one.put("targets", List.of(switch (rule.target()) {
            case QUEUE -> "{QUEUE_ARN}";
            case TOPIC -> "{TOPIC_ARN}";
        }));
        one.put("message", List.of(rule.message().<Object>map(message -> new TreeMap<>(Map.of(
                "InputPathsMap", new TreeMap<>(message.paths()), "InputTemplate", render(message.template())))).orElse("-")));
        return one;
    }

    /** Days if they are whole, else hours, else minutes; one of them is singular. */
    private static String rate(ScheduleSpec schedule) {
        long amount = schedule.every().toMinutes();
        String unit = "minute";
        if (amount % 60 == 0) {
            amount /= 60;
            unit = "hour";
            if (amount % 24 == 0) {
                amount /= 24;
                unit = "day";
            }
        }
        return "rate(" + amount + " " + unit + (amount == 1 ? ")" : "s)");
    }

    private static String alarm(AlarmSpec alarm) {
        Map<String, Object> dimensions = new TreeMap<>();
        alarm.dimensions().forEach((name, value) -> dimensions.put(name, render(value)));
        return alarm.namespace() + " " + alarm.metric() + " " + dimensions + " " + alarm.statistic() + " of " + alarm.period().toSeconds()
                + "s GreaterThanOrEqualToThreshold " + alarm.threshold() + " tells [{TOPIC_ARN}]";
    }

    private static TreeSet<String> notifications(Workload workload, List<Source> sources) {
        TreeSet<String> all = new TreeSet<>();
        for (Source source : sources) {
            if (source.labelBucket() != Source.LabelBucket.EVENTBRIDGE) {
                Map<String, Object> filters = new TreeMap<>();
                if (!source.labels().key().isEmpty()) {
                    filters.put("prefix", encoded(source.labels().key()));
                }
                String suffix = workload.notificationSuffix(source);
                if (!suffix.isEmpty()) {
                    filters.put("suffix", suffix);
                }
                all.add((source.inGeneratedBucket() ? "{LABEL_BUCKET}" : source.labels().bucket()) + " [s3:ObjectCreated:*] " + filters
                        + " to {QUEUE_ARN}");
            }
        }
        return all;
    }

    /** S3 takes filter values as it writes keys in events: a space as +, and UTF-8 bytes in percent but for letters, digits and {@code -_.*}/. */
    private static String encoded(String key) {
        StringBuilder text = new StringBuilder();
        for (byte b : key.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || "-_.*/".indexOf(c) >= 0);
            text.append(plain ? String.valueOf(c) : c == ' ' ? "+" : String.format("%%%02X", (int) c));
        }
        return text.toString();
    }

    private static Object deep(Object tree) {
        return switch (tree) {
            case Value value -> render(value);
            case Map<?, ?> map -> {
                Map<String, Object> all = new TreeMap<>();
                map.forEach((key, value) -> all.put(key.toString(), deep(value)));
                yield all;
            }
            case List<?> list -> list.stream().map(WorkloadView::deep).toList();
            default -> tree;
        };
    }

    private static String render(Value value) {
        return value.resolve(resource -> switch (resource) {
            case STATE_MACHINE_NAME -> "Truepipe-retraining";
            case STATE_MACHINE_ARN -> "arn:{PARTITION}:states:{REGION}:{ACCOUNT}:stateMachine:Truepipe-retraining";
            case MODEL_PACKAGE_GROUP_PREFIX -> "Truepipe-";
            case MODEL_PACKAGE_GROUP_PREFIX_LOWER -> "truepipe-";
            case STACK -> "Truepipe";
            case SETTINGS_URI -> "s3://{SETTINGS_BUCKET}/{SETTINGS_KEY}";
            default -> "{" + resource + "}";
        }, name -> "{alias of " + name + "}");
    }
}

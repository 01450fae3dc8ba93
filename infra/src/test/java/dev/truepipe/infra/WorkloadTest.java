package dev.truepipe.infra;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.truepipe.json.Json;
import dev.truepipe.settings.Settings;
import dev.truepipe.workload.AlarmSpec;
import dev.truepipe.workload.FunctionSpec;
import dev.truepipe.workload.Grant;
import dev.truepipe.workload.QueueSpec;
import dev.truepipe.workload.RuleSpec;
import dev.truepipe.workload.ScheduleSpec;
import dev.truepipe.workload.Source;
import dev.truepipe.workload.StateMachineSpec;
import dev.truepipe.workload.Value;
import dev.truepipe.workload.Workload;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The template holds exactly what the workload description holds. */
class WorkloadTest {
    @BeforeAll
    static void needsNode() {
        Tools.requireNode();
    }

    @ParameterizedTest
    @ValueSource(strings = {Stacks.CREATE, Stacks.NOTIFICATION, Stacks.EVENTBRIDGE, Stacks.ODD_NAMES, Stacks.EXPORTS})
    void theTemplateAndTheDescriptionSayTheSame(String yaml) throws IOException {
        Settings settings = Stacks.settings(yaml);
        Workload workload = Workload.of(settings);
        assertEquals(
                Stacks.text(Json.pretty(WorkloadView.of(workload, sources(settings)))),
                Stacks.text(Json.pretty(TemplateView.of(Stacks.template(Stacks.stack(settings, workload))))));
    }

    /** Written down by hand, so that template and view cannot agree on the same mistake. */
    @Test
    void filtersAndRatesAreSpeltAsS3AndTheSchedulerWantThem() throws IOException {
        Map<String, Object> view = TemplateView.of(Stacks.template(Stacks.ODD_NAMES));
        String suffix = ", suffix=manifests/output/output.manifest} to {QUEUE_ARN}";
        assertEquals(new java.util.TreeSet<>(List.of(
                "{LABEL_BUCKET} [s3:ObjectCreated:*] {prefix=in%3Da%2Bb/" + suffix,
                "{LABEL_BUCKET} [s3:ObjectCreated:*] {prefix=stra%C3%9Fe+%28s%C3%BCd%29/" + suffix,
                "my-labels [s3:ObjectCreated:*] {prefix=day%3D1%2B2/" + suffix,
                "my-labels [s3:ObjectCreated:*] {prefix=%ED%91%9C%EC%A7%80+%7E%ED%8C%90/" + suffix,
                "my-labels [s3:ObjectCreated:*] {prefix=plain-_.x/" + suffix)), view.get("notifications"));
        assertEquals(List.of("rate(1 day)", "rate(1 hour)", "rate(1 minute)", "rate(2 days)", "rate(36 hours)"),
                Json.object(view.get("schedules")).values().stream().map(text -> text.toString().replaceFirst(" to .*", "")).sorted().toList());
    }

    @Test
    void aConditionThatIsLostIsSeen() throws IOException {
        Settings settings = Stacks.settings(Stacks.CREATE);
        Workload workload = Workload.of(settings);
        String template = Json.text(Stacks.template(Stacks.stack(settings, workload)));
        String condition = "\"Condition\":{\"StringEquals\":{\"iam:PassedToService\":\"sagemaker.amazonaws.com\"}},";
        assertEquals(2, template.split(Pattern.quote(condition), -1).length, "once: " + condition);
        assertNotEquals(
                Stacks.text(Json.pretty(WorkloadView.of(workload, sources(settings)))),
                Stacks.text(Json.pretty(TemplateView.of(Json.object(Json.parse(template.replace(condition, "")))))));
    }

    private record Change(String fact, UnaryOperator<Workload> change) {
        @Override
        public String toString() {
            return fact;
        }
    }

    static Stream<Change> changes() {
        return Stream.of(
                new Change("visibility", w -> with(w, queue(w, Duration.ofSeconds(181), 5, 10, 2, true))),
                new Change("deliveries before the dead-letter queue", w -> with(w, queue(w, Duration.ofSeconds(180), 6, 10, 2, true))),
                new Change("batch size", w -> with(w, queue(w, Duration.ofSeconds(180), 5, 9, 2, true))),
                new Change("concurrency of the mapping", w -> with(w, queue(w, Duration.ofSeconds(180), 5, 10, 3, true))),
                new Change("partial failures", w -> with(w, queue(w, Duration.ofSeconds(180), 5, 10, 2, false))),
                new Change("notification filter", w -> new Workload(w.functions(), w.queue(), "output.manifest", w.rules(), w.schedules(),
                        w.stateMachine(), w.alarms(), w.logRetention())),
                new Change("timeout", w -> with(w, f -> new FunctionSpec(f.name(), f.handler(), f.memoryMegabytes(), f.timeout().minusSeconds(1),
                        f.environment(), f.grants()))),
                new Change("memory", w -> with(w, f -> new FunctionSpec(f.name(), f.handler(), f.memoryMegabytes() + 1, f.timeout(),
                        f.environment(), f.grants()))),
                new Change("handler", w -> with(w, f -> new FunctionSpec(f.name(), f.handler() + "2", f.memoryMegabytes(), f.timeout(),
                        f.environment(), f.grants()))),
                new Change("environment value", w -> with(w, f -> new FunctionSpec(f.name(), f.handler(), f.memoryMegabytes(), f.timeout(),
                        changed(f.environment(), false), f.grants()))),
                new Change("environment name", w -> with(w, f -> new FunctionSpec(f.name(), f.handler(), f.memoryMegabytes(), f.timeout(),
                        changed(f.environment(), true), f.grants()))),
                new Change("grant", w -> with(w, f -> new FunctionSpec(f.name(), f.handler(), f.memoryMegabytes(), f.timeout(),
                        f.environment(), f.grants().subList(1, f.grants().size())))),
                new Change("event pattern", w -> new Workload(w.functions(), w.queue(), w.notificationSuffix(), w.rules().stream()
                        .map(rule -> new RuleSpec(rule.id(), rule.description(), Map.of("source", List.of(Value.text("aws.other"))),
                                rule.target(), rule.message())).toList(),
                        w.schedules(), w.stateMachine(), w.alarms(), w.logRetention())),
                new Change("a rule less", w -> new Workload(w.functions(), w.queue(), w.notificationSuffix(),
                        w.rules().subList(1, w.rules().size()), w.schedules(), w.stateMachine(), w.alarms(), w.logRetention())),
                new Change("sweep", w -> new Workload(w.functions(), w.queue(), w.notificationSuffix(), w.rules(), w.schedules().stream()
                        .map(schedule -> new ScheduleSpec(schedule.id(), schedule.dataset(), Duration.ofHours(7), schedule.input())).toList(),
                        w.stateMachine(), w.alarms(), w.logRetention())),
                new Change("substitution", w -> new Workload(w.functions(), w.queue(), w.notificationSuffix(), w.rules(), w.schedules(),
                        new StateMachineSpec(changed(w.stateMachine().substitutions(), false), w.stateMachine().grants()), w.alarms(),
                        w.logRetention())),
                new Change("grant of the state machine", w -> new Workload(w.functions(), w.queue(), w.notificationSuffix(), w.rules(),
                        w.schedules(), new StateMachineSpec(w.stateMachine().substitutions(),
                                added(w.stateMachine().grants(), new Grant("more", List.of("sns:Publish"), List.of(Value.text("arn:aws:sns:x:1:y"))))),
                        w.alarms(), w.logRetention())),
                new Change("alarm", w -> new Workload(w.functions(), w.queue(), w.notificationSuffix(), w.rules(), w.schedules(),
                        w.stateMachine(), w.alarms().stream().map(alarm -> new AlarmSpec(alarm.id(), alarm.description(), alarm.namespace(),
                                alarm.metric(), alarm.dimensions(), alarm.statistic(), alarm.period(), alarm.threshold() + 1)).toList(),
                        w.logRetention())),
                new Change("days that logs are kept", w -> new Workload(w.functions(), w.queue(), w.notificationSuffix(), w.rules(),
                        w.schedules(), w.stateMachine(), w.alarms(), Duration.ofDays(14))));
    }

    /** Whoever changes the description changes the template, and the comparison above would see a template left behind. */
    @ParameterizedTest
    @MethodSource("changes")
    void whatChangesInTheDescriptionChangesInTheTemplate(Change change) throws IOException {
        Settings settings = Stacks.settings(Stacks.CREATE);
        Workload original = Workload.of(settings);
        Workload changed = change.change().apply(original);
        Map<String, Object> template = TemplateView.of(Stacks.template(Stacks.stack(settings, changed)));
        assertEquals(Stacks.text(Json.pretty(WorkloadView.of(changed, sources(settings)))), Stacks.text(Json.pretty(template)));
        assertNotEquals(Stacks.text(Json.pretty(WorkloadView.of(original, sources(settings)))), Stacks.text(Json.pretty(template)));
    }

    @Test
    void everyHoleOfTheDefinitionIsSuppliedAndEverySupplyIsUsed() throws IOException {
        var holes = new java.util.TreeSet<String>();
        Matcher matcher = Pattern.compile("\\$\\{([^}]*)}").matcher(Stacks.definition());
        while (matcher.find()) {
            holes.add(matcher.group(1));
        }
        Object supplied = new Resources(Stacks.template(Stacks.CREATE))
                .one("AWS::StepFunctions::StateMachine", "Retraining").get("DefinitionSubstitutions");
        assertEquals(holes, new java.util.TreeSet<>(Json.object(supplied).keySet()));
    }

    @Test
    void theDefinitionStandsInTheTemplateAsInTheFile() throws IOException {
        assertEquals(Stacks.definition(), new Resources(Stacks.template(Stacks.CREATE))
                .one("AWS::StepFunctions::StateMachine", "Retraining").get("DefinitionString"));
    }

    private static List<Source> sources(Settings settings) {
        return settings.datasets().stream().map(Source::of).toList();
    }

    private static QueueSpec queue(Workload w, Duration visibility, int receives, int batch, int concurrency, boolean partial) {
        return new QueueSpec(w.queue().function(), visibility, w.queue().retention(), receives, w.queue().deadLetterRetention(), batch,
                concurrency, partial);
    }

    private static Workload with(Workload w, QueueSpec queue) {
        return new Workload(w.functions(), queue, w.notificationSuffix(), w.rules(), w.schedules(), w.stateMachine(), w.alarms(), w.logRetention());
    }

    /** Changes the last function only, so that a comparison that looks at the first alone is caught. */
    private static Workload with(Workload w, UnaryOperator<FunctionSpec> change) {
        List<FunctionSpec> functions = new ArrayList<>(w.functions());
        functions.set(functions.size() - 1, change.apply(functions.getLast()));
        return new Workload(functions, w.queue(), w.notificationSuffix(), w.rules(), w.schedules(), w.stateMachine(), w.alarms(), w.logRetention());
    }

    private static Map<String, Value> changed(Map<String, Value> values, boolean name) {
        Map<String, Value> changed = new LinkedHashMap<>(values);
        String first = changed.keySet().iterator().next();
        Value value = changed.remove(first);
        changed.put(name ? first + "_2" : first, name ? value : Value.text("changed"));
        return changed;
    }

    private static List<Grant> added(List<Grant> grants, Grant more) {
        List<Grant> all = new ArrayList<>(grants);
        all.add(more);
        return all;
    }
}

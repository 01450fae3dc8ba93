package dev.truepipe.run;

import dev.truepipe.dataset.LineIndex;
import dev.truepipe.dataset.DatasetDocument;
import dev.truepipe.json.Json;
import dev.truepipe.report.Link;
import dev.truepipe.report.ModelReport;
import dev.truepipe.report.ModelReportContent;
import dev.truepipe.report.ModelReportContent.Direction;
import dev.truepipe.report.ModelReportContent.MetricSeries;
import dev.truepipe.report.ModelReportContent.Sample;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.training.Champion;
import dev.truepipe.training.Judge;
import dev.truepipe.training.Judge.Judgement;
import dev.truepipe.training.Judge.Outcome;
import dev.truepipe.training.TrainingTerms;
import dev.truepipe.training.TrainingTerms.Objective;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * State {@code JudgeModel}: champion against challenger, by the metric's last value; writes {@code champion.json} and the
 * model's report, names the live model, and words the announcement.
 *
 * <p>{@code champion.json} is {@code {"champion":{…}|null,"before":{…}|null,"judged":{"version","trainingJob","plannedAt"}}}: the
 * last is the version judged last, whatever came of it, from which new labels are counted. After {@code truepipe promote} it
 * also has {@code "replacedByHand"}, the job of the model that was put down, until another is promoted.
 */
public final class JudgeModel {
    private static final int TRIES = 10;
    /** The least of a log line that can hold a number; longer ones are cut before a regular expression sees them. */
    private static final int MOST_LINE_CHARS = 4_096;

    private final ObjectStore store;
    private final MetricLog log;
    private final Champions champions;

    /** @param log asked for the metric's course; without it the report shows the last value only
     *  @param live is told of the champion, whatever came of the judgement */
    public JudgeModel(ObjectStore store, MetricLog log, LiveModel live) {
        this.store = store;
        this.log = log;
        this.champions = new Champions(store, live);
    }

    /** @param modelPackageGroup where a promoted model is registered
     *  @param job the answer of DescribeTrainingJob, field names as SageMaker spells them */
    public record Request(
            String dataset,
            String execution,
            RunFolder run,
            String version,
            String plan,
            String modelPackageGroup,
            Map<String, Object> job) {}

    /** @param answer the state's output
     *  @param warnings what could not be read and was left out, in words for the log and the report
     *  @param value the objective's last value; NaN without one
     *  @param championValue that of the champion, as it is after the judgement; NaN without one
     *  @param seconds the job trained; -1 if not known
     *  @param billedSeconds -1 if not known */
    public record Judged(
            Map<String, Object> answer, List<String> warnings, double value, double championValue, long seconds, long billedSeconds) {}

    /** Judges the model of a finished job. @param now for the report */
    public Judged judge(Request request, Instant now) throws IOException {
        Plan plan = Plan.read(store, request.run());
        Decision decision = Decision.read(store, request.run());
        Map<String, Object> training = Fields.object(plan.settings(), "training");
        Objective objective = TrainingTerms.fromJson(training).objective();
        TrainedModel model = new TrainedModel(request.job());
        DatasetFolder folder = DatasetFolder.of(request.run().folder().bucket(), request.dataset());
        double value = model.finalValue(objective.metric());
        Champion challenger = new Champion(
                model.name(),
                request.version(),
                request.plan(),
                plan.plannedAt(),
                model.modelUrl(),
                Double.isNaN(value) ? null : objective.metric(),
                value,
                decision.holdOut(),
                decision.counts().validation());

        // All that is read of others comes first: what fails on it leaves the champion, and what was judged last, as they are.
        List<String> warnings = new ArrayList<>();
        List<MetricSeries> courses = courses(model, objective, warnings);
        List<Sample> samples = samples(model, new DatasetDocument(decision.document()).classNames(), warnings);
        // Before it may be the champion: whatever was judged can be put back by its job's name.
        store.put(folder.model(model.name()), Json.pretty(challenger.toJson()), Condition.ALWAYS);
        Standing standing = decide(folder, challenger, objective);
        double championValue = champions.publish(request.dataset(), folder).map(Champion::value).orElse(Double.NaN);
        S3Uri report = folder.modelReport(model.name());
        boolean atHome = !Console.of(request.execution()).exists();
        ModelReportContent content = new ModelReportContent(
                request.dataset(),
                Words.time(now),
                verdict(standing, challenger, objective),
                model.facts(atHome),
                model.hyperparameters(),
                courses,
                samples,
                links(request, model),
                decision.report(plan, folder.version(request.version()), SealedFiles.all(RunRules.of(plan.settings()))));
        store.put(report, ModelReport.html(content), Condition.ALWAYS);
        return new Judged(
                answer(request, standing, challenger, objective, model, report, decision, warnings),
                warnings,
                value,
                championValue,
                model.seconds(),
                model.billedSeconds());
    }

    /** What was decided against whom. @param before the champion until now, or {@code null} */
    private record Standing(Judgement judgement, Champion before) {}

    private Standing decide(DatasetFolder folder, Champion challenger, Objective objective) throws IOException {
        S3Uri uri = folder.champion();
        return Contended.settle(uri, TRIES, () -> {
            Optional<StoredObject> there = store.head(uri);
            Map<String, Object> held = there.isPresent() ? StoredJson.readObject(store, uri, there.get().eTag()) : Map.of();
            Champion champion = Champions.champion(held, "champion");
            Champion before = Champions.champion(held, "before");
            String replaced = Fields.textOrNull(held, Champions.REPLACED_BY_HAND);
            if (challenger.trainingJob().equals(replaced)) {
                // Judged before, and a person has decided since: a redrive does not undo that.
                return new Standing(new Judgement(Outcome.KEPT, "A person has put the model of " + champion.trainingJob() + " in its place."), champion);
            }
            boolean again = champion != null && champion.trainingJob().equals(challenger.trainingJob());
            // A repeated judgement is made against the one who was champion the first time.
            Champion opponent = again ? before : champion;
            Judgement judgement = Judge.judge(opponent, challenger, objective, differing(folder, opponent, challenger));
            if (!again) {
                Map<String, Object> json = new LinkedHashMap<>();
                boolean promoted = judgement.outcome() == Outcome.PROMOTED;
                Champion winner = promoted ? challenger : champion;
                json.put("champion", winner == null ? null : winner.toJson());
                Champion former = promoted ? champion : before;
                json.put("before", former == null ? null : former.toJson());
                json.put("judged", judged(Fields.objectOrNull(held, "judged"), challenger));
                if (!promoted && replaced != null) {
                    json.put(Champions.REPLACED_BY_HAND, replaced);
                }
                store.put(uri, Json.pretty(json), Condition.still(there));
            }
            return new Standing(judgement, opponent);
        });
    }

    /** Objects in one of the two hold-outs only; -1 if one of the versions is no longer there. */
    private long differing(DatasetFolder folder, Champion before, Champion challenger) throws IOException {
        if (before == null || before.holdOut().equals(challenger.holdOut())) {
            return 0;
        }
        try (InputStream theirs = store.open(folder.version(before.version()).resolve(SealedFiles.LINES), null, null);
                InputStream ours = store.open(folder.version(challenger.version()).resolve(SealedFiles.LINES), null, null)) {
            return LineIndex.read(ours).holdOutDifference(LineIndex.read(theirs));
        } catch (ObjectMissingException gone) {
            return -1;
        }
    }

    private static Map<String, Object> judged(Map<String, Object> before, Champion challenger) {
        if (before != null && Instant.parse(Fields.text(before, "plannedAt")).isAfter(challenger.plannedAt())) {
            return before;
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("version", challenger.version());
        json.put("trainingJob", challenger.trainingJob());
        json.put("plannedAt", challenger.plannedAt().toString());
        return json;
    }

    private static ModelReportContent.Verdict verdict(Standing standing, Champion challenger, Objective objective) {
        Champion before = standing.before();
        return new ModelReportContent.Verdict(
                ModelReportContent.Outcome.valueOf(standing.judgement().outcome().name()),
                standing.judgement().reason(),
                challenger.metric(),
                challenger.value(),
                direction(objective),
                before == null
                        ? null
                        : new ModelReportContent.Champion(
                                before.trainingJob(),
                                before.version(),
                                before.value(),
                                before.holdOut().equals(challenger.holdOut())));
    }

    private static Direction direction(Objective objective) {
        return objective.maximize() ? Direction.MAXIMIZE : Direction.MINIMIZE;
    }

    /** The course of each metric over the job, the objective first. */
    private List<MetricSeries> courses(TrainedModel model, Objective objective, List<String> warnings) {
        Map<String, Pattern> patterns = new LinkedHashMap<>();
        model.metricDefinitions().forEach((name, regex) -> {
            try {
                patterns.put(name, Pattern.compile(regex));
            } catch (PatternSyntaxException e) {
                warnings.add("The course of " + name + " is not shown: its regular expression is not one of Java's ("
                        + e.getDescription() + ").");
            }
        });
        Map<String, List<Double>> values = new LinkedHashMap<>();
        List<String> lines = List.of();
        if (!patterns.isEmpty()) {
            try {
                lines = log.lines(model.name());
                if (lines.isEmpty()) {
                    warnings.add("The course of the metrics is not shown: the job's log is empty or not there.");
                }
            } catch (IOException e) {
                warnings.add("The course of the metrics is not shown: the job's log could not be read (" + e.getMessage() + ").");
            }
        } else {
            warnings.add("The course of the metrics is not shown: the job has no metric definitions.");
        }
        for (String line : lines) {
            String shown = line.length() > MOST_LINE_CHARS ? line.substring(0, MOST_LINE_CHARS) : line;
            patterns.forEach((name, pattern) -> {
                Matcher matcher = pattern.matcher(shown);
                if (matcher.find() && matcher.groupCount() > 0) {
                    number(matcher.group(1)).ifPresent(
                            number -> values.computeIfAbsent(name, any -> new ArrayList<>()).add(number));
                }
            });
        }
        model.finalValues().forEach((name, last) -> values.computeIfAbsent(name, any -> new ArrayList<>(List.of(last))));
        List<MetricSeries> series = new ArrayList<>();
        new TreeMap<>(values).forEach((name, course) -> {
            boolean first = name.equals(objective.metric());
            MetricSeries one = new MetricSeries(name, first ? direction(objective) : Direction.UNKNOWN, course);
            series.add(first ? 0 : series.size(), one);
        });
        return series;
    }

    private static Optional<Double> number(String text) {
        try {
            return text == null ? Optional.empty() : Optional.of(Double.parseDouble(text.strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Predictions are a courtesy of the algorithm: whatever is wrong with them is said, and no more. */
    private List<Sample> samples(TrainedModel model, Map<Integer, String> classNames, List<String> warnings) {
        Optional<S3Uri> archive = model.outputArchive();
        if (archive.isEmpty()) {
            return List.of();
        }
        try (InputStream in = store.open(archive.get(), null, null)) {
            return Predictions.of(OutputArchive.read(in), classNames);
        } catch (ObjectMissingException e) {
            return List.of();
        } catch (IOException | IllegalArgumentException | ArithmeticException e) {
            warnings.add("Sample predictions are not shown: " + archive.get() + " could not be read (" + e.getMessage() + ").");
            return List.of();
        }
    }

    /** Nothing where a cloud of this machine did it: what it kept ends with it, and whoever kept the report has the rest beside it. */
    private static List<Link> links(Request request, TrainedModel model) {
        Console console = Console.of(request.execution());
        if (!console.exists()) {
            return List.of();
        }
        return List.of(
                new Link("Execution", console.execution(request.execution())),
                new Link("Training job", console.trainingJob(model.name())),
                new Link("Training log", console.trainingLog(model.name())),
                new Link("Model", model.modelUrl()));
    }

    private static Map<String, Object> answer(
            Request request,
            Standing standing,
            Champion challenger,
            Objective objective,
            TrainedModel model,
            S3Uri report,
            Decision decision,
            List<String> warnings) {
        Outcome outcome = standing.judgement().outcome();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("outcome", outcome.word());
        answer.put("register", outcome == Outcome.PROMOTED);
        answer.put("modelPackageGroup", request.modelPackageGroup());
        answer.put("image", model.image());
        answer.put("modelUrl", model.modelUrl());
        answer.put("reportUri", report.toString());
        answer.put("metric", metric(standing, challenger));
        answer.put("announcement", Answers.announcement(
                subject(request, standing, challenger), message(request, standing, challenger, objective, model, report, decision, warnings)));
        return answer;
    }

    private static Map<String, Object> metric(Standing standing, Champion challenger) {
        if (challenger.metric() == null) {
            return null;
        }
        Map<String, Object> metric = new LinkedHashMap<>();
        metric.put("name", challenger.metric());
        metric.put("value", challenger.value());
        Champion before = standing.before();
        metric.put("champion", before == null || Double.isNaN(before.value()) ? null : before.value());
        return metric;
    }

    private static String subject(Request request, Standing standing, Champion challenger) {
        String words = switch (standing.judgement().outcome()) {
            case PROMOTED -> "new champion";
            case KEPT -> "model kept, not promoted";
            case LATE -> "model late, not promoted";
        };
        String metric = challenger.metric() == null ? "" : ", " + challenger.metric() + " " + Words.number(challenger.value());
        return "Truepipe: " + request.dataset() + ", " + words + metric;
    }

    private static String message(
            Request request,
            Standing standing,
            Champion challenger,
            Objective objective,
            TrainedModel model,
            S3Uri report,
            Decision decision,
            List<String> warnings) {
        Console console = Console.of(request.execution());
        StringBuilder text = new StringBuilder();
        text.append(switch (standing.judgement().outcome()) {
            case PROMOTED -> "A new model of " + request.dataset() + " is the champion. ";
            case KEPT -> "A new model of " + request.dataset() + " was trained and is kept, but not promoted. ";
            case LATE -> "A new model of " + request.dataset() + " came late and is kept, but not promoted. ";
        });
        text.append(standing.judgement().reason()).append("\n\n");
        text.append("Labels      ")
                .append(Words.count(decision.counts().lines(), "line"))
                .append(": ")
                .append(Words.number(decision.counts().train()))
                .append(" to train, ")
                .append(Words.number(decision.counts().validation()))
                .append(" to validation, ")
                .append(decision.counts().test() > 0 ? Words.number(decision.counts().test()) + " to test, " : "")
                .append(Words.number(decision.counts().quarantined()))
                .append(" in quarantine, ")
                .append(Words.number(decision.counts().superseded()))
                .append(" superseded\n");
        decision.imported().forEach(sentence -> text.append("Imported    ").append(sentence).append('\n'));
        decision.reconciled().ifPresent(sentence -> text.append("            ").append(sentence).append('\n'));
        text.append("Version     ").append(request.version()).append('\n');
        if (challenger.metric() != null) {
            text.append("Metric      ").append(objective.metric()).append(' ').append(Words.number(challenger.value()));
            if (standing.before() != null && !Double.isNaN(standing.before().value())) {
                text.append(", the champion before had ").append(Words.number(standing.before().value()));
            }
            text.append('\n');
        }
        if (model.seconds() >= 0) {
            text.append("Training    ").append(Words.duration(model.seconds()));
            if (!console.exists()) {
                text.append(" on this machine");
            } else {
                if (model.billedSeconds() >= 0) {
                    text.append(", ").append(Words.duration(model.billedSeconds())).append(" billed");
                }
                text.append(" on ").append(model.instanceType());
            }
            text.append('\n');
        }
        for (String warning : warnings) {
            text.append("Note        ").append(warning).append('\n');
        }
        text.append('\n');
        text.append("Report      ").append(report).append('\n');
        if (console.exists()) {
            text.append("            ").append(console.object(report.bucket(), report.key())).append('\n');
        }
        text.append("Model       ").append(model.modelUrl()).append('\n');
        if (console.exists()) {
            text.append("Execution   ").append(console.execution(request.execution())).append('\n');
            text.append("Job         ").append(console.trainingJob(model.name())).append('\n');
            text.append("Log         ").append(console.trainingLog(model.name())).append('\n');
        } else {
            text.append("Execution   ").append(request.execution()).append('\n');
            text.append("Job         ").append(model.name()).append('\n');
        }
        if (standing.judgement().outcome() == Outcome.PROMOTED) {
            text.append("\nIt waits for approval in the model package group ").append(request.modelPackageGroup()).append(".\n");
        }
        return text.toString();
    }
}

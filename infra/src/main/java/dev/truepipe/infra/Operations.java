package dev.truepipe.infra;

import static dev.truepipe.workload.Metric.BILLED_TRAINING_TIME;
import static dev.truepipe.workload.Metric.CHAMPION_OBJECTIVE;
import static dev.truepipe.workload.Metric.EXECUTIONS_STARTED;
import static dev.truepipe.workload.Metric.GATES_CLOSED;
import static dev.truepipe.workload.Metric.LINES_ACCEPTED;
import static dev.truepipe.workload.Metric.LINES_QUARANTINED;
import static dev.truepipe.workload.Metric.LINES_SUPERSEDED;
import static dev.truepipe.workload.Metric.MODELS_KEPT;
import static dev.truepipe.workload.Metric.MODELS_LATE;
import static dev.truepipe.workload.Metric.MODELS_PROMOTED;
import static dev.truepipe.workload.Metric.OBJECTIVE;
import static dev.truepipe.workload.Metric.RUNS_EMPTY;
import static dev.truepipe.workload.Metric.RUNS_HELD;
import static dev.truepipe.workload.Metric.RUNS_SUPERSEDED;
import static dev.truepipe.workload.Metric.RUNS_UNCHANGED;
import static dev.truepipe.workload.Metric.TRAINING_TIME;

import dev.truepipe.workload.AlarmSpec;
import dev.truepipe.workload.Value;
import dev.truepipe.workload.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.cloudwatch.AlarmWidget;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.Dashboard;
import software.amazon.awscdk.services.cloudwatch.GraphWidget;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.IWidget;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.sns.ITopic;
import software.constructs.Construct;

/** What an operator looks at and is told: the description's alarms, and one dashboard from arrivals to models. */
final class Operations extends Construct {
    private static final int ROW = 24;

    Operations(Construct scope, String id, Props props) {
        super(scope, id);
        List<IWidget> alarms = new ArrayList<>();
        for (AlarmSpec spec : props.workload().alarms()) {
            Alarm alarm = alarm(spec, props.names());
            alarm.addAlarmAction(new SnsAction(props.topic()));
            alarms.add(AlarmWidget.Builder.create().title(spec.id()).alarm(alarm)
                    .width(ROW / props.workload().alarms().size()).height(5).build());
        }
        Dashboard dashboard = Dashboard.Builder.create(this, "Dashboard").build();
        dashboard.addWidgets(alarms.toArray(IWidget[]::new));
        dashboard.addWidgets(
                graph("Arrivals", List.of(
                        props.queue().queue().metricNumberOfMessagesSent(sum()),
                        props.queue().queue().metricApproximateNumberOfMessagesVisible(),
                        props.queue().deadLetters().metricApproximateNumberOfMessagesVisible(MetricOptions.builder().label("set aside").build()))),
                graph("Age of the oldest arrival", List.of(props.queue().queue().metricApproximateAgeOfOldestMessage(
                        MetricOptions.builder().statistic("Maximum").build()))),
                graph("Runs", List.of(
                        props.machine().machine().metricStarted(sum()), props.machine().machine().metricSucceeded(sum()),
                        props.machine().machine().metricFailed(sum()), props.machine().machine().metricTimedOut(sum()),
                        props.machine().machine().metricAborted(sum()))),
                graph("Function errors", props.functions().values().stream().<IMetric>map(alias -> alias.metricErrors(sum())).toList()));
        String machine = props.names().resolve(Value.text(Value.Resource.STATE_MACHINE_NAME));
        for (String dataset : props.datasets()) {
            dashboard.addWidgets(
                    graph(dataset + ": lines", of(machine, dataset, LINES_ACCEPTED, LINES_QUARANTINED, LINES_SUPERSEDED)),
                    graph(dataset + ": runs by outcome", of(machine, dataset, EXECUTIONS_STARTED, MODELS_PROMOTED, MODELS_KEPT, MODELS_LATE, GATES_CLOSED, RUNS_HELD,
                            RUNS_UNCHANGED, RUNS_SUPERSEDED, RUNS_EMPTY)),
                    graph(dataset + ": training time", of(machine, dataset, TRAINING_TIME, BILLED_TRAINING_TIME)),
                    graph(dataset + ": challenger and champion", of(machine, dataset, OBJECTIVE, CHAMPION_OBJECTIVE)));
        }
    }

    private Alarm alarm(AlarmSpec spec, Names names) {
        Map<String, String> dimensions = new LinkedHashMap<>();
        spec.dimensions().forEach((name, value) -> dimensions.put(name, names.resolve(value)));
        return Alarm.Builder.create(this, spec.id())
                .alarmDescription(spec.description())
                .metric(Metric.Builder.create()
                        .namespace(spec.namespace()).metricName(spec.metric()).dimensionsMap(dimensions)
                        .statistic(spec.statistic()).period(Duration.seconds(spec.period().toSeconds())).build())
                .threshold(spec.threshold())
                .evaluationPeriods(1)
                .comparisonOperator(ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD)
                .treatMissingData(TreatMissingData.NOT_BREACHING)
                .build();
    }

    private static List<IMetric> of(String machine, String dataset, dev.truepipe.workload.Metric... metrics) {
        return Stream.of(metrics).<IMetric>map(metric -> Metric.Builder.create()
                .namespace(dev.truepipe.workload.Metric.NAMESPACE).metricName(metric.metricName())
                .dimensionsMap(Map.of(dev.truepipe.workload.Metric.MACHINE, machine, dev.truepipe.workload.Metric.DIMENSION, dataset))
                // Values of models are levels, of which the hour's greatest stands; everything else adds up.
                .statistic(metric == OBJECTIVE || metric == CHAMPION_OBJECTIVE ? "Maximum" : "Sum").period(Duration.hours(1)).build()).toList();
    }

    private static MetricOptions sum() {
        return MetricOptions.builder().statistic("Sum").build();
    }

    private static GraphWidget graph(String title, List<? extends IMetric> metrics) {
        return GraphWidget.Builder.create().title(title).left(metrics).width(ROW / 4).height(6).build();
    }

    record Props(Workload workload, List<String> datasets, Names names, ArrivalQueue queue, RetrainingMachine machine,
            Map<String, Alias> functions, ITopic topic) {}
}

package dev.truepipe.infra;

import dev.truepipe.workload.AlarmSpec;
import dev.truepipe.workload.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
                graph("Runs", List.of(
                        props.machine().machine().metricStarted(sum()), props.machine().machine().metricSucceeded(sum()),
                        props.machine().machine().metricFailed(sum()), props.machine().machine().metricTimedOut(sum()))),
                graph("Function errors", props.functions().values().stream().<IMetric>map(alias -> alias.metricErrors(sum())).toList()));
        for (String dataset : props.datasets()) {
            dashboard.addWidgets(
                    graph(dataset + ": lines", List.of(
                            of(dev.truepipe.workload.Metric.LINES_ACCEPTED, dataset), of(dev.truepipe.workload.Metric.LINES_QUARANTINED, dataset),
                            of(dev.truepipe.workload.Metric.LINES_SUPERSEDED, dataset))),
                    graph(dataset + ": gates and models", List.of(
                            of(dev.truepipe.workload.Metric.EXECUTIONS_STARTED, dataset), of(dev.truepipe.workload.Metric.GATES_CLOSED, dataset),
                            of(dev.truepipe.workload.Metric.MODELS_PROMOTED, dataset))),
                    graph(dataset + ": objective", List.of(of(dev.truepipe.workload.Metric.OBJECTIVE, dataset))));
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

    private static IMetric of(dev.truepipe.workload.Metric metric, String dataset) {
        boolean level = metric == dev.truepipe.workload.Metric.OBJECTIVE;
        return Metric.Builder.create()
                .namespace(dev.truepipe.workload.Metric.NAMESPACE).metricName(metric.metricName())
                .dimensionsMap(Map.of(dev.truepipe.workload.Metric.DIMENSION, dataset))
                .statistic(level ? "Maximum" : "Sum").period(Duration.hours(1)).build();
    }

    private static MetricOptions sum() {
        return MetricOptions.builder().statistic("Sum").build();
    }

    private static GraphWidget graph(String title, List<? extends IMetric> metrics) {
        return GraphWidget.Builder.create().title(title).left(metrics).width(ROW / 3).height(6).build();
    }

    record Props(Workload workload, List<String> datasets, Names names, ArrivalQueue queue, RetrainingMachine machine,
            Map<String, Alias> functions, ITopic topic) {}
}

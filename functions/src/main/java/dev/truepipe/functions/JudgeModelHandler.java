package dev.truepipe.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.truepipe.run.JudgeModel;
import dev.truepipe.run.LiveModel;
import dev.truepipe.run.MetricLog;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.workload.Metric;
import dev.truepipe.workload.Workload;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;

/** State {@code JudgeModel}: champion against challenger. */
public final class JudgeModelHandler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
    private final String modelPackageGroups;
    private final JudgeModel service;
    private final Clock clock;

    /** Lambda's entry; a missing variable fails here, in the init phase, not on the first event. */
    public JudgeModelHandler() {
        this(new Wiring(System.getenv()));
    }

    private JudgeModelHandler(Wiring wiring) {
        this(wiring.required(Workload.MODEL_PACKAGE_GROUPS), wiring.store(), wiring.trainingJobLog(), wiring.liveModel(), wiring.clock());
    }

    JudgeModelHandler(String modelPackageGroups, ObjectStore store, MetricLog log, LiveModel live, Clock clock) {
        this.modelPackageGroups = modelPackageGroups;
        this.service = new JudgeModel(store, log, live);
        this.clock = clock;
    }

    @Override
    public Map<String, Object> handleRequest(Map<String, Object> input, Context context) {
        Payload payload = new Payload("JudgeModel", input);
        return payload.logged(() -> {
            String dataset = payload.text("dataset");
            JudgeModel.Judged judged = service.judge(
                    new JudgeModel.Request(
                            dataset,
                            payload.text("execution"),
                            payload.run(),
                            payload.text("version"),
                            payload.text("plan"),
                            modelPackageGroups + dataset,
                            payload.object("job")),
                    clock.instant());
            judged.warnings().forEach(warning -> payload.log().info(warning));
            payload.log().info("Judged", "outcome", judged.answer().get("outcome"), "trainingJob", payload.object("job").get("TrainingJobName"), "metric", judged.answer().get("metric"));
            Map<Metric, Number> metrics = new EnumMap<>(Metric.class);
            String outcome = (String) judged.answer().get("outcome");
            metrics.put(Metric.MODELS_PROMOTED, outcome.equals("promoted") ? 1 : 0);
            metrics.put(Metric.MODELS_KEPT, outcome.equals("kept") ? 1 : 0);
            metrics.put(Metric.MODELS_LATE, outcome.equals("late") ? 1 : 0);
            if (!Double.isNaN(judged.value())) {
                metrics.put(Metric.OBJECTIVE, judged.value());
            }
            if (!Double.isNaN(judged.championValue())) {
                metrics.put(Metric.CHAMPION_OBJECTIVE, judged.championValue());
            }
            if (judged.seconds() >= 0) {
                metrics.put(Metric.TRAINING_TIME, judged.seconds());
            }
            if (judged.billedSeconds() >= 0) {
                metrics.put(Metric.BILLED_TRAINING_TIME, judged.billedSeconds());
            }
            MetricLines.write(clock, dataset, payload.text("execution"), metrics);
            return judged.answer();
        });
    }
}

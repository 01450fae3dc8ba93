package dev.truepipe.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.truepipe.run.Executions;
import dev.truepipe.run.PlanDataset;
import dev.truepipe.settings.DatasetSettings;
import dev.truepipe.settings.Settings;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.workload.Metric;
import dev.truepipe.workload.Workload;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** State {@code PlanDataset}: pins and claims manifests and cuts them in chunks. */
public final class PlanDatasetHandler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
    private final String workBucket;
    private final Supplier<Settings> settings;
    private final PlanDataset service;
    private final Clock clock;

    /** Lambda's entry; a missing variable fails here, in the init phase, not on the first event. */
    public PlanDatasetHandler() {
        this(new Wiring(System.getenv()));
    }

    private PlanDatasetHandler(Wiring wiring) {
        this(wiring, wiring.store());
    }

    private PlanDatasetHandler(Wiring wiring, ObjectStore store) {
        this(wiring.required(Workload.WORK_BUCKET_NAME), wiring.settingsSupplier(store), store, wiring.executions(), wiring.clock());
    }

    PlanDatasetHandler(String workBucket, Supplier<Settings> settings, ObjectStore store, Executions executions, Clock clock) {
        this.workBucket = workBucket;
        this.settings = settings;
        this.service = new PlanDataset(store, executions, clock);
        this.clock = clock;
    }

    @Override
    public Map<String, Object> handleRequest(Map<String, Object> input, Context context) {
        Payload payload = new Payload("PlanDataset", input);
        return payload.logged(() -> {
            String name = payload.text("dataset");
            DatasetSettings dataset = settings.get().dataset(name)
                    .orElseThrow(() -> new IllegalArgumentException("no dataset is called \"" + name
                            + "\" any more; put it back into truepipe.yaml and deploy, or let this run rest"));
            Map<String, Object> answer = service.plan(new PlanDataset.Request(
                    workBucket,
                    name,
                    dataset.toJson(),
                    payload.text("execution"),
                    payload.text("executionName"),
                    payload.truth("force"),
                    payload.whole("settles")));
            payload.log().info((String) answer.get("message"), "outcome", answer.get("outcome"));
            ends((String) answer.get("outcome")).ifPresent(metric -> MetricLines.write(clock, name, payload.text("execution"), Map.of(metric, 1)));
            return answer;
        });
    }

    /** What is counted where the run ends with its plan. */
    private static Optional<Metric> ends(String outcome) {
        return switch (outcome) {
            case "skip" -> Optional.of(Metric.RUNS_HELD);
            case "unchanged" -> Optional.of(Metric.RUNS_UNCHANGED);
            case "superseded" -> Optional.of(Metric.RUNS_SUPERSEDED);
            case "empty" -> Optional.of(Metric.RUNS_EMPTY);
            default -> Optional.empty();
        };
    }
}

package dev.truepipe.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.truepipe.run.DecideDataset;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.workload.Metric;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;

/** State {@code DecideDataset}: newest labels, split, gates, version. */
public final class DecideDatasetHandler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
    private final DecideDataset service;
    private final Clock clock;

    /** Lambda's entry. */
    public DecideDatasetHandler() {
        this(new Wiring(System.getenv()));
    }

    private DecideDatasetHandler(Wiring wiring) {
        this(wiring.store(), wiring.region(), wiring.clock());
    }

    DecideDatasetHandler(ObjectStore store, String region, Clock clock) {
        this.service = new DecideDataset(store, region);
        this.clock = clock;
    }

    @Override
    public Map<String, Object> handleRequest(Map<String, Object> input, Context context) {
        Payload payload = new Payload("DecideDataset", input);
        return payload.logged(() -> {
            Map<String, Object> answer = service.decide(payload.text("dataset"), payload.text("execution"), payload.run());
            payload.log().info("Decided", "outcome", answer.get("outcome"), "version", answer.get("version"), "why", answer.get("why"));
            Map<Metric, Number> metrics = new EnumMap<>(Metric.class);
            long lines = (Long) answer.get("lines");
            long quarantined = (Long) answer.get("quarantined");
            metrics.put(Metric.LINES_ACCEPTED, (Long) answer.get("accepted"));
            metrics.put(Metric.LINES_QUARANTINED, quarantined);
            metrics.put(Metric.LINES_SUPERSEDED, (Long) answer.get("superseded"));
            if (lines > 0) {
                metrics.put(Metric.QUARANTINED_SHARE, 100.0 * quarantined / lines);
            }
            metrics.put(Metric.GATES_CLOSED, answer.get("outcome").equals("skip") ? 1 : 0);
            MetricLines.write(clock, payload.text("dataset"), payload.text("execution"), metrics);
            return answer;
        });
    }
}

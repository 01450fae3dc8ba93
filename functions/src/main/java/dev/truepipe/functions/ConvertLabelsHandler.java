package dev.truepipe.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.truepipe.run.ConvertLabels;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.workload.Metric;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

/** State {@code ConvertLabels}: exports of another tool become manifests. */
public final class ConvertLabelsHandler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
    /** What another export must have left: half of what Lambda gives at most. */
    private static final Duration ENOUGH = Duration.ofMinutes(7);

    private final ConvertLabels service;
    private final Clock clock;

    /** Lambda's entry. */
    public ConvertLabelsHandler() {
        this(new Wiring(System.getenv()));
    }

    private ConvertLabelsHandler(Wiring wiring) {
        this(wiring.store(), wiring.clock());
    }

    ConvertLabelsHandler(ObjectStore store, Clock clock) {
        this.service = new ConvertLabels(store, clock);
        this.clock = clock;
    }

    @Override
    public Map<String, Object> handleRequest(Map<String, Object> input, Context context) {
        Payload payload = new Payload("ConvertLabels", input);
        return payload.logged(() -> {
            Map<String, Object> answer = service.convert(payload.text("dataset"), payload.text("execution"), payload.run(),
                    () -> context.getRemainingTimeInMillis() >= ENOUGH.toMillis());
            payload.log().info((String) answer.get("message"), "outcome", answer.get("outcome"));
            if (answer.get("outcome").equals("skip")) {
                MetricLines.write(clock, payload.text("dataset"), payload.text("execution"), Map.of(Metric.GATES_CLOSED, 1));
            }
            return answer;
        });
    }
}

package dev.truepipe.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.truepipe.run.SealDataset;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.workload.Workload;
import java.util.Map;

/** State {@code SealDataset}: one version, written once. */
public final class SealDatasetHandler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
    private final SealDataset service;

    /** Lambda's entry; a missing variable fails here, in the init phase, not on the first event. */
    public SealDatasetHandler() {
        this(new Wiring(System.getenv()));
    }

    private SealDatasetHandler(Wiring wiring) {
        this(wiring.store(), wiring.region(), wiring.required(Workload.TRAINING_ROLE), wiring.orNull(Workload.KMS_KEY));
    }

    /** @param kmsKey ARN of the stack's key, or {@code null} */
    SealDatasetHandler(ObjectStore store, String region, String trainingRole, String kmsKey) {
        this.service = new SealDataset(store, region, trainingRole, kmsKey);
    }

    @Override
    public Map<String, Object> handleRequest(Map<String, Object> input, Context context) {
        Payload payload = new Payload("SealDataset", input);
        return payload.logged(() -> {
            Map<String, Object> answer = service.seal(payload.text("dataset"), payload.text("executionName"), payload.run());
            payload.log().info("Sealed", "outcome", answer.get("outcome"), "version", answer.get("version"));
            return answer;
        });
    }
}

package dev.truepipe.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;

/** State {@code PlanDataset}. */
public final class PlanDatasetHandler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
    @Override
    public Map<String, Object> handleRequest(Map<String, Object> input, Context context) {
        throw new UnsupportedOperationException("PlanDataset has not landed yet");
    }
}

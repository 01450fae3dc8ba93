package dev.truepipe.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;

/** State {@code SealDataset}. */
public final class SealDatasetHandler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
    @Override
    public Map<String, Object> handleRequest(Map<String, Object> input, Context context) {
        throw new UnsupportedOperationException("SealDataset has not landed yet");
    }
}

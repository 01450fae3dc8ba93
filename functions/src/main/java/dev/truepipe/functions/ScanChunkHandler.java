package dev.truepipe.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.truepipe.run.ScanChunk;
import dev.truepipe.storage.ObjectStore;
import java.util.Map;

/** State {@code ScanChunk}: a verdict for every line of a chunk. */
public final class ScanChunkHandler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
    private final ScanChunk service;

    /** Lambda's entry. */
    public ScanChunkHandler() {
        this(new Wiring(System.getenv()).store());
    }

    ScanChunkHandler(ObjectStore store) {
        this.service = new ScanChunk(store);
    }

    @Override
    public Map<String, Object> handleRequest(Map<String, Object> input, Context context) {
        Payload payload = new Payload("ScanChunk", input);
        return payload.logged(() -> {
            boolean changed = service.changed(payload.run(), payload.chunk());
            payload.log().info(changed ? "The manifest has changed since it was planned" : "Scanned",
                    "chunk", payload.chunk().index(), "manifest", payload.chunk().manifest());
            return Map.of("changed", changed ? 1 : 0);
        });
    }
}

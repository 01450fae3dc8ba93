package dev.truepipe.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import dev.truepipe.run.WriteChunk;
import dev.truepipe.storage.ObjectStore;
import java.util.Map;

/** State {@code WriteChunk}: copies the raw lines of a chunk to its channels. */
public final class WriteChunkHandler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
    private final WriteChunk service;

    /** Lambda's entry. */
    public WriteChunkHandler() {
        this(new Wiring(System.getenv()).store());
    }

    WriteChunkHandler(ObjectStore store) {
        this.service = new WriteChunk(store);
    }

    @Override
    public Map<String, Object> handleRequest(Map<String, Object> input, Context context) {
        Payload payload = new Payload("WriteChunk", input);
        return payload.logged(() -> {
            boolean changed = service.changed(payload.run(), payload.chunk());
            payload.log().info(changed ? "The manifest has changed since it was planned" : "Written",
                    "chunk", payload.chunk().index(), "manifest", payload.chunk().manifest());
            return Map.of("changed", changed ? 1 : 0);
        });
    }
}

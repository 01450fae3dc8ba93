package dev.truepipe.run;

import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.ChunkIndexWriter;
import dev.truepipe.manifest.ChunkScanner;
import dev.truepipe.manifest.ScanRules;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.ObjectUpload;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import java.io.IOException;

/** State {@code ScanChunk}: a verdict for every line that starts in the chunk, and an index of them. */
public final class ScanChunk {
    private final ObjectStore store;

    public ScanChunk(ObjectStore store) {
        this.store = store;
    }

    /**
     * Scans.
     *
     * @return whether the manifest is no longer the one that was planned; nothing is left behind then
     */
    public boolean changed(RunFolder run, Chunk chunk) throws IOException {
        Plan plan = Plan.read(store, run);
        ScanRules rules = RunRules.of(plan.settings()).scanRules(plan.choice());
        ByteSource manifest = ByteSource.of(store, chunk.manifest(), chunk.eTag());
        try (ObjectUpload index = store.upload(run.scan(chunk.index()))) {
            ChunkScanner.scan(manifest, chunk.range(), rules, new ChunkIndexWriter(index));
            index.complete();
            return false;
        } catch (PreconditionFailedException | ObjectMissingException changed) {
            return true;
        }
    }
}

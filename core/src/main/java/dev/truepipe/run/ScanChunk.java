package dev.truepipe.run;

import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.ChunkIndexWriter;
import dev.truepipe.manifest.ObjectLook;
import dev.truepipe.manifest.ScanRules;
import dev.truepipe.manifest.UnreadableObjects;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.ObjectUpload;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import java.io.IOException;

/**
 * State {@code ScanChunk}: a verdict for every line that starts in the chunk, and an index of them. Objects that training would stream are looked
 * at, as {@code checkObjects} says; only if some cannot be read is the chunk scanned again, and their lines are set aside.
 */
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
        try {
            UnreadableObjects unreadable;
            try (ObjectUpload index = store.upload(run.scan(chunk.index()))) {
                unreadable = new ObjectLook(store, RunRules.objectCheck(plan.settings())).scan(manifest, chunk.range(), rules, new ChunkIndexWriter(index));
                if (unreadable.isEmpty()) {
                    index.complete();
                    return false;
                }
            }
            try (ObjectUpload index = store.upload(run.scan(chunk.index()))) {
                unreadable.scan(manifest, chunk.range(), rules, new ChunkIndexWriter(index));
                index.complete();
            }
            MissedObjects.write(store, run, chunk.index(), unreadable);
            return false;
        } catch (PreconditionFailedException | ObjectMissingException changed) {
            return true;
        }
    }
}

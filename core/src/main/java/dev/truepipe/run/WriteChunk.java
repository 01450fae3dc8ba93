package dev.truepipe.run;

import dev.truepipe.dataset.ChannelOutputs;
import dev.truepipe.dataset.ChunkWriter;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.ObjectUpload;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** State {@code WriteChunk}: copies the raw lines of a chunk to its parts of the channels, and its findings. */
public final class WriteChunk {
    private final ObjectStore store;

    public WriteChunk(ObjectStore store) {
        this.store = store;
    }

    /**
     * Writes.
     *
     * @return whether the manifest is no longer the one that was planned; nothing is left behind then
     */
    public boolean changed(RunFolder run, Chunk chunk) throws IOException {
        int n = chunk.index();
        boolean tests = RunRules.of(Plan.read(store, run).settings()).holdOut().tests();
        try (InputStream index = store.open(run.scan(n), null, null);
                InputStream decision = store.open(run.decide(n), null, null);
                ObjectUpload train = store.upload(run.part("train", n));
                ObjectUpload validation = store.upload(run.part("validation", n));
                ObjectUpload quarantine = store.upload(run.part("quarantine", n));
                ObjectUpload superseded = store.upload(run.part("superseded", n));
                ObjectUpload test = tests ? store.upload(run.part("test", n)) : null;
                ObjectUpload findings = store.upload(run.part("findings", n))) {
            try {
                ChunkWriter.write(
                        ByteSource.of(store, chunk.manifest(), chunk.eTag()),
                        chunk.range(),
                        index,
                        decision,
                        new ChannelOutputs(train, validation, quarantine, superseded, tests ? test : OutputStream.nullOutputStream(), findings));
            } catch (PreconditionFailedException | ObjectMissingException changed) {
                return true;
            }
            train.complete();
            validation.complete();
            quarantine.complete();
            superseded.complete();
            if (tests) {
                test.complete();
            }
            findings.complete();
            return false;
        }
    }
}

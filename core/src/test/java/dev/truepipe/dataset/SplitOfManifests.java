package dev.truepipe.dataset;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.ChunkScanner;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.LabelInference;
import dev.truepipe.manifest.ManifestChunk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The four steps in memory, every piece crossing as bytes. For tests. */
public record SplitOfManifests(
        DatasetDecision decision, byte[] train, byte[] validation, byte[] quarantine, byte[] superseded, byte[] findings) {

    /** @param previous what it carries over crosses as its files do; may be {@code null}
     *  @param chunkBytes size of the chunks; 0: one for each manifest */
    public static SplitOfManifests of(SortedMap<String, byte[]> manifests, DatasetRules rules, SplitOfManifests previous, long chunkBytes)
            throws IOException {
        LabelInference inference = new LabelInference(rules.task(), rules.labels());
        List<ManifestChunk> chunks = new ArrayList<>();
        List<ManifestFile> files = new ArrayList<>();
        for (Map.Entry<String, byte[]> manifest : manifests.entrySet()) {
            int length = manifest.getValue().length;
            inference.read(manifest.getKey(), ByteSource.of(manifest.getValue()), false);
            long from = 0;
            do {
                long to = chunkBytes == 0 ? length : Math.min(length, from + chunkBytes);
                chunks.add(new ManifestChunk(chunks.size(), files.size(), manifest.getKey(), from, to, false));
                from = to;
            } while (from < length);
            files.add(new ManifestFile(manifest.getKey(), null, length));
        }
        LabelChoice choice = LabelChoice.fromJson(Json.parseObject(Json.bytes(inference.choose().toJson())));
        DatasetRules crossed = DatasetRules.fromJson(Json.parseObject(Json.bytes(rules.toJson())));
        List<byte[]> indexes = new ArrayList<>();
        for (ManifestChunk chunk : chunks) {
            ByteArrayOutputStream index = new ByteArrayOutputStream();
            ChunkScanner.scan(ByteSource.of(manifests.get(chunk.manifest())), chunk, crossed.scanRules(choice), index);
            indexes.add(index.toByteArray());
        }
        DatasetDecision decision = DatasetDecision.decide(new DecisionInput(crossed, choice, files, chunks,
                chunk -> new ByteArrayInputStream(indexes.get(chunk)),
                previous == null ? null : CarriedState.fromDataset(Json.parseObject(Json.pretty(previous.decision().toJson()))),
                previous == null ? DecisionInput.PreviousIndex.NONE : () -> new ByteArrayInputStream(previous.linesIndex()), null));
        ByteArrayOutputStream[] outs = new ByteArrayOutputStream[5];
        for (int i = 0; i < outs.length; i++) {
            outs[i] = new ByteArrayOutputStream();
        }
        for (ManifestChunk chunk : chunks) {
            ByteArrayOutputStream decided = new ByteArrayOutputStream();
            decision.writeChunk(chunk.index(), decided);
            ChunkWriter.write(ByteSource.of(manifests.get(chunk.manifest())), chunk, new ByteArrayInputStream(indexes.get(chunk.index())),
                    new ByteArrayInputStream(decided.toByteArray()), new ChannelOutputs(outs[0], outs[1], outs[2], outs[3], outs[4]));
        }
        return new SplitOfManifests(decision, outs[0].toByteArray(), outs[1].toByteArray(), outs[2].toByteArray(),
                outs[3].toByteArray(), outs[4].toByteArray());
    }

    private byte[] linesIndex() throws IOException {
        ByteArrayOutputStream index = new ByteArrayOutputStream();
        decision.lineIndex().write(index);
        return index.toByteArray();
    }

    /** Everything that must be equal when the same data is split again, as text. */
    public String everything() {
        StringBuilder text = new StringBuilder(Json.text(decision.toJson()));
        for (byte[] file : new byte[][] {train, validation, quarantine, superseded, findings}) {
            text.append("\n=\n").append(new String(file, StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }
}

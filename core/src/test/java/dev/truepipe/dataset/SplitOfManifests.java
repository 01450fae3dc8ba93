package dev.truepipe.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.ChunkIndexWriter;
import dev.truepipe.manifest.ChunkScanner;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.LabelInference;
import dev.truepipe.manifest.LineSink;
import dev.truepipe.manifest.ManifestChunk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.LongUnaryOperator;

/**
 * The four steps in memory, every piece crossing as bytes, held against a decision that is told of lines while they are scanned. For
 * tests.
 *
 * @param asTaken whether that one had every line at once where it belongs
 */
public record SplitOfManifests(
        DatasetDecision decision, byte[] train, byte[] validation, byte[] quarantine, byte[] superseded, byte[] test, byte[] findings, boolean asTaken) {

    /** @param manifests by name; one that the rules call the hold-out is read first
     *  @param previous what it carries over crosses as its files do; may be {@code null}
     *  @param chunkBytes size of the chunks; 0: one for each manifest */
    public static SplitOfManifests of(SortedMap<String, byte[]> manifests, DatasetRules rules, SplitOfManifests previous, long chunkBytes)
            throws IOException {
        return of(manifests, rules, previous, (LongUnaryOperator) from -> chunkBytes == 0 ? Long.MAX_VALUE : from + chunkBytes);
    }

    /** @param end where the chunk ends that starts at a byte; the manifest's end comes first */
    public static SplitOfManifests of(SortedMap<String, byte[]> manifests, DatasetRules rules, SplitOfManifests previous, LongUnaryOperator end)
            throws IOException {
        LabelInference inference = new LabelInference(rules.task(), rules.labels());
        List<ManifestChunk> chunks = new ArrayList<>();
        List<ManifestFile> files = new ArrayList<>();
        List<String> names = new ArrayList<>(manifests.keySet());
        if (names.remove(rules.holdOut().manifest())) {
            names.addFirst(rules.holdOut().manifest());
        }
        for (String name : names) {
            int length = manifests.get(name).length;
            inference.read(name, ByteSource.of(manifests.get(name)), false);
            long from = 0;
            do {
                long to = Math.min(length, end.applyAsLong(from));
                chunks.add(new ManifestChunk(chunks.size(), files.size(), name, from, to, false));
                from = to;
            } while (from < length);
            files.add(new ManifestFile(name, null, length));
        }
        LabelChoice choice = LabelChoice.fromJson(Json.parseObject(Json.bytes(inference.choose().toJson())));
        DatasetRules crossed = DatasetRules.fromJson(Json.parseObject(Json.bytes(rules.toJson())));
        List<byte[]> indexes = new ArrayList<>();
        for (ManifestChunk chunk : chunks) {
            ByteArrayOutputStream index = new ByteArrayOutputStream();
            ChunkScanner.scan(ByteSource.of(manifests.get(chunk.manifest())), chunk, crossed.scanRules(choice), new ChunkIndexWriter(index));
            indexes.add(index.toByteArray());
        }
        DecisionInput input = new DecisionInput(crossed, choice, files, chunks,
                chunk -> new ByteArrayInputStream(indexes.get(chunk)),
                previous == null ? null : CarriedState.fromDataset(Json.parseObject(Json.pretty(previous.decision().toJson()))),
                previous == null ? DecisionInput.PreviousIndex.NONE : () -> LineIndex.read(new ByteArrayInputStream(previous.linesIndex())), null);
        DatasetDecision decision = DatasetDecision.decide(input);
        ByteArrayOutputStream[] outs = new ByteArrayOutputStream[Channel.values().length + 1];
        for (int i = 0; i < outs.length; i++) {
            outs[i] = new ByteArrayOutputStream();
        }
        for (ManifestChunk chunk : chunks) {
            ByteArrayOutputStream decided = new ByteArrayOutputStream();
            decision.writeChunk(chunk.index(), decided);
            ChunkWriter.write(ByteSource.of(manifests.get(chunk.manifest())), chunk, new ByteArrayInputStream(indexes.get(chunk.index())),
                    new ByteArrayInputStream(decided.toByteArray()), new ChannelOutputs(outs[0], outs[1], outs[2], outs[3], outs[4], outs[5]));
        }
        DecisionInProgress progress = new DecisionInProgress(input);
        Map<Channel, ByteArrayOutputStream> written = scanInto(progress, input, manifests);
        DatasetDecision whileScanning = progress.decide();
        SplitOfManifests split = new SplitOfManifests(decision, outs[0].toByteArray(), outs[1].toByteArray(), outs[2].toByteArray(),
                outs[3].toByteArray(), outs[4].toByteArray(), outs[5].toByteArray(), progress.asTaken());
        split.isTheSameWhenDecidedWhileScanning(whileScanning, written);
        return split;
    }

    private static Map<Channel, ByteArrayOutputStream> scanInto(DecisionInProgress progress, DecisionInput input, SortedMap<String, byte[]> manifests)
            throws IOException {
        Map<Channel, ByteArrayOutputStream> written = new EnumMap<>(Channel.class);
        for (Channel channel : Channel.values()) {
            written.put(channel, new ByteArrayOutputStream());
        }
        for (ManifestChunk chunk : input.chunks()) {
            progress.begin(chunk.index());
            ChunkScanner.scan(ByteSource.of(manifests.get(chunk.manifest())), chunk, input.rules().scanRules(input.choice()), new LineSink() {
                @Override
                public void line(IndexedLine line, byte[] bytes, int from) {
                    written.get(progress.take(line)).write(bytes, from, (int) line.length() + 1);
                }

                @Override
                public void blank() {
                    progress.blank();
                }
            });
            progress.end();
        }
        return written;
    }

    private void isTheSameWhenDecidedWhileScanning(DatasetDecision whileScanning, Map<Channel, ByteArrayOutputStream> written) throws IOException {
        assertEquals(Json.text(decision.toJson()), Json.text(whileScanning.toJson()));
        ByteArrayOutputStream index = new ByteArrayOutputStream();
        whileScanning.lineIndex().write(index);
        assertArrayEquals(linesIndex(), index.toByteArray());
        byte[] takenForTrain = written.get(Channel.TRAIN).toByteArray();
        byte[] takenForValidation = written.get(Channel.VALIDATION).toByteArray();
        byte[] takenForTest = written.get(Channel.TEST).toByteArray();
        assertArrayEquals(quarantine, written.get(Channel.QUARANTINE).toByteArray(), "what is quarantined is so at once");
        // It says that lines are where they belong exactly when they are.
        assertEquals(Arrays.equals(train, takenForTrain) && Arrays.equals(validation, takenForValidation) && Arrays.equals(test, takenForTest), asTaken);
        assertEquals(0, written.get(Channel.SUPERSEDED).size());
    }

    private byte[] linesIndex() throws IOException {
        ByteArrayOutputStream index = new ByteArrayOutputStream();
        decision.lineIndex().write(index);
        return index.toByteArray();
    }

    /** Everything that must be equal when the same data is split again, as text. */
    public String everything() {
        StringBuilder text = new StringBuilder(Json.text(decision.toJson()));
        for (byte[] file : new byte[][] {train, validation, quarantine, superseded, test, findings}) {
            text.append("\n=\n").append(new String(file, StandardCharsets.ISO_8859_1));
        }
        return text.toString();
    }
}

package dev.truepipe.bench;

import com.fasterxml.jackson.core.JsonFactory;
import dev.truepipe.bench.Results.Goal;
import dev.truepipe.bench.Results.Table;
import dev.truepipe.dataset.DatasetDecision;
import dev.truepipe.dataset.DatasetRules;
import dev.truepipe.dataset.DecisionInput;
import dev.truepipe.dataset.ManifestFile;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.ChunkIndexWriter;
import dev.truepipe.manifest.ChunkScanner;
import dev.truepipe.manifest.ManifestChunk;
import dev.truepipe.split.GroupBy;
import dev.truepipe.storage.Folders;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** DecideDataset at its limits: indexes of millions of lines, a heap of 2 GiB. */
final class Deciding {
    private static final int LINES_A_CHUNK = 1_000_000;
    private static final int DUPLICATES_PERCENT = 5;
    private static final long GOAL_BYTES = 2 * Size.GIB;

    private Deciding() {}

    static void measure(Run run) throws IOException, InterruptedException {
        List<List<String>> rows = new ArrayList<>();
        for (int chunks : new LinkedHashSet<>(List.of(1, run.manyLines()))) {
            run.say("indexes of %d million lines", chunks);
            Path indexes = run.emptied("indexes");
            index(indexes, run.seed(), chunks, LINES_A_CHUNK);
            Measurement decided = run.processes().measure(command(indexes, chunks), 0, Set.of(0));
            Folders.remove(indexes);
            Map<String, Object> json = decided.json();
            double seconds = ((Number) json.get("milliseconds")).doubleValue() / 1e3;
            run.say("decided on %d million lines: %s, %s at most", chunks, Run.seconds(seconds), Run.mebibytes(decided.peak()));
            rows.add(List.of(String.format(Locale.ROOT, "%,d", (Long) json.get("lines")), Run.seconds(seconds), Run.mebibytes(decided.peak()),
                    String.format(Locale.ROOT, "%,d", (Long) json.get("superseded"))));
            if (chunks == 10) {
                run.results().goal(Goal.atMost("DecideDataset, 10 million lines, resident", (double) decided.peak() / Size.MIB,
                        GOAL_BYTES / (double) Size.MIB, GOAL_BYTES / (double) Size.MIB, " MiB"));
            }
        }
        run.results().table(new Table("DecideDataset", List.of("Lines", "Time", "Peak", "Superseded among them"), rows, List.of(
                "`DatasetDecision` with all that it writes, from index files, in a JVM with `-Xmx2g`; 5 % of the lines label an object again. Peak is the whole process.")));
    }

    static List<String> command(Path indexes, int chunks) {
        return Contestant.javaCommand(List.of("-Xmx2g"), List.of(Deciding.class, Json.class, JsonFactory.class), Deciding.class,
                indexes.toString(), Integer.toString(chunks));
    }

    /** Scans made lines, each chunk a manifest, and keeps the indexes. */
    static void index(Path folder, long seed, int chunks, long linesAChunk) throws IOException {
        Generator generator = new Generator(seed, DUPLICATES_PERCENT, 1);
        for (ManifestChunk chunk : chunks(chunks)) {
            try (OutputStream index = new BufferedOutputStream(Files.newOutputStream(folder.resolve("scan-" + chunk.index())))) {
                ChunkScanner.scan((from, _) -> {
                    if (from != 0) {
                        throw new IOException("made lines are read from the first one on, not from byte " + from);
                    }
                    return new MadeLines(generator, linesAChunk);
                }, chunk, rules().scanRules(Allocation.CHOICE), new ChunkIndexWriter(index));
            }
        }
    }

    /** Decides. @param arguments the folder of the indexes, how many there are */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        List<ManifestChunk> chunks = chunks(Integer.parseInt(arguments[1]));
        List<ManifestFile> manifests = chunks.stream().map(chunk -> new ManifestFile(chunk.manifest(), null, 0)).toList();
        long started = System.nanoTime();
        DatasetDecision decision = DatasetDecision.decide(new DecisionInput(rules(), Allocation.CHOICE, manifests, chunks,
                chunk -> Files.newInputStream(folder.resolve("scan-" + chunk)), null, DecisionInput.PreviousIndex.NONE, null));
        for (ManifestChunk chunk : chunks) {
            decision.writeChunk(chunk.index(), OutputStream.nullOutputStream());
        }
        decision.lineIndex().write(OutputStream.nullOutputStream());
        Json.bytes(decision.toJson());
        System.out.println(Json.text(Map.of("lines", decision.lines(), "superseded", decision.superseded(), "train", decision.train(),
                "milliseconds", (System.nanoTime() - started) / 1_000_000)));
    }

    private static List<ManifestChunk> chunks(int count) {
        List<ManifestChunk> chunks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chunks.add(ManifestChunk.whole(i, String.format(Locale.ROOT, "s3://street-labels/made-%04d/manifests/output/output.manifest", i), false));
        }
        return chunks;
    }

    private static DatasetRules rules() {
        return new DatasetRules(null, List.of(), GroupBy.OBJECT, Generator.HOLD_OUT, false, List.of(), Map.of(), 500, 10, 1, List.of());
    }

    /** Lines as a stream, made while they are read. */
    private static final class MadeLines extends InputStream {
        private final Generator generator;
        private long left;
        private int at;
        private int end;

        MadeLines(Generator generator, long lines) {
            this.generator = generator;
            this.left = lines;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            int count = 0;
            while (count < length) {
                if (at > end || end == 0) {
                    if (left == 0) {
                        break;
                    }
                    left--;
                    generator.next();
                    at = 0;
                    end = generator.length();
                }
                int part = Math.min(length - count, end - at);
                System.arraycopy(generator.line(), at, bytes, offset + count, part);
                at += part;
                count += part;
                if (at == end && count < length) {
                    bytes[offset + count++] = '\n';
                    at++;
                }
            }
            return count == 0 && length > 0 ? -1 : count;
        }
    }
}

package dev.truepipe.cli;

import dev.truepipe.dataset.CarriedState;
import dev.truepipe.dataset.Channel;
import dev.truepipe.dataset.ChannelOutputs;
import dev.truepipe.dataset.ChunkWriter;
import dev.truepipe.dataset.DatasetDecision;
import dev.truepipe.dataset.DatasetRules;
import dev.truepipe.dataset.DecisionInProgress;
import dev.truepipe.dataset.DecisionInput;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.ChunkIndexReader;
import dev.truepipe.manifest.ChunkIndexWriter;
import dev.truepipe.manifest.ChunkScanner;
import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.FindingLines;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.manifest.LineSink;
import dev.truepipe.manifest.ManifestChunk;
import dev.truepipe.manifest.ScanRules;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;

/**
 * A split on this machine: each line is written while it is scanned, to the channel it goes to unless an object turns out to be
 * on several lines or a group has to move; if that comes up, the channels are written a second time. Files take their names at
 * the end, so that what fails leaves an earlier split as it was.
 */
final class LocalSplit implements AutoCloseable {
    private static final String DATASET = "dataset.json";
    private static final String LINE_FINDINGS = "line-findings.jsonl";
    private static final int BUFFER_BYTES = 256 << 10;

    private final Manifests manifests;
    private final List<ManifestChunk> chunks;
    private final DatasetRules rules;
    private final int threads;
    private final Path out;
    private final WorkFolder work;

    /** What could not be written, and why. */
    static final class OutputFailed extends IOException {
        private static final long serialVersionUID = 1;

        OutputFailed(IOException cause) {
            super(UnreadableInput.words(cause), cause);
        }
    }

    /** @param threads how many chunks are scanned at a time
     *  @param out where the files go; made if need be */
    LocalSplit(Manifests manifests, List<ManifestChunk> chunks, DatasetRules rules, int threads, Path out) throws IOException {
        this.manifests = manifests;
        this.chunks = chunks;
        this.rules = rules;
        this.threads = threads;
        this.out = Files.createDirectories(out);
        this.work = WorkFolder.in(out, ".split-");
    }

    /** The files that a split writes; last the one that tells of the others. */
    static List<String> files(DatasetRules rules) {
        List<String> files = new ArrayList<>();
        rules.channels().forEach(channel -> files.add(manifest(channel)));
        files.addAll(List.of("findings.jsonl", "lines.idx", DATASET));
        return files;
    }

    /**
     * The file that a split without a test share takes away: {@code test.manifest} of an earlier split in the same folder, whose
     * {@code dataset.json} says that it wrote one. Empty if there is none; a file of that name which is not ours stays.
     */
    static Optional<Path> outdated(DatasetRules rules, Path out) {
        Path test = out.resolve(manifest(Channel.TEST));
        if (rules.holdOut().tests() || !Files.exists(test)) {
            return Optional.empty();
        }
        try {
            return CarriedState.fromDataset(Json.parseObject(Files.readAllBytes(out.resolve(DATASET)))).holdOut().tests()
                    ? Optional.of(test) : Optional.empty();
        } catch (IOException | IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    private static String manifest(Channel channel) {
        return channel.word() + ".manifest";
    }

    /** The index of a chunk that has been scanned. */
    InputStream index(int chunk) throws IOException {
        return Files.newInputStream(scanned(chunk));
    }

    /**
     * Splits.
     *
     * @param input its indexes are {@link #index}
     * @throws UnreadableInput if a manifest cannot be read
     * @throws OutputFailed if a file cannot be written
     */
    DatasetDecision run(DecisionInput input) throws UnreadableInput, OutputFailed {
        try {
            DecisionInProgress progress = new DecisionInProgress(input);
            ScanRules judgedBy = rules.scanRules(input.choice());
            boolean written = threads == 1 ? scan(judgedBy, progress) : scanTogether(judgedBy, progress);
            DatasetDecision decision = progress.decide();
            if (written && progress.asTaken()) {
                findings(decision);
            } else {
                write(decision);
            }
            Files.write(work.resolve(DATASET), Json.pretty(decision.toJson()));
            try (OutputStream index = Files.newOutputStream(work.resolve("lines.idx"))) {
                decision.lineIndex().write(index);
            }
            Optional<Path> outdated = outdated(rules, out);
            // What tells of a split is there only while all of it is.
            Files.deleteIfExists(out.resolve(DATASET));
            if (outdated.isPresent()) {
                Files.delete(outdated.get());
            }
            for (String name : files(rules)) {
                Files.move(work.resolve(name), out.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
            return decision;
        } catch (OutputFailed e) {
            throw e;
        } catch (SplitCommand.PreviousUnreadable e) {
            throw e.told();
        } catch (IOException e) {
            // What cannot be read has been told of by its name.
            throw new OutputFailed(e);
        }
    }

    /** @return whether every line could be written as it was scanned */
    private boolean scan(ScanRules judgedBy, DecisionInProgress decision) throws UnreadableInput, IOException {
        try (Progress progress = Progress.of("split", manifests.bytes()); Outputs outputs = new Outputs(decision)) {
            for (ManifestChunk chunk : chunks) {
                decision.begin(chunk.index());
                scan(chunk, judgedBy, progress, index -> new LineSink() {
                    @Override
                    public void line(IndexedLine line, byte[] bytes, int from) throws IOException {
                        index.line(line, bytes, from);
                        outputs.line(line, bytes, from, chunk.manifest());
                    }

                    @Override
                    public void blank() {
                        index.blank();
                        decision.blank();
                    }

                    @Override
                    public void end() throws IOException {
                        index.end();
                    }
                });
                decision.end();
            }
            return outputs.complete;
        }
    }

    /**
     * Scans several chunks at a time. What they tell is taken in order, by this thread; the channels are written when all is known.
     *
     * @return {@code false}: nothing is written yet
     */
    private boolean scanTogether(ScanRules judgedBy, DecisionInProgress decision) throws UnreadableInput, IOException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (Progress progress = Progress.of("split", manifests.bytes())) {
            List<Future<?>> scans = new ArrayList<>();
            for (ManifestChunk chunk : chunks) {
                scans.add(pool.submit(() -> {
                    scan(chunk, judgedBy, progress, index -> index);
                    return null;
                }));
            }
            for (ManifestChunk chunk : chunks) {
                await(scans.get(chunk.index()));
                decision.begin(chunk.index());
                try (ChunkIndexReader index = new ChunkIndexReader(index(chunk.index()))) {
                    for (IndexedLine line = index.next(); line != null; line = index.next()) {
                        decision.take(line);
                    }
                    decision.end(index);
                }
            }
            return false;
        } finally {
            pool.shutdownNow();
            // The folder that scans write to is about to go.
            pool.close();
        }
    }

    /** Scans a chunk and keeps its index. @param told hears of the lines, and tells the index of them */
    private void scan(ManifestChunk chunk, ScanRules judgedBy, Progress progress, UnaryOperator<LineSink> told) throws UnreadableInput, IOException {
        Manifests.Opened manifest = manifests.all().get(chunk.manifestIndex());
        try (OutputStream file = new Failing(Files.newOutputStream(scanned(chunk.index())))) {
            LineSink sink = told.apply(new ChunkIndexWriter(file));
            try {
                ChunkScanner.scan(Manifests.counted(manifest.source(), progress::add), chunk, judgedBy, sink);
            } catch (OutputFailed e) {
                throw e;
            } catch (IOException e) {
                throw ManifestOptions.unreadable(manifest, e);
            }
        }
    }

    private static void await(Future<?> scan) throws UnreadableInput, IOException {
        try {
            scan.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case UnreadableInput unreadable -> throw unreadable;
                case IOException failed -> throw failed;
                default -> throw new IllegalStateException("a scan failed", e.getCause());
            }
        }
    }

    /** Tells a failure of what it writes to from one of what is read meanwhile. */
    private static final class Failing extends FilterOutputStream {
        Failing(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            try {
                out.write(bytes, from, count);
            } catch (IOException e) {
                throw new OutputFailed(e);
            }
        }
    }

    private Path scanned(int chunk) {
        return work.resolve("scan-" + chunk);
    }

    /** Puts the findings on the dataset before those of lines. */
    private void findings(DatasetDecision decision) throws IOException {
        try (OutputStream all = file("findings.jsonl")) {
            FindingLines lines = new FindingLines(all);
            for (Finding finding : decision.datasetFindings()) {
                lines.write(finding, null);
            }
            Files.copy(work.resolve(LINE_FINDINGS), all);
        }
    }

    /** Writes every channel from the manifests, by what was decided. */
    private void write(DatasetDecision decision) throws UnreadableInput, IOException {
        try (Progress progress = Progress.of("write", manifests.bytes());
                OutputStream train = file("train.manifest");
                OutputStream validation = file("validation.manifest");
                OutputStream quarantine = file("quarantine.manifest");
                OutputStream superseded = file("superseded.manifest");
                OutputStream test = rules.holdOut().tests() ? file("test.manifest") : OutputStream.nullOutputStream();
                OutputStream findings = file("findings.jsonl")) {
            ChannelOutputs outputs = new ChannelOutputs(train, validation, quarantine, superseded, test, findings);
            for (ManifestChunk chunk : chunks) {
                ByteArrayOutputStream decided = new ByteArrayOutputStream();
                decision.writeChunk(chunk.index(), decided);
                Manifests.Opened manifest = manifests.all().get(chunk.manifestIndex());
                try (InputStream index = new BufferedInputStream(index(chunk.index()))) {
                    ChunkWriter.write(Manifests.counted(manifest.source(), progress::add), chunk, index,
                            new ByteArrayInputStream(decided.toByteArray()), outputs);
                } catch (OutputFailed e) {
                    throw e;
                } catch (IOException e) {
                    throw new UnreadableInput(manifest.file().name(), UnreadableInput.words(e), "check the file and run again");
                }
            }
        }
    }

    private OutputStream file(String name) throws IOException {
        return new BufferedOutputStream(new Failing(Files.newOutputStream(work.resolve(name))), BUFFER_BYTES);
    }

    @Override
    public void close() throws IOException {
        work.close();
    }

    /** The channels while lines are scanned. Findings of lines wait for those of the dataset, which stand before them. */
    private final class Outputs implements AutoCloseable {
        private final DecisionInProgress decision;
        private final Map<Channel, OutputStream> streams = new EnumMap<>(Channel.class);
        private final OutputStream findings;
        private final FindingLines findingLines;
        /** Whether every line has been written: those too long to be held have not. */
        private boolean complete = true;

        Outputs(DecisionInProgress decision) throws IOException {
            this.decision = decision;
            for (Channel channel : rules.channels()) {
                streams.put(channel, file(manifest(channel)));
            }
            findings = file(LINE_FINDINGS);
            findingLines = new FindingLines(findings);
        }

        void line(IndexedLine line, byte[] bytes, int from, String manifest) throws IOException {
            Channel channel = decision.take(line);
            if (bytes == null) {
                complete = false;
                return;
            }
            streams.get(channel).write(bytes, from, (int) line.length() + 1);
            for (Finding finding : line.findings()) {
                findingLines.write(finding, manifest, decision.numberInManifest(line), line.offset());
            }
        }

        @Override
        public void close() throws IOException {
            for (OutputStream stream : streams.values()) {
                stream.close();
            }
            findings.close();
        }
    }
}

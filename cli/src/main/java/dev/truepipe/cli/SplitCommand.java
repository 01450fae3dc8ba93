package dev.truepipe.cli;

import dev.truepipe.dataset.CarriedState;
import dev.truepipe.dataset.DatasetDecision;
import dev.truepipe.dataset.DatasetDocument;
import dev.truepipe.dataset.DatasetRules;
import dev.truepipe.dataset.DecisionInput;
import dev.truepipe.dataset.Gate;
import dev.truepipe.dataset.LineIndex;
import dev.truepipe.dataset.ManifestFile;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.ManifestChunk;
import dev.truepipe.split.GroupBy;
import dev.truepipe.split.HoldOut;
import dev.truepipe.split.Percentage;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code truepipe split}: manifests into train, validation, test, quarantine and superseded. */
@Command(
        name = "split",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Writes train, validation, quarantine and superseded manifests, with --test a test manifest too, findings.jsonl,"
                + " dataset.json and lines.idx."
                + " Lines are copied byte for byte, but for names and class ids that labeling jobs do not agree on; an object's side never changes as data grows.",
        footer = {"", "Exit codes: 0 worth training on · 1 too many quarantined lines, an empty side, or a finding on the dataset as a whole"
                + " (the files are written all the same) · 2 wrong usage or unreadable input"})
final class SplitCommand implements Callable<Integer> {
    @Mixin
    private ManifestOptions options;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "where the files go; those of the same names are replaced")
    private Path out;

    @Option(names = "--validation", paramLabel = "SHARE|FILE", defaultValue = "20%", description = "share of groups kept from training; or a manifest, file or"
            + " s3://bucket/key, whose lines and all of their groups are (default: ${DEFAULT-VALUE})")
    private String validation;

    @Option(names = "--test", paramLabel = "SHARE", defaultValue = "0%", description = "share of groups kept from training and validation (default: ${DEFAULT-VALUE})")
    private String test;

    @Option(names = "--group-by", paramLabel = "RULE", defaultValue = "object",
            description = "what stays together: object, attribute:NAME, or a regular expression with one group on source-ref (default: ${DEFAULT-VALUE})")
    private String groupBy;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "another seed is another split (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--previous", paramLabel = "FILE", description = "dataset.json of the version before, beside its lines.idx, so that nothing changes sides")
    private Path previous;

    @Option(names = "--max-quarantined", paramLabel = "SHARE", defaultValue = "5%", description = "largest share of bad lines (default: ${DEFAULT-VALUE})")
    private String maxQuarantined;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "1",
            description = "how many threads scan, 1 to 64; what is written is the same (default: ${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--chunk-bytes", paramLabel = "N", hidden = true, description = "cuts manifests into chunks of N bytes, as the cloud does")
    private long chunkBytes;

    private static final int MOST_THREADS = 64;
    /** What a thread scans at a time: enough that starting on it costs nothing, and little enough that all end together. */
    private static final long CHUNK_BYTES = 16L << 20;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws UnreadableInput, IOException {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new UnreadableInput("--threads", threads + " threads cannot scan", "give a number from 1 to " + MOST_THREADS);
        }
        DatasetRules rules = rules();
        CarriedState carried = carried();
        try {
            return split(rules, carried);
        } catch (LocalSplit.OutputFailed | FileSystemException e) {
            throw new UnreadableInput(out.toString(), UnreadableInput.words(e), "name a folder that can be written, with room for all lines, with --out");
        }
    }

    private int split(DatasetRules rules, CarriedState carried) throws UnreadableInput, IOException {
        try (Manifests opened = Manifests.open(options.manifests, rules.holdOut().manifest(), System.in, Manifests::s3)) {
            LabelChoice choice = options.choose(opened);
            refuseToReplace(opened, rules);
            List<ManifestFile> files = opened.all().stream().map(Manifests.Opened::file).toList();
            List<ManifestChunk> chunks = chunks(opened);
            try (LocalSplit split = new LocalSplit(opened, chunks, rules, threads, writable())) {
                DatasetDecision decision = split.run(
                        new DecisionInput(rules, choice, files, chunks, split::index, carried, this::previousIndex, null));
                PrintWriter print = spec.commandLine().getOut();
                if (options.json) {
                    print.println(Json.text(json(decision, choice)));
                } else {
                    print(print, decision, choice);
                }
                return decision.gates().isEmpty() ? 0 : 1;
            }
        }
    }

    private DatasetRules rules() throws UnreadableInput {
        try {
            return new DatasetRules(options.task(), options.labels(), GroupBy.parse(groupBy), holdOut(), options.dropNegatives(),
                    List.of(), options.severities(), Percentage.parse(maxQuarantined), 0, 0, options.categories());
        } catch (IllegalArgumentException e) {
            throw new UnreadableInput(null, e.getMessage(), "see truepipe split --help");
        }
    }

    private HoldOut holdOut() throws UnreadableInput {
        int testShare = Percentage.parse(test);
        boolean isShare = validation.strip().endsWith("%");
        if (!isShare && !validation.startsWith("s3://") && (validation.isBlank() || !Files.exists(Path.of(validation)))) {
            throw new UnreadableInput("--validation", "\"" + validation + "\" is neither a percentage nor a manifest that is there",
                    "write for example 20%, or name a file or s3://bucket/key");
        }
        int share = isShare ? Percentage.parse(validation) : 0;
        if (share + testShare > HoldOut.MOST_BASIS_POINTS) {
            throw new IllegalArgumentException("a hold-out of " + Percentage.text(share + testShare) + " leaves nothing to train on");
        }
        return new HoldOut(share, testShare, isShare ? null : validation, seed);
    }

    private CarriedState carried() throws UnreadableInput {
        if (previous == null) {
            return null;
        }
        try {
            return CarriedState.fromDataset(Json.parseObject(Files.readAllBytes(previous)));
        } catch (IllegalArgumentException e) {
            throw new UnreadableInput(previous.toString(), e.getMessage(), "give the dataset.json of an earlier split");
        } catch (IOException e) {
            throw new UnreadableInput(previous.toString(), "cannot be read: " + UnreadableInput.words(e), "give the dataset.json of an earlier split");
        }
    }

    /** What the earlier split left beside its dataset.json; {@code null} if it is not there. */
    private LineIndex previousIndex() throws IOException {
        Path index = previous.resolveSibling("lines.idx");
        if (!Files.exists(index)) {
            return null;
        }
        try (InputStream in = Files.newInputStream(index)) {
            return LineIndex.read(in);
        } catch (IOException e) {
            throw new PreviousUnreadable(index, e);
        }
    }

    /** The {@code lines.idx} of the version before is none. */
    static final class PreviousUnreadable extends IOException {
        private static final long serialVersionUID = 1;
        private final String index;

        PreviousUnreadable(Path index, IOException cause) {
            super(cause);
            this.index = index.toString();
        }

        UnreadableInput told() {
            return new UnreadableInput(index, UnreadableInput.words((IOException) getCause()), "or give another version's dataset.json with --previous");
        }
    }

    private Path writable() throws UnreadableInput {
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new UnreadableInput(out.toString(), "is a file", "name a folder with --out");
        }
        return out;
    }

    /** An input that lies where an output goes would be emptied before it is copied. */
    private void refuseToReplace(Manifests opened, DatasetRules rules) throws UnreadableInput, IOException {
        for (String name : LocalSplit.files(rules)) {
            if (Files.exists(out.resolve(name)) && !Files.isRegularFile(out.resolve(name))) {
                throw new UnreadableInput(out.resolve(name).toString(), "stands where the split's own " + name + " goes, and is no file", "name another folder with --out");
            }
            Manifests.Opened input = opened.readsFrom(out.resolve(name));
            if (input != null) {
                throw new UnreadableInput(input.file().name(), "would be replaced by the split's own " + name, "name another folder with --out");
            }
        }
        Path outdated = LocalSplit.outdated(rules, out).orElse(null);
        Manifests.Opened input = outdated == null ? null : opened.readsFrom(outdated);
        if (input != null) {
            throw new UnreadableInput(input.file().name(), "is of the earlier split in " + out + ", and would be taken away with it", "name another folder with --out");
        }
    }

    private List<ManifestChunk> chunks(Manifests opened) {
        List<ManifestChunk> chunks = new ArrayList<>();
        for (int m = 0; m < opened.all().size(); m++) {
            cut(chunks, m, opened.all().get(m));
        }
        return chunks;
    }

    private void cut(List<ManifestChunk> chunks, int m, Manifests.Opened manifest) {
        String name = manifest.file().name();
        long most = chunkBytes > 0 ? chunkBytes : threads > 1 ? CHUNK_BYTES : Long.MAX_VALUE;
        if (manifest.gzip() || most == Long.MAX_VALUE) {
            chunks.add(new ManifestChunk(chunks.size(), m, name, 0, manifest.gzip() ? manifest.file().size() : dev.truepipe.manifest.ByteSource.END, manifest.gzip()));
            return;
        }
        long from = 0;
        do {
            long to = Math.min(manifest.file().size(), from + most);
            chunks.add(new ManifestChunk(chunks.size(), m, name, from, to, false));
            from = to;
        } while (from < manifest.file().size());
    }

    private static Map<String, Object> json(DatasetDecision decision, LabelChoice choice) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("lines", decision.lines());
        json.put("blank", decision.blank());
        json.put("accepted", decision.accepted());
        json.put("quarantined", decision.quarantined());
        json.put("superseded", decision.superseded());
        json.put("train", decision.train());
        json.put("validation", decision.validation());
        json.put("test", decision.test());
        json.put("warnings", decision.warnings());
        json.put("task", choice.task() == null ? null : choice.task().name());
        json.put("labelAttribute", choice.labelAttribute());
        json.put("version", decision.version());
        json.put("classes", decision.classes());
        json.put("findings", decision.findings().toJson());
        json.put("inference", choice.basis().toJson());
        return json;
    }

    private void print(PrintWriter print, DatasetDecision decision, LabelChoice choice) {
        ManifestOptions.print(print, choice);
        print.println();
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("lines" + (decision.blank() > 0 ? " (and " + Findings.number(decision.blank()) + " blank)" : ""), decision.lines());
        counts.put("train", decision.train());
        counts.put("validation", decision.validation());
        if (decision.hasTest()) {
            counts.put("test", decision.test());
        }
        counts.put("quarantined", decision.quarantined());
        if (decision.superseded() > 0) {
            counts.put("superseded by another label of the object", decision.superseded());
        }
        Findings.counts(print, counts);
        Findings.classes(print, decision.classes());
        Findings.findings(print, decision.findings().entries());
        print.println();
        new DatasetDocument(decision.toJson()).reconciled().ifPresent(sentence -> print.println(sentence + "."));
        for (Gate gate : decision.gates()) {
            print.println("Not worth training: " + gate.name() + ": " + gate.message());
        }
        print.println("Written to " + out + " as version " + decision.version().substring(0, 12) + ".");
    }
}

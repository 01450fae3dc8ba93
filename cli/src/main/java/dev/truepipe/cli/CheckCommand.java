package dev.truepipe.cli;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.ChunkScanner;
import dev.truepipe.manifest.ClassNames;
import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.FindingLines;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.LineSink;
import dev.truepipe.manifest.ManifestChunk;
import dev.truepipe.manifest.Reconciliation;
import dev.truepipe.manifest.ScanRules;
import dev.truepipe.manifest.ScanSummary;
import dev.truepipe.manifest.Severity;
import dev.truepipe.split.GroupBy;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code truepipe check}: verdicts on manifests. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Judges every line of the manifests and says what is wrong with the bad ones, where, and how to mend them.",
        footer = {"", "Exit codes: 0 every line is accepted · 1 a line is quarantined, or a file is empty · 2 wrong usage or unreadable input"})
final class CheckCommand implements Callable<Integer> {
    @Mixin
    private ManifestOptions options;

    @Option(names = "--findings", paramLabel = "FILE",
            description = "writes every finding as a line of JSON: manifest, line (from 1), byte (from 0), code, severity, attribute, message")
    private Path findings;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws UnreadableInput, IOException {
        try (Manifests opened = Manifests.open(options.manifests, System.in, Manifests::s3)) {
            if (findings != null && opened.readsFrom(findings) != null) {
                throw new UnreadableInput(findings.toString(), "is one of the manifests, and would be replaced by its findings",
                        "name another file with --findings");
            }
            List<String> categories = options.categories();
            Map<FindingCode, Severity> severities = options.severities();
            LabelChoice choice = options.choose(opened);
            ScanRules rules = new ScanRules(choice, GroupBy.OBJECT, options.dropNegatives(), List.of(), severities);
            ScanSummary summary = new ScanSummary();
            Reconciliation classes;
            List<Finding> ofDataset = new ArrayList<>();
            try (OutputStream file = findingsFile(); Progress progress = Progress.of("check", opened.bytes())) {
                FindingLines lines = new FindingLines(file);
                for (Manifests.Opened manifest : opened.all()) {
                    ScanSummary one = scan(manifest, rules, lines, progress);
                    if (one.lines() == 0) {
                        Finding empty = new Finding(FindingCode.EMPTY_MANIFEST, FindingCode.EMPTY_MANIFEST.severity(), null,
                                "no line in " + manifest.file().name() + "; " + FindingCode.EMPTY_MANIFEST.cure());
                        ofDataset.add(empty);
                        lines.write(empty, manifest.file().name());
                    }
                    summary.add(one);
                }
                ofDataset.addAll(summary.labels().differences(choice));
                ofDataset.addAll(summary.sources().differences());
                classes = summary.classes(choice, categories);
                ofDataset.addAll(classes.conflicts());
                if (categories.isEmpty()) {
                    ofDataset.addAll(ClassNames.gaps(choice.labelAttribute(), classes.names()));
                }
                ofDataset.addAll(ClassNames.similar(choice.labelAttribute(), classes.allNames()));
                for (Finding finding : ofDataset) {
                    summary.findings().add(finding, null, 0, 0);
                    if (finding.code() != FindingCode.EMPTY_MANIFEST) {
                        lines.write(finding, null);
                    }
                }
            }
            PrintWriter out = spec.commandLine().getOut();
            if (options.json) {
                out.println(Json.text(json(summary, choice, classes)));
            } else {
                print(out, summary, choice, classes, ofDataset);
            }
            boolean empty = ofDataset.stream().anyMatch(finding -> finding.code() == FindingCode.EMPTY_MANIFEST);
            return summary.quarantined() > 0 || empty ? 1 : 0;
        }
    }

    private OutputStream findingsFile() throws UnreadableInput {
        if (findings == null) {
            return OutputStream.nullOutputStream();
        }
        try {
            return new BufferedOutputStream(Files.newOutputStream(findings), 64 << 10);
        } catch (IOException e) {
            throw new UnreadableInput(findings.toString(), "cannot be written: " + UnreadableInput.words(e), "name a file in a folder that exists and may be written");
        }
    }

    private ScanSummary scan(Manifests.Opened manifest, ScanRules rules, FindingLines lines, Progress progress) throws UnreadableInput {
        String name = manifest.file().name();
        ByteSource source = Manifests.counted(manifest.source(), progress::add);
        ManifestChunk chunk = ManifestChunk.whole(0, name, manifest.gzip());
        ScanSummary summary = new ScanSummary();
        try {
            ChunkScanner.scan(source, chunk, rules, new LineSink() {
                @Override
                public void line(IndexedLine line, byte[] bytes, int from) throws IOException {
                    summary.line(line, name);
                    if (findings != null) {
                        for (Finding finding : line.findings()) {
                            lines.write(finding, name, line.number(), line.offset());
                        }
                    }
                }

                @Override
                public void blank() {
                    summary.blankLine();
                }
            });
            return summary;
        } catch (IOException e) {
            throw ManifestOptions.unreadable(manifest, e);
        }
    }

    private static Map<String, Object> json(ScanSummary summary, LabelChoice choice, Reconciliation classes) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("lines", summary.lines());
        json.put("blank", summary.blank());
        json.put("accepted", summary.accepted());
        json.put("quarantined", summary.quarantined());
        json.put("warnings", summary.warnings());
        json.put("task", choice.task() == null ? null : choice.task().name());
        json.put("labelAttribute", choice.labelAttribute());
        json.put("classes", classes.annotationsByName());
        json.put("findings", summary.findings().toJson());
        json.put("inference", choice.basis().toJson());
        return json;
    }

    private void print(PrintWriter out, ScanSummary summary, LabelChoice choice, Reconciliation classes, List<Finding> ofDataset) {
        out.println(String.join(", ", options.manifests.subList(0, Math.min(3, options.manifests.size())))
                + (options.manifests.size() > 3 ? " and " + (options.manifests.size() - 3) + " more" : ""));
        if (summary.lines() == 0) {
            out.println("Nothing to judge.");
        } else {
            ManifestOptions.print(out, choice);
        }
        out.println();
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("lines" + (summary.blank() > 0 ? " (and " + Findings.number(summary.blank()) + " blank)" : ""), summary.lines());
        counts.put("accepted", summary.accepted());
        counts.put("quarantined", summary.quarantined());
        if (summary.warnings() > 0) {
            counts.put("with a warning", summary.warnings());
        }
        Findings.counts(out, counts);
        Findings.classes(out, classes.annotationsByName());
        Findings.findings(out, summary.findings().entries());
        out.println();
        if (summary.lines() > 0) {
            String wrongAsAWhole = ofDataset.stream()
                    .filter(finding -> finding.severity() == Severity.QUARANTINE)
                    .map(finding -> finding.code().code())
                    .distinct()
                    .collect(Collectors.joining(", "));
            if (!wrongAsAWhole.isEmpty()) {
                out.println("Nothing can be trained on as long as the dataset as a whole is wrong: " + wrongAsAWhole + ".");
                return;
            }
            out.println(summary.quarantined() == 0 ? "Every line can be trained on."
                    : summary.accepted() == 0 ? "No line can be trained on." + (choice.task() == null ? " Is this an augmented manifest (one JSON object a line)?" : "")
                    : Findings.number(summary.quarantined()) + " of " + Findings.number(summary.lines()) + " lines would be set aside; the rest can be trained on."
                            + (findings == null ? " --findings FILE lists every one." : ""));
        }
    }
}

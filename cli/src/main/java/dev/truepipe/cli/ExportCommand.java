package dev.truepipe.cli;

import dev.truepipe.exporting.Exporter;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.LabelChoice;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code truepipe export}: an augmented manifest becomes what other trainers eat. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Writes the accepted lines of augmented manifests, of each object the newest, in the format of other trainers. Images stay where they are.",
        footer = {"", "Formats: coco and yolo (boxes), csv and file-mode (boxes and classes). A recipe for each: docs/importing.md",
            "Exit codes: 0 every line went out, but for older labels of an object · 1 a line is quarantined or the format cannot hold it, or nothing went out · 2 wrong usage or unreadable input"})
final class ExportCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FORMAT", description = "coco, yolo, csv or file-mode")
    private String format;

    @Parameters(index = "1..*", paramLabel = "MANIFEST", arity = "1..*", description = "augmented manifests: files, .gz, s3://bucket/key, or - for standard input")
    private List<String> manifests;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "where the files go: a new folder, or an empty one")
    private Path out;

    @Option(names = "--label", paramLabel = "NAME", split = ",", description = "label attribute, found in the manifests if not given")
    private List<String> labels = new ArrayList<>();

    @Option(names = "--task", paramLabel = "TASK", description = "what the labels are for, found in the manifests if not given")
    private String task;

    @Option(names = "--label-categories", paramLabel = "FILE", description = "label category configuration file: the full list of classes, by id")
    private String labelCategories;

    @Option(names = "--json", description = "one JSON object on standard output")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws UnreadableInput, IOException {
        Exporter.Format chosen = Arrays.stream(Exporter.Format.values()).filter(one -> one.word().equals(format)).findFirst().orElseThrow(
                () -> new UnreadableInput("FORMAT", "there is no format \"" + format + "\"", "write one of coco, yolo, csv, file-mode"));
        ManifestOptions options = new ManifestOptions();
        options.manifests = manifests;
        options.labels = labels;
        options.task = task;
        options.labelCategories = labelCategories;
        options.labels();
        boolean made = false;
        try (Manifests opened = Manifests.open(manifests, System.in, Manifests::s3)) {
            LabelChoice choice = options.choose(opened);
            List<String> categories = options.categories();
            made = emptyFolder();
            List<Exporter.Manifest> sources = opened.all().stream().map(one -> new Exporter.Manifest(one.file().name(), one.source(), one.gzip())).toList();
            Exporter.Report report = Exporter.run(chosen, sources, choice, categories, out);
            made = false;
            tell(report, choice);
            return report.quarantined() + report.omitted() > 0 || report.exported() == 0 ? 1 : 0;
        } catch (Exporter.NotExportableException e) {
            throw new UnreadableInput(String.join(", ", manifests), e.getMessage(), e.cure());
        } finally {
            if (made && isEmpty()) {
                Files.delete(out);
            }
        }
    }

    /** @return whether it had to be made */
    private boolean emptyFolder() throws UnreadableInput {
        try {
            if (!Files.exists(out)) {
                Files.createDirectories(out);
                return true;
            }
            if (!Files.isDirectory(out) || !isEmpty()) {
                throw new UnreadableInput(out.toString(), Files.isDirectory(out) ? "is not empty, and old files would mix with new ones" : "is a file", "name a new folder with --out");
            }
            return false;
        } catch (IOException e) {
            throw new UnreadableInput(out.toString(), "cannot be used: " + UnreadableInput.words(e), "name a folder that can be written with --out");
        }
    }

    private boolean isEmpty() throws IOException {
        try (Stream<Path> files = Files.list(out)) {
            return files.findAny().isEmpty();
        }
    }

    private void tell(Exporter.Report report, LabelChoice choice) {
        PrintWriter print = spec.commandLine().getOut();
        if (json) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("lines", report.lines());
            object.put("exported", report.exported());
            object.put("quarantined", report.quarantined());
            object.put("superseded", report.superseded());
            object.put("omitted", report.omitted());
            object.put("task", choice.task().name());
            object.put("labelAttribute", choice.labelAttribute());
            object.put("classes", report.classes());
            object.put("files", report.files());
            object.put("findings", report.summary().findings().toJson());
            print.println(Json.text(object));
            return;
        }
        ManifestOptions.print(print, choice);
        print.println();
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("lines", report.lines());
        counts.put("exported", report.exported());
        counts.put("quarantined", report.quarantined());
        if (report.superseded() > 0) {
            counts.put("superseded by another label of the object", report.superseded());
        }
        if (report.omitted() > 0) {
            counts.put("that the format cannot hold", report.omitted());
        }
        Findings.counts(print, counts);
        Findings.classes(print, report.classes());
        Findings.findings(print, report.summary().findings().entries());
        for (Exporter.Omitted one : report.firstOmitted().subList(0, Math.min(10, report.firstOmitted().size()))) {
            print.println("  left out: " + one.manifest() + ":" + one.line() + ": " + one.why());
        }
        print.println();
        print.println("Written to " + out + ": " + String.join(", ", report.files()) + ".");
    }
}

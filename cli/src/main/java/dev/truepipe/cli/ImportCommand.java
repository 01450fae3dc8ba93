package dev.truepipe.cli;

import dev.truepipe.importing.FileModeReader;
import dev.truepipe.importing.FolderReader;
import dev.truepipe.importing.ImportFinding;
import dev.truepipe.importing.ImportFormat;
import dev.truepipe.importing.ImportReport;
import dev.truepipe.importing.Importer;
import dev.truepipe.importing.LabelReader;
import dev.truepipe.importing.ObjectUris;
import dev.truepipe.importing.SourceFile;
import dev.truepipe.importing.TraditionalManifestReader;
import dev.truepipe.importing.UnreadableSourceException;
import dev.truepipe.importing.YoloReader;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.LabelCategories;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code truepipe import}: labels from elsewhere become an augmented manifest. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Makes an augmented manifest of labels from other tools, and says what it left out, where, and how to mend it.",
        footer = {"", "Formats: coco, label-studio, cvat, yolo, folders, csv, manifest, file-mode. A recipe for each: docs/importing.md",
            "Exit codes: 0 everything came over · 1 something was left out, or nothing came (the manifest is written all the same) · 2 wrong usage or unreadable input"})
final class ImportCommand implements Callable<Integer> {
    private static final int MOST_INTERFACE_BYTES = 16 << 20;

    @Parameters(index = "0", paramLabel = "FORMAT", description = "coco, label-studio, cvat, yolo, folders, csv, manifest or file-mode")
    private String format;

    @Parameters(index = "1..*", paramLabel = "INPUT", arity = "1..*",
            description = "what the tool exported: files or s3://bucket/key; for yolo, folders and file-mode a folder (folders: s3://bucket/prefix/ too)")
    private List<String> inputs;

    @Option(names = "--label", paramLabel = "NAME", required = true, description = "the label attribute that the manifest gets")
    private String label;

    @Option(names = "--s3-prefix", paramLabel = "URI", description = "where the images lie, s3://bucket/folder/: what comes before their paths")
    private String prefix;

    @Option(names = "--map", paramLabel = "FROM=TO", description = "rewrites the beginning of what the tool calls an image, before anything else; parted at the last = before s3://, else at the last; may be given again")
    private List<String> maps = new ArrayList<>();

    @Option(names = "--labels", paramLabel = "FILE", description = "of manifest: the labels, CSV (path,label) or JSON Lines, by path or in the manifest's order")
    private String labelFile;

    @Option(names = "--label-categories", paramLabel = "FILE",
            description = "the full list of classes, by id: a label category configuration file, {\"labels\":[{\"label\":\"dog\"}]}; of label-studio also its labeling interface (XML)")
    private String categories;

    @Option(names = "--from", paramLabel = "NAME", description = "of label-studio: the control whose labels to take (from_name), where there are several")
    private String from;

    @Option(names = "--out", paramLabel = "FILE", description = "where the manifest goes, its folder is made if need be; without it standard output, or with --json nowhere: a look at what would come")
    private Path out;

    @Option(names = "--findings", paramLabel = "FILE",
            description = "writes every finding as a line of JSON: file, line (from 1), at, id, code, severity (skipped or warning), message")
    private Path findings;

    @Option(names = "--json", description = "one JSON object on standard output")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws UnreadableInput, IOException {
        ImportFormat chosen = format();
        ManifestOptions.requireLabelName(label);
        if (categories != null && isXml(categories) && chosen != ImportFormat.LABEL_STUDIO) {
            throw new UnreadableInput("--label-categories", categories + " is a labeling interface (XML), which belongs to import label-studio alone",
                    "write a label category configuration file, {\"labels\":[{\"label\":\"dog\"}]}");
        }
        ObjectUris uris = new ObjectUris(prefix(chosen), rules());
        refuseToReplace();
        List<String> names = new ArrayList<>(inputs);
        if (labelFile != null) {
            names.add(labelFile);
        }
        if (chosen.ofFolder()) {
            return folder(chosen, uris);
        }
        for (String name : inputs) {
            if (!name.startsWith("s3://") && !name.equals("-") && Files.isDirectory(path(name))) {
                throw new UnreadableInput(name, "is a folder", "name the file in it that the tool exported");
            }
        }
        try (Manifests opened = Manifests.open(names, System.in, Manifests::s3)) {
            try (Progress progress = Progress.of("import", chosen.readings() * opened.bytes())) {
                Map<String, SourceFile> sources = new LinkedHashMap<>();
                for (Manifests.Opened one : opened.all()) {
                    sources.put(one.file().name(), source(one, progress::add));
                }
                return run(reader(chosen, sources), uris);
            }
        }
    }

    private ImportFormat format() throws UnreadableInput {
        return ImportFormat.find(format).orElseThrow(() ->
                new UnreadableInput("FORMAT", "there is no format \"" + format + "\"", "write one of " + String.join(", ", ImportFormat.words())));
    }

    private Map<String, String> rules() throws UnreadableInput {
        Map<String, String> rules = new LinkedHashMap<>();
        for (String map : maps) {
            try {
                Map.Entry<String, String> rule = ObjectUris.map(map);
                rules.putIfAbsent(rule.getKey(), rule.getValue());
            } catch (IllegalArgumentException e) {
                throw new UnreadableInput("--map", e.getMessage(), "write, for example, --map /data/upload/=s3://bucket/folder/");
            }
        }
        return rules;
    }

    private S3Uri prefix(ImportFormat chosen) throws UnreadableInput {
        if (prefix == null) {
            if (chosen == ImportFormat.YOLO && !Files.exists(path(inputs.getFirst()).resolve(YoloReader.IMAGES)) && maps.isEmpty()
                    || chosen == ImportFormat.FOLDERS && !inputs.getFirst().startsWith("s3://")) {
                throw new UnreadableInput("--s3-prefix", "is missing, and the images' places here are not their places in S3",
                        "say where they lie there: --s3-prefix s3://bucket/folder/");
            }
            return null;
        }
        try {
            return S3Uri.parse(prefix);
        } catch (IllegalArgumentException e) {
            throw new UnreadableInput("--s3-prefix", e.getMessage(), "write s3://bucket/folder/");
        }
    }

    private LabelReader reader(ImportFormat chosen, Map<String, SourceFile> sources) throws UnreadableInput, IOException {
        if ((labelFile != null) != (chosen == ImportFormat.MANIFEST)) {
            throw new UnreadableInput("--labels", labelFile == null ? "is missing: a manifest of files has no labels of its own" : "belongs to import manifest alone",
                    labelFile == null ? "name the file with the labels" : "leave it out");
        }
        if (from != null && chosen != ImportFormat.LABEL_STUDIO) {
            throw new UnreadableInput("--from", "belongs to import label-studio alone", "leave it out");
        }
        List<SourceFile> files = sources.values().stream().filter(file -> !file.name().equals(labelFile)).toList();
        if (chosen != ImportFormat.MANIFEST) {
            return chosen.reader(files, chosen == ImportFormat.LABEL_STUDIO ? labelingInterface() : null, from);
        }
        if (files.size() != 1) {
            throw new UnreadableInput("INPUT", files.size() + " manifests, and one list of labels", "import them one by one");
        }
        return new TraditionalManifestReader(files.getFirst(), sources.get(labelFile));
    }

    private int folder(ImportFormat chosen, ObjectUris uris) throws UnreadableInput, IOException {
        if (inputs.size() > 1) {
            throw new UnreadableInput("INPUT", inputs.size() + " folders", "import them one by one");
        }
        if (labelFile != null || from != null) {
            throw new UnreadableInput(labelFile != null ? "--labels" : "--from", "does not belong to import " + chosen, "leave it out");
        }
        String name = inputs.getFirst();
        if (name.startsWith("s3://") && chosen == ImportFormat.FOLDERS) {
            return run(FolderReader.of(Manifests.s3(), s3(name)), uris);
        }
        Path folder = path(name);
        if (!Files.isDirectory(folder)) {
            throw new UnreadableInput(name, name.startsWith("s3://") ? "lies in S3" : Files.exists(folder) ? "is no folder" : "there is no such folder",
                    name.endsWith(".zip") ? "unpack it first, and name the folder" : "name a folder of this machine");
        }
        LabelReader reader = switch (chosen) {
            case YOLO -> {
                YoloNames classes = YoloNames.of(folder);
                yield new YoloReader(folder, classes.names(), classes.file().toString());
            }
            case FILE_MODE -> new FileModeReader(folder);
            default -> FolderReader.of(folder);
        };
        return run(reader, uris);
    }

    private int run(LabelReader reader, ObjectUris uris) throws UnreadableInput, IOException {
        List<String> classes = categories == null || isXml(categories) ? List.of() : categoryNames();
        try (WrittenFile manifest = out == null ? null : WrittenFile.open(out); WrittenFile told = findings == null ? null : WrittenFile.open(findings)) {
            OutputStream lines = manifest == null ? standardOutput() : manifest;
            ImportReport report = Importer.run(reader, label, uris, classes, lines, finding -> {
                if (told != null) {
                    told.write((finding.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
                }
            });
            for (WrittenFile file : new WrittenFile[] {told, manifest}) {
                if (file != null) {
                    file.finish();
                }
            }
            for (WrittenFile file : new WrittenFile[] {told, manifest}) {
                if (file != null) {
                    file.putInPlace();
                }
            }
            tell(report);
            return report.skipped() > 0 || report.written() == 0 ? 1 : 0;
        } catch (UnreadableSourceException e) {
            throw new UnreadableInput(e.file(), e.getMessage(), e.cure());
        }
    }

    /** Not {@code System.out}, which keeps to itself that a disk is full. Flushed by the importer. */
    private OutputStream standardOutput() {
        return json ? OutputStream.nullOutputStream() : new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 64 << 10);
    }

    /** What is written takes the place of nothing that is read, nor of one another. */
    private void refuseToReplace() throws UnreadableInput {
        List<String> read = new ArrayList<>(inputs);
        if (labelFile != null) {
            read.add(labelFile);
        }
        if (categories != null) {
            read.add(categories);
        }
        for (Path file : new Path[] {out, findings}) {
            if (file == null) {
                continue;
            }
            Path written = real(file);
            for (String name : read) {
                if (name.startsWith("s3://") || name.equals("-")) {
                    continue;
                }
                Path input = real(path(name));
                if (written.equals(input)) {
                    throw new UnreadableInput(file.toString(), "is one of the inputs, and would be replaced", "name another file");
                }
                if (format().ofFolder() && written.startsWith(input)) {
                    throw new UnreadableInput(file.toString(), "lies in the folder that is imported", "name a file elsewhere");
                }
            }
        }
        if (out != null && findings != null && real(out).equals(real(findings)) && !(Files.exists(out) && !Files.isRegularFile(out))) {
            throw new UnreadableInput(out.toString(), "is for the manifest and for the findings", "name two files");
        }
    }

    /** Where a path leads, all links followed, also if nothing is there yet. */
    private static Path real(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        try {
            return absolute.toRealPath();
        } catch (IOException _) {
            // Not there, or not to be seen: its folder's place tells, or it stays what it says.
            Path parent = absolute.getParent();
            return parent == null ? absolute : real(parent).resolve(absolute.getFileName());
        }
    }

    private static SourceFile source(Manifests.Opened one, LongConsumer taken) throws IOException, UnreadableInput {
        String name = one.file().name();
        Instant lastModified = name.equals("-") ? null
                : name.startsWith("s3://") ? Manifests.s3().head(S3Uri.parse(name)).map(ObjectStore.StoredObject::lastModified).orElse(null)
                : Files.getLastModifiedTime(Path.of(name)).toInstant();
        return new SourceFile(name, Manifests.counted(one.source(), taken), lastModified);
    }

    private List<String> categoryNames() throws UnreadableInput {
        try (InputStream in = bytes(categories)) {
            return LabelCategories.read(in);
        } catch (IllegalArgumentException e) {
            throw new UnreadableInput(categories, "is no label category configuration file: " + e.getMessage(), "write {\"labels\":[{\"label\":\"dog\"}]}");
        } catch (IOException e) {
            throw new UnreadableInput(categories, "cannot be read: " + UnreadableInput.words(e), "check the name, and that you may read it");
        }
    }

    private SourceFile labelingInterface() throws UnreadableInput {
        if (categories == null || !isXml(categories)) {
            return null;
        }
        try (InputStream in = bytes(categories)) {
            byte[] all = in.readNBytes(MOST_INTERFACE_BYTES + 1);
            if (all.length > MOST_INTERFACE_BYTES) {
                throw new UnreadableInput(categories, "has more than 16 MiB", "give the labeling interface of the project (Settings, Labeling Interface, Code)");
            }
            return new SourceFile(categories, ByteSource.of(all), null);
        } catch (IOException e) {
            throw new UnreadableInput(categories, "cannot be read: " + UnreadableInput.words(e), "check the name, and that you may read it");
        }
    }

    private static boolean isXml(String name) {
        return name.endsWith(".xml");
    }

    private static InputStream bytes(String name) throws IOException, UnreadableInput {
        return name.startsWith("s3://") ? Manifests.s3().open(s3(name), null, null) : Files.newInputStream(path(name));
    }

    private static S3Uri s3(String name) throws UnreadableInput {
        try {
            return S3Uri.parse(name);
        } catch (IllegalArgumentException e) {
            throw new UnreadableInput(name, e.getMessage(), "write s3://bucket/folder/");
        }
    }

    private static Path path(String name) throws UnreadableInput {
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new UnreadableInput(name, "cannot be a path: " + e.getReason(), "check the name");
        }
    }

    private void tell(ImportReport report) {
        PrintWriter print = out == null && !json ? spec.commandLine().getErr() : spec.commandLine().getOut();
        if (json) {
            print.println(Json.text(report.toJson()));
            return;
        }
        Map<String, Long> counts = new LinkedHashMap<>();
        counts.put("images or texts", report.images());
        counts.put("annotations", report.annotations());
        counts.put("lines written", report.written());
        counts.put("skipped: images, and annotations", report.skipped());
        Findings.counts(print, counts);
        Findings.classes(print, report.annotationsByName());
        tell(print, report, true, "Left out");
        tell(print, report, false, "Warnings");
        print.println();
        print.println(out == null ? "The manifest went to standard output." : "Written to " + out + ". Next: ./truepipe check " + out);
        print.flush();
    }

    private static void tell(PrintWriter print, ImportReport report, boolean skips, String heading) {
        List<ImportReport.Entry> entries = report.entries().stream().filter(entry -> entry.first().code().skips() == skips)
                .sorted(Comparator.comparingLong(ImportReport.Entry::count).reversed()).toList();
        if (entries.isEmpty()) {
            return;
        }
        print.println();
        print.println(heading);
        for (ImportReport.Entry entry : entries) {
            ImportFinding first = entry.first();
            print.println("  " + first.code().code() + "  × " + Findings.number(entry.count()));
            Findings.wrapped(print, (entry.count() > 1 ? "first " : "") + first.place() + ": " + first.message());
        }
    }
}

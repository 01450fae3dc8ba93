package dev.truepipe.exporting;

import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.ChunkScanner;
import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.LineSink;
import dev.truepipe.manifest.ManifestChunk;
import dev.truepipe.manifest.Reconciliation;
import dev.truepipe.manifest.ScanRules;
import dev.truepipe.manifest.ScanSummary;
import dev.truepipe.manifest.Task;
import dev.truepipe.storage.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writes the labels of augmented manifests in formats of others. Manifests are read two or three times. */
public final class Exporter {
    private static final Set<Task> OF_CLASSES = Set.of(Task.IMAGE_CLASSIFICATION, Task.IMAGE_CLASSIFICATION_MULTILABEL, Task.TEXT_CLASSIFICATION, Task.TEXT_CLASSIFICATION_MULTILABEL);
    private static final int MOST_TOLD = 1_000;
    /** The folder that an export grows in. */
    public static final String UNFINISHED = ".unfinished-export";

    private Exporter() {}

    /** What labels can go out as. */
    public enum Format {
        COCO, YOLO, CSV, FILE_MODE;

        /** As the command line names it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        private boolean takes(Task task) {
            return Task.OBJECT_DETECTION.equals(task) || (this == CSV || this == FILE_MODE) && task != null && OF_CLASSES.contains(task);
        }
    }

    /** A manifest. @param name path or URI */
    public record Manifest(String name, ByteSource source, boolean gzip) {}

    /** These labels cannot go out like this. The message says why. */
    public static final class NotExportableException extends Exception {
        private static final long serialVersionUID = 1;
        private final String cure;

        NotExportableException(String message, String cure) {
            super(message);
            this.cure = cure;
        }

        public String cure() {
            return cure;
        }
    }

    /** An accepted line that the format cannot hold. @param line from 1 */
    public record Omitted(String manifest, long line, String why) {}

    /**
     * What came of it: lines = exported + quarantined + superseded + omitted, unless there are conflicts.
     *
     * @param omitted lines that the format cannot hold
     * @param firstOmitted the first thousand of them
     * @param classes annotations written, by the names of classes
     * @param files what was written, by path from the folder
     * @param conflicts classes on which the manifests do not agree; if any, nothing was written
     */
    public record Report(long lines, long exported, long quarantined, long superseded, long omitted, List<Omitted> firstOmitted,
            Map<String, Object> classes, List<String> files, List<Finding> conflicts, ScanSummary summary) {}

    /**
     * Exports.
     *
     * @param choice the label; by what manifests say, or as given
     * @param categories the names of all classes, by id; may be empty
     * <p>What is written grows in {@value #UNFINISHED} within the folder, and moves up when all of it is there: in the folder, since that may be
     * a volume of its own. If anything fails, it is deleted; what a killed process left of it, the next export deletes.
     *
     * @param out a folder with nothing in it but perhaps {@value #UNFINISHED}
     * @return with {@link Report#conflicts} if the classes do not agree, and nothing written
     * @throws NotExportableException if the format cannot hold the task, or the images; nothing has been written
     * @throws IOException if a manifest cannot be read, or the folder not be written; it is empty again
     */
    public static Report run(Format format, List<Manifest> manifests, LabelChoice choice, List<String> categories, Path out)
            throws IOException, NotExportableException {
        if (!format.takes(choice.task())) {
            throw new NotExportableException(format.word() + " cannot hold " + (choice.task() == null ? "labels of which nobody knows the task" : "labels for " + choice.task()),
                    format == Format.COCO || format == Format.YOLO ? "export boxes, or classes as csv or file-mode" : "export boxes or classes");
        }
        ScanRules rules = ScanRules.of(choice);
        ScanSummary summary = new ScanSummary();
        Newest newest = new Newest();
        CommonFolder folder = new CommonFolder();
        boolean texts = choice.task().ofTexts();
        scan(manifests, rules, (line, bytes, from, manifest) -> {
            summary.line(line, manifest);
            if (line.accepted()) {
                newest.add(line);
                if (!texts) {
                    folder.add(LabeledLine.read(bytes, from, (int) line.length(), line.label(), new TreeMap<>()).source());
                }
            }
        });
        Reconciliation classes = summary.classes(choice, categories);
        if (!classes.conflicts().isEmpty()) {
            classes.conflicts().forEach(conflict -> summary.findings().add(conflict, null, 0, 0));
            return new Report(summary.lines(), 0, summary.quarantined(), newest.superseded(), 0, List.of(), Map.of(), List.of(), classes.conflicts(), summary);
        }
        if (format == Format.FILE_MODE && !texts && !folder.oneBucket()) {
            throw new NotExportableException("the images lie in several buckets, and a list of files has one prefix", "export the manifests of one bucket at a time");
        }
        Path unfinished = out.resolve(UNFINISHED);
        Folders.remove(unfinished);
        try {
            Files.createDirectory(unfinished);
            Report report = write(format, manifests, rules, summary, newest, folder, classes, unfinished);
            try (Stream<Path> written = Files.list(unfinished)) {
                for (Path one : written.toList()) {
                    Files.move(one, out.resolve(one.getFileName()));
                }
            }
            return report;
        } finally {
            Folders.remove(unfinished);
        }
    }

    private static Report write(Format format, List<Manifest> manifests, ScanRules rules, ScanSummary summary, Newest newest, CommonFolder folder,
            Reconciliation classes, Path out) throws IOException {
        long[] counts = new long[2];
        List<Omitted> firstOmitted = new ArrayList<>();
        Map<String, Object> annotations = new LinkedHashMap<>();
        classes.names().values().forEach(name -> annotations.put(name, 0L));
        try (LabelWriter writer = writer(format, out, folder, rules.choice().task(), classes)) {
            for (int round = 0; round < writer.rounds(); round++) {
                int[] place = {0};
                int now = round;
                scan(manifests, rules, (line, bytes, from, manifest) -> {
                    if (!line.accepted() || newest.superseded(place[0]++)) {
                        return;
                    }
                    LabeledLine labeled = LabeledLine.read(bytes, from, (int) line.length(), line.label(), classes.names());
                    String problem = writer.line(now, labeled);
                    if (now > 0) {
                        return;
                    }
                    counts[problem == null ? 0 : 1]++;
                    if (problem == null) {
                        labeled.annotations().forEach(one -> annotations.merge(one.className(), 1L, (sum, more) -> (Long) sum + (Long) more));
                    } else if (firstOmitted.size() < MOST_TOLD) {
                        firstOmitted.add(new Omitted(manifest, line.number(), problem));
                    }
                });
                writer.roundEnds(round);
            }
            return new Report(summary.lines(), counts[0], summary.quarantined(), newest.superseded(), counts[1], firstOmitted, annotations, writer.files(), List.of(), summary);
        }
    }

    private static LabelWriter writer(Format format, Path out, CommonFolder folder, Task task, Reconciliation classes) throws IOException {
        return switch (format) {
            case COCO -> new CocoWriter(out, folder, classes.names());
            case YOLO -> new YoloWriter(out, folder, classes.names());
            case CSV -> new CsvWriter(out, task);
            case FILE_MODE -> new FileModeWriter(out, folder, task, classes.names());
        };
    }

    @FunctionalInterface
    private interface Lines {
        void line(IndexedLine line, byte[] bytes, int from, String manifest) throws IOException;
    }

    private static void scan(List<Manifest> manifests, ScanRules rules, Lines each) throws IOException {
        for (Manifest manifest : manifests) {
            LineSink sink = (line, bytes, from) -> each.line(line, bytes, from, manifest.name());
            ChunkScanner.scan(manifest.source(), ManifestChunk.whole(0, manifest.name(), manifest.gzip()), rules, sink);
        }
    }
}

package dev.truepipe.importing;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** Makes an augmented manifest of labels from elsewhere: bytes in, lines out. */
public final class Importer {
    /** Another one whenever the same files and options give other bytes than before: what is kept of an import goes by it. */
    public static final String VERSION = "truepipe-import-1";

    private Importer() {}

    /**
     * Imports.
     *
     * @param label the label attribute; one that {@code LabelChoice.problemOfName} has nothing against
     * @param uris where the objects lie
     * @param categories the names of all classes, by id; empty: the format's own, from 0 in its own order
     * @param manifest gets the lines, UTF-8, each with one {@code \n}; flushed, not closed
     * @param findings hears of all that is wrong, as it is met
     * @throws UnreadableSourceException if the files cannot be read to their end; what was written then is part of a manifest
     */
    public static ImportReport run(LabelReader reader, String label, ObjectUris uris, List<String> categories, OutputStream manifest,
            ImportReport.Listener findings) throws IOException {
        ImportReport report = new ImportReport(findings);
        LabelReader.Survey survey = reader.survey(report);
        ClassList classes = categories.isEmpty() ? survey.classes() : ClassList.inOrder(categories);
        if (classes.size() > ClassList.MOST) {
            throw new UnreadableSourceException(null, classes.size() + " classes, and class ids end at " + (ClassList.MOST - 1), "import fewer classes");
        }
        report.classes(classes);
        ManifestWriter writer = new ManifestWriter(manifest, label, survey.task(), classes, reader.format(), uris, report);
        reader.read(writer);
        writer.finish();
        return report;
    }
}

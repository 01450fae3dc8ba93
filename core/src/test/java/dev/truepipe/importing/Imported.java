package dev.truepipe.importing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.ChunkScanner;
import dev.truepipe.manifest.LabelInference;
import dev.truepipe.manifest.ManifestChunk;
import dev.truepipe.manifest.ScanRules;
import dev.truepipe.manifest.ScanSummary;
import dev.truepipe.storage.S3Uri;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What came of an import, held to what is true of every one. */
record Imported(String manifest, List<ImportFinding> findings, ImportReport report) {
    static final String LABEL = "cars";
    static final Instant DATE = Instant.parse("2025-01-02T03:04:05.678Z");

    static SourceFile file(String name, String content) {
        return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    static SourceFile file(String name, byte[] content) {
        return new SourceFile(name, ByteSource.of(content), DATE);
    }

    static SourceFile file(String name, Path file) {
        return new SourceFile(name, ByteSource.of(file), DATE);
    }

    static ObjectUris below(String prefix) {
        return new ObjectUris(S3Uri.parse(prefix), Map.of());
    }

    static Imported of(LabelReader reader, ObjectUris uris) throws IOException {
        return of(reader, uris, List.of());
    }

    static Imported of(LabelReader reader, ObjectUris uris, List<String> categories) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<ImportFinding> findings = new ArrayList<>();
        ImportReport report = Importer.run(reader, LABEL, uris, categories, out, findings::add);
        Imported imported = new Imported(out.toString(StandardCharsets.UTF_8), List.copyOf(findings), report);
        imported.losesNothing();
        imported.passesCheck(out.toByteArray());
        return imported;
    }

    private void losesNothing() {
        long kept = report.annotationsByName().values().stream().mapToLong(count -> (Long) count).sum();
        assertEquals(report.images() + report.annotations(), report.written() + kept + report.skipped(), () -> "images + annotations = written + kept + skipped: " + report.toJson());
        assertEquals(report.written(), manifest.lines().count());
        assertEquals(findings.size(), report.entries().stream().mapToLong(ImportReport.Entry::count).sum());
    }

    private void passesCheck(byte[] bytes) throws IOException {
        ByteSource source = ByteSource.of(bytes);
        LabelInference inference = new LabelInference(null, List.of());
        inference.read("m", source, false);
        ScanSummary summary = new ScanSummary();
        ChunkScanner.scan(source, ManifestChunk.whole(0, "m", false), ScanRules.of(inference.choose()), (line, _, _) -> summary.line(line, "m"));
        assertEquals(report.written(), summary.lines());
        assertEquals(0, summary.quarantined(), () -> summary.findings().entries() + "\n" + manifest);
        if (summary.lines() > 0) {
            assertEquals(LABEL, inference.choose().labelAttribute());
        }
    }
}

package dev.truepipe.bench;

import dev.truepipe.bench.Results.Table;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.ChunkIndexWriter;
import dev.truepipe.manifest.ChunkScanner;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.ManifestChunk;
import dev.truepipe.manifest.ScanRules;
import dev.truepipe.manifest.Task;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Bytes that the scanner allocates for a line, in a JVM that knows the work. */
final class Allocation {
    static final LabelChoice CHOICE = new LabelChoice(Task.OBJECT_DETECTION, List.of(Generator.LABEL));

    private static final int WARM_UPS = 5;

    /** @param bytes allocated
     *  @param nanos of one thread's CPU time */
    private record Scan(long lines, long bytes, long nanos) {}

    private Allocation() {}

    static void measure(Run run) throws IOException {
        Manifest manifest = run.manifest(Math.min(run.bytes(), 64 * Size.MIB), 0);
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < WARM_UPS; i++) {
            scan(manifest);
        }
        Scan scan = scan(manifest);
        rows.add(List.of(Size.text(manifest.bytes()), String.format(Locale.ROOT, "%,d", scan.lines()),
                Results.number(scan.bytes() / (double) scan.lines()), Results.number(manifest.bytes() * 1e3 / scan.nanos())));
        run.results().table(new Table("Scanner, warm, one thread", List.of("Manifest", "Lines", "Bytes allocated a line", "MB/s"), rows,
                List.of("`ChunkScanner.scan` in one JVM, index written to nowhere, after " + WARM_UPS + " scans of the same file; findings of defective lines included.")));
        run.say("scanner: %s bytes allocated a line", Results.number(scan.bytes() / (double) scan.lines()));
    }

    private static Scan scan(Manifest manifest) throws IOException {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = threads.getCurrentThreadAllocatedBytes();
        long nanos = threads.getCurrentThreadCpuTime();
        ChunkScanner.scan(ByteSource.of(manifest.file()), ManifestChunk.whole(0, manifest.file().toString(), false), ScanRules.of(CHOICE),
                new ChunkIndexWriter(OutputStream.nullOutputStream()));
        return new Scan(manifest.lines(), threads.getCurrentThreadAllocatedBytes() - bytes, threads.getCurrentThreadCpuTime() - nanos);
    }
}

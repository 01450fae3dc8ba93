package dev.truepipe.manifest;

import java.io.IOException;
import java.io.OutputStream;

/** Judges the lines that start in a chunk, and writes an index of them. */
public final class ChunkScanner {
    private ChunkScanner() {}

    /** Hears of each finding as it is made. */
    @FunctionalInterface
    public interface Listener {
        /** @param line within the chunk, from 1, blank lines included
         *  @param byteOffset of the line's first byte in the manifest */
        void found(Finding finding, long line, long byteOffset) throws IOException;
    }

    /**
     * Scans a chunk.
     *
     * @param source the chunk's manifest
     * @param index gets the index; flushed, not closed
     * @return counts, with line numbers that count from the chunk's first line
     * @throws IOException if the manifest cannot be read (a {@code PreconditionFailedException} if it changed) or the index
     *     cannot be written; the index is then without its end and is refused by its reader
     */
    public static ScanSummary scan(ByteSource source, ManifestChunk chunk, ScanRules rules, OutputStream index) throws IOException {
        return scan(source, chunk, rules, index, (finding, line, offset) -> { });
    }

    /** As {@link #scan(ByteSource, ManifestChunk, ScanRules, OutputStream)}, and tells of each finding. */
    public static ScanSummary scan(
            ByteSource source, ManifestChunk chunk, ScanRules rules, OutputStream index, Listener listener) throws IOException {
        ScanSummary summary = new ScanSummary();
        LineJudge judge = new LineJudge(rules);
        JudgedLine line = new JudgedLine();
        ChunkIndexWriter writer = new ChunkIndexWriter(index);
        long number = 0;
        try (LineReader reader = new LineReader(source, chunk)) {
            while (reader.next()) {
                number++;
                if (reader.blank()) {
                    summary.countBlank();
                    writer.blank();
                    continue;
                }
                if (reader.tooLong()) {
                    judge.judgeTooLong(reader.length(), line);
                } else {
                    judge.judge(reader.buffer(), reader.start(), (int) reader.length(), line);
                }
                line.classes.sort();
                writer.line(line, reader.offset(), reader.length(), reader.hash());
                summary.line(line, chunk.manifest(), number, reader.offset());
                for (Finding finding : line.findings) {
                    listener.found(finding, number, reader.offset());
                }
            }
        }
        writer.end();
        return summary;
    }
}

package dev.truepipe.manifest;

import java.io.IOException;
import java.io.OutputStream;

/** Judges the lines that start in a chunk. */
public final class ChunkScanner {
    private ChunkScanner() {}

    /**
     * Scans a chunk.
     *
     * @param source the chunk's manifest
     * @param sink hears of every line
     * @throws IOException if the manifest cannot be read (a {@code PreconditionFailedException} if it changed), or from the sink;
     *     the sink then hears of no end
     */
    public static void scan(ByteSource source, ManifestChunk chunk, ScanRules rules, LineSink sink) throws IOException {
        LineJudge judge = new LineJudge(rules);
        JudgedLine judged = new JudgedLine();
        IndexedLine line = new IndexedLine(judged);
        long number = 0;
        try (LineReader reader = new LineReader(source, chunk)) {
            while (reader.next()) {
                number++;
                if (reader.blank()) {
                    sink.blank();
                    continue;
                }
                boolean held = !reader.tooLong();
                if (held) {
                    judge.judge(reader.buffer(), reader.start(), (int) reader.length(), judged);
                } else {
                    judge.judgeTooLong(reader.length(), judged);
                }
                line.take(judged, number, reader);
                sink.line(line, held ? reader.buffer() : null, reader.start());
            }
        }
        sink.end();
    }

    /**
     * Scans a chunk, counts, and leaves an index.
     *
     * @param index gets the index; flushed, not closed. If the scan fails it is without its end, and is refused by its reader
     * @return counts, with line numbers that count from the chunk's first line
     */
    public static ScanSummary scan(ByteSource source, ManifestChunk chunk, ScanRules rules, OutputStream index) throws IOException {
        ScanSummary summary = new ScanSummary();
        ChunkIndexWriter writer = new ChunkIndexWriter(index);
        scan(source, chunk, rules, new LineSink() {
            @Override
            public void line(IndexedLine line, byte[] bytes, int from) throws IOException {
                writer.line(line, bytes, from);
                summary.line(line, chunk.manifest());
            }

            @Override
            public void blank() {
                writer.blank();
                summary.blankLine();
            }

            @Override
            public void end() throws IOException {
                writer.end();
            }
        });
        return summary;
    }
}

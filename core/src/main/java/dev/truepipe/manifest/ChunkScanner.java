package dev.truepipe.manifest;

import java.io.IOException;

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
}

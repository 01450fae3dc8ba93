package dev.truepipe.dataset;

import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.ChunkIndexReader;
import dev.truepipe.manifest.ChunkStream;
import dev.truepipe.manifest.ClassIds;
import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.FindingLines;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.manifest.LineSplicer;
import dev.truepipe.manifest.ManifestChunk;
import dev.truepipe.split.Hash128;
import dev.truepipe.split.Murmur3;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Locale;

/**
 * Copies the lines of a chunk to the channels that were decided for them: byte for byte, but for those of train, validation
 * and test that a {@link LineSplicer} has to touch.
 */
public final class ChunkWriter {
    private static final Channel[] CHANNELS = Channel.values();

    private ChunkWriter() {}

    /**
     * Writes a chunk's share of every channel and of {@code findings.jsonl}. Each line ends in one {@code \n}.
     *
     * @param source the chunk's manifest
     * @param index what the scan of the chunk left
     * @param decision what {@link DatasetDecision#writeChunk} wrote of the chunk
     * @throws IOException if something cannot be read or written, or if the manifest's bytes are not those that were
     *     scanned (a {@code PreconditionFailedException} where the store sees it); outputs are then incomplete
     */
    public static void write(ByteSource source, ManifestChunk chunk, InputStream index, InputStream decision, ChannelOutputs out)
            throws IOException {
        DataInputStream decided = new DataInputStream(decision);
        if (!Arrays.equals(decided.readNBytes(DatasetDecision.MAGIC.length), DatasetDecision.MAGIC)) {
            throw new IOException("not a chunk's decision of this version; decide again with one version of Truepipe throughout");
        }
        long base = decided.readLong();
        out.findings().write(decided.readNBytes(decided.readInt()));
        SplicedJobs spliced = SplicedJobs.read(chunk.manifest(), decided);
        byte[] channels = new byte[decided.readInt()];
        decided.readFully(channels);
        FindingLines findings = new FindingLines(out.findings());
        byte[] buffer = new byte[64 << 10];
        Murmur3 murmur = new Murmur3();
        int at = 0;
        ChunkIndexReader lines = new ChunkIndexReader(index);
        IndexedLine line = lines.next();
        if (line == null) {
            return;
        }
        Copy copy = new Copy(chunk, line.offset(), buffer, murmur);
        LineSplicer splicer = spliced.isEmpty() ? null : new LineSplicer(spliced.label());
        try (ChunkStream bytes = new ChunkStream(source, chunk, line.offset())) {
            for (; line != null; line = lines.next()) {
                if (at == channels.length) {
                    throw new IOException("chunk " + chunk.index() + " has more lines than were decided on; scan and decide again");
                }
                Channel channel = CHANNELS[channels[at++]];
                OutputStream target = out.of(channel);
                copy.skipTo(bytes, line.offset());
                SplicedJobs.Spliced job = channel.used() ? spliced.of(line, chunk.manifest()) : null;
                if (job == null) {
                    copy.line(bytes, line, base, target);
                } else {
                    copy.spliced(bytes, line, base, target, splicer, job.ids(line));
                }
                target.write('\n');
                for (Finding finding : line.findings()) {
                    findings.write(finding, chunk.manifest(), base + line.number(), line.offset());
                }
            }
        }
        if (at != channels.length) {
            throw new IOException("chunk " + chunk.index() + " has fewer lines than were decided on; scan and decide again");
        }
    }

    private static final class Copy {
        private final ManifestChunk chunk;
        private final byte[] buffer;
        private final Murmur3 murmur;
        private byte[] held = {};
        private int from;
        private int to;
        private long position;

        Copy(ManifestChunk chunk, long position, byte[] buffer, Murmur3 murmur) {
            this.chunk = chunk;
            this.position = position;
            this.buffer = buffer;
            this.murmur = murmur;
        }

        void skipTo(ChunkStream bytes, long offset) throws IOException {
            while (position < offset) {
                int count = take(bytes, offset - position);
                from += count;
            }
        }

        void line(ChunkStream bytes, IndexedLine line, long base, OutputStream target) throws IOException {
            murmur.reset();
            for (long left = line.length(); left > 0; ) {
                int count = take(bytes, left);
                murmur.update(buffer, from, count);
                target.write(buffer, from, count);
                from += count;
                left -= count;
            }
            verify(line, base);
        }

        /** Holds the line, and splices it once it is known to be the one that was scanned. @param ids {@code null}: they stay */
        void spliced(ChunkStream bytes, IndexedLine line, long base, OutputStream target, LineSplicer splicer, ClassIds ids) throws IOException {
            int length = Math.toIntExact(line.length());
            if (held.length < length + LineSplicer.slack()) {
                held = new byte[length + (length >> 1) + LineSplicer.slack()];
            }
            murmur.reset();
            for (int at = 0; at < length; ) {
                int count = take(bytes, length - at);
                System.arraycopy(buffer, from, held, at, count);
                from += count;
                at += count;
            }
            held[length] = '\n';
            murmur.update(held, 0, length);
            verify(line, base);
            int size = splicer.splice(held, 0, length, line.label(), ids);
            target.write(splicer.result(), 0, size);
        }

        private void verify(IndexedLine line, long base) throws IOException {
            if (!murmur.finish().equals(new Hash128(line.hashHigh(), line.hashLow()))) {
                throw new IOException(String.format(Locale.ROOT,
                        "%s:%d (byte %d) is not what was scanned: the manifest changed meanwhile; run again",
                        chunk.manifest(), base + line.number(), line.offset()));
            }
        }

        private int take(ChunkStream bytes, long most) throws IOException {
            if (from == to) {
                to = bytes.read(buffer, 0, buffer.length);
                from = 0;
                if (to < 0) {
                    to = 0;
                    throw new EOFException(chunk.manifest() + " ended at byte " + position + ", sooner than when it was scanned; run again");
                }
            }
            int count = (int) Math.min(most, to - from);
            position += count;
            return count;
        }
    }
}

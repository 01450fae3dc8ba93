package dev.truepipe.manifest;

import dev.truepipe.split.Murmur3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * For a fuzzer: two bytes say where a manifest is cut into chunks, one the longest line that is held, one how many bytes a read gives,
 * one what stands before the others, which are the manifest. The lines must be those of a plain walk over its bytes.
 */
public final class LineReaderFuzz {
    private static final int HEADER = 5;
    /** As much as a reader reads at once, so that what is fuzzed lies about the border. */
    private static final int BLOCK_BYTES = 256 << 10;

    private LineReaderFuzz() {}

    /** @throws AssertionError if the reader hands out other lines */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < HEADER) {
            return;
        }
        byte[] fuzzed = Arrays.copyOfRange(data, HEADER, data.length);
        int before = (data[4] & 3) == 3 ? Math.max(0, BLOCK_BYTES - ((data[4] & 0xff) >> 2)) : 0;
        byte[] manifest = new byte[before + fuzzed.length];
        Arrays.fill(manifest, (byte) 'x');
        if (before > 0 && (data[2] & 1) == 0) {
            manifest[before - 1] = '\n';
        }
        System.arraycopy(fuzzed, 0, manifest, before, fuzzed.length);
        int most = 1 + (data[2] & 0x7f) + (data[2] < 0 ? BLOCK_BYTES : 0);
        int first = before + (data[0] & 0xff) % (fuzzed.length + 1);
        int second = Math.max(first, before + (data[1] & 0xff) % (fuzzed.length + 1));
        int bytesARead = before > 0 ? 1_000 + (data[3] & 0xff) : 1 + (data[3] & 0x1f);
        try {
            List<String> read = new ArrayList<>();
            for (long[] chunk : new long[][] {{0, first}, {first, second}, {second, ByteSource.END}}) {
                read(LineReaderTest.choppy(manifest, () -> bytesARead), chunk[0], chunk[1], most, read);
            }
            List<String> expected = lines(manifest, most);
            if (!expected.equals(read)) {
                throw new AssertionError("cut at " + first + " and " + second + ", at most " + most + " bytes:\nplain walk " + expected + "\nreader     " + read);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(ByteSource source, long from, long to, int most, List<String> into) throws IOException {
        try (LineReader reader = new LineReader(source, new ManifestChunk(0, 0, "m", from, to, false), most)) {
            while (reader.next()) {
                boolean held = !reader.tooLong();
                if (held && reader.buffer()[reader.start() + (int) reader.length()] != '\n') {
                    throw new AssertionError("no newline behind the line at " + reader.offset());
                }
                into.add(reader.offset() + " " + reader.length() + " " + reader.hash() + " "
                        + (held ? Murmur3.hash(reader.buffer(), reader.start(), (int) reader.length()) + (reader.blank() ? " blank" : "") : "too long"));
            }
        }
    }

    private static List<String> lines(byte[] manifest, int most) {
        List<String> lines = new ArrayList<>();
        boolean marked = manifest.length >= 3 && manifest[0] == (byte) 0xef && manifest[1] == (byte) 0xbb && manifest[2] == (byte) 0xbf;
        int from = marked ? 3 : 0;
        while (from < manifest.length) {
            int to = from;
            boolean blank = true;
            while (to < manifest.length && manifest[to] != '\n') {
                blank &= manifest[to] == ' ' || manifest[to] == '\t' || manifest[to] == '\r';
                to++;
            }
            Object hash = Murmur3.hash(manifest, from, to - from);
            lines.add(from + " " + (to - from) + " " + hash + " " + (to - from > most ? "too long" : hash + (blank ? " blank" : "")));
            from = to + 1;
        }
        return lines;
    }
}

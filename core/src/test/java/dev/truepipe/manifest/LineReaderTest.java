package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import dev.truepipe.storage.S3Uri;
import java.util.Arrays;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineReaderTest {
    private static List<String> read(ByteSource source, long from, long to, boolean gzip) throws IOException {
        List<String> lines = new ArrayList<>();
        try (LineReader reader = new LineReader(source, new ManifestChunk(0, 0, "m", from, to, gzip))) {
            while (reader.next()) {
                String hash = reader.tooLong() ? "too long" : Hashing.murmur3_128().hashBytes(reader.buffer(), reader.start(), (int) reader.length()).toString();
                assertEquals(reader.tooLong() ? reader.hash().toString() : hash, reader.hash().toString());
                lines.add(reader.offset() + ":" + new String(reader.buffer(), reader.start(), (int) reader.length(), StandardCharsets.UTF_8));
            }
        }
        return lines;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> whole(byte[] manifest) throws IOException {
        return read(ByteSource.of(manifest), 0, ByteSource.END, false);
    }

    @Test
    void keepsCarriageReturnsAndTellsExactOffsets() throws IOException {
        assertEquals(List.of("0:a\r", "3:", "4:bc", "7:é"), whole(bytes("a\r\n\nbc\né")));
    }

    @Test
    void skipsAByteOrderMarkAtTheStartOnly() throws IOException {
        assertEquals(List.of("3:a", "5:\ufeffb"), whole(bytes("\ufeffa\n\ufeffb\n")));
        assertEquals(List.of(), whole(bytes("\ufeff")));
        assertEquals(List.of("0:\u00ef"), whole(bytes("\u00ef")));
    }

    @Test
    void hasNoLineInAnEmptyManifest() throws IOException {
        assertEquals(List.of(), whole(new byte[0]));
        assertEquals(List.of(), read(ByteSource.of(new byte[0]), 0, 0, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nbb\n\nccc\n", "a\nbb\n\nccc", "\ufeffa\r\nb\n", "\n\n\n", "x", "\ufeff\n\ufeffy"})
    void givesEachLineToTheRangeItStartsInWhereverTheBordersLie(String text) throws IOException {
        byte[] manifest = bytes(text);
        List<String> expected = whole(manifest);
        for (int first = 0; first <= manifest.length; first++) {
            for (int second = first; second <= manifest.length; second++) {
                List<String> joined = new ArrayList<>(read(ByteSource.of(manifest), 0, first, false));
                joined.addAll(read(ByteSource.of(manifest), first, second, false));
                joined.addAll(read(ByteSource.of(manifest), second, manifest.length, false));
                assertEquals(expected, joined, "borders " + first + " and " + second);
            }
        }
    }

    /** Gives a few bytes at a time, as a network does. @param most how many next */
    static ByteSource choppy(byte[] manifest, IntSupplier most) {
        ByteSource whole = ByteSource.of(manifest);
        return (from, to) -> {
            InputStream bytes = whole.open(from, to);
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    return bytes.read();
                }

                @Override
                public int read(byte[] buffer, int offset, int length) throws IOException {
                    return bytes.read(buffer, offset, Math.min(length, most.getAsInt()));
                }
            };
        };
    }

    /** Wherever the network cuts the bytes, the lines stay the same. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void givesTheSameLinesForAnyReadSizes(long seed) throws IOException {
        byte[] manifest = MadeManifests.manifest(MadeManifests.lines(seed, 200), false);
        Random random = new Random(seed);
        ByteSource choppy = choppy(manifest, () -> 1 + random.nextInt(7));
        assertEquals(whole(manifest), read(choppy, 0, ByteSource.END, false), "seed " + seed);
        long border = random.nextInt(manifest.length);
        List<String> joined = new ArrayList<>(read(choppy, 0, border, false));
        joined.addAll(read(choppy, border, manifest.length, false));
        assertEquals(whole(manifest), joined, "seed " + seed + ", border " + border);
    }

    @Test
    void readsGzipAsOneChunkCountingDecompressedBytes() throws IOException {
        byte[] manifest = bytes("a\nbb\nccc");
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(manifest);
        }
        assertEquals(whole(manifest), read(ByteSource.of(packed.toByteArray()), 0, packed.size(), true));
        assertEquals(List.of(), read(ByteSource.of(new byte[0]), 0, 0, true));
    }

    @Test
    void holdsALineOf16MiBAndNotOneByteMore() throws IOException {
        byte[] manifest = new byte[2 * LineReader.MAX_LINE_BYTES + 3];
        java.util.Arrays.fill(manifest, (byte) 'x');
        manifest[LineReader.MAX_LINE_BYTES] = '\n';
        manifest[2 * LineReader.MAX_LINE_BYTES + 2] = '\n';
        try (LineReader reader = new LineReader(ByteSource.of(manifest), ManifestChunk.whole(0, "m", false))) {
            assertTrue(reader.next());
            assertFalse(reader.tooLong());
            assertTrue(reader.next());
            assertTrue(reader.tooLong());
            assertEquals(LineReader.MAX_LINE_BYTES + 1L, reader.length());
            assertEquals(Hashing.murmur3_128().hashBytes(manifest, LineReader.MAX_LINE_BYTES + 1, LineReader.MAX_LINE_BYTES + 1).toString(),
                    reader.hash().toString());
            assertFalse(reader.next());
        }
    }

    @Test
    void passesOnThatTheManifestChanged() {
        S3Uri uri = S3Uri.parse("s3://labels/m");
        ByteSource changed = (from, to) -> {
            throw new PreconditionFailedException(uri);
        };
        assertThrows(PreconditionFailedException.class, () -> read(changed, 0, 10, false));
        ByteSource changedMidway = (from, to) -> {
            if (from > 0) {
                throw new PreconditionFailedException(uri);
            }
            return new ByteArrayInputStream(bytes("a line"));
        };
        assertThrows(PreconditionFailedException.class, () -> read(changedMidway, 0, 6, false));
    }

    @Test
    void saysWhichManifestIsDamagedGzip() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write("{}\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII));
        }
        byte[] whole = packed.toByteArray();
        byte[] wrong = whole.clone();
        wrong[wrong.length / 2] ^= 0x55;
        for (byte[] damaged : new byte[][] {Arrays.copyOf(whole, whole.length - 12), Arrays.copyOf(whole, 5), wrong}) {
            ChunkStream.DamagedGzipException told = assertThrows(ChunkStream.DamagedGzipException.class, () -> {
                try (LineReader reader = new LineReader(ByteSource.of(damaged), ManifestChunk.whole(0, "s3://yard/m.gz", true))) {
                    while (reader.next()) {
                        // Only the end matters.
                    }
                }
            });
            assertTrue(told.getMessage().startsWith("s3://yard/m.gz is gzip, but damaged or cut off"), told.getMessage());
        }
    }
}

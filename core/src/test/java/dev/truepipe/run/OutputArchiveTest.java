package dev.truepipe.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputArchiveTest {
    private final ByteArrayOutputStream tar = new ByteArrayOutputStream();

    @Test
    void readsPlainFilesWhateverTheirSize() throws IOException {
        add("./", '5', new byte[0]);
        add("./a.txt", '0', bytes("hello"));
        add("empty", '0', new byte[0]);
        add("block", '\0', new byte[512]);
        add("link", '2', new byte[0]);
        add("block-and-one", '0', new byte[513]);

        Map<String, byte[]> files = read(archive());
        assertEquals(Set.of("a.txt", "empty", "block", "block-and-one"), files.keySet());
        assertArrayEquals(bytes("hello"), files.get("a.txt"));
        assertEquals(513, files.get("block-and-one").length);
    }

    @Test
    void readsLongNamesOfBothKinds() throws IOException {
        String name = "n".repeat(180) + ".jpg";
        add("././@LongLink", 'L', bytes(name + "\0"));
        add("n".repeat(100), '0', bytes("gnu"));
        String record = " path=p" + name + "\n";
        int length = record.length() + 3;
        add("PaxHeader", 'x', bytes(length + record));
        add("short", '0', bytes("pax"));

        Map<String, byte[]> files = read(archive());
        assertArrayEquals(bytes("gnu"), files.get(name));
        assertArrayEquals(bytes("pax"), files.get("p" + name));
    }

    @Test
    void leavesLargeFilesOutAndReadsOn() throws IOException {
        add("large", '0', new byte[(4 << 20) + 1]);
        add("small", '0', bytes("still read"));

        assertEquals(Set.of("small"), read(archive()).keySet());
    }

    @Test
    void stopsAtABombInsteadOfFillingMemory() throws IOException {
        for (int i = 0; i < 60; i++) {
            add("zeros" + i, '0', new byte[4 << 20]);
        }
        byte[] bomb = archive();

        long kept = read(bomb).values().stream().mapToLong(file -> file.length).sum();
        assertEquals(true, kept <= 100L << 20, "kept " + kept + " bytes of an archive of " + bomb.length);
    }

    @Test
    void saysThatAnArchiveIsCutShort() throws IOException {
        add("a", '0', new byte[2_000]);
        byte[] whole = tar.toByteArray();
        ByteArrayOutputStream cut = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(cut)) {
            gzip.write(whole, 0, 1_000);
        }

        assertThrows(IOException.class, () -> read(cut.toByteArray()));
        assertThrows(IOException.class, () -> read(bytes("not gzip at all")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2 path=a\n", "2 ", "1", "x path=a\n", "99 path=a\n", "6 a=b\n2147483647 path=a\n"})
    void saysThatAPaxHeaderIsUnreadable(String records) throws IOException {
        add("PaxHeader", 'x', bytes(records));
        add("a", '0', bytes("a"));
        byte[] archive = archive();

        assertEquals("the archive has an unreadable pax header", assertThrows(IOException.class, () -> read(archive)).getMessage());
    }

    private static Map<String, byte[]> read(byte[] archive) throws IOException {
        return OutputArchive.read(new ByteArrayInputStream(archive));
    }

    private byte[] archive() throws IOException {
        tar.write(new byte[1_024]);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(tar.toByteArray());
        }
        return out.toByteArray();
    }

    private void add(String name, char type, byte[] content) throws IOException {
        byte[] header = new byte[512];
        byte[] nameBytes = bytes(name);
        System.arraycopy(nameBytes, 0, header, 0, Math.min(100, nameBytes.length));
        System.arraycopy(bytes("%011o".formatted(content.length)), 0, header, 124, 11);
        header[156] = (byte) type;
        System.arraycopy(bytes("ustar\0"), 0, header, 257, 6);
        tar.write(header);
        tar.write(content);
        tar.write(Arrays.copyOf(new byte[0], (512 - content.length % 512) % 512));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

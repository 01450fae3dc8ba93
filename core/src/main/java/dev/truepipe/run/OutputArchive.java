package dev.truepipe.run;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/**
 * Reads the small files of a {@code output.tar.gz} that a training job left, into memory.
 *
 * <p>The archive was written by an algorithm, so nothing in it is trusted: names are only ever looked up, never made into
 * paths; reading ends after {@value #MOST_BYTES} bytes or {@value #MOST_ENTRIES} entries; files larger than
 * {@value #MOST_FILE_BYTES} bytes are left out. Plain files of ustar, GNU and pax archives are read; pax headers only for
 * {@code path}.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06">ustar</a>
 */
final class OutputArchive {
    private static final int BLOCK_BYTES = 512;
    /** Decompressed, 96 MiB. */
    private static final long MOST_BYTES = 96L << 20;
    private static final int MOST_ENTRIES = 2_000;
    /** 4 MiB. */
    private static final int MOST_FILE_BYTES = 4 << 20;

    private final InputStream in;
    private long read;

    private OutputArchive(InputStream in) {
        this.in = in;
    }

    /**
     * Files by name, a leading {@code ./} removed.
     *
     * @throws IOException if it is not such an archive, or is cut short
     */
    static Map<String, byte[]> read(InputStream compressed) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (GZIPInputStream in = new GZIPInputStream(compressed, 64 << 10)) {
            new OutputArchive(in).files(files);
        }
        return files;
    }

    private void files(Map<String, byte[]> files) throws IOException {
        String longName = null;
        for (int entries = 0; entries < MOST_ENTRIES && read < MOST_BYTES; entries++) {
            byte[] header = in.readNBytes(BLOCK_BYTES);
            read += header.length;
            if (header.length == 0 || isZero(header)) {
                return;
            }
            if (header.length < BLOCK_BYTES) {
                throw new EOFException("the archive ends inside a header");
            }
            long size = octal(header, 124, 12);
            char type = (char) header[156];
            boolean small = size <= MOST_FILE_BYTES;
            if (type == 'L' && small) {
                longName = text(content(size), 0, (int) size);
            } else if (type == 'x' && small) {
                longName = paxPath(content(size), longName);
            } else if ((type == '0' || type == 0) && small) {
                String name = longName == null ? name(header) : longName;
                files.put(name.startsWith("./") ? name.substring(2) : name, content(size));
                longName = null;
            } else {
                skip(size);
                longName = null;
            }
        }
    }

    private byte[] content(long size) throws IOException {
        byte[] content = in.readNBytes((int) size);
        if (content.length < size) {
            throw new EOFException("the archive ends inside a file");
        }
        read += size;
        skip((BLOCK_BYTES - size % BLOCK_BYTES) % BLOCK_BYTES, false);
        return content;
    }

    private void skip(long size) throws IOException {
        skip(size, true);
    }

    private void skip(long size, boolean padded) throws IOException {
        long all = padded ? size + (BLOCK_BYTES - size % BLOCK_BYTES) % BLOCK_BYTES : size;
        if (read + all > MOST_BYTES) {
            read = MOST_BYTES;
            return;
        }
        in.skipNBytes(all);
        read += all;
    }

    private static String name(byte[] header) {
        String name = text(header, 0, 100);
        boolean ustar = text(header, 257, 5).equals("ustar");
        String prefix = ustar ? text(header, 345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** Records are {@code <length> <key>=<value>\n}, the length counting itself. */
    private static String paxPath(byte[] records, String otherwise) throws IOException {
        int at = 0;
        while (at < records.length) {
            int space = at;
            while (space < records.length && records[space] != ' ') {
                space++;
            }
            int length;
            try {
                length = Integer.parseInt(new String(records, at, space - at, StandardCharsets.US_ASCII));
            } catch (NumberFormatException e) {
                throw new IOException("the archive has an unreadable pax header", e);
            }
            // A length counts itself, a space and a newline at least.
            if (length < space - at + 2 || length > records.length - at) {
                throw new IOException("the archive has an unreadable pax header");
            }
            String record = new String(records, space + 1, at + length - space - 2, StandardCharsets.UTF_8);
            if (record.startsWith("path=")) {
                return record.substring("path=".length());
            }
            at += length;
        }
        return otherwise;
    }

    private static long octal(byte[] header, int from, int length) throws IOException {
        String text = text(header, from, length).strip();
        try {
            long value = text.isEmpty() ? 0 : Long.parseLong(text, 8);
            if (value < 0) {
                throw new IOException("the archive has a negative size");
            }
            return value;
        } catch (NumberFormatException e) {
            throw new IOException("the archive has an unreadable size: \"" + text + "\"", e);
        }
    }

    private static String text(byte[] bytes, int from, int length) {
        int end = from;
        while (end < from + length && end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }
}

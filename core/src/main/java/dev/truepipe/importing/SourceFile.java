package dev.truepipe.importing;

import dev.truepipe.manifest.ByteSource;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;

/**
 * A file to be imported. It is read more than once.
 *
 * @param name path or URI, for findings
 * @param lastModified the date of labels that the tool gives none; {@code null} if not known
 */
public record SourceFile(String name, ByteSource bytes, Instant lastModified) {
    private static final int BUFFER_BYTES = 128 << 10;

    /** @throws UnreadableSourceException if it is empty, or an archive: what those unpack to has no bounds, so they are not read */
    InputStream open() throws IOException {
        InputStream in = new BufferedInputStream(bytes.open(0, ByteSource.END), BUFFER_BYTES);
        try {
            in.mark(4);
            byte[] head = in.readNBytes(4);
            in.reset();
            if (head.length == 0) {
                throw new UnreadableSourceException(name, "is empty", "export again");
            }
            if (head.length > 1 && head[0] == 0x1f && head[1] == (byte) 0x8b) {
                throw new UnreadableSourceException(name, "is compressed (gzip)", "unpack it first: gunzip");
            }
            if (head.length > 3 && head[0] == 'P' && head[1] == 'K' && head[2] <= 8 && head[3] <= 8) {
                throw new UnreadableSourceException(name, "is a zip archive", "unpack it first, and name the file or folder in it");
            }
            return in;
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    UnreadableSourceException unreadable(String message, String cure) {
        return new UnreadableSourceException(name, message, cure);
    }
}

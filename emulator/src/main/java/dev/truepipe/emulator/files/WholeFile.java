package dev.truepipe.emulator.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file whole or not at all: beside its place first, as {@code <name>}{@value #NEXT}, then moved there. On failure the file is
 * what it was, and nothing lies beside it; after a kill {@value #NEXT} may, until the file is written again.
 *
 * <p>Two must not write one file at the same time.
 */
public final class WholeFile {
    /** Ends the name of a file that is not in its place yet. */
    public static final String NEXT = ".next";

    private WholeFile() {}

    /** Writes what the file is to have. */
    public interface Content {
        void writeTo(WritableByteChannel out) throws IOException;
    }

    /** @throws IOException if it cannot be written, in whatever way */
    public static void write(Path file, byte[] content) throws IOException {
        open(file, out -> all(out, content)).close();
    }

    /** As {@link #write}. @return the file in its place, open at its end, to be written on and closed by the caller */
    public static FileChannel open(Path file, Content content) throws IOException {
        Files.createDirectories(file.getParent());
        Path next = file.resolveSibling(file.getFileName() + NEXT);
        FileChannel out = FileChannel.open(next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        try {
            content.writeTo(out);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return out;
        } catch (IOException | RuntimeException | Error e) {
            try (out) {
                Files.deleteIfExists(next);
            } catch (IOException more) {
                e.addSuppressed(more);
            }
            throw e;
        }
    }

    /** Writes all bytes, in as many turns as it takes. */
    public static void all(WritableByteChannel out, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            out.write(left);
        }
    }
}

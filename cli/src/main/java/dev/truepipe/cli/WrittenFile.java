package dev.truepipe.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is there as a whole or as it was before: it grows beside its place, in {@code NAME.PID.part}, and takes the place when it is
 * {@link #finish}ed; closed before, nothing is left of it. A link stays a link, to the new content; what is no file, as {@code /dev/null} is
 * none, is written as it comes.
 */
final class WrittenFile extends BufferedOutputStream {
    private static final int BUFFER_BYTES = 64 << 10;

    private final Path named;
    private final Path place;
    /** {@code null} if it is written in its place, or is in its place. */
    private Path part;

    private WrittenFile(OutputStream to, Path named, Path place, Path part) {
        super(to, BUFFER_BYTES);
        this.named = named;
        this.place = place;
        this.part = part;
    }

    /** @param named where it goes; its folder is made if need be */
    static WrittenFile open(Path named) throws UnreadableInput {
        try {
            if (Files.isDirectory(named)) {
                throw new UnreadableInput(named.toString(), "is a folder", "name a file");
            }
            if (Files.exists(named) && !Files.isRegularFile(named)) {
                return new WrittenFile(Files.newOutputStream(named, StandardOpenOption.WRITE), named, named, null);
            }
            Path place = Files.exists(named) ? named.toRealPath() : named.toAbsolutePath();
            Files.createDirectories(place.getParent());
            Path part = place.resolveSibling(place.getFileName() + "." + ProcessHandle.current().pid() + ".part");
            return new WrittenFile(Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), named, place, part);
        } catch (IOException e) {
            throw unwritable(named, e);
        }
    }

    /** All is written; the file can be put in its place. */
    void finish() throws UnreadableInput {
        try {
            super.close();
        } catch (IOException e) {
            throw unwritable(named, e);
        }
    }

    /** Replaces what was there before. Only of a file that is {@link #finish}ed. */
    void putInPlace() throws UnreadableInput {
        try {
            if (part != null) {
                Files.move(part, place, StandardCopyOption.REPLACE_EXISTING);
                part = null;
            }
        } catch (IOException e) {
            throw unwritable(named, e);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            super.close();
        } finally {
            if (part != null) {
                Files.deleteIfExists(part);
            }
        }
    }

    private static UnreadableInput unwritable(Path named, IOException e) {
        return new UnreadableInput(named.toString(), "cannot be written: " + UnreadableInput.words(e), "name a file in a folder that may be written, with room for it");
    }
}

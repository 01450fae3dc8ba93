package dev.truepipe.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;

/**
 * The folder a demo leaves its things in. A marker file tells an earlier demo's folder, which may be emptied, from any
 * other folder with something in it, which is never touched.
 *
 * <p>The marker is locked until the folder is closed, or the process has ended in whatever way: two demos never mix in one folder.
 */
final class DemoFolder implements AutoCloseable {
    static final String MARKER = ".truepipe-demo";
    private static final byte[] MARK = "./truepipe demo made this folder and empties it when it runs again.\n".getBytes(StandardCharsets.UTF_8);

    private final Path path;
    /** Holds the lock as long as it is open. */
    private final FileChannel marker;

    private DemoFolder(Path path, FileChannel marker) {
        this.path = path;
        this.marker = marker;
    }

    /**
     * Makes the folder, or empties an earlier demo's.
     *
     * @throws UnreadableInput if {@code path} is a file, a folder that holds something else, one that another demo works in,
     *     or one that cannot be made or written to
     */
    static DemoFolder prepare(Path path) throws UnreadableInput {
        if (path.toString().isEmpty()) {
            throw new UnreadableInput("--out", "an empty name", "name a folder");
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(path)) {
            throw new UnreadableInput(path.toString(), "is a file, not a folder", "name another folder with --out");
        }
        try {
            boolean known = Files.isRegularFile(path.resolve(MARKER));
            if (Files.isDirectory(path) && !known && !isEmpty(path)) {
                throw new UnreadableInput(
                        path.toString(),
                        "holds something that no demo put there, and a demo empties its folder first",
                        "name an empty or new folder with --out");
            }
            Files.createDirectories(path);
            FileChannel marker = locked(path);
            try {
                if (known) {
                    empty(path);
                }
                marker.truncate(0);
                marker.write(ByteBuffer.wrap(MARK));
                return new DemoFolder(path, marker);
            } catch (IOException e) {
                marker.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UnreadableInput(path.toString(), "cannot be made or written to: " + UnreadableInput.words(e),
                    "name a folder of yours with --out");
        }
    }

    private static FileChannel locked(Path path) throws IOException, UnreadableInput {
        FileChannel marker = FileChannel.open(path.resolve(MARKER), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean kept = false;
        try {
            kept = marker.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // A demo of this very process has it.
            kept = false;
        } finally {
            if (!kept) {
                marker.close();
            }
        }
        if (!kept) {
            throw new UnreadableInput(path.toString(), "another demo is running in this folder", "wait until it has ended, or name another with --out");
        }
        return marker;
    }

    /**
     * Like {@link #prepare(Path)}, for a demo that reads {@code input}: a file that cannot be read, or that would go with an earlier
     * demo's folder, is refused before anything is removed.
     */
    static DemoFolder prepare(Path path, Path input) throws IOException, UnreadableInput {
        DemoLabels.requireReadable(input);
        if (input.toAbsolutePath().normalize().startsWith(path.toAbsolutePath().normalize())
                || Files.exists(path) && input.toRealPath().startsWith(path.toRealPath())) {
            throw new UnreadableInput(
                    input.toString(),
                    "lies in " + path + ", which a demo empties before it starts",
                    "copy it to another folder, or name another with --out");
        }
        return prepare(path);
    }

    /** Removes the folder with everything in it, and lets go of it. */
    void remove() throws IOException {
        empty(path);
        Files.delete(path.resolve(MARKER));
        Files.delete(path);
        close();
    }

    /** Lets the next demo have the folder. */
    @Override
    public void close() throws IOException {
        marker.close();
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    /** Links are removed, not followed: what they point at is not ours. The marker goes last. */
    private static void empty(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!file.equals(folder.resolve(MARKER))) {
                    Files.delete(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                if (!directory.equals(folder)) {
                    Files.delete(directory);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}

package dev.truepipe.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;

/**
 * The folder a demo leaves its things in. A marker file tells an earlier demo's folder, which may be emptied, from any
 * other folder with something in it, which is never touched.
 */
record DemoFolder(Path path) {
    static final String MARKER = ".truepipe-demo";

    /**
     * Makes the folder, or empties an earlier demo's.
     *
     * @throws UnreadableInput if {@code path} is a file, or a folder that holds something else
     */
    static DemoFolder prepare(Path path) throws IOException, UnreadableInput {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(path)) {
            throw new UnreadableInput(path.toString(), "is a file, not a folder", "name another folder with --out");
        }
        if (Files.isDirectory(path) && !isEmpty(path)) {
            if (!Files.isRegularFile(path.resolve(MARKER))) {
                throw new UnreadableInput(
                        path.toString(),
                        "holds something that no demo put there, and a demo empties its folder first",
                        "name an empty or new folder with --out");
            }
            empty(path);
        }
        Files.createDirectories(path);
        Files.writeString(path.resolve(MARKER), "./truepipe demo made this folder and empties it when it runs again.\n");
        return new DemoFolder(path);
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

    /** Removes the folder with everything in it. */
    void remove() throws IOException {
        empty(path);
        Files.delete(path.resolve(MARKER));
        Files.delete(path);
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

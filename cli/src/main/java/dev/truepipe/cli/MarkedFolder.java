package dev.truepipe.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder a command leaves its things in. A marker file tells the folder of an earlier run of the same command, which may be
 * emptied, from any other folder with something in it, which is never touched.
 *
 * <p>The marker is locked until the folder is closed, or the process has ended in whatever way: two runs never mix in one folder.
 */
final class MarkedFolder implements AutoCloseable {
    /** Of one instance, or of each of several. */
    private static final Pattern CHECKPOINTS = Pattern.compile("(algo-[0-9]+/)?checkpoints");

    /** Whose folder it is. */
    enum Owner {
        DEMO("demo", "--out", "."),
        /** Keeps checkpoints, as a job does that goes on where an earlier one was stopped. */
        PIPE("pipe", "--root", ", apart from checkpoints.");

        private final String command;
        private final String option;
        private final String but;

        Owner(String command, String option, String but) {
            this.command = command;
            this.option = option;
            this.but = but;
        }

        /** Name of the marker file. */
        String marker() {
            return ".truepipe-" + command;
        }

        private byte[] mark() {
            return ("./truepipe " + command + " made this folder and empties it when it runs again" + but + "\n").getBytes(StandardCharsets.UTF_8);
        }

        /** Whether what is called so in the folder outlives it, with all that is in it. */
        private boolean keeps(Path name) {
            return name.toString().equals(marker()) || this == PIPE && CHECKPOINTS.matcher(name.toString()).matches();
        }
    }

    private final Owner owner;
    /** As it was named. */
    private final Path path;
    /** Where it really lies. */
    private final Path place;
    /** Holds the lock as long as it is open. */
    private final FileChannel marker;

    private MarkedFolder(Owner owner, Path path, Path place, FileChannel marker) {
        this.owner = owner;
        this.path = path;
        this.place = place;
        this.marker = marker;
    }

    /**
     * Makes the folder, or empties that of an earlier run.
     *
     * @throws UnreadableInput if {@code path} is a file, a folder that holds something else, one that another run works in,
     *     or one that cannot be made or written to
     */
    static MarkedFolder prepare(Owner owner, Path path) throws UnreadableInput {
        if (path.toString().isEmpty()) {
            throw new UnreadableInput(owner.option, "an empty name", "name a folder");
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(path)) {
            throw new UnreadableInput(path.toString(), "is a file, not a folder", "name another folder with " + owner.option);
        }
        try {
            boolean known = Files.isRegularFile(path.resolve(owner.marker()));
            if (Files.isDirectory(path) && !known && !isEmpty(path)) {
                throw new UnreadableInput(
                        path.toString(),
                        "holds something that no earlier " + owner.command + " put there, and its folder is emptied first",
                        "name an empty or new folder with " + owner.option);
            }
            Files.createDirectories(path);
            Path place = path.toRealPath(); // a link to a folder stands for the folder, and is left alone
            FileChannel marker = LockFile.open(path.resolve(owner.marker())).orElseThrow(() -> new UnreadableInput(path.toString(),
                    "another " + owner.command + " is running in this folder", "wait until it has ended, or name another with " + owner.option));
            try {
                if (known) {
                    empty(owner, place);
                }
                marker.truncate(0);
                marker.write(ByteBuffer.wrap(owner.mark()));
                return new MarkedFolder(owner, path, place, marker);
            } catch (IOException e) {
                marker.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UnreadableInput(path.toString(), "cannot be made or written to: " + UnreadableInput.words(e),
                    "name a folder of yours with " + owner.option);
        }
    }

    /**
     * Like {@link #prepare(Owner, Path)}, for a command that reads {@code input}: a file that cannot be read, or that would go with
     * the folder of an earlier run, is refused before anything is removed.
     */
    static MarkedFolder prepare(Owner owner, Path path, Path input) throws IOException, UnreadableInput {
        DemoLabels.requireReadable(input);
        requireOutside(owner, path, input);
        return prepare(owner, path);
    }

    /** @throws UnreadableInput if {@code input} lies in the folder and would go with it */
    static void requireOutside(Owner owner, Path path, Path input) throws IOException, UnreadableInput {
        if (input.toAbsolutePath().normalize().startsWith(path.toAbsolutePath().normalize())
                || Files.exists(path) && input.toRealPath().startsWith(path.toRealPath())) {
            throw new UnreadableInput(
                    input.toString(),
                    "lies in " + path + ", which is emptied before the " + owner.command + " starts",
                    "copy it to another folder, or name another with " + owner.option);
        }
    }

    /** Removes the folder with everything in it, and lets go of it. A link that it was named by stays. */
    void remove() throws IOException {
        empty(owner, place);
        Files.delete(place.resolve(owner.marker()));
        Files.delete(place);
        close();
    }

    /** Lets the next run have the folder. */
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

    /** Links are removed, not followed: what they point at is not ours. The marker stays. */
    private static void empty(Owner owner, Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return kept(directory) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!kept(file)) {
                    Files.delete(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                if (!directory.equals(folder) && isEmpty(directory)) { // else something in it is kept
                    Files.delete(directory);
                }
                return FileVisitResult.CONTINUE;
            }

            private boolean kept(Path entry) {
                return owner.keeps(folder.relativize(entry));
            }
        });
    }
}

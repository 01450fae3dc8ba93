package dev.truepipe.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The folder in which a cloud at home keeps everything, locked as long as the process lives: two never work in one. */
final class UpFolder implements AutoCloseable {
    private final Path path;
    /** Holds the lock as long as it is open. */
    private final FileChannel lock;

    private UpFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** @throws UnreadableInput if it is a file, cannot be made or written to, or another cloud works in it */
    static UpFolder open(Path path) throws UnreadableInput {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(path)) {
            throw new UnreadableInput(path.toString(), "is a file, not a folder", "name another folder with --data");
        }
        try {
            Files.createDirectories(path);
            return new UpFolder(path, LockFile.open(path.resolve("lock")).orElseThrow(
                    () -> new UnreadableInput(path.toString(), "another cloud is up in this folder", "stop it, or name another folder with --data")));
        } catch (IOException e) {
            throw new UnreadableInput(path.toString(), "cannot be made or written to: " + UnreadableInput.words(e), "name a folder of yours with --data");
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}

package dev.truepipe.cli;

import dev.truepipe.storage.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder for what is under way. It is gone when it is closed, and also when Ctrl-C ends the process before: then nobody wants what is in it. */
final class WorkFolder implements AutoCloseable {
    private final Path path;
    private final Thread onInterruption = new Thread(this::removeAfterInterruption, "interrupted");

    private WorkFolder(Path path) {
        this.path = path;
        Runtime.getRuntime().addShutdownHook(onInterruption);
    }

    /** @param prefix of its name */
    static WorkFolder in(Path folder, String prefix) throws IOException {
        return new WorkFolder(Files.createTempDirectory(folder, prefix));
    }

    /** Where the system keeps temporary files. @param prefix of its name */
    static WorkFolder temporary(String prefix) throws IOException {
        return new WorkFolder(Files.createTempDirectory(prefix));
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(onInterruption);
        } catch (IllegalStateException ending) {
            // The hook is at work already.
            return;
        }
        Folders.remove(path);
    }

    private void removeAfterInterruption() {
        try {
            Folders.remove(path);
        } catch (IOException | UncheckedIOException e) {
            System.err.println("truepipe: " + path + " could not be removed (" + e.getMessage() + "); remove it yourself");
        }
    }
}

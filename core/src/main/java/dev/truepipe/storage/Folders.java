package dev.truepipe.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders of ours that have had their day. Links in them are removed, not followed: what they point at is not ours. */
public final class Folders {
    private Folders() {}

    /** Removes a folder with all that is in it, if it is there. */
    public static void remove(Path folder) throws IOException {
        delete(folder, true);
    }

    /** Removes all that is in a folder, if it is there, and leaves the folder. A link in its place goes. */
    public static void empty(Path folder) throws IOException {
        delete(folder, !Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS));
    }

    private static void delete(Path folder, boolean itself) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (itself || !file.equals(folder)) {
                    Files.delete(file);
                }
            }
        }
    }
}

package dev.truepipe.importing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files below a folder, by their paths from it with {@code /} between. No link is followed, so nothing outside the folder is ever read;
 * links are told of instead.
 */
final class FolderFiles {
    private final Path folder;
    /** When each was last changed. */
    private final SortedMap<String, Instant> files = new TreeMap<>();
    private final List<String> links = new ArrayList<>();

    private FolderFiles(Path folder) {
        this.folder = folder;
    }

    /** @throws IOException if the folder cannot be read */
    static FolderFiles of(Path given) throws IOException {
        Path folder = given.toRealPath();
        FolderFiles found = new FolderFiles(folder);
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String path = folder.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
                if (attributes.isSymbolicLink()) {
                    found.links.add(path);
                } else if (attributes.isRegularFile()) {
                    found.files.put(path, attributes.lastModifiedTime().toInstant());
                }
                return FileVisitResult.CONTINUE;
            }
        });
        found.links.sort(null);
        return found;
    }

    SortedMap<String, Instant> files() {
        return files;
    }

    List<String> links() {
        return links;
    }

    boolean has(String path) {
        return files.containsKey(path);
    }

    Instant lastModified(String path) {
        return files.get(path);
    }

    InputStream open(String path) throws IOException {
        return Files.newInputStream(folder.resolve(path), LinkOption.NOFOLLOW_LINKS);
    }

    /** As findings name it. */
    String name(String path) {
        return folder.resolve(path).toString();
    }

    static boolean isImage(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        return name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png");
    }

    /** Images that no algorithm of SageMaker's reads. */
    static boolean isOtherImage(String path) {
        return path.toLowerCase(Locale.ROOT).matches(".*\\.(bmp|webp|gif|tiff?|dng|mpo|pfm|heic)");
    }
}

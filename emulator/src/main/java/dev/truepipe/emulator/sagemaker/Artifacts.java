package dev.truepipe.emulator.sagemaker;

import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** What a container leaves behind, on its way to S3 and back. */
public final class Artifacts {
    private final ObjectStore store;

    Artifacts(ObjectStore store) {
        this.store = store;
    }

    /**
     * Stores folders as one compressed archive.
     *
     * @return whether there was anything to store
     */
    boolean store(List<Path> folders, S3Uri target) throws IOException {
        Map<String, Path> files = under(folders);
        if (files.isEmpty()) {
            return false;
        }
        try (ObjectStore.ObjectUpload upload = store.upload(target)) {
            archive(files, upload);
            upload.complete();
        }
        return true;
    }

    /**
     * Keeps folders as one compressed archive in a file, which appears whole or not at all. An earlier one goes, also when
     * there is nothing to keep.
     *
     * @return whether there was anything to keep
     * @throws IOException if it cannot be written, for instance because the disk is full; nothing of it is left
     */
    public static boolean keep(List<Path> folders, Path target) throws IOException {
        Files.deleteIfExists(target);
        Map<String, Path> files = under(folders);
        if (files.isEmpty()) {
            return false;
        }
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            try (OutputStream out = Files.newOutputStream(part)) {
                archive(files, out);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        return true;
    }

    /** Entries come in order of name, dated 1970 and owned by nobody, so the same files make the same bytes. */
    private static void archive(Map<String, Path> files, OutputStream out) throws IOException {
        GZIPOutputStream gzip = new GZIPOutputStream(out, 1 << 16);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        for (Map.Entry<String, Path> file : files.entrySet()) {
            TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
            entry.setSize(Files.size(file.getValue()));
            entry.setModTime(0);
            entry.setMode(Files.isExecutable(file.getValue()) ? 0100755 : 0100644);
            tar.putArchiveEntry(entry);
            Files.copy(file.getValue(), tar);
            tar.closeArchiveEntry();
        }
        tar.finish();
        gzip.finish();
    }

    /** Copies all objects below a prefix into a folder. */
    void fetch(S3Uri prefix, Path folder) throws IOException {
        for (ObjectStore.StoredObject object : store.list(prefix, false).objects()) {
            Path file = folder.resolve(object.uri().key().substring(prefix.key().length())).normalize();
            if (!file.startsWith(folder) || file.equals(folder)) {
                continue; // a "folder" object, or a key with ".." in it: no file can stand for it
            }
            Files.createDirectories(file.getParent());
            try (InputStream in = store.open(object.uri(), null, null)) {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** Copies all files of a folder below a prefix. */
    void send(Path folder, S3Uri prefix) throws IOException {
        for (Map.Entry<String, Path> file : under(List.of(folder)).entrySet()) {
            try (ObjectStore.ObjectUpload upload = store.upload(prefix.resolve(file.getKey()))) {
                Files.copy(file.getValue(), upload);
                upload.complete();
            }
        }
    }

    /** Files by their names below the folders, in the names' order; of two with one name the one in the earlier folder. */
    private static Map<String, Path> under(List<Path> folders) throws IOException {
        Map<String, Path> found = new TreeMap<>();
        for (Path folder : folders) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.filter(Files::isRegularFile).forEach(file -> found.putIfAbsent(name(folder, file), file));
            }
        }
        return found;
    }

    private static String name(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }
}

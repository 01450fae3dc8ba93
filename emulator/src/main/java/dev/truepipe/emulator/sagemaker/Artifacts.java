package dev.truepipe.emulator.sagemaker;

import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** What a container leaves behind, on its way to S3 and back. */
final class Artifacts {
    private final ObjectStore store;

    Artifacts(ObjectStore store) {
        this.store = store;
    }

    /**
     * Stores a folder as a compressed archive. Entries come in order of name, dated 1970 and owned by nobody, so the same
     * files make the same bytes.
     *
     * @return whether there was anything to store
     */
    boolean store(Path folder, S3Uri target) throws IOException {
        List<Path> files = under(folder);
        if (files.isEmpty()) {
            return false;
        }
        try (ObjectStore.ObjectUpload upload = store.upload(target)) {
            GZIPOutputStream gzip = new GZIPOutputStream(upload, 1 << 16);
            TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip, "UTF-8");
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            tar.setAddPaxHeadersForNonAsciiNames(true);
            for (Path file : files) {
                TarArchiveEntry entry = new TarArchiveEntry(name(folder, file));
                entry.setSize(Files.size(file));
                entry.setModTime(0);
                entry.setMode(Files.isExecutable(file) ? 0100755 : 0100644);
                tar.putArchiveEntry(entry);
                Files.copy(file, tar);
                tar.closeArchiveEntry();
            }
            tar.finish();
            gzip.finish();
            upload.complete();
        }
        return true;
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
        for (Path file : under(folder)) {
            try (ObjectStore.ObjectUpload upload = store.upload(prefix.resolve(name(folder, file)))) {
                Files.copy(file, upload);
                upload.complete();
            }
        }
    }

    private static List<Path> under(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted(Comparator.comparing(file -> name(folder, file))).toList();
        }
    }

    private static String name(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }
}

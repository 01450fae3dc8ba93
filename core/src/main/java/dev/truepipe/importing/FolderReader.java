package dev.truepipe.importing;

import dev.truepipe.manifest.Task;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * One folder for each class, here or in S3: {@code cats/1.jpg} is a cat. Folders within count to the outermost. Class ids follow the folders'
 * names; the date is when an image was last changed.
 */
public final class FolderReader implements LabelReader {
    /** @param name for findings @param path from the folder @param uri in S3; {@code null}: behind the prefix */
    private record Entry(String name, String path, String uri, Instant lastModified) {}

    private final List<Entry> entries = new ArrayList<>();
    private final List<String> links = new ArrayList<>();

    private FolderReader() {}

    /** A folder of this machine. @throws IOException if it cannot be read */
    public static FolderReader of(Path folder) throws IOException {
        FolderReader reader = new FolderReader();
        FolderFiles files = FolderFiles.of(folder);
        files.files().forEach((path, lastModified) -> reader.entries.add(new Entry(files.name(path), path, null, lastModified)));
        files.links().forEach(link -> reader.links.add(files.name(link)));
        return reader;
    }

    /** Folders in S3; objects keep their addresses. @param folder the prefix above the classes; a {@code /} is added where it lacks one */
    public static FolderReader of(ObjectStore store, S3Uri folder) throws IOException {
        FolderReader reader = new FolderReader();
        S3Uri prefix = folder.key().isEmpty() || folder.key().endsWith("/") ? folder : folder.resolve("/");
        for (StoredObject object : store.list(prefix, false).objects()) {
            String path = object.uri().key().substring(prefix.key().length());
            if (!path.isEmpty() && !path.endsWith("/")) {
                reader.entries.add(new Entry(object.uri().toString(), path, object.uri().toString(), object.lastModified()));
            }
        }
        return reader;
    }

    @Override
    public String format() {
        return "folders";
    }

    @Override
    public Survey survey(ImportReport report) {
        TreeSet<String> names = new TreeSet<>();
        for (Entry entry : entries) {
            if (FolderFiles.isImage(entry.path) && entry.path.indexOf('/') > 0) {
                names.add(className(entry));
            }
        }
        return new Survey(Task.IMAGE_CLASSIFICATION, ClassList.sorted(names));
    }

    private static String className(Entry entry) {
        return entry.path.substring(0, entry.path.indexOf('/'));
    }

    @Override
    public void read(ManifestWriter writer) throws IOException {
        for (String link : links) {
            writer.lost(ImportCode.LINK_NOT_FOLLOWED, Place.of(link), "it is a link", 0);
        }
        for (Entry entry : entries) {
            Place at = Place.of(entry.name);
            if (!FolderFiles.isImage(entry.path)) {
                writer.warn(ImportCode.NOT_AN_IMAGE, at, "it is no image by its name, and passed over");
                continue;
            }
            writer.begin(at, entry.uri == null ? entry.path : entry.uri);
            writer.date(entry.lastModified);
            if (entry.path.indexOf('/') > 0) {
                writer.classified(className(entry), 1, () -> at);
            }
            writer.end();
        }
    }
}

package dev.truepipe.cli;

import dev.truepipe.manifest.ByteSource;
import dev.truepipe.storage.ObjectSource;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where a rehearsed run finds and leaves things: its work bucket is a temporary folder, the named manifests are what they are, and every other
 * object lies in S3, which is read and never written.
 */
final class PlanStore implements ObjectStore, AutoCloseable {
    /** Bucket of the manifests that are files; no bucket can be called so. */
    private static final String FILES = "(files)";

    private final String workBucket;
    private final WorkFolder work;
    private final Manifests.S3 s3;
    private final Map<S3Uri, Manifests.Opened> manifests = new TreeMap<>();
    private ObjectSource remote;

    /** @param s3 is made when the first object of it is asked for */
    PlanStore(String workBucket, Manifests manifests, Manifests.S3 s3) throws IOException {
        this.workBucket = workBucket;
        this.s3 = s3;
        this.work = WorkFolder.temporary("truepipe-plan-" + ProcessHandle.current().pid() + "-");
        for (Manifests.Opened manifest : manifests.all()) {
            this.manifests.put(address(manifest.file().name()), manifest);
        }
    }

    /** What a manifest named on the command line is called within the run. */
    static S3Uri address(String name) {
        return name.startsWith("s3://") ? S3Uri.parse(name) : new S3Uri(FILES, name);
    }

    /** A text of the run, with manifests called as the command line names them. */
    static String named(String text) {
        return text.replace("s3://" + FILES + "/", "");
    }

    /** A manifest as the run pins it. */
    static StoredObject pinned(Manifests.Opened manifest) {
        String eTag = manifest.file().eTag();
        return new StoredObject(address(manifest.file().name()), manifest.file().size(), eTag == null ? "file" : eTag, Instant.EPOCH);
    }

    @Override
    public Optional<StoredObject> head(S3Uri uri) throws IOException {
        if (!uri.bucket().equals(workBucket)) {
            return remote().head(uri);
        }
        Path file = file(uri);
        return Files.exists(file) ? Optional.of(new StoredObject(uri, Files.size(file), "work", Instant.EPOCH)) : Optional.empty();
    }

    @Override
    public InputStream open(S3Uri uri, ByteRange range, String ifMatch) throws IOException {
        Manifests.Opened manifest = manifests.get(uri);
        if (manifest != null) {
            return range == null ? manifest.source().open(0, ByteSource.END) : manifest.source().open(range.from(), range.to());
        }
        if (!uri.bucket().equals(workBucket)) {
            return remote().open(uri, range, ifMatch);
        }
        if (range != null) {
            throw new UnsupportedOperationException("a rehearsed run reads all of what it left: " + uri);
        }
        try {
            return Files.newInputStream(file(uri));
        } catch (NoSuchFileException missing) {
            throw new ObjectMissingException(uri);
        }
    }

    @Override
    public String put(S3Uri uri, byte[] body, Condition condition) throws IOException {
        if (!(condition instanceof Condition.Always)) {
            throw new UnsupportedOperationException("a rehearsed run claims and seals nothing: " + uri);
        }
        Files.write(made(uri), body);
        return "work";
    }

    @Override
    public ObjectUpload upload(S3Uri uri) throws IOException {
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(made(uri)));
        return new ObjectUpload() {
            @Override
            public void write(int b) throws IOException {
                out.write(b);
            }

            @Override
            public void write(byte[] bytes, int offset, int count) throws IOException {
                out.write(bytes, offset, count);
            }

            @Override
            public StoredObject complete() throws IOException {
                out.close();
                return head(uri).orElseThrow();
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        };
    }

    @Override
    public boolean assemble(S3Uri target, List<StoredObject> parts) {
        throw new UnsupportedOperationException("a rehearsed run seals nothing: " + target);
    }

    @Override
    public Listing list(S3Uri prefix, boolean delimiter) {
        throw new UnsupportedOperationException("a rehearsed run looks for nothing: " + prefix);
    }

    @Override
    public void delete(S3Uri uri) {
        throw new UnsupportedOperationException("a rehearsed run removes nothing: " + uri);
    }

    private synchronized ObjectSource remote() throws IOException {
        if (remote == null) {
            try {
                remote = s3.store();
            } catch (UnreadableInput e) {
                throw new IOException(e.getMessage() + "; " + e.cure(), e);
            }
        }
        return remote;
    }

    private Path made(S3Uri uri) throws IOException {
        if (!uri.bucket().equals(workBucket)) {
            throw new UnsupportedOperationException("a rehearsed run writes to its own bucket only: " + uri);
        }
        Path file = file(uri);
        Files.createDirectories(file.getParent());
        return file;
    }

    /** Keys of a run are made by us: plain names, none of them {@code ..}. */
    private Path file(S3Uri uri) {
        return work.resolve(uri.key());
    }

    @Override
    public void close() throws IOException {
        work.close();
    }
}

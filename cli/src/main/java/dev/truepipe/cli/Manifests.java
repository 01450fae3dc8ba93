package dev.truepipe.cli;

import dev.truepipe.dataset.ManifestFile;
import dev.truepipe.functions.S3ObjectStore;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.storage.ObjectSource;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The manifests named on a command line: files, {@code -} for standard input (kept in a temporary file, since everything is
 * read twice), {@code .gz}, {@code s3://}. In the order of their names, whatever the order of the arguments; a hold-out first.
 */
final class Manifests implements AutoCloseable {
    /** A manifest. @param source its bytes as stored
     *  @param gzip whether they are compressed */
    record Opened(ManifestFile file, ByteSource source, boolean gzip) {}

    private final List<Opened> opened = new ArrayList<>();
    private Path standardInput;

    private Manifests() {}

    /** Opens all, with no hold-out among them. */
    static Manifests open(Collection<String> names, InputStream in, S3 s3) throws UnreadableInput {
        return open(names, null, in, s3);
    }

    /**
     * Opens all.
     *
     * @param holdOut is opened first, and once, be it among the others or not; may be {@code null}
     * @param s3 makes the store for {@code s3://} names, when there is one
     * @throws UnreadableInput if one cannot be read, or is named twice
     */
    static Manifests open(Collection<String> names, String holdOut, InputStream in, S3 s3) throws UnreadableInput {
        Manifests manifests = new Manifests();
        try {
            TreeMap<String, String> sorted = new TreeMap<>(Comparator.naturalOrder());
            for (String name : names) {
                if (name.isBlank()) {
                    throw new UnreadableInput("''", "an empty name", "name a manifest");
                }
                if (sorted.put(name, name) != null) {
                    throw new UnreadableInput(name, "named twice", "name each manifest once");
                }
            }
            List<String> inOrder = new ArrayList<>(sorted.keySet());
            if (holdOut != null) {
                inOrder.remove(holdOut);
                inOrder.addFirst(holdOut);
            }
            ObjectSource store = null;
            for (String name : inOrder) {
                if (name.startsWith("s3://")) {
                    store = store == null ? s3.store() : store;
                    manifests.opened.add(object(name, store));
                } else if (name.equals("-")) {
                    manifests.opened.add(manifests.standardInput(in));
                } else {
                    Opened file = file(name, name);
                    Opened before = manifests.readsFrom(Path.of(name));
                    if (before == null) {
                        manifests.opened.add(file);
                    } else if (!before.file().name().equals(holdOut)) {
                        throw new UnreadableInput(name, "is the same file as " + before.file().name(), "name each manifest once");
                    }
                }
            }
            if (holdOut != null && manifests.opened.size() == 1) {
                throw new UnreadableInput(holdOut, "is the hold-out and the only manifest: nothing is left to train on", "name manifests beside it");
            }
            return manifests;
        } catch (IOException e) {
            manifests.close();
            throw new UnreadableInput(null, UnreadableInput.words(e), "check the files");
        } catch (UnreadableInput | RuntimeException e) {
            manifests.close();
            throw e;
        }
    }

    /** Makes a store where one is needed. */
    @FunctionalInterface
    interface S3 {
        ObjectSource store() throws UnreadableInput;
    }

    /** The store that the environment names. */
    static ObjectStore s3() throws UnreadableInput {
        try {
            return new S3ObjectStore(S3ObjectStore.clientBuilder().build());
        } catch (SdkException e) {
            throw new UnreadableInput("s3://", e.getMessage(), "set AWS_REGION, and AWS_PROFILE or other credentials");
        }
    }

    List<Opened> all() {
        return opened;
    }

    /** The manifest that lies in this file, whatever it is called; {@code null} if none does. */
    Opened readsFrom(Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        for (Opened manifest : opened) {
            String name = manifest.file().name();
            if (!name.equals("-") && !name.startsWith("s3://") && Files.isSameFile(file, Path.of(name))) {
                return manifest;
            }
        }
        return null;
    }

    /** Bytes of all, as stored. */
    long bytes() {
        return opened.stream().mapToLong(manifest -> manifest.file().size()).sum();
    }

    private static Opened object(String name, ObjectSource store) throws UnreadableInput {
        try {
            S3Uri uri = S3Uri.parse(name);
            ObjectStore.StoredObject object = store.head(uri).orElse(null);
            if (object == null) {
                throw new UnreadableInput(name, "there is no such object", "check bucket and key");
            }
            ByteSource source = ByteSource.of(store, uri, object.eTag());
            return new Opened(new ManifestFile(name, object.eTag(), object.size()), source, isGzip(name, source.open(0, 2)));
        } catch (IllegalArgumentException e) {
            throw new UnreadableInput(name, e.getMessage(), "write s3://bucket/key");
        } catch (IOException e) {
            throw new UnreadableInput(name, e.getMessage(), "check credentials, region and that you may read the object");
        }
    }

    private Opened standardInput(InputStream in) throws UnreadableInput {
        try {
            standardInput = Files.createTempFile("truepipe-", ".manifest");
            standardInput.toFile().deleteOnExit();
            try (OutputStream copy = Files.newOutputStream(standardInput)) {
                in.transferTo(copy);
            }
        } catch (IOException e) {
            throw new UnreadableInput("-", "standard input could not be kept: " + e.getMessage(), "free some space in the temporary folder");
        }
        return file("-", standardInput.toString());
    }

    private static Opened file(String name, String place) throws UnreadableInput {
        try {
            Path path = Path.of(place);
            if (Files.isDirectory(path)) {
                throw new UnreadableInput(name, "is a directory", "name the manifests in it, for example " + name.replaceAll("/+$", "") + "/*.manifest");
            }
            if (!Files.exists(path)) {
                throw new UnreadableInput(name, "there is no such file", "check the name");
            }
            if (!Files.isRegularFile(path)) {
                throw new UnreadableInput(name, "is not a regular file", "pipe it in instead, and name it -");
            }
            boolean gzip = isGzip(name, Files.newInputStream(path));
            return new Opened(new ManifestFile(name, null, Files.size(path)), ByteSource.of(path), gzip);
        } catch (AccessDeniedException e) {
            throw new UnreadableInput(name, "may not be read", "change its permissions, or run as its owner");
        } catch (InvalidPathException | IOException e) {
            throw new UnreadableInput(name, "cannot be read: " + (e instanceof IOException io ? UnreadableInput.words(io) : e.getMessage()), "check the file");
        }
    }

    /** Whether it is compressed, by its first bytes; a name that says otherwise is refused. */
    private static boolean isGzip(String name, InputStream start) throws IOException, UnreadableInput {
        byte[] head;
        try (start) {
            head = start.readNBytes(2);
        }
        boolean gzip = head.length == 2 && head[0] == 0x1f && head[1] == (byte) 0x8b;
        if (name.endsWith(".gz") && head.length > 0 && !gzip) {
            throw new UnreadableInput(name, "is not gzip, though its name says so", "rename or compress it");
        }
        return gzip;
    }

    /** A source that tells how many bytes were taken from it. */
    static ByteSource counted(ByteSource source, LongConsumer taken) {
        return (from, to) -> new java.io.FilterInputStream(source.open(from, to)) {
            @Override
            public int read() throws IOException {
                int value = super.read();
                if (value >= 0) {
                    taken.accept(1);
                }
                return value;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                if (count > 0) {
                    taken.accept(count);
                }
                return count;
            }
        };
    }

    @Override
    public void close() {
        if (standardInput != null) {
            try {
                Files.deleteIfExists(standardInput);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("temporary copy of standard input", e);
            }
        }
    }
}

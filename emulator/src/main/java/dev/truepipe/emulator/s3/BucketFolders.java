package dev.truepipe.emulator.s3;

import dev.truepipe.storage.ObjectSource;
import dev.truepipe.storage.ObjectStore.ByteRange;
import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.ObjectUnreadableException;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A folder read as S3: the object {@code s3://bucket/key} is the file {@code bucket/key} in it. Links are followed; keys that no
 * path can stand for ({@code a//b}, {@code a/../b}) name nothing. An ETag changes with a file's size, time or identity.
 *
 * <p>Streams are {@link ReadableByteChannel}s too, so that bytes can be read into memory outside the heap. A file that is
 * rewritten in place while it is read fails the read; one that is replaced by renaming is read as it was.
 */
public final class BucketFolders implements ObjectSource {
    private final Path folder;

    /** @param folder holds a folder for each bucket */
    public BucketFolders(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    @Override
    public Optional<StoredObject> head(S3Uri uri) throws IOException {
        Path file = file(uri);
        if (file == null) {
            return Optional.empty();
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.isRegularFile() ? Optional.of(stored(uri, attributes)) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed(uri, file, e);
        }
    }

    @Override
    public InputStream open(S3Uri uri, ByteRange range, String ifMatch) throws IOException {
        StoredObject object = head(uri).orElseThrow(() -> new ObjectMissingException(uri));
        Path file = file(uri);
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                // Asked again now that it is open: between the two it may have been replaced.
                if (ifMatch != null && !ifMatch.equals(head(uri).map(StoredObject::eTag).orElse(null))) {
                    throw new PreconditionFailedException(uri);
                }
                long size = channel.size();
                long from = range == null ? 0 : Math.min(range.from(), size);
                channel.position(from);
                return new FileStream(uri, file, object.eTag(), channel, (range == null ? size : Math.min(range.to(), size)) - from);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (PreconditionFailedException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new ObjectMissingException(uri);
        } catch (IOException e) {
            throw failed(uri, file, e);
        }
    }

    /** The file that stands for an object; {@code null} if none can. */
    private Path file(S3Uri uri) {
        try {
            Path file = folder.resolve(uri.bucket()).resolve(uri.key());
            return file.normalize().equals(file) && (folder + "/" + uri.bucket() + "/" + uri.key()).equals(file.toString()) ? file : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private static StoredObject stored(S3Uri uri, BasicFileAttributes attributes) {
        String eTag = Long.toHexString(attributes.size()) + "-" + Long.toHexString(attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS))
                + "-" + Integer.toHexString(Objects.hashCode(attributes.fileKey()));
        return new StoredObject(uri, attributes.size(), eTag, attributes.lastModifiedTime().toInstant());
    }

    private static IOException failed(S3Uri uri, Path file, IOException e) {
        return e instanceof AccessDeniedException
                ? new ObjectUnreadableException("cannot read " + uri + ": its file may not be read (" + file + ")", "may not be read: its file's permissions", e)
                : new IOException("cannot read " + uri + ": " + e.getMessage() + " (" + file + ")", e);
    }

    /** A file, or a part of it. */
    private final class FileStream extends InputStream implements ReadableByteChannel {
        private final S3Uri uri;
        private final Path file;
        private final String eTag;
        private final FileChannel channel;
        private long left;

        FileStream(S3Uri uri, Path file, String eTag, FileChannel channel, long left) {
            this.uri = uri;
            this.file = file;
            this.eTag = eTag;
            this.channel = channel;
            this.left = left;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            if (left == 0) {
                requireUnchanged();
                return -1;
            }
            int limit = into.limit();
            into.limit((int) Math.min(limit, into.position() + left));
            int some = channel.read(into);
            into.limit(limit);
            if (some < 0) {
                throw changed();
            }
            left -= some;
            return some;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return length == 0 ? 0 : read(ByteBuffer.wrap(into, offset, length));
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }

        /** A file that was replaced by another is fine: what was read is the one that was opened. */
        private void requireUnchanged() throws IOException {
            Optional<StoredObject> now = head(uri);
            if (now.isPresent() && !now.get().eTag().equals(eTag) && identity(now.get().eTag()).equals(identity(eTag))) {
                throw changed();
            }
        }

        private static String identity(String eTag) {
            return eTag.substring(eTag.lastIndexOf('-'));
        }

        private IOException changed() {
            return new IOException("cannot read " + uri + ": its file was written to while it was read (" + file + ")");
        }
    }
}

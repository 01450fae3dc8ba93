package dev.truepipe.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The port to S3, in the words this house needs: conditional reads and writes, ranges, listing, and putting large
 * objects together from parts without moving their bytes.
 *
 * <p>Every adapter passes {@code ObjectStoreContract}. Failures that a caller decides on have a type of their own
 * ({@link ObjectMissingException}, {@link PreconditionFailedException}); any other is an {@link IOException} whose
 * message names the object and keeps the store's own words.
 */
public interface ObjectStore extends ObjectSource {

    /**
     * Stores an object in one request.
     *
     * @return the new ETag, without quotes
     * @throws PreconditionFailedException if {@code condition} does not hold; nothing has been written
     */
    String put(S3Uri uri, byte[] body, Condition condition) throws IOException;

    /**
     * Starts an object of unknown size. Memory is bounded by one part (8 MiB), whatever is written.
     * The object appears when {@link ObjectUpload#complete()} returns; closing without it leaves nothing behind.
     */
    ObjectUpload upload(S3Uri uri) throws IOException;

    /**
     * Puts {@code parts} together, in order, as one object. Parts of 5 MiB and more are copied by the store itself;
     * smaller neighbours are read and sent together; a result under 64 MiB is one plain put. A target that is there already
     * stays as it is.
     *
     * @return whether the target was written; {@code false} if it was there
     * @throws PreconditionFailedException if a part no longer has the ETag given for it
     */
    boolean assemble(S3Uri target, List<StoredObject> parts) throws IOException;

    /**
     * Lists one level below a prefix, all pages.
     *
     * @param delimiter whether keys are grouped at {@code /}; without it everything below the prefix is listed
     */
    Listing list(S3Uri prefix, boolean delimiter) throws IOException;

    /** Removes an object; removing what is not there is fine. */
    void delete(S3Uri uri) throws IOException;

    /** @param eTag without quotes; changes whenever the content changes */
    record StoredObject(S3Uri uri, long size, String eTag, Instant lastModified) {}

    /** An object that is being read. @param object the very version that {@code content} is of
     *  @param content all of it; close it early to give the rest up */
    record OpenedObject(StoredObject object, InputStream content) {}

    /** @param objects in key order
     *  @param prefixes the groups below the prefix, each ending in {@code /}; empty without a delimiter */
    record Listing(List<StoredObject> objects, List<S3Uri> prefixes) {
        public Listing {
            objects = List.copyOf(objects);
            prefixes = List.copyOf(prefixes);
        }
    }

    /** @param from first byte, from 0
     *  @param to first byte not read; greater than {@code from} */
    record ByteRange(long from, long to) {
        public ByteRange {
            if (from < 0 || to <= from) {
                throw new IllegalArgumentException("not a byte range: " + from + " to " + to);
            }
        }
    }

    /** What must be true of an object for a put to happen. */
    sealed interface Condition {
        /** Always write. */
        record Always() implements Condition {}

        /** Only if no object has this key ({@code If-None-Match: *}). */
        record Absent() implements Condition {}

        /** Only if the object still has this ETag ({@code If-Match}). */
        record Unchanged(String eTag) implements Condition {}

        Condition ALWAYS = new Always();
        Condition ABSENT = new Absent();

        /** Only if the object still is what was found of it, or still is not there. */
        static Condition still(Optional<StoredObject> found) {
            return found.<Condition>map(object -> new Unchanged(object.eTag())).orElse(ABSENT);
        }
    }

    /** An object being written; see {@link #upload}. */
    abstract class ObjectUpload extends OutputStream {
        /** Makes the object appear. @return what was stored */
        public abstract StoredObject complete() throws IOException;

        /** Gives the upload up, unless it was completed. */
        @Override
        public abstract void close() throws IOException;
    }

    /** There is no such object. */
    final class ObjectMissingException extends IOException {
        public ObjectMissingException(S3Uri uri) {
            super("no object at " + uri);
        }
    }

    /** Whoever asks may not read the object. */
    final class ObjectUnreadableException extends IOException {
        private final String why;

        /**
         * @param message names the object and keeps the store's own words
         * @param why goes on after the object's name, the same for all objects of the same fault
         */
        public ObjectUnreadableException(String message, String why, Throwable cause) {
            super(message, cause);
            this.why = why;
        }

        /** Such as {@code may not be read (S3 answers 403, forbidden)}. */
        public String why() {
            return why;
        }
    }

    /** The object is not, or no longer, the one the caller meant. */
    final class PreconditionFailedException extends IOException {
        public PreconditionFailedException(S3Uri uri) {
            super(uri + " has changed, or exists already");
        }
    }
}

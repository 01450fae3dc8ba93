package dev.truepipe.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The reading side of {@link ObjectStore}, for those who only read single objects. */
public interface ObjectSource {
    /** Versions of an object tried when it is replaced between looking at it and opening it. */
    int TRIES = 3;

    /**
     * Size, ETag and time of last change; empty if there is no such object. May be asked by many threads.
     *
     * @throws ObjectStore.ObjectUnreadableException if the store does not let the object be read, whether it is there or not
     */
    Optional<ObjectStore.StoredObject> head(S3Uri uri) throws IOException;

    /**
     * Opens an object, or a part of it. Close the stream early to give the rest up.
     *
     * @param range bytes to read, clipped at the object's end; a range that starts at or past the end reads nothing.
     *     {@code null} reads everything
     * @param ifMatch the ETag the object must still have, or {@code null}
     * @throws ObjectStore.ObjectMissingException if there is no such object
     * @throws ObjectStore.ObjectUnreadableException if the store does not let the object be read
     * @throws ObjectStore.PreconditionFailedException if the object's ETag is not {@code ifMatch}
     */
    InputStream open(S3Uri uri, ObjectStore.ByteRange range, String ifMatch) throws IOException;

    /**
     * Opens an object and tells which version of it that is, so that the rest can be asked for if the connection breaks. A store that tells both in
     * one answer does so; otherwise it is looked at first, and again if it is replaced just then.
     *
     * @throws ObjectStore.ObjectMissingException if there is no such object
     * @throws ObjectStore.ObjectUnreadableException if the store does not let the object be read
     * @throws ObjectStore.PreconditionFailedException if it was replaced each of {@value #TRIES} times
     */
    default ObjectStore.OpenedObject open(S3Uri uri) throws IOException {
        for (int left = TRIES; ; left--) {
            ObjectStore.StoredObject object = head(uri).orElseThrow(() -> new ObjectStore.ObjectMissingException(uri));
            try {
                return new ObjectStore.OpenedObject(object, open(uri, null, object.eTag()));
            } catch (ObjectStore.PreconditionFailedException e) {
                if (left == 1) {
                    throw e;
                }
            }
        }
    }
}

package dev.truepipe.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The reading side of {@link ObjectStore}, for those who only read single objects. */
public interface ObjectSource {

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
     * @throws ObjectStore.PreconditionFailedException if the object's ETag is not {@code ifMatch}
     */
    InputStream open(S3Uri uri, ObjectStore.ByteRange range, String ifMatch) throws IOException;
}

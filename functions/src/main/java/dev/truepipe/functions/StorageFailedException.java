package dev.truepipe.functions;

import java.io.IOException;

/** S3 could not be read or written. The state machine tries again; the message keeps S3's own words. */
public final class StorageFailedException extends RuntimeException {
    StorageFailedException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}

package dev.truepipe.emulator.s3;

/**
 * One call that reached the embedded S3.
 *
 * @param key the object's key, or a listing's prefix
 */
public record S3Call(Operation operation, String bucket, String key) {
    /** What was asked; a part is told from a whole object. */
    public enum Operation {
        GET,
        HEAD,
        PUT,
        COPY,
        DELETE,
        LIST,
        UPLOAD_PART,
        COMPLETE_UPLOAD
    }
}

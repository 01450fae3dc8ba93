package dev.truepipe.storage;

/**
 * Address of one object, {@code s3://bucket/key}.
 *
 * <p>Not a {@link java.net.URI}: keys in real manifests hold spaces, colons, Hangul and even zero-width spaces, raw and
 * not URL-encoded, so the address is cut at the first {@code /} after the bucket and never decoded.
 *
 * @param bucket bucket name, not empty
 * @param key key exactly as S3 stores it; empty for a bucket's root
 */
public record S3Uri(String bucket, String key) implements Comparable<S3Uri> {
    private static final String SCHEME = "s3://";

    public S3Uri {
        if (bucket.isEmpty() || bucket.indexOf('/') >= 0) {
            throw new IllegalArgumentException("not a bucket name: \"" + bucket + "\"");
        }
    }

    /**
     * Reads {@code s3://bucket/key}; {@code s3://bucket} means the bucket's root.
     *
     * @throws IllegalArgumentException if the text does not begin with {@code s3://} and a bucket name
     */
    public static S3Uri parse(String text) {
        if (!text.startsWith(SCHEME)) {
            throw new IllegalArgumentException("not an S3 URI (s3://bucket/key): \"" + text + "\"");
        }
        int slash = text.indexOf('/', SCHEME.length());
        return slash < 0
                ? new S3Uri(text.substring(SCHEME.length()), "")
                : new S3Uri(text.substring(SCHEME.length(), slash), text.substring(slash + 1));
    }

    /** The object whose key is this key followed by {@code suffix}; no slash is added. */
    public S3Uri resolve(String suffix) {
        return new S3Uri(bucket, key + suffix);
    }

    /** Whether {@code other} lies under this address, taken as a prefix. */
    public boolean isPrefixOf(S3Uri other) {
        return bucket.equals(other.bucket) && other.key.startsWith(key);
    }

    /** By bucket, then key, in UTF-16 order: the order in which manifests are processed. */
    @Override
    public int compareTo(S3Uri other) {
        int byBucket = bucket.compareTo(other.bucket);
        return byBucket != 0 ? byBucket : key.compareTo(other.key);
    }

    @Override
    public String toString() {
        return SCHEME + bucket + "/" + key;
    }
}

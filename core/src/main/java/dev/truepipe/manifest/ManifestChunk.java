package dev.truepipe.manifest;

/**
 * A byte range of one manifest. The lines that <em>start</em> in it belong to it.
 *
 * @param index among all chunks of all manifests, from 0
 * @param manifestIndex among the manifests in processing order, from 0
 * @param manifest URI or path, as findings name it
 * @param from first byte
 * @param to first byte after the range; {@link ByteSource#END} for "to the end"
 * @param gzip the manifest is compressed: it is one chunk, {@code from} and {@code to} are ignored, and every offset counts
 *     decompressed bytes
 */
public record ManifestChunk(int index, int manifestIndex, String manifest, long from, long to, boolean gzip) {
    public ManifestChunk {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("not a byte range: " + from + " to " + to);
        }
    }

    /** A manifest as one chunk. */
    public static ManifestChunk whole(int index, String manifest, boolean gzip) {
        return new ManifestChunk(index, index, manifest, 0, ByteSource.END, gzip);
    }
}

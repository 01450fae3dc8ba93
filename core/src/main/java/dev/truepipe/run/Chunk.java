package dev.truepipe.run;

import dev.truepipe.manifest.ManifestChunk;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A byte range of one manifest: whoever works on it takes the lines that start in it.
 *
 * @param index from 0, in the order of manifests and bytes
 * @param manifest the object
 * @param manifestIndex its place among the plan's manifests, from 0
 * @param eTag what the object must still have
 * @param from first byte
 * @param to first byte not in the range; equal to {@code from} only for an empty manifest
 * @param gzip whether the object is compressed; then the range is the whole object
 */
public record Chunk(int index, S3Uri manifest, int manifestIndex, String eTag, long from, long to, boolean gzip) {
    /** Items a plan has at most: the history of a Distributed Map and its listing stay small. */
    public static final int MOST = 4_000;
    /** Bytes of a chunk at least, 64 MiB, so that starting a function costs less than its work. */
    static final long LEAST_BYTES = 64L << 20;

    /** A manifest as pinned. @param gzip whether its content is compressed */
    public record Pinned(StoredObject object, boolean gzip) {}

    /**
     * Cuts manifests into at most {@value #MOST} chunks of 64 MiB or more (the last of each manifest may be smaller).
     *
     * @throws IllegalArgumentException if there are more manifests than that
     */
    static List<Chunk> cut(List<Pinned> manifests) {
        if (manifests.size() > MOST) {
            throw new IllegalArgumentException(manifests.size() + " manifests are more than one run can read (" + MOST
                    + "); put them together, or split the dataset in two");
        }
        long total = manifests.stream().mapToLong(manifest -> manifest.object().size()).sum();
        long bytes = Math.max(LEAST_BYTES, ceiling(total, MOST));
        while (count(manifests, bytes) > MOST) {
            bytes += ceiling(bytes, 8);
        }
        List<Chunk> chunks = new ArrayList<>();
        for (int m = 0; m < manifests.size(); m++) {
            StoredObject object = manifests.get(m).object();
            boolean gzip = manifests.get(m).gzip();
            long from = 0;
            do {
                long to = gzip ? object.size() : Math.min(object.size(), from + bytes);
                chunks.add(new Chunk(chunks.size(), object.uri(), m, object.eTag(), from, to, gzip));
                from = to;
            } while (from < object.size());
        }
        return chunks;
    }

    private static long count(List<Pinned> manifests, long bytes) {
        return manifests.stream()
                .mapToLong(manifest -> manifest.gzip() ? 1 : Math.max(1, ceiling(manifest.object().size(), bytes)))
                .sum();
    }

    private static long ceiling(long value, long by) {
        return (value + by - 1) / by;
    }

    /** The range in the words of those who read manifests. */
    ManifestChunk range() {
        return new ManifestChunk(index, manifestIndex, manifest.toString(), from, to, gzip);
    }

    /** One item of {@code chunks.json}. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("index", (long) index);
        json.put("manifest", manifest.toString());
        json.put("manifestIndex", (long) manifestIndex);
        json.put("eTag", eTag);
        json.put("from", from);
        json.put("to", to);
        json.put("gzip", gzip);
        return json;
    }

    /** Reads what {@link #toJson} wrote. */
    public static Chunk fromJson(Map<String, Object> json) {
        return new Chunk(
                Math.toIntExact(Fields.whole(json, "index")),
                S3Uri.parse(Fields.text(json, "manifest")),
                Math.toIntExact(Fields.whole(json, "manifestIndex")),
                Fields.text(json, "eTag"),
                Fields.whole(json, "from"),
                Fields.whole(json, "to"),
                Fields.truth(json, "gzip"));
    }
}

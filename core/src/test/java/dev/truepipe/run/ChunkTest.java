package dev.truepipe.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.json.Json;
import dev.truepipe.run.Chunk.Pinned;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkTest {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    @ParameterizedTest
    @CsvSource({
        "0, 1",
        "1, 1",
        "67108864, 1",
        "67108865, 2",
        "134217728, 2",
        "1073741824, 16",
        // 4,000 chunks of 64 MiB are 250 GiB; beyond, chunks grow.
        "268435456000, 4000",
        "268435456001, 4000",
        "1099511627776, 4000",
    })
    void cutsOneManifest(long bytes, int expected) {
        assertEquals(expected, Chunk.cut(List.of(pinned(0, bytes, false))).size());
    }

    @Test
    void coversEveryByteOnceInOrder() {
        List<Pinned> manifests =
                List.of(pinned(0, 200 * MIB + 7, false), pinned(1, 0, false), pinned(2, 64 * MIB, false), pinned(3, 300 * MIB, true));
        List<Chunk> chunks = Chunk.cut(manifests);

        int index = 0;
        for (int m = 0; m < manifests.size(); m++) {
            long at = 0;
            for (Chunk chunk : ofManifest(chunks, m)) {
                assertEquals(index++, chunk.index());
                assertEquals(at, chunk.from());
                assertEquals(manifests.get(m).object().uri(), chunk.manifest());
                assertEquals(manifests.get(m).object().eTag(), chunk.eTag());
                at = chunk.to();
            }
            assertEquals(manifests.get(m).object().size(), at);
        }
        assertEquals(chunks.size(), index);
        assertEquals(1, ofManifest(chunks, 1).size(), "an empty manifest is somebody's chunk too");
        assertEquals(1, ofManifest(chunks, 3).size(), "a compressed manifest cannot be cut");
    }

    @Test
    void staysWithinFourThousandWhateverTheManifestsAre() {
        List<Pinned> manifests = new ArrayList<>(Collections.nCopies(3_500, pinned(0, 65 * MIB, false)));
        assertTrue(Chunk.cut(manifests).size() <= Chunk.MOST);
        manifests.add(pinned(0, 900 * GIB, false));
        assertTrue(Chunk.cut(manifests).size() <= Chunk.MOST);

        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> Chunk.cut(Collections.nCopies(4_001, pinned(0, 1, false))));
        assertTrue(refused.getMessage().startsWith("4001 manifests"), refused.getMessage());
    }

    @Test
    void travelsAsJson() throws IOException {
        Chunk chunk = Chunk.cut(List.of(pinned(0, 5, true))).getFirst();

        assertEquals(chunk, Chunk.fromJson(Json.parseObject(Json.bytes(chunk.toJson()))));
    }

    private static List<Chunk> ofManifest(List<Chunk> chunks, int manifest) {
        return chunks.stream().filter(chunk -> chunk.manifestIndex() == manifest).toList();
    }

    private static Pinned pinned(int index, long bytes, boolean gzip) {
        S3Uri uri = new S3Uri("labels", "m" + index);
        return new Pinned(new StoredObject(uri, bytes, "etag" + index, Instant.EPOCH), gzip);
    }
}

package dev.truepipe.importing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of classes that lie in S3 already. */
class FoldersInS3Test {
    private static InMemoryObjectStore store(String... uris) throws IOException {
        InMemoryObjectStore store = new InMemoryObjectStore(() -> Imported.DATE);
        for (String uri : uris) {
            store.put(S3Uri.parse(uri), new byte[] {1}, ObjectStore.Condition.ALWAYS);
        }
        return store;
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://fruit/photos", "s3://fruit/photos/"})
    void objectsKeepTheirAddressesAndTheirDates(String folder) throws IOException {
        InMemoryObjectStore store = store("s3://fruit/photos/unripe/2.jpg", "s3://fruit/photos/ripe/a b.png", "s3://fruit/photos/ripe/", "s3://fruit/photos-of-dogs/dog/1.jpg", "s3://fruit/photos/stray.jpg");
        Imported imported = Imported.of(FolderReader.of(store, S3Uri.parse(folder)), new ObjectUris(null, Map.of()));
        List<String> lines = imported.manifest().lines().toList();
        assertEquals(2, lines.size());
        assertTrue(lines.getFirst().startsWith("{\"source-ref\":\"s3://fruit/photos/ripe/a b.png\",\"cars\":0,") && lines.getFirst().contains("\"creation-date\":\"2025-01-02T03:04:05.678000\""), lines::toString);
        assertTrue(lines.getLast().startsWith("{\"source-ref\":\"s3://fruit/photos/unripe/2.jpg\",\"cars\":1,"), lines::toString);
        assertEquals(List.of(ImportCode.LABEL_ABSENT), imported.findings().stream().map(ImportFinding::code).toList());
    }

    @Test
    void aBucketWithoutImagesGivesNothing() throws IOException {
        Imported imported = Imported.of(FolderReader.of(store(), S3Uri.parse("s3://empty")), new ObjectUris(null, Map.of()));
        assertEquals(0, imported.report().written());
    }
}

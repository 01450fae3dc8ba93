package dev.truepipe.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.truepipe.importing.ImportFormat;
import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.Listing;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelPlacesTest {
    private static final S3Uri FOLDER = S3Uri.parse("s3://labels/street/");

    @ParameterizedTest
    @CsvSource({
        "street/job-1/manifests/output/output.manifest, true",
        "street/manifests/output/output.manifest, true",
        "street/2026/may/job 2/manifests/output/output.manifest, true",
        "street/job-1/manifests/intermediate/3/output.manifest, false",
        "street/job-1/manifests/intermediate/manifests/output/output.manifest, false",
        "street/job-1/mymanifests/output/output.manifest, false",
        "street/job-1/annotations/manifests/output/output.manifest, false",
        "street/job-1/temp/manifests/output/output.manifest, false",
        "street/job-1/manifests/output/output.manifest.bak, false",
        "streets/job-1/manifests/output/output.manifest, false",
        "job-1/manifests/output/output.manifest, false",
    })
    void coversOutputManifestsOnly(String key, boolean covered) throws IOException {
        S3Uri uri = new S3Uri("labels", key);
        LabelPlaces places = new LabelPlaces(FOLDER, null);
        assertEquals(covered, places.covers(uri));

        InMemoryObjectStore store = new InMemoryObjectStore();
        store.put(uri, new byte[] {1}, Condition.ALWAYS);
        assertEquals(covered ? List.of(uri) : List.of(), uris(places.find(store, Set.of())), "what is covered is what is found");
    }

    @Test
    void findsManifestsInTheOrderTheyAreProcessed() throws IOException {
        InMemoryObjectStore store = new InMemoryObjectStore();
        for (String job : List.of("b", "a b", "a", "c/deep")) {
            store.put(FOLDER.resolve(job + "/manifests/output/output.manifest"), new byte[] {1}, Condition.ALWAYS);
        }

        List<S3Uri> found = uris(new LabelPlaces(FOLDER, null).find(store, Set.of()));
        assertEquals(4, found.size());
        assertEquals(found.stream().sorted().toList(), found);
        assertEquals(4, new LabelPlaces(S3Uri.parse("s3://labels/"), null).find(store, Set.of()).size(), "a bucket's root is a folder");
    }

    @Test
    void neverListsWhatALabelingJobKeepsBesideItsManifest() throws IOException {
        InMemoryObjectStore store = new InMemoryObjectStore();
        S3Uri job = FOLDER.resolve("job/");
        for (String key : List.of(
                "manifests/output/output.manifest",
                "manifests/intermediate/1/output.manifest",
                "annotations/worker-response/iteration-1/0/x.json",
                "annotation-tool/ui.html",
                "temp/a",
                "activelearning/a",
                "inference/a",
                "training/a")) {
            store.put(job.resolve(key), new byte[] {1}, Condition.ALWAYS);
        }
        List<S3Uri> listed = new ArrayList<>();

        assertEquals(1, new LabelPlaces(FOLDER, null).find(recording(store, listed), Set.of()).size());
        assertEquals(
                List.of(FOLDER, job, job.resolve("manifests/"), job.resolve("manifests/output/")),
                listed.stream().sorted().toList());
    }

    @Test
    void takesOneManifestByItsWholeKey() throws IOException {
        S3Uri one = S3Uri.parse("s3://labels/mine.jsonl");
        InMemoryObjectStore store = new InMemoryObjectStore();
        assertEquals(List.of(), new LabelPlaces(one, null).find(store, Set.of()));
        store.put(one, new byte[] {1}, Condition.ALWAYS);
        store.put(one.resolve(".bak"), new byte[] {1}, Condition.ALWAYS);

        assertEquals(List.of(one), uris(new LabelPlaces(one, null).find(store, Set.of())));
    }

    @ParameterizedTest
    @CsvSource({
        "LABEL_STUDIO, street/project-1.json, true",
        "LABEL_STUDIO, street/annotations/deep er/project-1.json, true",
        "COCO, street/annotations/instances.json, true",
        "CVAT, street/annotations.xml, true",
        "CSV, street/boxes.csv, true",
        "CVAT, street/annotations.json, false",
        "LABEL_STUDIO, street/project-1.json.bak, false",
        "LABEL_STUDIO, street/PROJECT.JSON, false",
        "LABEL_STUDIO, street/job/manifests/output/output.manifest, false",
        "LABEL_STUDIO, streets/project-1.json, false",
    })
    void coversEveryExportOfTheFormat(ImportFormat format, String key, boolean covered) throws IOException {
        S3Uri uri = new S3Uri("labels", key);
        LabelPlaces places = new LabelPlaces(FOLDER, format);
        assertEquals(covered, places.covers(uri));

        InMemoryObjectStore store = new InMemoryObjectStore();
        store.put(uri, new byte[] {1}, Condition.ALWAYS);
        assertEquals(covered ? List.of(uri) : List.of(), uris(places.find(store, Set.of())), "what is covered is what is found");
    }

    /** An export holds its whole project: an older one beside it would bring back labels that are gone. */
    @Test
    void ofTheExportsOfProjectsInOneFolderTheNewestCounts() throws IOException {
        Instant[] now = {Instant.parse("2026-05-01T00:00:00Z")};
        InMemoryObjectStore store = new InMemoryObjectStore(() -> now[0]);
        LabelPlaces places = new LabelPlaces(FOLDER, ImportFormat.LABEL_STUDIO);
        S3Uri newest = FOLDER.resolve("a/1.json");
        store.put(FOLDER.resolve("a/2.json"), new byte[] {1}, Condition.ALWAYS);
        store.put(FOLDER.resolve("b/1.json"), new byte[] {1}, Condition.ALWAYS);
        store.put(FOLDER.resolve("b/2.json"), new byte[] {1}, Condition.ALWAYS);
        now[0] = now[0].plusSeconds(1);
        store.put(newest, new byte[] {1}, Condition.ALWAYS);
        S3Uri classes = FOLDER.resolve("a/classes.json");
        store.put(classes, new byte[] {1}, Condition.ALWAYS);

        assertEquals(List.of(newest, FOLDER.resolve("b/2.json")), uris(places.find(store, Set.of(classes))),
                "the later name where the times are equal; what is something else is not looked at");
        assertEquals(List.of(newest), uris(new LabelPlaces(newest, ImportFormat.LABEL_STUDIO).find(store, Set.of())), "by its whole key");
        assertEquals(4, new LabelPlaces(FOLDER, ImportFormat.COCO).find(store, Set.of(classes)).size(), "parts of a dataset lie side by side");
    }

    @Test
    void refusesFormatsWhoseExportsAreNotOneFile() {
        for (ImportFormat format : List.of(ImportFormat.YOLO, ImportFormat.FOLDERS, ImportFormat.FILE_MODE, ImportFormat.MANIFEST)) {
            assertThrows(IllegalArgumentException.class, () -> new LabelPlaces(FOLDER, format), format.word());
        }
    }

    private static ObjectStore recording(ObjectStore store, List<S3Uri> listed) {
        return (ObjectStore) Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (proxy, method, arguments) -> {
                    if (method.getReturnType() == Listing.class) {
                        listed.add((S3Uri) arguments[0]);
                    }
                    return method.invoke(store, arguments);
                });
    }

    private static List<S3Uri> uris(List<StoredObject> objects) {
        return objects.stream().map(StoredObject::uri).toList();
    }
}

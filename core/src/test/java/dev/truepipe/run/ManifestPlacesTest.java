package dev.truepipe.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.Listing;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestPlacesTest {
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
        ManifestPlaces places = new ManifestPlaces(FOLDER);
        assertEquals(covered, places.covers(uri));

        InMemoryObjectStore store = new InMemoryObjectStore();
        store.put(uri, new byte[] {1}, Condition.ALWAYS);
        assertEquals(covered ? List.of(uri) : List.of(), uris(places.find(store)), "what is covered is what is found");
    }

    @Test
    void findsManifestsInTheOrderTheyAreProcessed() throws IOException {
        InMemoryObjectStore store = new InMemoryObjectStore();
        for (String job : List.of("b", "a b", "a", "c/deep")) {
            store.put(FOLDER.resolve(job + "/manifests/output/output.manifest"), new byte[] {1}, Condition.ALWAYS);
        }

        List<S3Uri> found = uris(new ManifestPlaces(FOLDER).find(store));
        assertEquals(4, found.size());
        assertEquals(found.stream().sorted().toList(), found);
        assertEquals(4, new ManifestPlaces(S3Uri.parse("s3://labels/")).find(store).size(), "a bucket's root is a folder");
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

        assertEquals(1, new ManifestPlaces(FOLDER).find(recording(store, listed)).size());
        assertEquals(
                List.of(FOLDER, job, job.resolve("manifests/"), job.resolve("manifests/output/")),
                listed.stream().sorted().toList());
    }

    @Test
    void takesOneManifestByItsWholeKey() throws IOException {
        S3Uri one = S3Uri.parse("s3://labels/mine.jsonl");
        InMemoryObjectStore store = new InMemoryObjectStore();
        assertEquals(List.of(), new ManifestPlaces(one).find(store));
        store.put(one, new byte[] {1}, Condition.ALWAYS);
        store.put(one.resolve(".bak"), new byte[] {1}, Condition.ALWAYS);

        assertEquals(List.of(one), uris(new ManifestPlaces(one).find(store)));
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

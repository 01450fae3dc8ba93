package dev.truepipe.run;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.UnreadableObjects;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.ObjectUnreadableException;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run remembers of the objects that it could not read, so that a later one on the same manifests and settings can tell whether to look again:
 * a JSON list of at most {@value #MOST} addresses for each chunk that had any. Expires with the run.
 */
final class MissedObjects {
    /** Asked for again at most, of a chunk and of a run. */
    static final int MOST = 100;

    private MissedObjects() {}

    static void write(ObjectStore store, RunFolder run, int chunk, UnreadableObjects unreadable) throws IOException {
        store.put(run.missed(chunk), Json.bytes(unreadable.first(MOST).stream().map(S3Uri::toString).toList()), Condition.ALWAYS);
    }

    /** The chunk has missed none. An earlier attempt at it may have: what that left would have the next run do all again for nothing. */
    static void forget(ObjectStore store, RunFolder run, int chunk) throws IOException {
        S3Uri list = run.missed(chunk);
        if (store.head(list).isPresent()) {
            store.put(list, Json.bytes(List.of()), Condition.ALWAYS);
        }
    }

    /** One that can be read by now; {@code null} if none can, none was missed, or the run has expired. */
    static S3Uri backAgain(ObjectStore store, RunFolder run) throws IOException {
        for (S3Uri object : read(store, run)) {
            try {
                if (store.head(object).isPresent()) {
                    return object;
                }
            } catch (ObjectUnreadableException still) {
                continue;
            }
        }
        return null;
    }

    private static List<S3Uri> read(ObjectStore store, RunFolder run) throws IOException {
        List<S3Uri> objects = new ArrayList<>();
        for (StoredObject list : store.list(run.missed(), true).objects()) {
            if (objects.size() >= MOST) {
                break;
            }
            try {
                Json.array(StoredJson.read(store, list.uri())).stream().map(uri -> S3Uri.parse((String) uri)).limit(MOST - objects.size()).forEach(objects::add);
            } catch (ObjectMissingException expired) {
                continue;
            }
        }
        return objects;
    }
}

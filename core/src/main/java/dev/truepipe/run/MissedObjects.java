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
import java.io.InputStream;
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
        S3Uri first = run.missed(0);
        S3Uri folder = new S3Uri(first.bucket(), first.key().substring(0, first.key().length() - 1));
        List<S3Uri> objects = new ArrayList<>();
        for (StoredObject list : store.list(folder, true).objects()) {
            if (objects.size() >= MOST) {
                break;
            }
            try (InputStream in = store.open(list.uri(), null, null)) {
                Json.array(Json.parse(in.readAllBytes())).stream().map(uri -> S3Uri.parse((String) uri)).limit(MOST - objects.size()).forEach(objects::add);
            } catch (ObjectMissingException expired) {
                continue;
            }
        }
        return objects;
    }
}

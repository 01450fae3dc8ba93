package dev.truepipe.run;

import dev.truepipe.json.Json;
import dev.truepipe.storage.ObjectSource;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** Small objects that hold one JSON document. */
final class StoredJson {
    private StoredJson() {}

    /** @throws IOException as {@link ObjectSource#open} does, or if it is no JSON */
    static Object read(ObjectSource store, S3Uri uri) throws IOException {
        try (InputStream in = store.open(uri, null, null)) {
            return Json.parse(in.readAllBytes());
        }
    }

    static Map<String, Object> readObject(ObjectSource store, S3Uri uri) throws IOException {
        return readObject(store, uri, null);
    }

    /** @param ifMatch the ETag it must still have, or {@code null} */
    static Map<String, Object> readObject(ObjectSource store, S3Uri uri, String ifMatch) throws IOException {
        try (InputStream in = store.open(uri, null, ifMatch)) {
            return Json.parseObject(in.readAllBytes());
        }
    }
}

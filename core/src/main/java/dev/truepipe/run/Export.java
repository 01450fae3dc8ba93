package dev.truepipe.run;

import dev.truepipe.importing.Importer;
import dev.truepipe.json.Json;
import dev.truepipe.split.Sha256;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An export of another tool as it was pinned, and the place of the manifest that is made of it:
 * {@code runs/<dataset>/imported/<id>/}. The id is a hash of all that decides the manifest's bytes, so whoever converts the same export in
 * the same way writes the same there.
 *
 * @param object the export
 * @param folder ends in {@code /}
 */
record Export(StoredObject object, S3Uri folder) {
    /** Manifests expire with runs, 30 days after they were written. An older one is written again: a run that failed may be redriven for 14 days. */
    static final Duration LONGEST_AGE = Duration.ofDays(14);

    static Export of(String workBucket, String dataset, StoredObject object, ImportOptions options) {
        // When it was last changed is the date of labels that have none of their own.
        List<Object> identity = new ArrayList<>(List.of(
                object.uri().toString(), object.eTag(), object.size(), object.lastModified().toString(), Importer.VERSION));
        identity.addAll(options.identity());
        return new Export(object, new S3Uri(workBucket, "runs/" + dataset + "/imported/" + Sha256.hex(Json.bytes(identity)) + "/"));
    }

    S3Uri manifest() {
        return folder.resolve("output.manifest");
    }

    /** Where each thing that was left out, or is odd, has a line. */
    S3Uri findings() {
        return folder.resolve("findings.jsonl");
    }

    /** Counts, as {@code truepipe import --json} prints them. */
    S3Uri report() {
        return folder.resolve("report.json");
    }

    /** The manifest, if it is there and will be for as long as a run needs it. It was written last: findings and report are there too. */
    Optional<StoredObject> converted(ObjectStore store, Instant now) throws IOException {
        return store.head(manifest()).filter(manifest -> manifest.lastModified().plus(LONGEST_AGE).isAfter(now));
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("uri", object.uri().toString());
        json.put("eTag", object.eTag());
        json.put("size", object.size());
        json.put("lastModified", object.lastModified().toString());
        json.put("folder", folder.toString());
        return json;
    }

    static Export fromJson(Map<String, Object> json) {
        return new Export(
                new StoredObject(
                        S3Uri.parse(Fields.text(json, "uri")),
                        Fields.whole(json, "size"),
                        Fields.text(json, "eTag"),
                        Instant.parse(Fields.text(json, "lastModified"))),
                S3Uri.parse(Fields.text(json, "folder")));
    }
}

package dev.truepipe.run;

import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An export that a run's manifest was made of.
 *
 * @param lines of the manifest
 * @param skipped objects and annotations that were left out
 * @param findings where each of those has a line
 */
record ImportedExport(S3Uri uri, String eTag, long size, String lastModified, long lines, long skipped, S3Uri findings) {

    /** Of an export that was converted. */
    static ImportedExport of(ObjectStore store, Export export) throws IOException {
        Map<String, Object> report = StoredJson.readObject(store, export.report());
        StoredObject object = export.object();
        return new ImportedExport(object.uri(), object.eTag(), object.size(), object.lastModified().toString(),
                Fields.whole(report, "written"), Fields.whole(report, "skipped"), export.findings());
    }

    /** An item of {@code sources} in {@code plan.json} and {@code dataset.json}. */
    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("export", uri.toString());
        json.put("eTag", eTag);
        json.put("size", size);
        json.put("lastModified", lastModified);
        json.put("lines", lines);
        json.put("skipped", skipped);
        json.put("findings", findings.toString());
        return json;
    }

    static ImportedExport fromJson(Map<String, Object> json) {
        return new ImportedExport(
                S3Uri.parse(Fields.text(json, "export")),
                Fields.text(json, "eTag"),
                Fields.whole(json, "size"),
                Fields.text(json, "lastModified"),
                Fields.whole(json, "lines"),
                Fields.whole(json, "skipped"),
                S3Uri.parse(Fields.text(json, "findings")));
    }

    /** What an announcement says of it. */
    String sentence() {
        return uri + ": " + Words.count(lines, "line") + (skipped == 0 ? "" : ", " + Words.number(skipped) + " left out (" + findings + ")");
    }
}

package dev.truepipe.run;

import dev.truepipe.json.Json;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The exports that one execution has claimed, with the settings they are converted by.
 *
 * @param fingerprint that was claimed
 * @param settings the compiled settings of the dataset; a category file in them is replaced by its names
 * @param all in the order in which they are processed
 */
record Exports(String fingerprint, Map<String, Object> settings, List<Export> all) {
    private static final String FORMAT = "truepipe-exports-1";

    Exports {
        all = List.copyOf(all);
    }

    static Exports read(ObjectStore store, RunFolder run) throws IOException {
        Map<String, Object> json = StoredJson.readObject(store, run.exports());
        if (!FORMAT.equals(json.get("format"))) {
            throw new IllegalArgumentException("the run's exports have format " + json.get("format") + ", this version reads "
                    + FORMAT + "; deploy state machine and functions together and trigger the dataset again");
        }
        return new Exports(
                Fields.text(json, "fingerprint"),
                Fields.object(json, "settings"),
                Fields.array(json, "exports").stream().map(item -> Export.fromJson(Json.object(item))).toList());
    }

    void write(ObjectStore store, RunFolder run) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("fingerprint", fingerprint);
        json.put("exports", all.stream().map(Export::toJson).toList());
        json.put("settings", settings);
        store.put(run.exports(), Json.pretty(json), Condition.ALWAYS);
    }
}

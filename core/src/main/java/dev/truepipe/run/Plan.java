package dev.truepipe.run;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one execution works on: manifests as pinned, and a copy of the settings, so that a change of either meanwhile
 * changes nothing for this run.
 *
 * @param dataset its name
 * @param execution ARN
 * @param executionName last part of the ARN
 * @param plannedAt when the manifests were pinned; orders models of different runs
 * @param fingerprint of manifests, settings and rules, 64 hex digits
 * @param force whether it was asked to run whatever has been done before
 * @param settings the compiled settings of the dataset; a category file in them is replaced by its names
 * @param choice which labels the lines are judged by, chosen from the heads of the manifests
 * @param manifests in the order in which they are processed
 * @param sources what manifests were made of, if they are made of exports of another tool
 * @param chunks how many there are
 */
public record Plan(
        String dataset,
        String execution,
        String executionName,
        Instant plannedAt,
        String fingerprint,
        boolean force,
        Map<String, Object> settings,
        LabelChoice choice,
        List<Chunk.Pinned> manifests,
        List<ImportedExport> sources,
        int chunks) {
    static final String FORMAT = "truepipe-plan-2";

    public Plan {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        manifests = List.copyOf(manifests);
        sources = List.copyOf(sources);
    }

    /** Reads the plan of a run. */
    public static Plan read(ObjectStore store, RunFolder run) throws IOException {
        return fromJson(StoredJson.readObject(store, run.plan()));
    }

    /** Reads the chunks of a run, in order. */
    static List<Chunk> chunks(ObjectStore store, RunFolder run) throws IOException {
        List<Chunk> chunks = new ArrayList<>();
        for (Object chunk : Json.array(StoredJson.read(store, run.chunks()))) {
            chunks.add(Chunk.fromJson(Json.object(chunk)));
        }
        return chunks;
    }

    Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("dataset", dataset);
        json.put("execution", execution);
        json.put("executionName", executionName);
        json.put("plannedAt", plannedAt.toString());
        json.put("fingerprint", fingerprint);
        json.put("force", force);
        json.put("choice", choice.toJson());
        List<Object> pinned = new ArrayList<>();
        for (Chunk.Pinned manifest : manifests) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("uri", manifest.object().uri().toString());
            one.put("eTag", manifest.object().eTag());
            one.put("size", manifest.object().size());
            one.put("lastModified", manifest.object().lastModified().toString());
            one.put("gzip", manifest.gzip());
            pinned.add(one);
        }
        json.put("manifests", pinned);
        json.put("sources", sources.stream().map(ImportedExport::toJson).toList());
        json.put("chunks", (long) chunks);
        json.put("settings", settings);
        return json;
    }

    static Plan fromJson(Map<String, Object> json) {
        if (!FORMAT.equals(json.get("format"))) {
            throw new IllegalArgumentException("the run's plan has format " + json.get("format") + ", this version reads "
                    + FORMAT + "; deploy state machine and functions together and trigger the dataset again");
        }
        List<Chunk.Pinned> manifests = new ArrayList<>();
        for (Object item : Fields.array(json, "manifests")) {
            Map<String, Object> one = Json.object(item);
            manifests.add(new Chunk.Pinned(
                    new StoredObject(
                            S3Uri.parse(Fields.text(one, "uri")),
                            Fields.whole(one, "size"),
                            Fields.text(one, "eTag"),
                            Instant.parse(Fields.text(one, "lastModified"))),
                    Fields.truth(one, "gzip")));
        }
        return new Plan(
                Fields.text(json, "dataset"),
                Fields.text(json, "execution"),
                Fields.text(json, "executionName"),
                Instant.parse(Fields.text(json, "plannedAt")),
                Fields.text(json, "fingerprint"),
                Fields.truth(json, "force"),
                Fields.object(json, "settings"),
                LabelChoice.fromJson(Fields.object(json, "choice")),
                manifests,
                // Absent in plans of a version that had manifests only.
                json.get("sources") == null ? List.of() : Fields.array(json, "sources").stream().map(item -> ImportedExport.fromJson(Json.object(item))).toList(),
                Math.toIntExact(Fields.whole(json, "chunks")));
    }
}

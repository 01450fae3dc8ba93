package dev.truepipe.run;

import dev.truepipe.storage.S3Uri;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where one execution keeps what it works on: {@code runs/<dataset>/<execution name>/}. Expires after 30 days.
 *
 * @param folder ends in {@code /}
 */
public record RunFolder(S3Uri folder) {
    public RunFolder {
        if (!folder.key().endsWith("/")) {
            throw new IllegalArgumentException("a run's folder ends in \"/\": " + folder);
        }
    }

    /** The folder of an execution. */
    public static RunFolder of(String workBucket, String dataset, String executionName) {
        return new RunFolder(new S3Uri(workBucket, "runs/" + dataset + "/" + executionName + "/"));
    }

    /** Reads {@code {"bucket":…,"prefix":…}}. */
    public static RunFolder fromJson(Map<String, Object> json) {
        return new RunFolder(new S3Uri(Fields.text(json, "bucket"), Fields.text(json, "prefix")));
    }

    /** {@code {"bucket":…,"prefix":…}}, as the states pass it on. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("bucket", folder.bucket());
        json.put("prefix", folder.key());
        return json;
    }

    /** What was pinned, and the settings it was pinned with. */
    public S3Uri plan() {
        return folder.resolve("plan.json");
    }

    /** The exports that were claimed; only there for a dataset whose labels come from another tool. */
    S3Uri exports() {
        return folder.resolve("exports.json");
    }

    /** A top-level array, one item for each chunk: what the Distributed Maps read. */
    public S3Uri chunks() {
        return folder.resolve("chunks.json");
    }

    /** The index of a chunk. */
    public S3Uri scan(int chunk) {
        return folder.resolve("scan/" + chunk);
    }

    /** Where the lists of {@link #missed(int)} lie. */
    S3Uri missed() {
        return folder.resolve("missed/");
    }

    /** Objects of a chunk that could not be read; only there if some could not. */
    public S3Uri missed(int chunk) {
        return missed().resolve(Integer.toString(chunk));
    }

    /** What becomes of each line of a chunk. */
    public S3Uri decide(int chunk) {
        return folder.resolve("decide/" + chunk);
    }

    /** A chunk's share of a channel. */
    public S3Uri part(String channel, int chunk) {
        return folder.resolve("parts/" + channel + "/" + chunk);
    }

    /** What a run that a gate stopped sets aside: {@code quarantine.manifest}, {@code superseded.manifest}, {@code findings.jsonl}. */
    public S3Uri setAside(String file) {
        return folder.resolve(file);
    }

    /** Hashes of the accepted lines, before they are sealed. */
    public S3Uri lines() {
        return folder.resolve("lines.idx");
    }

    /** Counts, classes, gates and the version. */
    public S3Uri decision() {
        return folder.resolve("decision.json");
    }
}

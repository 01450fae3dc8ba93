package dev.truepipe.run;

import dev.truepipe.storage.S3Uri;

/**
 * Where a dataset keeps what lasts: {@code datasets/<dataset>/}.
 *
 * @param folder ends in {@code /}
 */
public record DatasetFolder(S3Uri folder) {
    /** The folder of a dataset. */
    public static DatasetFolder of(String workBucket, String dataset) {
        return new DatasetFolder(new S3Uri(workBucket, "datasets/" + dataset + "/"));
    }

    /** Who works, or worked, on exactly these manifests with exactly these settings. */
    public S3Uri claim(String fingerprint) {
        return folder.resolve("claims/" + fingerprint + ".json");
    }

    /** Runs that began in the last 24 hours; only there for a dataset with {@code maxRuns}. */
    public S3Uri starts() {
        return folder.resolve("starts.json");
    }

    /** Names the version sealed last. */
    public S3Uri latest() {
        return folder.resolve("latest.json");
    }

    /** Names the best model so far, and the version judged last. */
    public S3Uri champion() {
        return folder.resolve("champion.json");
    }

    /** A sealed version, ending in {@code /}. */
    public S3Uri version(String version) {
        return folder.resolve("versions/" + version + "/");
    }

    /** Where training jobs leave what they made, ending in {@code /}; each adds its own name. */
    public S3Uri models() {
        return folder.resolve("models/");
    }

    /** Where training jobs keep checkpoints, ending in {@code /}; each adds its own name. */
    public S3Uri checkpoints() {
        return folder.resolve("checkpoints/");
    }

    /** How one model was judged: what {@code truepipe promote} puts back. */
    public S3Uri model(String trainingJob) {
        return folder.resolve("models/" + trainingJob + "/model.json");
    }

    /** What people read of one model. */
    public S3Uri modelReport(String trainingJob) {
        return folder.resolve("models/" + trainingJob + "/report.html");
    }
}

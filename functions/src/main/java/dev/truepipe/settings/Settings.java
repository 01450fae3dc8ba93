package dev.truepipe.settings;

import dev.truepipe.json.Json;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All settings of one stack, with every default filled in.
 *
 * @param datasets in the order of the file; names are unique, prefixes do not nest
 * @param notifyEmail address that the topic writes to; empty when nobody asked for mail
 * @param mapConcurrency chunks that one Distributed Map works on at the same time, {@value #MIN_MAP_CONCURRENCY} to
 *     {@value #MAX_MAP_CONCURRENCY}
 * @param kmsKeys keys that what is read lies under
 * @param encryption what the stack's own things are encrypted with
 */
public record Settings(
        List<DatasetSettings> datasets, Optional<String> notifyEmail, int mapConcurrency, KmsKeys kmsKeys, Encryption encryption) {
    /** Stands for the bucket that the stack makes and names itself, until {@link #withLabelBucket} says its name. */
    public static final String GENERATED_BUCKET = "${LabelBucket}";

    /** Design §1, Scale. */
    public static final int DEFAULT_MAP_CONCURRENCY = 40;

    static final int MIN_MAP_CONCURRENCY = 1;
    /** Lambda's default account limit of concurrent executions, which the children share with everybody else. */
    static final int MAX_MAP_CONCURRENCY = 1_000;

    static final String FORMAT = "truepipe-settings-1";

    /** What the stack's own buckets, queues, topic and logs are encrypted with. */
    public enum Encryption {
        /** Keys that each service has and manages; the topic with none. */
        MANAGED,
        /** One key that the stack makes, whose use its policy and CloudTrail tell. */
        CUSTOMER_KEY
    }

    public Settings {
        datasets = List.copyOf(datasets);
    }

    /** The dataset of this name. */
    public Optional<DatasetSettings> dataset(String name) {
        return datasets.stream().filter(dataset -> dataset.name().equals(name)).findFirst();
    }

    /** Whether some dataset's labels lie in the bucket that the stack names itself. */
    public boolean usesGeneratedBucket() {
        return datasets.stream().anyMatch(dataset -> dataset.labels().bucket().equals(GENERATED_BUCKET));
    }

    /** These settings with {@code bucket} in every place that waits for the name of the stack's own label bucket. */
    public Settings withLabelBucket(String bucket) {
        return new Settings(datasets.stream().map(dataset -> dataset.withLabelBucket(bucket)).toList(), notifyEmail, mapConcurrency, kmsKeys, encryption);
    }

    /** Compiled form: keys in a fixed order, every default written out. {@link #fromJson} reads it back. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("mapConcurrency", (long) mapConcurrency);
        // Absent as before there were keys, so that settings that say nothing of them compile to the same bytes.
        if (!kmsKeys.equals(KmsKeys.NONE)) {
            json.put("kmsKeys", kmsKeys.toJson());
        }
        if (encryption != Encryption.MANAGED) {
            json.put("encryption", Words.of(encryption));
        }
        json.put("notify", notifyEmail.map(email -> Map.<String, Object>of("email", email)).orElse(null));
        List<Object> all = new ArrayList<>();
        datasets.forEach(dataset -> all.add(dataset.toJson()));
        json.put("datasets", all);
        return json;
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IOException if the bytes are not one JSON object
     * @throws IllegalArgumentException if they are not settings of this format; the message names the key
     */
    public static Settings fromJson(byte[] utf8) throws IOException {
        Map<String, Object> json = Json.parseObject(utf8);
        if (!FORMAT.equals(json.get("format"))) {
            throw new IllegalArgumentException("settings: format is \"" + json.get("format") + "\", this version reads \""
                    + FORMAT + "\"; deploy the stack again so that functions and settings come from one version");
        }
        Fields fields = new Fields("settings", json);
        Fields notify = fields.objectOrNull("notify");
        return new Settings(
                fields.objects("datasets").stream().map(DatasetSettings::fromJson).toList(),
                notify == null ? Optional.empty() : Optional.of(notify.text("email")),
                Math.toIntExact(fields.whole("mapConcurrency")),
                Optional.ofNullable(fields.objectOrNull("kmsKeys")).map(KmsKeys::fromJson).orElse(KmsKeys.NONE),
                Optional.ofNullable(fields.textOrNull("encryption")).map(word -> Words.read(Encryption.class, word)).orElse(Encryption.MANAGED));
    }

    static S3Uri inBucket(S3Uri uri, String bucket) {
        return uri.bucket().equals(GENERATED_BUCKET) ? new S3Uri(bucket, uri.key()) : uri;
    }
}

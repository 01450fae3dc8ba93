package dev.truepipe.settings;

import dev.truepipe.importing.ImportFormat;
import dev.truepipe.manifest.ObjectCheck;
import dev.truepipe.run.LabelPlaces;
import dev.truepipe.storage.S3Uri;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * What is decided about one dataset.
 *
 * @param name matches {@value #NAME_PATTERN}
 * @param labels a folder (key empty or ending in {@code /}), meaning every {@code …/manifests/output/output.manifest} under
 *     it, or with {@code imports} every export; otherwise exactly this one object
 * @param labelBucket how news of an object in {@code labels} reaches the queue
 * @param label label attributes; the first is canonical, the others are spliced to it; empty: inferred
 * @param images prefixes that the training role may read; never empty (default: the bucket of {@code labels})
 * @param settle quiet time a manifest needs before it is planned
 * @param sweep how often everything in {@code labels} is looked at again
 * @param partial whether the manifest of a labeling job that is still running may be trained on
 * @param negatives whether images with no annotation are kept
 * @param labelCategories the full list of classes; empty: learned from the manifests
 * @param checkObjects how many of the objects that training would stream are looked at before
 * @param imports how exports of another tool become manifests; empty: labels come as manifests
 * @param webhook how Label Studio may call for a look; empty: it may not
 * @param findings severity ({@code quarantine} or {@code warning}) by finding code, where it differs from the rule's own
 * @param brakes what holds runs back; no part of a run's fingerprint
 */
public record DatasetSettings(
        String name,
        S3Uri labels,
        LabelBucket labelBucket,
        List<String> label,
        List<S3Uri> images,
        Split split,
        Gates gates,
        Duration settle,
        Duration sweep,
        TrainingSettings training,
        Partial partial,
        Negatives negatives,
        Optional<LabelCategories> labelCategories,
        ObjectCheck checkObjects,
        Optional<Import> imports,
        Optional<Webhook> webhook,
        Map<String, String> findings,
        Brakes brakes) {

    /** Lower case, so that it is a valid part of every name made from it (execution, training job, key, group). */
    public static final String NAME_PATTERN = "(?=.{1,24}$)[a-z0-9](-?[a-z0-9])*";

    /** S3's rules for general purpose buckets, without the rare reserved affixes. */
    public static final String BUCKET_PATTERN = "(?!.*\\.\\.)(?!\\d+\\.\\d+\\.\\d+\\.\\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]";

    /** How news of a manifest reaches the queue. */
    public enum LabelBucket {
        /** The stack makes the bucket and its notification. */
        CREATE,
        /** The bucket exists; the stack adds one rule to its S3 notifications. */
        NOTIFICATION,
        /** The bucket exists and sends its events to EventBridge; the stack makes a rule there. */
        EVENTBRIDGE
    }

    /** Whether manifests of labeling jobs that still run are used. */
    public enum Partial { DENY, ALLOW }

    /** What becomes of images without any annotation. */
    public enum Negatives { KEEP, DROP }

    /**
     * How lines are divided between {@code train}, {@code validation} and {@code test}.
     *
     * @param validation what is kept from training to judge models by
     * @param testBasisPoints share that no training job sees, 0 (no test channel) to 9999 (100 = 1 %); with the share for
     *     validation at most 9999
     * @param groupBy {@code object}, {@code attribute:NAME}, or a regular expression with one group on {@code source-ref}
     * @param seed of the split and of the channel's shuffling, 0 to {@value #MAX_SEED}
     */
    public record Split(Validation validation, int testBasisPoints, String groupBy, long seed) {
        /** 2⁵³ - 1. The state machine hands the seed on in JSONata, whose numbers are doubles: above, digits would be lost. */
        public static final long MAX_SEED = 9_007_199_254_740_991L;

        /** The manifest of the hold-out, if it is one's own. */
        public Optional<S3Uri> validationManifest() {
            return validation instanceof Validation.Manifest(S3Uri uri) ? Optional.of(uri) : Optional.empty();
        }

        Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            switch (validation) {
                case Validation.Share(int basisPoints) -> json.put("validationBasisPoints", (long) basisPoints);
                case Validation.Manifest(S3Uri uri) -> json.put("validationManifest", uri.toString());
            }
            // Absent as before there was a test channel, so that the fingerprints of datasets without one stay.
            if (testBasisPoints > 0) {
                json.put("testBasisPoints", (long) testBasisPoints);
            }
            json.put("groupBy", groupBy);
            json.put("seed", seed);
            return json;
        }

        static Split fromJson(Fields fields) {
            String manifest = fields.textOrNull("validationManifest");
            return new Split(manifest == null ? new Validation.Share(Math.toIntExact(fields.whole("validationBasisPoints")))
                            : new Validation.Manifest(S3Uri.parse(manifest)),
                    Math.toIntExact(fields.wholeOr("testBasisPoints", 0)), fields.text("groupBy"), fields.whole("seed"));
        }
    }

    /** The hold-out. */
    public sealed interface Validation {
        /** Groups by their hash. @param basisPoints 1 to 9999 (100 = 1 %) */
        record Share(int basisPoints) implements Validation {}

        /** The lines of one manifest, and whatever is of their groups. @param uri of one object */
        record Manifest(S3Uri uri) implements Validation {}
    }

    /**
     * What a dataset must fulfil before a training job is paid for.
     *
     * @param maxQuarantinedBasisPoints largest quarantined share of the lines, 0 to 10000 (100 = 1 %)
     * @param minPerClass fewest accepted lines that hold each class, 0 or more
     * @param minNewLabels fewest accepted lines that the last judged version had not, 0 or more
     */
    public record Gates(int maxQuarantinedBasisPoints, long minPerClass, long minNewLabels) {}

    /**
     * What holds a dataset's runs back.
     *
     * @param enabled whether runs may begin
     * @param maxRunsPerDay runs that may begin within any 24 hours, 1 to {@value #MOST_RUNS}; empty: as many as there are reasons for
     */
    public record Brakes(boolean enabled, OptionalInt maxRunsPerDay) {
        /** Far above what anybody pays for; what counts them is one small object. */
        public static final int MOST_RUNS = 1_000;
        /** No brake is on. */
        public static final Brakes NONE = new Brakes(true, OptionalInt.empty());

        Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("enabled", enabled);
            maxRunsPerDay.ifPresent(most -> json.put("maxRunsPerDay", (long) most));
            return json;
        }

        static Brakes fromJson(Fields fields) {
            int most = Math.toIntExact(fields.wholeOr("maxRunsPerDay", 0));
            return new Brakes(fields.truth("enabled"), most == 0 ? OptionalInt.empty() : OptionalInt.of(most));
        }
    }

    /**
     * What {@code truepipe import} is told by its arguments; the label attribute is the dataset's own, its classes too.
     *
     * @param format one whose exports are single files
     * @param s3Prefix where the images lie that exports name by their paths
     * @param map rules {@code FROM=TO}, in the order in which they are tried
     * @param from of Label Studio the control whose labels are taken
     */
    public record Import(ImportFormat format, Optional<S3Uri> s3Prefix, List<String> map, Optional<String> from) {
        /** The label attribute of manifests that are made of exports, unless the dataset names one. */
        public static final String LABEL = "label";

        public Import {
            map = List.copyOf(map);
        }

        Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            s3Prefix.ifPresent(prefix -> json.put("s3Prefix", prefix.toString()));
            if (!map.isEmpty()) {
                json.put("map", new ArrayList<Object>(map));
            }
            from.ifPresent(control -> json.put("from", control));
            return json;
        }

        static Optional<Import> fromJson(Fields fields) {
            String word = fields.textOrNull("format");
            if (word == null) {
                return Optional.empty();
            }
            Fields options = fields.object("import");
            return Optional.of(new Import(
                    ImportFormat.find(word).orElseThrow(() -> new IllegalArgumentException("settings: \"" + word + "\" is no format this version knows")),
                    Optional.ofNullable(options.textOrNull("s3Prefix")).map(S3Uri::parse),
                    options.textsOrNone("map"),
                    Optional.ofNullable(options.textOrNull("from"))));
        }
    }

    /**
     * When Label Studio calls for a look: when a project is finished, and after so many annotations.
     *
     * @param secret name of the SSM parameter that holds the secret which Label Studio sends along
     * @param every annotations, 1 to {@value #MOST_ANNOTATIONS}; empty: only finished projects count
     */
    public record Webhook(String secret, OptionalInt every) {
        public static final int MOST_ANNOTATIONS = 1_000_000;
        /** SSM's own rule, without the two prefixes that it keeps for AWS, and beginning with a slash: a secret that was pasted here is no name. */
        public static final String SECRET_PATTERN = "(?!/([aA][wW][sS]|[sS][sS][mM]))(/[a-zA-Z0-9_.-]+)+";

        Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("secret", secret);
            every.ifPresent(annotations -> json.put("every", (long) annotations));
            return json;
        }

        static Webhook fromJson(Fields fields) {
            int every = Math.toIntExact(fields.wholeOr("every", 0));
            return new Webhook(fields.text("secret"), every == 0 ? OptionalInt.empty() : OptionalInt.of(every));
        }
    }

    public DatasetSettings {
        label = List.copyOf(label);
        images = List.copyOf(images);
        findings = Collections.unmodifiableMap(new TreeMap<>(findings));
    }

    DatasetSettings withLabelBucket(String bucket) {
        return new DatasetSettings(name, Settings.inBucket(labels, bucket), labelBucket, label,
                images.stream().map(image -> Settings.inBucket(image, bucket)).toList(), split, gates, settle, sweep, training,
                partial, negatives, labelCategories, checkObjects, imports, webhook, findings, brakes);
    }

    /** Which objects are labels. */
    public LabelPlaces places() {
        return new LabelPlaces(labels, imports.map(Import::format).orElse(null));
    }

    /**
     * Compiled form. Keys stand in a fixed order and maps in key order, because these bytes are part of the fingerprint
     * that tells a new run from a repeated one.
     */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("labels", labels.toString());
        json.put("labelBucket", Words.of(labelBucket));
        json.put("label", new ArrayList<Object>(label));
        json.put("images", new ArrayList<Object>(images.stream().map(S3Uri::toString).toList()));
        json.put("split", split.toJson());
        Map<String, Object> gatesJson = new LinkedHashMap<>();
        gatesJson.put("maxQuarantinedBasisPoints", (long) gates.maxQuarantinedBasisPoints());
        gatesJson.put("minPerClass", gates.minPerClass());
        gatesJson.put("minNewLabels", gates.minNewLabels());
        json.put("gates", gatesJson);
        json.put("settleSeconds", settle.toSeconds());
        json.put("sweepSeconds", sweep.toSeconds());
        json.put("training", training.toJson());
        json.put("partial", Words.of(partial));
        json.put("negatives", Words.of(negatives));
        json.put("labelCategories", labelCategories.map(LabelCategories::toJson).orElse(null));
        // Absent as before objects were looked at, so that the fingerprints of datasets that say nothing of it stay.
        if (checkObjects != ObjectCheck.HUNDRED) {
            json.put("checkObjects", checkObjects.word());
        }
        imports.ifPresent(given -> {
            json.put("format", given.format().word());
            json.put("import", given.toJson());
        });
        json.put("findings", new LinkedHashMap<String, Object>(findings));
        // The plan takes these out before it looks whether anything changed.
        webhook.ifPresent(given -> json.put("webhook", given.toJson()));
        if (!brakes.equals(Brakes.NONE)) {
            json.put("brakes", brakes.toJson());
        }
        return json;
    }

    /** @throws IllegalArgumentException if a field is missing or of another type; the message names it */
    public static DatasetSettings fromJson(Map<String, Object> json) {
        return fromJson(new Fields("dataset", json));
    }

    static DatasetSettings fromJson(Fields fields) {
        Fields gates = fields.object("gates");
        return new DatasetSettings(
                fields.text("name"),
                S3Uri.parse(fields.text("labels")),
                Words.read(LabelBucket.class, fields.text("labelBucket")),
                fields.texts("label"),
                fields.texts("images").stream().map(S3Uri::parse).toList(),
                Split.fromJson(fields.object("split")),
                new Gates(Math.toIntExact(gates.whole("maxQuarantinedBasisPoints")), gates.whole("minPerClass"),
                        gates.whole("minNewLabels")),
                Duration.ofSeconds(fields.whole("settleSeconds")),
                Duration.ofSeconds(fields.whole("sweepSeconds")),
                TrainingSettings.fromJson(fields.object("training")),
                Words.read(Partial.class, fields.text("partial")),
                Words.read(Negatives.class, fields.text("negatives")),
                Optional.ofNullable(fields.objectOrNull("labelCategories")).map(LabelCategories::fromJson),
                Optional.ofNullable(fields.textOrNull("checkObjects")).map(ObjectCheck::parse).orElse(ObjectCheck.HUNDRED),
                Import.fromJson(fields),
                Optional.ofNullable(fields.objectOrNull("webhook")).map(Webhook::fromJson),
                fields.textByKey("findings"),
                Optional.ofNullable(fields.objectOrNull("brakes")).map(Brakes::fromJson).orElse(Brakes.NONE));
    }
}

package dev.truepipe.settings;

import dev.truepipe.importing.ImportFormat;
import dev.truepipe.importing.ObjectUris;
import dev.truepipe.manifest.FindingCode;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.ObjectCheck;
import dev.truepipe.manifest.Severity;
import dev.truepipe.settings.DatasetSettings.Brakes;
import dev.truepipe.settings.DatasetSettings.Gates;
import dev.truepipe.settings.DatasetSettings.Import;
import dev.truepipe.settings.DatasetSettings.LabelBucket;
import dev.truepipe.settings.DatasetSettings.Negatives;
import dev.truepipe.settings.DatasetSettings.Partial;
import dev.truepipe.settings.DatasetSettings.Split;
import dev.truepipe.settings.DatasetSettings.Validation;
import dev.truepipe.settings.DatasetSettings.Webhook;
import dev.truepipe.settings.TrainingSettings.Direction;
import dev.truepipe.settings.TrainingSettings.Objective;
import dev.truepipe.settings.TrainingSettings.Spot;
import dev.truepipe.split.HoldOut;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.training.Hyperparameters;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads {@code truepipe.yaml} and checks all that can be known without a cloud. One reading tells every mistake.
 *
 * <p>What a key may hold is published as {@code docs/truepipe.schema.json}; what several keys must fulfil together (no
 * nested prefixes, waiting times, one way to watch a bucket) is checked here only.
 */
public final class SettingsFile {
    private static final List<String> TOP = List.of("datasets", "notify", "mapConcurrency", "kmsKeys", "encryption");
    private static final List<String> DATASET = List.of("name", "labels", "labelBucket", "label", "images", "split", "gates",
            "settle", "sweep", "training", "partial", "negatives", "labelCategories", "checkObjects", "format", "import", "webhook", "findings",
            "enabled", "maxRuns");
    private static final List<String> SPLIT = List.of("validation", "test", "groupBy", "seed");
    private static final List<String> GATES = List.of("maxQuarantined", "minPerClass", "minNewLabels");
    private static final List<String> TRAINING = List.of("algorithm", "image", "metrics", "instances", "spot", "maxRuntime",
            "maxWait", "volumeSizeInGB", "hyperparameters", "objective", "vpc", "networkIsolation");
    private static final List<String> METRIC = List.of("name", "regex");
    private static final List<String> OBJECTIVE = List.of("metric", "direction", "tolerance");
    private static final List<String> IMPORT = List.of("s3Prefix", "map", "from");
    private static final List<String> WEBHOOK = List.of("secret", "every");
    private static final List<String> NOTIFY = List.of("email");
    private static final List<String> KMS_KEYS = List.of("labels", "images");
    private static final List<String> VPC = List.of("subnets", "securityGroups");

    /** Where a key lives, for those who put it somewhere else. */
    private static final Map<String, String> HOMES = Map.ofEntries(
            Map.entry("validation", "under split"), Map.entry("test", "under split"), Map.entry("groupBy", "under split"), Map.entry("seed", "under split"),
            Map.entry("maxQuarantined", "under gates"), Map.entry("minPerClass", "under gates"),
            Map.entry("minNewLabels", "under gates"),
            Map.entry("algorithm", "under training"), Map.entry("image", "under training"),
            Map.entry("metrics", "under training"), Map.entry("instances", "under training"),
            Map.entry("spot", "under training"), Map.entry("maxRuntime", "under training"),
            Map.entry("maxWait", "under training"), Map.entry("hyperparameters", "under training"),
            Map.entry("objective", "under training"),
            Map.entry("metric", "under training.objective"), Map.entry("direction", "under training.objective"),
            Map.entry("tolerance", "under training.objective"),
            Map.entry("epochs", "under training.hyperparameters"),
            Map.entry("mini_batch_size", "under training.hyperparameters"),
            Map.entry("learning_rate", "under training.hyperparameters"),
            Map.entry("email", "under notify, at the top of the file"),
            Map.entry("notify", "at the top of the file, beside datasets"),
            Map.entry("kmsKeys", "at the top of the file, beside datasets"), Map.entry("encryption", "at the top of the file, beside datasets"),
            Map.entry("vpc", "under training"), Map.entry("networkIsolation", "under training"),
            Map.entry("subnets", "under training.vpc"), Map.entry("securityGroups", "under training.vpc"),
            Map.entry("settle", "to a dataset"), Map.entry("sweep", "to a dataset"), Map.entry("labels", "to a dataset"),
            Map.entry("checkObjects", "to a dataset"), Map.entry("enabled", "to a dataset"), Map.entry("maxRuns", "to a dataset"),
            Map.entry("s3Prefix", "under import"), Map.entry("map", "under import"), Map.entry("from", "under import"), Map.entry("format", "to a dataset"),
            Map.entry("import", "to a dataset"), Map.entry("webhook", "to a dataset"), Map.entry("secret", "under webhook"), Map.entry("every", "under webhook"),
            Map.entry("label", "to a dataset"), Map.entry("images", "to a dataset"), Map.entry("name", "to a dataset"));

    private static final Pattern NAME = Pattern.compile(DatasetSettings.NAME_PATTERN);
    private static final Pattern BUCKET = Pattern.compile(DatasetSettings.BUCKET_PATTERN);
    /** What a prefix cannot hold: policies would take it for any characters, or for a variable. */
    private static final Pattern NOT_IN_PREFIXES = Pattern.compile("[*?]|\\$\\{");
    /** Folders that a labeling job makes in its own. {@code manifests/} at a bucket's root is nobody's: jobs may write below it. */
    private static final Pattern INSIDE_A_JOB = Pattern.compile(
            "(.*?/|)manifests/(?:output/|intermediate/(?:.*/)?)|(.+?/)manifests/");
    private static final Pattern INSTANCE = Pattern.compile("ml\\.[a-z][a-z0-9-]*\\.[a-z0-9]+");
    private static final Pattern RETIRED = Pattern.compile("ml\\.p[23]\\..*");
    private static final Pattern WITH_GPU = Pattern.compile("ml\\.[gp][0-9].*");
    private static final Pattern IMAGE = Pattern.compile(
            "[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9][a-z0-9._/-]*([:@][A-Za-z0-9._:-]+)?");
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]+@[^@\\s.]+(\\.[^@\\s.]+)+");
    private static final Pattern SECRET = Pattern.compile(Webhook.SECRET_PATTERN);
    private static final Pattern RUNS_PER_DAY = Pattern.compile("(0|[1-9][0-9]{0,8})/day");
    /** An alias names another key tomorrow, and policies do not know aliases at all. */
    private static final Pattern KEY_ARN = Pattern.compile("arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+");
    private static final Pattern SUBNET = Pattern.compile("subnet-[0-9a-f]{8}([0-9a-f]{9})?");
    private static final Pattern SECURITY_GROUP = Pattern.compile("sg-[0-9a-f]{8}([0-9a-f]{9})?");
    private static final int MOST_SUBNETS = 16;
    private static final int MOST_SECURITY_GROUPS = 5;
    private static final Duration SPOT_WITHOUT_CHECKPOINTS = Duration.ofHours(1);

    private final Problems problems;

    private SettingsFile(Problems problems) {
        this.problems = problems;
    }

    /**
     * Reads and checks a file.
     *
     * @param file YAML 1.2, UTF-8
     * @throws InvalidSettingsException with every mistake found; also when there is no such file
     * @throws IOException if the file is there and cannot be read
     */
    public static Settings read(Path file) throws IOException, InvalidSettingsException {
        Problems problems = new Problems(file.toString());
        byte[] bytes = Yaml.bytes(file, problems, "write one (docs/settings.md), or name another");
        Settings settings = new SettingsFile(problems).read(bytes);
        if (problems.any()) {
            throw problems.toException();
        }
        return settings;
    }

    private Settings read(byte[] bytes) throws InvalidSettingsException {
        Node root = Yaml.root(bytes, problems, "write datasets: with at least one dataset (docs/settings.md)");
        return settings(new Section(problems, "", root, TOP, HOMES));
    }

    private Settings settings(Section top) {
        if (!top.has("datasets") && !problems.any()) {
            problems.add(top.line(), "\"datasets\" is missing", "write datasets: with at least one dataset (docs/settings.md)");
        }
        List<DatasetSettings> datasets = new ArrayList<>();
        List<Place> places = new ArrayList<>();
        int index = 0;
        for (Node item : top.items("datasets", false)) {
            Section section = new Section(problems, "datasets[" + index++ + "]", item, DATASET, HOMES);
            (section.isMapping() ? dataset(section) : Optional.<DatasetSettings>empty()).ifPresent(dataset -> {
                datasets.add(dataset);
                places.add(new Place(section.line("name"), section.line("labels"), section.line("labelBucket")));
            });
        }
        compare(datasets, places);
        Section notify = top.section("notify", NOTIFY, HOMES);
        Optional<String> email = notify.text("email");
        if (top.has("notify") && !notify.has("email")) {
            problems.add(top.line("notify"), "\"notify\" names nobody", "write notify: { email: you@example.com }, or remove it");
        }
        email.filter(text -> !EMAIL.matcher(text).matches()).ifPresent(text ->
                notify.problem("email", "\"notify.email\" is \"" + text + "\", not an address", "write name@example.com"));
        int concurrency = (int) top.whole("mapConcurrency", Settings.DEFAULT_MAP_CONCURRENCY,
                Settings.MIN_MAP_CONCURRENCY, Settings.MAX_MAP_CONCURRENCY);
        return new Settings(datasets, email, concurrency, kmsKeys(top, datasets), top.word("encryption", Settings.Encryption.MANAGED));
    }

    private KmsKeys kmsKeys(Section top, List<DatasetSettings> datasets) {
        Section section = top.section("kmsKeys", KMS_KEYS, HOMES);
        if (top.has("kmsKeys") && section.isMapping() && KMS_KEYS.stream().noneMatch(section::has)) {
            problems.add(top.line("kmsKeys"), "\"kmsKeys\" names no key", "write kmsKeys: { labels: arn:aws:kms:…:key/… }, or remove it");
        }
        KmsKeys keys = new KmsKeys(keyArns(section, "labels"), keyArns(section, "images"));
        // A key that nothing lies under would be a permission that nobody uses.
        if (!keys.labels().isEmpty() && !datasets.isEmpty() && datasets.stream().allMatch(dataset -> dataset.labelBucket() == LabelBucket.CREATE
                && dataset.split().validationManifest().isEmpty() && dataset.labelCategories().flatMap(LabelCategories::file).isEmpty())) {
            section.problem("labels", "\"kmsKeys.labels\" is given, and every manifest lies in a bucket that the stack makes",
                    "remove it; encryption: customer-key encrypts what the stack makes");
        }
        if (!keys.images().isEmpty() && !datasets.isEmpty() && datasets.stream().allMatch(dataset -> dataset.labelBucket() == LabelBucket.CREATE
                && dataset.images().stream().allMatch(image -> image.bucket().equals(dataset.labels().bucket())))) {
            section.problem("images", "\"kmsKeys.images\" is given, and every image lies in a bucket that the stack makes",
                    "remove it; encryption: customer-key encrypts what the stack makes");
        }
        // Images that lie in a bucket of labels lie under its key, whatever is said of other images.
        boolean besideLabels = datasets.stream().anyMatch(dataset -> dataset.labelBucket() != LabelBucket.CREATE
                && dataset.images().stream().anyMatch(image -> image.bucket().equals(dataset.labels().bucket())));
        return besideLabels
                ? new KmsKeys(keys.labels(), Stream.concat(keys.labels().stream(), keys.images().stream()).distinct().toList())
                : keys;
    }

    private List<String> keyArns(Section section, String key) {
        List<String> arns = new ArrayList<>();
        for (Section.Located text : section.texts(key, true)) {
            if (KEY_ARN.matcher(text.text()).matches()) {
                arns.add(text.text());
            } else {
                problems.add(text.line(), "\"" + text.text() + "\" in \"" + section.at(key) + "\" is no ARN of a KMS key",
                        "write arn:aws:kms:REGION:ACCOUNT:key/ID; of an alias, aws kms describe-key --key-id alias/NAME --query KeyMetadata.Arn tells it");
            }
        }
        return arns;
    }

    /** Lines to point at when two datasets disagree. */
    private record Place(int name, int labels, int labelBucket) {}

    private void compare(List<DatasetSettings> datasets, List<Place> places) {
        for (int i = 1; i < datasets.size(); i++) {
            for (int j = 0; j < i; j++) {
                DatasetSettings one = datasets.get(j);
                DatasetSettings other = datasets.get(i);
                if (one.name().equals(other.name())) {
                    problems.add(places.get(i).name(), "two datasets are called \"" + one.name() + "\", the first on line "
                            + places.get(j).name(), "give each a name of its own");
                }
                S3Uri a = one.labels();
                S3Uri b = other.labels();
                if (a.isPrefixOf(b) || b.isPrefixOf(a)) {
                    problems.add(places.get(i).labels(), "labels " + shown(b) + (a.equals(b) ? " are those" : " and " + shown(a))
                            + " of dataset \"" + one.name() + "\" (line " + places.get(j).labels() + ")"
                            + (a.equals(b) ? " too" : " nest") + "; S3 refuses overlapping rules",
                            "give each dataset a prefix of its own");
                }
                if (a.bucket().equals(b.bucket()) && one.labelBucket() != other.labelBucket()) {
                    problems.add(places.get(i).labelBucket(), "bucket " + b.bucket() + " is watched by " + Words.of(other.labelBucket())
                            + " here and by " + Words.of(one.labelBucket()) + " for dataset \"" + one.name() + "\"",
                            "a bucket is watched one way: use the same labelBucket for both");
                }
            }
        }
    }

    private static String shown(S3Uri uri) {
        return uri.bucket().equals(Settings.GENERATED_BUCKET) ? uri.key() : uri.toString();
    }

    private Optional<DatasetSettings> dataset(Section section) {
        Optional<String> name = section.text("name");
        if (!section.has("name")) {
            problems.add(section.line(), "a dataset has no name", "write name: street-cars");
        }
        name.filter(text -> !NAME.matcher(text).matches()).ifPresent(text -> section.problem("name",
                "\"" + section.at("name") + "\" is \"" + text + "\"",
                "use 1 to 24 lower-case letters, digits and single hyphens between them"));
        LabelBucket labelBucket = section.word("labelBucket", LabelBucket.CREATE);
        Optional<ImportFormat> format = format(section);
        Optional<S3Uri> labels = labels(section, labelBucket, format);
        List<String> label = new ArrayList<>();
        for (Section.Located text : section.texts("label", true)) {
            LabelChoice.problemOfName(text.text()).ifPresent(problem ->
                    problems.add(text.line(), "label attribute \"" + text.text() + "\" " + problem.what(), problem.cure()));
            label.add(text.text());
        }
        if (format.isPresent() && label.isEmpty()) {
            label.add(Import.LABEL);
        }
        List<S3Uri> images = new ArrayList<>();
        for (Section.Located text : section.texts("images", false)) {
            uri(text.text(), text.line(), section.at("images")).ifPresent(images::add);
        }
        if (images.isEmpty()) {
            labels.ifPresent(uri -> images.add(new S3Uri(uri.bucket(), "")));
        }
        Section gates = section.section("gates", GATES, HOMES);
        Duration sweep = section.duration("sweep", Duration.ofDays(1), Duration.ofMinutes(1), Duration.ofDays(365));
        if (sweep.toSeconds() % 60 != 0) {
            section.problem("sweep", "\"" + section.at("sweep") + "\" is not in whole minutes", "EventBridge Scheduler counts in minutes: write m, h or d");
        }
        DatasetSettings dataset = new DatasetSettings(
                name.orElse("?"),
                labels.orElse(new S3Uri("missing", "missing" + section.line())),
                labelBucket,
                label,
                images,
                split(section.section("split", SPLIT, HOMES), labels),
                new Gates(gates.share("maxQuarantined", 500, 0, 10_000), gates.whole("minPerClass", 10, 0, Long.MAX_VALUE),
                        gates.whole("minNewLabels", 1, 0, Long.MAX_VALUE)),
                section.duration("settle", Duration.ofMinutes(5), Duration.ZERO, Duration.ofDays(1)),
                sweep,
                training(section),
                section.word("partial", Partial.DENY),
                section.word("negatives", Negatives.KEEP),
                categories(section),
                checkObjects(section),
                imports(section, format, images),
                webhook(section, format),
                findings(section),
                brakes(section));
        return name.isPresent() && labels.isPresent() ? Optional.of(dataset) : Optional.empty();
    }

    private static Optional<ImportFormat> format(Section section) {
        Optional<String> word = section.text("format");
        if (word.isEmpty()) {
            return Optional.empty();
        }
        String key = "\"" + section.at("format") + "\" is \"" + word.get() + "\"";
        List<String> usable = Arrays.stream(ImportFormat.values()).filter(one -> one.ending().isPresent()).map(ImportFormat::word).toList();
        Optional<ImportFormat> found = ImportFormat.find(word.get());
        if (found.isEmpty()) {
            section.problem("format", key + ", no format of exports",
                    Spelling.nearest(word.get(), usable).map(near -> "did you mean \"" + near + "\"?").orElse("write one of " + String.join(", ", usable)));
        } else if (found.get().ending().isEmpty()) {
            section.problem("format", key + ", and such labels are " + (found.get().ofFolder() ? "many files: nobody knows when all of them are there" : "parted in two files"),
                    "run truepipe import " + word.get() + " yourself, and put its manifest under labels; without a program, " + String.join(", ", usable) + " are taken");
            return Optional.empty();
        }
        return found;
    }

    private Optional<Import> imports(Section dataset, Optional<ImportFormat> format, List<S3Uri> images) {
        Section section = dataset.section("import", IMPORT, HOMES);
        if (dataset.has("import") && !dataset.has("format")) {
            dataset.problem("import", "\"" + dataset.at("import") + "\" is given without a format: manifests are taken as they are",
                    "write format: label-studio, or remove it");
        }
        Optional<S3Uri> prefix = section.text("s3Prefix").flatMap(text -> uri(text, section.line("s3Prefix"), section.at("s3Prefix")));
        prefix.filter(uri -> images.stream().noneMatch(image -> image.isPrefixOf(uri) || uri.isPrefixOf(image))).ifPresent(uri ->
                section.problem("s3Prefix", "\"" + section.at("s3Prefix") + "\" is " + uri + ", and nothing there is among images: every line would be quarantined",
                        "write images: [" + uri + "]"));
        List<String> map = new ArrayList<>();
        for (Section.Located rule : section.texts("map", true)) {
            try {
                ObjectUris.map(rule.text());
                map.add(rule.text());
            } catch (IllegalArgumentException e) {
                problems.add(rule.line(), "\"" + section.at("map") + "\": " + e.getMessage(), "write, for example, /data/upload/=s3://bucket/folder/");
            }
        }
        Optional<String> from = section.text("from");
        if (from.isPresent() && format.isPresent() && format.get() != ImportFormat.LABEL_STUDIO) {
            section.problem("from", "\"" + section.at("from") + "\" belongs to label-studio alone", "remove it");
        }
        return format.map(one -> new Import(one, prefix, map, from));
    }

    private Optional<Webhook> webhook(Section dataset, Optional<ImportFormat> format) {
        if (!dataset.has("webhook")) {
            return Optional.empty();
        }
        Section section = dataset.section("webhook", WEBHOOK, HOMES);
        if (!dataset.has("format") || format.isPresent() && format.get() != ImportFormat.LABEL_STUDIO) {
            dataset.problem("webhook", "\"" + dataset.at("webhook") + "\" is for Label Studio, and the dataset's labels are "
                    + (format.isEmpty() ? "manifests" : "of " + format.get()), "write format: label-studio, or remove it");
        }
        if (section.isMapping() && !section.has("secret")) {
            problems.add(dataset.line("webhook"), "\"" + section.at("secret") + "\" is missing: anybody could call",
                    "name an SSM parameter of type SecureString: secret: /label-studio/street");
        }
        Optional<String> secret = section.text("secret");
        secret.filter(name -> !SECRET.matcher(name).matches()).ifPresent(name -> section.problem("secret",
                "\"" + section.at("secret") + "\" is no name of an SSM parameter; the secret itself never stands here",
                "write a name such as /label-studio/street, of letters, digits, _, ., - and /"));
        OptionalInt every = section.has("every") ? OptionalInt.of((int) section.whole("every", 50, 1, Webhook.MOST_ANNOTATIONS)) : OptionalInt.empty();
        return secret.map(name -> new Webhook(name, every));
    }

    private Optional<S3Uri> labels(Section section, LabelBucket labelBucket, Optional<ImportFormat> format) {
        if (!section.has("labels")) {
            problems.add(section.line(), "\"" + section.at("labels") + "\" is missing: nobody knows where labels arrive",
                    "write labels: s3://bucket/prefix/");
            return Optional.empty();
        }
        Optional<String> text = section.text("labels");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<S3Uri> uri;
        if (!hasPlainPrefix(text.get(), section.line("labels"), section.at("labels"))) {
            return Optional.empty();
        }
        if (labelBucket == LabelBucket.CREATE && !text.get().contains(":") && !text.get().startsWith("/")) {
            uri = Optional.of(new S3Uri(Settings.GENERATED_BUCKET, text.get()));
        } else if (!text.get().startsWith("s3://")) {
            section.problem("labels", "\"" + section.at("labels") + "\" is \"" + text.get() + "\", which names no bucket",
                    "write labels: s3://bucket/" + text.get().replaceFirst("^([a-z0-9]+:)?/+|^[a-z0-9]+:", ""));
            return Optional.empty();
        } else {
            uri = uri(text.get(), section.line("labels"), section.at("labels"));
        }
        uri.ifPresent(found -> {
            String last = found.key().substring(found.key().lastIndexOf('/') + 1);
            if (!last.isEmpty() && !last.contains(".")) {
                section.problem("labels", "\"" + section.at("labels") + "\" is " + text.get() + ", neither a folder nor a manifest",
                        "end a folder with /: " + text.get() + "/");
            }
            format.flatMap(ImportFormat::ending).filter(ending -> last.contains(".") && !last.endsWith(ending)).ifPresent(ending ->
                    section.problem("labels", "\"" + section.at("labels") + "\" is " + text.get() + ", and an export of " + format.get() + " is a " + ending + " file",
                            "name a folder, or a file that ends so"));
            Matcher inside = INSIDE_A_JOB.matcher(found.key());
            if (format.isEmpty() && last.isEmpty() && inside.matches()) {
                String before = text.get().substring(0, text.get().length() - found.key().length())
                        + (inside.group(1) == null ? inside.group(2) : inside.group(1));
                section.problem("labels", "\"" + section.at("labels") + "\" is " + text.get() + ", a folder that a labeling job makes in its own:"
                                + " no …/manifests/output/output.manifest lies below it",
                        "end labels before manifests/" + (before.isEmpty() ? "" : ": " + before));
            }
        });
        return uri;
    }

    private boolean hasPlainPrefix(String text, int line, String key) {
        Matcher found = NOT_IN_PREFIXES.matcher(text);
        if (found.find()) {
            problems.add(line, "\"" + key + "\" is \"" + text + "\"; \"" + found.group() + "\" is no pattern here, and permissions would take it for one",
                    "write a plain prefix; all that lies below it is meant");
            return false;
        }
        return true;
    }

    private Optional<S3Uri> uri(String text, int line, String key) {
        if (!hasPlainPrefix(text, line, key)) {
            return Optional.empty();
        }
        if (!text.startsWith("s3://")) {
            problems.add(line, "\"" + key + "\" is \"" + text + "\", not an S3 URI", "write s3://bucket/prefix/");
            return Optional.empty();
        }
        int slash = text.indexOf('/', 5);
        String bucket = slash < 0 ? text.substring(5) : text.substring(5, slash);
        if (!BUCKET.matcher(bucket).matches()) {
            problems.add(line, "\"" + key + "\" is \"" + text + "\", " + (bucket.isEmpty() ? "which names no bucket"
                    : "and \"" + bucket + "\" is no bucket name"),
                    bucket.isEmpty() ? "write s3://bucket/prefix/" : "bucket names have 3 to 63 lower-case letters, digits, . and -, and do not look like an IP address");
            return Optional.empty();
        }
        return Optional.of(new S3Uri(bucket, slash < 0 ? "" : text.substring(slash + 1)));
    }

    private Split split(Section section, Optional<S3Uri> labels) {
        Validation validation = validation(section, labels);
        int test = section.share("test", 0, 0, HoldOut.MOST_BASIS_POINTS);
        if (validation instanceof Validation.Share(int share) && share + test > HoldOut.MOST_BASIS_POINTS) {
            section.problem("test", "\"" + section.at("validation") + "\" and \"" + section.at("test") + "\" are " + Section.percent(share + test) + " together",
                    "leave something to train on: at most " + Section.percent(HoldOut.MOST_BASIS_POINTS) + " together");
            test = 0;
        }
        return new Split(validation, test, groupBy(section), section.whole("seed", 1, 0, Split.MAX_SEED));
    }

    /** A percentage, or the address of a manifest. What begins as a number is told as a percentage gone wrong. */
    private Validation validation(Section split, Optional<S3Uri> labels) {
        String text = split.node("validation").filter(ScalarNode.class::isInstance).map(node -> ((ScalarNode) node).getValue()).orElse("");
        if (text.isEmpty() || Character.isDigit(text.charAt(0)) || text.endsWith("%")) {
            return new Validation.Share(split.share("validation", 2_000, 1, HoldOut.MOST_BASIS_POINTS));
        }
        Optional<S3Uri> uri = Optional.empty();
        if (!text.startsWith("s3://")) {
            split.problem("validation", "\"" + split.at("validation") + "\" is \"" + text + "\", neither a percentage nor the S3 URI of a manifest",
                    "write 20%, or s3://bucket/key.manifest");
        } else {
            uri = uri(text, split.line("validation"), split.at("validation"));
        }
        if (uri.isPresent() && (uri.get().key().isEmpty() || uri.get().key().endsWith("/"))) {
            split.problem("validation", "\"" + split.at("validation") + "\" is " + text + ", a folder", "name one manifest: s3://bucket/key.manifest");
        } else if (uri.isPresent() && uri.equals(labels)) {
            split.problem("validation", "\"" + split.at("validation") + "\" is the manifest of labels: all of it is held out, and nothing is left to train on",
                    "name another manifest, or a share: 20%");
        }
        return new Validation.Manifest(uri.orElse(new S3Uri("missing", "missing")));
    }

    private static String groupBy(Section split) {
        Optional<String> text = split.text("groupBy");
        if (text.isEmpty() || text.get().equals("object")) {
            return "object";
        }
        String groupBy = text.get();
        if (groupBy.startsWith("attribute:")) {
            if (groupBy.substring("attribute:".length()).isBlank()) {
                split.problem("groupBy", "\"" + split.at("groupBy") + "\" names no attribute", "write attribute:NAME");
            }
            return groupBy;
        }
        int groups = groups(groupBy);
        if (groups != 1) {
            split.problem("groupBy", "\"" + split.at("groupBy") + "\" is \"" + groupBy + "\", "
                            + (groups < 0 ? "which is no regular expression" : "a regular expression with " + groups + " groups"),
                    "write object, attribute:NAME, or a regular expression with one group, such as '/([^/]+)/[^/]+$'");
        }
        return groupBy;
    }

    /** How many groups the expression catches; -1 if it is none. */
    private static int groups(String regex) {
        try {
            return Pattern.compile(regex).matcher("").groupCount();
        } catch (PatternSyntaxException e) {
            return -1;
        }
    }

    private TrainingSettings training(Section dataset) {
        Section section = dataset.section("training", TRAINING, HOMES);
        if (!dataset.has("training")) {
            problems.add(dataset.line(), "\"" + dataset.at("training") + "\" is missing: nobody knows what to train",
                    "write training: { algorithm: object-detection }");
        }
        Algorithm algorithm = algorithm(dataset, section);
        Spot spot = section.word("spot", Spot.PREFER);
        List<String> instances = instances(section, algorithm);
        boolean shortWait = spot != Spot.NEVER && !algorithm.maySpotWaitLong();
        Duration maxRuntime = section.duration("maxRuntime", shortWait ? SPOT_WITHOUT_CHECKPOINTS : Duration.ofHours(4),
                Duration.ofMinutes(1), TrainingSettings.LONGEST_RUN);
        Duration standardWait = shortWait ? SPOT_WITHOUT_CHECKPOINTS : maxRuntime.plusHours(1);
        Duration maxWait = section.duration("maxWait", standardWait, Duration.ofMinutes(1), TrainingSettings.LONGEST_WAIT);
        String without = "an algorithm without checkpoints may wait and run " + Durations.text(SPOT_WITHOUT_CHECKPOINTS) + " at most on spot";
        if (spot == Spot.NEVER && section.has("maxWait")) {
            section.problem("maxWait", "\"" + section.at("maxWait") + "\" is given, but with spot: never a job waits for nothing",
                    "remove it, or write spot: prefer");
        } else if (shortWait && section.has("maxWait") && maxWait.compareTo(SPOT_WITHOUT_CHECKPOINTS) > 0) {
            section.problem("maxWait", "\"" + section.at("maxWait") + "\" is " + Durations.text(maxWait) + "; " + without,
                    "write maxWait: 1h, or spot: never");
        } else if (shortWait && maxRuntime.compareTo(SPOT_WITHOUT_CHECKPOINTS) > 0) {
            section.problem("maxRuntime", "\"" + section.at("maxRuntime") + "\" is " + Durations.text(maxRuntime) + "; " + without,
                    "write maxRuntime: 1h, or spot: never");
        } else if (spot != Spot.NEVER && maxWait.compareTo(maxRuntime) < 0) {
            section.problem("maxWait", "\"" + section.at("maxWait") + "\" is " + Durations.text(maxWait) + ", shorter than maxRuntime ("
                    + Durations.text(maxRuntime) + ")", "waiting includes running: write at least " + Durations.text(maxRuntime));
        }
        int volume = (int) section.whole("volumeSizeInGB", 30, 1, 16_384);
        return new TrainingSettings(algorithm, instances, spot, maxRuntime, maxWait, volume, hyperparameters(section, algorithm),
                objective(section, algorithm), network(section));
    }

    private TrainingSettings.Network network(Section training) {
        boolean isolated = training.truth("networkIsolation", false);
        Section section = training.section("vpc", VPC, HOMES);
        TrainingSettings.Network without = new TrainingSettings.Network(List.of(), List.of(), isolated);
        if (!training.has("vpc") || !section.isMapping()) {
            return without;
        }
        VPC.stream().filter(key -> !section.has(key)).forEach(key -> problems.add(section.line(), "\"" + section.at(key) + "\" is missing",
                "write vpc: { subnets: [subnet-…], securityGroups: [sg-…] }"));
        List<String> subnets = ids(section, "subnets", SUBNET, "subnet-", MOST_SUBNETS);
        List<String> securityGroups = ids(section, "securityGroups", SECURITY_GROUP, "sg-", MOST_SECURITY_GROUPS);
        return subnets.isEmpty() || securityGroups.isEmpty() ? without : new TrainingSettings.Network(subnets, securityGroups, isolated);
    }

    private List<String> ids(Section vpc, String key, Pattern form, String prefix, int most) {
        List<String> ids = new ArrayList<>();
        for (Section.Located id : vpc.texts(key, true)) {
            if (!form.matcher(id.text()).matches()) {
                problems.add(id.line(), "\"" + id.text() + "\" in \"" + vpc.at(key) + "\" is no id of AWS's", "write " + prefix + " and 8 or 17 digits 0-9a-f");
            }
            ids.add(id.text());
        }
        if (ids.size() > most) {
            vpc.problem(key, "\"" + vpc.at(key) + "\" has " + ids.size() + " entries", "SageMaker takes " + most);
        }
        return ids;
    }

    private Algorithm algorithm(Section dataset, Section section) {
        Algorithm fallback = Algorithm.BuiltIn.OBJECT_DETECTION;
        if (section.has("algorithm") && section.has("image")) {
            section.problem("image", "both \"" + section.at("algorithm") + "\" and \"" + section.at("image") + "\" are given",
                    "keep algorithm for one of SageMaker's own, image for yours");
            return fallback;
        }
        if (section.has("metrics") && !section.has("image")) {
            section.problem("metrics", "\"" + section.at("metrics") + "\" is given without an image",
                    "remove it: SageMaker's algorithms bring their own metrics");
        }
        if (section.has("image")) {
            return image(section);
        }
        if (!section.has("algorithm")) {
            if (dataset.has("training") && section.isMapping()) {
                problems.add(section.line(), "\"" + dataset.at("training") + "\" names no algorithm",
                        "write algorithm: object-detection, or image: with metrics:");
            }
            return fallback;
        }
        Optional<String> word = section.text("algorithm");
        List<String> words = Algorithm.BuiltIn.words();
        Optional<Algorithm.BuiltIn> found = word.flatMap(Algorithm.BuiltIn::find);
        if (word.isPresent() && found.isEmpty()) {
            section.problem("algorithm", "\"" + section.at("algorithm") + "\" is \"" + word.get()
                            + "\", no algorithm that reads augmented manifests",
                    Spelling.nearest(word.get(), words).map(near -> "did you mean \"" + near + "\"?")
                            .orElse("known: " + String.join(", ", words) + "; anything else by image:"));
        }
        return found.map(Algorithm.class::cast).orElse(fallback);
    }

    private Algorithm image(Section section) {
        Optional<String> image = section.text("image");
        image.filter(uri -> uri.length() > 255 || !IMAGE.matcher(uri).matches()).ifPresent(uri -> section.problem("image",
                "\"" + section.at("image") + "\" is \"" + uri + "\", not an image in ECR",
                "write <account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>"));
        if (!section.has("metrics")) {
            problems.add(section.line(), "an image of yours needs \"" + section.at("metrics") + "\": without a metric no model is ever promoted",
                    "write metrics: [{ name: validation:mAP, regex: 'validation:mAP=([0-9.]+)' }]");
        }
        List<Algorithm.Metric> metrics = metrics(section, problems);
        return image.isPresent() && !metrics.isEmpty()
                ? new Algorithm.Image(image.get(), metrics)
                : Algorithm.BuiltIn.OBJECT_DETECTION;
    }

    /** The metrics that a section lists; none if it lists none. */
    static List<Algorithm.Metric> metrics(Section section, Problems problems) {
        List<Algorithm.Metric> metrics = new ArrayList<>();
        int index = 0;
        for (Node item : section.items("metrics", false)) {
            Section metric = new Section(problems, section.at("metrics") + "[" + index++ + "]", item, METRIC, HOMES);
            Optional<String> name = metric.text("name");
            Optional<String> regex = metric.text("regex");
            for (String key : METRIC) {
                if (!metric.has(key)) {
                    problems.add(metric.line(), "\"" + metric.at(key) + "\" is missing", "write { name: …, regex: … }");
                }
            }
            name.filter(text -> text.length() > 255).ifPresent(_ ->
                    metric.problem("name", "\"" + metric.at("name") + "\" is too long", "SageMaker takes 255 characters"));
            regex.filter(text -> text.length() > 500).ifPresent(_ ->
                    metric.problem("regex", "\"" + metric.at("regex") + "\" is too long", "SageMaker takes 500 characters"));
            regex.filter(text -> groups(text) < 1).ifPresent(text -> metric.problem("regex",
                    "\"" + metric.at("regex") + "\" catches no number: " + (groups(text) < 0 ? "it is no regular expression" : "it has no group"),
                    "put the number in a group: 'mAP=([0-9.]+)'"));
            name.filter(text -> metrics.stream().anyMatch(earlier -> earlier.name().equals(text))).ifPresent(text ->
                    metric.problem("name", "two metrics are called \"" + text + "\"", "give each a name of its own"));
            if (name.isPresent() && regex.isPresent()) {
                metrics.add(new Algorithm.Metric(name.get(), regex.get()));
            }
        }
        if (metrics.size() > 40) {
            section.problem("metrics", "\"" + section.at("metrics") + "\" has " + metrics.size() + " metrics", "SageMaker takes 40");
        }
        return metrics;
    }

    private List<String> instances(Section section, Algorithm algorithm) {
        List<String> instances = new ArrayList<>();
        for (Section.Located instance : section.texts("instances", true)) {
            String type = instance.text();
            if (!INSTANCE.matcher(type).matches()) {
                problems.add(instance.line(), "\"" + type + "\" in \"" + section.at("instances") + "\" is no instance type",
                        "write SageMaker's name, such as " + algorithm.defaultInstances().getFirst());
            } else if (RETIRED.matcher(type).matches()) {
                problems.add(instance.line(), "\"" + type + "\" no longer exists: AWS retired P2 in 2024 and P3 in 2025",
                        "use ml.g4dn or ml.g5");
            } else if (algorithm instanceof Algorithm.BuiltIn builtIn && section.has("algorithm")) {
                boolean needsGpu = builtIn != Algorithm.BuiltIn.BLAZINGTEXT;
                if (needsGpu != WITH_GPU.matcher(type).matches()) {
                    problems.add(instance.line(), "\"" + type + "\" does not fit " + builtIn.word() + ", which trains "
                            + (needsGpu ? "on GPUs only" : "augmented manifests on CPUs only"),
                            "use " + String.join(" or ", builtIn.defaultInstances()));
                }
            }
            instances.add(type);
        }
        return instances.isEmpty() ? algorithm.defaultInstances() : instances;
    }

    private Map<String, String> hyperparameters(Section section, Algorithm algorithm) {
        Map<String, String> all = section.free("hyperparameters", "epochs: 30");
        if (all.size() > 100) {
            section.problem("hyperparameters", "\"" + section.at("hyperparameters") + "\" has " + all.size() + " entries", "SageMaker takes 100");
        }
        all.forEach((name, value) -> {
            if (name.length() > 256 || value.length() > 2_500) {
                problems.add(section.lineOfFree("hyperparameters", name), "hyperparameter \"" + name + "\" is too long",
                        "SageMaker takes names of 256 and values of 2500 characters");
            }
        });
        if (algorithm instanceof Algorithm.BuiltIn builtIn && section.has("algorithm")) {
            Hyperparameters.refused(builtIn.word(), all).forEach(refusal -> problems.add(
                    section.lineOfFree("hyperparameters", refusal.name()),
                    "\"" + section.at("hyperparameters") + "." + refusal.name() + "\" is \"" + refusal.value() + "\", which cannot work: " + refusal.why(),
                    refusal.cure()));
        }
        return all;
    }

    private static Objective objective(Section training, Algorithm algorithm) {
        Section section = training.section("objective", OBJECTIVE, HOMES);
        String metric = section.text("metric").orElse(algorithm.defaultMetric());
        if (algorithm instanceof Algorithm.Image own && own.metrics().stream().noneMatch(one -> one.name().equals(metric))) {
            List<String> names = own.metrics().stream().map(Algorithm.Metric::name).toList();
            section.problem("metric", "\"" + section.at("metric") + "\" is \"" + metric + "\", which no entry of metrics has",
                    "write one of " + String.join(", ", names));
        }
        Direction direction = section.word("direction", Direction.MAXIMIZE);
        if (algorithm instanceof Algorithm.BuiltIn builtIn && training.has("algorithm")) {
            String known = builtIn.defaultMetric();
            if (!metric.equals(known)) {
                section.problem("metric", "\"" + section.at("metric") + "\" is \"" + metric + "\", which " + builtIn.word() + " does not report",
                        Spelling.nearest(metric, List.of(known)).map(near -> "did you mean \"" + near + "\"?").orElse("write " + known));
            } else if (direction == Direction.MINIMIZE) {
                section.problem("direction", "\"" + section.at("direction") + "\" is minimize, but of " + known + " more is better",
                        "write maximize, or remove the key to have the default");
            }
        }
        return new Objective(metric, direction, section.number("tolerance", 0.01));
    }

    private Optional<LabelCategories> categories(Section section) {
        Optional<Node> node = section.node("labelCategories");
        if (node.isEmpty()) {
            return Optional.empty();
        }
        if (node.get() instanceof ScalarNode) {
            return section.text("labelCategories")
                    .flatMap(text -> uri(text, section.line("labelCategories"), section.at("labelCategories")))
                    .filter(uri -> isNoInterface(section, uri))
                    .map(LabelCategories.File::new);
        }
        if (node.get() instanceof MappingNode || node.get() instanceof SequenceNode) {
            List<String> names = section.texts("labelCategories", false).stream().map(Section.Located::text).toList();
            return names.isEmpty() ? Optional.empty() : Optional.of(new LabelCategories.Names(names));
        }
        return Optional.empty();
    }

    private static boolean isNoInterface(Section section, S3Uri uri) {
        if (uri.key().endsWith(".xml")) {
            section.problem("labelCategories", "\"" + section.at("labelCategories") + "\" is " + uri + ", a labeling interface, which truepipe import alone takes",
                    "list its classes in their order: [car, van]");
            return false;
        }
        return true;
    }

    private static ObjectCheck checkObjects(Section section) {
        Optional<String> text = section.scalarText("checkObjects");
        if (text.isEmpty()) {
            return ObjectCheck.HUNDRED;
        }
        try {
            return ObjectCheck.parse(text.get());
        } catch (IllegalArgumentException e) {
            section.problem("checkObjects", "\"" + section.at("checkObjects") + "\" is \"" + text.get() + "\"", "write none, 100 or all");
            return ObjectCheck.HUNDRED;
        }
    }

    private static Brakes brakes(Section section) {
        boolean enabled = section.truth("enabled", true);
        Optional<String> text = section.scalarText("maxRuns");
        if (text.isEmpty()) {
            return new Brakes(enabled, OptionalInt.empty());
        }
        Matcher runs = RUNS_PER_DAY.matcher(text.get());
        if (!runs.matches()) {
            section.problem("maxRuns", "\"" + section.at("maxRuns") + "\" is \"" + text.get() + "\", not a number of runs a day", "write a whole number and /day: 4/day");
            return new Brakes(enabled, OptionalInt.empty());
        }
        int most = Integer.parseInt(runs.group(1));
        if (most < 1 || most > Brakes.MOST_RUNS) {
            section.problem("maxRuns", "\"" + section.at("maxRuns") + "\" is " + text.get(),
                    most == 0 ? "to let none begin write enabled: false" : "it may be 1/day to " + Brakes.MOST_RUNS + "/day; without the key nobody counts");
            return new Brakes(enabled, OptionalInt.empty());
        }
        return new Brakes(enabled, OptionalInt.of(most));
    }

    private Map<String, String> findings(Section section) {
        Map<String, String> all = section.free("findings", "box-outside-image: warning");
        all.forEach((code, severity) -> {
            int line = section.lineOfFree("findings", code);
            String key = "\"" + section.at("findings") + "." + code + "\"";
            Optional<FindingCode> found = Arrays.stream(FindingCode.values()).filter(known -> known.code().equals(code)).findFirst();
            if (found.isEmpty()) {
                problems.add(line, "\"" + code + "\" in \"" + section.at("findings") + "\" is no finding code",
                        Spelling.nearest(code, Arrays.stream(FindingCode.values()).map(FindingCode::code).toList())
                                .map(near -> "did you mean \"" + near + "\"?").orElse("docs/interpretation.md lists them"));
            }
            if (!severity.equals("quarantine") && !severity.equals("warning")) {
                problems.add(line, key + " is \"" + severity + "\"", "write quarantine or warning");
            } else if (found.isPresent()) {
                try {
                    found.get().requireAllowed(severity.equals("warning") ? Severity.WARNING : Severity.QUARANTINE);
                } catch (IllegalArgumentException refused) {
                    problems.add(line, key + ": " + refused.getMessage(), "remove it");
                }
            }
        });
        return all;
    }
}

package dev.truepipe.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.truepipe.importing.ImportFormat;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.ObjectCheck;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.training.TrainingFacts;
import dev.truepipe.training.TrainingPlan;
import dev.truepipe.training.TrainingTerms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class SettingsFileTest {
    private static final String KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    private static final Path ROOT = Path.of(System.getProperty("truepipe.root"));

    @TempDir
    Path folder;

    /** Who can see a mistake: the schema sees one place, only the loader compares places. */
    private enum Seen { BY_BOTH, BY_LOADER }

    /** @param line of the mistake @param what words of the message @param cure words of the cure */
    private record Bad(String fact, String yaml, int line, String what, String cure, Seen seen) {
        @Override
        public String toString() {
            return fact;
        }
    }

    /** A dataset whose lines begin at 2: name on 2, labels on 3, training on 4, then {@code more}. */
    private static String dataset(String more) {
        return "datasets:\n  - name: cars\n    labels: cars/\n    training: { algorithm: object-detection }\n" + more;
    }

    /** A dataset whose training section begins on line 4, its keys on 5. */
    private static String training(String keys) {
        return "datasets:\n  - name: cars\n    labels: cars/\n    training:\n" + keys.indent(6);
    }

    static Stream<Bad> bad() {
        return Stream.of(
                new Bad("unknown key", dataset("    settel: 5m\n"), 5, "unknown key \"settel\"", "did you mean \"settle\"", Seen.BY_BOTH),
                new Bad("unknown key at the top", "dataset: []\n", 1, "unknown key \"dataset\"", "\"datasets\"", Seen.BY_BOTH),
                new Bad("key of another place", dataset("    epochs: 3\n"), 5, "unknown key \"epochs\"", "under training.hyperparameters", Seen.BY_BOTH),
                new Bad("unknown key deep inside", training("algorithm: object-detection\nobjective: { metrik: a }\n"), 6, "metrik", "metric", Seen.BY_BOTH),
                new Bad("key given twice", dataset("    settle: 5m\n    settle: 6m\n"), 6, "given twice", "line 5", Seen.BY_LOADER),
                new Bad("percentage without %", dataset("    split: { validation: 0.2 }\n"), 5, "not a percentage", "20%", Seen.BY_BOTH),
                new Bad("percentage over 100", dataset("    gates: { maxQuarantined: 105% }\n"), 5, "105%", "0% to 100%", Seen.BY_BOTH),
                new Bad("percentage of nothing", dataset("    split: { validation: 0% }\n"), 5, "0%", "0.01% to 99.99%", Seen.BY_BOTH),
                new Bad("percentage too fine", dataset("    split: { validation: 20.125% }\n"), 5, "not a percentage", "two places", Seen.BY_BOTH),
                new Bad("hold-out of no kind", dataset("    split: { validation: hold-out.manifest }\n"), 5, "neither a percentage nor the S3 URI", "s3://bucket/key.manifest", Seen.BY_BOTH),
                new Bad("hold-out that is a folder", dataset("    split: { validation: s3://my-labels/hold-out/ }\n"), 5, "a folder", "name one manifest", Seen.BY_BOTH),
                new Bad("hold-out that is a bucket", dataset("    split: { validation: s3://my-labels }\n"), 5, "a folder", "name one manifest", Seen.BY_BOTH),
                new Bad("hold-out in an impossible bucket", dataset("    split: { validation: s3://My_Labels/val.manifest }\n"), 5, "no bucket name", "lower-case", Seen.BY_BOTH),
                new Bad("hold-out that is a pattern", dataset("    split: { validation: 's3://my-labels/*.manifest' }\n"), 5, "no pattern", "plain prefix", Seen.BY_BOTH),
                new Bad("hold-out that is all there is", dataset("    split: { validation: s3://my-labels/all.manifest }\n").replace("cars/", "s3://my-labels/all.manifest"),
                        5, "nothing is left to train on", "name another", Seen.BY_LOADER),
                new Bad("test without %", dataset("    split: { test: 10 }\n"), 5, "not a percentage", "0%", Seen.BY_BOTH),
                new Bad("test of all", dataset("    split: { test: 100% }\n"), 5, "100%", "0% to 99.99%", Seen.BY_BOTH),
                new Bad("nothing left of validation and test", dataset("    split: { validation: 60%, test: 40% }\n"), 5, "are 100% together", "at most 99.99%", Seen.BY_LOADER),
                new Bad("test at home nowhere", dataset("    test: 10%\n"), 5, "unknown key \"test\"", "under split", Seen.BY_BOTH),
                new Bad("missing bucket", "datasets:\n  - name: cars\n    labels: cars/\n    labelBucket: notification\n    training: { algorithm: object-detection }\n",
                        3, "names no bucket", "s3://bucket/cars/", Seen.BY_BOTH),
                new Bad("empty bucket", "datasets:\n  - name: cars\n    labels: s3:///cars/\n    training: { algorithm: object-detection }\n",
                        3, "names no bucket", "s3://bucket/prefix/", Seen.BY_BOTH),
                new Bad("impossible bucket", "datasets:\n  - name: cars\n    labels: s3://My_Labels/cars/\n    training: { algorithm: object-detection }\n",
                        3, "no bucket name", "lower-case", Seen.BY_BOTH),
                new Bad("bucket like an address", "datasets:\n  - name: cars\n    labels: s3://192.168.1.1/cars/\n    training: { algorithm: object-detection }\n",
                        3, "no bucket name", "IP address", Seen.BY_BOTH),
                new Bad("https instead of s3", "datasets:\n  - name: cars\n    labels: https://x/cars/\n    training: { algorithm: object-detection }\n",
                        3, "names no bucket", "s3://bucket/", Seen.BY_BOTH),
                new Bad("folder without its slash", "datasets:\n  - name: cars\n    labels: s3://my-labels/cars\n    training: { algorithm: object-detection }\n",
                        3, "neither a folder nor a manifest", "s3://my-labels/cars/", Seen.BY_BOTH),
                new Bad("no labels", "datasets:\n  - name: cars\n    training: { algorithm: object-detection }\n", 2, "\"datasets[0].labels\" is missing", "s3://bucket/prefix/", Seen.BY_BOTH),
                new Bad("no name", "datasets:\n  - labels: cars/\n    training: { algorithm: object-detection }\n", 2, "no name", "name: street-cars", Seen.BY_BOTH),
                new Bad("no training", "datasets:\n  - name: cars\n    labels: cars/\n", 2, "\"datasets[0].training\" is missing", "algorithm: object-detection", Seen.BY_BOTH),
                new Bad("no algorithm", training("spot: never\n"), 5, "names no algorithm", "object-detection", Seen.BY_BOTH),
                new Bad("no datasets", "mapConcurrency: 3\n", 1, "\"datasets\" is missing", "datasets:", Seen.BY_BOTH),
                new Bad("empty list of datasets", "datasets: []\n", 1, "empty list", "give it at least one item", Seen.BY_BOTH),
                new Bad("datasets as a mapping", "datasets: { cars: 1 }\n", 1, "expected a list", "[first, second]", Seen.BY_BOTH),
                new Bad("a dataset that is text", "datasets: [cars]\n", 1, "expected keys and values", "name: …", Seen.BY_BOTH),
                new Bad("upper-case name", "datasets:\n  - name: Cars\n    labels: cars/\n    training: { algorithm: object-detection }\n", 2, "\"Cars\"", "lower-case", Seen.BY_BOTH),
                new Bad("name with two hyphens", "datasets:\n  - name: my--cars\n    labels: cars/\n    training: { algorithm: object-detection }\n", 2, "\"my--cars\"", "single hyphens", Seen.BY_BOTH),
                new Bad("name too long", "datasets:\n  - name: abcdefghijklmnopqrstuvwxy\n    labels: cars/\n    training: { algorithm: object-detection }\n", 2, "abcdefghijklmnopqrstuvwxy", "24", Seen.BY_BOTH),
                new Bad("nested prefixes", two("s3://my-labels/street/", "s3://my-labels/street/night/"), 6, "nest", "prefix of its own", Seen.BY_LOADER),
                new Bad("nested prefixes, the wider one later", two("s3://my-labels/street/night/", "s3://my-labels/street/"), 6, "nest", "prefix of its own", Seen.BY_LOADER),
                new Bad("the same prefix twice", two("s3://my-labels/street/", "s3://my-labels/street/"), 6, "too", "prefix of its own", Seen.BY_LOADER),
                new Bad("nested prefixes in the stack's own bucket", two("street/", "street/night/"), 6, "nest", "prefix of its own", Seen.BY_LOADER),
                new Bad("one name twice", two("a/", "b/").replace("night", "day"), 5, "two datasets are called \"day\", the first on line 2", "name of its own", Seen.BY_LOADER),
                new Bad("one bucket watched two ways", two("s3://my-labels/a/", "s3://my-labels/b/") + "    labelBucket: eventbridge\n",
                        8, "watched by eventbridge", "same labelBucket", Seen.BY_LOADER),
                new Bad("unknown way to watch", dataset("    labelBucket: notifications\n"), 5, "notifications", "did you mean \"notification\"", Seen.BY_BOTH),
                new Bad("no unit of time", dataset("    settle: 300\n"), 5, "not a duration", "5m", Seen.BY_BOTH),
                new Bad("unknown unit of time", dataset("    sweep: 1w\n"), 5, "not a duration", "s, m, h or d", Seen.BY_BOTH),
                new Bad("settling for days", dataset("    settle: 2d\n"), 5, "2d", "0s to 1d", Seen.BY_LOADER),
                new Bad("sweep in seconds", dataset("    sweep: 90s\n"), 5, "whole minutes", "write m, h or d", Seen.BY_LOADER),
                new Bad("wait shorter than the run", training("algorithm: object-detection\nmaxRuntime: 4h\nmaxWait: 3h\n"), 7, "shorter than maxRuntime", "4h", Seen.BY_LOADER),
                new Bad("retired instance", training("algorithm: object-detection\ninstances: [ml.g5.xlarge,\n  ml.p3.2xlarge]\n"), 7, "P3 in 2025", "ml.g4dn", Seen.BY_BOTH),
                new Bad("no instance type", training("algorithm: object-detection\ninstances: g5.xlarge\n"), 6, "g5.xlarge", "ml.g4dn.xlarge", Seen.BY_BOTH),
                new Bad("GPU algorithm on a CPU", training("algorithm: object-detection\ninstances: [ml.m5.xlarge]\n"), 6, "GPUs only", "ml.g4dn", Seen.BY_LOADER),
                new Bad("unknown algorithm", training("algorithm: object-detector\n"), 5, "object-detector", "did you mean \"object-detection\"", Seen.BY_BOTH),
                new Bad("algorithm and image", training("algorithm: object-detection\nimage: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/mine:1\nmetrics: [{ name: a, regex: 'a=(.*)' }]\n"),
                        6, "both", "keep algorithm", Seen.BY_BOTH),
                new Bad("image without metrics", training("image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/mine:1\n"), 5, "needs \"datasets[0].training.metrics\"", "regex", Seen.BY_BOTH),
                new Bad("image from elsewhere", training("image: docker.io/mine:1\nmetrics: [{ name: a, regex: 'a=(.*)' }]\n"), 5, "not an image in ECR", "dkr.ecr", Seen.BY_BOTH),
                new Bad("metrics without an image", training("algorithm: object-detection\nmetrics: [{ name: a, regex: 'a=(.*)' }]\n"), 6, "without an image", "remove it", Seen.BY_BOTH),
                new Bad("metric that catches nothing", training("image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/mine:1\nmetrics: [{ name: a, regex: 'a=.*' }]\n"),
                        6, "no group", "([0-9.]+)", Seen.BY_LOADER),
                new Bad("objective nobody measures", training("image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/mine:1\nmetrics: [{ name: a, regex: 'a=(.*)' }]\nobjective: { metric: b }\n"),
                        7, "no entry of metrics", "write one of a", Seen.BY_LOADER),
                new Bad("negative tolerance", training("algorithm: object-detection\nobjective: { tolerance: -0.1 }\n"), 6, "-0.1", "0 or more", Seen.BY_BOTH),
                new Bad("tolerance as text", training("algorithm: object-detection\nobjective: { tolerance: little }\n"), 6, "expected a number", "0.01", Seen.BY_BOTH),
                new Bad("direction unknown", training("algorithm: object-detection\nobjective: { direction: up }\n"), 6, "up", "maximize", Seen.BY_BOTH),
                new Bad("hyperparameter that is a list", training("algorithm: object-detection\nhyperparameters: { epochs: [1] }\n"), 6, "a list", "epochs: 30", Seen.BY_BOTH),
                new Bad("group expression broken", dataset("    split: { groupBy: '([' }\n"), 5, "no regular expression", "object, attribute:NAME", Seen.BY_LOADER),
                new Bad("group expression without a group", dataset("    split: { groupBy: 'frame' }\n"), 5, "0 groups", "one group", Seen.BY_LOADER),
                new Bad("seed as text", dataset("    split: { seed: lucky }\n"), 5, "expected a whole number", "write 1", Seen.BY_BOTH),
                new Bad("negative gate", dataset("    gates: { minPerClass: -1 }\n"), 5, "-1", "0 to", Seen.BY_BOTH),
                new Bad("unknown severity", dataset("    findings: { box-outside-image: fatal }\n"), 5, "fatal", "quarantine or warning", Seen.BY_BOTH),
                new Bad("finding that is no code", dataset("    findings: { Fog: warning }\n"), 5, "no finding code", "interpretation.md", Seen.BY_BOTH),
                new Bad("finding misspelled", dataset("    findings: { box-outside-the-image: warning }\n"), 5, "no finding code", "did you mean \"box-outside-image\"", Seen.BY_LOADER),
                new Bad("finding that cannot be softened", dataset("    findings: { invalid-json: warning }\n"), 5, "cannot be a warning", "remove it", Seen.BY_LOADER),
                new Bad("images as https", dataset("    images: [https://example.com/]\n"), 5, "not an S3 URI", "s3://", Seen.BY_BOTH),
                new Bad("label that is a number", dataset("    label: 7\n"), 5, "the number 7", "\"7\"", Seen.BY_BOTH),
                new Bad("key without a value", dataset("    gates:\n"), 5, "has no value", "remove the key", Seen.BY_BOTH),
                new Bad("categories named twice", dataset("    labelCategories: [car, car]\n"), 5, "twice", "keep one", Seen.BY_BOTH),
                new Bad("categories nowhere", dataset("    labelCategories: classes.json\n"), 5, "not an S3 URI", "s3://", Seen.BY_BOTH),
                new Bad("mail to nobody", dataset("") + "notify: { email: ml-team }\n", 5, "not an address", "name@example.com", Seen.BY_BOTH),
                new Bad("notify without email", dataset("") + "notify: {}\n", 5, "names nobody", "email:", Seen.BY_BOTH),
                new Bad("wait without spot", training("algorithm: object-detection\nspot: never\nmaxWait: 5h\n"), 7, "waits for nothing", "remove it", Seen.BY_BOTH),
                new Bad("labels inside a job", folder("s3://my-labels/yard/manifests/"), 3, "a labeling job makes", "before manifests/: s3://my-labels/yard/", Seen.BY_BOTH),
                new Bad("labels inside a job, deeper", folder("yard/manifests/output/"), 3, "a labeling job makes", "before manifests/: yard/", Seen.BY_BOTH),
                new Bad("labels inside no job's output", folder("s3://my-labels/manifests/output/"), 3, "a labeling job makes", "before manifests/: s3://my-labels/", Seen.BY_BOTH),
                new Bad("labels among intermediate manifests", folder("s3://my-labels/yard/manifests/intermediate/1/"), 3, "a labeling job makes", "s3://my-labels/yard/", Seen.BY_BOTH),
                new Bad("labels with a pattern", folder("s3://my-labels/yard-*/"), 3, "\"*\" is no pattern here", "plain prefix", Seen.BY_BOTH),
                new Bad("labels in our bucket with a pattern", folder("yard-?/"), 3, "\"?\" is no pattern here", "plain prefix", Seen.BY_BOTH),
                new Bad("labels with a variable", folder("s3://my-labels/${team}/"), 3, "\"${\" is no pattern here", "plain prefix", Seen.BY_BOTH),
                new Bad("images with a pattern", dataset("    images: [s3://my-images/,\n      s3://my-images/*/a]\n"), 6, "\"*\" is no pattern here", "plain prefix", Seen.BY_BOTH),
                new Bad("algorithm that reads no augmented manifests", training("algorithm: xgboost\n"), 5,
                        "no algorithm that reads augmented manifests", "anything else by image:", Seen.BY_BOTH),
                new Bad("one class of masks", training("algorithm: semantic-segmentation\nhyperparameters: { num_classes: 1 }\n"), 6,
                        "learns 2 to 254 classes", "use 2 or more", Seen.BY_BOTH),
                new Bad("too many classes of masks", training("algorithm: semantic-segmentation\nhyperparameters: { num_classes: 255 }\n"), 6,
                        "learns 2 to 254 classes", "use 254 or less", Seen.BY_BOTH),
                new Bad("texts without labels", training("algorithm: blazingtext\nhyperparameters: { mode: skipgram }\n"), 6,
                        "only the supervised mode learns labels", "write supervised", Seen.BY_BOTH),
                new Bad("metric of masks for texts", training("algorithm: blazingtext\nobjective: { metric: 'validation:mIOU' }\n"), 6,
                        "blazingtext does not report", "write validation:accuracy", Seen.BY_BOTH),
                new Bad("metric misspelled", training("algorithm: object-detection\nobjective: { metric: 'validation:map1' }\n"), 6, "does not report", "did you mean \"validation:mAP\"", Seen.BY_BOTH),
                new Bad("metric of another algorithm", training("algorithm: image-classification\nobjective: { metric: loss }\n"), 6, "image-classification does not report", "write validation:accuracy", Seen.BY_BOTH),
                new Bad("less of what more is better of", training("algorithm: object-detection\nobjective:\n  direction: minimize\n"), 7, "more is better", "write maximize", Seen.BY_BOTH),
                new Bad("epochs in words", training("algorithm: object-detection\nhyperparameters:\n  optimizer: adam\n  epochs: zero\n"), 8, "it is a whole number", "leave it out", Seen.BY_BOTH),
                new Bad("batches of nothing", training("algorithm: image-classification\nhyperparameters: { mini_batch_size: 0 }\n"), 6, "one image or more", "use 1 or more", Seen.BY_BOTH),
                new Bad("tiny images", training("algorithm: object-detection\nhyperparameters: { image_shape: 12 }\n"), 6, "300 pixels or more", "use 300 or more", Seen.BY_BOTH),
                new Bad("shape without channels", training("algorithm: image-classification\nhyperparameters: { image_shape: 224 }\n"), 6, "channels, height and width", "3,224,224", Seen.BY_BOTH),
                new Bad("the object as its own label", dataset("    label: [cars,\n      source-ref]\n"), 6, "is the labeled object itself", "labeling job gave", Seen.BY_BOTH),
                new Bad("a text as its own label", dataset("    label: source\n"), 5, "is the labeled object itself", "labeling job gave", Seen.BY_BOTH),
                new Bad("metadata as a label", dataset("    label: cars-metadata\n"), 5, "only describes a label", "name the label itself: cars", Seen.BY_BOTH),
                new Bad("two metrics of one name", training("image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/mine:1\nmetrics:\n  - { name: a, regex: 'a=(.*)' }\n  - { name: a, regex: 'b=(.*)' }\n"),
                        8, "two metrics are called \"a\"", "name of its own", Seen.BY_LOADER),
                new Bad("some objects", dataset("    checkObjects: 50\n"), 5, "\"datasets[0].checkObjects\" is \"50\"", "none, 100 or all", Seen.BY_BOTH),
                new Bad("objects at home nowhere", training("algorithm: object-detection\ncheckObjects: all\n"), 6, "unknown key \"checkObjects\"", "to a dataset", Seen.BY_BOTH),
                new Bad("category without a name", dataset("    labelCategories: [car, '']\n"), 5, "is empty, expected text", "write some text", Seen.BY_BOTH),
                new Bad("seed with more digits than JSON keeps", dataset("    split: { seed: 9007199254740992 }\n"), 5, "is 9007199254740992", "0 to 9007199254740991", Seen.BY_BOTH),
                new Bad("negative seed", dataset("    split: { seed: -1 }\n"), 5, "is -1", "0 to 9007199254740991", Seen.BY_BOTH),
                new Bad("no concurrency", dataset("") + "mapConcurrency: 0\n", 5, "is 0", "1 to 1000", Seen.BY_BOTH),
                new Bad("a brake in quotes", dataset("    enabled: 'false'\n"), 5, "\"datasets[0].enabled\" is \"false\", expected true or false", "without quotes", Seen.BY_BOTH),
                new Bad("a brake as yes or no", dataset("    enabled: no\n"), 5, "is \"no\", expected true or false", "write true or false", Seen.BY_BOTH),
                new Bad("a brake at home nowhere", training("algorithm: object-detection\nenabled: false\n"), 6, "unknown key \"enabled\"", "to a dataset", Seen.BY_BOTH),
                new Bad("runs of no time", dataset("    maxRuns: 4\n"), 5, "\"datasets[0].maxRuns\" is \"4\", not a number of runs a day", "4/day", Seen.BY_BOTH),
                new Bad("runs an hour", dataset("    maxRuns: 4/hour\n"), 5, "is \"4/hour\"", "4/day", Seen.BY_BOTH),
                new Bad("no runs", dataset("    maxRuns: 0/day\n"), 5, "is 0/day", "write enabled: false", Seen.BY_BOTH),
                new Bad("runs without end", dataset("    maxRuns: 1001/day\n"), 5, "is 1001/day", "1/day to 1000/day", Seen.BY_BOTH),
                new Bad("a key by its alias", foreign("") + "kmsKeys: { labels: alias/mine }\n", 6, "no ARN of a KMS key", "aws kms describe-key", Seen.BY_BOTH),
                new Bad("a key of another service", foreign("") + "kmsKeys:\n  images: [arn:aws:kms:eu-west-1:111122223333:key/a,\n    arn:aws:s3:::a]\n", 8, "no ARN of a KMS key", "key/ID", Seen.BY_BOTH),
                new Bad("no keys", foreign("") + "kmsKeys: {}\n", 6, "names no key", "remove it", Seen.BY_BOTH),
                new Bad("a key for nothing of labels", dataset("") + "kmsKeys: { labels: " + KEY + " }\n", 5, "every manifest lies in a bucket that the stack makes", "customer-key", Seen.BY_LOADER),
                new Bad("a key for no images", dataset("") + "kmsKeys: { images: " + KEY + " }\n", 5, "every image lies in a bucket that the stack makes", "customer-key", Seen.BY_LOADER),
                new Bad("keys of a dataset", foreign("    kmsKeys: { labels: " + KEY + " }\n"), 6, "unknown key \"kmsKeys\"", "at the top of the file", Seen.BY_BOTH),
                new Bad("encryption misspelled", dataset("") + "encryption: custmer-key\n", 5, "expected one of managed, customer-key", "did you mean \"customer-key\"", Seen.BY_BOTH),
                new Bad("a VPC without groups", training("algorithm: object-detection\nvpc: { subnets: [subnet-01234567] }\n"), 6, "\"datasets[0].training.vpc.securityGroups\" is missing", "sg-", Seen.BY_BOTH),
                new Bad("a VPC without subnets", training("algorithm: object-detection\nvpc: { subnets: [], securityGroups: [sg-01234567] }\n"), 6, "an empty list", "give it at least one item", Seen.BY_BOTH),
                new Bad("a subnet by its name", training("algorithm: object-detection\nvpc: { subnets: [private-a], securityGroups: [sg-01234567] }\n"), 6, "\"private-a\" in \"datasets[0].training.vpc.subnets\"", "write subnet-", Seen.BY_BOTH),
                new Bad("too many groups", training("algorithm: object-detection\nvpc: { subnets: subnet-01234567, securityGroups: [sg-00000001, sg-00000002, sg-00000003, sg-00000004, sg-00000005, sg-00000006] }\n"),
                        6, "has 6 entries", "SageMaker takes 5", Seen.BY_BOTH),
                new Bad("isolation in words", training("algorithm: object-detection\nnetworkIsolation: 'yes'\n"), 6, "expected true or false", "without quotes", Seen.BY_BOTH),
                new Bad("isolation at home nowhere", dataset("    networkIsolation: true\n"), 5, "unknown key \"networkIsolation\"", "under training", Seen.BY_BOTH),
                new Bad("format of many files", dataset("    format: yolo\n"), 5, "many files: nobody knows when all of them are there", "run truepipe import yolo yourself", Seen.BY_BOTH),
                new Bad("format of folders", dataset("    format: folders\n"), 5, "many files", "label-studio, cvat, csv are taken", Seen.BY_BOTH),
                new Bad("format of lists", dataset("    format: file-mode\n"), 5, "many files", "put its manifest under labels", Seen.BY_BOTH),
                new Bad("format of two files", dataset("    format: manifest\n"), 5, "parted in two files", "run truepipe import manifest yourself", Seen.BY_BOTH),
                new Bad("format misspelled", dataset("    format: labelstudio\n"), 5, "no format of exports", "did you mean \"label-studio\"", Seen.BY_BOTH),
                new Bad("format of nobody", dataset("    format: parquet\n"), 5, "no format of exports", "write one of coco, label-studio, cvat, csv", Seen.BY_BOTH),
                new Bad("options without a format", dataset("    import: { map: a=s3://b/ }\n"), 5, "without a format", "write format: label-studio", Seen.BY_BOTH),
                new Bad("option unknown", dataset("    format: coco\n    import: { prefix: s3://my-images/ }\n"), 6, "unknown key \"prefix\"", "s3Prefix", Seen.BY_BOTH),
                new Bad("option at home nowhere", dataset("    format: coco\n    s3Prefix: s3://my-images/\n"), 6, "unknown key \"s3Prefix\"", "under import", Seen.BY_BOTH),
                new Bad("rule that rewrites nothing", dataset("    format: coco\n    import:\n      map: [a=s3://b/, images/]\n"), 7, "is not FROM=TO", "/data/upload/=s3://bucket/folder/", Seen.BY_BOTH),
                new Bad("control of another tool", dataset("    format: cvat\n    import: { from: kind }\n"), 6, "belongs to label-studio alone", "remove it", Seen.BY_BOTH),
                new Bad("images nowhere near", dataset("    format: coco\n    import: { s3Prefix: s3://my-images/a/ }\n    images: [s3://my-images/b/]\n"), 6,
                        "every line would be quarantined", "write images: [s3://my-images/a/]", Seen.BY_LOADER),
                new Bad("prefix that is none", dataset("    format: coco\n    import: { s3Prefix: /images/ }\n"), 6, "not an S3 URI", "s3://bucket/prefix/", Seen.BY_BOTH),
                new Bad("an export of another ending", dataset("    format: cvat\n").replace("cars/", "s3://my-labels/cars/annotations.json"), 3, "is a .xml file", "ends so", Seen.BY_LOADER),
                new Bad("webhook without labels of Label Studio", dataset("    webhook: { secret: /label-studio/street }\n"), 5, "is for Label Studio, and the dataset's labels are manifests", "write format: label-studio", Seen.BY_BOTH),
                new Bad("webhook of another tool", dataset("    format: cvat\n    webhook: { secret: /label-studio/street }\n"), 6, "labels are of cvat", "write format: label-studio", Seen.BY_BOTH),
                new Bad("webhook without a secret", dataset("    format: label-studio\n    webhook: { every: 50 }\n"), 6, "anybody could call", "SecureString", Seen.BY_BOTH),
                new Bad("a secret itself", dataset("    format: label-studio\n    webhook: { secret: 'p@ss word' }\n"), 6, "the secret itself never stands here", "write a name", Seen.BY_BOTH),
                new Bad("a secret itself, of hexadecimal digits", dataset("    format: label-studio\n    webhook: { secret: 9f86d081884c7d65 }\n"), 6, "the secret itself never stands here", "write a name", Seen.BY_BOTH),
                new Bad("a secret that AWS keeps", dataset("    format: label-studio\n    webhook: { secret: /aws/street }\n"), 6, "no name of an SSM parameter", "/label-studio/street", Seen.BY_BOTH),
                new Bad("every no annotation", dataset("    format: label-studio\n    webhook: { secret: /street, every: 0 }\n"), 6, "is 0", "1 to 1000000", Seen.BY_BOTH),
                new Bad("classes as a labeling interface", dataset("    format: label-studio\n    labelCategories: s3://my-labels/interface.xml\n"), 6, "a labeling interface", "list its classes in their order", Seen.BY_LOADER),
                new Bad("partial as yes or no", dataset("    partial: true\n"), 5, "true", "deny", Seen.BY_BOTH));
    }

    /** A dataset in a bucket that exists, its lines as in {@link #dataset} with labelBucket on 5. */
    private static String foreign(String more) {
        return dataset("    labelBucket: eventbridge\n" + more).replace("cars/", "s3://my-labels/cars/");
    }

    private static String folder(String labels) {
        return dataset("").replace("cars/", labels);
    }

    private static String two(String first, String second) {
        return "datasets:\n  - name: day\n    labels: " + first + "\n    training: { algorithm: object-detection }\n"
                + "  - name: night\n    labels: " + second + "\n    training: { algorithm: object-detection }\n";
    }

    @ParameterizedTest
    @MethodSource("bad")
    void refusesWithLineAndCure(Bad bad) throws IOException {
        Path file = write(bad.yaml());
        InvalidSettingsException refusal = assertThrows(InvalidSettingsException.class, () -> SettingsFile.read(file));
        assertEquals(1, refusal.problems().size(), () -> "one mistake, one problem:\n" + refusal.getMessage());
        SettingsProblem problem = refusal.problems().getFirst();
        assertEquals(bad.line(), problem.line(), problem::toString);
        assertTrue(problem.what().contains(bad.what()), problem::toString);
        assertTrue(problem.cure().contains(bad.cure()), problem::toString);
        assertEquals(file.toString(), problem.file());
        if (bad.seen() == Seen.BY_BOTH) {
            assertFalse(schemaAccepts(bad.yaml()), "the schema lets pass what the loader refuses: " + bad.yaml());
        }
    }

    static Stream<String> good() {
        return Stream.of(
                dataset(""),
                training("algorithm: image-classification\nspot: never\nmaxRuntime: 1d\nhyperparameters: { image_shape: '3,224,224', mini_batch_size: '16' }\n"),
                training("algorithm: image-classification\nobjective: { metric: 'validation:accuracy', direction: maximize }\n"),
                training("algorithm: object-detection\nobjective: { metric: 'validation:mAP' }\nhyperparameters: { image_shape: 512, label_width: 7, epochs: 1 }\n"),
                training("algorithm: semantic-segmentation\nobjective: { metric: 'validation:mIOU' }\nhyperparameters: { num_classes: 254, epochs: 1 }\n"),
                training("algorithm: blazingtext\nmaxRuntime: 30m\ninstances: [ml.c5.4xlarge]\nhyperparameters: { mode: supervised, min_count: 2 }\n"),
                training("algorithm: blazingtext\nspot: never\nmaxRuntime: 4h\n"),
                dataset("    split: { seed: 9007199254740991 }\n"),
                dataset("").replace("cars/", "cars/yard/manifests/output/output.manifest"),
                dataset("").replace("cars/", "s3://my-labels/yard/manifests/intermediate/1/output.manifest"),
                dataset("").replace("cars/", "s3://my-labels/manifests/"),
                dataset("").replace("cars/", "s3://my-labels/manifests/output-of-may/"),
                training("image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/mine@sha256:00ff\nmetrics:\n  - { name: 'val:f1', regex: 'f1=([0-9.]+)' }\ninstances: ml.m5.xlarge\n"),
                two("s3://my-labels/a/", "s3://my-labels/b/") + "mapConcurrency: 1000\n",
                two("a/", "s3://my-labels/output.manifest"),
                dataset("    label: [boxes, boxes-2]\n    labelCategories: [car, bus]\n    negatives: drop\n    partial: allow\n"),
                dataset("    label: boxes\n    labelCategories: s3://my-labels/classes.json\n    findings: { box-outside-image: warning }\n"),
                dataset("    split: { validation: 0.01%, groupBy: 'attribute:camera', seed: 0 }\n    gates: { maxQuarantined: 100%, minPerClass: 0, minNewLabels: 0 }\n"),
                dataset("    split: { validation: 60%, test: 39.99% }\n"),
                dataset("    split: { validation: s3://my-labels/hold-out/val.manifest, test: 99.99% }\n"),
                dataset("    split: { validation: s3://my-labels/cars/val/manifests/output/output.manifest }\n").replace(" cars/", " s3://my-labels/cars/"),
                dataset("    split: { test: 0% }\n"),
                dataset("    checkObjects: 100\n"), dataset("    checkObjects: '100'\n"), dataset("    checkObjects: none\n"), dataset("    checkObjects: all\n"),
                dataset("    split: { groupBy: '/([^/]+)/[^/]+$' }\n    settle: 0s\n    sweep: 1m\n"),
                training("algorithm: object-detection\nhyperparameters: { epochs: 30, lr_scheduler_step: '10,20', early_stopping: true, learning_rate: 1e-3 }\nobjective: { tolerance: 0 }\n"),
                foreign("") + "kmsKeys: { labels: " + KEY + " }\n", foreign("") + "kmsKeys: { labels: [" + KEY + "], images: [" + KEY + ", arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-1] }\n",
                dataset("    images: [s3://my-images/]\n") + "kmsKeys: { images: " + KEY + " }\nencryption: customer-key\n",
                dataset("    split: { validation: s3://my-labels/val.manifest }\n") + "kmsKeys: { labels: " + KEY + " }\nencryption: managed\n",
                training("algorithm: object-detection\nvpc: { subnets: [subnet-01234567, subnet-0123456789abcdef0], securityGroups: sg-0123456789abcdef0 }\nnetworkIsolation: true\n"),
                training("algorithm: object-detection\nnetworkIsolation: false\n"),
                dataset("    format: coco\n"), dataset("    format: csv\n    import: {}\n").replace("cars/", "s3://my-labels/cars/boxes.csv"),
                dataset("    format: cvat\n").replace("cars/", "s3://my-labels/yard/manifests/"),
                dataset("    format: label-studio\n    label: kind\n    images: [s3://my-images/street/]\n    labelCategories: [car, van]\n"
                        + "    import: { s3Prefix: s3://my-images/, map: ['/data/local-files/?d=shelf/=s3://my-images/shelf/', a=b], from: kind }\n"),
                dataset("    format: label-studio\n    webhook: { secret: /label-studio/street, every: 50 }\n"), dataset("    format: label-studio\n    webhook: { secret: /secret.of-1 }\n"),
                dataset("    enabled: false\n    maxRuns: 1/day\n"), dataset("    enabled: true\n    maxRuns: 1000/day\n"),
                dataset("    labelBucket: create\n") + "notify: { email: ml-team@example.com }\n");
    }

    @ParameterizedTest
    @MethodSource("good")
    void acceptsWhatTheSchemaAccepts(String yaml) throws Exception {
        SettingsFile.read(write(yaml));
        assertEquals("[]", schemaFindings(yaml));
    }

    @Test
    void theProjectsOwnFileIsGood() throws Exception {
        SettingsFile.read(ROOT.resolve("truepipe.yaml"));
        assertEquals("[]", schemaFindings(Files.readString(ROOT.resolve("truepipe.yaml"))));
    }

    @Test
    void fillsEveryDefaultOfTheDesign() throws Exception {
        DatasetSettings dataset = read(dataset("")).datasets().getFirst();
        assertEquals(DatasetSettings.LabelBucket.CREATE, dataset.labelBucket());
        assertEquals(new S3Uri(Settings.GENERATED_BUCKET, "cars/"), dataset.labels());
        assertEquals(List.of(new S3Uri(Settings.GENERATED_BUCKET, "")), dataset.images());
        assertEquals(List.of(), dataset.label());
        assertEquals(new DatasetSettings.Split(new DatasetSettings.Validation.Share(2_000), 0, "object", 1), dataset.split());
        assertEquals(new DatasetSettings.Gates(500, 10, 1), dataset.gates());
        assertEquals(Duration.ofMinutes(5), dataset.settle());
        assertEquals(Duration.ofDays(1), dataset.sweep());
        assertEquals(DatasetSettings.Partial.DENY, dataset.partial());
        assertEquals(DatasetSettings.Negatives.KEEP, dataset.negatives());
        assertEquals(Optional.empty(), dataset.labelCategories());
        assertEquals(ObjectCheck.HUNDRED, dataset.checkObjects());
        assertEquals(Optional.empty(), dataset.imports());
        assertEquals(Optional.empty(), dataset.webhook());
        assertEquals(Map.of(), dataset.findings());
        assertEquals(DatasetSettings.Brakes.NONE, dataset.brakes());
        TrainingSettings training = dataset.training();
        assertEquals(TrainingSettings.Spot.PREFER, training.spot());
        assertEquals(Duration.ofHours(4), training.maxRuntime());
        assertEquals(Duration.ofHours(5), training.maxWait());
        assertEquals(new TrainingSettings.Objective("validation:mAP", TrainingSettings.Direction.MAXIMIZE, 0.01), training.objective());
        assertEquals(new TrainingSettings.Network(List.of(), List.of(), false), training.network());
        assertEquals(Optional.empty(), read(dataset("")).notifyEmail());
        assertEquals(KmsKeys.NONE, read(dataset("")).kmsKeys());
        assertEquals(Settings.Encryption.MANAGED, read(dataset("")).encryption());
    }

    /** Images lie in the bucket of labels where nothing else is said, and so under its keys. */
    @Test
    void keysOfImagesAreThoseOfLabelsWhereImagesLieBesideThem() throws Exception {
        assertEquals(new KmsKeys(List.of(KEY), List.of(KEY)), read(foreign("") + "kmsKeys: { labels: " + KEY + " }\n").kmsKeys());
        assertEquals(new KmsKeys(List.of(KEY), List.of()), read(foreign("    images: [s3://my-images/]\n") + "kmsKeys: { labels: " + KEY + " }\n").kmsKeys());
    }

    @Test
    void readsEveryKeyThatIsGiven() throws Exception {
        Settings settings = read("""
                datasets:
                  - name: street-cars
                    labels: s3://my-labels/street/
                    labelBucket: eventbridge
                    label: [boxes, boxes-2]
                    images: [s3://my-images/, s3://more/street]
                    split: { validation: 12.5%, test: 5%, groupBy: "attribute:camera", seed: 42 }
                    gates: { maxQuarantined: 0.25%, minPerClass: 3, minNewLabels: 50 }
                    settle: 90s
                    sweep: 12h
                    partial: allow
                    negatives: drop
                    labelCategories: [car, bus]
                    checkObjects: all
                    format: label-studio
                    import: { s3Prefix: "s3://my-images/a/", map: [x=s3://y/, a=b], from: kind }
                    webhook: { secret: /label-studio/street, every: 50 }
                    findings: { box-outside-image: warning }
                    enabled: false
                    maxRuns: 4/day
                    training:
                      image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/mine:1
                      metrics: [{ name: loss, regex: 'loss=([0-9.]+)' }]
                      instances: [ml.m5.xlarge, ml.c5.xlarge]
                      spot: always
                      maxRuntime: 2h
                      maxWait: 6h
                      volumeSizeInGB: 100
                      hyperparameters: { epochs: 30, name: "x", rate: 1e-3 }
                      objective: { metric: loss, direction: minimize, tolerance: 0.5 }
                      vpc: { subnets: [subnet-01234567], securityGroups: [sg-01234567] }
                      networkIsolation: true
                kmsKeys: { labels: "arn:aws:kms:eu-west-1:111122223333:key/a", images: ["arn:aws:kms:eu-west-1:111122223333:key/b"] }
                encryption: customer-key
                notify: { email: ml-team@example.com }
                mapConcurrency: 7
                """);
        assertEquals(new Settings(
                List.of(new DatasetSettings(
                        "street-cars", S3Uri.parse("s3://my-labels/street/"), DatasetSettings.LabelBucket.EVENTBRIDGE,
                        List.of("boxes", "boxes-2"), List.of(S3Uri.parse("s3://my-images/"), S3Uri.parse("s3://more/street")),
                        new DatasetSettings.Split(new DatasetSettings.Validation.Share(1_250), 500, "attribute:camera", 42), new DatasetSettings.Gates(25, 3, 50),
                        Duration.ofSeconds(90), Duration.ofHours(12),
                        new TrainingSettings(
                                new Algorithm.Image("111122223333.dkr.ecr.eu-west-1.amazonaws.com/mine:1",
                                        List.of(new Algorithm.Metric("loss", "loss=([0-9.]+)"))),
                                List.of("ml.m5.xlarge", "ml.c5.xlarge"), TrainingSettings.Spot.ALWAYS, Duration.ofHours(2),
                                Duration.ofHours(6), 100, Map.of("epochs", "30", "name", "x", "rate", "1e-3"),
                                new TrainingSettings.Objective("loss", TrainingSettings.Direction.MINIMIZE, 0.5),
                                new TrainingSettings.Network(List.of("subnet-01234567"), List.of("sg-01234567"), true)),
                        DatasetSettings.Partial.ALLOW, DatasetSettings.Negatives.DROP,
                        Optional.of(new LabelCategories.Names(List.of("car", "bus"))), ObjectCheck.ALL,
                        Optional.of(new DatasetSettings.Import(ImportFormat.LABEL_STUDIO, Optional.of(S3Uri.parse("s3://my-images/a/")), List.of("x=s3://y/", "a=b"), Optional.of("kind"))),
                        Optional.of(new DatasetSettings.Webhook("/label-studio/street", OptionalInt.of(50))), Map.of("box-outside-image", "warning"),
                        new DatasetSettings.Brakes(false, OptionalInt.of(4)))),
                Optional.of("ml-team@example.com"), 7,
                new KmsKeys(List.of("arn:aws:kms:eu-west-1:111122223333:key/a"), List.of("arn:aws:kms:eu-west-1:111122223333:key/b")),
                Settings.Encryption.CUSTOMER_KEY), settings);
    }

    @ParameterizedTest
    @MethodSource("good")
    void compiledSettingsReadBackTheSame(String yaml) throws Exception {
        Settings settings = read(yaml);
        byte[] compiled = Json.bytes(settings.toJson());
        Settings back = Settings.fromJson(compiled);
        assertEquals(settings, back);
        assertEquals(new String(compiled, java.nio.charset.StandardCharsets.UTF_8), Json.text(back.toJson()));
    }

    @Test
    void readsTheManifestOfAHoldOutAndGrantsIt() throws Exception {
        DatasetSettings dataset = read(dataset("    split: { validation: s3://my-labels/val.manifest }\n")).datasets().getFirst();
        assertEquals(Optional.of(S3Uri.parse("s3://my-labels/val.manifest")), dataset.split().validationManifest());
        assertEquals(Optional.of(S3Uri.parse("s3://my-labels/val.manifest")), dev.truepipe.workload.Source.of(dataset).holdOut());
    }

    /** What is not set stands nowhere, so that an upgrade alone makes no run of any dataset. */
    @Test
    void compilesWhatIsNotSetAsBeforeThereWasAKeyForIt() throws Exception {
        String compiled = Json.text(read(dataset("    split: { test: 0% }\n")).toJson());
        assertTrue(compiled.contains("\"split\":{\"validationBasisPoints\":2000,\"groupBy\":\"object\",\"seed\":1}"), compiled);
        for (String key : List.of("checkObjects", "brakes", "kmsKeys", "encryption", "vpc", "networkIsolation")) {
            assertFalse(compiled.contains("\"" + key + "\""), compiled);
        }
    }

    @Test
    void labelsOfAnotherToolHaveAnAttributeOfAPlainName() throws Exception {
        assertEquals(List.of("label"), read(dataset("    format: coco\n")).datasets().getFirst().label());
        assertEquals(List.of("kind"), read(dataset("    format: coco\n    label: kind\n")).datasets().getFirst().label());
    }

    @Test
    void orderInTheFileDoesNotChangeTheCompiledBytes() throws Exception {
        String one = training("algorithm: object-detection\nspot: never\nhyperparameters: { b: 2, a: 1 }\n");
        String other = training("hyperparameters: { a: 1, b: 2 }\nspot: never\nalgorithm: object-detection\n");
        assertEquals(Json.text(read(one).toJson()), Json.text(read(other).toJson()));
    }

    @Test
    void tellsEveryMistakeAtOnceInTheOrderOfTheFile() throws IOException {
        Path file = write("""
                datasets:
                  - name: Cars
                    labels: s3://my-labels/cars
                    settel: 5m
                    split: { validation: 20 }
                    training: { algorithm: objekt-detection, spot: maybe }
                mapConcurrency: many
                """);
        InvalidSettingsException refusal = assertThrows(InvalidSettingsException.class, () -> SettingsFile.read(file));
        assertEquals(List.of(2, 3, 4, 5, 6, 6, 7), refusal.problems().stream().map(SettingsProblem::line).toList(), refusal::getMessage);
        assertEquals(7, refusal.getMessage().lines().count());
        assertTrue(refusal.getMessage().lines().allMatch(line -> line.startsWith(file + ":")), refusal::getMessage);
    }

    /** Texts train on CPUs, without checkpoints; all that is wrong is told at once: nobody mends one to meet the next. */
    @Test
    void tellsAllThatIsWrongWithAnAlgorithmOfTexts() throws IOException {
        Path file = write(training("algorithm: blazingtext\nmaxWait: 2h\ninstances: [ml.g5.xlarge]\n"));
        InvalidSettingsException refusal = assertThrows(InvalidSettingsException.class, () -> SettingsFile.read(file));
        assertEquals(List.of(6, 7), refusal.problems().stream().map(SettingsProblem::line).toList(), refusal::getMessage);
        assertTrue(refusal.problems().get(0).what().contains("without checkpoints"), refusal::getMessage);
        assertTrue(refusal.problems().get(1).what().contains("CPUs only"), refusal::getMessage);
        Path runtime = write(training("algorithm: blazingtext\nmaxRuntime: 4h\n"));
        assertTrue(assertThrows(InvalidSettingsException.class, () -> SettingsFile.read(runtime)).getMessage().contains("maxRuntime: 1h, or spot: never"));
    }

    /** What settings let pass a plan can plan. */
    @Test
    void acceptsTheAlgorithmsThatTrainingPlansKnow() throws Exception {
        for (Algorithm.BuiltIn algorithm : Algorithm.BuiltIn.values()) {
            Settings settings = SettingsFile.read(write(training("algorithm: " + algorithm.word() + "\n")));
            TrainingTerms terms = TrainingTerms.fromJson(settings.datasets().getFirst().training().toJson());
            TrainingFacts facts = switch (algorithm) {
                case OBJECT_DETECTION, IMAGE_CLASSIFICATION -> new TrainingFacts("v1", algorithm.word(), "source-ref", "label", false, 10, 5, 2, 1);
                case SEMANTIC_SEGMENTATION -> new TrainingFacts("v1", algorithm.word(), "source-ref", "label-ref", false, 10, 5, 2, 1);
                case BLAZINGTEXT -> new TrainingFacts("v1", "text-classification", "source", "label", false, 10, 5, 2, 1);
            };
            TrainingPlan plan = TrainingPlan.of(terms, facts, "us-east-1");
            assertEquals(List.of(facts.sourceAttribute(), facts.labelAttribute()), plan.attributeNames());
        }
    }

    @Test
    void neverOffersADefaultThatThereIsNot() throws IOException {
        for (String yaml : List.of("datasets: []\n", "datasets:\n", dataset("").replace("labels: cars/", "labels:"),
                training("image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/mine:1\nmetrics: []\n"))) {
            Path file = write(yaml);
            String message = assertThrows(InvalidSettingsException.class, () -> SettingsFile.read(file)).getMessage();
            assertFalse(message.contains("default"), message);
        }
    }

    @Test
    void saysWhereTheFileIsNoYaml() throws IOException {
        Path file = write("datasets:\n  - name: cars\n   labels: x\n");
        InvalidSettingsException refusal = assertThrows(InvalidSettingsException.class, () -> SettingsFile.read(file));
        assertEquals(3, refusal.problems().getFirst().line(), refusal::getMessage);
        assertTrue(refusal.getMessage().contains("not YAML"), refusal::getMessage);
    }

    @Test
    void anEmptyABinaryAndAMissingFileAreRefusedInWords() throws IOException {
        Path empty = write("# nothing yet\n");
        assertTrue(assertThrows(InvalidSettingsException.class, () -> SettingsFile.read(empty)).getMessage().contains("empty"));
        Path binary = folder.resolve("binary.yaml");
        Files.write(binary, new byte[] {(byte) 0x80, 0, 1, 2, (byte) 0xff});
        assertTrue(assertThrows(InvalidSettingsException.class, () -> SettingsFile.read(binary)).getMessage().contains("not YAML"));
        assertTrue(assertThrows(InvalidSettingsException.class, () -> SettingsFile.read(folder.resolve("none.yaml")))
                .getMessage().contains("no such file"));
    }

    @Test
    void spotComesInOrderThenTheFirstOnDemand() throws Exception {
        String yaml = training("algorithm: object-detection\ninstances: [ml.g5.xlarge, ml.g4dn.xlarge]\nspot: %s\n");
        var big = "ml.g5.xlarge";
        var small = "ml.g4dn.xlarge";
        assertEquals(List.of(new TrainingSettings.Rung(big, true), new TrainingSettings.Rung(small, true), new TrainingSettings.Rung(big, false)),
                read(yaml.formatted("prefer")).datasets().getFirst().training().ladder());
        assertEquals(List.of(new TrainingSettings.Rung(big, true), new TrainingSettings.Rung(small, true)),
                read(yaml.formatted("always")).datasets().getFirst().training().ladder());
        assertEquals(List.of(new TrainingSettings.Rung(big, false), new TrainingSettings.Rung(small, false)),
                read(yaml.formatted("never")).datasets().getFirst().training().ladder());
    }

    @Test
    void theStacksOwnBucketIsNamedLater() throws Exception {
        Settings settings = read(dataset(""));
        assertTrue(settings.usesGeneratedBucket());
        Settings deployed = settings.withLabelBucket("stack-labels-1x");
        assertFalse(deployed.usesGeneratedBucket());
        assertEquals(S3Uri.parse("s3://stack-labels-1x/cars/"), deployed.datasets().getFirst().labels());
        assertEquals(List.of(S3Uri.parse("s3://stack-labels-1x/")), deployed.datasets().getFirst().images());
    }

    @Test
    void settingsOfAnotherFormatAreRefused() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Settings.fromJson("{\"format\":\"x\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .getMessage().contains("deploy the stack again"));
    }

    private Settings read(String yaml) throws IOException, InvalidSettingsException {
        return SettingsFile.read(write(yaml));
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("truepipe.yaml"), yaml);
    }

    private static boolean schemaAccepts(String yaml) throws IOException {
        return schemaFindings(yaml).equals("[]");
    }

    /** What a validator that is not ours says. */
    private static String schemaFindings(String yaml) throws IOException {
        JsonSchema schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(ROOT.resolve("docs/truepipe.schema.json")));
        Object document = new Load(LoadSettings.builder().setAllowDuplicateKeys(true).build()).loadFromString(yaml);
        return schema.validate(new ObjectMapper().valueToTree(document)).toString();
    }
}

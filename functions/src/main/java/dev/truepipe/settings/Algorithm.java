package dev.truepipe.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What trains: one of SageMaker's own algorithms that read augmented manifests, or an image of yours. */
public sealed interface Algorithm {

    /**
     * SageMaker's algorithms that take {@code AugmentedManifestFile} in Pipe mode.
     *
     * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/augmented-manifest.html">Augmented manifests</a>
     * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html">Who writes checkpoints</a>
     */
    enum BuiltIn implements Algorithm {
        OBJECT_DETECTION("object-detection", true, "validation:mAP", Algorithm.GPU),
        IMAGE_CLASSIFICATION("image-classification", true, "validation:accuracy", Algorithm.GPU),
        SEMANTIC_SEGMENTATION("semantic-segmentation", true, "validation:mIOU", Algorithm.GPU),
        /** Reads augmented manifests on CPU instances only, and writes no checkpoints. */
        BLAZINGTEXT("blazingtext", false, "validation:accuracy", List.of("ml.c5.2xlarge", "ml.m5.2xlarge"));

        private final String word;
        /** Whether an interrupted spot job can go on; without, SageMaker lets it wait one hour at most. */
        private final boolean checkpoints;
        private final String metric;
        private final List<String> instances;

        BuiltIn(String word, boolean checkpoints, String metric, List<String> instances) {
            this.word = word;
            this.checkpoints = checkpoints;
            this.metric = metric;
            this.instances = instances;
        }

        /** Name in the settings and of the image's repository. */
        public String word() {
            return word;
        }

        static List<String> words() {
            return Arrays.stream(values()).map(BuiltIn::word).toList();
        }

        static Optional<BuiltIn> find(String word) {
            return Arrays.stream(values()).filter(algorithm -> algorithm.word.equals(word)).findFirst();
        }
    }

    /**
     * A training image of yours that reads RecordIO from the pipes.
     *
     * @param image ECR image URI
     * @param metrics how its metrics are read from its log, at least one
     */
    record Image(String image, List<Metric> metrics) implements Algorithm {
        public Image {
            metrics = List.copyOf(metrics);
        }
    }

    /**
     * One metric of an image.
     *
     * @param name 1 to 255 characters
     * @param regex with one group that catches the number; 1 to 500 characters
     */
    record Metric(String name, String regex) {}

    /** Small first; the second is another family, for when the first has no capacity. P2 and P3 no longer exist. */
    List<String> GPU = List.of("ml.g4dn.xlarge", "ml.g5.xlarge");

    /** The ladder used when the settings name no instances. */
    default List<String> defaultInstances() {
        return switch (this) {
            case BuiltIn builtIn -> builtIn.instances;
            case Image _ -> GPU;
        };
    }

    /** The objective's metric when the settings name none; of SageMaker's own, the only one that is measured on the hold-out. */
    default String defaultMetric() {
        return switch (this) {
            case BuiltIn builtIn -> builtIn.metric;
            case Image own -> own.metrics().getFirst().name();
        };
    }

    /** Whether a spot job may wait longer than an hour: SageMaker limits its own algorithms without checkpoints. */
    default boolean maySpotWaitLong() {
        return switch (this) {
            case BuiltIn builtIn -> builtIn.checkpoints;
            case Image _ -> true;
        };
    }
}

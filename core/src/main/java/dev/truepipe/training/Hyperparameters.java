package dev.truepipe.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Hyperparameters derived from the data, under those given by hand.
 *
 * <p>What is given wins, unless the job could only fail by it: then the run ends here, with the numbers, before an
 * instance is paid for. What is wrong whatever the data is refused with the settings already ({@link #refused}).
 *
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/object-detection-api-config.html">Object Detection</a>
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html">Image Classification</a>
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/segmentation-hyperparameters.html">Semantic Segmentation</a>
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/blazingtext_hyperparameters.html">BlazingText</a>
 */
public final class Hyperparameters {
    /** Own default of Object Detection and Image Classification. */
    private static final long DEFAULT_BATCH = 32;
    /** Semantic Segmentation's own default. */
    private static final long DEFAULT_BATCH_OF_MASKS = 16;
    /** Object Detection's own default; holds 69 boxes. */
    private static final long DEFAULT_LABEL_WIDTH = 350;
    private static final long LEAST_CLASSES_OF_MASKS = 2;
    private static final long MOST_CLASSES_OF_MASKS = 254;
    private static final String CLASSES_OF_MASKS = "Semantic Segmentation learns 2 to 254 classes, the background among them";
    private static final Bounds EPOCHS = Bounds.from("epochs", 1, "a job trains one epoch or more");
    private static final Bounds BATCH = Bounds.from("mini_batch_size", 1, "a batch holds one image or more");
    private static final Bounds SAMPLES = Bounds.from("num_training_samples", 1, "there is one image or more");
    private static final Bounds CLASSES = Bounds.from("num_classes", 1, "there is one class or more");
    /** What must hold whatever the data. */
    private static final Map<String, List<Bounds>> BOUNDS = Map.of(
            TrainingPlan.OBJECT_DETECTION, List.of(EPOCHS, BATCH, SAMPLES, CLASSES,
                    Bounds.from("image_shape", 300, "Object Detection takes squares of 300 pixels or more"),
                    Bounds.from("label_width", 7, "one box takes 5 numbers, and 2 stand in front")),
            TrainingPlan.IMAGE_CLASSIFICATION, List.of(EPOCHS, BATCH, SAMPLES, CLASSES),
            TrainingPlan.SEMANTIC_SEGMENTATION, List.of(EPOCHS, BATCH, SAMPLES,
                    new Bounds("num_classes", LEAST_CLASSES_OF_MASKS, MOST_CLASSES_OF_MASKS, CLASSES_OF_MASKS),
                    Bounds.from("validation_mini_batch_size", 1, "a batch holds one image or more")),
            TrainingPlan.BLAZINGTEXT, List.of(EPOCHS));
    private static final Pattern CHANNELS_HEIGHT_WIDTH = Pattern.compile("\\s*[1-9][0-9]*\\s*,\\s*[1-9][0-9]*\\s*,\\s*[1-9][0-9]*\\s*");

    private record Bounds(String name, long least, long most, String why) {
        static Bounds from(String name, long least, String why) {
            return new Bounds(name, least, Long.MAX_VALUE, why);
        }
    }

    /**
     * A value that cannot work.
     *
     * @param name of the hyperparameter
     * @param value as it was given
     * @param why what is wrong with it
     * @param cure how to mend it
     */
    public record Refusal(String name, String value, String why, String cure) {}

    /** Hyperparameters that could only make the job fail, with the place where they stand. */
    private static final class RefusedException extends TrainingRefusedException {
        private final Refusal refusal;

        RefusedException(Refusal refusal) {
            super("training.hyperparameters." + refusal.name() + ": \"" + refusal.value() + "\" cannot work: " + refusal.why() + "; "
                    + refusal.cure());
            this.refusal = refusal;
        }
    }

    private final TrainingFacts facts;
    private final Map<String, String> all;

    private Hyperparameters(TrainingFacts facts, Map<String, String> given) {
        this.facts = facts;
        this.all = new TreeMap<>(given);
    }

    /**
     * What could only make the job fail, whatever the data: settings are checked for it before anything is deployed.
     *
     * @param algorithm one of SageMaker's that read augmented manifests
     * @param given by hand
     * @return at most one refusal for each value, in key order
     */
    public static List<Refusal> refused(String algorithm, Map<String, String> given) {
        List<Refusal> refusals = new ArrayList<>();
        Hyperparameters parameters = new Hyperparameters(null, given);
        for (String name : parameters.all.keySet()) {
            try {
                parameters.whateverTheData(algorithm, name);
            } catch (RefusedException e) {
                refusals.add(e.refusal);
            }
        }
        return refusals;
    }

    private void whateverTheData(String algorithm, String name) {
        for (Bounds bounds : BOUNDS.get(algorithm)) {
            if (bounds.name().equals(name)) {
                within(bounds);
            }
        }
        if (algorithm.equals(TrainingPlan.IMAGE_CLASSIFICATION) && name.equals("image_shape") && !CHANNELS_HEIGHT_WIDTH.matcher(all.get(name)).matches()) {
            throw refused(name, "Image Classification takes channels, height and width", "write three numbers, such as 3,224,224, or leave it out");
        }
        if (algorithm.equals(TrainingPlan.BLAZINGTEXT) && name.equals("mode") && !all.get(name).equals("supervised")) {
            throw refused(name, "only the supervised mode learns labels", "write supervised, or leave it out");
        }
    }

    private void whateverTheData(String algorithm) {
        List.copyOf(all.keySet()).forEach(name -> whateverTheData(algorithm, name));
    }

    /** For SageMaker's Object Detection. */
    static Map<String, String> objectDetection(TrainingFacts facts, Map<String, String> given) {
        Hyperparameters parameters = new Hyperparameters(facts, given);
        parameters.whateverTheData(TrainingPlan.OBJECT_DETECTION);
        parameters.counts();
        parameters.batch(DEFAULT_BATCH);
        parameters.labelWidth();
        return parameters.all;
    }

    /** For SageMaker's Image Classification. */
    static Map<String, String> imageClassification(TrainingFacts facts, Map<String, String> given) {
        Hyperparameters parameters = new Hyperparameters(facts, given);
        parameters.whateverTheData(TrainingPlan.IMAGE_CLASSIFICATION);
        parameters.counts();
        parameters.batch(DEFAULT_BATCH);
        if (facts.multiLabel()) {
            parameters.all.putIfAbsent("multi_label", "1");
        }
        return parameters.all;
    }

    /** For SageMaker's Semantic Segmentation. */
    static Map<String, String> semanticSegmentation(TrainingFacts facts, Map<String, String> given) {
        Hyperparameters parameters = new Hyperparameters(facts, given);
        parameters.whateverTheData(TrainingPlan.SEMANTIC_SEGMENTATION);
        parameters.counts();
        long classes = Long.parseLong(parameters.all.get("num_classes").strip());
        if (classes < LEAST_CLASSES_OF_MASKS || classes > MOST_CLASSES_OF_MASKS) {
            throw new TrainingRefusedException("training.algorithm: the labels know " + classes + " classes, and " + CLASSES_OF_MASKS
                    + "; give the full list as labelCategories, or use an image of your own");
        }
        parameters.batch(DEFAULT_BATCH_OF_MASKS);
        parameters.all.putIfAbsent("validation_mini_batch_size", Long.toString(Math.min(DEFAULT_BATCH_OF_MASKS, facts.validation())));
        return parameters.all;
    }

    /** For SageMaker's BlazingText, which counts samples and classes itself. */
    static Map<String, String> blazingText(Map<String, String> given) {
        Hyperparameters parameters = new Hyperparameters(null, given);
        parameters.whateverTheData(TrainingPlan.BLAZINGTEXT);
        parameters.all.putIfAbsent("mode", "supervised");
        return parameters.all;
    }

    /** For an image of one's own: the two numbers every algorithm wants, and whatever was given. Custom labels have no classes. */
    static Map<String, String> own(TrainingFacts facts, Map<String, String> given) {
        Hyperparameters parameters = new Hyperparameters(facts, given);
        if (facts.classes() > 0) {
            parameters.all.putIfAbsent("num_classes", Long.toString(facts.classes()));
        }
        parameters.all.putIfAbsent("num_training_samples", Long.toString(facts.train()));
        return parameters.all;
    }

    private void counts() {
        atLeast("num_classes", facts.classes(), "the labels hold class ids up to " + (facts.classes() - 1)
                + ", or name that many categories");
        all.putIfAbsent("num_classes", Long.toString(facts.classes()));
        given("num_training_samples").ifPresent(samples -> {
            if (samples != facts.train()) {
                throw refused("num_training_samples", "the train manifest holds " + facts.train() + " lines",
                        "leave it out, it is derived");
            }
        });
        all.put("num_training_samples", Long.toString(facts.train()));
    }

    /** A batch larger than a channel is a ClientError. */
    private void batch(long standard) {
        long most = Math.min(facts.train(), facts.validation());
        given("mini_batch_size").ifPresent(batch -> {
            if (batch > most) {
                throw refused("mini_batch_size", "train holds " + facts.train() + " lines and validation "
                        + facts.validation() + ", and a batch cannot be larger than either", "use " + most + " or less");
            }
        });
        all.putIfAbsent("mini_batch_size", Long.toString(Math.min(standard, most)));
    }

    /** Five numbers for each box and two in front; training dies at the first image that has more. */
    private void labelWidth() {
        long needed = 5 * facts.mostBoxes() + 2;
        atLeast("label_width", needed, "one image has " + facts.mostBoxes() + " boxes, which take 5 × " + facts.mostBoxes() + " + 2");
        all.putIfAbsent("label_width", Long.toString(Math.max(DEFAULT_LABEL_WIDTH, needed)));
    }

    private void within(Bounds bounds) {
        atLeast(bounds.name(), bounds.least(), bounds.why());
        given(bounds.name()).ifPresent(value -> {
            if (value > bounds.most()) {
                throw refused(bounds.name(), bounds.why(), "use " + bounds.most() + " or less, or leave it out");
            }
        });
    }

    private void atLeast(String name, long least, String why) {
        given(name).ifPresent(value -> {
            if (value < least) {
                throw refused(name, why, "use " + least + " or more, or leave it out");
            }
        });
    }

    private OptionalLong given(String name) {
        String text = all.get(name);
        if (text == null) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(text.strip()));
        } catch (NumberFormatException e) {
            throw refused(name, "it is a whole number", "write one, or leave it out");
        }
    }

    private RefusedException refused(String name, String why, String cure) {
        return new RefusedException(new Refusal(name, all.get(name), why, cure));
    }
}

package dev.truepipe.training;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Hyperparameters derived from the data, under those given by hand.
 *
 * <p>What is given wins, unless the job could only fail by it: then the run ends here, with the numbers, before an
 * instance is paid for.
 *
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/object-detection-api-config.html">Object Detection</a>
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/IC-Hyperparameter.html">Image Classification</a>
 */
final class Hyperparameters {
    /** Both algorithms' own default. */
    private static final long DEFAULT_BATCH = 32;
    /** Object Detection's own default; holds 69 boxes. */
    private static final long DEFAULT_LABEL_WIDTH = 350;
    private static final long LEAST_IMAGE_SHAPE = 300;

    private final TrainingFacts facts;
    private final Map<String, String> all;

    private Hyperparameters(TrainingFacts facts, Map<String, String> given) {
        this.facts = facts;
        this.all = new TreeMap<>(given);
    }

    /** For SageMaker's Object Detection. */
    static Map<String, String> objectDetection(TrainingFacts facts, Map<String, String> given) {
        Hyperparameters parameters = new Hyperparameters(facts, given);
        parameters.counts();
        parameters.batch();
        parameters.labelWidth();
        parameters.atLeast("image_shape", LEAST_IMAGE_SHAPE, "Object Detection takes squares of 300 pixels or more");
        return parameters.all;
    }

    /** For SageMaker's Image Classification. */
    static Map<String, String> imageClassification(TrainingFacts facts, Map<String, String> given) {
        Hyperparameters parameters = new Hyperparameters(facts, given);
        parameters.counts();
        parameters.batch();
        if (facts.multiLabel()) {
            parameters.all.putIfAbsent("multi_label", "1");
        }
        return parameters.all;
    }

    /** For an image of one's own: the two numbers every algorithm wants, and whatever was given. */
    static Map<String, String> own(TrainingFacts facts, Map<String, String> given) {
        Hyperparameters parameters = new Hyperparameters(facts, given);
        parameters.all.putIfAbsent("num_classes", Long.toString(facts.classes()));
        parameters.all.putIfAbsent("num_training_samples", Long.toString(facts.train()));
        return parameters.all;
    }

    private void counts() {
        atLeast("num_classes", facts.classes(), "the labels hold class ids up to " + (facts.classes() - 1)
                + ", or name that many categories");
        all.putIfAbsent("num_classes", Long.toString(facts.classes()));
        given("num_training_samples").ifPresent(samples -> {
            if (samples != facts.train()) {
                throw refused("num_training_samples", "the train manifest holds " + facts.train()
                        + " lines; leave it out, it is derived");
            }
        });
        all.put("num_training_samples", Long.toString(facts.train()));
        atLeast("epochs", 1, "a job trains one epoch or more");
    }

    /** A batch larger than a channel is a ClientError. */
    private void batch() {
        long most = Math.min(facts.train(), facts.validation());
        atLeast("mini_batch_size", 1, "a batch holds one image or more");
        given("mini_batch_size").ifPresent(batch -> {
            if (batch > most) {
                throw refused("mini_batch_size", "train holds " + facts.train() + " lines and validation "
                        + facts.validation() + ", and a batch cannot be larger than either; use " + most + " or less");
            }
        });
        all.putIfAbsent("mini_batch_size", Long.toString(Math.min(DEFAULT_BATCH, most)));
    }

    /** Five numbers for each box and two in front; training dies at the first image that has more. */
    private void labelWidth() {
        long needed = 5 * facts.mostBoxes() + 2;
        atLeast("label_width", needed, "one image has " + facts.mostBoxes() + " boxes, which take 5 × " + facts.mostBoxes() + " + 2");
        all.putIfAbsent("label_width", Long.toString(Math.max(DEFAULT_LABEL_WIDTH, needed)));
    }

    private void atLeast(String name, long least, String why) {
        given(name).ifPresent(value -> {
            if (value < least) {
                throw refused(name, why + "; use " + least + " or more, or leave it out");
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
            throw refused(name, "it is a whole number");
        }
    }

    private IllegalArgumentException refused(String name, String why) {
        return new IllegalArgumentException(
                "training.hyperparameters." + name + ": \"" + all.get(name) + "\" cannot work: " + why);
    }
}

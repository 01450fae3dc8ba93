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
 */
public final class Hyperparameters {
    /** Both algorithms' own default. */
    private static final long DEFAULT_BATCH = 32;
    /** Object Detection's own default; holds 69 boxes. */
    private static final long DEFAULT_LABEL_WIDTH = 350;
    /** What both algorithms need at least, whatever the data. */
    private static final List<Least> LEAST = List.of(
            new Least("epochs", 1, "a job trains one epoch or more"),
            new Least("mini_batch_size", 1, "a batch holds one image or more"),
            new Least("num_classes", 1, "there is one class or more"),
            new Least("num_training_samples", 1, "there is one image or more"));
    private static final List<Least> LEAST_OF_OBJECT_DETECTION = List.of(
            new Least("image_shape", 300, "Object Detection takes squares of 300 pixels or more"),
            new Least("label_width", 7, "one box takes 5 numbers, and 2 stand in front"));
    private static final Pattern CHANNELS_HEIGHT_WIDTH = Pattern.compile("\\s*[1-9][0-9]*\\s*,\\s*[1-9][0-9]*\\s*,\\s*[1-9][0-9]*\\s*");

    private record Least(String name, long least, String why) {}

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
    private static final class RefusedException extends IllegalArgumentException {
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
     * @param algorithm one of SageMaker's; of those that are not planned, nothing is known
     * @param given by hand
     * @return at most one refusal for each value, in key order
     */
    public static List<Refusal> refused(String algorithm, Map<String, String> given) {
        if (!TrainingPlan.plans(algorithm)) {
            return List.of();
        }
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
        boolean boxes = algorithm.equals(TrainingPlan.OBJECT_DETECTION);
        for (Least least : LEAST) {
            if (least.name().equals(name)) {
                atLeast(name, least.least(), least.why());
            }
        }
        if (boxes) {
            for (Least least : LEAST_OF_OBJECT_DETECTION) {
                if (least.name().equals(name)) {
                    atLeast(name, least.least(), least.why());
                }
            }
        } else if (name.equals("image_shape") && !CHANNELS_HEIGHT_WIDTH.matcher(all.get(name)).matches()) {
            throw refused(name, "Image Classification takes channels, height and width", "write three numbers, such as 3,224,224, or leave it out");
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
        parameters.batch();
        parameters.labelWidth();
        return parameters.all;
    }

    /** For SageMaker's Image Classification. */
    static Map<String, String> imageClassification(TrainingFacts facts, Map<String, String> given) {
        Hyperparameters parameters = new Hyperparameters(facts, given);
        parameters.whateverTheData(TrainingPlan.IMAGE_CLASSIFICATION);
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
                throw refused("num_training_samples", "the train manifest holds " + facts.train() + " lines",
                        "leave it out, it is derived");
            }
        });
        all.put("num_training_samples", Long.toString(facts.train()));
    }

    /** A batch larger than a channel is a ClientError. */
    private void batch() {
        long most = Math.min(facts.train(), facts.validation());
        given("mini_batch_size").ifPresent(batch -> {
            if (batch > most) {
                throw refused("mini_batch_size", "train holds " + facts.train() + " lines and validation "
                        + facts.validation() + ", and a batch cannot be larger than either", "use " + most + " or less");
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

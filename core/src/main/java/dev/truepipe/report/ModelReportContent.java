package dev.truepipe.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What {@link ModelReport} shows. Texts may hold anything; they are shown as text.
 *
 * @param dataset name of the dataset
 * @param writtenAt when, in words to be shown as they are
 * @param verdict what was decided about the model
 * @param training the training job
 * @param hyperparameters as they were sent, in the order to be shown
 * @param metrics one series per metric, the objective first; empty if the job reported none
 * @param samples predictions on pictures; the report shows at most {@value ModelReport#MAX_SAMPLES}
 * @param links where to look next: execution, job, logs, model
 * @param data what the model was trained on; {@code null} if it cannot be read any more
 */
public record ModelReportContent(
        String dataset,
        String writtenAt,
        Verdict verdict,
        Training training,
        Map<String, String> hyperparameters,
        List<MetricSeries> metrics,
        List<Sample> samples,
        List<Link> links,
        DataReportContent data) {

    public ModelReportContent {
        Objects.requireNonNull(dataset, "dataset");
        Objects.requireNonNull(writtenAt, "writtenAt");
        Objects.requireNonNull(verdict, "verdict");
        Objects.requireNonNull(training, "training");
        hyperparameters = Collections.unmodifiableMap(new LinkedHashMap<>(hyperparameters));
        metrics = List.copyOf(metrics);
        samples = List.copyOf(samples);
        links = List.copyOf(links);
    }

    /** What became of the model. */
    public enum Outcome {
        /** It is the champion now. */
        PROMOTED,
        /** It is kept beside the champion, which stays. */
        KEPT,
        /** A newer plan was judged first; it is kept, and never promoted. */
        LATE
    }

    /**
     * The decision and its reason.
     *
     * @param reason one or two sentences a person can read
     * @param metric the metric judged by; {@code null} if the job reported none
     * @param value its last value; NaN if there is none
     * @param direction which way the metric is better
     * @param champion the champion before; {@code null} if there was none
     */
    public record Verdict(Outcome outcome, String reason, String metric, double value, Direction direction, Champion champion) {
        public Verdict {
            Objects.requireNonNull(outcome, "outcome");
            Objects.requireNonNull(reason, "reason");
            Objects.requireNonNull(direction, "direction");
        }
    }

    /**
     * The champion before this model.
     *
     * @param trainingJob name of the job that made it
     * @param version version of the dataset it was trained on; {@code null} if not known
     * @param value its value of the metric; NaN if there is none
     * @param sameHoldOut whether both were measured on the same hold-out
     */
    public record Champion(String trainingJob, String version, double value, boolean sameHoldOut) {
        public Champion {
            Objects.requireNonNull(trainingJob, "trainingJob");
        }
    }

    /**
     * Facts of the training job.
     *
     * @param jobName name of the job
     * @param status its status, such as {@code Completed}
     * @param image the training image; {@code null} if not known
     * @param instanceType such as {@code ml.g5.2xlarge}
     * @param instanceCount 1 or more
     * @param spot whether it ran on spot capacity
     * @param startedAt when training started, in words; {@code null} if not known
     * @param seconds training time in seconds; -1 if not known
     * @param billableSeconds billable time in seconds; -1 if not known
     * @param atHome whether a cloud of one's own machine ran the job: no instance was rented, and nothing billed
     */
    public record Training(
            String jobName, String status, String image, String instanceType, int instanceCount, boolean spot,
            String startedAt, long seconds, long billableSeconds, boolean atHome) {
        public Training {
            Objects.requireNonNull(jobName, "jobName");
            Objects.requireNonNull(status, "status");
            Objects.requireNonNull(instanceType, "instanceType");
            if (seconds < -1 || billableSeconds < -1) {
                throw new IllegalArgumentException("seconds are 0 or more, or -1 where not known; were "
                        + seconds + " and " + billableSeconds);
            }
        }
    }

    /** Which way a metric is better. */
    public enum Direction { MAXIMIZE, MINIMIZE, UNKNOWN }

    /**
     * One metric, a value per epoch from epoch 0.
     *
     * @param direction which way it is better; {@code UNKNOWN} labels no best value
     * @param values NaN where an epoch has none; may be empty
     */
    public record MetricSeries(String name, Direction direction, List<Double> values) {
        public MetricSeries {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(direction, "direction");
            values = List.copyOf(values);
        }
    }

    /**
     * One picture with what is true and what the model says.
     *
     * @param file name of the picture
     * @param jpeg the JPEG file, not copied; above {@value ModelReport#MAX_JPEG_BYTES} bytes, or not a JPEG, only the boxes are drawn
     * @param width width in pixels of the coordinates of the boxes
     * @param height height in pixels of the coordinates of the boxes
     */
    public record Sample(String file, byte[] jpeg, int width, int height, List<Box> truth, List<Box> predicted) {
        public Sample {
            Objects.requireNonNull(file, "file");
            Objects.requireNonNull(jpeg, "jpeg");
            truth = List.copyOf(truth);
            predicted = List.copyOf(predicted);
        }
    }

    /**
     * A box in pixels from the upper left corner.
     *
     * @param label class name
     * @param confidence 0 to 1; NaN for a true box
     */
    public record Box(String label, double confidence, double left, double top, double width, double height) {
        public Box {
            Objects.requireNonNull(label, "label");
        }
    }
}

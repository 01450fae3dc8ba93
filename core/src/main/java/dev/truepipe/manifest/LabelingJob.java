package dev.truepipe.manifest;

/**
 * A labeling job as a dataset knows it. What a class id means is a job's own affair: ids count from 0 in the category list that
 * the job was given.
 *
 * @param label the label attribute that it wrote
 * @param name its {@code job-name}; {@code null} where lines give none
 * @param manifest where {@code name} is {@code null} the manifest, whose lines without a name are taken for one job; else {@code null}
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html">Labeling job output data</a>
 */
public record LabelingJob(String label, String name, String manifest) {
    /** Longest {@code job-name} that counts, in characters; labeling jobs have names of at most 63, after {@code labeling-job/}. */
    static final int LONGEST_NAME = 256;

    /** The job of a line. @param name {@code null} if the line gives none */
    public static LabelingJob of(String label, String name, String manifest) {
        return new LabelingJob(label, name, name == null ? manifest : null);
    }

    /** As messages name it. */
    @Override
    public String toString() {
        return name != null ? name : manifest;
    }
}

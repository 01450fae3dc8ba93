package dev.truepipe.workload;

import dev.truepipe.manifest.ObjectCheck;
import dev.truepipe.settings.DatasetSettings;
import dev.truepipe.settings.LabelCategories;
import dev.truepipe.settings.Settings;
import dev.truepipe.storage.S3Uri;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the description needs to know of one configured dataset.
 *
 * @param dataset its name
 * @param labels the prefix under which labeling jobs write, or one manifest
 * @param labelBucket how events leave the bucket of {@code labels}
 * @param sweep how often the prefix is looked at without an event; zero never
 * @param labelCategories the label category file, which only the plan is made from
 * @param objects prefixes of the objects that are looked at while lines are scanned; empty if none are
 * @param holdOut the manifest of a hold-out of one's own, which is scanned and written as what lies in {@code labels} is
 */
public record Source(
        String dataset, S3Uri labels, LabelBucket labelBucket, Duration sweep, Optional<S3Uri> labelCategories, List<S3Uri> objects, Optional<S3Uri> holdOut) {
    public Source {
        objects = List.copyOf(objects);
    }

    /** What the settings say of one dataset. */
    public static Source of(DatasetSettings dataset) {
        return new Source(
                dataset.name(),
                dataset.labels(),
                LabelBucket.valueOf(dataset.labelBucket().name()),
                dataset.sweep(),
                dataset.labelCategories().flatMap(LabelCategories::file),
                dataset.checkObjects() == ObjectCheck.NONE ? List.of() : dataset.images(),
                dataset.split().validationManifest());
    }

    /** Whether the labels lie in the bucket that the stack makes and names itself. */
    public boolean inGeneratedBucket() {
        return labels.bucket().equals(Settings.GENERATED_BUCKET);
    }

    /** Whether {@code labels} is a whole key, not a prefix: it neither is empty nor ends in {@code /}. */
    public boolean isOneManifest() {
        return !labels.key().isEmpty() && !labels.key().endsWith("/");
    }

    /** How S3 tells of a new manifest. */
    public enum LabelBucket {
        /** The stack makes the bucket, with a notification to the queue. */
        CREATE,
        /** A bucket that exists; the stack adds a notification to the queue. */
        NOTIFICATION,
        /** A bucket that exists and sends its events to EventBridge; the stack adds a rule. */
        EVENTBRIDGE
    }
}

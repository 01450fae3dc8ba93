package dev.truepipe.workload;

import dev.truepipe.importing.ImportFormat;
import dev.truepipe.manifest.ObjectCheck;
import dev.truepipe.run.LabelPlaces;
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
 * @param labels the prefix under which labels arrive, or one object
 * @param format of exports from another tool; empty: labels are manifests
 * @param webhookSecret name of the SSM parameter with the secret that Label Studio sends along; empty: it may not call
 * @param labelBucket how events leave the bucket of {@code labels}
 * @param sweep how often the prefix is looked at without an event; zero never
 * @param labelCategories the label category file, which only the plan is made from
 * @param objects prefixes of the objects that are looked at while lines are scanned; empty if none are
 * @param holdOut the manifest of a hold-out of one's own, which is scanned and written as what lies in {@code labels} is
 */
public record Source(
        String dataset,
        S3Uri labels,
        Optional<ImportFormat> format,
        Optional<String> webhookSecret,
        LabelBucket labelBucket,
        Duration sweep,
        Optional<S3Uri> labelCategories,
        List<S3Uri> objects,
        Optional<S3Uri> holdOut) {
    public Source {
        objects = List.copyOf(objects);
    }

    /** What the settings say of one dataset. */
    public static Source of(DatasetSettings dataset) {
        return new Source(
                dataset.name(),
                dataset.labels(),
                dataset.imports().map(DatasetSettings.Import::format),
                dataset.webhook().map(DatasetSettings.Webhook::secret),
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

    /** Which objects are labels. */
    public LabelPlaces places() {
        return new LabelPlaces(labels, format.orElse(null));
    }

    /** How S3 tells of new labels. */
    public enum LabelBucket {
        /** The stack makes the bucket, with a notification to the queue. */
        CREATE,
        /** A bucket that exists; the stack adds a notification to the queue. */
        NOTIFICATION,
        /** A bucket that exists and sends its events to EventBridge; the stack adds a rule. */
        EVENTBRIDGE
    }
}

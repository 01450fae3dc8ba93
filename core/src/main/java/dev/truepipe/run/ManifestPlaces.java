package dev.truepipe.run;

import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Listing;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * Which objects are manifests of a dataset: every {@code …/manifests/output/output.manifest} below a folder, or one
 * object named by its whole key.
 *
 * <p>A labeling job leaves tens of thousands of objects beside its manifest ({@code annotations/} and others); folders of
 * those names are never listed, at any depth.
 *
 * @param labels a folder (key empty or ending in {@code /}) or one manifest
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html">Ground Truth output</a>
 */
public record ManifestPlaces(S3Uri labels) {
    /** What a manifest's key ends with, after a {@code /} or at its start. */
    public static final String SUFFIX = "manifests/output/output.manifest";

    private static final Set<String> NEVER_LISTED =
            Set.of("annotations", "annotation-tool", "temp", "activelearning", "inference", "training");

    /** Whether {@code labels} is a folder. */
    public boolean isFolder() {
        return labels.key().isEmpty() || labels.key().endsWith("/");
    }

    /** Whether a plan would find this object. */
    public boolean covers(S3Uri uri) {
        if (!isFolder()) {
            return uri.equals(labels);
        }
        if (!labels.isPrefixOf(uri)) {
            return false;
        }
        String below = uri.key().substring(labels.key().length());
        if (!below.equals(SUFFIX) && !below.endsWith("/" + SUFFIX)) {
            return false;
        }
        String folders = below.substring(0, below.length() - SUFFIX.length());
        String above = labels.key().isEmpty() ? "" : name(labels);
        for (String folder : folders.isEmpty() ? new String[0] : folders.split("/")) {
            if (isNeverListed(above, folder)) {
                return false;
            }
            above = folder;
        }
        return true;
    }

    /** The manifests that are there, in the order in which they are processed. */
    public List<StoredObject> find(ObjectStore store) throws IOException {
        if (!isFolder()) {
            return store.head(labels).stream().toList();
        }
        List<StoredObject> found = new ArrayList<>();
        Deque<S3Uri> folders = new ArrayDeque<>(List.of(labels));
        while (!folders.isEmpty()) {
            S3Uri folder = folders.pop();
            Listing listing = store.list(folder, true);
            for (StoredObject object : listing.objects()) {
                if (covers(object.uri())) {
                    found.add(object);
                }
            }
            for (S3Uri below : listing.prefixes()) {
                if (!isNeverListed(name(folder), name(below))) {
                    folders.push(below);
                }
            }
        }
        found.sort(Comparator.comparing(StoredObject::uri));
        return found;
    }

    private static boolean isNeverListed(String above, String folder) {
        return NEVER_LISTED.contains(folder) || above.equals("manifests") && folder.equals("intermediate");
    }

    /** The last folder of a prefix; empty for a bucket's root. */
    private static String name(S3Uri prefix) {
        String key = prefix.key();
        return key.length() < 2 ? "" : key.substring(key.lastIndexOf('/', key.length() - 2) + 1, key.length() - 1);
    }
}

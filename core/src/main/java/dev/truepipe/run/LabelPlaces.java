package dev.truepipe.run;

import dev.truepipe.importing.ImportFormat;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Listing;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which objects are labels of a dataset: below a folder every {@code …/manifests/output/output.manifest}, or with a format every
 * export of that format; or one object named by its whole key.
 *
 * <p>A labeling job leaves tens of thousands of objects beside its manifest ({@code annotations/} and others); folders of
 * those names are never listed, at any depth. Exports may lie anywhere. Where each holds its whole project, only the newest of those in
 * one folder counts: the others are earlier states of the same labels.
 *
 * @param labels a folder (key empty or ending in {@code /}) or one object
 * @param format of the exports; {@code null}: the labels are manifests
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html">Ground Truth output</a>
 */
public record LabelPlaces(S3Uri labels, ImportFormat format) {
    /** What a manifest's key ends with, after a {@code /} or at its start. */
    public static final String MANIFEST = "manifests/output/output.manifest";

    private static final Set<String> NEVER_LISTED =
            Set.of("annotations", "annotation-tool", "temp", "activelearning", "inference", "training");
    private static final Comparator<StoredObject> AGE = Comparator.comparing(StoredObject::lastModified).thenComparing(StoredObject::uri);

    /** @throws IllegalArgumentException if exports of this format are not one file each */
    public LabelPlaces {
        if (format != null && format.ending().isEmpty()) {
            throw new IllegalArgumentException("an export of " + format + " is not one file");
        }
    }

    /** Whether {@code labels} is a folder. */
    public boolean isFolder() {
        return labels.key().isEmpty() || labels.key().endsWith("/");
    }

    /** What the keys of all labels below a folder end with. */
    public String ending() {
        return format == null ? MANIFEST : format.ending().orElseThrow();
    }

    /** Whether a plan would look at this object. */
    public boolean covers(S3Uri uri) {
        if (!isFolder()) {
            return uri.equals(labels);
        }
        if (!labels.isPrefixOf(uri)) {
            return false;
        }
        String below = uri.key().substring(labels.key().length());
        return format == null ? isManifest(below) : below.endsWith(ending());
    }

    private boolean isManifest(String below) {
        if (!below.equals(MANIFEST) && !below.endsWith("/" + MANIFEST)) {
            return false;
        }
        String folders = below.substring(0, below.length() - MANIFEST.length());
        String above = labels.key().isEmpty() ? "" : name(labels);
        for (String folder : folders.isEmpty() ? new String[0] : folders.split("/")) {
            if (isNeverListed(above, folder)) {
                return false;
            }
            above = folder;
        }
        return true;
    }

    /** The labels that are there, in the order in which they are processed. @param apart what may lie among them and is something else */
    public List<StoredObject> find(ObjectStore store, Set<S3Uri> apart) throws IOException {
        List<StoredObject> found = new ArrayList<>();
        if (!isFolder()) {
            store.head(labels).ifPresent(found::add);
        } else {
            walk(store, found);
        }
        found.removeIf(object -> apart.contains(object.uri()));
        if (format != null && format.ofWholeProject()) {
            found = newestOfEachFolder(found);
        }
        found.sort(Comparator.comparing(StoredObject::uri));
        return found;
    }

    private void walk(ObjectStore store, List<StoredObject> found) throws IOException {
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
                if (format != null || !isNeverListed(name(folder), name(below))) {
                    folders.push(below);
                }
            }
        }
    }

    private static List<StoredObject> newestOfEachFolder(List<StoredObject> exports) {
        Map<String, StoredObject> newest = new LinkedHashMap<>();
        for (StoredObject export : exports) {
            String key = export.uri().key();
            newest.merge(key.substring(0, key.lastIndexOf('/') + 1), export, (one, other) -> AGE.compare(one, other) >= 0 ? one : other);
        }
        return new ArrayList<>(newest.values());
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

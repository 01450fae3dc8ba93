package dev.truepipe.importing;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.truepipe.manifest.Task;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.util.BitSet;
import java.util.TreeSet;

/**
 * A manifest as channels of files have it, {@code [{"prefix":"s3://bucket/folder/"},"relative/path",…]}, and beside it the labels: classes of
 * images, in the manifest's order. Its own prefix counts, whatever other is given. Class ids follow the names; labels that are all class ids
 * are themselves.
 *
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html">S3DataSource, ManifestFile</a>
 */
public final class TraditionalManifestReader implements LabelReader {
    private static final String WRITE = "write [{\"prefix\":\"s3://bucket/folder/\"},\"path\",…]";

    private final SourceFile manifest;
    private final SourceFile labelFile;
    private LabelTable labels;

    public TraditionalManifestReader(SourceFile manifest, SourceFile labels) {
        this.manifest = manifest;
        this.labelFile = labels;
    }

    @Override
    public String format() {
        return "manifest";
    }

    @Override
    public Survey survey(ImportReport report) throws IOException {
        labels = LabelTable.read(labelFile);
        if (labels.ordered()) {
            int[] objects = {0};
            entries((_, _, _) -> objects[0]++);
            if (objects[0] != labels.labels().size()) {
                throw labelFile.unreadable("has " + labels.labels().size() + " labels in order, and " + manifest.name() + " lists " + objects[0]
                        + " objects: nobody can tell which is whose", "give each label its path");
            }
        }
        TreeSet<String> names = new TreeSet<>();
        labels.labels().forEach(label -> names.addAll(label.names()));
        return new Survey(labels.several() ? Task.IMAGE_CLASSIFICATION_MULTILABEL : Task.IMAGE_CLASSIFICATION, ClassList.sortedOrIds(names));
    }

    @Override
    public void read(ManifestWriter writer) throws IOException {
        for (LabelTable.Label label : labels.repeated()) {
            writer.orphan(ImportCode.ANNOTATION_INVALID, Place.line(labelFile.name(), label.line()), "\"" + ImportReport.shown(label.path()) + "\" has a label already");
        }
        BitSet used = new BitSet();
        int[] objects = {0};
        entries((place, prefix, path) -> {
            Place at = Place.element(manifest.name(), "/" + place, null);
            writer.begin(at, () -> prefix == null || ObjectUris.isS3(path) ? writer.uris().uri(path) : ObjectUris.of(prefix, path));
            writer.date(labelFile.lastModified());
            int found = labels.ordered() ? objects[0]++ : labels.find(path);
            if (found < 0 && prefix != null) {
                found = labels.find(prefix + path);
            }
            if (found >= 0) {
                used.set(found);
                LabelTable.Label label = labels.labels().get(found);
                for (String name : label.names()) {
                    writer.classified(name, 1, () -> Place.line(labelFile.name(), label.line()));
                }
            } else {
                writer.refuse(ImportCode.LABEL_ABSENT, "\"" + ImportReport.shown(path) + "\" has no label in " + labelFile.name());
            }
            writer.end();
        });
        for (int i = used.nextClearBit(0); i < labels.labels().size(); i = used.nextClearBit(i + 1)) {
            LabelTable.Label label = labels.labels().get(i);
            writer.orphan(ImportCode.IMAGE_ABSENT, Place.line(labelFile.name(), label.line()), "\"" + ImportReport.shown(label.path()) + "\" is not in " + manifest.name());
        }
    }

    @FunctionalInterface
    private interface Entries {
        void entry(int place, S3Uri prefix, String path) throws IOException;
    }

    private void entries(Entries each) throws IOException {
        JsonSource.read(manifest, parser -> {
            entries(parser, each);
            return null;
        });
    }

    private void entries(JsonParser parser, Entries each) throws IOException {
        if (parser.nextToken() != JsonToken.START_ARRAY) {
            throw manifest.unreadable("is no JSON list", "is it an augmented manifest? That needs no import; else " + WRITE);
        }
        S3Uri prefix = null;
        int place = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken(), place++) {
            if (token == JsonToken.START_OBJECT && place == 0) {
                prefix = prefix(parser);
            } else if (token == JsonToken.VALUE_STRING) {
                each.entry(place, prefix, parser.getText());
            } else {
                throw manifest.unreadable("entry " + place + " is no path", WRITE);
            }
        }
        if (parser.nextToken() != null) {
            throw manifest.unreadable("goes on behind its list", WRITE);
        }
    }

    private S3Uri prefix(JsonParser parser) throws IOException {
        String prefix = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean wanted = parser.currentName().equals("prefix");
            parser.nextToken();
            prefix = wanted && parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : prefix;
            parser.skipChildren();
        }
        try {
            return S3Uri.parse(prefix == null ? "" : prefix);
        } catch (IllegalArgumentException e) {
            throw new UnreadableSourceException(manifest.name(), "its first entry is no prefix: " + e.getMessage(), WRITE, e);
        }
    }
}

package dev.truepipe.importing;

import com.fasterxml.jackson.core.JsonToken;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.Task;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A folder as Object Detection takes it in File mode: {@code images.manifest} lists the images in S3, and {@code annotation/NAME.json} has the
 * boxes of each, {@code {"file","image_size":[…],"annotations":[…],"categories":[{"class_id","name"}]}}. What {@code export file-mode} writes.
 *
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/object-detection.html">Object Detection, train with the image format</a>
 */
public final class FileModeReader implements LabelReader {
    /** The list of images. */
    public static final String IMAGES = "images.manifest";
    /** The folder of boxes. */
    public static final String ANNOTATIONS = "annotation/";

    private static final String EXPORT = "name a folder that export file-mode has made of boxes";
    private static final int MOST_BYTES = 16 << 20;

    private final FolderFiles folder;

    /** @throws IOException if the folder cannot be read */
    public FileModeReader(Path folder) throws IOException {
        this.folder = FolderFiles.of(folder);
    }

    @Override
    public String format() {
        return "file-mode";
    }

    /** Where the boxes of an image stand. @param path of the image below the prefix */
    public static String annotationFile(String path) {
        int dot = path.lastIndexOf('.');
        return ANNOTATIONS + (dot > path.lastIndexOf('/') ? path.substring(0, dot) : path) + ".json";
    }

    @Override
    public Survey survey(ImportReport report) throws IOException {
        SortedMap<Long, String> names = new TreeMap<>();
        for (String path : folder.files().keySet()) {
            if (path.startsWith(ANNOTATIONS) && path.endsWith(".json")) {
                names.putAll(categories(boxes(path)));
            }
        }
        return new Survey(Task.OBJECT_DETECTION, ClassList.inOrder(names.values()));
    }

    private static SortedMap<Long, String> categories(Map<?, ?> boxes) {
        SortedMap<Long, String> names = new TreeMap<>();
        for (Object category : boxes.get("categories") instanceof List<?> list ? list : List.of()) {
            if (category instanceof Map<?, ?> one && one.get("class_id") instanceof Long id && one.get("name") instanceof String name) {
                names.put(id, name);
            }
        }
        return names;
    }

    @Override
    public void read(ManifestWriter writer) throws IOException {
        List<String> list = images();
        S3Uri prefix = prefix(list.getFirst());
        for (int i = 1; i < list.size(); i++) {
            String path = list.get(i);
            Place at = Place.element(folder.name(IMAGES), "/" + i, null);
            writer.begin(at, () -> ObjectUris.of(prefix, path));
            String file = annotationFile(path);
            if (folder.has(file)) {
                image(writer, file);
            } else {
                writer.refuse(ImportCode.LABEL_ABSENT, "there is no " + ImportReport.shown(file));
            }
            writer.end();
        }
    }

    private void image(ManifestWriter writer, String file) throws IOException {
        Map<?, ?> boxes = boxes(file);
        Instant lastModified = folder.lastModified(file);
        writer.date(lastModified);
        if (boxes.get("image_size") instanceof List<?> sizes && sizes.size() == 1 && sizes.getFirst() instanceof Map<?, ?> size) {
            writer.size(pixels(size.get("width")), pixels(size.get("height")));
            writer.depth(Math.max(1, pixels(size.get("depth"))));
        }
        SortedMap<Long, String> names = categories(boxes);
        List<?> annotations = boxes.get("annotations") instanceof List<?> all ? all : List.of();
        for (int i = 0; i < annotations.size(); i++) {
            int place = i;
            Supplier<Place> at = () -> Place.element(folder.name(file), "/annotations/" + place, null);
            if (annotations.get(i) instanceof Map<?, ?> box) {
                writer.box(box.get("class_id") instanceof Long id ? names.get(id) : null, number(box.get("left")), number(box.get("top")),
                        number(box.get("width")), number(box.get("height")), 1, at);
            } else {
                writer.dropped(ImportCode.ANNOTATION_INVALID, "the annotation is no object", at);
            }
        }
    }

    private static double number(Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private static int pixels(Object value) {
        double pixels = number(value);
        return pixels > 0 && pixels <= Integer.MAX_VALUE ? (int) Math.round(pixels) : 0;
    }

    private Map<?, ?> boxes(String path) throws IOException {
        byte[] bytes;
        try (InputStream in = folder.open(path)) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        }
        SourceFile file = new SourceFile(folder.name(path), ByteSource.of(bytes), folder.lastModified(path));
        if (bytes.length > MOST_BYTES) {
            throw file.unreadable("has more than 16 MiB", EXPORT);
        }
        return JsonSource.read(file, parser -> {
            parser.nextToken();
            if (!(Json.value(parser, Set.of()) instanceof Map<?, ?> boxes)) {
                throw file.unreadable("is no JSON object", EXPORT);
            }
            return boxes;
        });
    }

    /** The prefix, then the paths. */
    private List<String> images() throws IOException {
        if (!folder.has(IMAGES)) {
            throw new UnreadableSourceException(folder.name(""), "has no " + IMAGES, EXPORT);
        }
        SourceFile file = new SourceFile(folder.name(IMAGES), (_, _) -> folder.open(IMAGES), folder.lastModified(IMAGES));
        return JsonSource.read(file, parser -> {
            List<String> list = new ArrayList<>();
            if (parser.nextToken() != JsonToken.START_ARRAY || parser.nextToken() != JsonToken.START_OBJECT
                    || !(Json.value(parser, Set.of()) instanceof Map<?, ?> first) || !(first.get("prefix") instanceof String prefix)) {
                throw file.unreadable("does not begin with a prefix", EXPORT);
            }
            list.add(prefix);
            while (parser.nextToken() == JsonToken.VALUE_STRING) {
                list.add(parser.getText());
            }
            if (parser.currentToken() != JsonToken.END_ARRAY) {
                throw file.unreadable("lists something else than paths", EXPORT);
            }
            return list;
        });
    }

    private S3Uri prefix(String text) throws IOException {
        try {
            return S3Uri.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UnreadableSourceException(folder.name(IMAGES), "its first entry is no prefix: " + e.getMessage(), EXPORT, e);
        }
    }
}

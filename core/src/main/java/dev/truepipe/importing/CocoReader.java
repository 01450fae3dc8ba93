package dev.truepipe.importing;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.Task;
import dev.truepipe.split.Hash128;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * COCO instances: {@code {"images":[…],"annotations":[…],"categories":[…]}}, in any order of the three.
 *
 * <p>Class ids are the places of the categories sorted by their ids. An image's address is its {@code coco_url} if that is an S3 URI, else
 * its {@code file_name}. The date is {@code info.date_created}. Read twice: for images and categories, then for boxes; once more for each
 * further {@value #MOST_HELD} boxes or so, which is as many as are held.
 *
 * @see <a href="https://cocodataset.org/#format-data">COCO data format</a>
 */
public final class CocoReader implements LabelReader {
    /** Boxes that are held at a time: 60 bytes each. */
    static final int MOST_HELD = 2_000_000;

    private static final long NO_ID = Long.MIN_VALUE;
    private static final String EXPORT_INSTANCES = "export object instances: boxes with categories";

    private final List<SourceFile> files;
    private final int most;
    private final List<Instances> all = new ArrayList<>();

    /** What one file holds beside its annotations. */
    private static final class Instances {
        private final SourceFile file;
        private final CocoImages images = new CocoImages();
        private final SortedMap<Long, String> categories = new TreeMap<>();
        /** Images that cannot be entered, told when the objects are read. */
        private final List<Place> repeated = new ArrayList<>();
        private final List<Place> malformed = new ArrayList<>();
        /** Ids of images that are texts, by what stands for them. */
        private final Map<Long, String> spelt = new HashMap<>();
        private Instant created;
        private boolean hasImages;
        private boolean hasAnnotations;

        private Object spelt(long image) {
            String text = spelt.get(image);
            return text == null ? (Object) image : text;
        }

        private Instances(SourceFile file) {
            this.file = file;
            this.created = file.lastModified();
        }
    }

    /** @param files in the order in which they are read; of classes with one name in several there is one */
    public CocoReader(List<SourceFile> files) {
        this(files, MOST_HELD);
    }

    /** @param most boxes that are held at a time */
    CocoReader(List<SourceFile> files, int most) {
        this.files = List.copyOf(files);
        this.most = most;
    }

    @Override
    public String format() {
        return "coco";
    }

    // The first look

    @Override
    public Survey survey(ImportReport report) throws IOException {
        List<String> names = new ArrayList<>();
        for (SourceFile file : files) {
            Instances one = new Instances(file);
            JsonSource.read(file, parser -> {
                survey(parser, one);
                return null;
            });
            if (!one.hasImages || !one.hasAnnotations) {
                throw file.unreadable("has no list \"" + (one.hasImages ? "annotations" : "images") + "\"", "is it COCO? " + EXPORT_INSTANCES);
            }
            SortedMap<String, Long> known = new TreeMap<>();
            for (Map.Entry<Long, String> category : one.categories.entrySet()) {
                Place at = Place.element(file.name(), "/categories", category.getKey());
                if (category.getValue() == null) {
                    report.find(ImportCode.CLASS_UNNAMED, at, "the category has no name");
                } else {
                    Long before = known.putIfAbsent(category.getValue(), category.getKey());
                    if (before != null) {
                        report.find(ImportCode.CLASS_REPEATED, at, "categories " + before + " and " + category.getKey() + " are both called \""
                                + ImportReport.shown(category.getValue()) + "\"");
                    }
                    names.add(category.getValue());
                }
            }
            all.add(one);
        }
        return new Survey(Task.OBJECT_DETECTION, ClassList.inOrder(names));
    }

    private static void survey(JsonParser parser, Instances into) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw into.file.unreadable(parser.currentToken() == JsonToken.START_ARRAY ? "is a list, as results of COCO are" : "is no JSON object", EXPORT_INSTANCES);
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "info" -> info(parser, into);
                case "categories" -> categories(list(parser, value, name, into), into);
                case "images" -> {
                    into.hasImages = true;
                    images(list(parser, value, name, into), into);
                }
                case "annotations" -> {
                    into.hasAnnotations = true;
                    firstAnnotation(list(parser, value, name, into), into);
                }
                default -> parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw into.file.unreadable("goes on behind its JSON object", "write one file for each");
        }
    }

    private static JsonParser list(JsonParser parser, JsonToken value, String name, Instances into) throws IOException {
        if (value != JsonToken.START_ARRAY) {
            throw into.file.unreadable("\"" + name + "\" is no list", EXPORT_INSTANCES);
        }
        return parser;
    }

    private static void info(JsonParser parser, Instances into) throws IOException {
        if (Json.value(parser, Set.of()) instanceof Map<?, ?> info) {
            Instant said = Moment.parse(info.get("date_created"));
            into.created = said == null ? into.created : said;
        }
    }

    private static void categories(JsonParser parser, Instances into) throws IOException {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (!(Json.value(parser, Set.of()) instanceof Map<?, ?> category) || !(category.get("id") instanceof Number || category.get("id") instanceof String)) {
                throw into.file.unreadable("category " + into.categories.size() + " has no id", EXPORT_INSTANCES);
            }
            if (category.get("keypoints") instanceof List<?> keypoints && !keypoints.isEmpty()) {
                throw into.file.unreadable("holds keypoints, which a manifest cannot carry", EXPORT_INSTANCES);
            }
            String name = category.get("name") instanceof String text && !text.isBlank() && ObjectUris.wellFormed(text) ? text : null;
            long id = category.get("id") instanceof Number number ? number.longValue() : id((String) category.get("id"));
            if (into.categories.containsKey(id)) {
                throw into.file.unreadable("two categories have the id " + category.get("id"), "give each category an id of its own");
            }
            into.categories.put(id, name);
            if (into.categories.size() > ClassList.MOST) {
                throw into.file.unreadable("has more than " + ClassList.MOST + " categories", "class ids end at " + (ClassList.MOST - 1) + ": import fewer classes");
            }
        }
    }

    private static void images(JsonParser parser, Instances into) throws IOException {
        for (int place = 0; parser.nextToken() != JsonToken.END_ARRAY; place++) {
            String at = "/images/" + place;
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                parser.skipChildren();
                into.malformed.add(Place.element(into.file.name(), at, null));
                continue;
            }
            long id = NO_ID;
            int width = 0;
            int height = 0;
            String name = null;
            String uri = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "id" -> {
                        id = id(parser, value);
                        if (value == JsonToken.VALUE_STRING) {
                            into.spelt.put(id, ImportReport.shown(parser.getText()));
                        }
                    }
                    case "width" -> width = pixels(parser, value);
                    case "height" -> height = pixels(parser, value);
                    case "file_name" -> name = value == JsonToken.VALUE_STRING ? parser.getText() : null;
                    case "coco_url" -> uri = value == JsonToken.VALUE_STRING && ObjectUris.isS3(parser.getText()) ? parser.getText() : null;
                    default -> parser.skipChildren();
                }
            }
            if (id == NO_ID) {
                into.malformed.add(Place.element(into.file.name(), at, null));
            } else if (!into.images.add(id, width, height, uri != null ? uri : name)) {
                into.repeated.add(Place.element(into.file.name(), at, into.spelt(id)));
            }
        }
    }

    private static int pixels(JsonParser parser, JsonToken value) throws IOException {
        double pixels = number(parser, value);
        return pixels > 0 && pixels <= Integer.MAX_VALUE ? (int) Math.round(pixels) : 0;
    }

    /** What the file is of, told from its first annotation. */
    private static void firstAnnotation(JsonParser parser, Instances into) throws IOException {
        if (parser.nextToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (field.equals("caption") || field.equals("segments_info")) {
                    throw into.file.unreadable("holds " + (field.equals("caption") ? "captions" : "panoptic segments") + ", which a manifest cannot carry", EXPORT_INSTANCES);
                }
                if (field.equals("keypoints") && value == JsonToken.START_ARRAY && parser.nextToken() != JsonToken.END_ARRAY) {
                    throw into.file.unreadable("holds keypoints, which a manifest cannot carry", EXPORT_INSTANCES);
                }
                parser.skipChildren();
            }
        } else if (parser.currentToken() == JsonToken.END_ARRAY) {
            return;
        } else {
            parser.skipChildren();
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            parser.skipChildren();
        }
    }

    // The objects

    @Override
    public void read(ManifestWriter writer) throws IOException {
        HeldBoxes held = new HeldBoxes(most);
        for (Instances one : all) {
            for (Place at : one.malformed) {
                writer.lost(ImportCode.ANNOTATION_INVALID, at, "the image is no object with an id", 0);
            }
            for (Place at : one.repeated) {
                writer.lost(ImportCode.DUPLICATE_IMAGE_ID, at, "another image has this id, and annotations are that one's", 0);
            }
            long[] categoryIds = one.categories.keySet().stream().mapToLong(Long::longValue).toArray();
            String[] names = one.categories.values().toArray(new String[0]);
            int first = 0;
            do {
                held.begin(first, one.images.count());
                boolean firstReading = first == 0;
                try {
                    JsonSource.read(one.file, parser -> {
                        annotations(parser, one, categoryIds, held, firstReading ? writer : null);
                        return null;
                    });
                } catch (HeldBoxes.TooManyException e) {
                    throw new UnreadableSourceException(one.file.name(), "image " + one.spelt(one.images.id(e.image)) + " has more than " + most + " annotations",
                            "leave it out: no training takes so many boxes of one image", e);
                }
                write(writer, one, names, held, first);
                first = held.behind();
            } while (first < one.images.count());
        }
    }

    private static void annotations(JsonParser parser, Instances one, long[] categoryIds, HeldBoxes held, ManifestWriter writer) throws IOException {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean wanted = parser.currentName().equals("annotations");
            parser.nextToken();
            if (!wanted) {
                parser.skipChildren();
                continue;
            }
            for (int place = 0; parser.nextToken() != JsonToken.END_ARRAY; place++) {
                annotation(parser, one, categoryIds, held, place, writer);
            }
        }
    }

    /** @param writer hears of annotations that belong to no image; {@code null} if it has heard of them before */
    private static void annotation(JsonParser parser, Instances one, long[] categoryIds, HeldBoxes held, int place, ManifestWriter writer) throws IOException {
        long id = NO_ID;
        long image = NO_ID;
        long category = NO_ID;
        double[] box = {Double.NaN, Double.NaN, Double.NaN, Double.NaN};
        int numbers = 0;
        boolean segmented = false;
        boolean crowd = false;
        float score = Float.NaN;
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "id" -> id = id(parser, value);
                    case "image_id" -> image = id(parser, value);
                    case "category_id" -> category = id(parser, value);
                    case "iscrowd" -> crowd = value == JsonToken.VALUE_TRUE || number(parser, value) == 1;
                    case "score" -> score = (float) number(parser, value);
                    case "bbox" -> numbers = box(parser, value, box);
                    case "segmentation" -> {
                        segmented = value == JsonToken.START_ARRAY || value == JsonToken.START_OBJECT;
                        parser.skipChildren();
                    }
                    default -> parser.skipChildren();
                }
            }
        } else {
            parser.skipChildren();
        }
        int found = image == NO_ID ? -1 : one.images.find(image);
        if (found < 0) {
            if (writer != null) {
                Place at = Place.element(one.file.name(), "/annotations/" + place, id == NO_ID ? null : id);
                if (image == NO_ID) {
                    writer.orphan(ImportCode.ANNOTATION_INVALID, at, "the annotation is no object with an image_id");
                } else {
                    writer.orphan(ImportCode.IMAGE_ABSENT, at, "there is no image with the id " + image);
                }
            }
        } else if (held.wants(found)) {
            int known = category == NO_ID ? -1 : Arrays.binarySearch(categoryIds, category);
            byte state = crowd ? HeldBoxes.CROWD : numbers == 4 ? HeldBoxes.FINE : numbers == 0 && segmented ? HeldBoxes.SEGMENTATION_ONLY : HeldBoxes.NO_BOX;
            held.add(found, known, place, id, box, score, state);
        }
    }

    /** @return how many numbers there are; 4 is right */
    private static int box(JsonParser parser, JsonToken value, double[] box) throws IOException {
        if (value != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return value == JsonToken.VALUE_NULL ? 0 : -1;
        }
        int numbers = 0;
        for (JsonToken item = parser.nextToken(); item != JsonToken.END_ARRAY; item = parser.nextToken()) {
            double number = number(parser, item);
            if (numbers < 4) {
                box[numbers] = number;
            }
            numbers++;
        }
        return numbers;
    }

    private static void write(ManifestWriter writer, Instances one, String[] names, HeldBoxes held, int first) throws IOException {
        CocoImages images = one.images;
        for (long id : held.repeatedIds(NO_ID)) {
            writer.warn(ImportCode.DUPLICATE_ANNOTATION_ID, Place.element(one.file.name(), "/annotations", id), "several annotations have this id");
        }
        int[] sorted = held.byImage();
        int next = 0;
        for (int image = first; image < held.behind(); image++) {
            writer.begin(Place.element(one.file.name(), "image", one.spelt(images.id(image))), images.name(image));
            writer.size(images.width(image), images.height(image));
            writer.date(one.created);
            for (; next < sorted.length && held.image(sorted[next]) == image; next++) {
                writeOne(writer, one, names, held, sorted[next]);
            }
            writer.end();
        }
    }

    private static void writeOne(ManifestWriter writer, Instances one, String[] names, HeldBoxes held, int i) throws IOException {
        Supplier<Place> at = () -> Place.element(one.file.name(), "/annotations/" + held.place(i), held.id(i) == NO_ID ? null : held.id(i));
        switch (held.state(i)) {
            case HeldBoxes.CROWD -> writer.dropped(ImportCode.CROWD, "the annotation is of a crowd", at);
            case HeldBoxes.SEGMENTATION_ONLY -> writer.dropped(ImportCode.SEGMENTATION_ONLY, "the annotation has a segmentation and no bbox", at);
            case HeldBoxes.NO_BOX -> writer.dropped(ImportCode.BOX_INVALID, "the annotation has no bbox of four numbers", at);
            default -> {
                float score = held.score(i);
                if (!Float.isNaN(score)) {
                    writer.byModel();
                }
                writer.box(held.category(i) < 0 ? null : names[held.category(i)], held.box(i, 0), held.box(i, 1), held.box(i, 2), held.box(i, 3),
                        Float.isNaN(score) ? 1 : Double.parseDouble(Float.toString(score)), at);
            }
        }
    }

    /** A number, or NaN. */
    private static double number(JsonParser parser, JsonToken value) throws IOException {
        if (value != null && value.isNumeric()) {
            return parser.getDoubleValue();
        }
        parser.skipChildren();
        return Double.NaN;
    }

    /** Ids are whole numbers; some tools write texts, of which each stands for itself. */
    private static long id(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NUMBER_INT) {
            return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? id(parser.getText()) : parser.getLongValue();
        }
        if (value == JsonToken.VALUE_STRING) {
            return id(parser.getText());
        }
        if (value == JsonToken.VALUE_NUMBER_FLOAT && parser.getDoubleValue() == Math.rint(parser.getDoubleValue())) {
            return (long) parser.getDoubleValue();
        }
        parser.skipChildren();
        return NO_ID;
    }

    private static long id(String text) {
        return text.matches("-?[0-9]{1,18}") ? Long.parseLong(text) : Hash128.of(text).high() | Long.MIN_VALUE >> 1;
    }
}

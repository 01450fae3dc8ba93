package dev.truepipe.importing;

import dev.truepipe.manifest.Task;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * CSV with a head: one row for each box, or for each object that has classes.
 *
 * <p>Boxes: the object ({@code source-ref}, {@code path}, {@code image} or {@code filename}), {@code class} or {@code label}, the box as
 * {@code left,top,width,height} or as {@code xmin,ymin,xmax,ymax}, and {@code image_width,image_height} (beside corners {@code width,height} do).
 * A row without class and box is an image without any. Rows of one image may stand anywhere. Classes: the object, or {@code source} with a text,
 * and {@code label}, or {@code labels} parted by {@code |}. {@code confidence} makes a row a model's.
 *
 * <p>Class ids follow the names; names that are all class ids are themselves.
 */
public final class CsvReader implements LabelReader {
    private static final Map<String, List<String>> KNOWN = Map.of(
            "object", List.of("source-ref", "source_ref", "path", "image", "image_path", "filename", "file_name", "file"),
            "text", List.of("source", "text"),
            "class", List.of("class", "label", "class_name", "category"),
            "classes", List.of("labels", "classes"),
            "confidence", List.of("confidence", "score"));
    private static final List<List<String>> CORNERS = List.of(List.of("xmin", "ymin", "xmax", "ymax"), List.of("x1", "y1", "x2", "y2"));
    private static final List<List<String>> SIZES = List.of(List.of("left", "top", "width", "height"), List.of("x", "y", "w", "h"));
    private static final String WRITE =
            "write a head such as source-ref,class,left,top,width,height,image_width,image_height, or path,label";

    private final List<SourceFile> files;
    private final int most;
    private Task task;

    public CsvReader(List<SourceFile> files) {
        this(files, CocoReader.MOST_HELD);
    }

    /** @param most boxes that are held at a time */
    CsvReader(List<SourceFile> files, int most) {
        this.files = List.copyOf(files);
        this.most = most;
    }

    @Override
    public String format() {
        return "csv";
    }

    /** Where the columns of a file are; -1: nowhere. */
    private static final class Columns {
        private final List<String> names;
        private final int object;
        private final int text;
        private final int oneClass;
        private final int classes;
        private final int confidence;
        private int[] box;
        private boolean corners;
        private int width = -1;
        private int height = -1;

        private Columns(SourceFile file, List<String> head) throws IOException {
            names = head == null ? List.of() : head.stream().map(name -> name.strip().toLowerCase(Locale.ROOT).replace(' ', '_')).toList();
            object = find("object");
            text = object >= 0 ? -1 : find("text");
            oneClass = find("class");
            classes = oneClass >= 0 ? -1 : find("classes");
            confidence = find("confidence");
            if (object < 0 && text < 0 || oneClass < 0 && classes < 0) {
                throw file.unreadable("its head has no column for " + (object < 0 && text < 0 ? "the object" : "the class"), WRITE);
            }
            box = all(CORNERS);
            corners = box != null;
            box = corners ? box : all(SIZES);
            if (box != null) {
                width = names.indexOf("image_width") >= 0 || !corners ? names.indexOf("image_width") : names.indexOf("width");
                height = names.indexOf("image_height") >= 0 || !corners ? names.indexOf("image_height") : names.indexOf("height");
                if (object < 0 || oneClass < 0 || width < 0 || height < 0) {
                    throw file.unreadable("boxes need an object, a class, and the image's size", WRITE);
                }
            }
        }

        private int find(String what) {
            return KNOWN.get(what).stream().mapToInt(names::indexOf).filter(place -> place >= 0).findFirst().orElse(-1);
        }

        private int[] all(List<List<String>> spellings) {
            return spellings.stream().filter(names::containsAll).findFirst().map(four -> four.stream().mapToInt(names::indexOf).toArray()).orElse(null);
        }

        private Task task() {
            return box != null ? Task.OBJECT_DETECTION
                    : text >= 0 ? classes >= 0 ? Task.TEXT_CLASSIFICATION_MULTILABEL : Task.TEXT_CLASSIFICATION
                    : classes >= 0 ? Task.IMAGE_CLASSIFICATION_MULTILABEL : Task.IMAGE_CLASSIFICATION;
        }

        private List<String> classes(List<String> row) {
            String cell = row.get(oneClass >= 0 ? oneClass : classes);
            if (oneClass >= 0 || cell.isEmpty()) {
                return cell.isBlank() ? List.of() : List.of(cell);
            }
            return Arrays.asList(cell.split("\\|"));
        }
    }

    @FunctionalInterface
    private interface Rows {
        void row(Columns columns, List<String> row, Place at) throws IOException;
    }

    private void rows(SourceFile file, ManifestWriter writer, Rows each) throws IOException {
        try (CsvRows rows = new CsvRows(file)) {
            Columns columns = new Columns(file, rows.next());
            for (List<String> row = rows.next(); row != null; row = rows.next()) {
                Place at = Place.line(file.name(), rows.line());
                if (row.size() == columns.names.size()) {
                    each.row(columns, row, at);
                } else if (writer != null) {
                    writer.lost(ImportCode.ANNOTATION_INVALID, at, "the row has " + row.size() + " cells, and the head " + columns.names.size(), 0);
                }
            }
        }
    }

    @Override
    public Survey survey(ImportReport report) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        for (SourceFile file : files) {
            Task before = task;
            try (CsvRows rows = new CsvRows(file)) {
                task = new Columns(file, rows.next()).task();
            }
            if (before != null && !before.equals(task)) {
                throw file.unreadable("is for " + task + ", and " + files.getFirst().name() + " for " + before, "import them one by one");
            }
            rows(file, null, (columns, row, _) -> names.addAll(columns.classes(row)));
        }
        return new Survey(task, ClassList.sortedOrIds(names));
    }

    @Override
    public void read(ManifestWriter writer) throws IOException {
        for (SourceFile file : files) {
            if (task.equals(Task.OBJECT_DETECTION)) {
                boxes(file, writer);
            } else {
                rows(file, writer, (columns, row, at) -> object(writer, file, columns, row, at));
            }
        }
    }

    private static void object(ManifestWriter writer, SourceFile file, Columns columns, List<String> row, Place place) throws IOException {
        Supplier<Place> at = () -> place;
        if (columns.text >= 0) {
            writer.beginText(place, row.get(columns.text));
        } else {
            writer.begin(place, row.get(columns.object));
        }
        writer.date(file.lastModified());
        double confidence = confidence(writer, columns, row);
        for (String name : columns.classes(row)) {
            writer.classified(name, confidence, at);
        }
        writer.end();
    }

    private static double confidence(ManifestWriter writer, Columns columns, List<String> row) {
        double confidence = columns.confidence < 0 || row.get(columns.confidence).isBlank() ? Double.NaN : CsvRows.number(row.get(columns.confidence));
        if (!(confidence >= 0 && confidence <= 1)) {
            return 1;
        }
        writer.byModel();
        return confidence;
    }

    /** The images of a file, in the order of their first rows. */
    private static final class Images {
        private final Map<String, Integer> places = new HashMap<>();
        private final List<String> references = new ArrayList<>();
        private final List<Place> at = new ArrayList<>();
        private int[] sizes = new int[64];

        private int place(List<String> row, Columns columns, Place first) {
            String reference = row.get(columns.object);
            Integer known = places.putIfAbsent(reference, references.size());
            if (known != null) {
                return known;
            }
            int place = references.size();
            references.add(reference);
            at.add(first);
            if (2 * place == sizes.length) {
                sizes = Arrays.copyOf(sizes, 2 * sizes.length);
            }
            sizes[2 * place] = CsvRows.pixels(row.get(columns.width));
            sizes[2 * place + 1] = CsvRows.pixels(row.get(columns.height));
            return place;
        }
    }

    private void boxes(SourceFile file, ManifestWriter writer) throws IOException {
        Images images = new Images();
        Map<String, Integer> classes = new HashMap<>();
        List<String> names = new ArrayList<>();
        rows(file, writer, (columns, row, at) -> images.place(row, columns, at));
        int first = 0;
        HeldBoxes held = new HeldBoxes(most);
        while (first < images.references.size()) {
            held.begin(first, images.references.size());
            try {
                rows(file, null, (columns, row, at) -> hold(held, images, classes, names, columns, row, at));
            } catch (HeldBoxes.TooManyException e) {
                throw new UnreadableSourceException(file.name(), "an image has more than " + most + " boxes", "leave it out: no training takes so many boxes of one image", e);
            }
            int[] sorted = held.byImage();
            int next = 0;
            for (int image = first; image < held.behind(); image++) {
                writer.begin(images.at.get(image), images.references.get(image));
                writer.size(images.sizes[2 * image], images.sizes[2 * image + 1]);
                writer.date(file.lastModified());
                for (; next < sorted.length && held.image(sorted[next]) == image; next++) {
                    int i = sorted[next];
                    float score = held.score(i);
                    if (!Float.isNaN(score)) {
                        writer.byModel();
                    }
                    writer.box(held.category(i) < 0 ? null : names.get(held.category(i)), held.box(i, 0), held.box(i, 1), held.box(i, 2), held.box(i, 3),
                            Float.isNaN(score) ? 1 : Double.parseDouble(Float.toString(score)), () -> Place.line(file.name(), held.place(i)));
                }
                writer.end();
            }
            first = held.behind();
        }
    }

    private static void hold(HeldBoxes held, Images images, Map<String, Integer> classes, List<String> names, Columns columns, List<String> row, Place at) {
        int image = images.places.get(row.get(columns.object));
        List<String> name = columns.classes(row);
        boolean negative = name.isEmpty() && Arrays.stream(columns.box).allMatch(column -> row.get(column).isBlank());
        if (negative || !held.wants(image)) {
            return;
        }
        double[] box = new double[4];
        for (int i = 0; i < 4; i++) {
            box[i] = CsvRows.number(row.get(columns.box[i]));
        }
        if (columns.corners) {
            box[2] = Pixels.rounded(box[2] - box[0]);
            box[3] = Pixels.rounded(box[3] - box[1]);
        }
        int known = name.isEmpty() ? -1 : classes.computeIfAbsent(name.getFirst(), one -> {
            names.add(one);
            return names.size() - 1;
        });
        double confidence = columns.confidence < 0 ? Double.NaN : CsvRows.number(row.get(columns.confidence));
        held.add(image, known, (int) Math.min(at.line(), Integer.MAX_VALUE), 0, box, confidence >= 0 && confidence <= 1 ? (float) confidence : Float.NaN, HeldBoxes.FINE);
    }
}

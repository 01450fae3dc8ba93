package dev.truepipe.importing;

import dev.truepipe.manifest.Task;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A folder of YOLO labels: for each image a text file of lines {@code class cx cy w h}, the last four being shares of the image; six numbers
 * are a prediction, the last its confidence. The labels of {@code …/images/…/a.jpg} are {@code …/labels/…/a.txt}, or else {@code a.txt} beside
 * it; an image without labels is a negative. Images keep their paths from the folder, whatever {@code train} and {@code val} say.
 *
 * <p>Sizes are read from the heads of the images, or from {@code images.csv} of an export of ours, which names each image's address too.
 *
 * @see <a href="https://docs.ultralytics.com/datasets/detect/">Detection datasets</a>
 */
public final class YoloReader implements LabelReader {
    /** Beside {@code data.yaml} in exports of ours: {@code image,source-ref,width,height,depth}. */
    public static final String IMAGES = "images.csv";

    private static final int COLUMNS = 5;
    private static final int BUFFER_BYTES = 8 << 10;

    private final FolderFiles folder;
    private final String namesFile;
    private final SortedMap<Integer, String> names;

    /**
     * @param names of the classes, by the ids that labels use
     * @param namesFile where they stand, for findings
     * @throws IOException if the folder cannot be read
     */
    public YoloReader(Path folder, SortedMap<Integer, String> names, String namesFile) throws IOException {
        this.folder = FolderFiles.of(folder);
        this.names = new TreeMap<>(names);
        this.namesFile = namesFile;
    }

    @Override
    public String format() {
        return "yolo";
    }

    @Override
    public Survey survey(ImportReport report) throws IOException {
        Set<String> known = new HashSet<>();
        for (Map.Entry<Integer, String> name : names.entrySet()) {
            if (!known.add(name.getValue())) {
                report.find(ImportCode.CLASS_REPEATED, Place.element(namesFile, "names", name.getKey()), "two classes are called \"" + ImportReport.shown(name.getValue()) + "\"");
            }
        }
        return new Survey(Task.OBJECT_DETECTION, ClassList.inOrder(names.values()));
    }

    @Override
    public void read(ManifestWriter writer) throws IOException {
        for (String link : folder.links()) {
            writer.lost(ImportCode.LINK_NOT_FOLLOWED, Place.of(folder.name(link)), "it is a link", 0);
        }
        Set<String> used = new HashSet<>();
        if (folder.has(IMAGES)) {
            exported(writer, used);
        } else {
            images(writer, used);
        }
        for (String path : folder.files().keySet()) {
            if (path.endsWith(".txt") && !used.contains(path)) {
                withoutImage(writer, path);
            }
        }
    }

    private void images(ManifestWriter writer, Set<String> used) throws IOException {
        for (String path : folder.files().keySet()) {
            if (!FolderFiles.isImage(path) && !FolderFiles.isOtherImage(path)) {
                continue;
            }
            writer.begin(Place.of(folder.name(path)), path);
            ImageHeader header = header(writer, path);
            writer.size(header.width(), header.height());
            writer.depth(header.depth());
            labels(writer, path, header.width(), header.height(), used);
            writer.end();
        }
    }

    private ImageHeader header(ManifestWriter writer, String path) {
        try (InputStream in = new BufferedInputStream(folder.open(path), BUFFER_BYTES)) {
            return ImageHeader.read(in);
        } catch (IOException e) {
            writer.refuse(ImportCode.IMAGE_UNREADABLE, "its size cannot be told: " + e.getMessage());
            return new ImageHeader(0, 0, 0);
        }
    }

    /** Images of an export of ours, which need not be here. */
    private void exported(ManifestWriter writer, Set<String> used) throws IOException {
        SourceFile list = new SourceFile(folder.name(IMAGES), (_, _) -> folder.open(IMAGES), folder.lastModified(IMAGES));
        try (CsvRows rows = new CsvRows(list)) {
            List<String> head = rows.next();
            if (head == null || !head.equals(List.of("image", "source-ref", "width", "height", "depth"))) {
                throw list.unreadable("has another head than image,source-ref,width,height,depth", "take it away, so that sizes are read from the images");
            }
            for (List<String> row = rows.next(); row != null; row = rows.next()) {
                Place at = Place.line(list.name(), rows.line());
                if (row.size() != head.size()) {
                    writer.lost(ImportCode.ANNOTATION_INVALID, at, "the row has " + row.size() + " cells in place of " + head.size(), 0);
                    continue;
                }
                int width = CsvRows.pixels(row.get(2));
                int height = CsvRows.pixels(row.get(3));
                writer.begin(at, row.get(1));
                writer.size(width, height);
                writer.depth(Math.max(1, CsvRows.pixels(row.get(4))));
                labels(writer, row.get(0), width, height, used);
                writer.end();
            }
        }
    }

    private void labels(ManifestWriter writer, String image, int width, int height, Set<String> used) throws IOException {
        String beside = image.substring(0, image.lastIndexOf('.') < 0 ? image.length() : image.lastIndexOf('.')) + ".txt";
        String apart = ("/" + beside).replaceFirst("^(.*)/images/", "$1/labels/").substring(1);
        String path = folder.has(apart) ? apart : beside;
        if (!folder.has(path)) {
            writer.date(folder.lastModified(image) == null ? folder.lastModified(IMAGES) : folder.lastModified(image));
            return;
        }
        used.add(path);
        writer.date(folder.lastModified(path));
        try (BufferedReader reader = open(path)) {
            long number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    label(writer, Place.line(folder.name(path), number), line.strip().split("\\s+"), width, height);
                }
            }
        }
    }

    private BufferedReader open(String path) throws IOException {
        // Digits and points only: whatever else stands there is told of as it is, in any encoding.
        return new BufferedReader(new InputStreamReader(folder.open(path), StandardCharsets.ISO_8859_1), BUFFER_BYTES);
    }

    private void label(ManifestWriter writer, Place place, String[] columns, int width, int height) throws IOException {
        Supplier<Place> at = () -> place;
        if (columns.length < COLUMNS) {
            writer.dropped(ImportCode.ANNOTATION_INVALID, "the line has " + columns.length + " columns; a box has five: class cx cy w h", at);
            return;
        }
        if (columns.length > COLUMNS + 1) {
            writer.dropped(ImportCode.UNSUPPORTED_SHAPE, "the line has " + columns.length + " columns: an outline or a turned box", at);
            return;
        }
        if (width <= 0 || height <= 0) {
            // The image is left out, and its annotations with it.
            writer.dropped(ImportCode.IMAGE_SIZE_MISSING, "the shares are of an image of unknown size", at);
            return;
        }
        double[] numbers = new double[columns.length];
        for (int i = 0; i < columns.length; i++) {
            numbers[i] = CsvRows.number(columns[i]);
        }
        String name = numbers[0] == Math.rint(numbers[0]) && numbers[0] >= 0 && numbers[0] < ClassList.MOST ? names.get((int) numbers[0]) : null;
        if (name == null) {
            writer.dropped(ImportCode.UNKNOWN_CLASS, "\"" + ImportReport.shown(columns[0]) + "\" is the id of none of the " + names.size() + " classes", at);
            return;
        }
        double confidence = 1;
        if (columns.length > COLUMNS) {
            confidence = numbers[COLUMNS];
            if (!(confidence >= 0 && confidence <= 1)) {
                writer.dropped(ImportCode.ANNOTATION_INVALID, "the sixth column, the confidence, is no number from 0 to 1", at);
                return;
            }
            writer.byModel();
        }
        double wide = numbers[3] * width;
        double high = numbers[4] * height;
        writer.box(name, Pixels.rounded(numbers[1] * width - wide / 2), Pixels.rounded(numbers[2] * height - high / 2), Pixels.rounded(wide), Pixels.rounded(high), confidence, at);
    }

    /** A text file that no image has: labels, if it looks like it. */
    private void withoutImage(ManifestWriter writer, String path) throws IOException {
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = open(path)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank()) {
                    lines.add(line);
                    if (!line.strip().matches("[0-9]+(\\s+[0-9.eE+-]+){4,}")) {
                        return;
                    }
                }
            }
        }
        if (!lines.isEmpty() || ("/" + path).contains("/labels/")) {
            writer.lost(ImportCode.IMAGE_ABSENT, Place.of(folder.name(path)), "no image in the folder has these labels", lines.size());
        }
    }
}

package dev.truepipe.importing;

import dev.truepipe.manifest.Task;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * CVAT for images 1.1: {@code <annotations><meta>…</meta><image id name width height><box label xtl ytl xbr ybr/></image></annotations>}, in
 * pixels. A box that is turned, about its middle, becomes the upright box around it. Without any box in the files, tags are classes of the
 * images, several if any image has several. Class ids follow the labels in {@code meta}; the date is {@code meta/dumped}.
 *
 * @see <a href="https://docs.cvat.ai/docs/dataset_management/formats/format-cvat/">CVAT XML</a>
 */
public final class CvatReader implements LabelReader {
    private static final String EXPORT = "export as \"CVAT for images 1.1\"";
    private static final Set<String> SHAPES = Set.of("polygon", "polyline", "points", "cuboid", "skeleton", "mask", "ellipse");

    private final List<SourceFile> files;
    private final Map<SourceFile, Instant> created = new HashMap<>();
    private Task task;

    public CvatReader(List<SourceFile> files) {
        this.files = List.copyOf(files);
    }

    @Override
    public String format() {
        return "cvat";
    }

    // The first look

    /** What the labels of all files are. */
    private static final class Seen {
        private final Set<String> listed = new LinkedHashSet<>();
        private final Set<String> ofBoxes = new TreeSet<>();
        private final Set<String> ofTags = new TreeSet<>();
        private boolean boxes;
        private boolean severalTags;
    }

    @Override
    public Survey survey(ImportReport report) throws IOException {
        Seen seen = new Seen();
        for (SourceFile file : files) {
            created.put(file, file.lastModified());
            XmlSource.read(file, xml -> survey(xml, file, seen));
        }
        task = seen.boxes || seen.ofTags.isEmpty() ? Task.OBJECT_DETECTION : seen.severalTags ? Task.IMAGE_CLASSIFICATION_MULTILABEL : Task.IMAGE_CLASSIFICATION;
        Set<String> used = task.equals(Task.OBJECT_DETECTION) ? seen.ofBoxes : seen.ofTags;
        return new Survey(task, seen.listed.isEmpty() ? ClassList.sorted(used) : ClassList.inOrder(seen.listed));
    }

    private void survey(XMLStreamReader xml, SourceFile file, Seen seen) throws XMLStreamException, IOException {
        List<String> open = new ArrayList<>();
        int tags = 0;
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamReader.END_ELEMENT) {
                open.removeLast();
            }
            if (event != XMLStreamReader.START_ELEMENT) {
                continue;
            }
            String name = xml.getLocalName();
            root(open, name, file);
            String within = open.isEmpty() ? "" : open.getLast();
            open.add(name);
            switch (name) {
                case "track" -> throw file.unreadable("is of a video: it has tracks", EXPORT);
                case "image" -> tags = 0;
                case "box" -> {
                    seen.boxes = true;
                    add(seen.ofBoxes, xml.getAttributeValue(null, "label"));
                }
                case "tag" -> {
                    add(seen.ofTags, xml.getAttributeValue(null, "label"));
                    seen.severalTags |= ++tags > 1;
                }
                case "name" -> {
                    // A skeleton's parts have labels within; they are no classes of boxes.
                    if (within.equals("label") && open.contains("meta") && open.indexOf("label") == open.lastIndexOf("label")) {
                        add(seen.listed, xml.getElementText());
                        open.removeLast();
                    }
                }
                case "dumped" -> {
                    Instant dumped = Moment.parse(xml.getElementText());
                    open.removeLast();
                    if (dumped != null) {
                        created.put(file, dumped);
                    }
                }
                default -> { }
            }
        }
    }

    private static void root(List<String> open, String name, SourceFile file) throws IOException {
        if (open.isEmpty() && !name.equals("annotations")) {
            throw file.unreadable("begins with <" + ImportReport.shown(name) + "> and not with <annotations>", EXPORT);
        }
    }

    private static void add(Set<String> names, String name) {
        if (name != null && !name.isBlank()) {
            names.add(name);
        }
    }

    // The objects

    @Override
    public void read(ManifestWriter writer) throws IOException {
        for (SourceFile file : files) {
            XmlSource.read(file, xml -> images(writer, file, xml));
        }
    }

    private void images(ManifestWriter writer, SourceFile file, XMLStreamReader xml) throws XMLStreamException, IOException {
        boolean open = false;
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamReader.END_ELEMENT && xml.getLocalName().equals("image")) {
                writer.end();
                open = false;
            } else if (event == XMLStreamReader.START_ELEMENT) {
                String name = xml.getLocalName();
                if (name.equals("image")) {
                    writer.begin(place(file, xml, "image", xml.getAttributeValue(null, "id")), xml.getAttributeValue(null, "name"));
                    writer.size(CsvRows.pixels(text(xml, "width")), CsvRows.pixels(text(xml, "height")));
                    writer.date(created.get(file));
                    open = true;
                } else if (open) {
                    annotation(writer, file, xml, name);
                }
            }
        }
    }

    private void annotation(ManifestWriter writer, SourceFile file, XMLStreamReader xml, String name) throws IOException {
        Place place = place(file, xml, name, null);
        Supplier<Place> at = () -> place;
        String label = xml.getAttributeValue(null, "label");
        boolean boxes = task.equals(Task.OBJECT_DETECTION);
        if (name.equals("box") && boxes) {
            box(writer, xml, label, at);
        } else if (name.equals("tag") && !boxes) {
            writer.classified(label, 1, at);
        } else if (name.equals("tag")) {
            writer.other("it is a class of the whole image, and this import takes boxes", at);
        } else if (SHAPES.contains(name)) {
            writer.dropped(ImportCode.UNSUPPORTED_SHAPE, "it is a " + name, at);
        }
    }

    private static void box(ManifestWriter writer, XMLStreamReader xml, String label, Supplier<Place> at) throws IOException {
        double left = CsvRows.number(text(xml, "xtl"));
        double top = CsvRows.number(text(xml, "ytl"));
        double wide = Pixels.rounded(CsvRows.number(text(xml, "xbr")) - left);
        double high = Pixels.rounded(CsvRows.number(text(xml, "ybr")) - top);
        double rotation = CsvRows.number(text(xml, "rotation"));
        if (Double.isFinite(rotation) && rotation % 360 != 0 && wide > 0 && high > 0) {
            double[] around = Pixels.around(left, top, wide, high, rotation, left + wide / 2, top + high / 2);
            writer.warn(ImportCode.BOX_ROTATED, at.get(), "the box is turned by " + rotation + "°");
            writer.box(label, Pixels.rounded(around[0]), Pixels.rounded(around[1]), Pixels.rounded(around[2]), Pixels.rounded(around[3]), 1, at);
        } else {
            writer.box(label, left, top, wide, high, 1, at);
        }
    }

    private static String text(XMLStreamReader xml, String attribute) {
        String value = xml.getAttributeValue(null, attribute);
        return value == null ? "" : value;
    }

    private static Place place(SourceFile file, XMLStreamReader xml, String element, String id) {
        return new Place(file.name(), xml.getLocation().getLineNumber(), element, id);
    }
}

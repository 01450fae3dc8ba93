package dev.truepipe.importing;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.truepipe.importing.ObjectUris.Unusable;
import dev.truepipe.json.Json;
import dev.truepipe.manifest.Task;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Label Studio's JSON export: a list of tasks, each with its annotations ({@code completions} in old ones). One task is in memory at a time.
 *
 * <p>Of a task the newest annotation counts ({@code created_at}; the later in the list if equal) that is not cancelled; drafts and predictions
 * do not. Rectangles come in percent of the image; a turned one becomes the upright box around it, computed in pixels. Choices become classes
 * of the image or text, several if any task has several. Labels of texts become spans, in code points. All that one import takes is of one
 * control ({@code from_name}).
 *
 * <p>Class ids follow the labeling interface, if it is given, else the names.
 *
 * @see <a href="https://labelstud.io/guide/export#Label-Studio-JSON-format-of-annotated-tasks">Label Studio JSON</a>
 */
public final class LabelStudioReader implements LabelReader {
    /** Members that are long and say nothing here: strokes of brushes, outlines, and labels that are none. */
    private static final Set<String> WITHOUT = Set.of("rle", "points", "drafts", "predictions", "prediction", "vertices", "maskDataURL", "imageDataURL");
    /** Where the tool serves files from, longest first: what stands behind is the path below its own root. */
    private static final List<String> ROOTS = List.of("/data/local-files/?d=", "/data/upload/", "/data/", "/uploads/", "/upload/", "/");
    private static final String EXPORT_JSON = "export as JSON (not JSON-MIN, nor CSV)";
    private static final double PERCENT = 100;

    /** What a result is. */
    private enum Kind { BOX, SPAN, CHOICE, OTHER }

    private record Control(String name, Kind kind) {}

    private final List<SourceFile> files;
    private final LabelConfig config;
    private final String from;
    private Control control;
    private Task task;

    /**
     * @param config the labeling interface, or {@code null}
     * @param from the control to take, or {@code null}: the first kind there is of boxes, spans, choices, and of it the control met first
     * @throws UnreadableSourceException if the labeling interface cannot be read
     */
    public LabelStudioReader(List<SourceFile> files, SourceFile config, String from) throws IOException {
        this.files = List.copyOf(files);
        this.config = config == null ? null : LabelConfig.read(config);
        this.from = from;
    }

    @Override
    public String format() {
        return "label-studio";
    }

    // The first look

    @Override
    public Survey survey(ImportReport report) throws IOException {
        Map<Control, Set<String>> names = new LinkedHashMap<>();
        Map<Control, Boolean> several = new HashMap<>();
        Map<Control, Boolean> ofTexts = new HashMap<>();
        tasks((file, place, one) -> {
            Map<String, Object> annotation = newest(one);
            if (annotation == null) {
                return;
            }
            for (Map<String, Object> result : results(annotation)) {
                Control met = new Control(text(result.get("from_name")), kind(result));
                if (met.kind == Kind.OTHER) {
                    continue;
                }
                Set<String> known = names.computeIfAbsent(met, _ -> new TreeSet<>());
                List<String> labels = labels(result, met.kind);
                labels.stream().filter(ObjectUris::wellFormed).limit(met.kind == Kind.CHOICE ? labels.size() : 1).forEach(known::add);
                several.merge(met, labels.size() > 1, Boolean::logicalOr);
                ofTexts.merge(met, isText(one, result), Boolean::logicalAnd);
            }
        });
        control = chosen(names.keySet());
        if (control == null) {
            task = Task.OBJECT_DETECTION;
            return new Survey(task, ClassList.inOrder(config == null ? List.of() : config.classes(from) == null ? List.of() : config.classes(from)));
        }
        boolean texts = ofTexts.get(control);
        task = switch (control.kind) {
            case SPAN -> Task.TEXT_SPAN;
            case CHOICE -> several.get(control) ? texts ? Task.TEXT_CLASSIFICATION_MULTILABEL : Task.IMAGE_CLASSIFICATION_MULTILABEL
                    : texts ? Task.TEXT_CLASSIFICATION : Task.IMAGE_CLASSIFICATION;
            case BOX, OTHER -> Task.OBJECT_DETECTION;
        };
        List<String> given = config == null ? null : config.classes(control.name);
        return new Survey(task, given == null ? ClassList.sorted(names.get(control)) : ClassList.inOrder(given));
    }

    private Control chosen(Set<Control> met) throws IOException {
        List<Control> named = met.stream().filter(one -> from == null || from.equals(one.name)).toList();
        if (named.isEmpty() && from != null) {
            throw new UnreadableSourceException(files.getFirst().name(), "has no labels of \"" + ImportReport.shown(from) + "\"",
                    met.isEmpty() ? "leave --from out" : "there are " + String.join(", ", met.stream().map(one -> String.valueOf(one.name)).distinct().toList()));
        }
        for (Kind kind : Kind.values()) {
            for (Control one : named) {
                if (one.kind == kind) {
                    return one;
                }
            }
        }
        return null;
    }

    // The objects

    @Override
    public void read(ManifestWriter writer) throws IOException {
        tasks((file, place, one) -> task(writer, file, place, one));
    }

    private void task(ManifestWriter writer, SourceFile file, int place, Map<String, Object> one) throws IOException {
        Place at = Place.element(file.name(), "/" + place, one.get("id"));
        Map<String, Object> annotation = newest(one);
        if (annotation == null) {
            List<Map<String, Object>> all = annotations(one);
            writer.lost(ImportCode.UNFINISHED_TASK, at, all.isEmpty() ? "nobody has labeled the task" : all.size() == 1 ? "its annotation was cancelled" : "all of its "
                    + all.size() + " annotations were cancelled", 0);
            return;
        }
        List<Map<String, Object>> results = results(annotation);
        Map<String, Object> first = results.stream().filter(this::wanted).findFirst().orElse(Map.of());
        String shown = shown(one, first);
        if (task.ofTexts()) {
            writer.beginText(at, shown);
        } else {
            writer.begin(at, () -> uri(writer.uris(), shown));
        }
        size(writer, results);
        Object date = annotation.get("updated_at") == null ? annotation.get("created_at") : annotation.get("updated_at");
        Instant labeled = Moment.parse(date);
        writer.date(labeled == null ? file.lastModified() : labeled);
        long usable = annotations(one).stream().filter(LabelStudioReader::counts).count();
        if (usable > 1) {
            writer.warn(ImportCode.SEVERAL_ANNOTATIONS, at, usable + " annotations of one task, none cancelled");
        }
        Set<String> labeledRegions = new HashSet<>();
        results.stream().filter(result -> kind(result) != Kind.OTHER).map(result -> text(result.get("id"))).forEach(labeledRegions::add);
        for (int i = 0; i < results.size(); i++) {
            Map<String, Object> result = results.get(i);
            String pointer = "/" + place + "/…/result/" + i;
            Supplier<Place> where = () -> Place.element(file.name(), pointer, result.get("id"));
            if (wanted(result)) {
                result(writer, result, shown, where);
            } else {
                other(writer, result, labeledRegions, where);
            }
        }
        writer.end();
    }

    /** What stands below a root of the tool is a path, whatever it looks like; but for what {@code --map} has rewritten. */
    private static String uri(ObjectUris uris, String shown) throws Unusable {
        String mapped = uris.mapped(shown);
        for (String root : ROOTS) {
            if (mapped.startsWith(root)) {
                String below = mapped.substring(root.length());
                return uris.below(root.endsWith("=") ? ObjectUris.percentDecoded(below.replaceFirst("&.*$", "")) : below.replaceFirst("[?#].*$", ""));
            }
        }
        return uris.uriOfMapped(mapped);
    }

    /** The image's size stands on every result that has one. */
    private static void size(ManifestWriter writer, List<Map<String, Object>> results) {
        for (Map<String, Object> result : results) {
            int width = pixels(result.get("original_width"));
            int height = pixels(result.get("original_height"));
            if (width > 0 && height > 0) {
                writer.size(width, height);
                return;
            }
        }
    }

    private static int pixels(Object value) {
        double pixels = number(value);
        return pixels > 0 && pixels <= Integer.MAX_VALUE ? (int) Math.round(pixels) : 0;
    }

    private void result(ManifestWriter writer, Map<String, Object> result, String shown, Supplier<Place> at) throws IOException {
        List<String> labels = labels(result, control.kind);
        if (!labels.stream().allMatch(ObjectUris::wellFormed)) {
            writer.dropped(ImportCode.ANNOTATION_INVALID, "the label has half of a surrogate pair", at);
            return;
        }
        switch (control.kind) {
            case CHOICE -> {
                for (String label : labels) {
                    writer.classified(label, 1, at);
                }
            }
            case SPAN -> span(writer, result, labels, shown, at);
            case BOX, OTHER -> box(writer, result, labels, at);
        }
    }

    private void box(ManifestWriter writer, Map<String, Object> result, List<String> labels, Supplier<Place> at) throws IOException {
        Map<?, ?> value = result.get("value") instanceof Map<?, ?> map ? map : Map.of();
        double width = number(result.get("original_width"));
        double height = number(result.get("original_height"));
        if (!(width > 0 && height > 0)) {
            writer.dropped(ImportCode.IMAGE_SIZE_MISSING, "the result has no original_width and original_height, so its percents are of nothing", at);
            return;
        }
        double turned = number(result.get("image_rotation"));
        if (!Double.isNaN(turned) && turned % 360 != 0) {
            writer.dropped(ImportCode.UNSUPPORTED_SHAPE, "it was drawn on the image turned by " + turned + "°", at);
            return;
        }
        if (labels.isEmpty()) {
            writer.dropped(ImportCode.UNKNOWN_CLASS, "the box has no label", at);
            return;
        }
        if (labels.size() > 1) {
            writer.warn(ImportCode.SEVERAL_LABELS, at.get(), "the box has " + labels.size() + " labels");
        }
        double left = number(value.get("x")) / PERCENT * width;
        double top = number(value.get("y")) / PERCENT * height;
        double wide = number(value.get("width")) / PERCENT * width;
        double high = number(value.get("height")) / PERCENT * height;
        double rotation = number(value.get("rotation") == null ? result.get("rotation") : value.get("rotation"));
        if (rotation % 360 != 0 && Double.isFinite(rotation) && wide > 0 && high > 0) {
            double[] around = Pixels.around(left, top, wide, high, rotation, left, top);
            left = around[0];
            top = around[1];
            wide = around[2];
            high = around[3];
            writer.warn(ImportCode.BOX_ROTATED, at.get(), "the box is turned by " + rotation + "°");
        }
        writer.box(labels.getFirst(), Pixels.rounded(left), Pixels.rounded(top), Pixels.rounded(wide), Pixels.rounded(high), 1, at);
    }

    /** Offsets count UTF-16 units, as browsers do; where the text told beside them says otherwise, code points. */
    private static void span(ManifestWriter writer, Map<String, Object> result, List<String> labels, String shown, Supplier<Place> at) throws IOException {
        Map<?, ?> value = result.get("value") instanceof Map<?, ?> map ? map : Map.of();
        Map<?, ?> offsets = value.get("globalOffsets") instanceof Map<?, ?> global ? global : value;
        if (!(offsets.get("start") instanceof Long start) || !(offsets.get("end") instanceof Long end) || shown == null
                || start < 0 || end <= start || end > shown.length()) {
            writer.dropped(ImportCode.SPAN_INVALID, "the span goes from " + offsets.get("start") + " to " + offsets.get("end")
                    + (shown == null ? "" : ", and the text has " + shown.length() + " characters"), at);
            return;
        }
        if (labels.isEmpty()) {
            writer.dropped(ImportCode.UNKNOWN_CLASS, "the span has no label", at);
            return;
        }
        if (labels.size() > 1) {
            writer.warn(ImportCode.SEVERAL_LABELS, at.get(), "the span has " + labels.size() + " labels");
        }
        String said = text(value.get("text"));
        boolean units = said == null || said.equals(shown.substring(start.intValue(), end.intValue()));
        writer.span(labels.getFirst(), units ? shown.codePointCount(0, start.intValue()) : start.intValue(),
                units ? shown.codePointCount(0, end.intValue()) : end.intValue(), 1, at);
    }

    private void other(ManifestWriter writer, Map<String, Object> result, Set<String> labeledRegions, Supplier<Place> at) throws IOException {
        String type = String.valueOf(result.get("type"));
        Kind kind = kind(result);
        if (type.equals("rectangle") && labeledRegions.contains(text(result.get("id")))) {
            // The shape alone; its labels are a result of their own, which has the shape again.
            return;
        }
        if (kind != Kind.OTHER) {
            writer.other("it is of \"" + result.get("from_name") + "\", and this import takes "
                    + (control == null ? "nothing" : "\"" + control.name + "\"") + "; --from NAME takes another", at);
        } else {
            writer.dropped(ImportCode.UNSUPPORTED_SHAPE, "it is of type \"" + ImportReport.shown(type) + "\"", at);
        }
    }

    private boolean wanted(Map<String, Object> result) {
        return control != null && control.equals(new Control(text(result.get("from_name")), kind(result)));
    }

    // What a task says

    private static Kind kind(Map<String, Object> result) {
        if (!(result.get("type") instanceof String type) || !(result.get("value") instanceof Map<?, ?> value)) {
            return Kind.OTHER;
        }
        boolean rectangle = value.containsKey("x") && value.containsKey("width") && value.containsKey("height") && !value.containsKey("radiusX");
        return switch (type) {
            case "rectanglelabels" -> Kind.BOX;
            case "choices" -> Kind.CHOICE;
            case "labels" -> rectangle ? Kind.BOX : value.containsKey("start") && !value.containsKey("channel") ? Kind.SPAN : Kind.OTHER;
            case "hypertextlabels" -> Kind.SPAN;
            default -> Kind.OTHER;
        };
    }

    private static List<String> labels(Map<String, Object> result, Kind kind) {
        Map<?, ?> value = (Map<?, ?>) result.get("value");
        Object labels = kind == Kind.CHOICE ? value.get("choices") : value.get(result.get("type")) == null ? value.get("labels") : value.get(result.get("type"));
        List<String> names = new ArrayList<>();
        for (Object label : labels instanceof List<?> list ? list : labels instanceof String ? List.of(labels) : List.of()) {
            // Choices within choices come as lists: the innermost is meant.
            Object innermost = label instanceof List<?> path && !path.isEmpty() ? path.getLast() : label;
            if (innermost instanceof String name && !name.isBlank()) {
                names.add(name);
            }
        }
        return names;
    }

    private static List<Map<String, Object>> annotations(Map<String, Object> task) {
        return objects(task.get("annotations") == null ? task.get("completions") : task.get("annotations"));
    }

    private static List<Map<String, Object>> results(Map<String, Object> annotation) {
        return objects(annotation.get("result"));
    }

    private static List<Map<String, Object>> objects(Object list) {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Object item : list instanceof List<?> items ? items : List.of()) {
            if (item instanceof Map<?, ?>) {
                objects.add(Json.object(item));
            }
        }
        return objects;
    }

    private static boolean counts(Map<String, Object> annotation) {
        return !Boolean.TRUE.equals(annotation.get("was_cancelled")) && !Boolean.TRUE.equals(annotation.get("skipped"));
    }

    /** The annotation that counts; {@code null} if there is none. */
    private static Map<String, Object> newest(Map<String, Object> task) {
        Map<String, Object> newest = null;
        Instant at = Instant.MIN;
        for (Map<String, Object> annotation : annotations(task)) {
            Instant created = Moment.parse(annotation.get("created_at"));
            Instant known = created == null ? Instant.MIN : created;
            if (counts(annotation) && !known.isBefore(at)) {
                newest = annotation;
                at = known;
            }
        }
        return newest;
    }

    /** What the task shows: the member of {@code data} that the labeling interface names, else {@code to_name}, else the one that looks like it. */
    private String shown(Map<String, Object> task, Map<String, Object> result) {
        Map<?, ?> data = task.get("data") instanceof Map<?, ?> map ? map : Map.of();
        String tag = text(result.get("to_name"));
        List<String> tried = new ArrayList<>();
        if (config != null && tag != null && config.member(tag) != null) {
            tried.add(config.member(tag));
        }
        if (tag != null) {
            tried.add(tag);
        }
        tried.addAll(this.task != null && this.task.ofTexts() ? List.of("text") : List.of("image", "img", "url"));
        tried.add("text");
        for (String member : tried) {
            if (data.get(member) instanceof String value) {
                return value;
            }
        }
        List<String> texts = data.values().stream().filter(String.class::isInstance).map(String.class::cast).toList();
        return texts.size() == 1 ? texts.getFirst() : null;
    }

    private boolean isText(Map<String, Object> task, Map<String, Object> result) {
        String tag = text(result.get("to_name"));
        if (config != null && tag != null && config.isText(tag) != null) {
            return config.isText(tag);
        }
        if (kind(result) == Kind.SPAN) {
            return true;
        }
        if (result.get("original_width") != null) {
            return false;
        }
        String shown = shown(task, result);
        return shown != null && !shown.matches("(?s)[A-Za-z][A-Za-z0-9+.-]*://\\S+|/\\S+|\\S+\\.(?i:jpe?g|png|gif|bmp|webp|tiff?)(\\?\\S*)?");
    }

    private static double number(Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private static String text(Object value) {
        return value instanceof String text ? text : null;
    }

    // The file

    @FunctionalInterface
    private interface Tasks {
        void task(SourceFile file, int place, Map<String, Object> task) throws IOException;
    }

    private void tasks(Tasks each) throws IOException {
        for (SourceFile file : files) {
            JsonSource.read(file, parser -> {
                tasks(parser, file, each);
                return null;
            });
        }
    }

    private static void tasks(JsonParser parser, SourceFile file, Tasks each) throws IOException {
        if (parser.nextToken() != JsonToken.START_ARRAY) {
            throw file.unreadable("is no list of tasks", EXPORT_JSON);
        }
        for (int place = 0; parser.nextToken() != JsonToken.END_ARRAY; place++) {
            if (!(Json.value(parser, WITHOUT) instanceof Map<?, ?> task)) {
                throw file.unreadable("task " + place + " is no object", EXPORT_JSON);
            }
            if (!(task.get("data") instanceof Map<?, ?>)) {
                throw file.unreadable("task " + place + " has no \"data\"", EXPORT_JSON);
            }
            each.task(file, place, Json.object(task));
        }
        if (parser.nextToken() != null) {
            throw file.unreadable("goes on behind its list of tasks", "write one file for each");
        }
    }
}

package dev.truepipe.manifest;

import dev.truepipe.manifest.JsonCursor.Kind;
import dev.truepipe.manifest.LineFacts.Boxes;
import dev.truepipe.manifest.LineFacts.Label;
import dev.truepipe.manifest.LineFacts.Metadata;
import dev.truepipe.manifest.LineFacts.Slice;
import dev.truepipe.manifest.LineFacts.Value;
import dev.truepipe.split.GroupBy;
import dev.truepipe.split.Hash128;
import dev.truepipe.split.Murmur3;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Turns the bytes of a line into a verdict with every reason. A line's verdict depends on its bytes and the rules, and on
 * nothing else.
 */
final class LineJudge {
    /** Largest class id: ours, so that a slip of the keyboard does not ask for a billion classes. */
    static final int MAX_CLASS_ID = 65_535;
    /** Longest key of S3, in UTF-8. @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html">Object keys</a> */
    private static final int LONGEST_KEY_BYTES = 1_024;
    /** A box may stand out of its image by this many pixels: tools round differently. */
    private static final double BORDER_PIXELS = 1;

    /** Longer ones are not shown in messages. */
    private static final int LONGEST_SHOWN_BYTES = 4_096;
    private static final ClassUses NO_NAMES = new ClassUses();
    private static final byte[] SCHEME = {'s', '3', ':', '/', '/'};

    private final ScanRules rules;
    private final Task task;
    private final LineScanner.Name expected;
    private final String groupAttribute;
    private final List<byte[]> images;
    private final LineScanner scanner;
    private final Murmur3 murmur = new Murmur3();
    private final ObjectName name = new ObjectName(murmur);
    private byte[] bytes;
    private JudgedLine line;

    LineJudge(ScanRules rules) {
        this.rules = rules;
        this.task = rules.choice().task();
        String label = rules.choice().labelAttribute();
        this.expected = label == null ? null : LineScanner.Name.of(label);
        this.groupAttribute = rules.groupBy() instanceof GroupBy.ByAttribute attribute ? attribute.name() : null;
        this.images = rules.images().stream().map(prefix -> prefix.getBytes(StandardCharsets.UTF_8)).toList();
        this.scanner = new LineScanner(groupAttribute);
    }

    /** Judges a line that is held. @param bytes holds it as {@link LineReader} does */
    void judge(byte[] bytes, int from, int length, JudgedLine into) {
        this.bytes = bytes;
        line = into;
        line.clear();
        try {
            LineFacts facts = scanner.scan(bytes, from, length, expected);
            String label = expected == null ? null : expected.text();
            if (facts.label.kind == Kind.ABSENT) {
                label = otherLabel();
                if (label != null) {
                    facts = scanner.scan(bytes, from, length, LineScanner.Name.of(label));
                }
            }
            object(facts);
            label(facts, label);
        } catch (LineScanner.Unreadable e) {
            find(e.code, null, e.getMessage());
        }
    }

    /** Judges a line too long to be held. */
    void judgeTooLong(long length, JudgedLine into) {
        line = into;
        line.clear();
        find(FindingCode.LINE_TOO_LONG, null,
                String.format(Locale.ROOT,
                        "the line has %d bytes, more than %d (16 MiB), and was not looked into; is a newline missing, or is this no manifest?",
                        length, LineReader.MAX_LINE_BYTES));
    }

    private void find(FindingCode code, String attribute, String message) {
        line.findings.add(new Finding(code, rules.severity(code), attribute, message));
    }

    /** An expected label other than the first, if the line has one; else another of the same task; else {@code null}. */
    private String otherLabel() {
        Map<String, Value> values = scanner.values();
        for (String label : rules.choice().labels()) {
            if (values.containsKey(label)) {
                return label;
            }
        }
        Map<String, Metadata> metadata = scanner.metadata();
        for (String label : rules.choice().labels()) {
            if (metadata.containsKey(label)) {
                return null;
            }
        }
        if (task == null) {
            return null;
        }
        for (Map.Entry<String, Metadata> entry : metadata.entrySet()) {
            if (values.containsKey(entry.getKey()) && task.equals(LabelInference.task(values.get(entry.getKey()), entry.getValue()))) {
                return entry.getKey();
            }
        }
        return null;
    }

    private void object(LineFacts facts) {
        Slice object = facts.sourceRef.given() ? facts.sourceRef : facts.source;
        if (!facts.sourceRef.given()) {
            boolean imagesWanted = task == null || task.supported();
            if (!facts.source.given()) {
                find(FindingCode.SOURCE_MISSING, "source-ref", "no \"source-ref\" on this line; add the object's S3 URI");
            } else if (imagesWanted) {
                find(FindingCode.SOURCE_MISSING, "source-ref",
                        "\"source\" holds text, but images are trained from \"source-ref\"; add the image's S3 URI");
            }
            if (object.kind != Kind.TEXT) {
                return;
            }
        }
        byte[] text = object.escaped ? JsonText.decode(bytes, object.from, object.to) : bytes;
        int from = object.escaped ? 0 : object.from;
        int to = object.escaped ? text.length : object.to;
        if (facts.sourceRef.given()) {
            if (object.kind != Kind.TEXT || !isObjectUri(text, from, to)) {
                find(FindingCode.SOURCE_INVALID, "source-ref",
                        (object.kind == Kind.TEXT && to - from <= LONGEST_SHOWN_BYTES
                                ? "\"" + UnreadableLine.shortened(object.string(bytes)) + "\" is" : "the value is")
                                + " not the S3 URI of an object; write s3://bucket/key, the key raw and not URL-encoded, at most 1,024 bytes");
                return;
            }
            if (!allowed(text, from, to)) {
                find(FindingCode.OBJECT_OUTSIDE_ALLOWED_BUCKETS, "source-ref", "\"" + UnreadableLine.shortened(object.string(bytes))
                        + "\" lies outside what the training role may read (" + String.join(", ", rules.images())
                        + "); add its prefix to images, or move the object");
            }
            name.read(text, from, to);
            line.stem = name.stem();
            line.frame = name.number();
        }
        line.key = murmur.reset().update(text, from, to - from).finish();
        line.group = line.key;
        switch (rules.groupBy()) {
            case GroupBy.ByObject _ -> { }
            case GroupBy.ByAttribute attribute -> {
                if (facts.group.given()) {
                    line.group = Hash128.of(facts.group.string(bytes));
                } else {
                    find(FindingCode.GROUP_KEY_MISSING, attribute.name(), "no text or number under \"" + attribute.name()
                            + "\"; add it, or the object is a group of its own");
                }
            }
            case GroupBy.ByExpression expression -> {
                String key = facts.sourceRef.given() ? expression.key(object.string(bytes)) : null;
                if (key != null) {
                    line.group = Hash128.of(key);
                } else {
                    find(FindingCode.GROUP_KEY_MISSING, "source-ref", "the expression " + expression
                            + " finds nothing in source-ref; widen it, or the object is a group of its own");
                }
            }
        }
    }

    private static boolean isObjectUri(byte[] text, int from, int to) {
        if (!startsWith(text, from, to, SCHEME)) {
            return false;
        }
        int slash = from + SCHEME.length;
        while (slash < to && text[slash] != '/') {
            slash++;
        }
        int key = slash + 1;
        return slash > from + SCHEME.length && key < to && text[to - 1] != '/' && to - key <= LONGEST_KEY_BYTES;
    }

    private boolean allowed(byte[] text, int from, int to) {
        if (images.isEmpty()) {
            return true;
        }
        for (byte[] prefix : images) {
            if (startsWith(text, from, to, prefix)) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsWith(byte[] text, int from, int to, byte[] prefix) {
        return to - from >= prefix.length && Arrays.equals(text, from, from + prefix.length, prefix, 0, prefix.length);
    }

    private void label(LineFacts facts, String label) {
        if (label == null) {
            unlabeled();
            return;
        }
        line.label = label;
        Metadata metadata = facts.labelMetadataGiven ? facts.labelMetadata : null;
        Task said = metadata == null ? null : metadata.task();
        if (metadata != null && metadata.failed) {
            failed(label, metadata);
            return;
        }
        if (task == null) {
            find(FindingCode.UNSUPPORTED_TASK, label, "what \"" + label
                    + "\" is for cannot be told from the manifest; set the task (object-detection or image-classification)");
            return;
        }
        if (!task.supported()) {
            find(FindingCode.UNSUPPORTED_TASK, label, "\"" + label + "\" is for " + task + ": " + task.advice());
            return;
        }
        if (metadata == null) {
            find(FindingCode.METADATA_MISSING, label,
                    "no \"" + label + "-metadata\" beside \"" + label + "\"; add it, or classes are named by their ids and the line counts as the oldest");
        } else if (!metadata.isObject) {
            find(FindingCode.METADATA_INVALID, label, "\"" + label + "-metadata\" is not an object; write it as a labeling job does");
        } else {
            created(label, metadata);
            if (said != null && !said.equals(task)) {
                find(FindingCode.TASK_DIFFERS, label, "\"" + label + "\" is for " + said + ", the dataset is for " + task
                        + "; keep tasks in datasets of their own, or set the task");
                return;
            }
            if (metadata.classMapProblem != null || metadata.classMapKind != Kind.ABSENT && metadata.classMapKind != Kind.OBJECT) {
                find(FindingCode.METADATA_INVALID, label, (metadata.classMapProblem == null
                        ? "class-map is not an object"
                        : "class-map entry \"" + metadata.classMapProblem + "\" is not a class id (0 to " + MAX_CLASS_ID + ") with a name")
                        + "; write {\"0\":\"car\"}");
            }
        }
        Label content = facts.label;
        if (content.kind == Kind.NULL) {
            find(FindingCode.LABEL_MISSING, label, "\"" + label + "\" is null; label the object again");
        } else if (task.equals(Task.OBJECT_DETECTION)) {
            boxes(label, content, metadata);
        } else {
            singleClass(label, content, metadata);
        }
    }

    private void created(String label, Metadata metadata) {
        line.created = metadata.created;
        if (metadata.createdGiven && metadata.created == CreationDate.UNKNOWN) {
            find(FindingCode.CREATION_DATE_UNREADABLE, label, "creation-date \"" + UnreadableLine.shortened(metadata.creationDate.string(bytes))
                    + "\" cannot be read; write it like 2025-03-04T09:12:44.120871, or the line counts as the oldest");
        }
    }

    private void failed(String label, Metadata metadata) {
        find(FindingCode.OBJECT_FAILED, label, "the labeling job gave this object up"
                + (metadata.failureReason == null ? "" : " (" + UnreadableLine.shortened(metadata.failureReason) + ")")
                + "; label it again");
    }

    private void unlabeled() {
        String expected = rules.choice().labelAttribute();
        Map<String, Value> values = scanner.values();
        Map<String, Metadata> all = scanner.metadata();
        for (Map.Entry<String, Metadata> entry : all.entrySet()) {
            boolean meant = expected == null || rules.choice().labels().contains(entry.getKey());
            if (meant && entry.getValue().failed) {
                line.label = entry.getKey();
                failed(entry.getKey(), entry.getValue());
                return;
            }
        }
        for (Map.Entry<String, Metadata> entry : all.entrySet()) {
            Task other = entry.getValue().task();
            if (other != null && values.containsKey(entry.getKey())) {
                if (task == null || task.equals(other)) {
                    find(FindingCode.UNSUPPORTED_TASK, entry.getKey(), "\"" + entry.getKey() + "\" is for " + other + ": " + other.advice());
                } else {
                    find(FindingCode.TASK_DIFFERS, entry.getKey(), "no \"" + expected + "\" on this line, only \"" + entry.getKey()
                            + "\" for " + other + ", and the dataset is for " + task + "; keep tasks in datasets of their own, or set the task");
                }
                return;
            }
        }
        String alone = all.keySet().stream().filter(name -> all.get(name).task() != null).findFirst().orElse(null);
        find(FindingCode.LABEL_MISSING, expected, expected == null && alone != null
                ? "\"" + alone + "-metadata\" stands here without \"" + alone + "\"; rename one of the two, or give the label attribute"
                : expected == null
                ? "no label attribute can be told from the manifest (a key beside its \"<key>-metadata\"); give the label attribute"
                : "no \"" + expected + "\" on this line; label the object again or fix the label attribute name");
    }

    private void singleClass(String label, Label content, Metadata metadata) {
        if (content.kind == Kind.OBJECT && content.annotationsKind == Kind.ARRAY) {
            find(FindingCode.TASK_DIFFERS, label, "\"" + label + "\" holds boxes, the dataset is for " + task + "; set the task to object-detection");
            return;
        }
        if (content.kind == Kind.ARRAY) {
            find(FindingCode.TASK_DIFFERS, label, "\"" + label
                    + "\" is a list of classes (image-classification-multilabel), the dataset is for " + task + "; keep one label for each image");
            return;
        }
        if (content.whole < 0 || content.whole > MAX_CLASS_ID) {
            find(FindingCode.CLASS_ID_INVALID, label,
                    "\"" + label + "\" is not a class id; write a whole number from 0 to " + MAX_CLASS_ID);
            return;
        }
        String name = null;
        if (metadata != null && metadata.isObject) {
            if (metadata.classNameBad) {
                find(FindingCode.METADATA_INVALID, label, "class-name is not text; write the class's name");
            }
            name = metadata.className;
            if (name == null && metadata.classMap.count() > 0) {
                int place = metadata.classMap.find((int) content.whole);
                if (place >= 0) {
                    name = metadata.classMap.name(place);
                } else {
                    find(FindingCode.UNKNOWN_CLASS, label, "class " + content.whole + " is not in the line's class-map; add it, or correct the label");
                }
            }
        }
        line.classes.add((int) content.whole, name, 1);
    }

    private void boxes(String label, Label content, Metadata metadata) {
        if (content.kind != Kind.OBJECT) {
            find(FindingCode.ANNOTATIONS_INVALID, label, "\"" + label
                    + "\" is not an object; write {\"image_size\":[…],\"annotations\":[…]}, or set the task to image-classification");
            return;
        }
        boolean sized = size(label, content);
        if (content.annotationsKind != Kind.ARRAY) {
            find(FindingCode.ANNOTATIONS_INVALID, label, content.annotationsKind == Kind.ABSENT
                    ? "no \"annotations\" in \"" + label + "\"; add the list of boxes, empty if there are none"
                    : "\"annotations\" is not a list; write a list of boxes");
            return;
        }
        if (content.noObjects > 0) {
            find(FindingCode.ANNOTATIONS_INVALID, label, "annotation " + content.firstNoObject + " is not an object"
                    + more(content.noObjects) + "; write {\"class_id\":0,\"left\":…,\"top\":…,\"width\":…,\"height\":…}");
        }
        ClassUses names = metadata == null ? NO_NAMES : metadata.classMap;
        if (metadata != null && metadata.classMapProblem == null) {
            for (int i = 0; i < names.count(); i++) {
                line.classes.name(names.id(i), names.name(i));
            }
        }
        Broken broken = new Broken();
        Boxes boxes = content.boxes;
        for (int i = 0; i < boxes.count; i++) {
            long classId = boxes.classId[i];
            if (classId < 0 || classId > MAX_CLASS_ID) {
                broken.add(FindingCode.CLASS_ID_INVALID, i, classId == LineFacts.NONE
                        ? "has no class_id" : "has a class_id that is no whole number from 0 to " + MAX_CLASS_ID);
            } else {
                int id = (int) classId;
                int named = names.find(id);
                if (named < 0 && names.count() > 0) {
                    broken.add(FindingCode.UNKNOWN_CLASS, i, "has class_id " + id + ", which the line's class-map lacks");
                }
                line.classes.add(id, named < 0 ? null : names.name(named), 1);
            }
            if (!boxes.complete(i)) {
                broken.add(FindingCode.BOX_INVALID, i, "lacks a number for left, top, width or height");
            } else if (boxes.width[i] <= 0 || boxes.height[i] <= 0) {
                broken.add(FindingCode.BOX_EMPTY, i, "is " + plain(boxes.width[i]) + " × " + plain(boxes.height[i]) + " pixels");
            } else if (sized && outside(boxes, i, content)) {
                broken.add(FindingCode.BOX_OUTSIDE_IMAGE, i, String.format(Locale.ROOT,
                        "(left %s, top %s, %s × %s) reaches out of the image of %s × %s pixels",
                        plain(boxes.left[i]), plain(boxes.top[i]), plain(boxes.width[i]), plain(boxes.height[i]),
                        plain(content.width), plain(content.height)));
            }
        }
        broken.report(label);
        int annotations = boxes.count + content.noObjects;
        if (annotations == 0) {
            find(FindingCode.EMPTY_ANNOTATIONS, label, rules.dropNegatives()
                    ? "no boxes on this image, and negatives: drop leaves such images out"
                    : "no boxes on this image; fine as a negative example, but SageMaker's built-in detector may choke on it (negatives: drop leaves it out)");
        }
        if (metadata != null && metadata.objects >= 0 && metadata.objects != annotations) {
            find(FindingCode.OBJECTS_COUNT_DIFFERS, label, String.format(Locale.ROOT,
                    "%d annotations, but %d entries in \"objects\"; keep one for each annotation",
                    annotations, metadata.objects));
        }
    }

    private boolean size(String label, Label content) {
        if (content.imageSizeKind == Kind.ABSENT || content.imageSizeKind == Kind.NULL || content.imageSizeKind == Kind.ARRAY && content.imageSizes == 0) {
            find(FindingCode.IMAGE_SIZE_MISSING, label, "no \"image_size\" in \"" + label
                    + "\"; add [{\"width\":…,\"height\":…,\"depth\":3}] in pixels");
            return false;
        }
        if (content.imageSizes != 1 || !positive(content.width) || !positive(content.height)) {
            find(FindingCode.IMAGE_SIZE_INVALID, label, content.imageSizes > 1
                    ? "\"image_size\" has " + content.imageSizes + " entries; keep the one of this image"
                    : "\"image_size\" does not give width and height above 0; give both in pixels");
            return false;
        }
        if (content.depthGiven && content.depth != 3) {
            find(FindingCode.IMAGE_DEPTH_UNUSUAL, label, "image depth is "
                    + (Double.isNaN(content.depth) ? "not a number" : plain(content.depth))
                    + "; SageMaker's built-in algorithms take three channels, convert the image");
        }
        return true;
    }

    private static boolean positive(double value) {
        return Double.isFinite(value) && value > 0;
    }

    private static boolean outside(Boxes boxes, int i, Label image) {
        return boxes.left[i] < -BORDER_PIXELS
                || boxes.top[i] < -BORDER_PIXELS
                || boxes.left[i] + boxes.width[i] > image.width + BORDER_PIXELS
                || boxes.top[i] + boxes.height[i] > image.height + BORDER_PIXELS;
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : String.format(Locale.ROOT, "%s", value);
    }

    private static String more(int count) {
        return count > 1 ? " (and " + (count - 1) + " more like it)" : "";
    }

    /** Gathers what is wrong with boxes: one finding for each rule, naming the first box and counting the rest. */
    private final class Broken {
        private Map<FindingCode, String> first = Map.of();
        private Map<FindingCode, Integer> count = Map.of();

        void add(FindingCode code, int box, String what) {
            if (first.isEmpty()) {
                first = new EnumMap<>(FindingCode.class);
                count = new EnumMap<>(FindingCode.class);
            }
            first.putIfAbsent(code, "box " + box + " " + what);
            count.merge(code, 1, Integer::sum);
        }

        void report(String label) {
            first.forEach((code, what) -> find(code, label, what + more(count.get(code)) + "; " + code.cure()));
        }
    }
}

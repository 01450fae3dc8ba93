package dev.truepipe.manifest;

import dev.truepipe.manifest.JudgedLine.ClassUse;
import dev.truepipe.manifest.LineFacts.Box;
import dev.truepipe.manifest.LineFacts.Kind;
import dev.truepipe.manifest.LineFacts.Label;
import dev.truepipe.manifest.LineFacts.Metadata;
import dev.truepipe.split.GroupBy;
import dev.truepipe.split.Hash128;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
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

    private final ScanRules rules;
    private final Task task;
    private final String groupAttribute;
    private JudgedLine line;

    LineJudge(ScanRules rules) {
        this.rules = rules;
        this.task = rules.choice().task();
        this.groupAttribute = rules.groupBy() instanceof GroupBy.ByAttribute attribute ? attribute.name() : null;
    }

    /** Judges a line that is held. */
    void judge(byte[] bytes, int length, JudgedLine into) {
        line = into;
        line.clear();
        try {
            LineFacts facts = LineParser.parse(bytes, length, rules.choice().labelAttribute(), groupAttribute);
            String label = labelOf(facts);
            if (label != null && facts.label == null) {
                facts = LineParser.parse(bytes, length, label, groupAttribute);
            }
            object(facts);
            label(facts, label);
        } catch (LineParser.Unreadable e) {
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

    /** The expected label the line has; else another of the same task; else {@code null}. */
    private String labelOf(LineFacts facts) {
        for (String label : rules.choice().labels()) {
            if (facts.values.containsKey(label)) {
                return label;
            }
        }
        for (String label : rules.choice().labels()) {
            if (facts.metadata.containsKey(label)) {
                return null;
            }
        }
        if (task == null) {
            return null;
        }
        for (Map.Entry<String, Metadata> entry : facts.metadata.entrySet()) {
            if (facts.values.containsKey(entry.getKey()) && task.equals(LabelInference.task(facts.values.get(entry.getKey()), entry.getValue()))) {
                return entry.getKey();
            }
        }
        return null;
    }

    private void object(LineFacts facts) {
        String text = facts.sourceRef != null ? facts.sourceRef : facts.sourceRefKind == Kind.ABSENT ? facts.source : null;
        if (facts.sourceRefKind == Kind.ABSENT) {
            boolean images = task == null || task.supported();
            if (facts.sourceKind == Kind.ABSENT) {
                find(FindingCode.SOURCE_MISSING, "source-ref", "no \"source-ref\" on this line; add the object's S3 URI");
            } else if (images) {
                find(FindingCode.SOURCE_MISSING, "source-ref",
                        "\"source\" holds text, but images are trained from \"source-ref\"; add the image's S3 URI");
            }
        } else if (!isObjectUri(facts.sourceRef)) {
            find(FindingCode.SOURCE_INVALID, "source-ref", (facts.sourceRefKind == Kind.TEXT && facts.sourceRef != null
                    ? "\"" + LineParser.shortened(facts.sourceRef) + "\" is" : "the value is")
                    + " not the S3 URI of an object; write s3://bucket/key, the key raw and not URL-encoded, at most 1,024 bytes");
            text = null;
        } else if (!allowed(facts.sourceRef)) {
            find(FindingCode.OBJECT_OUTSIDE_ALLOWED_BUCKETS, "source-ref", "\"" + LineParser.shortened(facts.sourceRef)
                    + "\" lies outside what the training role may read (" + String.join(", ", rules.images())
                    + "); add its prefix to images, or move the object");
        }
        if (text == null) {
            return;
        }
        line.key = Hash128.of(text);
        line.group = line.key;
        if (facts.sourceRef != null) {
            frame(facts.sourceRef);
        }
        String group = switch (rules.groupBy()) {
            case GroupBy.ByObject object -> text;
            case GroupBy.ByAttribute attribute -> facts.group;
            case GroupBy.ByExpression expression -> facts.sourceRef == null ? null : expression.key(facts.sourceRef);
        };
        if (group == null) {
            boolean byAttribute = groupAttribute != null;
            find(FindingCode.GROUP_KEY_MISSING, byAttribute ? groupAttribute : "source-ref", byAttribute
                    ? "no text or number under \"" + groupAttribute + "\"; add it, or the object is a group of its own"
                    : "the expression " + rules.groupBy() + " finds nothing in source-ref; widen it, or the object is a group of its own");
        } else if (groupAttribute != null || rules.groupBy() instanceof GroupBy.ByExpression) {
            line.group = Hash128.of(group);
        }
    }

    private static boolean isObjectUri(String uri) {
        if (uri == null || !uri.startsWith("s3://")) {
            return false;
        }
        int slash = uri.indexOf('/', 5);
        return slash > 5
                && slash < uri.length() - 1
                && !uri.endsWith("/")
                && uri.substring(slash + 1).getBytes(StandardCharsets.UTF_8).length <= LONGEST_KEY_BYTES;
    }

    private boolean allowed(String uri) {
        if (rules.images().isEmpty()) {
            return true;
        }
        for (String prefix : rules.images()) {
            if (uri.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** Finds the last number of the file name: {@code …/cam1_000051.jpg} is frame 51 of {@code …/cam1_*.jpg}. */
    private void frame(String uri) {
        int slash = uri.lastIndexOf('/');
        int dot = uri.indexOf('.', slash + 1);
        int end = dot < 0 ? uri.length() : dot;
        while (end > slash + 1 && !digit(uri.charAt(end - 1))) {
            end--;
        }
        int start = end;
        while (start > slash + 1 && digit(uri.charAt(start - 1))) {
            start--;
        }
        if (start < end && end - start <= 18) {
            line.frame = Long.parseLong(uri.substring(start, end));
            line.stem = Hash128.of(uri.substring(0, start) + "*" + uri.substring(end)).high() | 1;
        }
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    private void label(LineFacts facts, String label) {
        if (label == null) {
            unlabeled(facts);
            return;
        }
        line.label = label;
        Metadata metadata = facts.metadata.get(label);
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
            if (metadata.classMapProblem != null || metadata.classMapKind != Kind.ABSENT && metadata.classMap == null) {
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
        if (metadata.creationDate == null) {
            return;
        }
        line.created = CreationDate.parse(metadata.creationDate);
        if (line.created == CreationDate.UNKNOWN) {
            find(FindingCode.CREATION_DATE_UNREADABLE, label, "creation-date \"" + LineParser.shortened(metadata.creationDate)
                    + "\" cannot be read; write it like 2025-03-04T09:12:44.120871, or the line counts as the oldest");
        }
    }

    private void failed(String label, Metadata metadata) {
        find(FindingCode.OBJECT_FAILED, label, "the labeling job gave this object up"
                + (metadata.failureReason == null ? "" : " (" + LineParser.shortened(metadata.failureReason) + ")")
                + "; label it again");
    }

    private void unlabeled(LineFacts facts) {
        String expected = rules.choice().labelAttribute();
        for (Map.Entry<String, Metadata> entry : facts.metadata.entrySet()) {
            boolean meant = expected == null || rules.choice().labels().contains(entry.getKey());
            if (meant && entry.getValue().failed) {
                line.label = entry.getKey();
                failed(entry.getKey(), entry.getValue());
                return;
            }
        }
        for (Map.Entry<String, Metadata> entry : facts.metadata.entrySet()) {
            Task other = entry.getValue().task();
            if (other != null && facts.values.containsKey(entry.getKey())) {
                if (task == null || task.equals(other)) {
                    find(FindingCode.UNSUPPORTED_TASK, entry.getKey(), "\"" + entry.getKey() + "\" is for " + other + ": " + other.advice());
                } else {
                    find(FindingCode.TASK_DIFFERS, entry.getKey(), "no \"" + expected + "\" on this line, only \"" + entry.getKey()
                            + "\" for " + other + ", and the dataset is for " + task + "; keep tasks in datasets of their own, or set the task");
                }
                return;
            }
        }
        String alone = facts.metadata.keySet().stream().filter(name -> facts.metadata.get(name).task() != null).findFirst().orElse(null);
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
            if (name == null && metadata.classMap != null && !metadata.classMap.isEmpty()) {
                name = metadata.classMap.get((int) content.whole);
                if (name == null) {
                    find(FindingCode.UNKNOWN_CLASS, label, "class " + content.whole + " is not in the line's class-map; add it, or correct the label");
                }
            }
        }
        line.classes.put((int) content.whole, new ClassUse(name, 1));
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
        Map<Integer, String> names = metadata == null || metadata.classMap == null ? Map.of() : metadata.classMap;
        if (metadata != null && metadata.classMapProblem == null) {
            names.forEach((id, name) -> line.classes.put(id, new ClassUse(name, 0)));
        }
        Broken broken = new Broken();
        for (int i = 0; i < content.boxes.size(); i++) {
            Box box = content.boxes.get(i);
            if (box.classId() < 0 || box.classId() > MAX_CLASS_ID) {
                broken.add(FindingCode.CLASS_ID_INVALID, i, box.classId() == LineFacts.NONE
                        ? "has no class_id" : "has a class_id that is no whole number from 0 to " + MAX_CLASS_ID);
            } else {
                int id = (int) box.classId();
                String name = names.get(id);
                if (name == null && !names.isEmpty()) {
                    broken.add(FindingCode.UNKNOWN_CLASS, i, "has class_id " + id + ", which the line's class-map lacks");
                }
                line.classes.merge(id, new ClassUse(name, 1), (a, b) -> new ClassUse(a.name(), a.annotations() + 1));
            }
            if (!box.complete()) {
                broken.add(FindingCode.BOX_INVALID, i, "lacks a number for left, top, width or height");
            } else if (box.width() <= 0 || box.height() <= 0) {
                broken.add(FindingCode.BOX_EMPTY, i, "is " + plain(box.width()) + " × " + plain(box.height()) + " pixels");
            } else if (sized && outside(box, content)) {
                broken.add(FindingCode.BOX_OUTSIDE_IMAGE, i, String.format(Locale.ROOT,
                        "(left %s, top %s, %s × %s) reaches out of the image of %s × %s pixels",
                        plain(box.left()), plain(box.top()), plain(box.width()), plain(box.height()),
                        plain(content.width), plain(content.height)));
            }
        }
        broken.report(label);
        int annotations = content.boxes.size() + content.noObjects;
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

    private static boolean outside(Box box, Label image) {
        return box.left() < -BORDER_PIXELS
                || box.top() < -BORDER_PIXELS
                || box.left() + box.width() > image.width + BORDER_PIXELS
                || box.top() + box.height() > image.height + BORDER_PIXELS;
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? Long.toString((long) value) : String.format(Locale.ROOT, "%s", value);
    }

    private static String more(int count) {
        return count > 1 ? " (and " + (count - 1) + " more like it)" : "";
    }

    /** Gathers what is wrong with boxes: one finding for each rule, naming the first box and counting the rest. */
    private final class Broken {
        private final Map<FindingCode, String> first = new EnumMap<>(FindingCode.class);
        private final Map<FindingCode, Integer> count = new EnumMap<>(FindingCode.class);

        void add(FindingCode code, int box, String what) {
            first.putIfAbsent(code, "box " + box + " " + what);
            count.merge(code, 1, Integer::sum);
        }

        void report(String label) {
            first.forEach((code, what) -> find(code, label, what + more(count.get(code)) + "; " + code.cure()));
        }
    }
}

package dev.truepipe.manifest;

import dev.truepipe.manifest.JsonCursor.Kind;
import dev.truepipe.manifest.LineFacts.Boxes;
import dev.truepipe.manifest.LineFacts.Label;
import dev.truepipe.manifest.LineFacts.Metadata;
import dev.truepipe.manifest.LineFacts.Slice;
import dev.truepipe.manifest.LineFacts.Spans;
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
    private static final String WRITE_A_LIST =
            "write the list of its class ids, such as [0,2]; a list with one place for each class (multi-hot) is another format";
    /** What SageMaker takes the value of for the S3 URI of the bytes to stream. @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/augmented-manifest.html">Augmented manifests</a> */
    private static final String STREAMED_SUFFIX = "-ref";
    private static final byte[] SCHEME = {'s', '3', ':', '/', '/'};

    private final ScanRules rules;
    private final Task task;
    /** Whether the object must be an image: under {@code source-ref}, whatever else the line has. */
    private final boolean ofImages;
    private final LineScanner.Name expected;
    private final String groupAttribute;
    private final List<byte[]> images;
    private final LineScanner scanner;
    private final Broken broken = new Broken();
    private final Murmur3 murmur = new Murmur3();
    private final ObjectName name = new ObjectName(murmur);
    private byte[] bytes;
    private JudgedLine line;

    LineJudge(ScanRules rules) {
        this.rules = rules;
        this.task = rules.choice().task();
        this.ofImages = task == null || task.supported() && !task.ofTexts() && !task.equals(Task.CUSTOM);
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
            boolean absent = facts.label.kind == Kind.ABSENT;
            if (absent || facts.label.kind == Kind.NULL) {
                String other = absent ? otherLabel() : listedLabel(scanner.values());
                if (other != null) {
                    facts = scanner.scan(bytes, from, length, LineScanner.Name.of(other));
                }
                label = absent || other != null ? other : label;
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

    /** The first of the expected labels that the line has, and that is not {@code null}; {@code null} if there is none. */
    private String listedLabel(Map<String, Value> values) {
        for (String label : rules.choice().labels()) {
            if (values.containsKey(label) && values.get(label).kind() != Kind.NULL) {
                return label;
            }
        }
        return null;
    }

    /** An expected label other than the first, if the line has one; else, unless the job gave it up, another of the same task; else {@code null}. */
    private String otherLabel() {
        Map<String, Value> values = scanner.values();
        String listed = listedLabel(values);
        if (listed != null) {
            return listed;
        }
        for (String label : rules.choice().labels()) {
            if (values.containsKey(label)) {
                return label;
            }
        }
        Map<String, Metadata> metadata = scanner.metadata();
        for (String label : rules.choice().labels()) {
            if (metadata.containsKey(label) && metadata.get(label).failed) {
                return null;
            }
        }
        return task == null ? null : LabelInference.best(task, values, metadata, scanner.textAlone());
    }

    private void object(LineFacts facts) {
        Slice object = facts.sourceRef.given() ? facts.sourceRef : facts.source;
        if (!facts.sourceRef.given()) {
            if (!facts.source.given()) {
                find(FindingCode.SOURCE_MISSING, ofImages ? "source-ref" : "source", ofImages
                        ? "no \"source-ref\" on this line; add the object's S3 URI"
                        : "neither \"source\" nor \"source-ref\" on this line; add the text, or the object's S3 URI");
            } else if (ofImages) {
                find(FindingCode.SOURCE_MISSING, "source-ref",
                        "\"source\" holds text, but images are trained from \"source-ref\"; add the image's S3 URI");
            }
        }
        if (facts.source.given() && !ofImages) {
            line.source = facts.source.kind == Kind.TEXT && facts.source.from < facts.source.to;
            if (!line.source) {
                find(FindingCode.SOURCE_INVALID, "source", (facts.source.kind == Kind.TEXT ? "\"source\" is empty" : "\"source\" is no text")
                        + "; write the text that the label is for");
            }
        }
        if (!facts.sourceRef.given() && object.kind != Kind.TEXT) {
            return;
        }
        byte[] text = object.escaped ? JsonText.decode(bytes, object.from, object.to) : bytes;
        int from = object.escaped ? 0 : object.from;
        int to = object.escaped ? text.length : object.to;
        if (facts.sourceRef.given()) {
            if (object.kind != Kind.TEXT || !isObjectUri(text, from, to)) {
                find(FindingCode.SOURCE_INVALID, "source-ref", noUri(object));
                return;
            }
            if (!allowed(text, from, to)) {
                outside(object, "source-ref");
            }
            line.sourceRef = true;
            if (!line.source || !task.ofTexts()) {
                line.streamedSource.copy(facts.sourceRef);
            }
            name.read(text, from, to);
            line.stem = name.stem();
            line.frame = name.number();
        }
        line.key = murmur.reset().update(text, from, to - from).finish();
        line.group = line.key;
        if (!(rules.groupBy() instanceof GroupBy.ByObject)) {
            group(facts, object);
        }
    }

    private void group(LineFacts facts, Slice object) {
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

    private String noUri(Slice object) {
        return (object.kind == Kind.TEXT && object.to - object.from <= LONGEST_SHOWN_BYTES
                ? "\"" + UnreadableLine.shortened(object.string(bytes)) + "\" is" : "the value is")
                + " not the S3 URI of an object; write s3://bucket/key, the key raw and not URL-encoded, at most 1,024 bytes";
    }

    private void outside(Slice object, String attribute) {
        find(FindingCode.OBJECT_OUTSIDE_ALLOWED_BUCKETS, attribute, "\"" + UnreadableLine.shortened(object.string(bytes))
                + "\" lies outside what the training role may read (" + String.join(", ", rules.images())
                + "); add its prefix to images, or move the object");
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
        line.job = metadata == null ? null : metadata.jobName;
        Task said = metadata == null ? null : metadata.task();
        if (metadata != null && metadata.failed) {
            failed(label, metadata);
            return;
        }
        if (task == null) {
            find(FindingCode.UNSUPPORTED_TASK, label, "what \"" + label
                    + "\" is for cannot be told from the manifest; set the task to one of " + Task.SUPPORTED);
            return;
        }
        if (!task.supported()) {
            find(FindingCode.UNSUPPORTED_TASK, label, "\"" + label + "\" is for " + task + ": " + task.advice());
            return;
        }
        if (metadata == null) {
            find(FindingCode.METADATA_MISSING, label, "no \"" + label + "-metadata\" beside \"" + label + "\"; add it, or "
                    + (task.equals(Task.SEMANTIC_SEGMENTATION) ? "nobody knows the mask's classes and the line counts as the oldest"
                            : task.equals(Task.TEXT_SPAN) || task.equals(Task.CUSTOM) ? "the line counts as the oldest"
                            : "classes are named by their ids and the line counts as the oldest"));
        } else if (!metadata.isObject) {
            find(FindingCode.METADATA_INVALID, label, "\"" + label + "-metadata\" is not an object; write it as a labeling job does");
        } else {
            created(label, metadata);
            if (said != null && !said.equals(task)) {
                find(FindingCode.TASK_DIFFERS, label, "\"" + label + "\" is for " + said + ", the dataset is for " + task
                        + "; keep tasks in datasets of their own, or set the task");
                return;
            }
        }
        content(label, facts, metadata);
    }

    private void content(String label, LineFacts facts, Metadata metadata) {
        Label content = facts.label;
        if (content.kind == Kind.NULL) {
            find(FindingCode.LABEL_MISSING, label, "\"" + label + "\" is null; label the object again");
            return;
        }
        if (looksOtherwise(label, content)) {
            return;
        }
        if (label.endsWith(STREAMED_SUFFIX) && isUri(content)) {
            line.streamedLabel.copy(content.text);
        } else if (label.endsWith(STREAMED_SUFFIX) && !task.equals(Task.SEMANTIC_SEGMENTATION)) {
            find(FindingCode.LABEL_TAKEN_FOR_URI, label, "the name \"" + label + "\" ends in -ref, so SageMaker takes its value for an S3 URI and streams"
                    + " what lies there, and this value is none; " + FindingCode.LABEL_TAKEN_FOR_URI.cure());
        }
        if (task.equals(Task.SEMANTIC_SEGMENTATION)) {
            mask(label, content, metadata);
        } else if (task.equals(Task.TEXT_SPAN)) {
            spans(label, facts, metadata);
        } else if (!task.equals(Task.CUSTOM)) {
            classMap(label, metadata);
            if (task.equals(Task.OBJECT_DETECTION)) {
                boxes(label, content, metadata);
            } else if (task.multiLabel()) {
                classes(label, content, metadata);
            } else {
                singleClass(label, content, metadata);
            }
        }
    }

    private void classMap(String label, Metadata metadata) {
        if (metadata != null && (metadata.classMapProblem != null || metadata.classMapKind != Kind.ABSENT && metadata.classMapKind != Kind.OBJECT)) {
            find(FindingCode.METADATA_INVALID, label, (metadata.classMapProblem == null
                    ? "class-map is not an object"
                    : "class-map entry \"" + metadata.classMapProblem + "\" is not a class id of its own (0 to " + MAX_CLASS_ID + ") with a name")
                    + "; write {\"0\":\"car\"}");
        }
    }

    private boolean isUri(Label content) {
        if (content.kind != Kind.TEXT) {
            return false;
        }
        byte[] text = content.text.escaped ? JsonText.decode(bytes, content.text.from, content.text.to) : bytes;
        return isObjectUri(text, content.text.escaped ? 0 : content.text.from, content.text.escaped ? text.length : content.text.to);
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
                if (task == null) {
                    find(FindingCode.UNSUPPORTED_TASK, entry.getKey(), "\"" + entry.getKey() + "\" is for " + other + (other.supported()
                            ? ", and what the dataset is for cannot be told from the beginning of its manifests; give its label attribute and task"
                            : ": " + other.advice()));
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

    /** Whether the label is plainly what another task writes; a finding then. */
    private boolean looksOtherwise(String label, Label content) {
        String otherwise = task.equals(Task.OBJECT_DETECTION) || task.equals(Task.CUSTOM) ? null
                : content.kind == Kind.OBJECT && content.annotationsKind == Kind.ARRAY
                ? "holds boxes, the dataset is for " + task + "; set the task to object-detection"
                : content.kind == Kind.ARRAY && (task.equals(Task.IMAGE_CLASSIFICATION) || task.equals(Task.TEXT_CLASSIFICATION))
                ? "is a list of classes (" + task + "-multilabel), the dataset is for " + task + "; keep one label for each object, or set the task"
                : content.whole >= 0 && task.multiLabel()
                ? "is one class and no list; " + WRITE_A_LIST
                : null;
        if (otherwise != null) {
            find(FindingCode.TASK_DIFFERS, label, "\"" + label + "\" " + otherwise);
        }
        return otherwise != null;
    }

    private void singleClass(String label, Label content, Metadata metadata) {
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
            nameAll(metadata.classMap);
            name = metadata.className;
            if (name != null) {
                line.classes.name((int) content.whole, name);
            } else {
                int place = metadata.classMap.find((int) content.whole);
                if (place >= 0) {
                    name = metadata.classMap.name(place);
                } else if (metadata.knowsClasses()) {
                    find(FindingCode.UNKNOWN_CLASS, label, "class " + content.whole + " is not in the line's class-map; add it, or correct the label");
                }
            }
        }
        line.classes.add((int) content.whole, name, 1);
    }

    /** A list of class ids. Confidences are not judged: AWS's own examples give them for other ids. */
    private void classes(String label, Label content, Metadata metadata) {
        if (content.kind != Kind.ARRAY) {
            find(FindingCode.ANNOTATIONS_INVALID, label, "\"" + label + "\" is "
                    + (content.kind == Kind.TEXT && content.text.from < content.text.to && bytes[content.text.from] == '[' ? "a list inside a text" : "no list")
                    + "; " + WRITE_A_LIST);
            return;
        }
        if (content.noIds > 0) {
            find(FindingCode.CLASS_ID_INVALID, label, "item " + content.firstNoId + " of \"" + label + "\" is not a class id" + more(content.noIds)
                    + "; write whole numbers from 0 to " + MAX_CLASS_ID);
        }
        ClassUses names = metadata == null ? NO_NAMES : metadata.classMap;
        nameAll(names);
        boolean closed = metadata != null && metadata.knowsClasses();
        ClassUses ids = content.ids;
        for (int i = 0; i < ids.count(); i++) {
            int id = ids.id(i);
            if (ids.annotations(i) > 1) {
                broken.add(FindingCode.CLASS_REPEATED, "class " + id + " stands " + ids.annotations(i) + " times in the list of " + content.items);
            }
            int named = names.find(id);
            if (named < 0 && closed) {
                broken.add(FindingCode.UNKNOWN_CLASS, "class " + id + " is not in the line's class-map");
            }
            line.classes.add(id, named < 0 ? null : names.name(named), 1);
        }
        broken.report(label);
        if (content.items == 0) {
            empty(label, "no class in the list, and negatives: drop leaves such objects out",
                    "no class in the list; fine as a negative example (negatives: drop leaves it out)");
        }
    }

    /** Classes of a line count although it uses none of them. */
    private void nameAll(ClassUses names) {
        for (int i = 0; i < names.count(); i++) {
            line.classes.name(names.id(i), names.name(i));
        }
    }

    private void empty(String label, String dropped, String kept) {
        find(FindingCode.EMPTY_ANNOTATIONS, label, rules.dropNegatives() ? dropped : kept);
    }

    /** The S3 URI of a mask, whose pixels are class ids; the metadata names them. */
    private void mask(String label, Label content, Metadata metadata) {
        if (!label.endsWith(STREAMED_SUFFIX)) {
            find(FindingCode.MASK_NOT_STREAMED, label, "the name \"" + label
                    + "\" does not end in -ref, so SageMaker streams the text of the URI and not the mask; " + FindingCode.MASK_NOT_STREAMED.cure());
        }
        if (!isUri(content)) {
            find(FindingCode.MASK_INVALID, label, content.kind == Kind.TEXT ? noUri(content.text)
                    : "\"" + label + "\" is no text; " + FindingCode.MASK_INVALID.cure() + ", s3://bucket/key");
        } else if (!images.isEmpty()) {
            byte[] uri = JsonText.decode(bytes, content.text.from, content.text.to);
            if (!allowed(uri, 0, uri.length)) {
                outside(content.text, label);
            }
        }
        if (metadata == null || !metadata.isObject) {
            return;
        }
        if (metadata.colorMapKind != Kind.OBJECT || metadata.colorMapProblem != null) {
            find(FindingCode.METADATA_INVALID, label, (metadata.colorMapKind == Kind.ABSENT ? "no internal-color-map, so nobody knows the mask's classes"
                    : metadata.colorMapProblem == null ? "internal-color-map is not an object"
                    : "internal-color-map entry \"" + metadata.colorMapProblem + "\" is not a class id of its own (0 to " + MAX_CLASS_ID + ") with a class-name")
                    + "; write \"internal-color-map\":{\"0\":{\"class-name\":\"BACKGROUND\",\"hex-color\":\"#ffffff\"}}");
        }
        for (int i = 0; i < metadata.colorMap.count(); i++) {
            line.classes.add(metadata.colorMap.id(i), metadata.colorMap.name(i), 1);
        }
    }

    /** Entities in a text. The whole category list is on the line: a class's id is its place there. */
    private void spans(String label, LineFacts facts, Metadata metadata) {
        Label content = facts.label;
        Spans spans = content.spans;
        if (content.kind != Kind.OBJECT || content.annotationsKind != Kind.OBJECT || spans.entitiesKind != Kind.ARRAY || spans.labelsKind != Kind.ARRAY) {
            String lacks = content.kind != Kind.OBJECT || content.annotationsKind != Kind.OBJECT ? "no object \"annotations\""
                    : spans.entitiesKind != Kind.ARRAY ? "no list \"entities\"" : "no list \"labels\"";
            find(FindingCode.ANNOTATIONS_INVALID, label, lacks + " in \"" + label
                    + "\"; write {\"annotations\":{\"labels\":[{\"label\":…}],\"entities\":[…]}}, labels being the whole category list");
            return;
        }
        if (spans.noNames > 0) {
            find(FindingCode.ANNOTATIONS_INVALID, label, "label " + spans.firstNoName + " of the category list "
                    + (spans.firstNoName > MAX_CLASS_ID ? "is beyond the last class id, " + MAX_CLASS_ID : "has no name") + more(spans.noNames)
                    + "; write {\"label\":…}");
        }
        if (spans.noObjects > 0) {
            find(FindingCode.ANNOTATIONS_INVALID, label, "entity " + spans.firstNoObject + " is not an object" + more(spans.noObjects)
                    + "; write {\"label\":…,\"startOffset\":…,\"endOffset\":…}");
        }
        CategoryList categories = spans.categories;
        for (int id = 0; id < categories.count(); id++) {
            line.classes.name(id, categories.name(id));
        }
        if (spans.invalid > 0) {
            boolean whole = spans.firstInvalidStart > LineFacts.BAD && spans.firstInvalidEnd > LineFacts.BAD;
            find(FindingCode.SPAN_INVALID, label, "entity " + spans.firstInvalid + " " + (!spans.firstInvalidLabeled ? "has no label"
                    : !whole ? "lacks a whole number for startOffset or endOffset"
                    : "goes from " + spans.firstInvalidStart + " to " + spans.firstInvalidEnd) + more(spans.invalid) + "; " + FindingCode.SPAN_INVALID.cure());
        }
        // Whether offsets count code points or UTF-16 units, nobody says. There are never more of the former.
        boolean known = facts.source.kind == Kind.TEXT && !facts.sourceRef.given();
        int longest = known ? JsonText.units(bytes, facts.source.from, facts.source.to) : Integer.MAX_VALUE;
        for (int i = 0; i < spans.count; i++) {
            String name = scanner.text(spans.labelFrom[i], spans.labelTo[i]);
            int id = categories.find(name);
            if (id < 0) {
                broken.add(FindingCode.UNKNOWN_CLASS, "entity " + spans.place[i] + " is \"" + UnreadableLine.shortened(name) + "\", which the line's \"labels\" lack");
            } else {
                line.classes.add(id, name, 1);
            }
            if (known && spans.end[i] > longest) {
                broken.add(FindingCode.SPAN_OUTSIDE_TEXT, "entity " + spans.place[i] + " goes from " + spans.start[i] + " to " + spans.end[i]
                        + ", and the text has " + longest + " characters");
            }
        }
        broken.report(label);
        if (spans.entities == 0) {
            empty(label, "no entity in this text, and negatives: drop leaves such texts out",
                    "no entity in this text; fine as a negative example (negatives: drop leaves it out)");
        }
        counted(label, spans.entities, metadata == null ? -1 : metadata.entities, "entities");
    }

    private void counted(String label, int annotations, int described, String list) {
        if (described >= 0 && described != annotations) {
            find(FindingCode.OBJECTS_COUNT_DIFFERS, label, String.format(Locale.ROOT,
                    "%d annotations, but %d entries in \"%s\"; keep one for each annotation", annotations, described, list));
        }
    }

    private void boxes(String label, Label content, Metadata metadata) {
        if (content.kind != Kind.OBJECT) {
            find(FindingCode.ANNOTATIONS_INVALID, label, "\"" + label
                    + "\" is not an object; write {\"image_size\":[…],\"annotations\":[…]}, or set the task to that of the labels");
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
        nameAll(names);
        boolean closed = metadata != null && metadata.knowsClasses();
        Boxes boxes = content.boxes;
        for (int i = 0; i < boxes.count; i++) {
            long classId = boxes.classId[i];
            if (classId < 0 || classId > MAX_CLASS_ID) {
                broken.add(FindingCode.CLASS_ID_INVALID, i, classId == LineFacts.NONE
                        ? "has no class_id" : "has a class_id that is no whole number from 0 to " + MAX_CLASS_ID);
            } else {
                int id = (int) classId;
                int named = names.find(id);
                if (named < 0 && closed) {
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
            empty(label, "no boxes on this image, and negatives: drop leaves such images out",
                    "no boxes on this image; fine as a negative example, but SageMaker's built-in detector may choke on it (negatives: drop leaves it out)");
        }
        counted(label, annotations, metadata == null ? -1 : metadata.objects, "objects");
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

    /** Gathers what is wrong with annotations: one finding for each rule, naming the first and counting the rest. */
    private final class Broken {
        private final Map<FindingCode, String> first = new EnumMap<>(FindingCode.class);
        private final Map<FindingCode, Integer> count = new EnumMap<>(FindingCode.class);

        void add(FindingCode code, int box, String what) {
            add(code, "box " + box + " " + what);
        }

        void add(FindingCode code, String what) {
            first.putIfAbsent(code, what);
            count.merge(code, 1, Integer::sum);
        }

        /** Tells of all, and forgets them. */
        void report(String label) {
            if (first.isEmpty()) {
                return;
            }
            first.forEach((code, what) -> find(code, label, what + more(count.get(code)) + "; " + code.cure()));
            first.clear();
            count.clear();
        }
    }
}

package dev.truepipe.manifest;

import dev.truepipe.manifest.JsonCursor.Broken;
import dev.truepipe.manifest.JsonCursor.Key;
import dev.truepipe.manifest.JsonCursor.Kind;
import dev.truepipe.manifest.LineFacts.Label;
import dev.truepipe.manifest.LineFacts.Metadata;
import dev.truepipe.manifest.LineFacts.Shape;
import dev.truepipe.manifest.LineFacts.Slice;
import dev.truepipe.manifest.LineFacts.Spans;
import dev.truepipe.manifest.LineFacts.Value;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads what a line says, in one pass over its bytes and strictly ({@link JsonCursor}), and keeps what rules ask for.
 *
 * <p>Why no JSON library does this: {@code docs/decisions/0008-own-scanner.md}.
 */
final class LineScanner {
    /** What the name of a label's metadata ends in. */
    static final String METADATA_SUFFIX = "-metadata";
    private static final Key SOURCE_REF = Key.of("source-ref");
    private static final Key SOURCE = Key.of("source");
    static final Key ANNOTATIONS = Key.of("annotations");
    private static final Key IMAGE_SIZE = Key.of("image_size");
    private static final Key WIDTH = Key.of("width");
    private static final Key HEIGHT = Key.of("height");
    private static final Key DEPTH = Key.of("depth");
    static final Key CLASS_ID = Key.of("class_id");
    private static final Key LEFT = Key.of("left");
    private static final Key TOP = Key.of("top");
    private static final Key TYPE = Key.of("type");
    private static final Key CREATION_DATE = Key.of("creation-date");
    private static final Key JOB_NAME = Key.of("job-name");
    private static final Key CLASS_NAME = Key.of("class-name");
    private static final Key FAILURE_REASON = Key.of("failure-reason");
    private static final Key ADJUSTMENT_STATUS = Key.of("adjustment-status");
    private static final Key OBJECTS = Key.of("objects");
    static final Key CLASS_MAP = Key.of("class-map");
    static final Key CLASS_MAP_AS_IN_3D = Key.of("class_map");
    private static final Key INTERNAL_COLOR_MAP = Key.of("internal-color-map");
    private static final Key ENTITIES = Key.of("entities");
    private static final Key LABELS = Key.of("labels");
    private static final Key LABEL = Key.of("label");
    private static final Key START_OFFSET = Key.of("startOffset");
    private static final Key END_OFFSET = Key.of("endOffset");
    private static final String SCHEME = "s3://";
    /** Bytes that it takes at most, each character escaped. */
    private static final int LONGEST_SCHEME = 6 * 5;

    private final KeyOrder lineKeys = new KeyOrder(SOURCE_REF, SOURCE);
    private final KeyOrder labelKeys = new KeyOrder(ANNOTATIONS, IMAGE_SIZE);
    private final KeyOrder sizeKeys = new KeyOrder(WIDTH, HEIGHT, DEPTH);
    private final KeyOrder boxKeys = new KeyOrder(CLASS_ID, LEFT, TOP, WIDTH, HEIGHT);
    private final KeyOrder metadataKeys = new KeyOrder(
            TYPE, CREATION_DATE, CLASS_NAME, FAILURE_REASON, ADJUSTMENT_STATUS, OBJECTS, CLASS_MAP, CLASS_MAP_AS_IN_3D, INTERNAL_COLOR_MAP, ENTITIES,
            JOB_NAME);
    private final KeyOrder objectKeys = new KeyOrder();
    private final PlainObjects plainBoxes = new PlainObjects(boxKeys);
    private final PlainObjects plainObjects = new PlainObjects(objectKeys);

    private final Key group;
    private final JsonCursor cursor = new JsonCursor();
    private final LineFacts facts = new LineFacts();
    private final TextPool texts = new TextPool();
    private byte[] bytes;
    private int from;

    /** Why a line cannot be read. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;
        final transient FindingCode code;

        Unreadable(FindingCode code, String message) {
            super(message, null, false, false);
            this.code = code;
        }
    }

    /** A label attribute's name, and that of its metadata, as they stand in a line. */
    record Name(String text, Key label, Key metadata) {
        static Name of(String label) {
            return new Name(label, Key.of(label), Key.of(label + METADATA_SUFFIX));
        }
    }

    /** @param groupAttribute the attribute whose value is wanted, or {@code null} */
    LineScanner(String groupAttribute) {
        group = groupAttribute == null ? null : Key.of(groupAttribute);
    }

    /**
     * Reads a line.
     *
     * @param bytes holds the line, behind it a newline and {@link JsonCursor#SLACK} bytes in all
     * @param label the attribute whose content is wanted, or {@code null}
     * @return the same object each time
     * @throws Unreadable if the bytes are not one JSON object that obeys the limits
     */
    LineFacts scan(byte[] bytes, int from, int length, Name label) throws Unreadable {
        this.bytes = bytes;
        this.from = from;
        facts.clear();
        cursor.begin(bytes, from);
        try {
            Kind kind = cursor.value();
            if (kind == Kind.OBJECT) {
                line(label);
            } else {
                cursor.skip(kind);
            }
            cursor.end();
            if (kind != Kind.OBJECT) {
                throw new Unreadable(FindingCode.NOT_AN_OBJECT, "JSON, but not an object; write {\"source-ref\":…} on the line");
            }
        } catch (Broken broken) {
            throw UnreadableLine.explained(broken, bytes, from, length);
        }
        return facts;
    }

    private void line(Name label) throws Broken {
        while (cursor.nextKey(lineKeys)) {
            int nameFrom = cursor.textFrom();
            int nameTo = cursor.textTo();
            boolean grouped = group != null && cursor.keyIs(group);
            int valueAt = cursor.valueAt();
            switch (lineKeys.field()) {
                case 0 -> scalar(facts.sourceRef);
                case 1 -> scalar(facts.source);
                default -> {
                    facts.attribute(nameFrom, nameTo, valueAt);
                    if (label != null && cursor.keyIs(label.label())) {
                        label(facts.label);
                    } else if (label != null && cursor.keyIs(label.metadata())) {
                        metadata(facts.labelMetadata);
                        facts.labelMetadataGiven = kindAt(valueAt) != Kind.NULL;
                    } else {
                        cursor.skip(cursor.value());
                    }
                }
            }
            if (grouped) {
                group(valueAt);
            }
        }
    }

    /** Reads a value; if it is a scalar, remembers its place. */
    private void scalar(Slice into) throws Broken {
        int at = cursor.valueAt();
        into.kind = cursor.value();
        into.escaped = false;
        if (into.kind == Kind.TEXT) {
            into.from = cursor.textFrom();
            into.to = cursor.textTo();
            into.escaped = cursor.textEscaped();
        } else {
            into.from = at;
            into.to = cursor.position();
            cursor.skip(into.kind);
        }
    }

    /** Remembers the value that has just been read as the group's, if it is one that can be. */
    private void group(int valueAt) {
        Kind kind = kindAt(valueAt);
        if (kind == Kind.OBJECT || kind == Kind.ARRAY || kind == Kind.NULL) {
            return;
        }
        facts.group.kind = kind;
        facts.group.from = kind == Kind.TEXT ? valueAt + 1 : valueAt;
        facts.group.to = kind == Kind.TEXT ? cursor.position() - 1 : cursor.position();
        facts.group.escaped = kind == Kind.TEXT;
    }

    private Kind kindAt(int at) {
        return switch (bytes[at]) {
            case '"' -> Kind.TEXT;
            case '{' -> Kind.OBJECT;
            case '[' -> Kind.ARRAY;
            case 'n' -> Kind.NULL;
            case 't', 'f' -> Kind.TRUTH;
            default -> Kind.NUMBER;
        };
    }

    // The attributes that nobody asked for in advance: read again, from where they stand in the line just scanned

    /** Top-level attributes that are neither metadata nor the object, in order. */
    Map<String, Value> values() {
        Map<String, Value> values = new LinkedHashMap<>();
        for (int i = 0; i < facts.attributeCount(); i++) {
            String name = name(i);
            if (!isMetadata(name)) {
                values.put(name, again(i, this::value));
            }
        }
        return values;
    }

    /** What ends in {@code -metadata}, by the name before it, in order. */
    Map<String, Metadata> metadata() {
        Map<String, Metadata> all = new LinkedHashMap<>();
        for (int i = 0; i < facts.attributeCount(); i++) {
            String name = name(i);
            if (isMetadata(name)) {
                all.put(name.substring(0, name.length() - METADATA_SUFFIX.length()), again(i, () -> {
                    Metadata metadata = Metadata.withoutClasses();
                    metadata(metadata);
                    return metadata;
                }));
            }
        }
        return all;
    }

    /** Whether the object is a text in the line. */
    boolean textAlone() {
        return facts.source.given() && !facts.sourceRef.given();
    }

    private static boolean isMetadata(String name) {
        return name.endsWith(METADATA_SUFFIX) && name.length() > METADATA_SUFFIX.length();
    }

    private String name(int attribute) {
        return JsonText.string(bytes, facts.nameFrom(attribute), facts.nameTo(attribute), true);
    }

    private interface Reading<T> {
        T read() throws Broken;
    }

    private <T> T again(int attribute, Reading<T> reading) {
        cursor.goTo(facts.valueAt(attribute));
        try {
            return reading.read();
        } catch (Broken e) {
            throw new IllegalStateException("a line that was whole is broken at byte " + (e.at - from) + ": its bytes were changed while it was read", e);
        }
    }

    private Value value() throws Broken {
        Kind kind = cursor.value();
        if (kind == Kind.OBJECT) {
            return new Value(kind, LineFacts.BAD, shapeOfObject());
        }
        if (kind == Kind.ARRAY) {
            boolean ids = true;
            while (cursor.nextItem()) {
                Kind item = cursor.value();
                ids &= whole(item) >= 0;
                cursor.skip(item);
            }
            return new Value(kind, LineFacts.BAD, ids ? Shape.CLASS_IDS : Shape.OTHER);
        }
        boolean uri = kind == Kind.TEXT && JsonText.string(bytes, cursor.textFrom(), Math.min(cursor.textTo(), cursor.textFrom() + LONGEST_SCHEME),
                cursor.textEscaped()).startsWith(SCHEME);
        return new Value(kind, whole(kind), uri ? Shape.URI : Shape.OTHER);
    }

    private Shape shapeOfObject() throws Broken {
        Shape shape = Shape.OTHER;
        while (cursor.nextKey()) {
            boolean annotations = cursor.keyIs(ANNOTATIONS);
            Kind inner = cursor.value();
            if (annotations && inner == Kind.OBJECT) {
                while (cursor.nextKey()) {
                    boolean entities = cursor.keyIs(ENTITIES);
                    Kind innermost = cursor.value();
                    shape = entities && innermost == Kind.ARRAY ? Shape.SPANS : shape;
                    cursor.skip(innermost);
                }
            } else {
                shape = annotations && inner == Kind.ARRAY ? Shape.BOXES : shape;
                cursor.skip(inner);
            }
        }
        return shape;
    }

    // Metadata

    private void metadata(Metadata into) throws Broken {
        Kind kind = cursor.value();
        into.isObject = kind == Kind.OBJECT;
        if (!into.isObject) {
            cursor.skip(kind);
            return;
        }
        while (cursor.nextKey(metadataKeys)) {
            switch (metadataKeys.field()) {
                case 0 -> into.type = textOrNull();
                case 1 -> created(into);
                case 2 -> {
                    into.classNameBad = given();
                    into.className = textOrNull();
                    into.classNameBad &= into.className == null;
                }
                case 3 -> {
                    into.failed = given();
                    into.failureReason = textOrNull();
                }
                case 4 -> {
                    into.adjusted = given();
                    cursor.skip(cursor.value());
                }
                case 5 -> into.objects = length();
                case 6, 7 -> {
                    // The spelling of 3D counts where there is no other.
                    if (given() && (metadataKeys.field() == 6 || into.classMapKind == Kind.ABSENT)) {
                        into.classMapProblem = null;
                        classMap(into);
                    } else {
                        cursor.skip(cursor.value());
                    }
                }
                case 8 -> {
                    if (given()) {
                        colorMap(into);
                    } else {
                        cursor.skip(cursor.value());
                    }
                }
                case 9 -> into.entities = length();
                case 10 -> into.jobName = jobName();
                default -> cursor.skip(cursor.value());
            }
        }
    }

    /** Whether the value that comes next is there: in metadata {@code null} is as good as nothing. */
    private boolean given() {
        return kindAt(cursor.valueAt()) != Kind.NULL;
    }

    /** An empty name is none, nor is one far longer than labeling jobs can have: thousands of them are remembered. */
    private String jobName() throws Broken {
        String name = textOrNull();
        return name == null || name.isEmpty() || name.length() > LabelingJob.LONGEST_NAME ? null : name;
    }

    private void created(Metadata into) throws Broken {
        Slice date = into.creationDate;
        scalar(date);
        if (date.kind == Kind.NULL) {
            return;
        }
        into.createdGiven = true;
        if (date.kind == Kind.OBJECT || date.kind == Kind.ARRAY) {
            date.to = date.from;
        }
        into.created = date.escaped ? CreationDate.parse(date.string(bytes)) : CreationDate.parse(bytes, date.from, date.to);
    }

    private void classMap(Metadata into) throws Broken {
        Kind kind = cursor.value();
        into.classMapKind = kind;
        if (kind != Kind.OBJECT || into.classMap == null) {
            cursor.skip(kind);
            return;
        }
        into.classMap.clear();
        while (cursor.nextKey()) {
            long id = wholeText();
            int keyFrom = cursor.textFrom();
            int keyTo = cursor.textTo();
            String name = textOrNull();
            if (!named(into.classMap, id, name) && into.classMapProblem == null) {
                into.classMapProblem = UnreadableLine.shortened(JsonText.string(bytes, keyFrom, keyTo, true));
            }
        }
    }

    /** Enters a class, if it has an id that can be and is not there yet, and a name. @return whether it has */
    private static boolean named(ClassUses classes, long id, String name) {
        if (id < 0 || id > LineJudge.MAX_CLASS_ID || name == null || classes.find((int) id) >= 0) {
            return false;
        }
        classes.name((int) id, name);
        return true;
    }

    private void colorMap(Metadata into) throws Broken {
        Kind kind = cursor.value();
        into.colorMapKind = kind;
        if (kind != Kind.OBJECT || into.colorMap == null) {
            cursor.skip(kind);
            return;
        }
        while (cursor.nextKey()) {
            long id = wholeText();
            int keyFrom = cursor.textFrom();
            int keyTo = cursor.textTo();
            String name = null;
            Kind color = cursor.value();
            if (color == Kind.OBJECT) {
                while (cursor.nextKey()) {
                    if (cursor.keyIs(CLASS_NAME)) {
                        name = textOrNull();
                    } else {
                        cursor.skip(cursor.value());
                    }
                }
            } else {
                cursor.skip(color);
            }
            if (!named(into.colorMap, id, name) && into.colorMapProblem == null) {
                into.colorMapProblem = UnreadableLine.shortened(JsonText.string(bytes, keyFrom, keyTo, true));
            }
        }
    }

    /** Items of the array that comes next; -1 if it is none. */
    private int length() throws Broken {
        Kind kind = cursor.value();
        if (kind != Kind.ARRAY) {
            cursor.skip(kind);
            return -1;
        }
        int items = 0;
        while (cursor.nextItem()) {
            items++;
            int end = plainObjects.read(bytes, cursor.valueAt());
            if (end >= 0) {
                cursor.passTo(end);
                continue;
            }
            Kind item = cursor.value();
            if (item != Kind.OBJECT) {
                cursor.skip(item);
                continue;
            }
            while (cursor.nextKey(objectKeys)) {
                cursor.skip(cursor.value());
            }
        }
        return items;
    }

    // Labels

    private void label(Label into) throws Broken {
        into.kind = cursor.value();
        if (into.kind == Kind.ARRAY) {
            classIds(into);
            return;
        }
        if (into.kind != Kind.OBJECT) {
            if (into.kind == Kind.TEXT) {
                into.text.kind = Kind.TEXT;
                into.text.from = cursor.textFrom();
                into.text.to = cursor.textTo();
                into.text.escaped = cursor.textEscaped();
            }
            into.whole = whole(into.kind);
            cursor.skip(into.kind);
            return;
        }
        into.whole = LineFacts.BAD;
        while (cursor.nextKey(labelKeys)) {
            switch (labelKeys.field()) {
                case 0 -> annotations(into);
                case 1 -> imageSize(into);
                default -> cursor.skip(cursor.value());
            }
        }
    }

    private void classIds(Label into) throws Broken {
        into.whole = LineFacts.BAD;
        for (int place = 0; cursor.nextItem(); place++) {
            into.items++;
            Kind item = cursor.value();
            long id = whole(item);
            cursor.skip(item);
            if (id >= 0 && id <= LineJudge.MAX_CLASS_ID) {
                into.ids.add((int) id, null, 1);
            } else {
                into.noIds++;
                into.firstNoId = into.firstNoId < 0 ? place : into.firstNoId;
            }
        }
    }

    private void imageSize(Label into) throws Broken {
        Kind kind = cursor.value();
        into.imageSizeKind = kind;
        if (kind == Kind.OBJECT) {
            into.imageSizes = 1;
            size(into);
        } else if (kind == Kind.ARRAY) {
            while (cursor.nextItem()) {
                into.imageSizes++;
                Kind item = cursor.value();
                if (item == Kind.OBJECT && into.imageSizes == 1) {
                    size(into);
                } else {
                    cursor.skip(item);
                }
            }
        }
    }

    private void size(Label into) throws Broken {
        while (cursor.nextKey(sizeKeys)) {
            switch (sizeKeys.field()) {
                case 0 -> into.width = number();
                case 1 -> into.height = number();
                case 2 -> {
                    Kind kind = cursor.value();
                    into.depthGiven = kind != Kind.NULL;
                    into.depth = numberOf(kind);
                }
                default -> cursor.skip(cursor.value());
            }
        }
    }

    private void annotations(Label into) throws Broken {
        Kind kind = cursor.value();
        into.annotationsKind = kind;
        if (kind == Kind.OBJECT) {
            spans(into.spans);
            return;
        }
        if (kind != Kind.ARRAY) {
            cursor.skip(kind);
            return;
        }
        for (int place = 0; cursor.nextItem(); place++) {
            int end = plainBoxes.read(bytes, cursor.valueAt());
            if (end >= 0) {
                cursor.passTo(end);
                plainBox(into);
                continue;
            }
            Kind item = cursor.value();
            if (item == Kind.OBJECT) {
                box(into);
            } else {
                into.noObjects++;
                into.firstNoObject = into.firstNoObject < 0 ? place : into.firstNoObject;
                cursor.skip(item);
            }
        }
    }

    private void plainBox(Label into) {
        long classId = LineFacts.NONE;
        double left = Double.NaN;
        double top = Double.NaN;
        double width = Double.NaN;
        double height = Double.NaN;
        for (int key = 0; key < boxKeys.known(); key++) {
            double value = plainBoxes.value(key);
            switch (boxKeys.field(key)) {
                case 0 -> classId = plainBoxes.whole(key) ? (long) value : LineFacts.BAD;
                case 1 -> left = value;
                case 2 -> top = value;
                case 3 -> width = value;
                case 4 -> height = value;
                default -> { }
            }
        }
        into.boxes.add(classId, left, top, width, height);
    }

    private void box(Label into) throws Broken {
        long classId = LineFacts.NONE;
        double left = Double.NaN;
        double top = Double.NaN;
        double width = Double.NaN;
        double height = Double.NaN;
        while (cursor.nextKey(boxKeys)) {
            switch (boxKeys.field()) {
                case 0 -> {
                    Kind kind = cursor.value();
                    classId = whole(kind);
                    cursor.skip(kind);
                }
                case 1 -> left = number();
                case 2 -> top = number();
                case 3 -> width = number();
                case 4 -> height = number();
                default -> cursor.skip(cursor.value());
            }
        }
        into.boxes.add(classId, left, top, width, height);
    }

    private void spans(Spans into) throws Broken {
        while (cursor.nextKey()) {
            if (cursor.keyIs(ENTITIES)) {
                into.entitiesKind = cursor.value();
                if (into.entitiesKind == Kind.ARRAY) {
                    entities(into);
                } else {
                    cursor.skip(into.entitiesKind);
                }
            } else if (cursor.keyIs(LABELS)) {
                into.labelsKind = cursor.value();
                if (into.labelsKind == Kind.ARRAY) {
                    categories(into);
                } else {
                    cursor.skip(into.labelsKind);
                }
            } else {
                cursor.skip(cursor.value());
            }
        }
    }

    private void entities(Spans into) throws Broken {
        for (; cursor.nextItem(); into.entities++) {
            Kind item = cursor.value();
            if (item == Kind.OBJECT) {
                entity(into);
            } else {
                into.firstNoObject = into.noObjects++ == 0 ? into.entities : into.firstNoObject;
                cursor.skip(item);
            }
        }
    }

    private void entity(Spans into) throws Broken {
        int labelFrom = -1;
        int labelTo = -1;
        long start = LineFacts.NONE;
        long end = LineFacts.NONE;
        while (cursor.nextKey()) {
            if (cursor.keyIs(LABEL)) {
                Kind kind = cursor.value();
                if (kind == Kind.TEXT) {
                    labelFrom = cursor.textFrom();
                    labelTo = cursor.textTo();
                } else {
                    cursor.skip(kind);
                }
            } else if (cursor.keyIs(START_OFFSET)) {
                start = wholeNumber();
            } else if (cursor.keyIs(END_OFFSET)) {
                end = wholeNumber();
            } else {
                cursor.skip(cursor.value());
            }
        }
        into.add(into.entities, labelFrom, labelTo, start, end);
    }

    /** The category list: a class's id is its place in it. */
    private void categories(Spans into) throws Broken {
        for (int place = 0; cursor.nextItem(); place++) {
            String name = null;
            Kind item = cursor.value();
            if (item == Kind.OBJECT) {
                while (cursor.nextKey()) {
                    if (cursor.keyIs(LABEL)) {
                        name = textOrNull();
                    } else {
                        cursor.skip(cursor.value());
                    }
                }
            } else {
                cursor.skip(item);
            }
            if (place <= LineJudge.MAX_CLASS_ID) {
                into.categories.add(name);
            }
            if (name == null || place > LineJudge.MAX_CLASS_ID) {
                into.firstNoName = into.noNames++ == 0 ? place : into.firstNoName;
            }
        }
    }

    /** A text that stands there in the line just scanned. */
    String text(int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\\') {
                return JsonText.string(bytes, from, to, true);
            }
        }
        return texts.text(bytes, from, to);
    }

    // Scalars

    /** The value that comes next, if it is a whole number and no text. */
    private long wholeNumber() throws Broken {
        Kind kind = cursor.value();
        if (kind == Kind.NUMBER) {
            return cursor.wholeOr(LineFacts.BAD);
        }
        cursor.skip(kind);
        return kind == Kind.NULL ? LineFacts.NONE : LineFacts.BAD;
    }

    private double number() throws Broken {
        return numberOf(cursor.value());
    }

    private double numberOf(Kind kind) throws Broken {
        if (kind == Kind.NUMBER) {
            return cursor.number64();
        }
        cursor.skip(kind);
        return Double.NaN;
    }

    private String textOrNull() throws Broken {
        Kind kind = cursor.value();
        if (kind != Kind.TEXT) {
            cursor.skip(kind);
            return null;
        }
        return cursor.textEscaped()
                ? JsonText.string(bytes, cursor.textFrom(), cursor.textTo(), true)
                : texts.text(bytes, cursor.textFrom(), cursor.textTo());
    }

    /** The value just begun as a whole number, which may also be written as text. */
    private long whole(Kind kind) {
        return switch (kind) {
            case NUMBER -> cursor.wholeOr(LineFacts.BAD);
            case TEXT -> wholeText();
            case NULL -> LineFacts.NONE;
            default -> LineFacts.BAD;
        };
    }

    private long wholeText() {
        return cursor.wholeTextOr(LineFacts.BAD);
    }
}

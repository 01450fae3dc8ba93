package dev.truepipe.manifest;

import dev.truepipe.manifest.JsonCursor.Kind;
import java.util.Arrays;

/**
 * What one line says, as far as any rule asks. Filled by {@link LineScanner}, good until its next line: most of it points
 * into the line's bytes.
 */
final class LineFacts {
    /** A whole number that is absent. */
    static final long NONE = Long.MIN_VALUE;
    /** A whole number written as something else. */
    static final long BAD = Long.MIN_VALUE + 1;

    private static final int MANY_ATTRIBUTES = 1 << 14;

    final Slice sourceRef = new Slice();
    final Slice source = new Slice();
    /** The group attribute's value; absent unless it is text, a number or a truth value. */
    final Slice group = new Slice();
    /** Content of the attribute that was asked for. */
    final Label label = new Label();
    /** Metadata of that attribute; meaningless unless {@link #labelMetadataGiven}. */
    final Metadata labelMetadata = Metadata.withClasses();
    boolean labelMetadataGiven;

    /** All top-level attributes but the object, three numbers each: where the name begins and ends, where its value begins. */
    private int[] attributes = new int[3 * 16];
    private int attributeCount;

    void clear() {
        sourceRef.kind = Kind.ABSENT;
        source.kind = Kind.ABSENT;
        group.kind = Kind.ABSENT;
        label.clear();
        labelMetadata.clear();
        labelMetadataGiven = false;
        attributeCount = 0;
        if (attributes.length > MANY_ATTRIBUTES) {
            // One odd line holds no memory.
            attributes = new int[3 * 16];
        }
    }

    void attribute(int nameFrom, int nameTo, int valueAt) {
        int at = 3 * attributeCount++;
        if (at == attributes.length) {
            attributes = Arrays.copyOf(attributes, 2 * at);
        }
        attributes[at] = nameFrom;
        attributes[at + 1] = nameTo;
        attributes[at + 2] = valueAt;
    }

    int attributeCount() {
        return attributeCount;
    }

    int nameFrom(int attribute) {
        return attributes[3 * attribute];
    }

    int nameTo(int attribute) {
        return attributes[3 * attribute + 1];
    }

    int valueAt(int attribute) {
        return attributes[3 * attribute + 2];
    }

    /** A scalar, as a place in the line: a text without its quotes, anything else as it is spelt. */
    static final class Slice {
        Kind kind = Kind.ABSENT;
        int from;
        int to;
        boolean escaped;

        boolean given() {
            return kind != Kind.ABSENT;
        }

        void copy(Slice other) {
            kind = other.kind;
            from = other.from;
            to = other.to;
            escaped = other.escaped;
        }

        /** Its content; only of a text the escapes are decoded. */
        String string(byte[] line) {
            return JsonText.string(line, from, to, escaped);
        }
    }

    /** What a value looks like, where that tells a task. */
    enum Shape {
        /** An object with an array {@code annotations}. */
        BOXES,
        /** An object whose {@code annotations} are an object with an array {@code entities}. */
        SPANS,
        /** An array of whole numbers. */
        CLASS_IDS,
        /** A text that begins with {@code s3://}. */
        URI,
        OTHER
    }

    /** An attribute's value. @param whole its whole-number value; {@link #NONE} or {@link #BAD} */
    record Value(Kind kind, long whole, Shape shape) {}

    /** Metadata of a label. Texts that are absent are {@code null}. */
    static final class Metadata {
        boolean isObject;
        String type;
        /** Whether there is a {@code creation-date}; {@link #created} is unknown if it cannot be read. */
        boolean createdGiven;
        long created;
        final Slice creationDate = new Slice();
        /** Of the labeling job. */
        String jobName;
        String className;
        boolean classNameBad;
        boolean failed;
        String failureReason;
        boolean adjusted;
        /** Length of {@code objects}, or -1. */
        int objects;
        /** Length of {@code entities}, or -1. */
        int entities;
        Kind classMapKind;
        /** A key of the class map that is no class id, or one for the second time, or has no name; {@code null} if all are fine. */
        String classMapProblem;
        /** {@code null} if nobody asks for it. */
        final ClassUses classMap;
        /** Of {@code internal-color-map}. */
        Kind colorMapKind;
        /** A key of the color map that is no class id, or one for the second time, or has no name; {@code null} if all are fine. */
        String colorMapProblem;
        /** Classes of the color map; {@code null} if nobody asks for it. */
        final ClassUses colorMap;

        private Metadata(ClassUses classMap, ClassUses colorMap) {
            this.classMap = classMap;
            this.colorMap = colorMap;
            clear();
        }

        /** For the label that a line is judged by. */
        static Metadata withClasses() {
            return new Metadata(new ClassUses(), new ClassUses());
        }

        /** For any other: a line may have thousands. */
        static Metadata withoutClasses() {
            return new Metadata(null, null);
        }

        void clear() {
            isObject = false;
            type = null;
            createdGiven = false;
            created = CreationDate.UNKNOWN;
            creationDate.kind = Kind.ABSENT;
            jobName = null;
            className = null;
            classNameBad = false;
            failed = false;
            failureReason = null;
            adjusted = false;
            objects = -1;
            entities = -1;
            classMapKind = Kind.ABSENT;
            classMapProblem = null;
            colorMapKind = Kind.ABSENT;
            colorMapProblem = null;
            if (classMap != null) {
                classMap.clear();
                colorMap.clear();
            }
        }

        Task task() {
            return Task.ofType(type);
        }

        /** Whether a class that the class map lacks is unknown: a map that is empty, or not readable to its end, tells nothing of it. */
        boolean knowsClasses() {
            return classMap.count() > 0 && classMapProblem == null;
        }
    }

    /** A label's content, whatever the task: what it looks like decides what is kept of it. */
    static final class Label {
        Kind kind;
        /** For a single class. */
        long whole;
        /** Where a text stands; meaningless if it is none. */
        final Slice text = new Slice();
        /** Length of a list. */
        int items;
        /** Places (from 0) of a list's items that are no class id: the first, and how many. */
        int firstNoId;
        int noIds;
        /** The class ids of a list, each with the times it is there. */
        final ClassUses ids = new ClassUses();
        final Spans spans = new Spans();
        Kind imageSizeKind;
        int imageSizes;
        double width;
        double height;
        double depth;
        boolean depthGiven;
        Kind annotationsKind;
        /** Places (from 0) of annotations that are no object: the first, and how many. */
        int firstNoObject;
        int noObjects;
        final Boxes boxes = new Boxes();

        Label() {
            clear();
        }

        void clear() {
            kind = Kind.ABSENT;
            whole = NONE;
            text.kind = Kind.ABSENT;
            items = 0;
            firstNoId = -1;
            noIds = 0;
            ids.clear();
            spans.clear();
            imageSizeKind = Kind.ABSENT;
            imageSizes = 0;
            width = Double.NaN;
            height = Double.NaN;
            depth = Double.NaN;
            depthGiven = false;
            annotationsKind = Kind.ABSENT;
            firstNoObject = -1;
            noObjects = 0;
            boxes.clear();
        }
    }

    /** Annotations, five numbers each. Those that are absent or no numbers are NaN, ids {@link #NONE} or {@link #BAD}. */
    static final class Boxes {
        private static final int FEW = 32;
        private static final int MANY = 1 << 12;

        int count;
        long[] classId = new long[FEW];
        double[] left = new double[FEW];
        double[] top = new double[FEW];
        double[] width = new double[FEW];
        double[] height = new double[FEW];

        void clear() {
            count = 0;
            if (classId.length > MANY) {
                // One odd line holds no memory.
                resize(FEW);
            }
        }

        private void resize(int size) {
            classId = Arrays.copyOf(classId, size);
            left = Arrays.copyOf(left, size);
            top = Arrays.copyOf(top, size);
            width = Arrays.copyOf(width, size);
            height = Arrays.copyOf(height, size);
        }

        void add(long classId, double left, double top, double width, double height) {
            if (count == this.classId.length) {
                resize(2 * count);
            }
            this.classId[count] = classId;
            this.left[count] = left;
            this.top[count] = top;
            this.width[count] = width;
            this.height[count] = height;
            count++;
        }

        boolean complete(int box) {
            return Double.isFinite(left[box]) && Double.isFinite(top[box]) && Double.isFinite(width[box]) && Double.isFinite(height[box]);
        }
    }

    /**
     * Entities of a text, and the category list their labels come from. Only those that are whole are kept; of the others the
     * first is, and their number, so that a line holds no more memory than it has bytes.
     */
    static final class Spans {
        private static final int MANY = 1 << 12;

        Kind entitiesKind;
        Kind labelsKind;
        /** Length of {@code entities}. */
        int entities;
        /** Places (from 0) of entities that are no object: the first, and how many. */
        int firstNoObject;
        int noObjects;
        /** Places of entities without a label or offsets that can be: the first, its offsets, whether it has a label, and how many. */
        int firstInvalid;
        boolean firstInvalidLabeled;
        long firstInvalidStart;
        long firstInvalidEnd;
        int invalid;
        /** The places of {@code labels} that hold no name, or lie beyond the highest class id: the first, and how many. */
        int firstNoName;
        int noNames;
        final CategoryList categories = new CategoryList();

        /** Entities that are whole. */
        int count;
        int[] place = new int[32];
        /** Where the label stands in the line. */
        int[] labelFrom = new int[32];
        int[] labelTo = new int[32];
        long[] start = new long[32];
        long[] end = new long[32];

        void clear() {
            entitiesKind = Kind.ABSENT;
            labelsKind = Kind.ABSENT;
            entities = 0;
            firstNoObject = -1;
            noObjects = 0;
            firstInvalid = -1;
            invalid = 0;
            firstNoName = -1;
            noNames = 0;
            count = 0;
            categories.begin();
            if (place.length > MANY) {
                // One odd line holds no memory.
                grow(32);
            }
        }

        /** Adds an entity. @param labelFrom -1 if its label is no text */
        void add(int entity, int labelFrom, int labelTo, long start, long end) {
            if (labelFrom < 0 || start < 0 || end <= start) {
                if (invalid++ == 0) {
                    firstInvalid = entity;
                    firstInvalidLabeled = labelFrom >= 0;
                    firstInvalidStart = start;
                    firstInvalidEnd = end;
                }
                return;
            }
            if (count == place.length) {
                grow(2 * count);
            }
            place[count] = entity;
            this.labelFrom[count] = labelFrom;
            this.labelTo[count] = labelTo;
            this.start[count] = start;
            this.end[count] = end;
            count++;
        }

        private void grow(int length) {
            place = Arrays.copyOf(place, length);
            labelFrom = Arrays.copyOf(labelFrom, length);
            labelTo = Arrays.copyOf(labelTo, length);
            start = Arrays.copyOf(start, length);
            end = Arrays.copyOf(end, length);
        }
    }
}

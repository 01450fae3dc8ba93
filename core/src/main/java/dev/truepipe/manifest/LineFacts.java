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

        /** Its content; only of a text the escapes are decoded. */
        String string(byte[] line) {
            return JsonText.string(line, from, to, escaped);
        }
    }

    /** Shape of an attribute. @param whole its whole-number value; {@link #NONE} or {@link #BAD}
     *  @param boxes whether it is an object with an array {@code annotations} */
    record Value(Kind kind, long whole, boolean boxes) {}

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
        Kind classMapKind;
        /** A key or value of the class map that is none, or {@code null}. */
        String classMapProblem;
        /** {@code null} if nobody asks for it. */
        final ClassUses classMap;

        private Metadata(ClassUses classMap) {
            this.classMap = classMap;
            clear();
        }

        /** For the label that a line is judged by. */
        static Metadata withClasses() {
            return new Metadata(new ClassUses());
        }

        /** For any other: a line may have thousands. */
        static Metadata withoutClasses() {
            return new Metadata(null);
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
            classMapKind = Kind.ABSENT;
            classMapProblem = null;
            if (classMap != null) {
                classMap.clear();
            }
        }

        Task task() {
            return Task.ofType(type);
        }
    }

    /** A label's content. */
    static final class Label {
        Kind kind;
        /** For a single class. */
        long whole;
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
            imageSizeKind = Kind.ABSENT;
            imageSizes = 0;
            width = Double.NaN;
            height = Double.NaN;
            depth = Double.NaN;
            depthGiven = false;
            annotationsKind = Kind.ABSENT;
            firstNoObject = -1;
            noObjects = 0;
            boxes.count = 0;
        }
    }

    /** Annotations, five numbers each. Those that are absent or no numbers are NaN, ids {@link #NONE} or {@link #BAD}. */
    static final class Boxes {
        int count;
        long[] classId = new long[32];
        double[] left = new double[32];
        double[] top = new double[32];
        double[] width = new double[32];
        double[] height = new double[32];

        void add(long classId, double left, double top, double width, double height) {
            if (count == this.classId.length) {
                this.classId = Arrays.copyOf(this.classId, 2 * count);
                this.left = Arrays.copyOf(this.left, 2 * count);
                this.top = Arrays.copyOf(this.top, 2 * count);
                this.width = Arrays.copyOf(this.width, 2 * count);
                this.height = Arrays.copyOf(this.height, 2 * count);
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
}

package dev.truepipe.manifest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one line says, as far as any rule asks. Values that no rule asks for are not kept. */
final class LineFacts {
    /** Kind of a JSON value. */
    enum Kind { ABSENT, NULL, TEXT, NUMBER, TRUTH, OBJECT, ARRAY }

    /** A whole number that is absent or is not one. */
    static final long NONE = Long.MIN_VALUE;
    /** A whole number written as something else. */
    static final long BAD = Long.MIN_VALUE + 1;

    Kind sourceRefKind = Kind.ABSENT;
    /** The value of {@code source-ref}, if it is text of a possible length. */
    String sourceRef;
    Kind sourceKind = Kind.ABSENT;
    /** Hash input of {@code source}. */
    String source;
    /** The group attribute's value as text, or {@code null}. */
    String group;

    /** Top-level attributes that are neither metadata nor the object, in order. */
    final Map<String, Value> values = new LinkedHashMap<>();
    /** What ends in {@code -metadata}, by the name before it, in order. */
    final Map<String, Metadata> metadata = new LinkedHashMap<>();
    /** Content of the attribute that was asked for. */
    Label label;

    /** Shape of an attribute. @param whole its whole-number value; {@link #NONE} or {@link #BAD}
     *  @param boxes whether it is an object with an array {@code annotations} */
    record Value(Kind kind, long whole, boolean boxes) {}

    /** Metadata of a label. Whatever is absent is {@code null}. */
    static final class Metadata {
        boolean isObject;
        String type;
        String creationDate;
        String className;
        boolean classNameBad;
        boolean failed;
        String failureReason;
        boolean adjusted;
        /** Length of {@code objects}, or -1. */
        int objects = -1;
        Kind classMapKind = Kind.ABSENT;
        /** A key or value of the class map that is none, or {@code null}. */
        String classMapProblem;
        Map<Integer, String> classMap;

        Task task() {
            return Task.ofType(type);
        }
    }

    /** A label's content. */
    static final class Label {
        Kind kind = Kind.ABSENT;
        /** For a single class. */
        long whole = NONE;
        Kind imageSizeKind = Kind.ABSENT;
        int imageSizes;
        double width = Double.NaN;
        double height = Double.NaN;
        double depth = Double.NaN;
        boolean depthGiven;
        Kind annotationsKind = Kind.ABSENT;
        /** Places (from 0) of annotations that are no object: the first, and how many. */
        int firstNoObject = -1;
        int noObjects;
        final List<Box> boxes = new ArrayList<>();
    }

    /** One annotation. Numbers that are absent or no numbers are NaN. */
    record Box(long classId, double left, double top, double width, double height) {
        boolean complete() {
            return Double.isFinite(left) && Double.isFinite(top) && Double.isFinite(width) && Double.isFinite(height);
        }
    }
}

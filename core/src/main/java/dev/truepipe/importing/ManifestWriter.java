package dev.truepipe.importing;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.truepipe.manifest.Task;
import dev.truepipe.split.Hash128;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Judges and writes the lines of an imported manifest: no format writes its own.
 *
 * <p>Use: {@link #begin}; then what is known of the object ({@link #size}, {@link #date}) and its annotations, in their order ({@link #box},
 * {@link #classified}, {@link #span}, {@link #dropped}); then {@link #end}, which writes the line or says why there is none.
 *
 * <p>A box that reaches out of its image by up to a pixel stays as it is, as {@code check} has it; by more it is clipped, with a warning. An
 * object that came with annotations of which none is left is left out: it is no negative. One that came without is written as a negative,
 * with a warning, or for a single class left out.
 *
 * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html">Output data</a>, whose shape the lines have
 */
public final class ManifestWriter {
    /** A box may stand out of its image by this many pixels. */
    private static final double BORDER_PIXELS = 1;
    /** Beyond, whole numbers of a double are not exact. */
    private static final double EXACT = 1L << 53;
    private static final int USUAL_DEPTH = 3;

    private static final JsonFactory FACTORY = JsonFactory.builder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8).build();

    private final String label;
    private final Task task;
    private final ClassList classes;
    private final String jobName;
    private final ObjectUris uris;
    private final ImportReport report;
    private final JsonGenerator json;
    private final Hashes objects = new Hashes();

    // The object at hand.
    private Place place;
    private String source;
    private boolean isText;
    private int width;
    private int height;
    private int depth;
    private Instant created;
    private boolean human;
    private ImportCode refusedFor;
    private String refusedBecause;
    private int met;
    /** Of those met, labels of another kind: without any of this kind an object is a negative all the same. */
    private int others;
    private int kept;
    private int[] ids = new int[64];
    /** Four numbers for each annotation: left, top, width, height; or start and end. */
    private double[] numbers = new double[4 * 64];
    private double[] confidences = new double[64];

    ManifestWriter(OutputStream out, String label, Task task, ClassList classes, String format, ObjectUris uris, ImportReport report) throws IOException {
        this.label = label;
        this.task = task;
        this.classes = classes;
        this.jobName = "imported/" + format;
        this.uris = uris;
        this.report = report;
        this.json = FACTORY.createGenerator(out, JsonEncoding.UTF8).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.setRootValueSeparator(new SerializedString(""));
    }

    ObjectUris uris() {
        return uris;
    }

    /** Where an object lies. */
    @FunctionalInterface
    interface Address {
        /** @return an S3 URI that is one */
        String uri() throws ObjectUris.Unusable;
    }

    /** Starts on an object in S3. @param reference as the tool names it */
    void begin(Place at, String reference) {
        begin(at, () -> uris.uri(reference));
    }

    /** Starts on an object in S3 that is found in a way of its own. */
    void begin(Place at, Address address) {
        clear(at);
        try {
            source = address.uri();
        } catch (ObjectUris.Unusable e) {
            refuse(e.code, e.getMessage());
        }
    }

    /** Starts on a text. */
    void beginText(Place at, String text) {
        clear(at);
        isText = true;
        source = text;
        if (text == null || text.isEmpty()) {
            refuse(ImportCode.SOURCE_MISSING, "no text");
        } else if (!ObjectUris.wellFormed(text)) {
            refuse(ImportCode.SOURCE_INVALID, "the text has half of a surrogate pair");
        }
    }

    private void clear(Place at) {
        place = at;
        source = null;
        isText = false;
        width = 0;
        height = 0;
        depth = USUAL_DEPTH;
        created = null;
        human = true;
        refusedFor = null;
        refusedBecause = null;
        met = 0;
        others = 0;
        kept = 0;
    }

    /** Of the image, in pixels. */
    void size(int pixelsWide, int pixelsHigh) {
        width = pixelsWide;
        height = pixelsHigh;
    }

    /** Of the image, in channels. */
    void depth(int channels) {
        depth = channels;
    }

    /** When it was labeled; {@code null} if nobody knows. */
    void date(Instant labeled) {
        created = labeled;
    }

    /** A model made some of the annotations. */
    void byModel() {
        human = false;
    }

    /** The object will be left out; the first reason counts. */
    void refuse(ImportCode code, String what) {
        if (refusedFor == null) {
            refusedFor = code;
            refusedBecause = what;
        }
    }

    /** A box, in pixels. @param at asked only if something is wrong with it */
    void box(String className, double left, double top, double wide, double high, double confidence, Supplier<Place> at) throws IOException {
        met++;
        int id = known(className, at);
        if (id < 0) {
            return;
        }
        if (!Double.isFinite(left) || !Double.isFinite(top) || !Double.isFinite(wide) || !Double.isFinite(high)) {
            report.find(ImportCode.BOX_INVALID, at.get(), "the box is left " + left + ", top " + top + ", " + wide + " × " + high);
        } else if (wide <= 0 || high <= 0) {
            report.find(ImportCode.BOX_EMPTY, at.get(), "the box is " + plain(wide) + " × " + plain(high) + " pixels");
        } else if (width > 0 && height > 0 && (left >= width || top >= height || left + wide <= 0 || top + high <= 0)) {
            report.find(ImportCode.BOX_OUTSIDE_IMAGE, at.get(), reaches("lies outside", left, top, wide, high));
        } else if (width > 0 && height > 0 && (left < -BORDER_PIXELS || top < -BORDER_PIXELS || left + wide > width + BORDER_PIXELS || top + high > height + BORDER_PIXELS)) {
            report.find(ImportCode.BOX_CLIPPED, at.get(), reaches("reaches out of", left, top, wide, high));
            double fromLeft = Math.max(left, 0);
            double fromTop = Math.max(top, 0);
            keep(id, confidence, fromLeft, fromTop, Math.min(left + wide, width) - fromLeft, Math.min(top + high, height) - fromTop);
        } else {
            keep(id, confidence, left, top, wide, high);
        }
    }

    private String reaches(String how, double left, double top, double wide, double high) {
        return String.format(Locale.ROOT, "the box (left %s, top %s, %s × %s) %s the image of %d × %d pixels", plain(left), plain(top), plain(wide), plain(high), how, width, height);
    }

    /** A class of the whole object. */
    void classified(String className, double confidence, Supplier<Place> at) throws IOException {
        met++;
        int id = known(className, at);
        if (id < 0) {
            return;
        }
        for (int i = 0; i < kept; i++) {
            if (ids[i] == id) {
                report.find(ImportCode.ANNOTATION_INVALID, at.get(), "the object is \"" + ImportReport.shown(className) + "\" twice");
                return;
            }
        }
        if (kept == 1 && !task.multiLabel()) {
            report.find(ImportCode.ANNOTATION_INVALID, at.get(), "the object has a class already, \"" + classes.name(ids[0]) + "\", beside \"" + ImportReport.shown(className) + "\"");
            return;
        }
        keep(id, confidence, 0, 0, 0, 0);
    }

    /** A part of a text. @param start first character, from 0, in code points @param end first character behind it */
    void span(String className, int start, int end, double confidence, Supplier<Place> at) throws IOException {
        met++;
        int id = known(className, at);
        if (id < 0) {
            return;
        }
        int length = source == null ? 0 : source.codePointCount(0, source.length());
        if (start < 0 || end <= start || end > length) {
            report.find(ImportCode.SPAN_INVALID, at.get(), "the span goes from " + start + " to " + end + ", and the text has " + length + " characters");
            return;
        }
        keep(id, confidence, start, end, 0, 0);
    }

    /** An annotation that the format's reader cannot use. */
    void dropped(ImportCode code, String what, Supplier<Place> at) throws IOException {
        met++;
        report.find(code, at.get(), what);
    }

    /** A label of another kind than this import takes. */
    void other(String what, Supplier<Place> at) throws IOException {
        others++;
        dropped(ImportCode.OTHER_LABEL, what, at);
    }

    /** Something odd that stays. */
    void warn(ImportCode code, Place at, String what) throws IOException {
        report.find(code, at, what);
    }

    /** Annotations that belong to no object, or an object that cannot even be begun. @param annotations it has */
    void lost(ImportCode code, Place at, String what, int annotations) throws IOException {
        report.met(annotations);
        report.skippedImage(annotations);
        report.find(code, at, what);
    }

    /** An annotation that belongs to no object. */
    void orphan(ImportCode code, Place at, String what) throws IOException {
        report.metAnnotation();
        report.skippedAnnotations(1);
        report.find(code, at, what);
    }

    private int known(String className, Supplier<Place> at) throws IOException {
        int id = className == null ? -1 : classes.id(className);
        if (id < 0) {
            report.find(ImportCode.UNKNOWN_CLASS, at.get(), className == null ? "no class" : "\"" + ImportReport.shown(className) + "\" is none of the " + classes.size() + " classes");
        }
        return id;
    }

    private void keep(int id, double confidence, double a, double b, double c, double d) {
        if (kept == ids.length) {
            ids = Arrays.copyOf(ids, 2 * kept);
            confidences = Arrays.copyOf(confidences, 2 * kept);
            numbers = Arrays.copyOf(numbers, 8 * kept);
        }
        ids[kept] = id;
        confidences[kept] = confidence;
        numbers[4 * kept] = a;
        numbers[4 * kept + 1] = b;
        numbers[4 * kept + 2] = c;
        numbers[4 * kept + 3] = d;
        kept++;
    }

    /** Writes the object's line, or leaves it out and says why. */
    void end() throws IOException {
        report.met(met);
        boolean boxes = task.equals(Task.OBJECT_DETECTION);
        if (refusedFor == null && boxes && (width <= 0 || height <= 0)) {
            refuse(ImportCode.IMAGE_SIZE_MISSING, "the image's width and height are not known");
        }
        if (refusedFor == null && met == others && !boxes && !task.multiLabel() && !task.equals(Task.TEXT_SPAN)) {
            refuse(ImportCode.LABEL_ABSENT, "the object has no class");
        }
        if (refusedFor == null && met > others && kept == 0) {
            int lost = met - others;
            refuse(ImportCode.NOTHING_LEFT, lost == 1 ? "its only annotation was left out" : "all of its " + lost + " annotations were left out");
        }
        if (refusedFor != null) {
            report.find(refusedFor, place, refusedBecause);
            report.skippedImage(met);
            return;
        }
        if (met == others) {
            report.find(ImportCode.EMPTY_ANNOTATIONS, place, "no annotation on this object");
        }
        if (!objects.add(Hash128.of(source).high())) {
            report.find(ImportCode.DUPLICATE_OBJECT, place, isText ? "the same text was there before" : source + " was there before");
        }
        report.skippedAnnotations(met - kept);
        for (int i = 0; i < kept; i++) {
            report.kept(ids[i]);
        }
        report.wrote();
        write();
    }

    private void write() throws IOException {
        json.writeStartObject();
        json.writeStringField(isText ? "source" : "source-ref", source);
        json.writeFieldName(label);
        if (task.equals(Task.OBJECT_DETECTION)) {
            boxes();
        } else if (task.equals(Task.TEXT_SPAN)) {
            spans();
        } else if (task.multiLabel()) {
            json.writeStartArray();
            for (int i = 0; i < kept; i++) {
                json.writeNumber(ids[i]);
            }
            json.writeEndArray();
        } else {
            json.writeNumber(ids[0]);
        }
        json.writeObjectFieldStart(label + "-metadata");
        if (task.equals(Task.OBJECT_DETECTION)) {
            confidences("objects");
            classMap();
        } else if (task.equals(Task.TEXT_SPAN)) {
            confidences("entities");
        } else if (task.multiLabel()) {
            classMap();
            json.writeObjectFieldStart("confidence-map");
            for (int i = 0; i < kept; i++) {
                json.writeFieldName(Integer.toString(ids[i]));
                number(confidences[i]);
            }
            json.writeEndObject();
        } else {
            json.writeStringField("class-name", classes.name(ids[0]));
            json.writeFieldName("confidence");
            number(confidences[0]);
        }
        json.writeStringField("type", task.type());
        json.writeStringField("human-annotated", human ? "yes" : "no");
        if (created != null) {
            json.writeStringField("creation-date", Moment.written(created));
        }
        json.writeStringField("job-name", jobName);
        json.writeEndObject();
        json.writeEndObject();
        json.writeRaw('\n');
    }

    private void boxes() throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("image_size");
        json.writeStartObject();
        json.writeNumberField("width", width);
        json.writeNumberField("height", height);
        json.writeNumberField("depth", depth);
        json.writeEndObject();
        json.writeEndArray();
        json.writeArrayFieldStart("annotations");
        for (int i = 0; i < kept; i++) {
            json.writeStartObject();
            json.writeNumberField("class_id", ids[i]);
            json.writeFieldName("left");
            number(numbers[4 * i]);
            json.writeFieldName("top");
            number(numbers[4 * i + 1]);
            json.writeFieldName("width");
            number(numbers[4 * i + 2]);
            json.writeFieldName("height");
            number(numbers[4 * i + 3]);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void spans() throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("annotations");
        json.writeArrayFieldStart("labels");
        for (String name : classes.inOrder()) {
            json.writeStartObject();
            json.writeStringField("label", name);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("entities");
        for (int i = 0; i < kept; i++) {
            json.writeStartObject();
            json.writeStringField("label", classes.name(ids[i]));
            json.writeNumberField("startOffset", (int) numbers[4 * i]);
            json.writeNumberField("endOffset", (int) numbers[4 * i + 1]);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
    }

    private void confidences(String field) throws IOException {
        json.writeArrayFieldStart(field);
        for (int i = 0; i < kept; i++) {
            json.writeStartObject();
            json.writeFieldName("confidence");
            number(confidences[i]);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** The classes that the object has, by id. */
    private void classMap() throws IOException {
        int[] sorted = Arrays.copyOf(ids, kept);
        Arrays.sort(sorted);
        json.writeObjectFieldStart("class-map");
        for (int i = 0; i < kept; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                json.writeStringField(Integer.toString(sorted[i]), classes.name(sorted[i]));
            }
        }
        json.writeEndObject();
    }

    private void number(double value) throws IOException {
        if (value == Math.rint(value) && Math.abs(value) < EXACT) {
            json.writeNumber((long) value);
        } else {
            json.writeNumber(value);
        }
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < EXACT ? Long.toString((long) value) : Double.toString(value);
    }

    void finish() throws IOException {
        json.flush();
    }

    /** Hashes that were there before: open addressing, at most half full. */
    private static final class Hashes {
        private long[] slots = new long[1 << 10];
        private int count;

        /** @return whether it is new */
        boolean add(long hash) {
            if (2 * (count + 1) > slots.length) {
                long[] old = slots;
                slots = new long[2 * old.length];
                for (long one : old) {
                    if (one != 0) {
                        slots[slot(one)] = one;
                    }
                }
            }
            long given = hash == 0 ? 1 : hash;
            int slot = slot(given);
            boolean isNew = slots[slot] == 0;
            slots[slot] = given;
            count += isNew ? 1 : 0;
            return isNew;
        }

        private int slot(long hash) {
            int slot = (int) hash & slots.length - 1;
            while (slots[slot] != 0 && slots[slot] != hash) {
                slot = slot + 1 & slots.length - 1;
            }
            return slot;
        }
    }
}

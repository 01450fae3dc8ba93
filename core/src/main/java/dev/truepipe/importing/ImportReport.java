package dev.truepipe.importing;

import java.io.IOException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an import counted and found.
 *
 * <p>Nothing is lost: images + annotations = written + the classes' annotations + skipped.
 */
public final class ImportReport {
    private static final int LONGEST_SHOWN = 200;

    /** Hears of each finding. */
    @FunctionalInterface
    public interface Listener {
        void found(ImportFinding finding) throws IOException;
    }

    /** Findings of one code. @param first the first of them */
    public record Entry(long count, ImportFinding first) {}

    private final Listener listener;
    private final Map<ImportCode, Entry> entries = new EnumMap<>(ImportCode.class);
    private long images;
    private long annotations;
    private long written;
    private long skipped;
    private ClassList classes = ClassList.NONE;
    private final TreeMap<Integer, Long> annotationsById = new TreeMap<>();

    ImportReport(Listener listener) {
        this.listener = listener;
    }

    void find(ImportCode code, Place place, String what) throws IOException {
        ImportFinding finding = new ImportFinding(code, place, what + "; " + code.cure());
        Entry entry = entries.get(code);
        entries.put(code, entry == null ? new Entry(1, finding) : new Entry(entry.count + 1, entry.first));
        listener.found(finding);
    }

    /** An object came in, with annotations or without. */
    void met(long annotationsOfIt) {
        images++;
        annotations += annotationsOfIt;
    }

    /** An annotation came in that belongs to no object. */
    void metAnnotation() {
        annotations++;
    }

    void skippedImage(long annotationsOfIt) {
        skipped += 1 + annotationsOfIt;
    }

    void skippedAnnotations(long count) {
        skipped += count;
    }

    void wrote() {
        written++;
    }

    void kept(int classId) {
        annotationsById.merge(classId, 1L, Long::sum);
    }

    void classes(ClassList all) {
        classes = all;
    }

    /** Text of somebody else's, short enough for a message. */
    static String shown(String text) {
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
    }

    /** Objects that came in: images, or texts. */
    public long images() {
        return images;
    }

    /** Annotations that came in: boxes, classes of an object, spans. */
    public long annotations() {
        return annotations;
    }

    /** Lines of the manifest. */
    public long written() {
        return written;
    }

    /** Objects and annotations that were left out; an object takes its annotations with it. */
    public long skipped() {
        return skipped;
    }

    /** Annotations written, by the name of their class, in the order of ids; classes without any are there too. */
    public Map<String, Object> annotationsByName() {
        Map<String, Object> byName = new LinkedHashMap<>();
        classes.names().forEach((id, name) -> byName.put(name, annotationsById.getOrDefault(id, 0L)));
        return byName;
    }

    /** One entry for each code found, in the order of {@link ImportCode}. */
    public Collection<Entry> entries() {
        return entries.values();
    }

    /** {@code {"images","annotations","written","skipped","classes":{name:count},"findings":{code:count}}}. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("images", images);
        json.put("annotations", annotations);
        json.put("written", written);
        json.put("skipped", skipped);
        json.put("classes", annotationsByName());
        Map<String, Object> findings = new LinkedHashMap<>();
        entries.forEach((code, entry) -> findings.put(code.code(), entry.count));
        json.put("findings", findings);
        return json;
    }
}

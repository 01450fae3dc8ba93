package dev.truepipe.dataset;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.Task;
import dev.truepipe.training.TrainingFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A {@code dataset.json}, read. Its fields are listed in {@code docs/interpretation.md}.
 *
 * @param json the whole document
 */
public record DatasetDocument(Map<String, Object> json) {
    static final String FORMAT = "truepipe-dataset-1";
    private static final int MOST_NAMED = 5;

    /** @throws IllegalArgumentException if the document is none, or of another format */
    public DatasetDocument {
        if (!FORMAT.equals(json.get("format"))) {
            throw new IllegalArgumentException("not a dataset.json of format " + FORMAT + ": its \"format\" is " + json.get("format"));
        }
    }

    /** The version, 64 hexadecimal digits. */
    public String version() {
        return (String) json.get("version");
    }

    /** Hash of the hold-out's lines and the class map: metrics of two models compare exactly where it is equal. */
    public String holdOut() {
        return (String) json.get("holdOut");
    }

    /** A count, such as {@code train}. */
    public long count(String field) {
        return (Long) json.get(field);
    }

    /** The gates that are not met; empty: worth training. */
    public List<Gate> gates() {
        List<Gate> gates = new ArrayList<>();
        for (Object item : Json.array(json.get("gates"))) {
            Map<String, Object> gate = Json.object(item);
            gates.add(new Gate((String) gate.get("gate"), (String) gate.get("message")));
        }
        return gates;
    }

    /**
     * How labeling jobs that did not agree were made one, in a sentence without a full stop; empty if no line was rewritten. Of
     * many label attributes the first few are named.
     */
    public Optional<String> reconciled() {
        if (json.get("reconciled") == null) {
            return Optional.empty();
        }
        Map<String, Object> reconciled = Json.object(json.get("reconciled"));
        List<Object> jobs = Json.array(reconciled.get("jobs"));
        String canonical = (String) reconciled.get("labelAttribute");
        long lines = 0;
        long classes = 0;
        SortedSet<String> renamed = new TreeSet<>();
        for (Object item : jobs) {
            Map<String, Object> job = Json.object(item);
            lines += (Long) job.get("lines");
            classes += Json.object(job.get("classes")).size();
            renamed.add((String) job.get("labelAttribute"));
        }
        renamed.remove(canonical);
        List<String> what = new ArrayList<>();
        if (!renamed.isEmpty()) {
            what.add(String.join(", ", renamed.stream().limit(MOST_NAMED).toList()) + (renamed.size() > MOST_NAMED ? ", …" : "") + " → " + canonical);
        }
        if (classes > 0) {
            what.add(counted(classes, "class", "classes") + " renumbered");
        }
        return Optional.of(counted(lines, "line", "lines") + " of " + (jobs.size() == 1 ? jobName(Json.object(jobs.getFirst())) : jobs.size() + " labeling jobs")
                + (lines == 1 ? " was" : " were") + " reconciled: " + String.join(", ", what));
    }

    private static String jobName(Map<String, Object> job) {
        return job.get("job") != null ? (String) job.get("job") : job.get("manifest") != null ? (String) job.get("manifest") : "all labeling jobs";
    }

    private static String counted(long count, String one, String several) {
        return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? one : several);
    }

    /** Class names by id. */
    public SortedMap<Integer, String> classNames() {
        return carried().classes();
    }

    /** What the next version takes over. */
    public CarriedState carried() {
        return CarriedState.fromDataset(json);
    }

    /** What training needs to know. */
    public TrainingFacts facts() {
        String task = (String) json.get("task");
        return new TrainingFacts(version(), task, (String) json.get("sourceAttribute"), (String) json.get("labelAttribute"),
                task != null && new Task(task).multiLabel(),
                count("train"), count("validation"), count("classCount"), count("mostAnnotations"));
    }
}

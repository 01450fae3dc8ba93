package dev.truepipe.manifest;

import dev.truepipe.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which labels a dataset is judged by. Chosen once, before any line is judged, so that no verdict depends on chunk borders.
 *
 * @param task {@code null} where nothing could be inferred
 * @param labels label attributes that are expected, the canonical one first; empty where nothing could be inferred
 * @param basis what the choice rests on
 */
public record LabelChoice(Task task, List<String> labels, Basis basis) {
    private static final int LONGEST_NAME = 127;
    private static final String ASK_THE_JOB = "use the name that the labeling job gave its label attribute";

    public LabelChoice {
        labels = List.copyOf(labels);
    }

    /** Task and labels as somebody gave them. */
    public LabelChoice(Task task, List<String> labels) {
        this(task, labels, new Basis(By.GIVEN, 0, 0));
    }

    /** What tells task and label attribute. */
    public enum By {
        /** The {@code type} in the metadata beside the label. */
        METADATA,
        /** What the label looks like. */
        SHAPE,
        /** Whoever asked; nothing was looked at. */
        GIVEN,
        /** Nothing: task and label attribute, or one of them, are not known. */
        NOTHING;

        /** As written in JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What a choice rests on.
     *
     * @param lines lines looked at, blank ones not counted
     * @param votes those that speak for the choice
     */
    public record Basis(By by, long lines, long votes) {
        /** A choice that fewer lines speak for is told of: below nine in ten. */
        private static final int DOUBTED_BELOW_PERCENT = 90;

        /** Whether so few lines speak for the choice that somebody should look at it. */
        public boolean doubtful() {
            return (by == By.METADATA || by == By.SHAPE) && votes * 100 < lines * DOUBTED_BELOW_PERCENT;
        }

        /** {@code {"by":…,"lines":…,"votes":…}}. */
        public Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("by", by.word());
            json.put("lines", lines);
            json.put("votes", votes);
            return json;
        }

        static Basis fromJson(Map<String, Object> json) {
            return new Basis(By.valueOf(((String) json.get("by")).toUpperCase(Locale.ROOT)), (Long) json.get("lines"), (Long) json.get("votes"));
        }
    }

    /** What is wrong with a name of a label attribute, and what to do. */
    public record NameProblem(String what, String cure) {}

    /**
     * Looks at the name of a label attribute.
     *
     * @see <a href="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateLabelingJob.html">LabelAttributeName</a>
     */
    public static Optional<NameProblem> problemOfName(String label) {
        if (label.isBlank()) {
            return Optional.of(new NameProblem("is empty", "give the name of the label attribute"));
        }
        if (label.length() > LONGEST_NAME) {
            return Optional.of(new NameProblem("is longer than " + LONGEST_NAME + " characters", ASK_THE_JOB));
        }
        if (label.equals("source") || label.equals("source-ref")) {
            return Optional.of(new NameProblem("is the labeled object itself", ASK_THE_JOB));
        }
        if (label.endsWith(LineScanner.METADATA_SUFFIX)) {
            String itself = label.substring(0, label.length() - LineScanner.METADATA_SUFFIX.length());
            return Optional.of(new NameProblem("only describes a label", "name the label itself" + (itself.isBlank() ? "" : ": " + itself)));
        }
        return Optional.empty();
    }

    /** The canonical label attribute, or {@code null} where nothing could be inferred. */
    public String labelAttribute() {
        return labels.isEmpty() ? null : labels.getFirst();
    }

    /** {@code {"task":…,"labels":[…],"inference":{…}}}. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("task", task == null ? null : task.name());
        json.put("labels", labels);
        json.put("inference", basis.toJson());
        return json;
    }

    /** Reverse of {@link #toJson}. */
    public static LabelChoice fromJson(Map<String, Object> json) {
        List<String> labels = new ArrayList<>();
        for (Object label : (List<?>) json.get("labels")) {
            labels.add((String) label);
        }
        return new LabelChoice(json.get("task") instanceof String task ? new Task(task) : null, labels,
                Basis.fromJson(Json.object(json.get("inference"))));
    }
}

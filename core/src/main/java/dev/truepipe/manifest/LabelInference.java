package dev.truepipe.manifest;

import dev.truepipe.manifest.JsonCursor.Kind;
import dev.truepipe.manifest.LineFacts.Metadata;
import dev.truepipe.manifest.LineFacts.Shape;
import dev.truepipe.manifest.LineFacts.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds out which label attribute a dataset is about and what it is for, from the first lines of its manifests.
 *
 * <p>Use: {@link #read} each manifest in processing order, then {@link #choose}. A label attribute {@code X} is one that
 * stands beside {@code X-metadata} with a {@code type} beginning {@code groundtruth/}; else one that looks like the label of a
 * task. On a line with several, tasks that can be trained come first, then custom ones, then an adjusted label, then the newest.
 * Each line has one vote, one longer than the head none; ties go to what was seen first.
 */
public final class LabelInference {
    /** How much of each manifest is looked at: the first 4 MiB, and in them 1,000 lines that are not blank. */
    static final int HEAD_BYTES = 4 << 20;
    static final int HEAD_LINES = 1_000;

    private final LineScanner scanner = new LineScanner(null);
    private final Task task;
    private final List<String> labels;
    private final Map<Ballot, Integer> votes = new LinkedHashMap<>();
    private final Map<Ballot, Integer> shapes = new LinkedHashMap<>();
    private final Map<Ballot, Integer> orphans = new LinkedHashMap<>();
    private long looked;

    private record Ballot(Task task, String label) {}

    /**
     * @param task what is known of the task, or {@code null}
     * @param labels the label attributes that are known, canonical first; may be empty
     */
    public LabelInference(Task task, List<String> labels) {
        this.task = task;
        this.labels = List.copyOf(labels);
    }

    /** Looks at the head of a manifest. @param manifest its name, for errors */
    public void read(String manifest, ByteSource source, boolean gzip) throws IOException {
        if (task != null && !labels.isEmpty()) {
            return;
        }
        int lines = 0;
        ManifestChunk head = new ManifestChunk(0, 0, manifest, 0, HEAD_BYTES, gzip);
        try (LineReader reader = new LineReader(source, head, HEAD_BYTES)) {
            while (lines < HEAD_LINES && reader.next() && reader.offset() < HEAD_BYTES) {
                if (!reader.blank()) {
                    lines++;
                    looked++;
                    if (!reader.tooLong()) {
                        line(reader.buffer(), reader.start(), (int) reader.length());
                    }
                }
            }
        }
    }

    private void line(byte[] bytes, int from, int length) {
        try {
            scanner.scan(bytes, from, length, null);
        } catch (LineScanner.Unreadable e) {
            // It gets its finding when it is judged; it has no vote.
            return;
        }
        List<Candidate> typed = new ArrayList<>();
        List<Candidate> shaped = new ArrayList<>();
        Map<String, Value> values = scanner.values();
        scanner.metadata().forEach((name, metadata) -> {
            Value value = values.get(name);
            if (value == null || !metadata.isObject || !labels.isEmpty() && !labels.contains(name)) {
                return;
            }
            Task said = metadata.task();
            if (said != null) {
                typed.add(new Candidate(name, said, metadata));
            } else {
                Task shape = shape(value, metadata, scanner.textAlone());
                if (shape != null && metadata.type == null) {
                    shaped.add(new Candidate(name, shape, metadata));
                }
            }
        });
        vote(typed, votes);
        vote(shaped, shapes);
        if (typed.isEmpty() && shaped.isEmpty()) {
            orphan(values);
        }
    }

    /** Boxes or spans without metadata, or classes under a name that was given. Bare numbers under any other name could be anything. */
    private void orphan(Map<String, Value> values) {
        List<Candidate> found = new ArrayList<>();
        values.forEach((name, value) -> {
            if (!labels.isEmpty() && !labels.contains(name)) {
                return;
            }
            Task task = ofAnnotations(value);
            if (task == null && !labels.isEmpty()) {
                boolean text = scanner.textAlone();
                task = value.whole() >= 0 ? text ? Task.TEXT_CLASSIFICATION : Task.IMAGE_CLASSIFICATION
                        : value.shape() == Shape.CLASS_IDS ? text ? Task.TEXT_CLASSIFICATION_MULTILABEL : Task.IMAGE_CLASSIFICATION_MULTILABEL
                        : null;
            }
            if (task != null) {
                found.add(new Candidate(name, task, Metadata.withoutClasses()));
            }
        });
        if (found.size() == 1) {
            vote(found, orphans);
        }
    }

    /**
     * The attribute that a line is best judged by, of those that have metadata and are for a task.
     *
     * @param text whether the object is a text in the line
     * @return {@code null} if there is none
     */
    static String best(Task task, Map<String, Value> values, Map<String, Metadata> all, boolean text) {
        Candidate best = null;
        for (Map.Entry<String, Metadata> entry : all.entrySet()) {
            Value value = values.get(entry.getKey());
            if (value != null && LabelChoice.problemOfName(entry.getKey()).isEmpty() && task.equals(task(value, entry.getValue(), text))) {
                Candidate candidate = new Candidate(entry.getKey(), task, entry.getValue());
                best = best == null || candidate.beats(best) ? candidate : best;
            }
        }
        return best == null ? null : best.name;
    }

    /** What a label is for: what its metadata says, else what it looks like. {@code null} where neither tells. */
    private static Task task(Value value, Metadata metadata, boolean text) {
        return metadata.type != null ? metadata.task() : metadata.isObject ? shape(value, metadata, text) : null;
    }

    private static Task shape(Value value, Metadata metadata, boolean text) {
        Task annotated = ofAnnotations(value);
        if (annotated != null) {
            return annotated;
        }
        if (value.shape() == Shape.CLASS_IDS && metadata.classMapKind == Kind.OBJECT) {
            return text ? Task.TEXT_CLASSIFICATION_MULTILABEL : Task.IMAGE_CLASSIFICATION_MULTILABEL;
        }
        if (value.shape() == Shape.URI && metadata.colorMapKind == Kind.OBJECT) {
            return Task.SEMANTIC_SEGMENTATION;
        }
        boolean single = value.kind() == Kind.NUMBER || value.kind() == Kind.TEXT;
        if (!single || value.whole() < 0 || metadata.className == null) {
            return null;
        }
        return text ? Task.TEXT_CLASSIFICATION : Task.IMAGE_CLASSIFICATION;
    }

    /** Boxes and spans are what they are without any metadata. */
    private static Task ofAnnotations(Value value) {
        return value.shape() == Shape.BOXES ? Task.OBJECT_DETECTION : value.shape() == Shape.SPANS ? Task.TEXT_SPAN : null;
    }

    private void vote(List<Candidate> candidates, Map<Ballot, Integer> into) {
        Candidate best = null;
        for (Candidate candidate : candidates) {
            if ((task == null || task.equals(candidate.task)) && (best == null || candidate.beats(best))) {
                best = candidate;
            }
        }
        if (best != null) {
            into.merge(new Ballot(best.task, best.name), 1, Integer::sum);
        }
    }

    /** The choice. Its task or labels may be missing where the manifests do not tell. */
    public LabelChoice choose() {
        if (task != null && !labels.isEmpty()) {
            return new LabelChoice(task, labels);
        }
        for (Map<Ballot, Integer> ballots : List.of(votes, shapes, orphans)) {
            Ballot winner = most(ballots);
            if (winner != null) {
                Task chosen = task != null ? task : winner.task();
                List<String> names = labels.isEmpty() ? List.of(winner.label()) : labels;
                long speakForIt = ballots.entrySet().stream()
                        .filter(ballot -> ballot.getKey().task().equals(chosen) && names.contains(ballot.getKey().label()))
                        .mapToLong(Map.Entry::getValue)
                        .sum();
                return new LabelChoice(chosen, names,
                        new LabelChoice.Basis(ballots == votes ? LabelChoice.By.METADATA : LabelChoice.By.SHAPE, looked, speakForIt));
            }
        }
        return new LabelChoice(task, labels, new LabelChoice.Basis(LabelChoice.By.NOTHING, looked, 0));
    }

    private static Ballot most(Map<Ballot, Integer> votes) {
        Ballot best = null;
        int count = 0;
        for (Map.Entry<Ballot, Integer> entry : votes.entrySet()) {
            if (entry.getValue() > count) {
                best = entry.getKey();
                count = entry.getValue();
            }
        }
        return best;
    }

    private record Candidate(String name, Task task, Metadata metadata) {
        boolean beats(Candidate other) {
            int rank = Integer.compare(rank(), other.rank());
            if (rank != 0) {
                return rank > 0;
            }
            return metadata.adjusted == other.metadata.adjusted ? created() > other.created() : metadata.adjusted;
        }

        private int rank() {
            return task.equals(Task.CUSTOM) ? 2 : task.supported() ? 3 : task.equals(Task.LABEL_VERIFICATION) ? 0 : 1;
        }

        private long created() {
            return metadata.created;
        }
    }
}

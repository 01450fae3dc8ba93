package dev.truepipe.dataset;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.ClassIds;
import dev.truepipe.manifest.IndexedLine;
import dev.truepipe.manifest.LabelTally;
import dev.truepipe.manifest.LabelingJob;
import dev.truepipe.manifest.Reconciliation;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The labeling jobs whose lines are spliced into the channels: those with another label attribute than the dataset's, or other class ids. */
final class SplicedJobs {
    private static final int NAMED = 0;
    private static final int UNNAMED = 1;
    private static final int ANY = 2;

    /** A job, what its ids become, and which of its lines are spliced. */
    static final class Spliced {
        private final LabelingJob job;
        private final boolean renamed;
        private final ClassIds ids;
        private final LineSet lines = new LineSet();

        private Spliced(LabelingJob job, boolean renamed, ClassIds ids) {
            this.job = job;
            this.renamed = renamed;
            this.ids = ids;
        }

        /** What the class ids of this line become; {@code null} if all of them stay. */
        ClassIds ids(IndexedLine line) {
            for (int i = 0; i < line.classCount(); i++) {
                if (ids.changes(line.classId(i))) {
                    return ids;
                }
            }
            return null;
        }
    }

    private final String label;
    /** A job without name and manifest stands for all that have this label attribute and are not there themselves. */
    private final Map<LabelingJob, Spliced> jobs = new LinkedHashMap<>();

    private SplicedJobs(String label) {
        this.label = label;
    }

    /** None. */
    static SplicedJobs none() {
        return new SplicedJobs(null);
    }

    /** @param label the canonical label attribute @param labels those that lines have */
    static SplicedJobs of(String label, LabelTally labels, Reconciliation reconciliation) {
        SplicedJobs spliced = new SplicedJobs(label);
        reconciliation.ids().forEach((job, ids) -> {
            if (job != null) {
                spliced.put(job, ids);
            } else {
                labels.labels().forEach(any -> spliced.put(new LabelingJob(any, null, null), ids));
            }
        });
        return spliced;
    }

    private void put(LabelingJob job, ClassIds ids) {
        boolean renamed = !job.label().equals(label);
        if (renamed || !ids.stay()) {
            jobs.put(job, new Spliced(job, renamed, ids));
        }
    }

    boolean isEmpty() {
        return jobs.isEmpty();
    }

    /** The canonical label attribute. */
    String label() {
        return label;
    }

    /** The job of an accepted line, if the line has to be spliced; else {@code null}. @param manifest the line's */
    Spliced of(IndexedLine line, String manifest) {
        if (jobs.isEmpty()) {
            return null;
        }
        Spliced spliced = jobs.get(LabelingJob.of(line.label(), line.job(), manifest));
        if (spliced == null) {
            spliced = jobs.get(new LabelingJob(line.label(), null, null));
        }
        return spliced != null && (spliced.renamed || spliced.ids(line) != null) ? spliced : null;
    }

    /** Counts a line of train, validation or test. */
    void count(IndexedLine line, String manifest) {
        Spliced spliced = of(line, manifest);
        if (spliced != null) {
            spliced.lines.add(line.hashHigh(), line.hashLow());
        }
    }

    /** What the version hashes of it: the jobs that have lines, one line each, in the order of these. A manifest's name is not in it. */
    String versionText() {
        List<String> all = new ArrayList<>();
        jobs.values().stream().filter(spliced -> spliced.lines.count() > 0).forEach(spliced -> {
            StringBuilder text = new StringBuilder("reconciled ").append(Json.text(spliced.job.name())).append(' ').append(Json.text(spliced.job.label()))
                    .append(' ').append(spliced.lines);
            spliced.ids.changed().forEach((id, becomes) -> text.append(' ').append(id).append('=').append(becomes));
            all.add(text.append('\n').toString());
        });
        all.sort(null);
        return String.join("", all);
    }

    /** {@code {"labelAttribute":…,"jobs":[…]}}, or {@code null} if no line is spliced. */
    Map<String, Object> toJson() {
        List<Object> each = new ArrayList<>();
        jobs.values().stream().filter(spliced -> spliced.lines.count() > 0).forEach(spliced -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("job", spliced.job.name());
            one.put("manifest", spliced.job.manifest());
            one.put("labelAttribute", spliced.job.label());
            one.put("lines", spliced.lines.count());
            Map<String, Object> classes = new LinkedHashMap<>();
            spliced.ids.changed().forEach((id, becomes) -> classes.put(id.toString(), (long) becomes));
            one.put("classes", classes);
            each.add(one);
        });
        if (each.isEmpty()) {
            return null;
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("labelAttribute", label);
        json.put("jobs", each);
        return json;
    }

    /** Writes what concerns the lines of a manifest: the number of jobs; if there are any, the label attribute and each. */
    void write(String manifest, DataOutputStream out) throws IOException {
        List<Spliced> here = jobs.values().stream()
                .filter(spliced -> spliced.lines.count() > 0 && (spliced.job.manifest() == null || spliced.job.manifest().equals(manifest)))
                .toList();
        out.writeInt(here.size());
        if (here.isEmpty()) {
            return;
        }
        text(label, out);
        for (Spliced spliced : here) {
            text(spliced.job.label(), out);
            out.writeByte(spliced.job.name() != null ? NAMED : spliced.job.manifest() != null ? UNNAMED : ANY);
            if (spliced.job.name() != null) {
                text(spliced.job.name(), out);
            }
            SortedMap<Integer, Integer> ids = spliced.ids.all();
            out.writeInt(ids.size());
            for (Map.Entry<Integer, Integer> id : ids.entrySet()) {
                out.writeInt(id.getKey());
                out.writeInt(id.getValue());
            }
        }
    }

    /** Reverse of {@link #write}. */
    static SplicedJobs read(String manifest, DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count == 0) {
            return none();
        }
        SplicedJobs jobs = new SplicedJobs(text(in));
        for (; count > 0; count--) {
            String label = text(in);
            int kind = in.readByte();
            LabelingJob job = new LabelingJob(label, kind == NAMED ? text(in) : null, kind == UNNAMED ? manifest : null);
            SortedMap<Integer, Integer> ids = new TreeMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                ids.put(in.readInt(), in.readInt());
            }
            jobs.put(job, new ClassIds(ids));
        }
        return jobs;
    }

    private static void text(String text, DataOutputStream out) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String text(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

package dev.truepipe.manifest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Classes of the accepted lines, job by job: which ids and names each labeling job uses, how often and where. What they come to
 * together is a {@link Reconciliation}.
 *
 * <p>Memory is bounded, whatever lines say. Of more than {@value #MOST_JOBS} jobs, or more than {@value #MOST_USES} classes over
 * all of them, all jobs are counted as one, so that they must agree; still more classes are counted under no name. Which of
 * these it comes to does not depend on the order of the lines.
 */
public final class ClassTally {
    static final int MOST_JOBS = 10_000;
    static final int MOST_USES = 1 << 17;
    /** Of the names of all classes together. */
    static final long MOST_CHARACTERS = 1 << 24;
    private static final int PLACES = 3;

    /** A line, as findings on the dataset name it. */
    record Place(String manifest, long line) {
        @Override
        public String toString() {
            return manifest + ":" + line;
        }
    }

    /** A class of a job: an id under a name. */
    static final class Use {
        final int number;
        final int id;
        /** {@code null} where lines give none. */
        final String name;
        long annotations;
        /** Those with annotations. */
        long lines;
        final List<Place> places = new ArrayList<>(PLACES);
        /** What it was counted into when jobs were put together; {@code null} before. */
        private Use into;

        private Use(int number, int id, String name) {
            this.number = number;
            this.id = id;
            this.name = name;
        }

        private void add(long more, String manifest, long line) {
            annotations += more;
            if (more > 0) {
                lines++;
            }
            if (places.size() < PLACES) {
                places.add(new Place(manifest, line));
            }
        }

        private void add(Use later) {
            annotations += later.annotations;
            lines += later.lines;
            for (Place place : later.places) {
                if (places.size() < PLACES) {
                    places.add(place);
                }
            }
        }

        /** What it counts as now: itself, or what it was put into. */
        Use now() {
            return into == null ? this : into;
        }

        /** Where it is, up to three places: {@code a.manifest:1, a.manifest:7}. */
        String where() {
            return String.join(", ", places.stream().map(Place::toString).toList());
        }
    }

    /** What is under one id of a job. */
    static final class Id {
        final SortedMap<String, Use> named = new TreeMap<>();
        /** {@code null} unless there are lines that do not name the id. */
        Use nameless;
    }

    /** A job, and what it uses. */
    public static final class Job {
        /** {@code null} for all jobs together. */
        final LabelingJob job;
        final SortedMap<Integer, Id> ids = new TreeMap<>();
        /** For low ids, what was counted last: nearly always what comes next. */
        private Use[] recent = new Use[16];

        private Job(LabelingJob job) {
            this.job = job;
        }
    }

    private final Map<LabelingJob, Job> jobs = new HashMap<>();
    /** Every one ever made: numbers stay good when jobs are put together. */
    private final List<Use> uses = new ArrayList<>();
    private long characters;
    /** All jobs, once there are too many to be told apart. */
    private Job together;
    private int usesTogether;
    /** What was too much even then. */
    private Use beyond;
    private String lastManifest;
    private Job last;

    /** The job of a line. @param manifest the line's */
    public Job job(IndexedLine line, String manifest) {
        return job(line.label, line.job, manifest);
    }

    Job job(String label, String name, String manifest) {
        if (together != null) {
            return together;
        }
        if (last != null && last.job.label().equals(label)
                && (name == null ? last.job.name() == null && manifest.equals(lastManifest) : name.equals(last.job.name()))) {
            return last;
        }
        Job job = job(LabelingJob.of(label, name, manifest));
        if (together != null) {
            return together;
        }
        last = job;
        lastManifest = manifest;
        return job;
    }

    private Job job(LabelingJob key) {
        Job job = jobs.get(key);
        if (job == null) {
            job = new Job(key);
            jobs.put(key, job);
            if (jobs.size() > MOST_JOBS) {
                putTogether();
            }
        }
        return job;
    }

    /**
     * Counts one class of an accepted line.
     *
     * @param name {@code null} if the line gives none
     * @param annotations how many on the line; 0 if the class is only in its class map
     * @return a number that stands for this class of this job: the same each time, small, from 0
     */
    public int add(Job job, int id, String name, long annotations, String manifest, long line) {
        Use use = use(job, id, name);
        use.add(annotations, manifest, line);
        return use.number;
    }

    /** The number that {@link #add} gave. */
    public int number(Job job, int id, String name) {
        return use(job, id, name).number;
    }

    private Use use(Job given, int id, String name) {
        Job job = together != null ? together : given;
        if (id < job.recent.length) {
            Use recent = job.recent[id];
            if (recent != null && recent.name != null && recent.name.equals(name)) {
                return recent;
            }
        }
        Use use = find(job, id, name);
        if (id < 256 && name != null) {
            if (id >= job.recent.length) {
                job.recent = Arrays.copyOf(job.recent, 256);
            }
            job.recent[id] = use;
        }
        return use;
    }

    private Use find(Job job, int id, String name) {
        Id at = job.ids.get(id);
        Use known = at == null ? null : name == null ? at.nameless : at.named.get(name);
        if (known != null) {
            return known;
        }
        int more = name == null ? 0 : name.length();
        if (together == null && (uses.size() == MOST_USES || characters + more > MOST_CHARACTERS)) {
            putTogether();
            return find(together, id, name);
        }
        if (together != null && (usesTogether == MOST_USES || characters + more > MOST_CHARACTERS)) {
            if (beyond == null) {
                beyond = make(-1, null);
            }
            return beyond;
        }
        Use use = make(id, name);
        characters += more;
        usesTogether++;
        Id here = job.ids.computeIfAbsent(id, key -> new Id());
        if (name == null) {
            here.nameless = use;
        } else {
            here.named.put(name, use);
        }
        return use;
    }

    private Use make(int id, String name) {
        Use use = new Use(uses.size(), id, name);
        uses.add(use);
        return use;
    }

    private void putTogether() {
        together = new Job(null);
        usesTogether = 0;
        characters = 0;
        last = null;
        List<Use> before = List.copyOf(uses);
        jobs.clear();
        for (Use use : before) {
            use.into = find(together, use.id, use.name);
            use.into.add(use);
            use.places.clear();
        }
    }

    /** Adds what another counted after this. */
    void add(ClassTally later) {
        if (later.together != null && together == null) {
            putTogether();
        }
        later.jobs().forEach(from -> {
            Job to = together != null || from.job == null ? together : job(from.job);
            from.ids.forEach((id, uses) -> {
                uses.named.forEach((name, use) -> use(to, id, name).add(use));
                if (uses.nameless != null) {
                    use(to, id, null).add(uses.nameless);
                }
            });
        });
        if (later.beyond != null) {
            beyond = beyond == null ? make(-1, null) : beyond;
            beyond.add(later.beyond);
        }
    }

    /** In no order. */
    Collection<Job> jobs() {
        return together != null ? List.of(together) : jobs.values();
    }

    List<Use> uses() {
        return uses;
    }

    /** Classes that were too many to be told apart; {@code null} if there were none. */
    Use beyond() {
        return beyond;
    }
}

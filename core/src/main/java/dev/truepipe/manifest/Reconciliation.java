package dev.truepipe.manifest;

import dev.truepipe.manifest.ClassTally.Id;
import dev.truepipe.manifest.ClassTally.Job;
import dev.truepipe.manifest.ClassTally.Use;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One class map out of those of several labeling jobs: each class name gets one id, and each job's ids become these.
 *
 * <p>A name's id is, in this order: its place in the category list, if there is one; the id that the version before gave it;
 * then, job by job and id by id, the id that the job gives it, if no other class has that; last, in the same order, the lowest
 * id that is free. So where jobs agree nothing changes. Jobs come in the order of their label attributes as the dataset lists
 * them, then of their names, those without a name last, by manifest: the order of lines and files changes nothing.
 *
 * <p>An id that a job uses and never names means what the category list says; without a list, what all who name it agree on:
 * other jobs and the version before; if nobody names it, its name is the id itself.
 *
 * <p>What cannot be reconciled is told by {@link #conflicts}, and then nothing must be rewritten.
 */
public final class Reconciliation {
    private static final int MOST_CONFLICTS = 20;
    private static final int MOST_SHOWN = 4;

    /** What ids are, and so what can be done about them. */
    private enum Ids {
        /** Numbers on the line, which can be replaced. */
        ON_THE_LINE,
        /** Places in a list of names that the line brings along: a name has any id, and nothing need be replaced. */
        PLACES_IN_A_LIST,
        /** Values of pixels: they stay, and jobs have to agree. */
        IN_THE_OBJECT;

        static Ids of(Task task) {
            return Task.TEXT_SPAN.equals(task) ? PLACES_IN_A_LIST : Task.SEMANTIC_SEGMENTATION.equals(task) ? IN_THE_OBJECT : ON_THE_LINE;
        }
    }

    /** One class over all jobs. */
    private static final class Count {
        private long annotations;
        private long lines;
    }

    private final Ids kind;
    private final List<String> labels;
    private final List<String> categories;
    private final SortedMap<Integer, String> previous;
    private final List<Job> jobs;
    private final SortedMap<Integer, String> names = new TreeMap<>();
    private final Map<String, Integer> idOf = new HashMap<>();
    /** Ids held for a class without a name of its own; who brings a name for the id has it. */
    private final Set<Integer> loose = new HashSet<>();
    private final int[] idOfUse;
    private final SortedMap<Integer, Count> counts = new TreeMap<>();
    private final List<Finding> conflicts = new ArrayList<>();

    /**
     * Reconciles.
     *
     * @param choice the labels that lines are judged by
     * @param categories the configured names of all classes, by id; empty if there are none
     * @param previous class names by id that the version before had; empty if there was none
     */
    public Reconciliation(ClassTally tally, LabelChoice choice, List<String> categories, SortedMap<Integer, String> previous) {
        this.kind = Ids.of(choice.task());
        this.labels = choice.labels();
        this.categories = List.copyOf(categories);
        this.previous = new TreeMap<>(previous);
        this.jobs = new ArrayList<>(tally.jobs());
        jobs.sort(Comparator.comparing(job -> job.job, inOrder()));
        Map<Use, String> meant = meanings();
        reserve();
        assign(meant);
        idOfUse = new int[tally.uses().size()];
        for (Use made : tally.uses()) {
            Use use = made.now();
            String name = use.name != null ? use.name : meant.get(use);
            idOfUse[made.number] = name == null ? -1 : idOf.getOrDefault(name, -1);
        }
        count();
        conflicts(tally, meant);
    }

    private Comparator<LabelingJob> inOrder() {
        Comparator<String> known = Comparator.nullsLast(Comparator.naturalOrder());
        return Comparator.nullsFirst(Comparator.<LabelingJob>comparingInt(job -> labels.contains(job.label()) ? labels.indexOf(job.label()) : labels.size())
                .thenComparing(LabelingJob::name, known)
                .thenComparing(LabelingJob::label)
                .thenComparing(LabelingJob::manifest, known));
    }

    // What ids without a name mean

    private Map<Use, String> meanings() {
        SortedMap<Integer, SortedMap<String, Use>> named = byId();
        Map<Use, String> meant = new HashMap<>();
        for (Job job : jobs) {
            job.ids.forEach((id, uses) -> {
                if (uses.nameless != null) {
                    meant.put(uses.nameless, meaning(job, id, uses, named.getOrDefault(id, Collections.emptySortedMap())));
                }
            });
        }
        return meant;
    }

    private String meaning(Job job, int id, Id uses, SortedMap<String, Use> named) {
        if (!uses.named.isEmpty()) {
            return uses.named.firstKey();
        }
        if (!categories.isEmpty()) {
            return id < categories.size() ? categories.get(id) : Integer.toString(id);
        }
        String before = previous.get(id);
        boolean more = before != null && !isPlaceholder(id, before) && !named.containsKey(before);
        if (named.isEmpty()) {
            return more ? before : Integer.toString(id);
        }
        int candidates = named.size() + (more ? 1 : 0);
        if (candidates > 1 && conflicts.size() < MOST_CONFLICTS) {
            SortedMap<String, String> who = new TreeMap<>();
            named.entrySet().stream().limit(MOST_SHOWN).forEach(use -> who.put(use.getKey(), use.getValue().where()));
            if (more) {
                who.put(before, "the version before");
            }
            List<String> shown = who.entrySet().stream().limit(MOST_SHOWN).map(one -> "\"" + one.getKey() + "\" (" + one.getValue() + ")").toList();
            conflict(job, "class id " + id + " has no name in " + words(job) + " (" + uses.nameless.where() + ") and " + candidates
                    + " elsewhere: " + joined(shown, candidates) + "; nobody can tell which is meant: add class maps, or give labelCategories");
        }
        return more && before.compareTo(named.firstKey()) < 0 ? before : named.firstKey();
    }

    /** A class that no class map names is carried under its id. */
    private static boolean isPlaceholder(int id, String name) {
        return name.equals(Integer.toString(id));
    }

    // Which id each name has

    private void reserve() {
        for (int id = 0; id < categories.size(); id++) {
            if (idOf.putIfAbsent(categories.get(id), id) == null) {
                names.put(id, categories.get(id));
            }
        }
        if (categories.isEmpty() && kind != Ids.IN_THE_OBJECT) {
            Set<String> spoken = new HashSet<>();
            jobs.forEach(job -> job.ids.values().forEach(uses -> spoken.addAll(uses.named.keySet())));
            previous.forEach((id, name) -> {
                if (idOf.putIfAbsent(name, id) == null) {
                    names.put(id, name);
                    if (isPlaceholder(id, name) && !spoken.contains(name)) {
                        loose.add(id);
                    }
                }
            });
        }
    }

    private void assign(Map<Use, String> meant) {
        Set<String> later = new LinkedHashSet<>();
        for (Job job : jobs) {
            job.ids.forEach((id, uses) -> {
                uses.named.keySet().forEach(name -> assign(id, name, later));
                if (uses.nameless != null) {
                    assign(id, meant.get(uses.nameless), later);
                }
            });
        }
        int free = 0;
        for (String name : later) {
            if (!idOf.containsKey(name)) {
                while (names.containsKey(free)) {
                    free++;
                }
                put(free, name);
            }
        }
        if (kind == Ids.IN_THE_OBJECT) {
            previous.forEach((id, name) -> {
                if (!idOf.containsKey(name) && !names.containsKey(id)) {
                    put(id, name);
                }
            });
        }
    }

    private void assign(int id, String name, Set<String> later) {
        if (idOf.containsKey(name)) {
            loose.remove(idOf.get(name));
        } else if (!names.containsKey(id) || loose.remove(id)) {
            idOf.remove(names.get(id));
            put(id, name);
        } else {
            later.add(name);
        }
    }

    private void put(int id, String name) {
        names.put(id, name);
        idOf.put(name, id);
    }

    private void count() {
        for (Job job : jobs) {
            for (Id uses : job.ids.values()) {
                uses.named.values().forEach(this::count);
                if (uses.nameless != null) {
                    count(uses.nameless);
                }
            }
        }
    }

    private void count(Use use) {
        Count count = counts.computeIfAbsent(idOfUse[use.number], id -> new Count());
        count.annotations += use.annotations;
        count.lines += use.lines;
    }

    // What cannot be reconciled

    private void conflicts(ClassTally tally, Map<Use, String> meant) {
        if (kind == Ids.IN_THE_OBJECT) {
            inTheObject();
        } else {
            jobs.forEach(this::outsideCategories);
        }
        if (kind == Ids.ON_THE_LINE) {
            jobs.forEach(job -> within(job, meant));
        }
        if (tally.beyond() != null) {
            conflict(null, "more than " + ClassTally.MOST_USES + " classes, or class names of more than " + ClassTally.MOST_CHARACTERS
                    + " characters, such as those of " + tally.beyond().where() + "; " + FindingCode.CLASS_MAP_CONFLICT.cure());
        } else if (!names.isEmpty() && names.lastKey() > LineJudge.MAX_CLASS_ID) {
            conflict(null, names.size() + " classes: ids end with " + LineJudge.MAX_CLASS_ID + "; " + FindingCode.CLASS_MAP_CONFLICT.cure());
        }
    }

    /** One job gives an id two names, or a name two ids. @param meant what ids without a name mean */
    private void within(Job job, Map<Use, String> meant) {
        String cure = "; " + FindingCode.CLASS_MAP_CONFLICT.cure();
        job.ids.forEach((id, uses) -> {
            if (uses.named.size() > 1) {
                conflict(job, "within " + words(job) + ", " + severalNames(id, List.copyOf(uses.named.values())) + cure);
            }
        });
        SortedMap<String, SortedMap<Integer, Use>> byName = byName(List.of(job));
        byName.forEach((name, uses) -> {
            if (uses.size() > 1) {
                conflict(job, "within " + words(job) + ", " + severalIds(name, uses) + cure);
            }
        });
        // Others, or the list, may well call two of the job's ids alike: at most one of them is what they mean.
        job.ids.forEach((id, uses) -> {
            if (uses.nameless != null && uses.named.isEmpty()) {
                String name = meant.get(uses.nameless);
                SortedMap<Integer, Use> same = byName.computeIfAbsent(name, key -> new TreeMap<>());
                if (!same.isEmpty()) {
                    int other = same.firstKey();
                    conflict(job, "class id " + id + " has no name in " + words(job) + " (" + uses.nameless.where() + "), and what it would mean, \"" + name
                            + "\", is class id " + other + " there (" + same.get(other).where() + "); add it to the class maps, or give labelCategories");
                }
                same.put(id, uses.nameless);
            }
        });
    }

    /** Ids stay, so all jobs count as one. */
    private void inTheObject() {
        String cure = "; ids of masks are values of pixels and cannot be rewritten, so " + FindingCode.CLASS_MAP_CONFLICT.cure();
        byId().forEach((id, uses) -> {
            if (uses.size() > 1) {
                conflict(null, severalNames(id, List.copyOf(uses.values())) + cure);
            }
        });
        byName(jobs).forEach((name, uses) -> {
            if (uses.size() > 1) {
                conflict(null, severalIds(name, uses) + cure);
            }
            uses.forEach((id, use) -> {
                if (!categories.isEmpty() && (id >= categories.size() || !categories.get(id).equals(name))) {
                    conflict(null, "class id " + id + " is \"" + name + "\" (" + use.where() + ") and in labelCategories "
                            + (id < categories.size() ? "\"" + categories.get(id) + "\"" : "nothing: it ends with " + (categories.size() - 1))
                            + cure);
                }
            });
        });
    }

    /** Of each id its names, and who is the first to use each. */
    private SortedMap<Integer, SortedMap<String, Use>> byId() {
        SortedMap<Integer, SortedMap<String, Use>> byId = new TreeMap<>();
        for (Job job : jobs) {
            job.ids.forEach((id, uses) -> uses.named.forEach((name, use) -> byId.computeIfAbsent(id, key -> new TreeMap<>()).putIfAbsent(name, use)));
        }
        return byId;
    }

    /** Of each name its ids, and who is the first to use each. */
    private static SortedMap<String, SortedMap<Integer, Use>> byName(List<Job> jobs) {
        SortedMap<String, SortedMap<Integer, Use>> byName = new TreeMap<>();
        for (Job job : jobs) {
            job.ids.forEach((id, uses) -> uses.named.forEach((name, use) -> byName.computeIfAbsent(name, key -> new TreeMap<>()).putIfAbsent(id, use)));
        }
        return byName;
    }

    private static String severalNames(int id, List<Use> uses) {
        return "class id " + id + " has " + uses.size() + " names: "
                + joined(uses.stream().map(use -> "\"" + use.name + "\" (" + use.where() + ")").toList());
    }

    private static String severalIds(String name, SortedMap<Integer, Use> uses) {
        List<String> ids = new ArrayList<>();
        uses.forEach((id, use) -> ids.add(id + " (" + use.where() + ")"));
        return "class \"" + name + "\" has " + uses.size() + " ids: " + joined(ids);
    }

    private void outsideCategories(Job job) {
        if (categories.isEmpty()) {
            return;
        }
        String list = " is not in labelCategories, which ends with " + (categories.size() - 1) + ", \"" + categories.getLast()
                + "\"; add it there, or correct its name";
        job.ids.forEach((id, uses) -> {
            uses.named.forEach((name, use) -> {
                if (idOf.get(name) >= categories.size()) {
                    conflict(job, "class \"" + name + "\" (id " + id + ": " + use.where() + ")" + list);
                }
            });
            if (uses.nameless != null && uses.named.isEmpty() && id >= categories.size()) {
                conflict(job, "class id " + id + " (" + uses.nameless.where() + ")" + list);
            }
        });
    }

    private static String words(Job job) {
        return job.job == null ? "more labeling jobs than can be told apart" : job.job.toString();
    }

    private static String joined(List<String> all) {
        return joined(all.subList(0, Math.min(MOST_SHOWN, all.size())), all.size());
    }

    private static String joined(List<String> shown, int all) {
        return String.join(" and ", shown) + (all > shown.size() ? " and …" : "");
    }

    private void conflict(Job job, String message) {
        if (conflicts.size() < MOST_CONFLICTS) {
            String label = job == null || job.job == null ? labels.isEmpty() ? null : labels.getFirst() : job.job.label();
            conflicts.add(new Finding(FindingCode.CLASS_MAP_CONFLICT, Severity.QUARANTINE, label, message));
        }
    }

    /** One finding for each contradiction, at most {@value #MOST_CONFLICTS}; empty: all jobs can be reconciled. */
    public List<Finding> conflicts() {
        return List.copyOf(conflicts);
    }

    // The outcome

    /** What a class has become. @param number as {@link ClassTally#add} gave it @return -1 if there were too many classes */
    public int id(int number) {
        return idOfUse[number];
    }

    /** Every class by its id: those of the lines, of the category list or else of the version before. */
    public SortedMap<Integer, String> names() {
        return new TreeMap<>(names);
    }

    /** Every name of a class, those of a contradiction too. */
    public SortedSet<String> allNames() {
        SortedSet<String> all = new TreeSet<>(names.values());
        jobs.forEach(job -> job.ids.values().forEach(uses -> all.addAll(uses.named.keySet())));
        return all;
    }

    /** Classes of the lines only. */
    public SortedMap<Integer, String> namesOnLines() {
        SortedMap<Integer, String> onLines = names();
        onLines.keySet().retainAll(counts.keySet());
        return onLines;
    }

    /** Accepted annotations by class name, by id. Classes that are only in class maps count 0. */
    public Map<String, Object> annotationsByName() {
        Map<String, Object> json = new LinkedHashMap<>();
        namesOnLines().forEach((id, name) -> json.put(name, annotations(id)));
        return json;
    }

    /** Accepted lines that hold the class. */
    public long lines(int id) {
        return counts.containsKey(id) ? counts.get(id).lines : 0;
    }

    /** Accepted annotations of the class. */
    public long annotations(int id) {
        return counts.containsKey(id) ? counts.get(id).annotations : 0;
    }

    /**
     * What each job's ids become, in the order of the jobs; all of them, though most may stay. The key {@code null} stands for
     * any job, where there are too many to be told apart.
     *
     * @throws IllegalStateException if there are {@link #conflicts}
     */
    public Map<LabelingJob, ClassIds> ids() {
        if (!conflicts.isEmpty()) {
            throw new IllegalStateException("there are conflicts: " + conflicts);
        }
        Map<LabelingJob, ClassIds> ids = new LinkedHashMap<>();
        for (Job job : jobs) {
            SortedMap<Integer, Integer> becomes = new TreeMap<>();
            if (kind == Ids.ON_THE_LINE) {
                job.ids.forEach((id, uses) -> {
                    Use any = uses.named.isEmpty() ? uses.nameless : uses.named.firstEntry().getValue();
                    becomes.put(id, idOfUse[any.number]);
                });
            }
            ids.put(job.job, new ClassIds(becomes));
        }
        return ids;
    }
}

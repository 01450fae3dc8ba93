package dev.truepipe.manifest;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Classes of the accepted lines: the union of their class maps, with counts, and where it contradicts itself.
 *
 * <p>A line without a class map gives no name: its annotations count under the name other lines give the id, else under the
 * one the category list gives it, else under the id itself.
 */
public final class ClassTally {
    private static final int PLACES = 3;
    private static final int MOST_CONFLICTS = 20;
    /** Shown by nobody, and so told from a name's other letters by nobody: soft hyphen, zero-width space, joiners and no-break space, word joiner. */
    private static final Pattern UNSEEN = Pattern.compile("[\\s\\p{Z}\\u00ad\\u200b-\\u200f\\u2060\\ufeff]+", Pattern.UNICODE_CHARACTER_CLASS);

    private static final class Use {
        long annotations;
        long lines;
        final List<String> places = new ArrayList<>(PLACES);
    }

    /** For low ids, what was counted last: nearly always what comes next. */
    private final Recent[] recent = new Recent[256];

    private record Recent(String name, Use use) {}

    /** By id, then name; the name of a nameless use is the empty key of {@link #nameless}. */
    private final SortedMap<Integer, SortedMap<String, Use>> named = new TreeMap<>();
    private final SortedMap<Integer, Use> nameless = new TreeMap<>();
    private final List<String> categories;

    public ClassTally() {
        this(List.of());
    }

    /** @param categories the configured names of all classes, by id; empty if there are none */
    public ClassTally(List<String> categories) {
        this.categories = List.copyOf(categories);
    }

    /**
     * Counts one class on one accepted line.
     *
     * @param name {@code null} if the line gives none
     * @param annotations how many on the line; 0 if the class is only in its class map
     */
    public void add(int id, String name, long annotations, String manifest, long line) {
        Use use = use(id, name);
        use.annotations += annotations;
        if (annotations > 0) {
            use.lines++;
        }
        if (use.places.size() < PLACES) {
            use.places.add(manifest + ":" + line);
        }
    }

    private Use use(int id, String name) {
        boolean few = id < recent.length;
        if (few && recent[id] != null && recent[id].name.equals(name)) {
            return recent[id].use;
        }
        if (name == null) {
            return nameless.computeIfAbsent(id, key -> new Use());
        }
        Use use = named.computeIfAbsent(id, key -> new TreeMap<>()).computeIfAbsent(name, key -> new Use());
        if (few) {
            recent[id] = new Recent(name, use);
        }
        return use;
    }

    /** The same counts, with names for the ids that no line names. @param categories as for {@link #ClassTally(List)} */
    public ClassTally named(List<String> categories) {
        ClassTally named = new ClassTally(categories);
        named.add(this);
        return named;
    }

    /** Adds what another counted after this. */
    void add(ClassTally later) {
        later.named.forEach((id, names) -> names.forEach(
                (name, use) -> join(named.computeIfAbsent(id, key -> new TreeMap<>()).computeIfAbsent(name, key -> new Use()), use)));
        later.nameless.forEach((id, use) -> join(nameless.computeIfAbsent(id, key -> new Use()), use));
    }

    private static void join(Use use, Use later) {
        use.annotations += later.annotations;
        use.lines += later.lines;
        for (String place : later.places) {
            if (use.places.size() < PLACES) {
                use.places.add(place);
            }
        }
    }

    /** The name of each id. Where ids conflict, the alphabetically first. */
    public SortedMap<Integer, String> names() {
        SortedMap<Integer, String> names = new TreeMap<>();
        nameless.keySet().forEach(id -> names.put(id, id < categories.size() ? categories.get(id) : Integer.toString(id)));
        named.forEach((id, uses) -> names.put(id, uses.firstKey()));
        return names;
    }

    /** Every name that a line gives a class. */
    public SortedSet<String> allNames() {
        SortedSet<String> names = new TreeSet<>();
        named.values().forEach(uses -> names.addAll(uses.keySet()));
        return names;
    }

    /** Accepted annotations by class name, by id. Classes that are only in class maps count 0. */
    public Map<String, Object> annotationsByName() {
        Map<String, Object> json = new LinkedHashMap<>();
        SortedMap<Integer, String> names = names();
        names.forEach((id, name) -> {
            Use without = nameless.get(id);
            if (without != null) {
                json.merge(name, without.annotations, (a, b) -> (Long) a + (Long) b);
            }
            named.getOrDefault(id, new TreeMap<>())
                    .forEach((own, use) -> json.merge(own, use.annotations, (a, b) -> (Long) a + (Long) b));
        });
        return json;
    }

    /** Accepted lines that hold the class. */
    public long lines(int id) {
        long sum = nameless.containsKey(id) ? nameless.get(id).lines : 0;
        for (Use use : named.getOrDefault(id, new TreeMap<>()).values()) {
            sum += use.lines;
        }
        return sum;
    }

    /** Accepted annotations of the class. */
    public long annotations(int id) {
        long sum = nameless.containsKey(id) ? nameless.get(id).annotations : 0;
        for (Use use : named.getOrDefault(id, new TreeMap<>()).values()) {
            sum += use.annotations;
        }
        return sum;
    }

    /** One finding for each id with two names and each name with two ids, at most {@value #MOST_CONFLICTS}. */
    public List<Finding> conflicts(String label) {
        List<Finding> conflicts = new ArrayList<>();
        named.forEach((id, uses) -> {
            if (uses.size() > 1 && conflicts.size() < MOST_CONFLICTS) {
                List<String> names = new ArrayList<>();
                uses.forEach((name, use) -> names.add(names.size() < 4 ? "\"" + name + "\" (" + String.join(", ", use.places) + ")" : "…"));
                conflicts.add(conflict(label, "class id " + id + " has " + uses.size() + " names: "
                        + String.join(" and ", names.subList(0, Math.min(5, names.size())))));
            }
        });
        SortedMap<String, List<Integer>> ids = new TreeMap<>();
        named.forEach((id, uses) -> uses.keySet().forEach(name -> ids.computeIfAbsent(name, key -> new ArrayList<>()).add(id)));
        ids.forEach((name, of) -> {
            if (of.size() > 1 && conflicts.size() < MOST_CONFLICTS) {
                List<String> places = new ArrayList<>();
                for (int id : of.subList(0, Math.min(4, of.size()))) {
                    places.add(id + " (" + String.join(", ", named.get(id).get(name).places) + ")");
                }
                conflicts.add(conflict(label, "class \"" + name + "\" has " + of.size() + " ids: " + String.join(" and ", places)));
            }
        });
        return conflicts;
    }

    /** One finding for each class that the category list knows by another name or not at all, at most {@value #MOST_CONFLICTS}. */
    public List<Finding> outsideCategories(String label) {
        if (categories.isEmpty()) {
            return List.of();
        }
        List<Finding> conflicts = new ArrayList<>();
        names().keySet().forEach(id -> {
            SortedMap<String, Use> uses = named.getOrDefault(id, new TreeMap<>());
            if (id >= categories.size()) {
                Use use = uses.isEmpty() ? nameless.get(id) : uses.firstEntry().getValue();
                conflicts.add(conflict(label, "class id " + id + (uses.isEmpty() ? "" : ", \"" + uses.firstKey() + "\",") + " (" + String.join(", ", use.places)
                        + ") is beyond labelCategories, which ends with " + (categories.size() - 1) + ", \"" + categories.getLast() + "\""));
            }
            uses.forEach((name, use) -> {
                if (id < categories.size() && !name.equals(categories.get(id))) {
                    conflicts.add(conflict(label, "class id " + id + " is \"" + name + "\" (" + String.join(", ", use.places)
                            + ") and in labelCategories \"" + categories.get(id) + "\""));
                }
            });
        });
        return conflicts.subList(0, Math.min(MOST_CONFLICTS, conflicts.size()));
    }

    private static Finding conflict(String label, String what) {
        return new Finding(FindingCode.CLASS_MAP_CONFLICT, Severity.QUARANTINE, label,
                what + "; " + FindingCode.CLASS_MAP_CONFLICT.cure());
    }

    /** A warning if there are ids between 0 and the highest that have no name. */
    public static List<Finding> gaps(String label, SortedMap<Integer, String> names) {
        List<Integer> gaps = gapIds(names);
        if (gaps.isEmpty()) {
            return List.of();
        }
        String ids = gaps.size() > 10 ? gaps.subList(0, 10).toString().replace("]", ", …]") : gaps.toString();
        return List.of(new Finding(FindingCode.CLASS_GAP, Severity.WARNING, label,
                "nothing is known of class ids " + ids + " below the highest, " + names.lastKey()
                        + ", \"" + names.get(names.lastKey()) + "\"; training makes room for them, " + FindingCode.CLASS_GAP.cure()));
    }

    /**
     * A warning for each name that looks like another: they differ in nothing but case, white space, characters of no width, or
     * how letters are put together. At most {@value #MOST_CONFLICTS}; time and memory grow as the names' length does.
     */
    public static List<Finding> similar(String label, SortedSet<String> names) {
        Map<String, String> firsts = new HashMap<>();
        List<Finding> similar = new ArrayList<>();
        for (String name : names) {
            String seen = UNSEEN.matcher(Normalizer.normalize(name, Normalizer.Form.NFC)).replaceAll("").toLowerCase(Locale.ROOT);
            String first = firsts.putIfAbsent(seen, name);
            if (first != null && similar.size() < MOST_CONFLICTS) {
                similar.add(new Finding(FindingCode.CLASS_NAMES_SIMILAR, Severity.WARNING, label, "classes \"" + visible(first) + "\" and \"" + visible(name)
                        + "\" differ in case or in what nobody sees only; " + FindingCode.CLASS_NAMES_SIMILAR.cure()));
            }
        }
        return similar;
    }

    /** A name in which nothing is hidden. */
    private static String visible(String name) {
        StringBuilder text = new StringBuilder();
        UnreadableLine.shortened(name).codePoints().forEach(c -> {
            if (c != ' ' && UNSEEN.matcher(Character.toString(c)).matches()) {
                text.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                text.appendCodePoint(c);
            }
        });
        return text.toString();
    }

    /** Ids below the highest that no line knows. */
    public static List<Integer> gapIds(SortedMap<Integer, String> names) {
        List<Integer> gaps = new ArrayList<>();
        int next = 0;
        for (int id : names.keySet()) {
            for (; next < id; next++) {
                gaps.add(next);
            }
            next = id + 1;
        }
        return gaps;
    }
}

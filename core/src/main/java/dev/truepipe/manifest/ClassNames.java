package dev.truepipe.manifest;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.regex.Pattern;

/** What is odd about the names of classes and their ids, and no contradiction. */
public final class ClassNames {
    private static final int MOST_SIMILAR = 20;
    /** Shown by nobody, and so told from a name's other letters by nobody: soft hyphen, zero-width space, joiners and no-break space, word joiner. */
    private static final Pattern UNSEEN = Pattern.compile("[\\s\\p{Z}\\u00ad\\u200b-\\u200f\\u2060\\ufeff]+", Pattern.UNICODE_CHARACTER_CLASS);

    private ClassNames() {}

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

    /**
     * A warning for each name that looks like another: they differ in nothing but case, white space, characters of no width, or
     * how letters are put together. At most {@value #MOST_SIMILAR}; time and memory grow as the names' length does.
     */
    public static List<Finding> similar(String label, SortedSet<String> names) {
        Map<String, String> firsts = new HashMap<>();
        List<Finding> similar = new ArrayList<>();
        for (String name : names) {
            String seen = UNSEEN.matcher(Normalizer.normalize(name, Normalizer.Form.NFC)).replaceAll("").toLowerCase(Locale.ROOT);
            String first = firsts.putIfAbsent(seen, name);
            if (first != null && similar.size() < MOST_SIMILAR) {
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
}

package dev.truepipe.cli;

import dev.truepipe.manifest.Finding;
import dev.truepipe.manifest.FindingTally;
import dev.truepipe.manifest.Severity;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tables for people. */
final class Findings {
    private static final int WIDTH = 100;

    private Findings() {}

    /** {@code 1,234} */
    static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** A row of counts: the name right beside its number. */
    static void counts(PrintWriter out, Map<String, Long> counts) {
        int widest = counts.values().stream().mapToInt(value -> number(value).length()).max().orElse(1);
        counts.forEach((name, value) -> out.println("  " + " ".repeat(widest - number(value).length()) + number(value) + "  " + name));
    }

    /** Classes with their annotations, most first. */
    static void classes(PrintWriter out, Map<String, Object> classes) {
        if (classes.isEmpty()) {
            return;
        }
        out.println();
        out.println("Classes (accepted annotations)");
        long most = classes.values().stream().mapToLong(value -> (Long) value).max().orElse(0);
        int widest = number(most).length();
        List<Map.Entry<String, Object>> sorted = classes.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Object> entry) -> (Long) entry.getValue()).reversed())
                .toList();
        for (Map.Entry<String, Object> entry : sorted.subList(0, Math.min(30, sorted.size()))) {
            String count = number((Long) entry.getValue());
            int bar = most == 0 ? 0 : (int) Math.ceil(24.0 * (Long) entry.getValue() / most);
            out.println("  " + " ".repeat(widest - count.length()) + count + "  " + "▇".repeat(bar) + " ".repeat(24 - bar) + "  " + entry.getKey());
        }
        if (sorted.size() > 30) {
            out.println("  … and " + (sorted.size() - 30) + " more");
        }
    }

    /** Each code with its count, first place, message and cure. */
    static void findings(PrintWriter out, Collection<FindingTally.Entry> found) {
        print(out, found, Severity.QUARANTINE, "Set aside");
        print(out, found, Severity.WARNING, "Warnings");
    }

    private static void print(PrintWriter out, Collection<FindingTally.Entry> found, Severity severity, String heading) {
        List<FindingTally.Entry> entries = found.stream()
                .filter(entry -> entry.first().severity() == severity)
                .sorted(Comparator.comparingLong(FindingTally.Entry::count).reversed())
                .toList();
        if (entries.isEmpty()) {
            return;
        }
        out.println();
        out.println(heading);
        for (FindingTally.Entry entry : entries) {
            Finding first = entry.first();
            String place = entry.line() == 0 ? "the dataset" : entry.manifest() + ":" + entry.line() + " (byte " + entry.byteOffset() + ")";
            out.println("  " + first.code().code() + "  × " + number(entry.count()));
            wrapped(out, (entry.count() > 1 ? "first " : "") + place + ": " + first.message());
        }
    }

    /** Within the width of the tables, indented. */
    static void wrapped(PrintWriter out, String text) {
        StringBuilder line = new StringBuilder("     ");
        for (String word : text.split(" ")) {
            if (line.length() + word.length() + 1 > WIDTH && line.toString().strip().length() > 0) {
                out.println(line);
                line = new StringBuilder("     ");
            }
            line.append(' ').append(word);
        }
        out.println(line);
    }
}

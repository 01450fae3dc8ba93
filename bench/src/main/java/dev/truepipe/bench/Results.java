package dev.truepipe.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured, as the page {@code bench/RESULTS.md}. */
final class Results {
    private final List<Goal> goals = new ArrayList<>();
    private final List<Goal> checks = new ArrayList<>();
    private final List<Table> tables = new ArrayList<>();

    /**
     * A number to reach.
     *
     * @param measured what it is
     * @param limit what it should be, at most or at least
     * @param moonshot what would be splendid; the same as {@code limit} where nothing is named
     * @param unit behind each of the numbers
     */
    record Goal(String what, double measured, boolean atMost, double limit, double moonshot, String unit) {
        static Goal atMost(String what, double measured, double limit, double moonshot, String unit) {
            return new Goal(what, measured, true, limit, moonshot, unit);
        }

        static Goal atLeast(String what, double measured, double limit, double moonshot, String unit) {
            return new Goal(what, measured, false, limit, moonshot, unit);
        }

        boolean met() {
            return within(limit);
        }

        private boolean within(double bound) {
            return atMost ? measured <= bound : measured >= bound;
        }

        private String goal() {
            return (atMost ? "≤ " : "≥ ") + number(limit) + unit + (limit == moonshot ? "" : " (" + number(moonshot) + unit + ")");
        }

        private String verdict() {
            if (!met()) {
                double by = atMost ? measured / limit - 1 : limit / measured - 1;
                return String.format(Locale.ROOT, "**missed** by %s%s: %.0f %% %s", number(Math.abs(measured - limit)), unit, 100 * by,
                        atMost ? "too much" : "more is needed");
            }
            return limit != moonshot && within(moonshot) ? "met, and the moonshot" : "met";
        }
    }

    /** @param notes paragraphs below it */
    record Table(String title, List<String> head, List<List<String>> rows, List<String> notes) {}

    void goal(Goal goal) {
        goals.add(goal);
    }

    /** A goal that must be met for the measurements to mean anything. */
    void check(Goal check) {
        checks.add(check);
    }

    void table(Table table) {
        tables.add(table);
    }

    List<String> failedChecks() {
        return checks.stream().filter(check -> !check.met()).map(check -> check.what() + ": " + check.verdict()).toList();
    }

    /** @param facts of the machine and the run, by name */
    String page(Map<String, String> facts) {
        StringBuilder page = new StringBuilder("# Measured\n\nWritten by `bench/run`; what is compared, and how: [README.md](README.md).\n\n");
        List<List<String>> machine = new ArrayList<>();
        facts.forEach((name, fact) -> machine.add(List.of(name, fact)));
        page.append(text(List.of("Of the run", ""), machine));
        if (!goals.isEmpty()) {
            page.append("\n## Goals\n\n").append(text(List.of("What", "Measured", "Goal (moonshot)", "Met?"), rows(goals)));
        }
        if (!checks.isEmpty()) {
            page.append("\n## Checks of the bench itself\n\n").append(text(List.of("What", "Measured", "Must be", "Is it?"), rows(checks)));
        }
        for (Table table : tables) {
            page.append("\n## ").append(table.title()).append("\n\n").append(text(table.head(), table.rows()));
            table.notes().forEach(note -> page.append('\n').append(note).append('\n'));
        }
        return page.toString();
    }

    private static List<List<String>> rows(List<Goal> goals) {
        return goals.stream().map(goal -> List.of(goal.what(), number(goal.measured()) + goal.unit(), goal.goal(), goal.verdict())).toList();
    }

    /** Three digits that count, no more. */
    static String number(double value) {
        double size = Math.abs(value);
        return size >= 100 || value == Math.rint(value) ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, size >= 10 ? "%.1f" : "%.2f", value);
    }

    /** A table that reads well as it stands, too. */
    private static String text(List<String> head, List<List<String>> rows) {
        int[] widths = new int[head.size()];
        List<List<String>> all = new ArrayList<>(List.of(head));
        all.addAll(rows);
        for (List<String> row : all) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (int r = 0; r < all.size(); r++) {
            for (int i = 0; i < widths.length; i++) {
                text.append("| ").append(all.get(r).get(i)).append(" ".repeat(widths[i] - all.get(r).get(i).length())).append(' ');
            }
            text.append("|\n");
            if (r == 0) {
                for (int width : widths) {
                    text.append('|').append("-".repeat(width + 2));
                }
                text.append("|\n");
            }
        }
        return text.toString();
    }
}

package dev.truepipe.bench;

import dev.truepipe.bench.Results.Goal;
import dev.truepipe.bench.Results.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** {@code check} of few lines, from the shell's prompt and back, beside a JVM that does nothing. */
final class ColdStart {
    private static final int[] LINES = {100, 1_000, 10_000};
    private static final int MOST_LINES = 10_000;
    private static final int LEAST_ROUNDS = 9;

    private ColdStart() {}

    static void measure(Run run) throws IOException, InterruptedException {
        Manifest manifest = run.manifest(8 * Size.MIB, 0);
        Map<String, List<String>> commands = new LinkedHashMap<>();
        commands.put("an empty JVM", Contestant.javaCommand(List.of(), List.of(EmptyProgram.class), EmptyProgram.class));
        for (int lines : LINES) {
            Path few = run.work().resolve("lines-" + lines + ".manifest");
            try (Stream<String> all = Files.lines(manifest.file())) {
                Files.write(few, all.limit(lines).toList());
            }
            commands.put(check(lines), run.truepipe("check", few.toString(), "--json"));
        }
        if (manifest.lines() < MOST_LINES) {
            throw new BenchFailure("the manifest for cold starts is too short: " + manifest.lines() + " lines");
        }
        Map<String, List<Measurement>> measured = new LinkedHashMap<>();
        int rounds = Math.max(run.repeat(), LEAST_ROUNDS);
        for (int round = 1; round <= rounds; round++) {
            for (Map.Entry<String, List<String>> command : commands.entrySet()) {
                measured.computeIfAbsent(command.getKey(), _ -> new ArrayList<>()).add(run.processes().measure(command.getValue(), 0, Set.of(0, 1)));
            }
        }
        double empty = wall(measured, "an empty JVM");
        List<List<String>> rows = new ArrayList<>();
        measured.forEach((name, all) -> rows.add(List.of(name, Run.seconds(wall(measured, name)), Run.seconds(Measurement.median(all, Measurement::cpu)),
                Run.mebibytes(Measurement.median(all, Measurement::peak)), Run.times(wall(measured, name) / empty))));
        run.results().table(new Table("Cold start", List.of("What", "Time", "CPU", "Peak", "Time to the empty JVM's"), rows,
                List.of("Medians of " + rounds + ", on all cores. The time of `check` is that of the whole script, which finds a JDK and looks for changed sources first.")));
        run.results().goal(Goal.atMost("`check` of 1,000 lines, cold, to an empty JVM", wall(measured, check(1_000)) / empty, 6, 4, " ×"));
        run.say("check of 1,000 lines: %s an empty JVM", Run.times(wall(measured, check(1_000)) / empty));
    }

    private static String check(int lines) {
        return String.format(Locale.ROOT, "`check` of %,d lines", lines);
    }

    private static double wall(Map<String, List<Measurement>> measured, String name) {
        return Measurement.median(measured.get(name), Measurement::wall);
    }
}

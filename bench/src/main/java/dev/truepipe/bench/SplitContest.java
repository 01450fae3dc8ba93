package dev.truepipe.bench;

import dev.truepipe.bench.Results.Goal;
import dev.truepipe.bench.Results.Table;
import dev.truepipe.storage.Folders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code split} beside others, on one core and on two, without duplicates and with. */
final class SplitContest {
    private static final int DUPLICATES_PERCENT = 5;
    private static final double CAREFUL = 8;

    private final Run run;
    private final List<Contestant> contestants;

    SplitContest(Run run, List<Contestant> contestants) {
        this.run = run;
        this.contestants = contestants;
    }

    void measure() throws IOException, InterruptedException {
        for (int duplicates : new int[] {0, DUPLICATES_PERCENT}) {
            Manifest manifest = run.manifest(run.bytes(), duplicates);
            for (int cores = 1; cores <= Math.min(2, Machine.CORES); cores++) {
                Map<Contestant, List<Measurement>> measured = contest(manifest, cores);
                run.results().table(table(measured, duplicates, cores, manifest));
                if (cores == 1) {
                    goals(measured, duplicates);
                }
            }
            run.release(manifest);
        }
    }

    /** Every contestant once, then again: a slow moment of the machine hits all alike. @throws BenchFailure if one yields something else */
    Map<Contestant, List<Measurement>> contest(Manifest manifest, int cores) throws IOException, InterruptedException {
        Map<Contestant, List<Measurement>> measured = new LinkedHashMap<>();
        Run.warm(manifest.file());
        for (int round = 1; round <= run.repeat(); round++) {
            for (Contestant contestant : contestants.stream().filter(Contestant::here).toList()) {
                Path out = run.emptied("out");
                // What the one before wrote is not to be waited for by the next.
                Processes.output(List.of("sync"));
                Measurement one = run.processes().measure(contestant.command().line(manifest.file(), out, cores), cores, Set.of(0));
                run.say("%s, %s, round %d of %d: %s, %s", manifest.file().getFileName(), cores == 1 ? "one core" : cores + " cores", round, run.repeat(),
                        contestant.name(), Run.seconds(one.wall()));
                verify(contestant, manifest, one, out, round == 1);
                Folders.remove(out);
                measured.computeIfAbsent(contestant, _ -> new ArrayList<>()).add(one);
            }
        }
        return measured;
    }

    private static void verify(Contestant contestant, Manifest manifest, Measurement one, Path out, boolean everyByte) throws IOException {
        boolean newest = contestant.claim() == Contestant.Claim.NEWEST;
        Lines train = newest ? manifest.train().minus(manifest.oldTrain()) : manifest.train();
        Lines validation = newest ? manifest.validation().minus(manifest.oldValidation()) : manifest.validation();
        Lines superseded = newest ? manifest.oldTrain().plus(manifest.oldValidation()) : Lines.NONE;
        Map<String, Long> expected = new LinkedHashMap<>();
        expected.put("lines", manifest.lines());
        if (contestant.claim().compareTo(Contestant.Claim.LINES) > 0) {
            expected.put("accepted", train.count() + validation.count());
            expected.put("quarantined", manifest.quarantine().count());
            expected.put("train", train.count());
            expected.put("validation", validation.count());
        }
        if (newest) {
            expected.put("superseded", superseded.count());
        }
        Map<String, Object> said = one.json();
        List<String> differences = new ArrayList<>();
        expected.forEach((name, count) -> {
            if (!count.equals(said.get(name))) {
                differences.add(name + ": expected " + count + ", was " + said.get(name));
            }
        });
        if (everyByte && contestant.claim() == Contestant.Claim.LINES) {
            differ(differences, "both files", manifest.all(), Lines.of(out.resolve("train.manifest")).plus(Lines.of(out.resolve("validation.manifest"))));
        } else if (everyByte && contestant.claim() != Contestant.Claim.COUNT) {
            differ(differences, "train.manifest", train, Lines.of(out.resolve("train.manifest")));
            differ(differences, "validation.manifest", validation, Lines.of(out.resolve("validation.manifest")));
            differ(differences, "quarantine.manifest", manifest.quarantine(), Lines.of(out.resolve("quarantine.manifest")));
            differ(differences, "superseded.manifest", superseded, Lines.of(out.resolve("superseded.manifest")));
        }
        if (!differences.isEmpty()) {
            throw new BenchFailure(contestant.name() + " does not do the same work on " + manifest.file() + ":\n  " + String.join("\n  ", differences));
        }
    }

    private static void differ(List<String> differences, String file, Lines expected, Lines found) {
        if (!expected.equals(found)) {
            differences.add(file + ": expected " + expected + ", was " + found);
        }
    }

    private Table table(Map<Contestant, List<Measurement>> measured, int duplicates, int cores, Manifest manifest) {
        List<Measurement> floor = of(measured, Contestant.COPY);
        List<List<String>> rows = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (Contestant contestant : contestants) {
            List<Measurement> all = measured.get(contestant);
            if (all == null) {
                notes.add("Absent: " + contestant.name() + ", because " + contestant.absent() + ".");
                continue;
            }
            double wall = Measurement.median(all, Measurement::wall);
            double cpu = Measurement.median(all, Measurement::cpu);
            rows.add(List.of(
                    contestant.name(), Run.seconds(wall),
                    Run.seconds(all.stream().mapToDouble(Measurement::wall).min().orElseThrow()) + " to "
                            + Run.seconds(all.stream().mapToDouble(Measurement::wall).max().orElseThrow()),
                    Run.seconds(cpu), Run.mebibytes(Measurement.median(all, Measurement::peak)), Results.number(manifest.bytes() / 1e6 / wall),
                    floor == null ? "–" : Run.times(wall / Measurement.median(floor, Measurement::wall)),
                    floor == null ? "–" : Run.times(cpu / Measurement.median(floor, Measurement::cpu))));
        }
        String title = "split: " + Size.text(run.bytes()) + ", " + (duplicates == 0 ? "no duplicates" : duplicates + " % duplicates") + ", "
                + (cores == 1 ? "one core" : cores + " cores");
        return new Table(title, List.of("Who", "Time", "Least to most", "CPU", "Peak", "MB/s", "Time to C's", "CPU to C's"), rows, notes);
    }

    private void goals(Map<Contestant, List<Measurement>> measured, int duplicates) {
        double ours = Measurement.median(of(measured, Contestant.TRUEPIPE), Measurement::wall);
        List<Measurement> floor = of(measured, Contestant.COPY);
        String work = Size.text(run.bytes()) + ", one core" + (duplicates == 0 ? "" : ", " + duplicates + " % duplicates");
        if (floor != null) {
            double copy = Measurement.median(floor, Measurement::wall);
            double streaming = Measurement.median(of(measured, Contestant.STREAMING), Measurement::wall);
            run.results().goal(duplicates == 0 ? Goal.atMost("`split` to the C copy, " + work, ours / copy, 3, 2.5, " ×")
                    : Goal.atMost("`split` to the C copy, " + work, ours / copy, 4.5, 4.5, " ×"));
            // Below, the start of a JVM weighs more than what it does.
            if (duplicates == 0 && run.bytes() >= Size.GIB) {
                // Against the plain copy: reading tokens alone, writing nothing, takes eight times the quick one.
                double plain = Measurement.median(of(measured, Contestant.PLAIN_COPY), Measurement::wall);
                run.results().check(Goal.atMost("Jackson streaming to the plain C copy, or it is not careful", streaming / plain, CAREFUL, CAREFUL, " ×"));
            }
        }
        if (duplicates == 0) {
            faster(measured, Contestant.STREAMING, "careful Jackson streaming", ours, 2, 2.5, work);
            faster(measured, Contestant.DUCKDB, "DuckDB on one thread", ours, 4, 4, work);
            faster(measured, Contestant.PYTHON, "Python `json`", ours, 5, 7, work);
        }
    }

    private void faster(Map<Contestant, List<Measurement>> measured, String name, String words, double ours, double goal, double moonshot, String work) {
        List<Measurement> other = of(measured, name);
        if (other != null) {
            run.results().goal(Goal.atLeast("`split` faster than " + words + ", " + work,
                    Measurement.median(other, Measurement::wall) / ours, goal, moonshot, " ×"));
        }
    }

    private static List<Measurement> of(Map<Contestant, List<Measurement>> measured, String name) {
        return measured.entrySet().stream().filter(entry -> entry.getKey().name().equals(name)).map(Map.Entry::getValue).findFirst().orElse(null);
    }
}

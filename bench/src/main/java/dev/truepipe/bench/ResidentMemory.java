package dev.truepipe.bench;

import dev.truepipe.bench.Results.Goal;
import dev.truepipe.bench.Results.Table;
import dev.truepipe.storage.Folders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Most resident memory of {@code check} and {@code split}, on all cores. */
final class ResidentMemory {
    private static final long LARGE = 8 * Size.GIB;
    private static final int SPLIT_BYTES_A_LINE = 24;

    private ResidentMemory() {}

    static void measure(Run run) throws IOException, InterruptedException {
        List<List<String>> rows = new ArrayList<>();
        for (long size : run.large() ? new long[] {run.bytes(), LARGE} : new long[] {run.bytes()}) {
            Manifest manifest = run.manifest(size, 0);
            Measurement check;
            Measurement split;
            try {
                // Bad lines are no failure here: 1 is what check says of them.
                check = run.processes().measure(run.truepipe("check", manifest.file().toString(), "--json"), 0, Set.of(0, 1));
                run.say("check of %s: %s at most", Size.text(size), Run.mebibytes(check.peak()));
                Path out = run.emptied("out");
                split = run.processes().measure(run.truepipe("split", manifest.file().toString(), "--out", out.toString(), "--json"), 0, Set.of(0));
                run.say("split of %s: %s at most", Size.text(size), Run.mebibytes(split.peak()));
                Folders.remove(out);
            } finally {
                run.release(manifest);
            }
            double allowed = 128 + (double) SPLIT_BYTES_A_LINE * manifest.lines() / Size.MIB;
            run.results().goal(Goal.atMost("Resident memory of `check`, " + Size.text(size), (double) check.peak() / Size.MIB, 128, 128, " MiB"));
            run.results().goal(Goal.atMost("Resident memory of `split`, " + Size.text(size) + " (128 MiB + 24 bytes a line)",
                    (double) split.peak() / Size.MIB, allowed, allowed, " MiB"));
            for (String command : List.of("check", "split")) {
                Measurement of = command.equals("check") ? check : split;
                rows.add(List.of(command, Size.text(size), String.format(Locale.ROOT, "%,d", manifest.lines()), Run.mebibytes(of.peak()),
                        Run.seconds(of.wall()), Run.seconds(of.cpu())));
            }
        }
        run.results().table(new Table("Memory of `check` and `split`, all cores", List.of("Command", "Manifest", "Lines", "Peak", "Time", "CPU"), rows, List.of()));
    }
}

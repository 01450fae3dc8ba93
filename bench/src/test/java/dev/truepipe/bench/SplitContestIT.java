package dev.truepipe.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The contestants that need no download yield the same lines of a small manifest, and one that does not is found out. */
class SplitContestIT {
    private static final Path HOME = Path.of(System.getProperty("truepipe.root"));
    private static final long BYTES = 300 << 10;

    @TempDir
    private Path work;

    private Tools tools;

    @BeforeEach
    void findTools() throws InterruptedException {
        try {
            tools = new Tools(HOME, work);
        } catch (BenchFailure missing) {
            skip(missing.getMessage());
        }
    }

    @Test
    void allContestantsDoTheSameWork() throws Exception {
        List<Contestant> contestants = Contestant.all(HOME, tools, false);
        List<String> absent = contestants.stream().filter(contestant -> !contestant.here()).map(Contestant::name).toList();
        if (!absent.equals(List.of(Contestant.DUCKDB))) {
            skip("absent: " + absent + "; install a C compiler");
        }
        Run run = run();
        for (int duplicates : new int[] {0, 5}) {
            Map<Contestant, List<Measurement>> measured = new SplitContest(run, contestants).contest(manifest(duplicates), 1);
            assertEquals(contestants.size() - 1, measured.size());
            measured.forEach((contestant, all) -> assertTrue(
                    all.size() == 1 && all.getFirst().wall() > 0 && all.getFirst().cpu() > 0 && all.getFirst().peak() > 1 << 20, () -> contestant.name() + ": " + all));
        }
    }

    @Test
    void aContestantThatLosesALineIsFoundOut() throws Exception {
        List<Contestant> loser = List.of(new Contestant("loser", Contestant.Claim.SIDES, (manifest, out, _) -> {
            List<String> line = new ArrayList<>(List.of(tools.python(), HOME.resolve("bench/contestants/split_json.py").toString()));
            line.addAll(List.of(shortened(manifest).toString(), out.toString()));
            return line;
        }, null));
        BenchFailure found = assertThrows(BenchFailure.class, () -> new SplitContest(run(), loser).contest(manifest(0), 1));
        assertTrue(found.getMessage().startsWith("loser does not do the same work") && found.getMessage().contains("lines: expected "), found.getMessage());
    }

    private Path shortened(Path manifest) {
        try {
            List<String> lines = Files.readAllLines(manifest);
            return Files.write(work.resolve("shortened.manifest"), lines.subList(1, lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException("the manifest cannot be shortened", e);
        }
    }

    private Manifest manifest(int duplicates) throws IOException {
        return Manifest.make(work.resolve("manifests"), BYTES, duplicates, 1);
    }

    private Run run() {
        return new Run(HOME, work, tools, new Processes(HOME, tools.python(), work), new Results(), System.out, BYTES, 1, 1, 1, false);
    }

    /** A skipped test says why; where nothing may be skipped it fails. */
    private static void skip(String reason) {
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(reason);
        }
        System.out.println("skipped: " + reason);
        Assumptions.abort(reason);
    }
}

package dev.truepipe.bench;

import dev.truepipe.storage.Folders;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code bench/run}. */
@Command(
        name = "bench/run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures Truepipe's engine beside others that do the same work, in one run, in turns, and writes bench/RESULTS.md.",
        footer = {"", "Exit codes: 0 measured · 1 a contestant does other work, or is not what it must be · 2 wrong usage, or something is missing"})
public final class Bench implements Callable<Integer> {
    private static final int TEN = 10;

    /** What can be measured. */
    enum Section { SPLIT, SCANNER, MEMORY, START, DECIDE, CLOUD, PIPE, IMPORT }

    @Option(names = "--size", paramLabel = "SIZE", defaultValue = "1GiB", description = "of the manifests, 10MiB to 8GiB (default: ${DEFAULT-VALUE})")
    private String size;

    @Option(names = "--repeat", paramLabel = "N", defaultValue = "5", description = "measurements of each thing; medians are shown (default: ${DEFAULT-VALUE})")
    private int repeat;

    @Option(names = "--only", paramLabel = "SECTION", split = ",", description = "some of: split, scanner, memory, start, decide, cloud, pipe, import (default: all)")
    private List<String> only = List.of();

    @Option(names = "--large", description = "memory at 8 GiB, too; takes 18 GB of disk")
    private boolean large;

    @Option(names = "--quick", description = "a look: 16MiB, 3 measurements, a million lines to decide on; does not touch bench/RESULTS.md")
    private boolean quick;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "another seed makes other manifests (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--results", paramLabel = "FILE", description = "where the page goes (default: bench/RESULTS.md, with --quick bench/target/RESULTS.md)")
    private Path file;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    /** Starts the program; {@code bench.home} is the project's folder. */
    public static void main(String[] arguments) {
        CommandLine line = new CommandLine(new Bench());
        line.setExecutionExceptionHandler((failure, _, _) -> {
            if (!(failure instanceof BenchFailure)) {
                throw failure;
            }
            System.err.println("bench: " + failure.getMessage());
            return 1;
        });
        System.exit(line.execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path home = Path.of(System.getProperty("bench.home"));
        Set<Section> sections = sections();
        long bytes = bytes();
        int times = quick ? Math.min(repeat, 3) : repeat;
        Path work = Files.createDirectories(home.resolve("bench/target/work"));
        Tools tools;
        try {
            tools = new Tools(home, work);
        } catch (BenchFailure missing) {
            System.err.println("bench: " + missing.getMessage());
            return 2;
        }
        Results results = new Results();
        Run run = new Run(home, work, tools, new Processes(home, tools.python(), work), results, new PrintStream(System.err, true), bytes, times, seed,
                quick ? 1 : TEN, large);
        List<Contestant> contestants = sections.contains(Section.SPLIT) ? Contestant.all(home, tools, true) : List.of();
        if (sections.contains(Section.IMPORT)) {
            // Its version is one of the facts.
            tools.pycocotools();
        }
        Map<String, String> facts = facts(tools, home);
        try {
            for (Section section : sections) {
                switch (section) {
                    case SPLIT -> new SplitContest(run, contestants).measure();
                    case SCANNER -> Allocation.measure(run);
                    case MEMORY -> ResidentMemory.measure(run);
                    case START -> ColdStart.measure(run);
                    case DECIDE -> Deciding.measure(run);
                    case CLOUD -> CloudRun.measure(run);
                    case PIPE -> PipeRate.measure(run);
                    case IMPORT -> CocoImport.measure(run, quick);
                }
            }
        } finally {
            for (String folder : List.of("out", "indexes", "cloud", "pipe")) {
                Folders.remove(work.resolve(folder));
            }
        }
        String page = results.page(facts);
        Path target = file != null ? file : home.resolve(quick ? "bench/target/RESULTS.md" : "bench/RESULTS.md");
        Files.writeString(target, page);
        System.out.println(page);
        run.say("written to %s", target);
        List<String> failed = results.failedChecks();
        failed.forEach(check -> run.say("check failed: %s", check));
        return failed.isEmpty() ? 0 : 1;
    }

    private Set<Section> sections() {
        Set<Section> sections = EnumSet.noneOf(Section.class);
        for (String name : only) {
            try {
                sections.add(Section.valueOf(name.strip().toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "no section \"" + name + "\"; there are split, scanner, memory, start, decide, cloud, pipe, import", e);
            }
        }
        return only.isEmpty() ? EnumSet.allOf(Section.class) : sections;
    }

    private long bytes() {
        try {
            long bytes = quick ? 16 * Size.MIB : Size.parse(size);
            if (bytes < 10 * Size.MIB || bytes > 8 * Size.GIB || repeat < 1) {
                throw new IllegalArgumentException("the size is 10MiB to 8GiB, and there is at least one measurement");
            }
            return bytes;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private Map<String, String> facts(Tools tools, Path home) throws IOException, InterruptedException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Date", LocalDate.now(ZoneOffset.UTC).toString());
        List<String> words = new ArrayList<>(List.of("bench/run"));
        words.addAll(spec.commandLine().getParseResult().originalArgs());
        facts.put("Command", "`" + String.join(" ", words) + "`");
        String commit = Processes.output(List.of("git", "-C", home.toString(), "rev-parse", "--short", "HEAD"));
        facts.put("Commit", commit == null ? "not in a repository" : commit);
        facts.putAll(Machine.facts(tools));
        return facts;
    }
}

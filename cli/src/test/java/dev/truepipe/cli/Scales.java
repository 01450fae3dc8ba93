package dev.truepipe.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Weighs a tree of processes: its PSS, the memory of each process with every shared page shared out among those that share it. Only Linux
 * tells ({@code /proc/PID/smaps_rollup}).
 */
final class Scales {
    /** Linux walks all pages of a process to tell: more often would slow down what is weighed. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final ProcessHandle root;
    private long lastNanos = System.nanoTime() - PAUSE.toNanos();
    private long peakKiB = -1;

    Scales(ProcessHandle root) {
        this.root = root;
    }

    /** Whether this system tells. */
    static boolean work() {
        return pss(ProcessHandle.current().pid()).isPresent();
    }

    /** The most seen so far; -1 if nothing was. */
    long peakKiB() {
        return peakKiB;
    }

    /** Looks, unless it has just looked. */
    void weigh() {
        if (System.nanoTime() - lastNanos < PAUSE.toNanos()) {
            return;
        }
        long all = Stream.concat(Stream.of(root), root.descendants())
                .map(process -> pss(process.pid()))
                .flatMapToLong(OptionalLong::stream)
                .sum();
        peakKiB = all == 0 ? peakKiB : Math.max(peakKiB, all);
        lastNanos = System.nanoTime();
    }

    private static OptionalLong pss(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "smaps_rollup"))) {
            return lines.filter(line -> line.startsWith("Pss:")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst();
        } catch (IOException | UncheckedIOException ended) {
            // It has ended since it was seen, or this is no Linux.
            return OptionalLong.empty();
        }
    }
}

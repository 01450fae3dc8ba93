package dev.truepipe.emulator.sagemaker;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends a container's processes when this JVM is gone and could not do it itself, as after {@code kill -9}.
 *
 * <p>An algorithm that waits for its next FIFO would wait for ever. So a small shell waits at a pipe whose other end only
 * this JVM holds, and when the pipe ends it kills. It stands beside the algorithm, not around it: signals, streams and exit
 * status of the algorithm know nothing of it.
 *
 * <p>It finds the first process and its descendants (these where there is {@code pgrep}), and on Linux whatever carries the
 * container's mark in its environment; see {@link ProcessTree}.
 */
final class ProcessGuard implements Closeable {
    /** A terminal's signals reach the whole process group, and the guard must outlast them. The list of rounds is not endless. */
    private static final String SCRIPT = """
            trap '' HUP INT TERM
            mark=$1
            shift
            read -r first
            read -r end_of_the_pipe
            tree() {
                echo "$1"
                for child in $(pgrep -P "$1"); do
                    tree "$child"
                done
            }
            all() {
                test -z "$first" || tree "$first"
                test ! -d /proc/self || grep -lsF "$1" /proc/[0-9]*/environ | cut -d / -f 3
            }
            test $# -eq 0 || "$@"
            round=0
            found=$(all "$mark")
            while test -n "$found" && test $round -lt 100; do
                kill -KILL $found
                sleep 0.1
                round=$((round + 1))
                first=
                found=$(all "$mark")
            done
            """;

    private final Process shell;

    /**
     * Guards from here on what carries the mark.
     *
     * @param mark stands in the environment of each process and of no other's
     * @param first a command to be run before they are killed; empty for none
     */
    ProcessGuard(String mark, List<String> first) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", SCRIPT, "sh", mark));
        command.addAll(first);
        shell = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Guards the first process too, with or without the mark, and what descends from it. Call at most once. */
    void watch(long pid) throws IOException {
        shell.getOutputStream().write((pid + "\n").getBytes(StandardCharsets.US_ASCII));
        shell.getOutputStream().flush();
    }

    /** Lets what may be left of them live. Closing twice is fine. */
    @Override
    public void close() {
        shell.toHandle().destroyForcibly(); // not Process.destroyForcibly(), which would also end the pipe
        shell.onExit().join();
    }
}

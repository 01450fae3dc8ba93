package dev.truepipe.bench;

import dev.truepipe.storage.Folders;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What all sections of one run share.
 *
 * @param home the project's folder
 * @param work where manifests and outputs lie
 * @param bytes size of the manifests
 * @param repeat measurements of each thing
 * @param manyLines lines that DecideDataset decides on at most, in millions
 * @param large whether memory is looked at with 8 GiB, too
 */
record Run(Path home, Path work, Tools tools, Processes processes, Results results, PrintStream progress,
        long bytes, int repeat, long seed, int manyLines, boolean large) {
    /** Manifests larger than this do not outlive their section. */
    private static final long KEPT_BYTES = 2 * Size.GIB;

    private static final int BUFFER_BYTES = 1 << 20;

    void say(String format, Object... values) {
        progress.println("bench: " + String.format(Locale.ROOT, format, values));
    }

    Manifest manifest(long size, int duplicatesPercent) throws IOException {
        say("manifest of %s, %d %% duplicates", Size.text(size), duplicatesPercent);
        return Manifest.make(work.resolve("manifests"), size, duplicatesPercent, seed);
    }

    /** Reads a file, so that the first contestant finds it in memory as the last does. */
    static void warm(Path file) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (var in = Files.newInputStream(file)) {
            while (in.read(buffer) >= 0) {
                // Only to have it read.
            }
        }
    }

    /** A section is done with it. */
    void release(Manifest manifest) throws IOException {
        if (manifest.bytes() > KEPT_BYTES) {
            manifest.delete();
        }
    }

    /** An empty folder to write into. */
    Path emptied(String name) throws IOException {
        Path folder = work.resolve(name);
        Folders.remove(folder);
        return Files.createDirectories(folder);
    }

    List<String> truepipe(String... arguments) {
        return Stream.concat(Stream.of(home.resolve("truepipe").toString()), Stream.of(arguments)).toList();
    }

    static String seconds(double value) {
        return Results.number(value) + " s";
    }

    static String mebibytes(double bytes) {
        return Results.number(bytes / Size.MIB) + " MiB";
    }

    static String times(double ratio) {
        return Results.number(ratio) + " ×";
    }
}

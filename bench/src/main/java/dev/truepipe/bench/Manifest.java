package dev.truepipe.bench;

import dev.truepipe.json.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A made manifest, and what becomes of its lines.
 *
 * @param train accepted lines of objects that are not held out, superseded ones among them
 * @param validation likewise, of objects that are
 * @param quarantine defective lines
 * @param oldTrain those of {@code train} that a newer label supersedes
 * @param oldValidation likewise
 */
record Manifest(Path file, Lines train, Lines validation, Lines quarantine, Lines oldTrain, Lines oldValidation) {
    private static final int BUFFER_BYTES = 1 << 20;

    Lines all() {
        return train.plus(validation).plus(quarantine);
    }

    long lines() {
        return all().count();
    }

    /** As it is stored: each line with its line feed. */
    long bytes() {
        return all().bytes() + lines();
    }

    /**
     * Makes a manifest of at least so many bytes, or finds the one made earlier.
     *
     * @param folder where it lies, with what becomes of its lines beside it
     * @param duplicatesPercent see {@link Generator}
     */
    static Manifest make(Path folder, long bytes, int duplicatesPercent, long seed) throws IOException {
        String name = String.format(Locale.ROOT, "%s-duplicates-%d-seed-%d-v%d", Size.text(bytes).replace(" ", ""), duplicatesPercent, seed, Generator.VERSION);
        Path file = Files.createDirectories(folder).resolve(name + ".manifest");
        Path facts = folder.resolve(name + ".json");
        if (Files.exists(file) && Files.exists(facts)) {
            return fromJson(file, Json.parseObject(Files.readAllBytes(facts)));
        }
        Manifest manifest = write(file, bytes, new Generator(seed, duplicatesPercent, Generator.MANY_BOXES), duplicatesPercent > 0);
        Files.write(facts, Json.pretty(manifest.toJson()));
        return manifest;
    }

    private static Manifest write(Path file, long bytes, Generator generator, boolean duplicates) throws IOException {
        Side train = new Side();
        Side validation = new Side();
        Side quarantine = new Side();
        Newest newest = new Newest();
        long written = 0;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES)) {
            while (written < bytes) {
                generator.next();
                out.write(generator.line(), 0, generator.length());
                out.write('\n');
                written += generator.length() + 1;
                long hash = Lines.hash(generator.line(), 0, generator.length());
                if (!generator.accepted()) {
                    quarantine.add(generator.length(), hash);
                    continue;
                }
                Side side = generator.held() ? validation : train;
                side.add(generator.length(), hash);
                if (duplicates) {
                    newest.label(Math.toIntExact(generator.object()), generator.length(), hash, side);
                }
            }
        }
        return new Manifest(file, train.all(), validation.all(), quarantine.all(), train.old(), validation.old());
    }

    private static final class Side {
        private long count;
        private long bytes;
        private long hash;
        private Lines old = Lines.NONE;

        void add(int length, long lineHash) {
            count++;
            bytes += length;
            hash += lineHash;
        }

        Lines all() {
            return new Lines(count, bytes, hash);
        }

        Lines old() {
            return old;
        }
    }

    /** The newest accepted line of each object; lines come in the order of their dates. */
    private static final class Newest {
        private long[] hashes = new long[1 << 10];
        private int[] lengths = new int[1 << 10];

        void label(int object, int length, long hash, Side side) {
            if (object >= lengths.length) {
                lengths = Arrays.copyOf(lengths, 2 * lengths.length);
                hashes = Arrays.copyOf(hashes, 2 * hashes.length);
            }
            if (lengths[object] > 0) {
                side.old = side.old.plus(new Lines(1, lengths[object], hashes[object]));
            }
            lengths[object] = length;
            hashes[object] = hash;
        }
    }

    private Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("train", train.toJson());
        json.put("validation", validation.toJson());
        json.put("quarantine", quarantine.toJson());
        json.put("oldTrain", oldTrain.toJson());
        json.put("oldValidation", oldValidation.toJson());
        return json;
    }

    private static Manifest fromJson(Path file, Map<String, Object> json) {
        return new Manifest(file, Lines.fromJson(json.get("train")), Lines.fromJson(json.get("validation")), Lines.fromJson(json.get("quarantine")),
                Lines.fromJson(json.get("oldTrain")), Lines.fromJson(json.get("oldValidation")));
    }

    /** Deletes it from disk. */
    void delete() throws IOException {
        Files.deleteIfExists(file);
    }
}

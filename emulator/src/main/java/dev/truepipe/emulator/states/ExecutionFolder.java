package dev.truepipe.emulator.states;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Executions, one JSON file each: {@code <folder>/<machine>/<execution name>.json}, written whole or not at all; when a state is
 * entered, without the children of its Maps, and when it ends, with them.
 */
final class ExecutionFolder {
    private final Path folder;

    ExecutionFolder(Path folder) {
        this.folder = folder;
    }

    Path file(String machine, String name) {
        return folder.resolve(machine).resolve(name + ".json");
    }

    /** @throws UncheckedIOException if the folder cannot be written */
    void write(String machine, ExecutionRecord record) {
        Path file = file(machine, record.ref().name());
        try {
            Files.createDirectories(file.getParent());
            Path half = Files.createTempFile(file.getParent(), ".", ".part");
            Files.write(half, Json.pretty(record.toJson()));
            Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the record of execution " + record.ref().name() + " to " + file, e);
        }
    }

    /**
     * All records of a machine, in no order.
     *
     * @throws IOException if one cannot be read; the message names its file
     */
    List<ExecutionRecord> read(String machine) throws IOException {
        Path of = folder.resolve(machine);
        if (!Files.isDirectory(of)) {
            return List.of();
        }
        List<Path> files;
        try (Stream<Path> entries = Files.list(of)) {
            files = entries.filter(file -> file.getFileName().toString().endsWith(".json")).sorted().toList();
        }
        List<ExecutionRecord> records = new ArrayList<>();
        for (Path file : files) {
            try {
                records.add(ExecutionRecord.fromJson(Json.parseObject(Files.readAllBytes(file))));
            } catch (IOException | IllegalArgumentException e) {
                throw new IOException(file + ": " + e.getMessage() + "; move the file away to start without it", e);
            }
        }
        return records;
    }
}

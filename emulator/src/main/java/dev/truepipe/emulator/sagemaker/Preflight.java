package dev.truepipe.emulator.sagemaker;

import dev.truepipe.split.Hash128;
import dev.truepipe.split.LowestHashes;
import dev.truepipe.storage.ObjectSource;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What can be told of a channel before a byte of it is streamed: every line is an object that has its attributes, those whose names end
 * in {@code -ref} hold S3 URIs, and the {@value #OBJECTS} objects with the lowest hashes of their addresses, the same at every run, can be
 * read. They are asked for (HEAD), not read. Memory does not grow with the manifest.
 */
final class Preflight {
    /** As many as are looked at when a manifest is scanned. */
    static final int OBJECTS = 100;

    private final ManifestLines lines;
    private final ObjectSource objects;
    private final LowestHashes<Named> sample = new LowestHashes<>(OBJECTS);

    private Preflight(ManifestLines lines, ObjectSource objects) {
        this.lines = lines;
        this.objects = objects;
    }

    /**
     * @throws InputFailure for the first line that cannot be streamed; else for the first that names one of the objects looked at that
     *     cannot be read
     */
    static void check(ManifestLines lines, List<String> attributeNames, ObjectSource objects) throws InputFailure, IOException {
        Preflight preflight = new Preflight(lines, objects);
        for (int index = 0; index < lines.count(); index++) {
            for (ManifestLines.Reference reference : lines.references(index, attributeNames)) {
                preflight.sample.add(Hash128.of(reference.object().toString()), new Named(index, reference.attribute(), reference.object()));
            }
        }
        preflight.look();
    }

    private void look() throws InputFailure, IOException {
        Map<Named, Future<ObjectStore.StoredObject>> answers = new LinkedHashMap<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            sample.all().values().stream().sorted().forEach(named -> answers.put(named, threads.submit(
                    () -> objects.head(named.object()).orElseThrow(() -> new ObjectStore.ObjectMissingException(named.object())))));
            for (Map.Entry<Named, Future<ObjectStore.StoredObject>> answer : answers.entrySet()) {
                try {
                    answer.getValue().get();
                } catch (ExecutionException e) {
                    threads.shutdownNow();
                    Named named = answer.getKey();
                    switch (e.getCause()) {
                        case IOException why -> throw lines.failure(named.index(), named.attribute(), named.object(), why);
                        case RuntimeException broken -> throw broken;
                        case Error broken -> throw broken;
                        default -> throw new IllegalStateException(e.getCause());
                    }
                } catch (InterruptedException e) {
                    threads.shutdownNow();
                    Thread.currentThread().interrupt();
                    throw new ClosedByInterruptException();
                }
            }
        }
    }

    /** The first line that names an object. */
    private record Named(int index, String attribute, S3Uri object) implements Comparable<Named> {
        @Override
        public int compareTo(Named other) {
            return Integer.compare(index, other.index);
        }
    }
}

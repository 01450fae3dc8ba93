package dev.truepipe.examples.streetcars.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as a container runs it: its own process, real pipes, an exit status. */
@Timeout(120)
final class MainIT {
    @TempDir
    private Path folder;

    private Process start(String... arguments) throws IOException {
        List<String> command = new java.util.ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-cp", Path.of("target", "classes").toString(), Main.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("TRUEPIPE_ROOT", folder.toString());
        Process process = builder.start();
        // Whoever reads its words waits for its end, and no interrupt ends that either.
        CompletableFuture.delayedExecutor(100, TimeUnit.SECONDS).execute(process::destroyForcibly);
        return process;
    }

    private static void makePipe(Path pipe) throws IOException, InterruptedException {
        try {
            Process mkfifo = new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start();
            assertEquals(0, mkfifo.waitFor());
        } catch (IOException e) {
            String reason = "mkfifo cannot be started, so there are no pipes to read: " + e.getMessage();
            System.out.println("skipped: " + reason);
            if ("true".equals(System.getenv("CI"))) {
                fail(reason);
            }
            abort(reason);
        }
    }

    @Test
    void readsRealPipesEpochByEpochAsTheyAppear() throws Exception {
        Container container = Container.in(folder, Map.of("epochs", "2", "num_training_samples", "8"), "train", "validation");
        List<Container.Example> streets = Streets.of(12, 12);
        makePipe(container.pipe("train", 0));
        Process main = start("train");
        try {
            CompletableFuture<String> log = CompletableFuture.supplyAsync(() -> read(main));
            for (int epoch = 0; epoch < 2; epoch++) {
                if (epoch > 0) {
                    makePipe(container.pipe("train", epoch));
                }
                send(container.pipe("train", epoch), streets.subList(0, 8));
                makePipe(container.pipe("validation", epoch));
                send(container.pipe("validation", epoch), streets.subList(8, 12));
            }
            String said = log.get(60, TimeUnit.SECONDS);
            assertEquals(0, main.waitFor(), said);
            assertTrue(said.contains("epoch 2 of 2: 8 pictures"), said);
            assertEquals(2, said.lines().filter(l -> l.matches(".*validation:mAP=[01]\\.[0-9]{4} \\(4 held out.*")).count(), said);
        } finally {
            main.destroyForcibly();
        }
        assertEquals(List.of(0), Detector.load(folder.resolve("model")).classIds());
        Map<?, ?> predictions = (Map<?, ?>) Json.read(container.read("output/data/predictions.json"));
        assertEquals("truepipe-predictions-1", predictions.get("format"));
        List<?> images = (List<?>) predictions.get("images");
        assertEquals(4, images.size());
        for (int i = 0; i < 4; i++) {
            Map<?, ?> image = (Map<?, ?>) images.get(i);
            assertEquals(-1, Files.mismatch(folder.resolve("output/data/" + image.get("file")),
                    Files.write(folder.resolve("expected.jpg"), streets.get(8 + i).jpeg())), "the held-out picture itself");
            assertEquals(streets.get(8 + i).boxes().size(), ((List<?>) image.get("truth")).size());
        }

        Path drawn = folder.resolve("drawn.png");
        Process draw = start("draw", folder.resolve("model").toString(), folder.resolve("output/data/0001.jpg").toString(), drawn.toString());
        String said = read(draw);
        assertEquals(0, draw.waitFor(), said);
        assertTrue(Files.size(drawn) > 1_000);
    }

    @Test
    void savesWhatItHasWhenStopped() throws Exception {
        Container container = Container.in(folder, Map.of("epochs", "9"), "train");
        List<Container.Example> streets = Streets.of(3, 6);
        makePipe(container.pipe("train", 0));
        makePipe(container.pipe("train", 1));
        Process main = start("train");
        try {
            send(container.pipe("train", 0), streets);
            BufferedReader log = main.inputReader();
            assertTrue(log.readLine().startsWith("epoch 1 of 9"));
            try (OutputStream half = open(container.pipe("train", 1))) {
                Container.stream(half, streets.subList(0, 3));
                main.toHandle().destroy();
                assertTrue(main.waitFor(60, TimeUnit.SECONDS));
            } catch (IOException brokenPipe) {
                // The reader is gone, as it should be.
                assertTrue(brokenPipe.getMessage().contains("Broken pipe"), brokenPipe.toString());
            }
            assertEquals(143, main.waitFor(), "128 + SIGTERM");
            assertEquals("stopped; saved the model as it was after 1 whole epoch(s)", log.readLine());
        } finally {
            main.destroyForcibly();
        }
        assertEquals(List.of(0), Detector.load(folder.resolve("model")).classIds());
    }

    @Test
    void leavesItsReasonWhenItFails() throws Exception {
        Container container = Container.in(folder, Map.of(), "train");
        container.fill("train", 1, List.of());
        Process main = start("train");
        String said = read(main);
        assertEquals(1, main.waitFor(), said);
        assertEquals("train_0 is empty; there is nothing to learn from", container.read("output/failure"));
    }

    /**
     * Waits for a reader. No interrupt ends that, so a thread waits that nobody has to wait for: a program that never opens the
     * pipe fails the test, instead of holding it for ever.
     */
    private static OutputStream open(Path pipe) throws Exception {
        CompletableFuture<OutputStream> opened = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("open " + pipe.getFileName()).start(() -> {
            try {
                opened.complete(Files.newOutputStream(pipe));
            } catch (IOException e) {
                opened.completeExceptionally(e);
            }
        });
        return opened.get(60, TimeUnit.SECONDS);
    }

    private static void send(Path pipe, List<Container.Example> examples) throws Exception {
        try (OutputStream out = open(pipe)) {
            Container.stream(out, examples);
        }
    }

    private static String read(Process process) {
        return process.inputReader().lines().collect(java.util.stream.Collectors.joining("\n"));
    }
}

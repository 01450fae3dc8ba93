package dev.truepipe.examples.streetcars.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.examples.streetcars.scene.SceneBox;
import dev.truepipe.examples.streetcars.scene.StandIn;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Odd channels end well, broken ones end with a reason. */
final class TrainingTest {
    private static final Map<String, String> SHORT = Map.of("epochs", "2", "seed", "1", "num_training_samples", "4",
            "base_network", "resnet-50", "pipe_wait_seconds", "1");

    @TempDir
    private Path folder;

    private static Container.Example standIn(int width, int height, Box... boxes) {
        List<Box> list = List.of(boxes);
        return new Container.Example(StandIn.draw(width, height, list.stream()
                .map(b -> new SceneBox(b.classId(), b.left(), b.top(), b.width(), b.height())).toList(), width + list.size()), list);
    }

    private String run(List<Container.Example> examples) throws IOException {
        Container container = Container.in(folder, SHORT, "train", "validation");
        container.fill("train", 2, examples);
        container.fill("validation", 2, examples);
        return run(container);
    }

    private static String run(Container container) {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        assertTimeoutPreemptively(Duration.ofSeconds(60), () ->
                new Training(container.root(), new PrintStream(log, true, StandardCharsets.UTF_8)).run());
        return log.toString(StandardCharsets.UTF_8);
    }

    private String failure(Container container) {
        Exception e = assertThrows(Exception.class, () -> new Training(container.root(), System.out).run());
        assertTrue(e instanceof IOException || e instanceof IllegalArgumentException, e.toString());
        return e.getMessage();
    }

    @Test
    void readsHugePicturesAtAFractionOfTheirSize() throws Exception {
        String log = run(List.of(standIn(7_168, 4_562, new Box(0, 900, 700, 2_000, 1_500)),
                standIn(3_509, 4_963, new Box(1, 370, 2_070, 900, 900), new Box(2, 1_318, 105, 500, 600))));
        assertEquals(2, log.lines().filter(l -> l.contains("validation:mAP=")).count(), log);
        String predictions = Files.readString(folder.resolve("output/data/predictions.json"));
        assertTrue(predictions.contains("\"width\":7168,\"height\":4562"), predictions);
    }

    @Test
    void learnsFromOnePictureFromTinyOnesAndFromSlivers() throws Exception {
        run(List.of(standIn(640, 480, new Box(0, 100, 100, 200, 200))));
        run(List.of(standIn(1, 1, new Box(0, 0, 0, 1, 1)), standIn(3, 900, new Box(0, 0, 10, 3, 500)),
                standIn(900, 3), standIn(240, 160, new Box(0, -20, -20, 500, 400))));
    }

    @Test
    void learnsFromManyBoxesAndThirtyClasses() throws Exception {
        SplittableRandom random = new SplittableRandom(33);
        Box[] boxes = IntStream.range(0, 33).mapToObj(i -> new Box(i % 30, random.nextInt(900), random.nextInt(700), 30 + i, 40))
                .toArray(Box[]::new);
        run(List.of(standIn(1_024, 768, boxes), standIn(1_024, 768, boxes)));
        assertEquals(30, Detector.load(folder.resolve("model")).classIds().size());
    }

    @Test
    void takesAnyWholeNumbersAsClassIds() throws Exception {
        run(List.of(standIn(320, 240, new Box(1_000_000, 10, 10, 80, 60), new Box(-4, 100, 100, 80, 60)),
                standIn(320, 240, new Box(17, 10, 10, 80, 60))));
        assertEquals(List.of(1_000_000, -4, 17), Detector.load(folder.resolve("model/detector.bin")).classIds());
    }

    @Test
    void endsWellWhenNoPictureHasABox() throws Exception {
        String log = run(List.of(standIn(320, 240), standIn(320, 240), standIn(200, 300)));
        assertTrue(log.contains("validation:mAP=0.0000 (3 held out, none with a box)"), log);
        assertTrue(Detector.load(folder.resolve("model")).detect(standIn(320, 240).jpeg()).isEmpty());
    }

    @Test
    void trainsWithoutAValidationChannel() throws Exception {
        Container container = Container.in(folder, SHORT, "train");
        container.fill("train", 2, List.of(standIn(320, 240, new Box(0, 10, 10, 80, 60))));
        assertFalse(run(container).contains("mAP"));
    }

    /** Distinct classes of distinct looks are told apart after a few epochs. */
    @Test
    void learnsToTellClassesApart() throws Exception {
        SplittableRandom random = new SplittableRandom(8);
        List<Container.Example> examples = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            examples.add(standIn(240, 160, new Box(i % 3 * 5, 10 + random.nextInt(60), 10 + random.nextInt(80), 50, 50),
                    new Box((i + 1) % 3 * 5, 140 + random.nextInt(40), 10 + random.nextInt(80), 50, 50)));
        }
        Container container = Container.in(folder, Map.of("epochs", "8", "num_training_samples", "45", "num_classes", "3"),
                "train", "validation");
        container.fill("train", 8, examples.subList(0, 45));
        container.fill("validation", 8, examples.subList(45, 60));
        String log = run(container);
        String last = log.lines().filter(l -> l.contains("mAP")).toList().getLast();
        double precision = Double.parseDouble(last.replaceAll(".*mAP=([0-9.]+).*", "$1"));
        assertTrue(precision > 0.6, log);
    }

    @Test
    void namesThePictureThatCannotBeRead() throws Exception {
        Container container = Container.in(folder, SHORT, "train");
        container.fill("train", 1, List.of(standIn(64, 64), new Container.Example("hello".getBytes(StandardCharsets.UTF_8), List.of())));
        assertEquals("train_0, record 3 (picture 2): cannot read the picture: neither JPEG nor PNG (5 bytes)", failure(container));
    }

    @Test
    void namesAnnotationsThatCannotBeRead() throws Exception {
        Container container = Container.in(folder, SHORT, "train");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(Container.frame(0, standIn(64, 64).jpeg()));
        bytes.write(Container.frame(0, "3".getBytes(StandardCharsets.UTF_8)));
        Files.write(container.pipe("train", 0), bytes.toByteArray());
        assertTrue(failure(container).startsWith("train_0, record 2 (annotations of picture 1): no \"annotations\" array"));

        Files.write(container.pipe("train", 0), Container.frame(0, standIn(64, 64).jpeg()));
        assertTrue(failure(container).startsWith("train_0, after record 1: the pipe ends after a picture"));
    }

    @Test
    void saysWhichChannelIsEmpty() throws Exception {
        Container container = Container.in(folder, SHORT, "train", "validation");
        container.fill("train", 1, List.of());
        assertTrue(failure(container).startsWith("train_0 is empty"));
        container.fill("train", 1, List.of(standIn(64, 64)));
        container.fill("validation", 1, List.of());
        assertTrue(failure(container).startsWith("validation_0 is empty"));
    }

    @Test
    void saysWhichPipeDidNotAppear() throws Exception {
        Container container = Container.in(folder, SHORT, "train");
        container.fill("train", 1, List.of(standIn(64, 64)));
        assertTrue(failure(container).startsWith("pipe train_1 did not appear within 1 s"));
    }

    @Test
    void refusesHyperparametersThatMakeNoSense() throws Exception {
        for (Map.Entry<String, String> wrong : Map.of("epochs", "0", "learning_rate", "fast", "mini_batch_size", "2.5").entrySet()) {
            Container container = Container.in(folder, Map.of(wrong.getKey(), wrong.getValue()), "train");
            String message = failure(container);
            assertTrue(message.startsWith("hyperparameter " + wrong.getKey() + " is \"" + wrong.getValue() + "\"; it needs"), message);
        }
    }

    @Test
    void refusesMoreClassesThanItWasTold() throws Exception {
        Container container = Container.in(folder, Map.of("num_classes", "1"), "train");
        container.fill("train", 1, List.of(standIn(64, 64, new Box(0, 1, 1, 20, 20), new Box(1, 30, 30, 20, 20))));
        assertTrue(failure(container).contains("more than num_classes = 1"));
    }

    @Test
    void refusesAFileThatIsNoModel() throws Exception {
        Path file = Files.writeString(folder.resolve("detector.bin"), "not a model");
        assertTrue(assertThrows(IOException.class, () -> Detector.load(file)).getMessage().contains("not a street-cars model"));
        new Detector(1).save(folder);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertTrue(assertThrows(IOException.class, () -> Detector.load(file)).getMessage().contains("cut off"));
    }
}

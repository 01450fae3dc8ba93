package dev.truepipe.examples.streetcars.detector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** It learns, it learns the thing itself and not the town, and it learns from labels. */
final class LearningTest {
    private static final Pattern PRECISION = Pattern.compile("validation:mAP=([0-9.]+)");
    private static final int EPOCHS = 6;
    private static final long SEED_A = 20_260_714;
    private static final long SEED_B = 4_711;

    @TempDir
    private Path folder;

    private List<Double> train(String name, List<Container.Example> lessons, List<Container.Example> heldOut, int epochs)
            throws IOException, InterruptedException {
        Container container = Container.in(folder.resolve(name), Map.of("epochs", Integer.toString(epochs), "seed", "5",
                "mini_batch_size", "4", "num_training_samples", Integer.toString(lessons.size())), "train", "validation");
        container.fill("train", epochs, lessons);
        container.fill("validation", epochs, heldOut);
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        new Training(container.root(), new PrintStream(log, true, StandardCharsets.UTF_8)).run();
        System.out.print(name + ": " + log.toString(StandardCharsets.UTF_8));
        List<Double> precisions = new ArrayList<>();
        for (Matcher m = PRECISION.matcher(log.toString(StandardCharsets.UTF_8)); m.find(); ) {
            precisions.add(Double.valueOf(m.group(1)));
        }
        return precisions;
    }

    private static double score(Detector detector, List<Container.Example> examples) throws IOException {
        AveragePrecision precision = new AveragePrecision();
        for (Container.Example example : examples) {
            precision.add(example.boxes(), detector.detect(example.jpeg()));
        }
        return precision.mean();
    }

    @Test
    void learnsCarsAndKnowsThemInAnotherTown() throws Exception {
        List<Container.Example> a = Streets.of(SEED_A, 150);
        List<Container.Example> b = Streets.of(SEED_B, 40);

        List<Double> precisions = train("a", a.subList(0, 120), a.subList(120, 150), EPOCHS);

        assertEquals(EPOCHS, precisions.size(), "one metric an epoch");
        double last = precisions.getLast();
        assertTrue(last >= 0.5, "last mAP " + precisions);
        assertTrue(last > precisions.getFirst(), "last above first " + precisions);

        Detector loaded = Detector.load(folder.resolve("a/model"));
        assertEquals(last, score(loaded, a.subList(120, 150)), 1e-4, "the saved model is the one that was measured");
        double elsewhere = score(loaded, b);
        assertTrue(elsewhere >= 0.5, "on scenes of another seed " + elsewhere);
        double untrained = score(new Detector(5), b);
        assertTrue(untrained <= 0.1, "untrained " + untrained);
        // The same network with an answer for cars, never taught.
        Detector born = new Detector(5);
        born.learn(Picture.decode(b.getFirst().jpeg()), List.of(new Box(0, 10, 10, 20, 20)), 0.003, 1_000);
        double bornScore = score(born, b);
        assertTrue(bornScore <= 0.1, "never taught " + bornScore);

        List<Double> misled = train("shuffled", Streets.withBoxesOfOthers(a.subList(0, 120)), a.subList(120, 150), EPOCHS);
        assertTrue(misled.getLast() <= last / 2, "with boxes of other pictures " + misled + " against " + precisions);
    }

    @Test
    void oneSeedGivesOneModel() throws Exception {
        List<Container.Example> streets = Streets.of(SEED_B, 16);
        List<Double> first = train("one", streets, streets, 2);
        List<Double> second = train("two", streets, streets, 2);
        assertEquals(first, second);
        assertArrayEquals(Files.readAllBytes(folder.resolve("one/model/" + Detector.FILE)),
                Files.readAllBytes(folder.resolve("two/model/" + Detector.FILE)));
        assertEquals(Files.readString(folder.resolve("one/output/data/predictions.json")),
                Files.readString(folder.resolve("two/output/data/predictions.json")));
    }
}

package dev.truepipe.examples.streetcars.scene;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StreetScenesTest {
    private static final String NUMBER = "[0-9]+(\\.[0-9]+)?";
    private static final Pattern GOOD_LINE = Pattern.compile("\\{\"source-ref\":\"s3://town/images/street-[0-9a-f]{6}\\.jpg\","
            + "\"cars\":\\{\"image_size\":\\[\\{\"width\":240,\"height\":160,\"depth\":3\\}\\],\"annotations\":\\["
            + "(,?\\{\"class_id\":[07],\"left\":N,\"top\":N,\"width\":N,\"height\":N\\})*\\]\\},".replace("N", NUMBER)
            + "\"cars-metadata\":\\{\"objects\":\\[(,?\\{\"confidence\":(0|0\\.[0-9]{2})\\})*\\],\"class-map\":\\{(\"0\":\"car\")?\\},"
            + "\"type\":\"groundtruth/object-detection\",\"human-annotated\":\"yes\","
            + "\"creation-date\":\"2026-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}\","
            + "\"job-name\":\"labeling-job/cars-(spring|crowd|summer)\"\\}\\}");

    private static List<String> lines(LabeledScenes scenes) {
        return new String(scenes.manifest(), StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void oneSeedDrawsOneTown() {
        LabeledScenes a = StreetScenes.generate(7, 20, "cars", "town");
        LabeledScenes b = StreetScenes.generate(7, 20, "cars", "town");
        assertArrayEquals(a.manifest(), b.manifest());
        for (int i = 0; i < 20; i++) {
            assertArrayEquals(a.images().get(i).jpeg(), b.images().get(i).jpeg());
            assertEquals(a.images().get(i).cars(), b.images().get(i).cars());
        }
        assertFalse(java.util.Arrays.equals(a.manifest(), StreetScenes.generate(8, 20, "cars", "town").manifest()));
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13, 40, 160, 201})
    void plantsEachDefectAndLeavesTheOtherLinesGood(int count) {
        LabeledScenes scenes = StreetScenes.generate(3, count, "cars", "town");
        assertEquals(Map.of(Defect.FAILED_OBJECT, 1, Defect.BOX_OUTSIDE_IMAGE, 1, Defect.UNKNOWN_CLASS, 1, Defect.BROKEN_JSON, 1,
                Defect.LABELED_TWICE, 2), scenes.defects());
        List<String> lines = lines(scenes);
        assertEquals(count + 2, lines.size());
        assertEquals(count, scenes.images().size());
        assertEquals(count + 1, scenes.manifest().length == 0 ? 0 : lines.stream().filter(l -> l.endsWith("}")).count());
        assertEquals(1, lines.stream().filter(l -> l.contains("failure-reason") && !l.contains("\"cars\":")).count());
        assertEquals(1, lines.stream().filter(l -> l.contains("\"class_id\":7")).count());
        assertEquals(1, lines.stream().filter(l -> l.contains("\"left\":210,\"top\":96,\"width\":52")).count());
        assertEquals(count, lines.stream().filter(l -> GOOD_LINE.matcher(l).matches()).count(),
                "all but the failed and the broken line have the full form");
        Set<String> sources = new HashSet<>();
        assertEquals(2, lines.stream().filter(l -> !sources.add(l.substring(0, 45))).count(), "two pictures come twice");
    }

    @Test
    void showsWhatGroundTruthShows() {
        LabeledScenes scenes = StreetScenes.withoutDefects(5, 160, "cars", "town");
        List<String> lines = lines(scenes);
        assertEquals(160, lines.size());
        assertEquals(Map.of(), scenes.defects());
        lines.forEach(l -> assertTrue(GOOD_LINE.matcher(l).matches(), l));
        for (String job : List.of("spring", "crowd", "summer")) {
            assertTrue(lines.stream().filter(l -> l.contains("labeling-job/cars-" + job)).count() >= 30, job);
        }
        assertTrue(lines.stream().filter(l -> l.contains("\"annotations\":[]")).count() >= 5, "streets without a car");
        assertTrue(lines.stream().anyMatch(l -> l.contains("crowd") && l.contains(".3333")), "several workers: fractions");
        assertTrue(lines.stream().filter(l -> l.contains("spring")).noneMatch(l -> l.contains(".3333")), "one worker: whole pixels");
        assertTrue(scenes.images().stream().mapToInt(s -> s.cars().size()).sum() >= 200);
        double[] widths = scenes.images().stream().flatMap(s -> s.cars().stream()).mapToDouble(SceneBox::width).sorted().toArray();
        assertTrue(widths[widths.length - 1] > 3 * widths[0], "cars of several sizes");
        for (Scene scene : scenes.images()) {
            for (SceneBox car : scene.cars()) {
                assertTrue(car.left() >= 0 && car.top() >= 0 && car.right() <= 240.0001 && car.bottom() <= 160.0001
                        && car.width() > 5 && car.height() > 5, scene.key() + " " + car);
            }
        }
    }

    @Test
    void fewScenesStayWithoutDefects() {
        assertEquals(Map.of(), StreetScenes.generate(1, 11, "cars", "town").defects());
        assertThrows(IllegalArgumentException.class, () -> StreetScenes.generate(1, 0, "cars", "town"));
        assertThrows(IllegalArgumentException.class, () -> StreetScenes.generate(1, 5, "ca\"rs", "town"));
    }

    @Test
    void writesTheFolder(@TempDir Path folder) throws IOException {
        LabeledScenes scenes = StreetScenes.generate(2, 14, "cars", "town", folder);
        assertArrayEquals(scenes.manifest(), Files.readAllBytes(folder.resolve("output.manifest")));
        for (Scene scene : scenes.images()) {
            BufferedImage read = ImageIO.read(folder.resolve(scene.key()).toFile());
            assertEquals(240, read.getWidth());
            assertEquals(160, read.getHeight());
        }
    }

    /** For people: the first scenes with their boxes, in target/contact-sheet.png. */
    @Test
    void drawsAContactSheet() throws IOException {
        BufferedImage sheet = new BufferedImage(1_200, 800, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = sheet.createGraphics();
        List<Scene> scenes = StreetScenes.withoutDefects(1, 25, "cars", "town").images();
        for (int i = 0; i < 25; i++) {
            Scene scene = scenes.get(i);
            int x = i % 5 * 240;
            int y = i / 5 * 160;
            g.drawImage(ImageIO.read(new ByteArrayInputStream(scene.jpeg())), x, y, null);
            g.setColor(Color.YELLOW);
            for (SceneBox car : scene.cars()) {
                g.drawRect(x + (int) car.left(), y + (int) car.top(), (int) car.width(), (int) car.height());
            }
        }
        g.dispose();
        Path file = Path.of("target/contact-sheet.png");
        ImageIO.write(sheet, "png", file.toFile());
        assertTrue(Files.size(file) > 100_000);
    }
}

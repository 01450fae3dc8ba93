package dev.truepipe.dataset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.split.Hash128;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceLeakTest {
    private record Line(long stem, long number, boolean held) {}

    private static long stem(String name) {
        return Hash128.of(name).high() | 1;
    }

    private static String message(List<Line> lines) {
        SequenceLeak leak = new SequenceLeak();
        for (int i = 0; i < lines.size(); i++) {
            leak.add(lines.get(i).stem(), lines.get(i).number(), lines.get(i).held(), "m", i + 1);
        }
        return leak.finding().map(finding -> finding.message()).orElse("none");
    }

    /** Frames of one recording, each as far from the next as {@code step}. */
    private static List<Line> frames(int count, int step, IntPredicate held) {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(new Line(stem("cam"), (long) i * step, held.test(i)));
        }
        return lines;
    }

    @ParameterizedTest
    @CsvSource({"1, 100%", "2, 100%", "3, 100%", "4, none"})
    void neighboursAreAtMostThreeApart(int step, String start) {
        assertTrue(message(frames(60, step, i -> i % 5 == 0)).startsWith(start), message(frames(60, step, i -> i % 5 == 0)));
    }

    @Test
    void copiesUnderOneNameAreNeighboursToo() {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            lines.add(new Line(stem("image " + i), 0, true));
            lines.add(new Line(stem("image " + i), 0, false));
        }
        assertTrue(message(lines).startsWith("100% of the hold-out (20 of 20 lines) has a neighbour in train by its name, such as m:1 of m:2;"), message(lines));
    }

    @Test
    void aHoldOutOfWholeRecordingsHasNoNeighbours() {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            lines.add(new Line(stem("cam" + i / 50), i, i / 50 % 5 == 0));
        }
        assertEquals("none", message(lines));
    }

    @ParameterizedTest
    @CsvSource({"9, 9, none", "10, 10, 100%", "10, 50, 20%", "10, 51, none", "19, 90, 21%"})
    void takesTenLinesAndAFifthOfTheHoldOut(int near, int held, String start) {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < held; i++) {
            lines.add(new Line(stem("image " + i), 7, true));
        }
        for (int i = 0; i < near; i++) {
            lines.add(new Line(stem("image " + i), 8, false));
        }
        assertTrue(message(lines).startsWith(start), message(lines));
    }

    @Test
    void namesTheFirstLineOfTheHoldOutAndItsNearestNeighbour() {
        List<Line> lines = frames(60, 1, i -> i > 30 && i < 42 || i > 50 && i < 59);
        assertTrue(message(lines).contains("(12 of 19 lines)"), message(lines));
        assertTrue(message(lines).contains("such as m:32 of m:31;"), message(lines));
    }

    @Test
    void objectsWithoutANameDoNotCount() {
        List<Line> lines = frames(60, 1, i -> i % 5 == 0);
        for (int i = 0; i < 1_000; i++) {
            lines.add(new Line(0, 0, i % 5 == 0));
        }
        assertTrue(message(lines).contains("(12 of 12 lines)"), message(lines));
    }

    /** Half a million names of many recordings; of the hold-out 31 % lie beside train, the rest in recordings of its own. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 20_260_714})
    void estimatesTheShareFromASampleThatOrderDoesNotChange(long seed) {
        List<Line> lines = new ArrayList<>();
        Random random = new Random(seed);
        int held = 0;
        int near = 0;
        for (int recording = 0; recording < 1_000; recording++) {
            boolean own = random.nextInt(100) < 17;
            for (int i = 0; i < 500; i++) {
                boolean here = own || i % 13 == 0;
                lines.add(new Line(stem("recording " + seed + " " + recording), i, here));
                held += here ? 1 : 0;
                near += here && !own ? 1 : 0;
            }
        }
        String message = sampled(lines);
        double share = Integer.parseInt(message.substring(0, message.indexOf('%')));
        assertEquals(100.0 * near / held, share, 3, "seed " + seed + ": " + message);
        assertTrue(message.contains("(about ") && message.contains(" of " + held + " lines)"), message);
        Collections.shuffle(lines, random);
        assertEquals(message, sampled(lines), "seed " + seed);
    }

    /** Without the places, which are those of the order at hand. */
    private static String sampled(List<Line> lines) {
        return message(lines).replaceFirst(", such as .*", "");
    }

    @Test
    void memoryIsBoundedWhateverComes() {
        SequenceLeak leak = new SequenceLeak();
        Random random = new Random(1);
        for (int i = 0; i < 3_000_000; i++) {
            leak.add(random.nextLong() | 1, random.nextLong() >>> 5, i % 5 == 0, "m", i + 1);
        }
        assertEquals("", leak.finding().map(finding -> finding.message()).orElse(""));
        assertTrue(leak.names() <= SequenceLeak.MOST_NAMES && leak.names() > SequenceLeak.MOST_NAMES / 3, "names " + leak.names());
        for (int i = 0; i < 200_000; i++) {
            leak.add(1, 5, i % 2 == 0, "m", i + 1);
        }
        assertTrue(leak.names() <= SequenceLeak.MOST_NAMES, "one name two hundred thousand times is one name");
    }
}

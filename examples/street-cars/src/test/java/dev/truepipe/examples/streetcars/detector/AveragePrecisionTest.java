package dev.truepipe.examples.streetcars.detector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Against areas worked out by hand. */
final class AveragePrecisionTest {
    private static final Box A = new Box(0, 0, 0, 10, 10);
    private static final Box B = new Box(0, 50, 0, 10, 10);

    private static Prediction sure(double confidence, Box box) {
        return new Prediction(box, confidence);
    }

    private static double of(List<Box> truth, Prediction... predicted) {
        AveragePrecision precision = new AveragePrecision();
        precision.add(truth, List.of(predicted));
        return precision.mean();
    }

    @Test
    void overlapIsIntersectionOverUnion() {
        assertEquals(1, A.overlap(A));
        assertEquals(0, A.overlap(B));
        assertEquals(1 / 3.0, A.overlap(new Box(0, 5, 0, 10, 10)), 1e-12);
    }

    @Test
    void findingEverythingIsOneAndNothingIsZero() {
        assertEquals(1, of(List.of(A, B), sure(0.9, A), sure(0.8, B)));
        assertEquals(0, of(List.of(A, B)));
        assertEquals(0, of(List.of(), sure(0.9, A)), "no true box, no precision to speak of");
    }

    @Test
    void aWrongOneBeforeTheSecondRightOneCostsItsShare() {
        Box nothing = new Box(0, 200, 0, 10, 10);
        // Right, wrong, right: precision 1 up to half the recall, 2/3 for the rest.
        assertEquals(0.5 + 0.5 * 2 / 3, of(List.of(A, B), sure(0.9, A), sure(0.8, nothing), sure(0.7, B)), 1e-12);
    }

    @Test
    void theSecondHitOnOneObjectIsWrong() {
        assertEquals(0.5 + 0.5 * 2 / 3, of(List.of(A, B), sure(0.9, A), sure(0.8, A), sure(0.7, B)), 1e-12);
    }

    @Test
    void anOverlapBelowOneHalfIsWrong() {
        assertEquals(0, of(List.of(A), sure(0.9, new Box(0, 3.4, 0, 10, 10))));
        assertEquals(1, of(List.of(A), sure(0.9, new Box(0, 3.3, 0, 10, 10))));
    }

    @Test
    void classesCountAlikeAndAreNotMixed() {
        Box other = new Box(7, 0, 0, 10, 10);
        assertEquals(0.5, of(List.of(A, B, other), sure(0.9, A), sure(0.8, B), sure(0.7, new Box(3, 0, 0, 10, 10))));
    }
}

package dev.truepipe.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.training.Judge.Judgement;
import dev.truepipe.training.Judge.Outcome;
import dev.truepipe.training.TrainingTerms.Objective;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JudgeTest {
    private static final Instant EARLIER = Instant.parse("2026-05-01T10:00:00Z");
    private static final Instant LATER = Instant.parse("2026-05-02T10:00:00Z");
    private static final String METRIC = "validation:mAP";

    @ParameterizedTest
    @CsvSource({
        // champion, challenger, same hold-out, maximize, outcome
        "0.80, 0.81, true,  true,  PROMOTED",
        "0.80, 0.80, true,  true,  PROMOTED",
        "0.80, 0.79, true,  true,  KEPT",
        "0.80, 0.81, true,  false, KEPT",
        "0.80, 0.80, true,  false, PROMOTED",
        "0.80, 0.79, true,  false, PROMOTED",
        "0.80, 0.81, false, true,  PROMOTED",
        "0.80, 0.76, false, true,  PROMOTED",
        "0.80, 0.75, false, true,  PROMOTED",
        "0.76, 0.71, false, true,  PROMOTED",
        "0.80, 0.74, false, true,  KEPT",
        "0.80, 0.84, false, false, PROMOTED",
        "0.71, 0.76, false, false, PROMOTED",
        "0.80, 0.86, false, false, KEPT",
    })
    void comparesByTheMetric(double champion, double challenger, boolean same, boolean maximize, Outcome outcome) {
        Judgement judgement = Judge.judge(
                model("old", EARLIER, champion, "hold-out", 40),
                model("new", LATER, challenger, same ? "hold-out" : "another", 42),
                new Objective(METRIC, maximize, 0.05),
                7);

        assertEquals(outcome, judgement.outcome(), judgement.reason());
        assertTrue(judgement.reason().contains(METRIC), judgement.reason());
        assertEquals(!same, judgement.reason().contains("differ by 7 labels: the champion's has 40, this one 42"), judgement.reason());
    }

    @Test
    void promotesTheFirst() {
        assertEquals(Outcome.PROMOTED, judge(null, model("new", LATER, 0.1, "h", 1)).outcome());
    }

    @Test
    void neverPromotesWithoutANumber() {
        Champion silent = model("new", LATER, Double.NaN, "h", 1);
        assertEquals(Outcome.KEPT, judge(null, silent).outcome());
        assertEquals(Outcome.KEPT, judge(model("old", EARLIER, 0.1, "h", 1), silent).outcome());
        assertTrue(judge(null, silent).reason().contains("reported no validation:mAP"));
    }

    @Test
    void neverPromotesAModelThatIsLate() {
        Champion newer = model("newer", LATER, 0.5, "h", 1);
        assertEquals(Outcome.LATE, judge(newer, model("older", EARLIER, 0.99, "h", 1)).outcome());
        assertEquals(Outcome.PROMOTED, judge(newer, model("as old", LATER, 0.5, "h", 1)).outcome());
    }

    @Test
    void promotesWhenTheObjectiveWasChanged() {
        Champion other = new Champion("old", "v1", "p", EARLIER, "m", "validation:loss", 3.0, "h", 1);
        Judgement judgement = judge(other, model("new", LATER, 0.5, "h", 1));
        assertEquals(Outcome.PROMOTED, judgement.outcome());
        assertTrue(judgement.reason().contains("cannot be compared"), judgement.reason());
    }

    @Test
    void saysTheSameOfTheChampionItself() {
        Champion champion = model("job", LATER, 0.5, "h", 1);
        assertEquals(Outcome.PROMOTED, judge(champion, champion).outcome());
    }

    @Test
    void championsTravelAsJson() {
        Champion champion = model("job", LATER, 0.5, "h", 12);
        assertEquals(champion, Champion.fromJson(champion.toJson()));
        Champion silent = new Champion("job", "v", "p", LATER, "m", null, Double.NaN, "h", 12);
        assertEquals(silent, Champion.fromJson(silent.toJson()));
    }

    private static Judgement judge(Champion champion, Champion challenger) {
        return Judge.judge(champion, challenger, new Objective(METRIC, true, 0.05), -1);
    }

    private static Champion model(String job, Instant plannedAt, double value, String holdOut, long objects) {
        return new Champion(job, "v", "p", plannedAt, "s3://w/m", Double.isNaN(value) ? null : METRIC, value, holdOut, objects);
    }
}

package dev.truepipe.training;

import dev.truepipe.training.TrainingTerms.Objective;
import java.math.BigDecimal;
import java.util.Locale;

/** Champion against challenger: which model is kept, and why, in words. */
public final class Judge {
    private Judge() {}

    /** What was decided. */
    public enum Outcome {
        PROMOTED("promoted"),
        KEPT("kept"),
        LATE("late");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        /** As the state machine knows it. */
        public String word() {
            return word;
        }
    }

    /** @param reason one or two sentences for people */
    public record Judgement(Outcome outcome, String reason) {}

    /**
     * Judges.
     *
     * <p>On the same hold-out the challenger must be at least as good. On another it is promoted unless it is worse by
     * more than the tolerance: the two numbers then do not measure the same thing. Without a number it is kept, never
     * promoted. A challenger planned before the champion is late. A model that is the champion already stays it, so
     * that a repeated judgement says the same again.
     *
     * @param champion the champion so far, or {@code null}
     * @param differing labels that are in one of the two hold-outs and not in the other, so that an object labeled again counts
     *     twice; -1 if not known
     */
    public static Judgement judge(Champion champion, Champion challenger, Objective objective, long differing) {
        if (champion != null && champion.trainingJob().equals(challenger.trainingJob())) {
            return new Judgement(Outcome.PROMOTED, "It is the champion.");
        }
        if (champion != null && challenger.plannedAt().isBefore(champion.plannedAt())) {
            return new Judgement(Outcome.LATE, "A run with newer data was judged first: its model, " + champion.trainingJob()
                    + ", stays the champion.");
        }
        if (!Double.isFinite(challenger.value())) {
            return new Judgement(Outcome.KEPT, "The job reported no " + objective.metric() + ", so nothing says whether the model"
                    + " is better. Check objective.metric, and the metrics of the image.");
        }
        String scored = objective.metric() + " is " + number(challenger.value());
        if (champion == null) {
            return new Judgement(Outcome.PROMOTED, "It is the first model judged; its " + scored + ".");
        }
        if (!challenger.metric().equals(champion.metric()) || !Double.isFinite(champion.value())) {
            return new Judgement(Outcome.PROMOTED, "Its " + scored + ". The champion was judged by " + champion.metric()
                    + ", which cannot be compared, so the newer model is promoted.");
        }
        // In decimals, as people read them: 0.70 is exactly 0.01 worse than 0.71.
        BigDecimal ahead = BigDecimal.valueOf(challenger.value()).subtract(BigDecimal.valueOf(champion.value()));
        BigDecimal better = objective.maximize() ? ahead : ahead.negate();
        String against = "Its " + scored + ", the champion's " + number(champion.value());
        if (challenger.holdOut().equals(champion.holdOut())) {
            return better.signum() >= 0
                    ? new Judgement(Outcome.PROMOTED, against + ", on the same hold-out.")
                    : new Judgement(Outcome.KEPT, against + ", on the same hold-out: it is worse, and the champion stays.");
        }
        String holdOuts = ". The hold-outs differ" + (differing < 0 ? "" : " by " + differing + (differing == 1 ? " label" : " labels"))
                + ": the champion's has " + champion.holdOutObjects() + ", this one " + challenger.holdOutObjects();
        return better.add(BigDecimal.valueOf(objective.tolerance())).signum() >= 0
                ? new Judgement(Outcome.PROMOTED, against + holdOuts + "; it is not worse by more than the tolerance of "
                        + number(objective.tolerance()) + ".")
                : new Judgement(Outcome.KEPT, against + holdOuts + "; it is worse by more than the tolerance of "
                        + number(objective.tolerance()) + ", and the champion stays.");
    }

    /** Four significant decimals, no trailing zeros. */
    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.4f", value);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }
}

package dev.truepipe.examples.streetcars.detector;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Mean average precision at an overlap of 0.5: per class the area under the precision-recall curve (every point, the
 * precision made falling), then the mean over the classes that have any true box.
 *
 * <p>A prediction, surest first, is right when the true box of its class and picture that it overlaps most overlaps by
 * at least 0.5 and no surer prediction took it: the rule of Pascal VOC.
 */
public final class AveragePrecision {
    /** Least overlap of a right prediction. */
    public static final double OVERLAP = 0.5;

    private record Guess(int picture, Prediction prediction) {}

    private final List<List<Box>> truths = new ArrayList<>();
    private final Map<Integer, List<Guess>> guesses = new TreeMap<>();
    private final Map<Integer, Integer> counts = new TreeMap<>();

    /** One more picture. */
    public void add(List<Box> truth, List<Prediction> predicted) {
        int picture = truths.size();
        truths.add(List.copyOf(truth));
        truth.forEach(box -> counts.merge(box.classId(), 1, Integer::sum));
        predicted.forEach(p -> guesses.computeIfAbsent(p.box().classId(), id -> new ArrayList<>()).add(new Guess(picture, p)));
    }

    /** True boxes seen. */
    public int boxes() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** 0 to 1; 0 when no picture has a true box. */
    public double mean() {
        return counts.keySet().stream().mapToDouble(this::of).average().orElse(0);
    }

    /** Average precision of one class, 0 to 1. */
    public double of(int classId) {
        List<Guess> ranked = new ArrayList<>(guesses.getOrDefault(classId, List.of()));
        ranked.sort(Comparator.comparingDouble((Guess g) -> g.prediction().confidence()).reversed());
        int total = counts.getOrDefault(classId, 0);
        Map<Integer, boolean[]> taken = new HashMap<>();
        double[] precision = new double[ranked.size()];
        boolean[] right = new boolean[ranked.size()];
        int hits = 0;
        for (int i = 0; i < ranked.size(); i++) {
            Guess guess = ranked.get(i);
            List<Box> truth = truths.get(guess.picture());
            boolean[] gone = taken.computeIfAbsent(guess.picture(), p -> new boolean[truth.size()]);
            int best = -1;
            double most = 0;
            for (int t = 0; t < truth.size(); t++) {
                double overlap = truth.get(t).classId() == classId ? truth.get(t).overlap(guess.prediction().box()) : 0;
                if (overlap > most) {
                    most = overlap;
                    best = t;
                }
            }
            if (most >= OVERLAP && !gone[best]) {
                gone[best] = true;
                right[i] = true;
                hits++;
            }
            precision[i] = hits / (i + 1.0);
        }
        double area = 0;
        double ceiling = 0;
        for (int i = ranked.size() - 1; i >= 0; i--) {
            ceiling = Math.max(ceiling, precision[i]);
            area += right[i] ? ceiling / total : 0;
        }
        return area;
    }
}

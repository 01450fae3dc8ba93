package dev.truepipe.bench;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a process took, from its start to its end.
 *
 * @param wall seconds
 * @param cpu seconds of user and system, over all cores
 * @param peak most resident bytes
 * @param out what it printed
 */
record Measurement(double wall, double cpu, long peak, String out) {
    /** The one JSON object that it printed last. */
    Map<String, Object> json() {
        try {
            return Json.object(Json.parse(out.strip().lines().reduce((_, last) -> last).orElse("")));
        } catch (IOException | IllegalArgumentException e) {
            throw new BenchFailure("printed no JSON object: " + out, e);
        }
    }

    /** The middle one; of an even number the upper of the two in the middle. */
    static double median(List<Measurement> all, ToDoubleFunction<Measurement> of) {
        return all.stream().mapToDouble(of).sorted().skip(all.size() / 2).findFirst().orElseThrow();
    }
}

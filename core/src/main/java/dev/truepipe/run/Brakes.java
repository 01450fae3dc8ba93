package dev.truepipe.run;

import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an operator holds a dataset's runs back with. In the compiled settings
 * {@code "brakes":{"enabled":false,"maxRunsPerDay":4}}; absent if no brake is on.
 *
 * @param enabled whether runs may begin at all
 * @param maxRunsPerDay runs that may begin within any 24 hours; 0 if nobody counts them
 */
record Brakes(boolean enabled, int maxRunsPerDay) {
    private static final String KEY = "brakes";
    /** When somebody calls for a look; what the look finds is the same. */
    private static final String WEBHOOK = "webhook";

    /** What the brakes say of a run that would begin. */
    sealed interface Verdict {
        /** No brake is on, or this execution was counted before: go on. */
        record Free() implements Verdict {}

        /** It goes on, and is counted from now. */
        record Counted() implements Verdict {}

        /** It may not begin. @param brake the setting that holds it @param message why, and what lets it go */
        record Held(String brake, String message) implements Verdict {}
    }

    static Brakes of(Map<String, Object> settings) {
        Map<String, Object> json = Fields.objectOrNull(settings, KEY);
        return json == null ? new Brakes(true, 0)
                : new Brakes(Fields.truth(json, "enabled"), Math.toIntExact(Fields.wholeOr(json, "maxRunsPerDay", 0)));
    }

    /** The settings of the work itself, which alone decide whether something changed. */
    static Map<String, Object> without(Map<String, Object> settings) {
        if (!settings.containsKey(KEY) && !settings.containsKey(WEBHOOK)) {
            return settings;
        }
        Map<String, Object> rest = new LinkedHashMap<>(settings);
        rest.remove(KEY);
        rest.remove(WEBHOOK);
        return rest;
    }

    /** Asks for leave to begin, and counts the run if it is let go. */
    Verdict let(String execution, Starts starts, Instant now) throws IOException {
        if (!enabled) {
            return new Verdict.Held("enabled", "enabled is false. Remove it from truepipe.yaml and deploy, and the next look trains on what waits.");
        }
        if (maxRunsPerDay == 0) {
            return new Verdict.Free();
        }
        return switch (starts.count(execution, maxRunsPerDay, now)) {
            case Starts.Answer.Counted counted -> new Verdict.Counted();
            case Starts.Answer.CountedBefore before -> new Verdict.Free();
            case Starts.Answer.Full(int running, Instant free) -> new Verdict.Held("maxRuns", "maxRuns is " + maxRunsPerDay + "/day, and "
                    + Words.count(running, "run") + " began in the last 24 hours. The next may begin at " + Words.time(free)
                    + "; to let it go sooner raise maxRuns in truepipe.yaml and deploy.");
        };
    }
}

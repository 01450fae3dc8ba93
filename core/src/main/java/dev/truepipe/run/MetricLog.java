package dev.truepipe.run;

import java.io.IOException;
import java.util.List;

/** What a training job printed: the port to its log. */
@FunctionalInterface
public interface MetricLog {
    /**
     * The lines of a job's log, oldest first; none if there is no log, or it has expired.
     *
     * @throws IOException if the log could not be asked for
     */
    List<String> lines(String trainingJob) throws IOException;
}

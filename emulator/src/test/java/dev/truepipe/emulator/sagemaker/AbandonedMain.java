package dev.truepipe.emulator.sagemaker;

import dev.truepipe.storage.InMemoryObjectStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A JVM with one container, for a test that kills it. Arguments: the container's folder, its script. Prints the container's log. */
final class AbandonedMain {
    private AbandonedMain() {}

    public static void main(String[] arguments) throws Exception {
        TrainingContainer.Spec spec = new TrainingContainer.Spec("abandoned", "none", Path.of(arguments[0]), null, List.of("sh", "-c", arguments[1]),
                System.getenv(), Map.of(), Map.of(), List.of(), 1, 1, List.of(), Duration.ofMinutes(1), Duration.ZERO);
        try (TrainingCluster cluster = new TrainingCluster(spec, new InMemoryObjectStore(), Clock.systemUTC(), event -> {
            if (event instanceof TrainingEvent.LogLine line) {
                System.out.println(line.text());
            }
        })) {
            cluster.prepare();
            cluster.run();
        }
    }
}

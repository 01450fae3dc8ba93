package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.workload.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A value changed in the workload's description changes what the embedded cloud does. That it changes the template too is
 * shown in {@code infra}; a changed timeout has its test among the faults ({@link FaultsIT}).
 */
class DescriptionIT {
    private static final String NO_SUCH_MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:no-such-machine";

    @TempDir
    private Path folder;

    @Test
    void anEnvironmentValueAndAVisibilityReachWhatTheyDescribe() throws Exception {
        Duration visibility = Duration.ofSeconds(3);
        try (ChainCloud chain = ChainCloud.start(
                folder,
                ChainCloud.yaml(ChainCloud.dataset("told")),
                workload -> Changed.environment("Intake", Workload.STATE_MACHINE, NO_SUCH_MACHINE)
                        .andThen(Changed.queue(visibility, 3))
                        .apply(workload))) {
            // A message that waits for a JVM to start may become visible meanwhile: the JVM comes first.
            chain.awaitLog("Intake", 1, "Nothing arrived");
            chain.put("told", "job", new CarLabels(1).lines(0, 5));
            // Each try fails on the changed value; the next comes when the changed visibility is over. The first may take
            // its time, as everything is new to it, and lines are heard at a try's end: only the last gap is measured.
            List<ChainCloud.LogLine> tries = chain.awaitLog("Intake", 3, "Could not take in a message", "no-such-machine");
            Duration between = Duration.ofNanos(tries.get(2).nanos() - tries.get(1).nanos());
            assertTrue(between.compareTo(visibility.dividedBy(3)) > 0, () -> "came back after " + between + "\n" + chain.story());
            assertTrue(between.compareTo(visibility.multipliedBy(20)) < 0, () -> "came back after " + between + "\n" + chain.story());
            assertEquals(List.of(), chain.starts("told"));
        }
    }

    @Test
    void aNotificationSuffixDecidesWhichObjectsAreToldOf() throws Exception {
        try (ChainCloud chain = ChainCloud.start(
                folder, ChainCloud.yaml(ChainCloud.dataset("told")), Changed.notificationSuffix("another.manifest"))) {
            chain.put("told", "job", new CarLabels(1).lines(0, 5));
            S3Uri other = new S3Uri(ChainCloud.LABELS, "told/job/another.manifest");
            chain.store().put(other, new byte[] {'\n'}, ObjectStore.Condition.ALWAYS);
            // Events leave in the order of the writes: once the second is told of, the first never will be.
            chain.await("the notification of " + other, () -> chain.notifications(other.key()).stream().findFirst());
            assertEquals(List.of(), chain.notifications("output.manifest"));
            chain.awaitLog("Intake", 1, "no dataset's manifest", other.key());
        }
    }
}

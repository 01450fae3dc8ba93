package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.workload.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * A value changed in the workload's description changes what the embedded cloud does. That it changes the template too is
 * shown in {@code infra}; a changed timeout has its test among the faults ({@link FaultsIT}).
 */
class DescriptionIT {
    private static final int RECEIVES = 3;
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
                        .andThen(Changed.queue(visibility, RECEIVES))
                        .apply(workload))) {
            chain.put("told", "job", new CarLabels(1).lines(0, 5));
            // Each try fails on the changed value, and the next comes when the changed visibility is over: unchanged, it would
            // outlast this test. How soon it comes says less than the queue does: a try may take longer than the visibility.
            chain.awaitLog("Intake", RECEIVES, "Could not take in a message", "no-such-machine");
            try (SqsClient queues = chain.queues()) {
                String url = chain.cloud().sqs().queueUrl(LocalCloud.QUEUE);
                Map<QueueAttributeName, String> attributes =
                        queues.getQueueAttributes(ask -> ask.queueUrl(url).attributeNames(QueueAttributeName.ALL)).attributes();
                assertEquals(Long.toString(visibility.toSeconds()), attributes.get(QueueAttributeName.VISIBILITY_TIMEOUT));
                assertTrue(attributes.get(QueueAttributeName.REDRIVE_POLICY).matches(".*\"maxReceiveCount\" *: *\"?" + RECEIVES + "\\b.*"),
                        () -> attributes.get(QueueAttributeName.REDRIVE_POLICY));
            }
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
            chain.awaitLog("Intake", 1, "no dataset's labels", other.key());
        }
    }
}

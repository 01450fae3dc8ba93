package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.truepipe.emulator.states.ExecutionRecord;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a deployment finds when it comes to a bucket with labels in it, or to datasets it has trained before. */
class RedeployIT {
    private static final CarLabels LABELS = new CarLabels(99);

    @TempDir
    private Path folder;

    @Test
    void aSweepFindsWhatLayThereBeforeAndAChangedSettingIsNotUnchanged() throws Exception {
        S3Uri early = ChainCloud.manifest("early", "job");
        try (ChainCloud chain = ChainCloud.start(folder, ChainCloud.yaml(ChainCloud.dataset("steady"), ChainCloud.dataset("tuned")))) {
            // No dataset of this deployment looks there, so nobody hears of it.
            chain.store().put(early, CarLabels.manifest(LABELS.lines(0, 20)), ObjectStore.Condition.ALWAYS);
            chain.put("steady", "job", LABELS.lines(20, 40));
            chain.put("tuned", "job", LABELS.lines(40, 60));
            chain.assertOutcome("promoted", chain.awaitEnd("steady", 1));
            chain.assertOutcome("promoted", chain.awaitEnd("tuned", 1));
            assertEquals(List.of(), chain.notifications(early.key()));
        }

        String epochs = ChainCloud.dataset("tuned").replace("{ epochs: 1 }", "{ epochs: 2 }");
        assertNotEquals(ChainCloud.dataset("tuned"), epochs);
        try (ChainCloud chain = ChainCloud.start(
                folder, ChainCloud.yaml(ChainCloud.dataset("steady"), epochs, ChainCloud.dataset("early")))) {
            List.of("steady", "tuned", "early").forEach(dataset -> chain.cloud().events().fireSchedule("Sweep-" + dataset));

            ExecutionRecord found = chain.awaitEnd("early", 1);
            chain.assertOutcome("promoted", found);
            assertEquals(1, chain.marks().trainings("early").size());

            chain.assertOutcome("unchanged", chain.awaitEnd("steady", 1));
            assertEquals(List.of(), chain.marks().trainings("steady"));

            Map<String, Object> tuned = chain.output(chain.awaitEnd("tuned", 1));
            assertEquals("promoted", tuned.get("outcome"));
            assertEquals(List.of(2), chain.marks().trainings("tuned").stream().map(Marks.Training::epochs).toList());

            chain.cloud().events().fireSchedule("Sweep-early");
            chain.assertOutcome("unchanged", chain.awaitEnd("early", 2));
            assertEquals(1, chain.marks().trainings("early").size());
        }
    }
}

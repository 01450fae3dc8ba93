package dev.truepipe.emulator.sagemaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Times of a job as DescribeTrainingJob tells them. */
class TrainingTimesTest {
    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

    private static TrainingJob job() throws Exception {
        TrainingRequest request = TrainingRequest.read(Training.request("timed", Training.channel("train", "s3://work/m", "RecordIO", "a")));
        return new TrainingJob(request, "arn:aws:sagemaker:us-east-1:000000000000:training-job/timed", List.of(), START);
    }

    private static TrainingContainer.Result ran(long millis) {
        return new TrainingContainer.Result(TrainingContainer.Ending.COMPLETED, 0, null, Map.of(), 0, 0, List.of(), Duration.ofMillis(millis));
    }

    @Test
    void aSpotJobStartsOnceEndsOnceAndIsBilledForAllItsContainers() throws Exception {
        TrainingJob job = job();
        job.began(START.plusSeconds(10));
        job.advance("Training", "Training", START.plusSeconds(10));
        job.ran(ran(5_200));
        job.advance("Interrupted", "Interrupted", START.plusSeconds(16));
        assertFalse(job.describe().containsKey("TrainingEndTime"), "it is in progress");
        job.advance("Starting", "Starting", START.plusSeconds(16));
        job.began(START.plusSeconds(20));
        job.ran(ran(3_100));
        assertFalse(job.describe().containsKey("TrainingEndTime"), "it is in progress");
        job.advance("Uploading", "Uploading", START.plusSeconds(24));
        job.enter("Completed", "Completed", "Done", START.plusSeconds(30));
        Map<String, Object> described = job.describe();
        assertEquals(TrainingJob.seconds(START.plusSeconds(10)), described.get("TrainingStartTime"));
        assertEquals(TrainingJob.seconds(START.plusSeconds(30)), described.get("TrainingEndTime"), "after the model is uploaded");
        assertEquals(9L, described.get("TrainingTimeInSeconds"));
        assertEquals(9L, described.get("BillableTimeInSeconds"));
    }

    @Test
    void aJobThatNeverTrainedHasNoTimes() throws Exception {
        TrainingJob job = job();
        job.fail("CapacityError: none", START.plusSeconds(3));
        Map<String, Object> described = job.describe();
        for (String time : List.of("TrainingStartTime", "TrainingEndTime", "TrainingTimeInSeconds", "BillableTimeInSeconds")) {
            assertFalse(described.containsKey(time), time);
        }
    }
}

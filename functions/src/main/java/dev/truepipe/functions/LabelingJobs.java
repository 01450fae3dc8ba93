package dev.truepipe.functions;

import dev.truepipe.storage.S3Uri;
import java.util.Optional;

/** What SageMaker knows of labeling jobs: the port to Ground Truth. */
@FunctionalInterface
interface LabelingJobs {

    /**
     * A labeling job.
     *
     * @param status {@code Initializing}, {@code InProgress}, {@code Completed}, {@code Failed}, {@code Stopping} or
     *     {@code Stopped}
     * @param outputFolder the job writes below this folder and its own name
     * @param output its output manifest, once it has one
     */
    record LabelingJob(String status, S3Uri outputFolder, Optional<S3Uri> output) {
        boolean isRunning() {
            return switch (status) {
                case "Initializing", "InProgress", "Stopping" -> true;
                default -> false;
            };
        }
    }

    /**
     * Empty if there is no such job.
     *
     * @throws RuntimeException if SageMaker could not be asked: denied, throttled or not reached
     */
    Optional<LabelingJob> find(String name);
}

package dev.truepipe.emulator.sagemaker;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An outcome of a training job that no small laptop brings about by itself. Asked for in {@code emulator.yaml}, by the tag
 * {@value #TAG} on a job, or in a test by {@link SageMakerService#provoke}.
 */
public enum TrainingFault {
    /** CreateTrainingJob answers {@code ResourceLimitExceeded}: the account's quota. No job is made. */
    RESOURCE_LIMIT_EXCEEDED,
    /** CreateTrainingJob answers {@code ThrottlingException}. No job is made. */
    THROTTLED,
    /** The job fails with {@code CapacityError}: no instance of the type is to be had. */
    CAPACITY_ERROR,
    /** The job fails with {@code InternalServerError}. */
    INTERNAL_SERVER_ERROR,
    /** The job fails with {@code ClientError}. */
    CLIENT_ERROR,
    /** The job fails with {@code AlgorithmError}. */
    ALGORITHM_ERROR,
    /** The job ends Stopped, {@code MaxWaitTimeExceeded}: no spot instance came in time. */
    MAX_WAIT_TIME_EXCEEDED,
    /**
     * The job is stopped as if its time were over, SIGTERM first, when its algorithm opens its first epoch; it ends Stopped,
     * {@code MaxRuntimeExceeded}, with what it saved.
     */
    MAX_RUNTIME_EXCEEDED,
    /**
     * A spot job loses its instance when its algorithm opens its first epoch: {@code Interrupted}, then {@code Starting} and
     * {@code Training} again in an empty container that finds its checkpoints. Jobs without spot are spared.
     */
    SPOT_INTERRUPTION;

    /** Key of the tag that gives a job its fate; the value is the fault's {@link #word}. */
    public static final String TAG = "truepipe:fault";

    /** As files and tags spell it, such as {@code capacity-error}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<TrainingFault> of(String word) {
        return Arrays.stream(values()).filter(fault -> fault.word().equals(word)).findFirst();
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(TrainingFault::word).toList();
    }
}

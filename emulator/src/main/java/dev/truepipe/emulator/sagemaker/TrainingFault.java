package dev.truepipe.emulator.sagemaker;

/** An outcome of a training job that no small laptop brings about by itself; see {@link SageMakerService#provoke}. */
public enum TrainingFault {
    /** CreateTrainingJob answers {@code ResourceLimitExceeded}: the account's quota. No job is made. */
    RESOURCE_LIMIT_EXCEEDED,
    /** CreateTrainingJob answers {@code ThrottlingException}. No job is made. */
    THROTTLED,
    /** The job fails with {@code CapacityError}: no instance of the type is to be had. */
    CAPACITY_ERROR,
    /** The job fails with {@code InternalServerError}. */
    INTERNAL_SERVER_ERROR,
    /** The job ends Stopped, {@code MaxWaitTimeExceeded}: no spot instance came in time. */
    MAX_WAIT_TIME_EXCEEDED
}

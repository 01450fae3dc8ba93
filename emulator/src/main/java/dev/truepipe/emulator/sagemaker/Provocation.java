package dev.truepipe.emulator.sagemaker;

/**
 * A fault that befalls training jobs to come.
 *
 * @param instanceType the only one it is for; {@code null} for any
 * @param nameContains part of the names of the jobs it is for; {@code null} for any
 * @param jobs how many of those that fit; {@link Integer#MAX_VALUE} for all
 */
public record Provocation(TrainingFault fault, String instanceType, String nameContains, int jobs) {
    public Provocation {
        if (jobs < 1) {
            throw new IllegalArgumentException("a fault befalls at least one job, was " + jobs);
        }
    }

    boolean fits(TrainingRequest request) {
        return (instanceType == null || instanceType.equals(request.instanceType()))
                && (nameContains == null || request.name().contains(nameContains))
                && (fault != TrainingFault.SPOT_INTERRUPTION || request.spot());
    }

    /** What is left of it after one more job; {@code null} for nothing. */
    Provocation spent() {
        return jobs == Integer.MAX_VALUE ? this : jobs == 1 ? null : new Provocation(fault, instanceType, nameContains, jobs - 1);
    }
}

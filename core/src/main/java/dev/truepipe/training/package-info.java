/**
 * What we ask of a training job, and which model is kept.
 *
 * <p>Enter at {@link dev.truepipe.training.TrainingPlan} before the job and at {@link dev.truepipe.training.Judge} after it.
 * Plain values: nothing here calls a service.
 */
package dev.truepipe.training;

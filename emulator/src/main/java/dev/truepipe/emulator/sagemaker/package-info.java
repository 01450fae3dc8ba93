/**
 * SageMaker training at home: jobs in Pipe mode with real FIFOs and a real process, and the calls a workflow makes about
 * them.
 *
 * <p>Enter at {@link dev.truepipe.emulator.sagemaker.SageMakerService} for the API, at {@link
 * dev.truepipe.emulator.sagemaker.TrainingContainer} for one container without the API. Nothing here knows HTTP or Step
 * Functions. What differs from SageMaker is a row in {@code docs/fidelity.md}, "SageMaker training".
 */
package dev.truepipe.emulator.sagemaker;

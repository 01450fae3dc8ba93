/**
 * Step Functions at home: a small interpreter of Amazon States Language with JSONata, and its API.
 *
 * <p>Enter at {@link dev.truepipe.emulator.states.StepFunctionsService}. What a definition asks for and this
 * interpreter does not do is refused when the definition is loaded, naming state and field; nothing is ignored in
 * silence. What differs from AWS is listed in {@code docs/fidelity.md}. Nothing here knows Lambda, S3 or SageMaker:
 * tasks and objects come through {@link dev.truepipe.emulator.states.TaskIntegration} and
 * {@link dev.truepipe.emulator.states.ItemReader}, time through {@link dev.truepipe.emulator.states.Timing}.
 */
package dev.truepipe.emulator.states;

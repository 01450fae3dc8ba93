/** Systems Manager parameters at home. Enter at {@link dev.truepipe.emulator.parameters.ParametersService}. */
package dev.truepipe.emulator.parameters;

/** How the embedded services are called: AWS JSON in, AWS JSON or an {@link dev.truepipe.emulator.api.AwsError} out. */
package dev.truepipe.emulator.api;

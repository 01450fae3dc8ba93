/**
 * Lambda at home: each function in JVMs of its own, from the packaged jar, with its own environment, timeout and log.
 *
 * <p>Enter at {@code EmbeddedLambda}.
 */
package dev.truepipe.emulator.lambda;

/**
 * What runs in a function's own JVM: takes invocations from standard input, calls the handler, answers on standard output.
 *
 * <p>Sees only the functions jar, Lambda's serialization library and itself, so it depends on nothing else of ours.
 */
package dev.truepipe.emulator.lambda.host;

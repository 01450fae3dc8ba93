package dev.truepipe.emulator.lambda;

import java.time.Duration;
import java.util.Map;

/**
 * One Lambda function.
 *
 * @param name its ARN is {@code Arns.function(name)}
 * @param handler class name, or {@code class::method}
 * @param environment what the function's JVM gets, beside the addresses and keys of this cloud; nothing is inherited
 * @param timeout after which its JVM is killed; at most 15 minutes, as Lambda allows
 * @param memoryMiB becomes {@code -Xmx}
 * @param maxInstances how many JVMs may serve it at once; more invocations wait. AWS would start as many as are asked for
 */
public record FunctionSpec(
        String name, String handler, Map<String, String> environment, Duration timeout, int memoryMiB, int maxInstances) {
    public FunctionSpec {
        environment = Map.copyOf(environment);
        if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(Duration.ofMinutes(15)) > 0) {
            throw new IllegalArgumentException("function " + name + ": timeout is 1 to 900 seconds, was " + timeout.toMillis() + " ms");
        }
        if (memoryMiB < 128 || memoryMiB > 10_240) {
            throw new IllegalArgumentException("function " + name + ": memory is 128 to 10240 MiB, was " + memoryMiB);
        }
        if (maxInstances < 1) {
            throw new IllegalArgumentException("function " + name + ": at least one instance, was " + maxInstances);
        }
    }

    /** With two instances at most, enough to show concurrency on a laptop. */
    public FunctionSpec(String name, String handler, Map<String, String> environment, Duration timeout, int memoryMiB) {
        this(name, handler, environment, timeout, memoryMiB, 2);
    }
}

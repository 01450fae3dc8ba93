package dev.truepipe.functions;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.ssm.SsmClient;

/** Secrets as SSM parameters of type SecureString. One that was changed is known after five minutes. */
final class ParameterSecrets implements LabelStudioWebhook.Secrets {
    private static final Duration KEPT = Duration.ofMinutes(5);

    /** After a failure: callers without the secret must not have SSM asked each time. */
    private static final Duration FAILURE_KEPT = Duration.ofSeconds(10);

    /** @param failure why there is no value, or {@code null} */
    private record Kept(String value, IllegalStateException failure, Instant until) {}

    private final Supplier<SsmClient> parameters;
    private final Clock clock;
    private final Map<String, Kept> kept = new ConcurrentHashMap<>();

    /** @param parameters made when first asked for */
    ParameterSecrets(Supplier<SsmClient> parameters, Clock clock) {
        this.parameters = parameters;
        this.clock = clock;
    }

    @Override
    public String read(String name) {
        Kept known = kept.get(name);
        if (known != null && known.until.isAfter(clock.instant())) {
            if (known.failure != null) {
                throw known.failure;
            }
            return known.value;
        }
        String value;
        try {
            value = parameters.get().getParameter(request -> request.name(name).withDecryption(true)).parameter().value();
        } catch (SdkException e) {
            IllegalStateException failure = new IllegalStateException("cannot read the SSM parameter " + name + ", which holds the secret of a webhook; write it with aws ssm put-parameter"
                    + " --type SecureString --name " + name + ": " + e.getMessage(), e);
            kept.put(name, new Kept(null, failure, clock.instant().plus(FAILURE_KEPT)));
            throw failure;
        }
        kept.put(name, new Kept(value, null, clock.instant().plus(KEPT)));
        return value;
    }
}

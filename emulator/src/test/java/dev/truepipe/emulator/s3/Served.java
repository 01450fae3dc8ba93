package dev.truepipe.emulator.s3;

import dev.truepipe.emulator.api.AwsEndpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** An embedded S3 with one bucket, {@code labels}, and the services of an endpoint at its address. */
public final class Served {
    private Served() {}

    public static EmbeddedS3 with(AwsEndpoint endpoint, Path folder) throws IOException {
        endpoint.open();
        return EmbeddedS3.start(folder, 0, List.of(new BucketSpec("labels")), EmbeddedS3.Events.NOBODY, Clock.systemUTC(), endpoint);
    }
}

package dev.truepipe.cli;

import dev.truepipe.emulator.s3.BucketSpec;
import dev.truepipe.emulator.s3.EmbeddedS3;
import dev.truepipe.emulator.s3.ObjectCreated;
import dev.truepipe.functions.S3ObjectStore;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStoreContract;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The adapter that runs in Lambda, against the embedded S3, over HTTP. */
class S3ObjectStoreIT extends ObjectStoreContract {
    private static final AtomicInteger FOLDERS = new AtomicInteger();

    @TempDir
    static Path folder;

    private static EmbeddedS3 s3;
    private static S3Client client;

    private final S3Uri unused = S3Uri.parse("s3://contract/test-" + FOLDERS.incrementAndGet() + "/");

    @BeforeAll
    static void start() throws IOException {
        EmbeddedS3.Events nobody = new EmbeddedS3.Events() {
            @Override
            public void notification(String queue, String body) {}

            @Override
            public void created(ObjectCreated object) {}
        };
        s3 = EmbeddedS3.start(folder, 0, List.of(new BucketSpec("contract", List.of(), false)), nobody, Clock.systemUTC());
        client = S3ObjectStore.clientBuilder()
                .endpointOverride(s3.endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("embedded", "embedded")))
                .build();
    }

    @AfterAll
    static void stop() throws IOException {
        client.close();
        s3.close();
    }

    @Override
    protected ObjectStore store() {
        return new S3ObjectStore(client);
    }

    @Override
    protected S3Uri folder() {
        return unused;
    }
}

package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.truepipe.emulator.s3.BucketSpec;
import dev.truepipe.emulator.s3.EmbeddedS3;
import dev.truepipe.functions.S3ObjectStore;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.ObjectUnreadableException;
import dev.truepipe.storage.ObjectStoreContract;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
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
        s3 = EmbeddedS3.start(folder, 0, List.of(new BucketSpec("contract", List.of(), false)), EmbeddedS3.Events.NOBODY, Clock.systemUTC());
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

    @Test
    void tellsAForbiddenObjectFromAMissingOneAndFromAStoreThatIsDown() throws IOException {
        S3Uri uri = unused.resolve("locked.jpg");
        s3.failNext(call -> uri.key().equals(call.key()), 403, 1);
        ObjectUnreadableException forbidden = assertThrows(ObjectUnreadableException.class, () -> store().head(uri));
        assertEquals("may not be read (S3 answers 403, forbidden)", forbidden.why());
        assertTrue(forbidden.getMessage().startsWith("cannot look at " + uri + ": ") && forbidden.getMessage().contains("s3:ListBucket"), forbidden.getMessage());
        assertTrue(store().head(uri).isEmpty());
        assertTrue(store().head(S3Uri.parse("s3://no-such-bucket/locked.jpg")).isEmpty());
        s3.failNext(call -> uri.key().equals(call.key()), 503, 4);
        IOException down = assertThrows(IOException.class, () -> store().head(uri));
        assertFalse(down instanceof ObjectUnreadableException, down.toString());
    }

    /** S3 answers so for a bucket of another Region; the embedded one has one Region. */
    @Test
    void tellsAnObjectOfAnotherRegion() throws IOException {
        HttpServer elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        elsewhere.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("x-amz-bucket-region", "eu-west-3");
            exchange.sendResponseHeaders(301, -1);
            exchange.close();
        });
        elsewhere.start();
        try (S3Client there = S3ObjectStore.clientBuilder().endpointOverride(URI.create("http://127.0.0.1:" + elsewhere.getAddress().getPort())).region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("embedded", "embedded"))).build()) {
            ObjectUnreadableException other = assertThrows(ObjectUnreadableException.class, () -> new S3ObjectStore(there).head(S3Uri.parse("s3://far/a.jpg")));
            assertEquals("lies in a bucket of another Region (S3 answers 301)", other.why());
        } finally {
            elsewhere.stop(0);
        }
    }
}

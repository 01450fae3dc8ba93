package dev.truepipe.emulator.s3;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.Tag;

/** Each row of "S3" in {@code docs/fidelity.md}: a test that fails when the row stops being true. */
public class S3FidelityTest {
    @TempDir
    static Path folder;

    private static EmbeddedS3 s3;
    private static S3Client client;

    @BeforeAll
    static void start() throws IOException {
        s3 = EmbeddedS3.start(folder, 0, List.of(new BucketSpec("bucket")), EmbeddedS3.Events.NOBODY, Clock.systemUTC());
        client = Clients.s3WithoutRetries(s3.endpoint());
    }

    @AfterAll
    static void stop() {
        client.close();
        s3.close();
    }

    @Test
    void acceptsAnyAccessKey() {
        // The client signs as "anyone", whom nobody made known.
        put("any", "body");
        assertEquals("body", client.getObjectAsBytes(r -> r.bucket("bucket").key("any")).asUtf8String());
    }

    @Test
    void hasNoObjectTags() {
        put("untagged", "body");
        assertStatus(501, () -> client.putObjectTagging(r -> r.bucket("bucket").key("untagged")
                .tagging(t -> t.tagSet(Tag.builder().key("k").value("v").build()))));
    }

    @Test
    void hasNoVersions() {
        assertStatus(501, () -> client.putBucketVersioning(r -> r.bucket("bucket").versioningConfiguration(v -> v.status("Enabled"))));
        put("unversioned", "body");
        assertNull(client.headObject(r -> r.bucket("bucket").key("unversioned")).versionId());
    }

    @Test
    void takesNotificationsFromTheDescriptionOnly() {
        assertStatus(501, () -> client.getBucketNotificationConfiguration(r -> r.bucket("bucket")));
    }

    @Test
    void cannotHoldAKeyAndKeysBelowIt() {
        put("x", "body");
        assertStatus(500, () -> put("x/y", "body"));
    }

    @Test
    void returnsNoChecksums() {
        put("unchecked", "body");
        assertNull(client.headObject(r -> r.bucket("bucket").key("unchecked").checksumMode(ChecksumMode.ENABLED)).checksumCRC32());
    }

    @Test
    void servesFilesDroppedIntoTheFolderButWithoutAnETag() throws IOException {
        Files.writeString(s3.folder().resolve("bucket/dropped"), "by hand");
        assertArrayEquals("by hand".getBytes(), client.getObjectAsBytes(r -> r.bucket("bucket").key("dropped")).asByteArray());
        assertNull(client.headObject(r -> r.bucket("bucket").key("dropped")).eTag());
    }

    @Test
    void listsThePartsOfAnAbandonedUploadAsNone() {
        String upload = client.createMultipartUpload(r -> r.bucket("bucket").key("abandoned")).uploadId();
        client.abortMultipartUpload(r -> r.bucket("bucket").key("abandoned").uploadId(upload));
        assertFalse(client.listParts(r -> r.bucket("bucket").key("abandoned").uploadId(upload)).hasParts());
    }

    private static void put(String key, String text) {
        client.putObject(r -> r.bucket("bucket").key(key), RequestBody.fromString(text));
    }

    private static void assertStatus(int status, org.junit.jupiter.api.function.Executable call) {
        S3Exception refused = assertThrows(S3Exception.class, call);
        assertEquals(status, refused.statusCode(), refused.getMessage());
        assertNotEquals("", refused.getMessage());
    }
}

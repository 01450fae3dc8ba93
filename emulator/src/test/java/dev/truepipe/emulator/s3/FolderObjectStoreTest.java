package dev.truepipe.emulator.s3;

import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStoreContract;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class FolderObjectStoreTest extends ObjectStoreContract {
    @TempDir
    static Path folder;

    private static EmbeddedS3 s3;
    private final S3Uri root = S3Uri.parse("s3://bucket/" + UUID.randomUUID() + "/");

    @BeforeAll
    static void start() throws IOException {
        s3 = EmbeddedS3.start(folder, 0, List.of(new BucketSpec("bucket")), EmbeddedS3.Events.NOBODY, Clock.systemUTC());
    }

    @AfterAll
    static void stop() {
        s3.close();
    }

    @Override
    protected ObjectStore store() {
        return s3.store();
    }

    @Override
    protected S3Uri folder() {
        return root;
    }
}

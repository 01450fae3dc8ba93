package dev.truepipe.infra;

import dev.truepipe.json.Json;
import dev.truepipe.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awscdk.services.s3.assets.Asset;
import software.constructs.Construct;

/** The compiled settings, uploaded at deployment; its key is a hash of its bytes, so a run always knows which it read. */
final class SettingsAsset extends Construct {
    private final Asset asset;

    SettingsAsset(Construct scope, String id, Settings settings) {
        super(scope, id);
        asset = Asset.Builder.create(this, "Asset").path(compile(settings).toString()).build();
    }

    String bucket() {
        return asset.getS3BucketName();
    }

    String key() {
        return asset.getS3ObjectKey();
    }

    /** CDK copies assets from files. The file lies in a temporary folder until this JVM ends. */
    private static Path compile(Settings settings) {
        try {
            Path folder = Files.createTempDirectory("truepipe-settings");
            Path file = Files.write(folder.resolve("settings.json"), Json.pretty(settings.toJson()));
            folder.toFile().deleteOnExit();
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the compiled settings into the temporary folder", e);
        }
    }
}

package dev.truepipe.emulator.sagemaker;

import dev.truepipe.storage.ObjectSource;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InputStream;

/** Where a channel's augmented manifest comes from. */
public interface ManifestSource {
    /** As it is told to people, in messages about its lines. */
    String name();

    /**
     * Its bytes, from the first one; asked for once, when the job begins.
     *
     * @param objects where the objects lie that its lines name
     */
    InputStream open(ObjectSource objects) throws IOException;

    /** An object that lies where the others do. */
    static ManifestSource object(S3Uri uri) {
        return new ManifestSource() {
            @Override
            public String name() {
                return uri.toString();
            }

            @Override
            public InputStream open(ObjectSource objects) throws IOException {
                return objects.open(uri, null, null);
            }
        };
    }
}

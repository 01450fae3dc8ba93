package dev.truepipe.run;

import java.io.IOException;

/** Where those who serve a dataset's model look which one is live: the port to Systems Manager's parameters. */
@FunctionalInterface
public interface LiveModel {
    /**
     * Names the live model, over whichever was named before.
     *
     * @param modelUrl S3 URI of the champion's {@code model.tar.gz}
     * @throws IOException if it could not be named; the message says where, and keeps the service's words
     */
    void name(String dataset, String modelUrl) throws IOException;
}

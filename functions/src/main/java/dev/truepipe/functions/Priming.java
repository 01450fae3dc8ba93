package dev.truepipe.functions;

import java.util.ArrayList;
import java.util.List;
import org.crac.Context;
import org.crac.Core;
import org.crac.Resource;

/**
 * Runs code paths once before Lambda takes a snapshot, so that their classes are loaded and warm when it is restored.
 * Elsewhere nobody takes snapshots, and it does nothing.
 */
final class Priming implements Resource {
    static final String S3_NOTIFICATION = """
            {"Records":[{"eventVersion":"2.6","eventSource":"aws:s3","awsRegion":"us-east-1",\
            "eventTime":"2026-01-01T00:00:00.000Z","eventName":"ObjectCreated:Put","s3":{"s3SchemaVersion":"1.0",\
            "bucket":{"name":"labels","arn":"arn:aws:s3:::labels"},"object":{"key":"a+b","size":1,"eTag":"0"}}}]}""";

    /** The global context holds its resources weakly. */
    private static final List<Priming> KEPT = new ArrayList<>();

    private final Runnable work;

    private Priming(Runnable work) {
        this.work = work;
    }

    static void register(Runnable work) {
        Priming priming = new Priming(work);
        KEPT.add(priming);
        Core.getGlobalContext().register(priming);
    }

    @Override
    public void beforeCheckpoint(Context<? extends Resource> context) {
        work.run();
    }

    @Override
    public void afterRestore(Context<? extends Resource> context) {}
}

package dev.truepipe.emulator.s3;

import dev.truepipe.emulator.api.AwsCall;
import dev.truepipe.emulator.api.AwsEndpoint;
import dev.truepipe.json.Json;
import dev.truepipe.storage.ObjectStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;

/**
 * S3 on a folder: bucket {@code b}, key {@code a/c} is the file {@code b/a/c}. Loopback only; path-style addresses.
 *
 * <p>Any access key is accepted and signatures are not checked. A file that something else drops into the folder is
 * served, but has no ETag and no event: write through the endpoint. Where S3 itself behaves otherwise:
 * {@code docs/fidelity.md}.
 */
public final class EmbeddedS3 implements AutoCloseable {
    private static final int HTTP_THREADS = 48;
    /** Clients keep connections open; whoever stops a cloud does not wait for them. */
    private static final long STOP_AT_ONCE = 0;

    private final Path folder;
    private final Clock clock;
    private final Map<String, BucketSpec> buckets = new LinkedHashMap<>();
    private final Events events;
    private final Faults faults = new Faults();
    /** One thread: events leave in the order of the writes. Each has left before its write is answered, or a kill could lose it. */
    private final ExecutorService teller = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("s3-events").factory());
    private final S3Proxy proxy;
    private final ObjectStore store;
    private long lastSequencer;

    /** Where events go. Called on a thread of the embedded S3, one call at a time; whoever wrote the object waits, so it must not write one. */
    public interface Events {
        /** Nobody listens. */
        Events NOBODY = new Events() {
            @Override
            public void notification(String queue, String body) {}

            @Override
            public void created(ObjectCreated object) {}
        };

        /** A notification for a queue. */
        void notification(String queue, String body);

        /** An object in a bucket that sends its events to EventBridge. */
        void created(ObjectCreated object);

        /** A call by HTTP has been answered; on any thread, several at a time. */
        default void called(AwsCall call) {}
    }

    private EmbeddedS3(Path folder, int port, List<BucketSpec> buckets, Events events, Clock clock, AwsEndpoint others) {
        this.folder = folder;
        this.clock = clock;
        this.events = events;
        buckets.forEach(bucket -> this.buckets.put(bucket.name(), bucket));
        ObservedBlobStore blobs = new ObservedBlobStore(new FilesystemNio2BlobStore(folder.toString()), faults, this::written);
        this.store = new FolderObjectStore(blobs);
        this.proxy = S3Proxy.builder()
                .blobStore(blobs)
                .endpoint(URI.create("http://127.0.0.1:" + port))
                .awsAuthentication(AuthenticationType.NONE, "", "")
                .jettyMaxThreads(HTTP_THREADS)
                .stopTimeout(STOP_AT_ONCE)
                .ignoreUnknownHeaders(true)
                .build();
        JettyOf.change(proxy, s3 -> {
            ToldCalls whole = new ToldCalls(new WholeRequests(s3), events::called);
            return new LocalCallers(others == null ? whole : new OneAddress(others, whole));
        });
    }

    /**
     * Starts, and makes the buckets that are not there yet. Each configured notification sends {@code s3:TestEvent} first,
     * as S3 does.
     *
     * @param folder holds one folder for each bucket; kept from one start to the next
     * @param port 0 for any free one
     * @throws IOException if the folder cannot be made or the port is taken
     */
    public static EmbeddedS3 start(Path folder, int port, List<BucketSpec> buckets, Events events, Clock clock) throws IOException {
        return start(folder, port, buckets, events, clock, null);
    }

    /** As above. @param others answers at the same address what is not S3's; {@code null} for nobody */
    public static EmbeddedS3 start(Path folder, int port, List<BucketSpec> buckets, Events events, Clock clock, AwsEndpoint others)
            throws IOException {
        for (BucketSpec bucket : buckets) {
            Files.createDirectories(folder.resolve(bucket.name()));
        }
        Files.createDirectories(folder);
        EmbeddedS3 s3 = new EmbeddedS3(folder, port, buckets, events, clock, others);
        try {
            s3.proxy.start();
        } catch (Exception e) {
            s3.teller.shutdownNow();
            throw new IOException("embedded S3 did not start on 127.0.0.1 port " + port + ": " + e.getMessage(), e);
        }
        return s3;
    }

    /** Tells each configured queue so; apart from {@link #start}, as the queues may come up at the same time. */
    public void announceConfiguration() {
        for (BucketSpec bucket : buckets.values()) {
            for (BucketSpec.NotificationSpec rule : bucket.notifications()) {
                Map<String, Object> test = new LinkedHashMap<>();
                test.put("Service", "Amazon S3");
                test.put("Event", "s3:TestEvent");
                test.put("Time", ObjectCreated.millis(clock.instant()));
                test.put("Bucket", bucket.name());
                test.put("RequestId", sequencer(clock.instant()));
                test.put("HostId", "truepipe");
                teller.execute(() -> events.notification(rule.queue(), Json.text(test)));
            }
        }
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + proxy.getPort());
    }

    /** The same objects without HTTP, for what runs in this process; events and faults happen likewise. */
    public ObjectStore store() {
        return store;
    }

    /** The folder that holds a folder for each bucket. */
    public Path folder() {
        return folder;
    }

    /**
     * Answers the next calls that fit with an error instead of doing anything: for tests of what comes after.
     *
     * @param status 403, 500 or 503. SDKs ask again after 500 and 503, at most 3 times more
     * @param times how many calls to answer so
     */
    public void failNext(Predicate<S3Call> calls, int status, int times) {
        if (status != 403 && status != 500 && status != 503) {
            throw new IllegalArgumentException("status is 403, 500 or 503, was " + status);
        }
        faults.add(calls, status, times);
    }

    /** How many errors asked for by {@link #failNext} were not answered yet. */
    public int pendingFaults() {
        return faults.pending();
    }

    private void written(String how, String bucket, String key, long size, String eTag) {
        BucketSpec spec = buckets.get(bucket);
        if (spec == null) {
            return;
        }
        Instant now = clock.instant();
        ObjectCreated object = new ObjectCreated(how, bucket, key, size, eTag, now, sequencer(now));
        for (BucketSpec.NotificationSpec rule : spec.notifications()) {
            if (rule.matches(key)) {
                tell(() -> events.notification(rule.queue(), Json.text(object.notification(rule.id()))));
            }
        }
        if (spec.eventBridge()) {
            tell(() -> events.created(object));
        }
    }

    /** The object is there whatever comes of its event, so the write does not fail with it; who hears of events tells of that. */
    private void tell(Runnable event) {
        try {
            teller.submit(event).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("who hears of events must not throw", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the event is on its way; whoever stops this cloud waits for it
        }
    }

    /** Sixteen hexadecimal digits and two zeros before: the second, then a rising number. */
    private synchronized String sequencer(Instant now) {
        lastSequencer = Math.max(lastSequencer + 1, now.getEpochSecond() << 32);
        return String.format(Locale.ROOT, "%018X", lastSequencer);
    }

    /** Stops serving; events already under way are still told, for a second at most. The folder stays. */
    @Override
    public void close() {
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IllegalStateException("embedded S3 did not stop", e);
        } finally {
            teller.shutdown();
            try {
                if (!teller.awaitTermination(1, TimeUnit.SECONDS)) {
                    teller.shutdownNow();
                }
            } catch (InterruptedException e) {
                teller.shutdownNow();
                Thread.currentThread().interrupt();
            }
        }
    }
}

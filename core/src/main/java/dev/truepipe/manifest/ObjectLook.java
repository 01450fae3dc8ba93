package dev.truepipe.manifest;

import dev.truepipe.split.Hash128;
import dev.truepipe.split.LowestHashes;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.ObjectUnreadableException;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Scans a chunk and looks whether the objects of its accepted lines are there: what training streams of a line, so its {@code source-ref} and, under
 * a label attribute whose name ends in {@code -ref}, what lies at the label's address. An object is asked for (HEAD) and not read.
 */
public final class ObjectLook {
    /** Objects of a chunk that {@link ObjectCheck#HUNDRED} looks at. */
    static final int SAMPLE = 100;
    /** Objects asked for at the same time. */
    static final int AT_ONCE = 32;

    private final ObjectStore store;
    private final ObjectCheck check;

    /** @param store is asked by up to {@value #AT_ONCE} threads at a time; never, with {@link ObjectCheck#NONE} */
    public ObjectLook(ObjectStore store, ObjectCheck check) {
        this.store = store;
        this.check = check;
    }

    /**
     * Scans a chunk as {@link ChunkScanner} does.
     *
     * @param sink hears of every line; where objects turn out to be unreadable it has heard wrong: {@link UnreadableObjects#scan} then tells another
     * @return the objects that cannot be read, all of the chunk if there are any
     * @throws IOException if the manifest cannot be read, from the sink, or if the store gives no answer about an object
     */
    public UnreadableObjects scan(ByteSource source, ManifestChunk chunk, ScanRules rules, LineSink sink) throws IOException {
        return switch (check) {
            case NONE -> {
                ChunkScanner.scan(source, chunk, rules, sink);
                yield UnreadableObjects.NONE;
            }
            case HUNDRED -> {
                Sample sample = new Sample(sink);
                ChunkScanner.scan(source, chunk, rules, sample);
                yield look(sample.objects.all()).isEmpty() ? UnreadableObjects.NONE : lookAtAll(source, chunk, rules, (_, _, _) -> {});
            }
            case ALL -> lookAtAll(source, chunk, rules, sink);
        };
    }

    private UnreadableObjects look(Map<Hash128, S3Uri> objects) throws IOException {
        try (Answers answers = new Answers()) {
            for (Map.Entry<Hash128, S3Uri> object : objects.entrySet()) {
                answers.ask(object.getKey(), object.getValue());
            }
            return answers.all();
        }
    }

    private UnreadableObjects lookAtAll(ByteSource source, ManifestChunk chunk, ScanRules rules, LineSink sink) throws IOException {
        try (Answers answers = new Answers()) {
            ChunkScanner.scan(source, chunk, rules, new Beside(sink) {
                @Override
                void object(Hash128 hash, String uri) throws IOException {
                    answers.ask(hash, S3Uri.parse(uri));
                }

                @Override
                boolean wants(long high, long low) {
                    return true;
                }
            });
            return answers.all();
        }
    }

    /** Hears of the objects of accepted lines, and passes the lines on. */
    private abstract static class Beside implements LineSink {
        private final LineSink next;

        Beside(LineSink next) {
            this.next = next;
        }

        /** Whether the object of this hash is of interest; its address is only made if it is. */
        abstract boolean wants(long high, long low);

        abstract void object(Hash128 hash, String uri) throws IOException;

        @Override
        public void line(IndexedLine line, byte[] bytes, int from) throws IOException {
            next.line(line, bytes, from);
            if (!line.accepted()) {
                return;
            }
            if (line.streamsSourceRef() && wants(line.keyHigh(), line.keyLow())) {
                object(new Hash128(line.keyHigh(), line.keyLow()), line.sourceRef(bytes));
            }
            String label = line.labelObject(bytes);
            if (label != null) {
                Hash128 hash = Hash128.of(label);
                if (wants(hash.high(), hash.low())) {
                    object(hash, label);
                }
            }
        }

        @Override
        public void blank() {
            next.blank();
        }

        @Override
        public void end() throws IOException {
            next.end();
        }
    }

    /** The objects with the lowest hashes. */
    private static final class Sample extends Beside {
        private final LowestHashes<S3Uri> objects = new LowestHashes<>(SAMPLE);

        Sample(LineSink next) {
            super(next);
        }

        @Override
        boolean wants(long high, long low) {
            return objects.wants(new Hash128(high, low));
        }

        @Override
        void object(Hash128 hash, String uri) {
            objects.add(hash, S3Uri.parse(uri));
        }
    }

    /** Questions to the store, {@value #AT_ONCE} at a time. Whoever asks one more waits. */
    private final class Answers implements AutoCloseable {
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final Semaphore free = new Semaphore(AT_ONCE);
        private final Map<Hash128, UnreadableObjects.Unreadable> unreadable = new ConcurrentHashMap<>();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        void ask(Hash128 hash, S3Uri uri) throws IOException {
            take(1);
            threads.execute(() -> {
                try {
                    look(hash, uri);
                } catch (Throwable e) {
                    failure.compareAndSet(null, e);
                } finally {
                    free.release();
                }
            });
        }

        private void look(Hash128 hash, S3Uri uri) throws IOException {
            try {
                if (store.head(uri).isEmpty()) {
                    unreadable.put(hash, new UnreadableObjects.Unreadable(uri, null));
                }
            } catch (ObjectUnreadableException e) {
                unreadable.put(hash, new UnreadableObjects.Unreadable(uri, e.why()));
            }
            if (unreadable.size() > UnreadableObjects.MOST) {
                throw new IOException("more than " + UnreadableObjects.MOST + " objects of one chunk cannot be read, " + uri
                        + " among them; is the address or the role of all of them wrong? Mend that, or set checkObjects to none");
            }
        }

        private void take(int permits) throws IOException {
            try {
                free.acquire(permits);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while objects were looked at");
            }
            switch (failure.get()) {
                case null -> { }
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new IllegalStateException("looking at an object failed", e);
            }
        }

        /** When every question has its answer. */
        UnreadableObjects all() throws IOException {
            take(AT_ONCE);
            return new UnreadableObjects(unreadable);
        }

        @Override
        public void close() {
            // Of interest only after a failure: otherwise nothing is under way.
            threads.shutdownNow();
            threads.close();
        }
    }
}

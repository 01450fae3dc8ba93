package dev.truepipe.storage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** The object store of unit tests: a sorted map. Passes {@link ObjectStoreContract} as S3 does. */
public final class InMemoryObjectStore implements ObjectStore {
    private record Stored(byte[] body, String eTag, Instant lastModified) {}

    private final TreeMap<S3Uri, Stored> objects = new TreeMap<>();
    private final Set<S3Uri> forbidden = new HashSet<>();
    private final List<S3Uri> looks = new ArrayList<>();
    private final Supplier<Instant> clock;

    /** Objects carry the time 1970. */
    public InMemoryObjectStore() {
        this(() -> Instant.EPOCH);
    }

    /** @param clock asked at each write */
    public InMemoryObjectStore(Supplier<Instant> clock) {
        this.clock = clock;
    }

    /** From now on nobody may look at this object, read it or write it, be it there or not. */
    public synchronized void forbid(S3Uri uri) {
        forbidden.add(uri);
    }

    /** Looks at objects so far. */
    public synchronized List<S3Uri> looks() {
        return List.copyOf(looks);
    }

    private void requireAllowed(String what, S3Uri uri) throws IOException {
        if (forbidden.contains(uri)) {
            throw new IOException("cannot " + what + " " + uri + ": Access Denied (Status Code: 403)");
        }
    }

    @Override
    public synchronized Optional<StoredObject> head(S3Uri uri) throws IOException {
        looks.add(uri);
        if (forbidden.contains(uri)) {
            throw new ObjectUnreadableException("cannot look at " + uri + ": forbidden", "may not be read (S3 answers 403, forbidden)", null);
        }
        return Optional.ofNullable(objects.get(uri)).map(stored -> describe(uri, stored));
    }

    @Override
    public synchronized InputStream open(S3Uri uri, ByteRange range, String ifMatch) throws IOException {
        requireAllowed("read", uri);
        Stored stored = objects.get(uri);
        if (stored == null) {
            throw new ObjectMissingException(uri);
        }
        if (ifMatch != null && !ifMatch.equals(stored.eTag)) {
            throw new PreconditionFailedException(uri);
        }
        int length = stored.body.length;
        int from = range == null ? 0 : (int) Math.min(range.from(), length);
        int to = range == null ? length : (int) Math.min(range.to(), length);
        return new ByteArrayInputStream(stored.body, from, to - from);
    }

    @Override
    public synchronized String put(S3Uri uri, byte[] body, Condition condition) throws IOException {
        requireAllowed("write", uri);
        Stored before = objects.get(uri);
        boolean holds = switch (condition) {
            case Condition.Always always -> true;
            case Condition.Absent absent -> before == null;
            case Condition.Unchanged unchanged -> before != null && before.eTag.equals(unchanged.eTag());
        };
        if (!holds) {
            throw new PreconditionFailedException(uri);
        }
        Stored stored = new Stored(body.clone(), md5(body), clock.get());
        objects.put(uri, stored);
        return stored.eTag;
    }

    @Override
    public ObjectUpload upload(S3Uri uri) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        return new ObjectUpload() {
            private boolean ended;

            @Override
            public void write(int b) throws IOException {
                open();
                body.write(b);
            }

            @Override
            public void write(byte[] bytes, int offset, int count) throws IOException {
                open();
                body.write(bytes, offset, count);
            }

            @Override
            public StoredObject complete() throws IOException {
                open();
                put(uri, body.toByteArray(), Condition.ALWAYS);
                ended = true;
                return head(uri).orElseThrow();
            }

            @Override
            public void close() {
                ended = true;
            }

            private void open() throws IOException {
                if (ended) {
                    throw new IOException("the upload of " + uri + " has ended");
                }
            }
        };
    }

    @Override
    public synchronized boolean assemble(S3Uri target, List<StoredObject> parts) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (StoredObject part : parts) {
            try (InputStream in = open(part.uri(), null, part.eTag())) {
                in.transferTo(all);
            }
        }
        if (objects.containsKey(target)) {
            return false;
        }
        put(target, all.toByteArray(), Condition.ABSENT);
        return true;
    }

    @Override
    public synchronized Listing list(S3Uri prefix, boolean delimiter) {
        List<StoredObject> found = new ArrayList<>();
        TreeSet<S3Uri> groups = new TreeSet<>();
        for (var entry : objects.entrySet()) {
            S3Uri uri = entry.getKey();
            if (!prefix.isPrefixOf(uri)) {
                continue;
            }
            int slash = delimiter ? uri.key().indexOf('/', prefix.key().length()) : -1;
            if (slash < 0) {
                found.add(describe(uri, entry.getValue()));
            } else {
                groups.add(new S3Uri(uri.bucket(), uri.key().substring(0, slash + 1)));
            }
        }
        return new Listing(found, List.copyOf(groups));
    }

    @Override
    public synchronized void delete(S3Uri uri) {
        objects.remove(uri);
    }

    /** Every key of every bucket, in order. */
    public synchronized List<S3Uri> uris() {
        return List.copyOf(objects.keySet());
    }

    /** The bytes of an object that is there. */
    public synchronized byte[] bytes(S3Uri uri) {
        Stored stored = objects.get(uri);
        if (stored == null) {
            throw new AssertionError("no object at " + uri + "; there are " + objects.keySet());
        }
        return Arrays.copyOf(stored.body, stored.body.length);
    }

    private static StoredObject describe(S3Uri uri, Stored stored) {
        return new StoredObject(uri, stored.body.length, stored.eTag, stored.lastModified);
    }

    private static String md5(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has MD5", e);
        }
    }
}

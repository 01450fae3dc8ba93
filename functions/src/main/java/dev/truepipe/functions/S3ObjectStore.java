package dev.truepipe.functions;

import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * S3 by the AWS SDK.
 *
 * <p>S3 answers 404 for a missing object only to callers that may list the bucket; to others it answers 403, which is an
 * {@link IOException} here, never an absence. An upload of up to {@value #PART_BYTES} bytes is one PutObject.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html">Conditional requests</a>
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html">Multipart upload limits</a>
 */
public final class S3ObjectStore implements ObjectStore {
    /** Size of an uploaded part, 8 MiB; 10,000 of them make 78 GiB. */
    static final int PART_BYTES = 8 << 20;
    /** The least a part other than the last may have, 5 MiB. */
    private static final long LEAST_PART_BYTES = 5L << 20;
    /** The most one UploadPartCopy moves, 5 GiB. */
    private static final long MOST_COPY_BYTES = 5L << 30;
    /** Below this, 64 MiB, an assembly is one PutObject. */
    private static final long PLAIN_PUT_BYTES = 64L << 20;
    /** Tries when S3 says that another conditional write was under way; it asks for the request to be sent again. */
    private static final int CONFLICT_TRIES = 4;

    private final S3Client s3;

    /** @param s3 a synchronous client; not closed here */
    public S3ObjectStore(S3Client s3) {
        this.s3 = s3;
    }

    /**
     * A client fit for this adapter; endpoint, region and credentials are left to the SDK.
     *
     * <p>It does not send {@code Expect: 100-continue}: the JDK's connection fails on it when a kept connection was closed
     * meanwhile, with an error that the SDK does not try again.
     */
    public static S3ClientBuilder clientBuilder() {
        return S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .overrideConfiguration(configuration -> configuration.addExecutionInterceptor(new ExecutionInterceptor() {
                    @Override
                    public SdkHttpRequest modifyHttpRequest(
                            Context.ModifyHttpRequest context,
                            ExecutionAttributes attributes) {
                        return context.httpRequest().copy(request -> request.removeHeader("Expect"));
                    }
                }));
    }

    @Override
    public Optional<StoredObject> head(S3Uri uri) throws IOException {
        try {
            HeadObjectResponse head = s3.headObject(request -> request.bucket(uri.bucket()).key(uri.key()));
            return Optional.of(
                    new StoredObject(uri, head.contentLength(), unquoted(head.eTag(), uri), head.lastModified()));
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return Optional.empty();
            }
            throw switch (e.statusCode()) {
                case 403 -> new ObjectUnreadableException(failed("look at", uri, e).getMessage(), "may not be read (S3 answers 403, forbidden)", e);
                case 301 -> new ObjectUnreadableException(failed("look at", uri, e).getMessage(), "lies in a bucket of another Region (S3 answers 301)", e);
                default -> failed("look at", uri, e);
            };
        } catch (SdkException e) {
            throw failed("look at", uri, e);
        }
    }

    @Override
    public InputStream open(S3Uri uri, ByteRange range, String ifMatch) throws IOException {
        GetObjectRequest.Builder request = GetObjectRequest.builder().bucket(uri.bucket()).key(uri.key());
        if (range != null) {
            request.range("bytes=" + range.from() + "-" + (range.to() - 1));
        }
        if (ifMatch != null) {
            request.ifMatch(quoted(ifMatch));
        }
        try {
            return new AbortingStream(s3.getObject(request.build()));
        } catch (S3Exception e) {
            return switch (e.statusCode()) {
                case 404 -> throw new ObjectMissingException(uri);
                case 412 -> throw new PreconditionFailedException(uri);
                case 416 -> nothing(uri, ifMatch);
                default -> throw failed("read", uri, e);
            };
        } catch (SdkException e) {
            throw failed("read", uri, e);
        }
    }

    /** The range starts past the end: nothing to read, but still only of the object that was meant. */
    private InputStream nothing(S3Uri uri, String ifMatch) throws IOException {
        StoredObject object = head(uri).orElseThrow(() -> new ObjectMissingException(uri));
        if (ifMatch != null && !object.eTag().equals(ifMatch)) {
            throw new PreconditionFailedException(uri);
        }
        return InputStream.nullInputStream();
    }

    @Override
    public String put(S3Uri uri, byte[] body, Condition condition) throws IOException {
        return put(uri, body, body.length, condition);
    }

    private String put(S3Uri uri, byte[] body, int length, Condition condition) throws IOException {
        PutObjectRequest.Builder request =
                PutObjectRequest.builder().bucket(uri.bucket()).key(uri.key()).contentType(contentType(uri));
        switch (condition) {
            case Condition.Always always -> {}
            case Condition.Absent absent -> request.ifNoneMatch("*");
            case Condition.Unchanged unchanged -> request.ifMatch(quoted(unchanged.eTag()));
        }
        for (int left = CONFLICT_TRIES; ; left--) {
            try {
                return unquoted(s3.putObject(request.build(), body(body, length)).eTag(), uri);
            } catch (S3Exception e) {
                boolean conditional = !(condition instanceof Condition.Always);
                if (conditional && e.statusCode() == 409 && left > 1) {
                    continue;
                }
                if (conditional && e.numAttempts() != null && e.numAttempts() > 1) {
                    Optional<String> ours = alreadyWritten(uri, body, length);
                    if (ours.isPresent()) {
                        return ours.get();
                    }
                }
                // 404: there is nothing that could still have the ETag.
                if (conditional && (e.statusCode() == 412 || e.statusCode() == 409)
                        || condition instanceof Condition.Unchanged && e.statusCode() == 404 && !noBucket(e)) {
                    throw new PreconditionFailedException(uri);
                }
                throw failed("write", uri, e);
            } catch (SdkException e) {
                // A store may refuse a condition before it has read the body, and close: then no answer arrives.
                if (refused(uri, condition)) {
                    Optional<String> ours = alreadyWritten(uri, body, length);
                    if (ours.isPresent()) {
                        return ours.get();
                    }
                    throw new PreconditionFailedException(uri);
                }
                throw failed("write", uri, e);
            }
        }
    }

    /** Whether the condition does not hold now. */
    private boolean refused(S3Uri uri, Condition condition) throws IOException {
        return switch (condition) {
            case Condition.Always _ -> false;
            case Condition.Absent _ -> head(uri).isPresent();
            case Condition.Unchanged unchanged -> head(uri).filter(there -> there.eTag().equals(unchanged.eTag())).isEmpty();
        };
    }

    /** Whether an attempt whose answer was lost had written after all, so that the next one met its own object. */
    private Optional<String> alreadyWritten(S3Uri uri, byte[] body, int length) throws IOException {
        Optional<StoredObject> there = head(uri);
        if (there.isEmpty() || there.get().size() != length) {
            return Optional.empty();
        }
        if (length == 0) {
            return Optional.of(there.get().eTag());
        }
        byte[] stored = new byte[length];
        read(there.get(), 0, stored, 0, length);
        return Arrays.equals(stored, 0, length, body, 0, length) ? Optional.of(there.get().eTag()) : Optional.empty();
    }

    @Override
    public ObjectUpload upload(S3Uri uri) {
        return new Upload(uri);
    }

    @Override
    public boolean assemble(S3Uri target, List<StoredObject> parts) throws IOException {
        long total = parts.stream().mapToLong(StoredObject::size).sum();
        if (total < PLAIN_PUT_BYTES) {
            byte[] all = new byte[(int) total];
            int at = 0;
            for (StoredObject part : parts) {
                read(part, 0, all, at, (int) part.size());
                at += (int) part.size();
            }
            try {
                put(target, all, Condition.ABSENT);
                return true;
            } catch (PreconditionFailedException there) {
                return false;
            }
        }
        try (Parts upload = new Parts(target)) {
            byte[] gathered = new byte[PART_BYTES];
            int length = 0;
            for (StoredObject part : parts) {
                long at = 0;
                while (at < part.size()) {
                    long left = part.size() - at;
                    if (length == 0 && left >= LEAST_PART_BYTES) {
                        long count = Math.min(left, MOST_COPY_BYTES);
                        upload.copy(part, at, count);
                        at += count;
                        continue;
                    }
                    // A short piece must not be a part of its own unless it is the last: fill it up from what follows.
                    int count = (int) Math.min(left, PART_BYTES - length);
                    read(part, at, gathered, length, count);
                    length += count;
                    at += count;
                    if (length == PART_BYTES) {
                        upload.send(gathered, length);
                        length = 0;
                    }
                }
            }
            if (length > 0) {
                upload.send(gathered, length);
            }
            try {
                upload.complete(Condition.ABSENT);
                return true;
            } catch (PreconditionFailedException there) {
                return false;
            }
        }
    }

    private void read(StoredObject part, long from, byte[] into, int at, int count) throws IOException {
        if (count == 0) {
            return;
        }
        try (InputStream in = open(part.uri(), new ByteRange(from, from + count), part.eTag())) {
            int read = in.readNBytes(into, at, count);
            if (read < count) {
                throw new EOFException(part.uri() + " ended after " + (from + read) + " bytes, " + part.size() + " were expected");
            }
        }
    }

    @Override
    public Listing list(S3Uri prefix, boolean delimiter) throws IOException {
        ListObjectsV2Request.Builder request = ListObjectsV2Request.builder()
                .bucket(prefix.bucket())
                .prefix(prefix.key())
                // Otherwise keys that XML 1.0 cannot hold break the answer; the SDK decodes.
                .encodingType(EncodingType.URL);
        if (delimiter) {
            request.delimiter("/");
        }
        List<StoredObject> objects = new ArrayList<>();
        List<S3Uri> prefixes = new ArrayList<>();
        try {
            for (var page : s3.listObjectsV2Paginator(request.build())) {
                for (var object : page.contents()) {
                    S3Uri uri = new S3Uri(prefix.bucket(), object.key());
                    objects.add(new StoredObject(uri, object.size(), unquoted(object.eTag(), uri), object.lastModified()));
                }
                page.commonPrefixes().forEach(group -> prefixes.add(new S3Uri(prefix.bucket(), group.prefix())));
            }
        } catch (SdkException e) {
            throw failed("list", prefix, e);
        }
        objects.sort(Comparator.comparing(StoredObject::uri));
        prefixes.sort(Comparator.naturalOrder());
        return new Listing(objects, prefixes);
    }

    @Override
    public void delete(S3Uri uri) throws IOException {
        try {
            s3.deleteObject(request -> request.bucket(uri.bucket()).key(uri.key()));
        } catch (SdkException e) {
            throw failed("delete", uri, e);
        }
    }

    /** A multipart upload; given up on close unless completed. */
    private final class Parts implements AutoCloseable {
        private final S3Uri target;
        private final String uploadId;
        private final List<CompletedPart> done = new ArrayList<>();
        private boolean completed;

        Parts(S3Uri target) throws IOException {
            this.target = target;
            try {
                uploadId = s3.createMultipartUpload(request -> request.bucket(target.bucket())
                                .key(target.key())
                                .contentType(contentType(target)))
                        .uploadId();
            } catch (SdkException e) {
                throw failed("start writing", target, e);
            }
        }

        void send(byte[] bytes, int length) throws IOException {
            int number = done.size() + 1;
            try {
                var part = s3.uploadPart(
                        request -> request.bucket(target.bucket()).key(target.key()).uploadId(uploadId).partNumber(number),
                        body(bytes, length));
                done.add(CompletedPart.builder()
                        .partNumber(number)
                        .eTag(part.eTag())
                        .build());
            } catch (SdkException e) {
                throw failed("write part " + number + " of", target, e);
            }
        }

        void copy(StoredObject from, long at, long count) throws IOException {
            int number = done.size() + 1;
            try {
                var copied = s3.uploadPartCopy(request -> {
                    request.sourceBucket(from.uri().bucket())
                            .sourceKey(from.uri().key())
                            .copySourceIfMatch(quoted(from.eTag()))
                            .destinationBucket(target.bucket())
                            .destinationKey(target.key())
                            .uploadId(uploadId)
                            .partNumber(number);
                    if (count < from.size()) {
                        request.copySourceRange("bytes=" + at + "-" + (at + count - 1));
                    }
                });
                done.add(CompletedPart.builder()
                        .partNumber(number)
                        .eTag(copied.copyPartResult().eTag())
                        .build());
            } catch (S3Exception e) {
                if (e.statusCode() == 412) {
                    throw new PreconditionFailedException(from.uri());
                }
                if (e.statusCode() == 404 && !noBucket(e)) {
                    throw new ObjectMissingException(from.uri());
                }
                throw failed("copy " + from.uri() + " into", target, e);
            } catch (SdkException e) {
                throw failed("copy " + from.uri() + " into", target, e);
            }
        }

        /** @param condition always, or absent */
        String complete(Condition condition) throws IOException {
            try {
                String eTag = s3.completeMultipartUpload(request -> request.bucket(target.bucket())
                                .key(target.key())
                                .uploadId(uploadId)
                                .ifNoneMatch(condition instanceof Condition.Absent ? "*" : null)
                                .multipartUpload(all -> all.parts(done)))
                        .eTag();
                completed = true;
                return unquoted(eTag, target);
            } catch (S3Exception e) {
                // 409: another write of the key was under way. Whether it came to its end shows.
                if (condition instanceof Condition.Absent
                        && (e.statusCode() == 412 || e.statusCode() == 409 && head(target).isPresent())) {
                    throw new PreconditionFailedException(target);
                }
                throw failed("finish writing", target, e);
            } catch (SdkException e) {
                throw failed("finish writing", target, e);
            }
        }

        @Override
        public void close() throws IOException {
            if (completed) {
                return;
            }
            try {
                s3.abortMultipartUpload(
                        request -> request.bucket(target.bucket()).key(target.key()).uploadId(uploadId));
            } catch (SdkException e) {
                throw failed("give up writing", target, e);
            }
        }
    }

    private final class Upload extends ObjectUpload {
        private final S3Uri target;
        private byte[] part = new byte[64 << 10];
        private int length;
        private long sent;
        private Parts parts;
        private boolean ended;

        Upload(S3Uri target) {
            this.target = target;
        }

        @Override
        public void write(int b) throws IOException {
            room(1);
            part[length++] = (byte) b;
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            int at = offset;
            int left = count;
            while (left > 0) {
                room(left);
                int now = Math.min(left, part.length - length);
                System.arraycopy(bytes, at, part, length, now);
                length += now;
                at += now;
                left -= now;
            }
        }

        /** Grows the part up to its full size, then sends it. */
        private void room(int wanted) throws IOException {
            if (ended) {
                throw new IOException("the upload of " + target + " has ended");
            }
            if (length == PART_BYTES) {
                if (parts == null) {
                    parts = new Parts(target);
                }
                parts.send(part, length);
                sent += length;
                length = 0;
            } else if (length == part.length || length + wanted > part.length && part.length < PART_BYTES) {
                long size = Math.max(2L * part.length, Math.min((long) length + wanted, PART_BYTES));
                part = Arrays.copyOf(part, (int) Math.min(size, PART_BYTES));
            }
        }

        @Override
        public StoredObject complete() throws IOException {
            if (ended) {
                throw new IOException("the upload of " + target + " has ended");
            }
            String eTag;
            if (parts == null) {
                eTag = S3ObjectStore.this.put(target, part, length, Condition.ALWAYS);
            } else {
                if (length > 0) {
                    parts.send(part, length);
                }
                eTag = parts.complete(Condition.ALWAYS);
            }
            ended = true;
            long size = sent + length;
            StoredObject stored = head(target).orElseThrow(() -> new ObjectMissingException(target));
            return new StoredObject(target, size, eTag, stored.lastModified());
        }

        @Override
        public void close() throws IOException {
            if (!ended) {
                ended = true;
                if (parts != null) {
                    parts.close();
                }
            }
        }
    }

    /** Gives a connection up when closed early: reading a large object to its end to reuse one costs more. */
    private static final class AbortingStream extends InputStream {
        private final ResponseInputStream<GetObjectResponse> in;
        private boolean ended;

        AbortingStream(ResponseInputStream<GetObjectResponse> in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            int b = in.read();
            ended = b < 0;
            return b;
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            int read = in.read(bytes, offset, count);
            ended = read < 0;
            return read;
        }

        @Override
        public void close() throws IOException {
            if (!ended) {
                in.abort();
            }
            in.close();
        }
    }

    private static RequestBody body(byte[] bytes, int length) {
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(bytes, 0, length), length, "application/octet-stream");
    }

    private static String contentType(S3Uri uri) {
        String key = uri.key();
        if (key.endsWith(".html")) {
            return "text/html; charset=utf-8";
        }
        return key.endsWith(".json") ? "application/json" : "application/octet-stream";
    }

    private static boolean noBucket(S3Exception e) {
        return e.awsErrorDetails() != null && "NoSuchBucket".equals(e.awsErrorDetails().errorCode());
    }

    private static String quoted(String eTag) {
        return '"' + eTag + '"';
    }

    private static String unquoted(String eTag, S3Uri uri) throws IOException {
        if (eTag == null) {
            throw new IOException("the store gave no ETag for " + uri + "; was it put there behind the store's back?");
        }
        int last = eTag.length() - 1;
        return last > 0 && eTag.charAt(0) == '"' && eTag.charAt(last) == '"' ? eTag.substring(1, last) : eTag;
    }

    private static IOException failed(String what, S3Uri uri, SdkException e) {
        String cure = e instanceof S3Exception s3 && s3.statusCode() == 403
                ? ". Allow it in the role's policy and the bucket's; S3 also answers so for a missing object when the role"
                        + " may not list the bucket (s3:ListBucket)"
                : "";
        return new IOException("cannot " + what + " " + uri + ": " + e.getMessage() + cure, e);
    }
}

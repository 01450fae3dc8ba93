package dev.truepipe.emulator.s3;

import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/**
 * The embedded S3 from within this process, without HTTP: the same objects, events and faults as through the endpoint.
 * For the embedded SageMaker, which reads an object for each record.
 */
final class FolderObjectStore implements ObjectStore {
    private static final int PART_BYTES = 8 * 1024 * 1024;

    private final BlobStore blobs;

    FolderObjectStore(BlobStore blobs) {
        this.blobs = blobs;
    }

    @Override
    public Optional<StoredObject> head(S3Uri uri) throws IOException {
        try {
            return Optional.of(stored(uri, blobs.blobMetadata(HeadObjectRequest.builder().bucket(uri.bucket()).key(uri.key()).build())));
        } catch (S3Exception e) {
            if (e.statusCode() == 404) {
                return Optional.empty();
            }
            throw e.statusCode() == 403
                    ? new ObjectUnreadableException(failed("look at", uri, e).getMessage(), "may not be read (403, forbidden)", e)
                    : failed("look at", uri, e);
        }
    }

    @Override
    public InputStream open(S3Uri uri, ByteRange range, String ifMatch) throws IOException {
        GetObjectRequest.Builder request = GetObjectRequest.builder().bucket(uri.bucket()).key(uri.key());
        if (range != null) {
            request.range("bytes=" + range.from() + "-" + (range.to() - 1));
        }
        if (ifMatch != null) {
            request.ifMatch('"' + ifMatch + '"');
        }
        try {
            return blobs.getBlob(request.build());
        } catch (S3Exception e) {
            if (e.statusCode() != 416) {
                throw unopened(uri, e);
            }
            StoredObject object = head(uri).orElseThrow(() -> new ObjectMissingException(uri));
            if (ifMatch != null && !object.eTag().equals(ifMatch)) {
                throw new PreconditionFailedException(uri);
            }
            return InputStream.nullInputStream();
        } catch (SdkException e) {
            throw failed("read", uri, e);
        }
    }

    @Override
    public OpenedObject open(S3Uri uri) throws IOException {
        try {
            ResponseInputStream<GetObjectResponse> content = blobs.getBlob(GetObjectRequest.builder().bucket(uri.bucket()).key(uri.key()).build());
            GetObjectResponse answer = content.response();
            return new OpenedObject(new StoredObject(uri, answer.contentLength(), ObservedBlobStore.bare(answer.eTag()), answer.lastModified()), content);
        } catch (S3Exception e) {
            throw unopened(uri, e);
        } catch (SdkException e) {
            throw failed("read", uri, e);
        }
    }

    private static IOException unopened(S3Uri uri, S3Exception e) {
        return switch (e.statusCode()) {
            case 404 -> new ObjectMissingException(uri);
            case 412 -> new PreconditionFailedException(uri);
            case 403 -> new ObjectUnreadableException(failed("read", uri, e).getMessage(), "may not be read (403, forbidden)", e);
            default -> failed("read", uri, e);
        };
    }

    @Override
    public String put(S3Uri uri, byte[] body, Condition condition) throws IOException {
        PutObjectRequest.Builder request =
                PutObjectRequest.builder().bucket(uri.bucket()).key(uri.key()).contentLength((long) body.length);
        switch (condition) {
            case Condition.Always always -> {}
            case Condition.Absent absent -> request.ifNoneMatch("*");
            case Condition.Unchanged unchanged -> request.ifMatch('"' + unchanged.eTag() + '"');
        }
        try {
            return ObservedBlobStore.bare(blobs.putBlob(request.build(), new ByteArrayInputStream(body)).eTag());
        } catch (S3Exception e) {
            if (e.statusCode() == 412 || e.statusCode() == 404 && condition instanceof Condition.Unchanged) {
                throw new PreconditionFailedException(uri);
            }
            throw failed("write", uri, e);
        } catch (SdkException e) {
            throw failed("write", uri, e);
        }
    }

    @Override
    public ObjectUpload upload(S3Uri uri) {
        return new Upload(uri, Condition.ALWAYS);
    }

    @Override
    public boolean assemble(S3Uri target, List<StoredObject> parts) throws IOException {
        try (ObjectUpload upload = new Upload(target, Condition.ABSENT)) {
            for (StoredObject part : parts) {
                try (InputStream in = open(part.uri(), null, part.eTag())) {
                    in.transferTo(upload);
                }
            }
            try {
                upload.complete();
                return true;
            } catch (PreconditionFailedException there) {
                return false;
            }
        }
    }

    @Override
    public Listing list(S3Uri prefix, boolean delimiter) throws IOException {
        List<StoredObject> objects = new ArrayList<>();
        List<S3Uri> prefixes = new ArrayList<>();
        String next = null;
        do {
            ListObjectsV2Request.Builder request =
                    ListObjectsV2Request.builder().bucket(prefix.bucket()).prefix(prefix.key()).continuationToken(next).maxKeys(1000);
            if (delimiter) {
                request.delimiter("/");
            }
            ListObjectsV2Response page;
            try {
                page = blobs.list(request.build());
            } catch (SdkException e) {
                throw failed("list", prefix, e);
            }
            page.contents().forEach(object -> objects.add(new StoredObject(
                    new S3Uri(prefix.bucket(), object.key()), object.size(), ObservedBlobStore.bare(object.eTag()), object.lastModified())));
            page.commonPrefixes().forEach(group -> prefixes.add(new S3Uri(prefix.bucket(), group.prefix())));
            next = page.nextContinuationToken();
        } while (next != null);
        objects.sort((a, b) -> a.uri().compareTo(b.uri()));
        prefixes.sort(null);
        return new Listing(objects, prefixes);
    }

    @Override
    public void delete(S3Uri uri) throws IOException {
        try {
            blobs.removeBlob(DeleteObjectRequest.builder().bucket(uri.bucket()).key(uri.key()).build());
        } catch (S3Exception e) {
            if (e.statusCode() != 404) {
                throw failed("delete", uri, e);
            }
        }
    }

    private static StoredObject stored(S3Uri uri, HeadObjectResponse head) {
        return new StoredObject(uri, head.contentLength(), ObservedBlobStore.bare(head.eTag()), head.lastModified());
    }

    private static IOException failed(String what, S3Uri uri, SdkException e) {
        return new IOException("cannot " + what + " " + uri + ": " + e.getMessage(), e);
    }

    /** Gathers parts of 8 MiB; what stays below one part is one put. */
    private final class Upload extends ObjectUpload {
        private final S3Uri target;
        private final Condition condition;
        private final ByteArrayOutputStream part = new ByteArrayOutputStream();
        private final List<CompletedPart> done = new ArrayList<>();
        private MultipartUpload upload;
        private boolean ended;

        Upload(S3Uri target, Condition condition) {
            this.target = target;
            this.condition = condition;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            int at = offset;
            int left = count;
            while (left > 0) {
                int now = Math.min(left, PART_BYTES - part.size());
                part.write(bytes, at, now);
                at += now;
                left -= now;
                if (part.size() == PART_BYTES) {
                    send();
                }
            }
        }

        @Override
        public StoredObject complete() throws IOException {
            if (upload == null) {
                put(target, part.toByteArray(), condition);
            } else {
                if (part.size() > 0) {
                    send();
                }
                try {
                    blobs.completeMultipartUpload(upload, CompleteMultipartUploadRequest.builder()
                            .bucket(target.bucket())
                            .key(target.key())
                            .uploadId(upload.id())
                            .ifNoneMatch(condition instanceof Condition.Absent ? "*" : null)
                            .multipartUpload(all -> all.parts(done))
                            .build());
                } catch (S3Exception e) {
                    if (e.statusCode() == 412) {
                        throw new PreconditionFailedException(target);
                    }
                    throw failed("finish writing", target, e);
                } catch (SdkException e) {
                    throw failed("finish writing", target, e);
                }
            }
            ended = true;
            return head(target).orElseThrow(() -> new ObjectMissingException(target));
        }

        @Override
        public void close() throws IOException {
            if (!ended && upload != null) {
                ended = true;
                try {
                    blobs.abortMultipartUpload(upload);
                } catch (SdkException e) {
                    throw failed("give up writing", target, e);
                }
            }
        }

        private void send() throws IOException {
            int number = done.size() + 1;
            try {
                if (upload == null) {
                    upload = blobs.initiateMultipartUpload(
                            CreateMultipartUploadRequest.builder().bucket(target.bucket()).key(target.key()).build());
                }
                String eTag = blobs.uploadMultipartPart(
                                upload,
                                UploadPartRequest.builder()
                                        .bucket(target.bucket())
                                        .key(target.key())
                                        .uploadId(upload.id())
                                        .partNumber(number)
                                        .contentLength((long) part.size())
                                        .build(),
                                new ByteArrayInputStream(part.toByteArray()))
                        .eTag();
                done.add(CompletedPart.builder().partNumber(number).eTag(eTag).build());
            } catch (SdkException e) {
                throw failed("write part " + number + " of", target, e);
            }
            part.reset();
        }
    }
}

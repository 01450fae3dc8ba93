package dev.truepipe.emulator.s3;

import java.io.InputStream;
import org.gaul.s3proxy.S3ErrorCode;
import org.gaul.s3proxy.S3ProxyException;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CopyObjectResponse;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/** Lets faults happen before each call, and tells of each object written after it. */
final class ObservedBlobStore extends ForwardingBlobStore {
    private final Faults faults;
    private final Written written;
    private final Object ifMatch = new Object();

    /** Called once an object is there. */
    interface Written {
        void object(String how, String bucket, String key, long size, String eTag);
    }

    ObservedBlobStore(BlobStore delegate, Faults faults, Written written) {
        super(delegate);
        this.faults = faults;
        this.written = written;
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
        faults.before(S3Call.Operation.PUT, request.bucket(), request.key());
        PutObjectResponse response = request.ifMatch() == null ? delegate().putBlob(request, body) : putIfMatch(request, body);
        tell("Put", request.bucket(), request.key(), response.eTag());
        return response;
    }

    @Override
    public CopyObjectResponse copyBlob(CopyObjectRequest request) {
        faults.before(S3Call.Operation.COPY, request.destinationBucket(), request.destinationKey());
        CopyObjectResponse response = delegate().copyBlob(request);
        tell("Copy", request.destinationBucket(), request.destinationKey(), response.copyObjectResult().eTag());
        return response;
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(MultipartUpload upload, CompleteMultipartUploadRequest request) {
        faults.before(S3Call.Operation.COMPLETE_UPLOAD, upload.containerName(), upload.blobName());
        CompleteMultipartUploadResponse response = delegate().completeMultipartUpload(upload, request);
        tell("CompleteMultipartUpload", upload.containerName(), upload.blobName(), response.eTag());
        return response;
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
        faults.before(S3Call.Operation.GET, request.bucket(), request.key());
        return delegate().getBlob(request);
    }

    @Override
    public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
        faults.before(S3Call.Operation.HEAD, request.bucket(), request.key());
        return delegate().blobMetadata(request);
    }

    @Override
    public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
        faults.before(S3Call.Operation.DELETE, request.bucket(), request.key());
        return delegate().removeBlob(request);
    }

    @Override
    public ListObjectsV2Response list(ListObjectsV2Request request) {
        faults.before(S3Call.Operation.LIST, request.bucket(), request.prefix() == null ? "" : request.prefix());
        return delegate().list(request);
    }

    @Override
    public UploadPartResponse uploadMultipartPart(MultipartUpload upload, UploadPartRequest request, InputStream body) {
        faults.before(S3Call.Operation.UPLOAD_PART, upload.containerName(), upload.blobName());
        return delegate().uploadMultipartPart(upload, request, body);
    }

    /**
     * S3Proxy looks at the ETag and writes afterwards, so that two writers could both meet the ETag they expect. One such
     * put at a time, and each looks again.
     */
    private PutObjectResponse putIfMatch(PutObjectRequest request, InputStream body) {
        synchronized (ifMatch) {
            HeadObjectResponse head = delegate().blobMetadataIfPresent(request.bucket(), request.key());
            if (head == null) {
                throw new S3ProxyException(S3ErrorCode.NO_SUCH_KEY);
            }
            if (!bare(head.eTag()).equals(bare(request.ifMatch()))) {
                throw new S3ProxyException(S3ErrorCode.PRECONDITION_FAILED);
            }
            return delegate().putBlob(request, body);
        }
    }

    /** An ETag without its quotes; empty for none. */
    static String bare(String eTag) {
        return eTag == null ? "" : eTag.replace("\"", "");
    }

    /**
     * The size is asked of the store, past the faults: a request's own length may count the chunks it came in. Whoever
     * overwrites or removes the object within that moment is told of by an event of its own.
     */
    private void tell(String how, String bucket, String key, String quotedETag) {
        HeadObjectResponse head = delegate().blobMetadataIfPresent(bucket, key);
        if (head != null) {
            written.object(how, bucket, key, head.contentLength(), bare(quotedETag == null ? head.eTag() : quotedETag));
        }
    }
}

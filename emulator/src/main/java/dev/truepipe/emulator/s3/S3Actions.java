package dev.truepipe.emulator.s3;

import dev.truepipe.emulator.api.AwsCall;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Calls of S3 as IAM sees them.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html">Required permissions for S3 API operations</a>
 */
final class S3Actions {
    private static final int NOT_FOUND = 404;

    private S3Actions() {}

    /**
     * What a call needs. One that is not known here gets an action that no policy names.
     *
     * @param path with percent-encoding, bucket first
     * @param query without the question mark, or {@code null}
     * @param header a header's value, or {@code null}
     * @param status as which it was answered: that an object is missing S3 tells only who may list its bucket, all others hear that it is forbidden
     */
    static List<AwsCall> of(String method, String path, String query, UnaryOperator<String> header, int status) {
        int slash = path.indexOf('/', 1);
        String bucket = "arn:aws:s3:::" + decoded(path.substring(Math.min(1, path.length()), slash < 0 ? path.length() : slash));
        String object = slash < 0 || slash + 1 == path.length() ? null : bucket + "/" + decoded(path.substring(slash + 1));
        Set<String> asked = query == null ? Set.of() : Arrays.stream(query.split("&")).map(pair -> pair.split("=", 2)[0]).collect(Collectors.toSet());
        String caller = AwsCall.caller(header.apply("Authorization"));
        List<AwsCall> calls = new ArrayList<>();
        if (object == null) {
            calls.add(new AwsCall(caller, ofBucket(method, asked), bucket));
            return calls;
        }
        calls.add(new AwsCall(caller, ofObject(method, asked), object));
        String source = header.apply("x-amz-copy-source");
        if (source != null) {
            calls.add(new AwsCall(caller, "s3:GetObject", "arn:aws:s3:::" + decoded(source.startsWith("/") ? source.substring(1) : source)));
        }
        if (header.apply("If-Match") != null && !calls.getFirst().action().equals("s3:GetObject")) {
            calls.add(new AwsCall(caller, "s3:GetObject", object)); // a write that depends on what is there
        }
        if (status == NOT_FOUND && calls.getFirst().action().equals("s3:GetObject")) {
            calls.add(new AwsCall(caller, "s3:ListBucket", bucket));
        }
        return calls;
    }

    private static String ofBucket(String method, Set<String> asked) {
        return switch (method) {
            case "GET" -> asked.contains("uploads") ? "s3:ListBucketMultipartUploads" : asked.contains("location") ? "s3:GetBucketLocation" : "s3:ListBucket";
            case "HEAD" -> "s3:ListBucket";
            case "PUT" -> "s3:CreateBucket";
            case "DELETE" -> "s3:DeleteBucket";
            default -> "s3:" + method + " of a bucket";
        };
    }

    private static String ofObject(String method, Set<String> asked) {
        boolean upload = asked.contains("uploadId");
        return switch (method) {
            case "GET", "HEAD" -> upload ? "s3:ListMultipartUploadParts" : asked.contains("versionId") ? "s3:GetObjectVersion" : "s3:GetObject";
            case "PUT", "POST" -> "s3:PutObject";
            case "DELETE" -> upload ? "s3:AbortMultipartUpload" : "s3:DeleteObject";
            default -> "s3:" + method + " of an object";
        };
    }

    private static String decoded(String text) {
        // In a path a plus is a plus.
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}

package dev.truepipe.emulator.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.truepipe.emulator.api.AwsCall;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3ActionsTest {

    /** Actions by what is called; a resource is what follows {@code arn:aws:s3:::}. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", value = {
        "GET    | /labels/a/b.json            | -                       | -                                   | 200 | s3:GetObject labels/a/b.json",
        "HEAD   | /labels/a%20%2B+b.json      | -                       | -                                   | 200 | s3:GetObject labels/a ++b.json",
        "GET    | /labels/a.json              | -                       | -                                   | 404 | s3:GetObject labels/a.json, s3:ListBucket labels",
        "GET    | /labels/a.json              | -                       | If-Match=x                          | 206 | s3:GetObject labels/a.json",
        "GET    | /labels/a.json              | versionId=3             | -                                   | 200 | s3:GetObjectVersion labels/a.json",
        "PUT    | /work/a.json                | -                       | If-None-Match=*                     | 412 | s3:PutObject work/a.json",
        "PUT    | /work/a.json                | -                       | If-Match=x                          | 200 | s3:PutObject work/a.json, s3:GetObject work/a.json",
        "PUT    | /work/b.json                | -                       | x-amz-copy-source=/work/a%20b.json  | 200 | s3:PutObject work/b.json, s3:GetObject work/a b.json",
        "POST   | /work/a.json                | uploads                 | -                                   | 200 | s3:PutObject work/a.json",
        "PUT    | /work/a.json                | partNumber=1&uploadId=u | -                                   | 200 | s3:PutObject work/a.json",
        "POST   | /work/a.json                | uploadId=u              | -                                   | 200 | s3:PutObject work/a.json",
        "DELETE | /work/a.json                | uploadId=u              | -                                   | 204 | s3:AbortMultipartUpload work/a.json",
        "DELETE | /work/a.json                | -                       | -                                   | 204 | s3:DeleteObject work/a.json",
        "GET    | /work                       | list-type=2&prefix=runs | -                                   | 200 | s3:ListBucket work",
        "GET    | /work/                      | uploads                 | -                                   | 200 | s3:ListBucketMultipartUploads work",
        "PATCH  | /work/a.json                | -                       | -                                   | 501 | s3:PATCH of an object work/a.json",
    })
    void aCallNeedsTheseActions(String method, String path, String query, String header, int status, String expected) {
        Map<String, String> headers = header == null
                ? Map.of("Authorization", AUTHORIZATION)
                : Map.of("Authorization", AUTHORIZATION, header.split("=", 2)[0], header.split("=", 2)[1]);
        List<AwsCall> calls = S3Actions.of(method, path, query, headers::get, status);
        assertEquals(Arrays.asList(expected.split(", ")),
                calls.stream().map(call -> call.action() + " " + call.resource().replace("arn:aws:s3:::", "")).toList());
        assertEquals(List.of("truepipe-Intake"), calls.stream().map(AwsCall::caller).distinct().toList());
    }

    private static final String AUTHORIZATION =
            "AWS4-HMAC-SHA256 Credential=truepipe-Intake/20260501/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=0123";
}

package dev.truepipe.emulator.s3;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.gaul.s3proxy.S3ErrorCode;
import org.gaul.s3proxy.S3ProxyException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Errors that tests ask for, each answered as often as asked. */
final class Faults {
    private final List<Fault> pending = new ArrayList<>();

    private static final class Fault {
        private final Predicate<S3Call> calls;
        private final int status;
        private int times;

        private Fault(Predicate<S3Call> calls, int status, int times) {
            this.calls = calls;
            this.status = status;
            this.times = times;
        }
    }

    synchronized void add(Predicate<S3Call> calls, int status, int times) {
        pending.add(new Fault(calls, status, times));
    }

    /** How many errors are still to be answered. */
    synchronized int pending() {
        return pending.stream().mapToInt(fault -> fault.times).sum();
    }

    void before(S3Call.Operation operation, String bucket, String key) {
        S3Call call = new S3Call(operation, bucket, key);
        Fault due = take(call);
        if (due == null) {
            return;
        }
        throw switch (due.status) {
            case 403 -> new S3ProxyException(S3ErrorCode.ACCESS_DENIED, "asked for by a test");
            case 500 -> new S3ProxyException(S3ErrorCode.INTERNAL_ERROR, "asked for by a test");
            default -> S3Exception.builder()
                    .statusCode(due.status)
                    .message("asked for by a test")
                    .awsErrorDetails(AwsErrorDetails.builder()
                            .errorCode(due.status == 503 ? "SlowDown" : "InternalError")
                            .errorMessage("asked for by a test")
                            .build())
                    .build();
        };
    }

    private synchronized Fault take(S3Call call) {
        for (Iterator<Fault> all = pending.iterator(); all.hasNext(); ) {
            Fault fault = all.next();
            if (fault.calls.test(call)) {
                if (--fault.times == 0) {
                    all.remove();
                }
                return fault;
            }
        }
        return null;
    }
}

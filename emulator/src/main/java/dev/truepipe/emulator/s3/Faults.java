package dev.truepipe.emulator.s3;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.gaul.s3proxy.S3ErrorCode;
import org.gaul.s3proxy.S3ProxyException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Errors that tests ask for, each answered as often as asked.
 *
 * <p>What a test asks about a call may take its time or wait for something: only that call waits with it.
 */
final class Faults {
    private final List<Fault> pending = new CopyOnWriteArrayList<>();

    private static final class Fault {
        private final Predicate<S3Call> calls;
        private final int status;
        private final AtomicInteger left;

        private Fault(Predicate<S3Call> calls, int status, int times) {
            this.calls = calls;
            this.status = status;
            this.left = new AtomicInteger(times);
        }

        /** Takes one of the times; of several calls that fit at once, no more than are left. */
        private boolean take() {
            return left.getAndUpdate(times -> Math.max(0, times - 1)) > 0;
        }
    }

    void add(Predicate<S3Call> calls, int status, int times) {
        pending.add(new Fault(calls, status, times));
    }

    /** How many errors are still to be answered. */
    int pending() {
        return pending.stream().mapToInt(fault -> fault.left.get()).sum();
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

    private Fault take(S3Call call) {
        for (Fault fault : pending) {
            if (fault.calls.test(call) && fault.take()) {
                if (fault.left.get() == 0) {
                    pending.remove(fault);
                }
                return fault;
            }
        }
        return null;
    }
}

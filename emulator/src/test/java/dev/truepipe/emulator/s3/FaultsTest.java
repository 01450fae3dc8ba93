package dev.truepipe.emulator.s3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gaul.s3proxy.S3ProxyException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FaultsTest {
    private final Faults faults = new Faults();

    @Test
    void aCallThatATestHoldsUpHoldsUpNoOther() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        faults.add(
                call -> {
                    if (call.key().equals("held")) {
                        held.countDown();
                        await(goOn);
                    }
                    return true;
                },
                403, 2);
        try (ExecutorService caller = Executors.newSingleThreadExecutor()) {
            Future<Boolean> waiting = caller.submit(() -> fails("held"));
            held.await();
            assertThrows(S3ProxyException.class, () -> faults.before(S3Call.Operation.GET, "b", "other"));
            assertEquals(1, faults.pending());
            goOn.countDown();
            assertEquals(true, waiting.get());
        }
        assertEquals(0, faults.pending());
    }

    @Test
    void manyCallsAtOnceGetAsManyErrorsAsAsked() throws Exception {
        int callers = 8;
        int errors = 5;
        CountDownLatch together = new CountDownLatch(callers);
        faults.add(
                call -> {
                    together.countDown();
                    await(together);
                    return true;
                },
                500, errors);
        List<Callable<Boolean>> calls = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            calls.add(() -> fails("any"));
        }
        int failed = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
            for (Future<Boolean> call : threads.invokeAll(calls)) {
                failed += call.get() ? 1 : 0;
            }
        }
        assertEquals(errors, failed);
        assertEquals(0, faults.pending());
    }

    private boolean fails(String key) {
        try {
            faults.before(S3Call.Operation.GET, "b", key);
            return false;
        } catch (S3ProxyException e) {
            return true;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

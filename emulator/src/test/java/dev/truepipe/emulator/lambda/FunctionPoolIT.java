package dev.truepipe.emulator.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a process stays, by a clock that the test moves. A shell stands for the JVM. */
@Timeout(60)
class FunctionPoolIT {
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(3);
    private static final Duration SLOW_START = Duration.ofSeconds(20);
    /** Ready, with no text; then it waits for what it is never asked. */
    private static final String READY = "printf 'R\\000\\000\\000\\000'; cat > /dev/null";

    private final AtomicLong now = new AtomicLong();
    private final FunctionPool pool = new FunctionPool(
            new FunctionSpec("Slow", "no.such.Handler", Map.of(), Duration.ofSeconds(1), 128),
            "arn", Duration.ofSeconds(30), this::launch, now::get);

    private FunctionInstance launch() throws java.io.IOException {
        FunctionInstance instance = new FunctionInstance("Slow", new ProcessBuilder("sh", "-c", READY), line -> {});
        now.addAndGet(SLOW_START.toNanos());
        return instance;
    }

    @Test
    void whatWasWarmedUpSlowlyIsNotIdleYet() throws Exception {
        pool.warmUp();
        List<Long> warmed = pool.pids();
        assertFalse(warmed.isEmpty());
        pool.reap(IDLE_LIMIT);
        assertEquals(warmed, pool.pids());
        now.addAndGet(IDLE_LIMIT.toNanos());
        pool.reap(IDLE_LIMIT);
        assertEquals(warmed, pool.pids(), "not longer than the limit");
        now.addAndGet(1);
        pool.reap(IDLE_LIMIT);
        assertEquals(List.of(), pool.pids());
    }
}

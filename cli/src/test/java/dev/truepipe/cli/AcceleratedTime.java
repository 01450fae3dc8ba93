package dev.truepipe.cli;

import dev.truepipe.emulator.states.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** The computer's time, but state machines wait a fiftieth of what they should: retries come soon, limits stay. */
final class AcceleratedTime implements Timing {
    private static final int TIMES = 50;

    private final Timing real = Timing.system();

    @Override
    public Instant now() {
        return real.now();
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
        real.sleep(time.dividedBy(TIMES));
    }

    @Override
    public boolean await(CompletableFuture<?> work, Instant deadline) throws InterruptedException {
        return real.await(work, deadline);
    }
}

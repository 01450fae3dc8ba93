package dev.truepipe.emulator.states;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The interpreter's clock and its waiting, together, so that tests can make years pass in no time. */
public interface Timing {

    Instant now();

    /** Waits, by this clock. */
    void sleep(Duration time) throws InterruptedException;

    /**
     * Waits until {@code work} is done, whether well or badly, or {@code deadline} is reached by this clock.
     *
     * @return whether it is done
     */
    boolean await(CompletableFuture<?> work, Instant deadline) throws InterruptedException;

    /** The computer's own time. */
    static Timing system() {
        return new Timing() {
            @Override
            public Instant now() {
                return Instant.now();
            }

            @Override
            public void sleep(Duration time) throws InterruptedException {
                Thread.sleep(time);
            }

            @Override
            public boolean await(CompletableFuture<?> work, Instant deadline) throws InterruptedException {
                try {
                    if (deadline.equals(Instant.MAX)) {
                        work.get();
                    } else {
                        work.get(Math.max(0, Duration.between(now(), deadline).toMillis()), TimeUnit.MILLISECONDS);
                    }
                    return true;
                } catch (ExecutionException badly) {
                    return true;
                } catch (TimeoutException e) {
                    return false;
                }
            }
        };
    }
}

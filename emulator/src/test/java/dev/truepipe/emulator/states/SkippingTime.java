package dev.truepipe.emulator.states;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A clock that jumps: every wait is over at once, and the time is later by that much. */
final class SkippingTime implements Timing {
    static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

    private Instant now = START;
    private final List<Duration> sleeps = new ArrayList<>();

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized void sleep(Duration time) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        sleeps.add(time);
        reach(now.plus(time));
    }

    @Override
    public synchronized boolean await(CompletableFuture<?> work, Instant deadline) throws InterruptedException {
        work.whenComplete((value, error) -> wake());
        while (!work.isDone() && now.isBefore(deadline)) {
            wait();
        }
        return work.isDone();
    }

    /** For a fake that hangs: it is now this late. */
    synchronized void reach(Instant later) {
        if (later.isAfter(now)) {
            now = later;
        }
        notifyAll();
    }

    /** All waits so far, in order. */
    synchronized List<Duration> sleeps() {
        return List.copyOf(sleeps);
    }

    private synchronized void wake() {
        notifyAll();
    }
}

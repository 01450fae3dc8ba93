package dev.truepipe.emulator.lambda;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/** The JVMs of one function: started when none is free, kept for the next invocation, ended when idle. */
final class FunctionPool {
    /** Lambda's own limit of a synchronous request or answer. */
    private static final int MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

    private final FunctionSpec spec;
    private final String functionArn;
    private final Duration initLimit;
    private final Launcher launcher;
    private final LongSupplier nanoTime;
    private final Semaphore places;
    private final Deque<Idle> idle = new ArrayDeque<>();
    private final List<FunctionInstance> all = new ArrayList<>();
    private boolean closed;
    private boolean warmingUp;

    interface Launcher {
        FunctionInstance launch() throws IOException;
    }

    /** Free for the next invocation. @param sinceNanos when it was given back, be it after a call or after its warm-up */
    private record Idle(FunctionInstance instance, long sinceNanos) {}

    /** @param nanoTime {@link System#nanoTime}, or what a test has in its place */
    FunctionPool(FunctionSpec spec, String functionArn, Duration initLimit, Launcher launcher, LongSupplier nanoTime) {
        this.spec = spec;
        this.functionArn = functionArn;
        this.initLimit = initLimit;
        this.launcher = launcher;
        this.nanoTime = nanoTime;
        this.places = new Semaphore(spec.maxInstances(), true);
    }

    FunctionSpec spec() {
        return spec;
    }

    InvocationResult invoke(String payload) throws InterruptedException, IOException {
        if (payload.length() > MAX_PAYLOAD_BYTES) {
            throw new IOException("payload of " + payload.length() + " characters for " + spec.name() + ", Lambda takes " + MAX_PAYLOAD_BYTES);
        }
        String requestId = UUID.randomUUID().toString();
        places.acquire();
        try {
            awaitWarmUp();
            FunctionInstance instance = take();
            boolean kept = false;
            try {
                if (instance == null) {
                    instance = launch();
                    InvocationResult failure = instance.awaitReady(initLimit);
                    if (failure != null) {
                        return failure;
                    }
                }
                InvocationResult result = instance.invoke(requestId, functionArn, payload, spec.timeout());
                if (result.payload().length() > MAX_PAYLOAD_BYTES) {
                    result = InvocationResult.error(
                            "Function.ResponseSizeTooLarge",
                            "Response payload size exceeded maximum allowed payload size (" + MAX_PAYLOAD_BYTES + " bytes).");
                }
                kept = instance.isAlive() && giveBack(instance);
                return result;
            } finally {
                if (!kept && instance != null) {
                    end(instance);
                }
            }
        } finally {
            places.release();
        }
    }

    synchronized List<Long> pids() {
        return all.stream().filter(FunctionInstance::isAlive).map(FunctionInstance::pid).toList();
    }

    /** Starts a JVM ahead of the first invocation, unless there is one. */
    void warmUp() throws InterruptedException, IOException {
        if (!places.tryAcquire()) {
            return;
        }
        try {
            synchronized (this) {
                if (closed || warmingUp || !all.isEmpty()) {
                    return;
                }
                warmingUp = true;
            }
            try {
                FunctionInstance instance = launch();
                boolean kept = false;
                try {
                    kept = instance.awaitReady(initLimit) == null && giveBack(instance);
                } finally {
                    if (!kept) {
                        end(instance);
                    }
                }
            } finally {
                synchronized (this) {
                    warmingUp = false;
                    notifyAll();
                }
            }
        } finally {
            places.release();
        }
    }

    /** A JVM that is being warmed up is ready sooner than another one would be. */
    private synchronized void awaitWarmUp() throws InterruptedException {
        while (warmingUp && idle.isEmpty()) {
            wait();
        }
    }

    void reap(Duration idleLimit) throws InterruptedException {
        List<FunctionInstance> old = new ArrayList<>();
        synchronized (this) {
            for (Iterator<Idle> each = idle.iterator(); each.hasNext(); ) {
                Idle free = each.next();
                if (nanoTime.getAsLong() - free.sinceNanos > idleLimit.toNanos() || !free.instance.isAlive()) {
                    each.remove();
                    old.add(free.instance);
                }
            }
        }
        for (FunctionInstance instance : old) {
            end(instance);
        }
    }

    void close() throws InterruptedException {
        List<FunctionInstance> rest;
        synchronized (this) {
            closed = true;
            rest = List.copyOf(all);
            idle.clear();
        }
        for (FunctionInstance instance : rest) {
            end(instance);
        }
    }

    /** The most recently used first, so that the others grow old and go; one that died in its sleep is passed over. */
    private FunctionInstance take() throws InterruptedException {
        while (true) {
            Idle free;
            synchronized (this) {
                free = idle.pollFirst();
            }
            if (free == null) {
                return null;
            }
            if (free.instance.isAlive()) {
                return free.instance;
            }
            end(free.instance);
        }
    }

    private FunctionInstance launch() throws IOException {
        synchronized (this) {
            if (closed) {
                throw new IOException("function " + spec.name() + " is shut down");
            }
            FunctionInstance instance = launcher.launch();
            all.add(instance);
            return instance;
        }
    }

    private synchronized boolean giveBack(FunctionInstance instance) {
        if (!closed) {
            idle.addFirst(new Idle(instance, nanoTime.getAsLong()));
        }
        return !closed;
    }

    private void end(FunctionInstance instance) throws InterruptedException {
        instance.kill();
        synchronized (this) {
            all.remove(instance);
        }
    }
}

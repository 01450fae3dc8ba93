package dev.truepipe.emulator.sagemaker;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Memory for objects that are fetched ahead: blocks of {@value #BLOCK_BYTES} bytes outside the heap, so many and no more.
 *
 * <p>When all are in use, whoever wants another waits, except the fetch that is next in the stream: the others hold on to
 * theirs until it has been written, so it gets more. It is limited by {@link ObjectFetch#MOST_AHEAD}, and with it all memory is.
 */
final class ObjectBlocks implements AutoCloseable {
    static final int BLOCK_BYTES = 1 << 17;

    private final Arena arena = Arena.ofShared();
    private final int most;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int made;
    private int used;
    private ObjectFetch next;

    /** @param most bytes, a multiple of {@value #BLOCK_BYTES} */
    ObjectBlocks(int most) {
        this.most = most / BLOCK_BYTES;
    }

    /** Memory of any other size, until the end. */
    ByteBuffer memory(int bytes) {
        return arena.allocate(bytes).asByteBuffer();
    }

    /** An empty block; waits for one. */
    ByteBuffer take(ObjectFetch fetch) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (used >= most && next != fetch) {
                changed.await();
            }
            used++;
            if (!free.isEmpty()) {
                return free.pop().clear();
            }
            made++;
        } finally {
            lock.unlock();
        }
        return memory(BLOCK_BYTES);
    }

    void giveBack(Collection<ByteBuffer> blocks) {
        lock.lock();
        try {
            used -= blocks.size();
            blocks.forEach(free::push);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** From now on this one is next in the stream. */
    void isNext(ObjectFetch fetch) {
        lock.lock();
        try {
            next = fetch;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Blocks in existence, for tests. */
    int made() {
        lock.lock();
        try {
            return made;
        } finally {
            lock.unlock();
        }
    }

    /** Frees all of it; nobody may be using any. */
    @Override
    public void close() {
        arena.close();
    }
}

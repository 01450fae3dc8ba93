package dev.truepipe.emulator.sagemaker;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A named pipe of the operating system: one writer (us), one reader (the algorithm).
 *
 * <p>Java opens a FIFO only by blocking in a way that no interrupt ends. So the writer's end is opened without blocking,
 * again and again while nobody reads (the kernel answers {@code ENXIO}), and then reopened as a {@link FileChannel}, which
 * an interrupt does end. It is never opened for reading and writing at once: the reader's going would stay unseen.
 *
 * <p>Linux and macOS; the constants below are theirs.
 */
final class Fifo {
    private static final int OWNER_ONLY = 0600;
    private static final int PIPE_BYTES = 1 << 20;

    private final Path path;

    private Fifo(Path path) {
        this.path = path;
    }

    /** @throws IOException if it cannot be made, for instance because the file exists */
    static Fifo make(Path path) throws IOException {
        Posix.Answer answer = Posix.get().mkfifo(path, OWNER_ONLY);
        if (answer.value() != 0 && answer.errno() == Posix.EEXIST) {
            throw new IOException("cannot make the FIFO " + path + ": something is there already; take it away");
        }
        if (answer.value() != 0) {
            throw new IOException("cannot make the FIFO " + path + ": errno " + answer.errno());
        }
        return new Fifo(path);
    }

    Path path() {
        return path;
    }

    /** Waits until somebody opens the pipe for reading; looks again after 0.1 ms at first, 5 ms at most. */
    FileChannel awaitReader() throws IOException, InterruptedException {
        ReentrantLock lock = new ReentrantLock();
        Condition nextLook = lock.newCondition();
        long pause = TimeUnit.MICROSECONDS.toNanos(100);
        lock.lockInterruptibly();
        try {
            while (true) {
                Posix.Answer answer = Posix.get().openForWriting(path);
                if (answer.value() >= 0) {
                    return reopen(answer.value());
                }
                if (answer.errno() != Posix.ENXIO) {
                    throw new IOException("cannot open the FIFO " + path + " for writing: errno " + answer.errno());
                }
                long left = nextLook.awaitNanos(pause);
                if (left <= 0) {
                    pause = Math.min(pause * 2, TimeUnit.MILLISECONDS.toNanos(5));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void remove() throws IOException {
        Files.deleteIfExists(path);
    }

    /** The reader may have gone already; a reader of our own, held while opening, keeps the open from blocking. */
    private FileChannel reopen(int writer) throws IOException {
        Posix posix = Posix.get();
        try {
            Posix.Answer reader = posix.openForReading(path);
            if (reader.value() < 0) {
                throw new IOException("cannot open the FIFO " + path + " for reading: errno " + reader.errno());
            }
            try {
                posix.enlargeAndBlock(writer, PIPE_BYTES);
                return FileChannel.open(Path.of(posix.descriptors + writer), StandardOpenOption.WRITE);
            } finally {
                posix.close(reader.value());
            }
        } finally {
            posix.close(writer);
        }
    }

    /** The few calls of the C library we need. */
    @SuppressWarnings("restricted") // FFM downcalls: signatures as in POSIX
    private static final class Posix {
        static final int ENXIO = 6;
        static final int EEXIST = 17;
        private static final int O_RDONLY = 0;
        private static final int O_WRONLY = 1;
        private static final int F_SETFL = 4;
        private static final int F_SETPIPE_SZ = 1031;
        private static Posix instance;

        private final Linker linker = Linker.nativeLinker();
        private final SymbolLookup libc = linker.defaultLookup();
        private final MemoryLayout state = Linker.Option.captureStateLayout();
        private final VarHandle errno = state.varHandle(MemoryLayout.PathElement.groupElement("errno"));
        private final Linker.Option captureErrno = Linker.Option.captureCallState("errno");
        private final MethodHandle mkfifo =
                handle("mkfifo", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        private final MethodHandle open = handle(
                "open",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        private final MethodHandle fcntl = handle(
                "fcntl",
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        private final MethodHandle close =
                handle("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        private final boolean linux;
        private final int nonBlocking;
        /** Folder in which an open descriptor can be opened again by its number. */
        final String descriptors;

        /** @param value what the call returned
         *  @param errno why it failed, if it did */
        record Answer(int value, int errno) {}

        static synchronized Posix get() {
            if (instance == null) {
                instance = new Posix(System.getProperty("os.name"));
            }
            return instance;
        }

        private Posix(String system) {
            linux = system.equals("Linux");
            if (!linux && !system.startsWith("Mac")) {
                throw new UnsupportedOperationException("Pipe mode needs named pipes of Linux or macOS, this is " + system
                        + "; on Windows, run Truepipe inside WSL");
            }
            nonBlocking = linux ? 0x800 : 0x4;
            descriptors = linux ? "/proc/self/fd/" : "/dev/fd/";
        }

        private MethodHandle handle(String name, FunctionDescriptor descriptor, Linker.Option... more) {
            Linker.Option[] options = Arrays.copyOf(more, more.length + 1);
            options[more.length] = captureErrno;
            return linker.downcallHandle(libc.findOrThrow(name), descriptor, options);
        }

        Answer mkfifo(Path path, int mode) {
            return call(mkfifo, path.toString(), mode);
        }

        Answer openForWriting(Path path) {
            return call(open, path.toString(), O_WRONLY | nonBlocking);
        }

        Answer openForReading(Path path) {
            return call(open, path.toString(), O_RDONLY | nonBlocking);
        }

        void close(int descriptor) throws IOException {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment captured = arena.allocate(state);
                if ((int) close.invokeExact(captured, descriptor) != 0) {
                    throw new IOException("cannot close descriptor " + descriptor + ": errno " + (int) errno.get(captured, 0L));
                }
            } catch (IOException | RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("close", e);
            }
        }

        /** Writes wait from now on; a larger pipe is welcome but may be refused by a system limit, and is not needed. */
        void enlargeAndBlock(int descriptor, int bytes) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment captured = arena.allocate(state);
                int unused = (int) fcntl.invokeExact(captured, descriptor, F_SETFL, O_WRONLY);
                if (linux) {
                    unused = (int) fcntl.invokeExact(captured, descriptor, F_SETPIPE_SZ, bytes);
                }
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("fcntl", e);
            }
        }

        private Answer call(MethodHandle handle, String path, int number) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment captured = arena.allocate(state);
                int value = (int) handle.invokeExact(captured, arena.allocateFrom(path), number);
                return new Answer(value, (int) errno.get(captured, 0L));
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException("calling the C library with " + path, e);
            }
        }
    }
}

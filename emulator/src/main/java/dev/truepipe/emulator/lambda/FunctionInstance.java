package dev.truepipe.emulator.lambda;

import dev.truepipe.emulator.lambda.host.FunctionHost;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One JVM that serves one function, one invocation at a time. */
final class FunctionInstance {
    private static final long LOG_DRAIN_SECONDS = 5;
    private static final Frame ENDED = new Frame((byte) 0, "");

    private final Process process;
    private final DataOutputStream invocations;
    private final BlockingQueue<Frame> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> logEnds = new LinkedBlockingQueue<>();
    private final Thread logReader;
    private volatile boolean killed;

    private record Frame(byte kind, String json) {}

    /** @param log gets each line the function writes, in order */
    FunctionInstance(String function, ProcessBuilder command, Consumer<String> log) throws IOException {
        this.process = command.start();
        this.invocations = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        this.logReader = Thread.ofPlatform().daemon().name("log-" + function).start(() -> readLog(log));
        Thread.ofPlatform().daemon().name("answers-" + function).start(this::readAnswers);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Waits until the handler stands.
     *
     * @return {@code null} if it does, else the error
     */
    InvocationResult awaitReady(Duration limit) throws InterruptedException {
        Frame frame = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (frame == null) {
            return InvocationResult.error("Sandbox.Timedout", String.format(Locale.ROOT, "Init timed out after %.2f seconds", limit.toMillis() / 1000.0));
        }
        if (frame == ENDED) {
            return exited("init");
        }
        return frame.kind == FunctionHost.READY ? null : new InvocationResult(frame.json, true);
    }

    /** Whatever happens, its log is complete when this returns. After a failure of the sandbox the instance is dead. */
    InvocationResult invoke(String requestId, String functionArn, String payload, Duration timeout) throws InterruptedException {
        try {
            byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
            invocations.writeUTF(requestId);
            invocations.writeUTF(functionArn);
            invocations.writeLong(System.currentTimeMillis() + timeout.toMillis());
            invocations.writeInt(bytes.length);
            invocations.write(bytes);
            invocations.flush();
        } catch (IOException e) {
            // The JVM went away between two invocations: the same end as going away within one.
            kill();
            return exited(requestId);
        }
        Frame frame = answers.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
        if (frame == null) {
            kill();
            return InvocationResult.error(
                    "Sandbox.Timedout",
                    String.format(Locale.ROOT, "RequestId: %s Error: Task timed out after %.2f seconds", requestId, timeout.toMillis() / 1000.0));
        }
        if (frame == ENDED) {
            return exited(requestId);
        }
        logEnds.poll(LOG_DRAIN_SECONDS, TimeUnit.SECONDS);
        return new InvocationResult(frame.json, frame.kind != FunctionHost.ANSWERED);
    }

    /** Ends the JVM at once and waits for it. Killing what is dead is fine. */
    void kill() throws InterruptedException {
        killed = true;
        process.destroyForcibly().waitFor();
        logReader.join(TimeUnit.SECONDS.toMillis(LOG_DRAIN_SECONDS));
    }

    private InvocationResult exited(String requestId) throws InterruptedException {
        int status = process.waitFor();
        logReader.join(TimeUnit.SECONDS.toMillis(LOG_DRAIN_SECONDS));
        String how = switch (status) {
            case 128 + 9 -> "signal: killed";
            case 128 + 15 -> "signal: terminated";
            default -> "exit status " + status;
        };
        return InvocationResult.error("Runtime.ExitError", "RequestId: " + requestId + " Error: Runtime exited with error: " + how);
    }

    private void readAnswers() {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream()))) {
            while (true) {
                byte kind = in.readByte();
                byte[] json = new byte[in.readInt()];
                in.readFully(json);
                answers.add(new Frame(kind, new String(json, StandardCharsets.UTF_8)));
            }
        } catch (IOException e) {
            // The end of the stream, or of the process in the middle of a frame: both mean that no answer comes.
            answers.add(ENDED);
        }
    }

    private void readLog(Consumer<String> log) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(FunctionHost.END_OF_LOG)) {
                    logEnds.add(line);
                } else {
                    log.accept(line);
                }
            }
        } catch (IOException e) {
            if (!killed) { // which closes the pipe while it is read
                log.accept("(log ends: " + e.getMessage() + ")");
            }
        }
    }
}

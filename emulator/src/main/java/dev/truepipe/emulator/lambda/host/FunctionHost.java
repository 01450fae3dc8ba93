package dev.truepipe.emulator.lambda.host;

import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Main class of a function's JVM: {@code FunctionHost <handler>}.
 *
 * <p>Frames on standard input, one for each invocation: request id, function ARN (both as {@link DataInputStream#readUTF}
 * reads them), deadline in milliseconds since 1970 (8 bytes), payload length (4 bytes), payload. Frames on standard output:
 * one byte of {@value #READY}, {@value #INIT_FAILED}, {@value #ANSWERED} or {@value #FAILED}, length (4 bytes), JSON.
 * What handlers print, to either stream, goes to standard error; after each invocation a line that begins with
 * {@link #END_OF_LOG} says that its log is complete. The JVM ends at once when standard input does: it cannot outlive
 * the process that started it.
 */
public final class FunctionHost {
    public static final byte READY = 'R';
    public static final byte INIT_FAILED = 'I';
    public static final byte ANSWERED = 'A';
    public static final byte FAILED = 'F';
    /** First character of the line after an invocation's last. */
    public static final String END_OF_LOG = "\u0000";

    private static final int STOPPED_BY_PARENT = 0;

    private record Invocation(String requestId, String functionArn, long deadlineMillis, byte[] payload) {}

    private final DataOutputStream answers;
    private final PrintStream log;
    private final BlockingQueue<Invocation> invocations = new LinkedBlockingQueue<>();

    private FunctionHost(DataOutputStream answers, PrintStream log) {
        this.answers = answers;
        this.log = log;
    }

    /** @param args the handler, as Lambda's setting of that name */
    public static void main(String[] args) throws Exception {
        PrintStream log = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        DataOutputStream answers = new DataOutputStream(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)));
        System.setOut(log);
        System.setErr(log);
        System.setIn(InputStream.nullInputStream());
        new FunctionHost(answers, log).run(args[0]);
    }

    private void run(String handlerName) throws IOException, InterruptedException {
        Thread.ofPlatform().daemon().name("invocations").start(this::readInvocations);
        HandlerCall handler;
        try {
            handler = HandlerCall.load(handlerName);
        } catch (HandlerCall.BadHandlerException e) {
            answer(INIT_FAILED, error("Runtime.BadFunctionCode", e.getMessage(), List.of()));
            return;
        } catch (Throwable e) {
            answer(INIT_FAILED, error(e));
            return;
        }
        answer(READY, new byte[0]);
        while (true) {
            Invocation next = invocations.take();
            byte kind;
            byte[] answer;
            try {
                answer = handler.call(next.payload(), new HostContext(next.requestId(), next.functionArn(), next.deadlineMillis(), log));
                kind = ANSWERED;
            } catch (Throwable e) {
                // Whatever a handler throws is its answer, as in Lambda; out of memory ends the JVM by its own flag.
                answer = error(e);
                kind = FAILED;
            }
            log.println(END_OF_LOG + next.requestId());
            answer(kind, answer);
        }
    }

    private void answer(byte kind, byte[] json) throws IOException {
        answers.writeByte(kind);
        answers.writeInt(json.length);
        answers.write(json);
        answers.flush();
    }

    private void readInvocations() {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(new FileInputStream(FileDescriptor.in)))) {
            while (true) {
                String requestId = in.readUTF();
                String functionArn = in.readUTF();
                long deadlineMillis = in.readLong();
                byte[] payload = new byte[in.readInt()];
                in.readFully(payload);
                invocations.add(new Invocation(requestId, functionArn, deadlineMillis, payload));
            }
        } catch (EOFException e) {
            Runtime.getRuntime().halt(STOPPED_BY_PARENT);
        } catch (IOException e) {
            log.println("the function's host cannot read invocations: " + e);
            Runtime.getRuntime().halt(1);
        }
    }

    private static byte[] error(Throwable thrown) {
        return json(errorFields(thrown, 0));
    }

    private static Map<String, Object> errorFields(Throwable thrown, int depth) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("errorMessage", thrown.getMessage() == null ? "" : thrown.getMessage());
        fields.put("errorType", thrown.getClass().getName());
        List<String> frames = new ArrayList<>();
        for (StackTraceElement frame : thrown.getStackTrace()) {
            if (!frame.getClassName().startsWith(FunctionHost.class.getPackageName())) {
                frames.add(frame.toString());
            }
        }
        fields.put("stackTrace", frames);
        if (thrown.getCause() != null && depth < 8) {
            fields.put("cause", errorFields(thrown.getCause(), depth + 1));
        }
        return fields;
    }

    private static byte[] error(String type, String message, List<String> stackTrace) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("errorMessage", message);
        fields.put("errorType", type);
        fields.put("stackTrace", stackTrace);
        return json(fields);
    }

    private static byte[] json(Map<String, Object> value) {
        PojoSerializer<Object> serializer = JacksonFactory.getInstance().getSerializer((java.lang.reflect.Type) Map.class);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        serializer.toJson(value, out);
        return out.toByteArray();
    }
}

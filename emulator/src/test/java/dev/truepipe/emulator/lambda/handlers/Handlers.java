package dev.truepipe.emulator.lambda.handlers;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sfn.SfnClient;

/** Small handlers for the tests of the embedded Lambda; they run in JVMs of their own. */
public final class Handlers {
    private Handlers() {}

    /** Answers what it got, and where it ran. */
    public static final class Echo implements RequestHandler<Map<String, Object>, Map<String, Object>> {
        @Override
        public Map<String, Object> handleRequest(Map<String, Object> input, Context context) {
            Map<String, Object> answer = new LinkedHashMap<>();
            answer.put("got", input);
            answer.put("pid", ProcessHandle.current().pid());
            answer.put("function", context.getFunctionName());
            answer.put("arn", context.getInvokedFunctionArn());
            answer.put("remaining", context.getRemainingTimeInMillis());
            answer.put("memory", context.getMemoryLimitInMB());
            answer.put("maxHeap", Runtime.getRuntime().maxMemory());
            answer.put("home", System.getProperty("user.home"));
            return answer;
        }
    }

    /** Answers its whole environment. */
    public static final class Environment implements RequestHandler<Object, Map<String, String>> {
        @Override
        public Map<String, String> handleRequest(Object input, Context context) {
            return System.getenv();
        }
    }

    /** Lambda's serializer reads beans and maps; records it can only write. */
    public static final class Question {
        private String name;
        private int count;
        private List<Long> numbers;

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public int getCount() {
            return count;
        }

        public void setCount(int count) {
            this.count = count;
        }

        public List<Long> getNumbers() {
            return numbers;
        }

        public void setNumbers(List<Long> numbers) {
            this.numbers = numbers;
        }
    }

    public record Answer(String greeting, long sum) {}

    /** Leaves its types to a subclass, as handlers with a common base do. */
    public abstract static class Base<A, B> implements RequestHandler<A, B> {
        @Override
        public B handleRequest(A input, Context context) {
            return answer(input);
        }

        abstract B answer(A input);
    }

    /** A bean in, a record out, types given to a generic base. */
    public static final class Typed extends Base<Question, Answer> {
        @Override
        Answer answer(Question input) {
            return new Answer(input.getName() + " " + input.getCount(), input.getNumbers().stream().mapToLong(Long::longValue).sum());
        }
    }

    /** Throws, with a cause. */
    public static final class Failing implements RequestHandler<Object, Object> {
        /** An exception of the handler's own. */
        public static final class NotToday extends RuntimeException {
            NotToday(Throwable cause) {
                super("not today", cause);
            }
        }

        @Override
        public Object handleRequest(Object input, Context context) {
            throw new NotToday(new IllegalArgumentException("because"));
        }
    }

    /** Says so, then waits until it is killed. */
    public static final class Endless implements RequestHandler<Object, Object> {
        @Override
        public Object handleRequest(Object input, Context context) {
            System.out.println("waiting");
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return null;
        }
    }

    /** Ends its own JVM. */
    public static final class Crash implements RequestHandler<Map<String, Object>, Object> {
        @Override
        public Object handleRequest(Map<String, Object> input, Context context) {
            System.out.println("the last word");
            Runtime.getRuntime().halt(((Number) input.get("status")).intValue());
            return null;
        }
    }

    /** Takes all the memory there is. */
    public static final class Greedy implements RequestHandler<Object, Object> {
        @Override
        public Object handleRequest(Object input, Context context) {
            List<byte[]> kept = new ArrayList<>();
            while (true) {
                kept.add(new byte[16 << 20]);
            }
        }
    }

    /** Cannot be made. */
    public static final class Unready implements RequestHandler<Object, Object> {
        public Unready() {
            throw new IllegalStateException("a setting is missing");
        }

        @Override
        public Object handleRequest(Object input, Context context) {
            return null;
        }
    }

    /** Writes lines by every way there is, numbered. */
    public static final class Talkative implements RequestHandler<Map<String, Object>, Object> {
        @Override
        public Object handleRequest(Map<String, Object> input, Context context) {
            int lines = ((Number) input.get("lines")).intValue();
            for (int i = 0; i < lines; i++) {
                switch (i % 3) {
                    case 0 -> System.out.println("line " + i + " é");
                    case 1 -> System.err.println("line " + i + " é");
                    default -> context.getLogger().log("line " + i + " é");
                }
            }
            return null;
        }
    }

    /** Bytes in, bytes out. */
    public static final class Stream implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            output.write("{\"raw\":".getBytes());
            input.transferTo(output);
            output.write('}');
        }
    }

    /** Says each body to its log; messages that begin with "bad" fail, one that begins with "throw" throws. */
    public static final class Consumer implements RequestHandler<SQSEvent, SQSBatchResponse> {
        @Override
        public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
            List<SQSBatchResponse.BatchItemFailure> failures = new ArrayList<>();
            for (SQSEvent.SQSMessage message : event.getRecords()) {
                System.out.println("received " + message.getBody() + " " + message.getAttributes().get("ApproximateReceiveCount")
                        + " " + message.getEventSourceArn() + " " + message.getAwsRegion());
                if (message.getBody().startsWith("bad")) {
                    failures.add(new SQSBatchResponse.BatchItemFailure(message.getMessageId()));
                } else if (message.getBody().startsWith("throw")) {
                    throw new IllegalStateException("cannot take " + message.getBody());
                }
            }
            return new SQSBatchResponse(failures);
        }
    }

    /** Starts an execution of {@code STATE_MACHINE} for each message, with the SDK as it finds the cloud. */
    public static final class Starter implements RequestHandler<SQSEvent, SQSBatchResponse> {
        private final SfnClient stepFunctions =
                SfnClient.builder().httpClientBuilder(UrlConnectionHttpClient.builder()).build();

        @Override
        public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
            for (SQSEvent.SQSMessage message : event.getRecords()) {
                stepFunctions.startExecution(r -> r.stateMachineArn(System.getenv("STATE_MACHINE")).name(message.getMessageId()).input(message.getBody()));
            }
            return new SQSBatchResponse(List.of());
        }
    }
}

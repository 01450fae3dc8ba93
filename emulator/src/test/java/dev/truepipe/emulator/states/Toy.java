package dev.truepipe.emulator.states;

import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;

/** A small state machine under test, given by its states. Every Task is {@code arn:aws:states:::lambda:invoke}. */
final class Toy implements AutoCloseable {
    static final String TASK = "arn:aws:states:::lambda:invoke";

    final SkippingTime time = new SkippingTime();
    final ScriptedTasks tasks = new ScriptedTasks();
    final Map<String, String> objects = new ConcurrentHashMap<>();
    final List<String> heard = new CopyOnWriteArrayList<>();
    final List<ExecutionRecord> ended = new CopyOnWriteArrayList<>();
    final StateMachine machine;
    final StepFunctionsService service;

    /** @param rest of the definition after QueryLanguage */
    Toy(String rest) {
        this(rest, null);
    }

    Toy(String rest, Path folder) {
        try {
            machine = StateMachine.load("toy", "{\"QueryLanguage\": \"JSONata\", " + rest + "}", Map.of(), SkippingTime.START);
            StepFunctionsService.Builder builder = StepFunctionsService.builder().machine(machine).task(TASK, tasks).timing(time)
                    .ended(ended::add).history((of, event) -> heard.add(of.name() + " " + event.id() + " " + event.type()))
                    .items((execution, bucket, key) -> {
                        String text = objects.get(bucket + "/" + key);
                        if (text == null) {
                            throw new IOException("NoSuchKey: " + key);
                        }
                        return text.getBytes(StandardCharsets.UTF_8);
                    });
            if (folder != null) {
                builder.folder(folder);
            }
            service = builder.build();
        } catch (InvalidDefinition e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A machine of one Task state, {@code T}, and {@code Caught} (Pass) and {@code Fine} (Succeed) where named. @param fields of the state, after Type and Resource */
    static Toy task(String fields) {
        return new Toy("\"StartAt\": \"T\", \"States\": {\"T\": {\"Type\": \"Task\", \"Resource\": \"" + TASK + "\", "
                + "\"Arguments\": {\"n\": 1}, " + fields + "}"
                + (fields.contains("Caught") ? ", \"Caught\": {\"Type\": \"Pass\", \"End\": true}" : "")
                + (fields.contains("Fine") ? ", \"Fine\": {\"Type\": \"Succeed\"}" : "") + "}");
    }

    String start(String name, String input) {
        return (String) call("StartExecution", Map.of("stateMachineArn", machine.arn(), "name", name, "input", input)).get("executionArn");
    }

    ExecutionRecord run(String input) {
        return await(start("run", input));
    }

    ExecutionRecord await(String arn) {
        try {
            return service.await(arn, Duration.ofSeconds(30));
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("it did not end: " + heard, e);
        }
    }

    /** What one Pass state makes of an expression. */
    static Object value(String expression, String input) {
        try (Toy toy = new Toy("\"StartAt\": \"P\", \"States\": {\"P\": {\"Type\": \"Pass\", \"Output\": "
                + Json.text("{% " + expression + " %}") + ", \"End\": true}}")) {
            ExecutionRecord record = toy.run(input);
            return record.status().equals("SUCCEEDED") ? record.output() : record.error();
        }
    }

    Map<String, Object> call(String operation, Map<String, Object> request) {
        try {
            return service.call(operation, request);
        } catch (AwsError e) {
            throw new AssertionError(e.code() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        service.close();
    }
}

package dev.truepipe.functions;

import dev.truepipe.json.Json;
import dev.truepipe.run.Chunk;
import dev.truepipe.run.RunFolder;
import java.io.IOException;
import java.util.Map;

/** What the state machine sends; a field that is missing or of another type is named. */
record Payload(String function, Map<String, Object> fields) {

    String text(String name) {
        if (fields.get(name) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw wrong(name, "text");
    }

    boolean truth(String name) {
        if (fields.get(name) instanceof Boolean truth) {
            return truth;
        }
        throw wrong(name, "true or false");
    }

    long whole(String name) {
        Object value = fields.get(name);
        // JSONata numbers may come as 3.0.
        if (value instanceof Number number && number.doubleValue() == Math.rint(number.doubleValue())) {
            return number.longValue();
        }
        throw wrong(name, "a whole number");
    }

    Map<String, Object> object(String name) {
        if (fields.get(name) instanceof Map<?, ?> map) {
            return Json.object(map);
        }
        throw wrong(name, "an object");
    }

    RunFolder run() {
        return RunFolder.fromJson(object("run"));
    }

    Chunk chunk() {
        return Chunk.fromJson(object("chunk"));
    }

    Log log() {
        return Log.of(function, text("dataset"), text("execution"));
    }

    private IllegalArgumentException wrong(String name, String expected) {
        return new IllegalArgumentException(function + ": payload field \"" + name + "\": expected " + expected + ", found "
                + Json.text(fields.get(name)) + "; deploy the state machine and its functions together");
    }

    /** Work that reads and writes S3. */
    interface Work<T> {
        T run() throws IOException;
    }

    /** Does the work; whatever fails is in the log, with its dataset and execution, before it goes on to Step Functions. */
    <T> T logged(Work<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            log().error("Failed; the state machine tries again or ends", e);
            throw new StorageFailedException(e);
        } catch (RuntimeException e) {
            log().error("Failed; the state machine tries again or ends", e);
            throw e;
        }
    }
}

package dev.truepipe.functions;

import dev.truepipe.json.Json;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One JSON object a line on standard output, which Lambda sends to the function's log group. Every line names function,
 * dataset and execution, so that one query follows a run through all functions. No payloads, no credentials.
 */
final class Log {
    private final PrintStream out;
    private final String function;
    private final String dataset;
    private final String execution;

    private Log(PrintStream out, String function, String dataset, String execution) {
        this.out = out;
        this.function = function;
        this.dataset = dataset;
        this.execution = execution;
    }

    /** @param dataset {@code null} while it is not known; the same for {@code execution}, an ARN */
    static Log of(String function, String dataset, String execution) {
        return new Log(System.out, function, dataset, execution);
    }

    /** The log of one dataset's execution. */
    Log about(String otherDataset, String otherExecution) {
        return new Log(out, function, otherDataset, otherExecution);
    }

    /** @param pairs names and values, in turn */
    void info(String message, Object... pairs) {
        write("INFO", message, null, pairs);
    }

    void error(String message, Throwable cause, Object... pairs) {
        write("ERROR", message, cause, pairs);
    }

    private void write(String level, String message, Throwable cause, Object... pairs) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("level", level);
        line.put("function", function);
        line.put("dataset", dataset);
        line.put("execution", execution);
        line.put("message", message);
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            line.put(pairs[i].toString(), pairs[i + 1]);
        }
        if (cause != null) {
            StringWriter trace = new StringWriter();
            cause.printStackTrace(new PrintWriter(trace));
            line.put("error", cause.toString());
            line.put("stackTrace", trace.toString());
        }
        out.println(Json.text(line));
    }
}

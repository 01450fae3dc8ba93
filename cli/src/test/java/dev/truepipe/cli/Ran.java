package dev.truepipe.cli;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;

/** What a command said and how it ended, run in this very process. {@link Program} runs the script, as a user does. */
record Ran(int exit, String out, String err) {
    /** @param words of the command line, each by its {@code toString} */
    static Ran truepipe(Object... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Truepipe.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err))
                .execute(Stream.of(words).map(Object::toString).toArray(String[]::new));
        return new Ran(exit, out.toString(), err.toString());
    }

    Map<String, Object> json() throws IOException {
        return Json.parseObject(out.getBytes(StandardCharsets.UTF_8));
    }

    Map<String, Object> error() throws IOException {
        return Json.object(json().get("error"));
    }
}

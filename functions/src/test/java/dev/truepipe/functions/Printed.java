package dev.truepipe.functions;

import dev.truepipe.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What functions print, which is what Lambda sends to their log groups. */
final class Printed {
    private Printed() {}

    /** Work of a test. */
    interface Work {
        void run() throws IOException;
    }

    /** Every line that the work prints, each one JSON object. */
    static List<Map<String, Object>> by(Work work) throws IOException {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            work.run();
        } finally {
            System.setOut(before);
        }
        List<Map<String, Object>> lines = new ArrayList<>();
        for (String line : printed.toString(StandardCharsets.UTF_8).lines().toList()) {
            lines.add(Json.object(Json.parse(line)));
        }
        return lines;
    }
}

package dev.truepipe.emulator.sagemaker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Cuts what a process prints into lines, as they come; none is longer than {@value #MAX_BYTES} bytes, as in CloudWatch Logs. */
final class LogLines {
    private static final int MAX_BYTES = 256 * 1024;

    private LogLines() {}

    /** Until the end of the stream; what stands after the last newline is a line too. */
    static void read(InputStream in, Consumer<String> line) throws IOException {
        ByteArrayOutputStream begun = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            int from = 0;
            for (int i = 0; i < count; i++) {
                if (buffer[i] == '\n') {
                    begun.write(buffer, from, i - from);
                    give(begun, line);
                    from = i + 1;
                }
            }
            begun.write(buffer, from, count - from);
            if (begun.size() >= MAX_BYTES - buffer.length) {
                give(begun, line);
            }
        }
        if (begun.size() > 0) {
            give(begun, line);
        }
    }

    private static void give(ByteArrayOutputStream begun, Consumer<String> line) {
        String text = begun.toString(StandardCharsets.UTF_8);
        begun.reset();
        line.accept(text.endsWith("\r") ? text.substring(0, text.length() - 1) : text);
    }
}

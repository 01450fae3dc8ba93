package dev.truepipe.emulator.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.gaul.shaded.org.eclipse.jetty.http.HttpHeader;
import org.gaul.shaded.org.eclipse.jetty.io.Content;
import org.gaul.shaded.org.eclipse.jetty.server.Request;
import org.gaul.shaded.org.eclipse.jetty.server.Response;
import org.gaul.shaded.org.eclipse.jetty.util.Callback;

/** A call that no service sees. */
final class Refusal {
    private Refusal() {}

    /** Answers in S3's words, which every SDK shows when it does not know the code. */
    static void write(Request request, Response response, Callback callback, int status, String code, String message) {
        try {
            Content.Source.consumeAll(request); // a client that is still sending would miss the answer, see WholeRequests
        } catch (IOException e) {
            callback.failed(e);
            return;
        }
        String escaped = message.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/xml");
        response.write(true, ByteBuffer.wrap(("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code + "</Code><Message>" + escaped
                + "</Message></Error>").getBytes(StandardCharsets.UTF_8)), callback);
    }
}

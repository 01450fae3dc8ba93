package dev.truepipe.emulator.s3;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.gaul.shaded.org.eclipse.jetty.io.Content;
import org.gaul.shaded.org.eclipse.jetty.server.Handler;
import org.gaul.shaded.org.eclipse.jetty.server.Request;
import org.gaul.shaded.org.eclipse.jetty.server.Response;
import org.gaul.shaded.org.eclipse.jetty.util.Callback;

/**
 * Reads each request to its end before its answer leaves.
 *
 * <p>S3Proxy answers as soon as it knows the answer: before the body when it refuses a condition, and before the trailer
 * of a chunked body always. Jetty then closes the connection under a client that may still be sending, and whenever the
 * close overtakes the answer the client sees a broken connection instead of it, and asks again.
 */
final class WholeRequests extends Handler.Wrapper {
    WholeRequests(Handler answering) {
        super(answering);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        return super.handle(request, new AnswerAfter(request, response), callback);
    }

    private static final class AnswerAfter extends Response.Wrapper {
        private AnswerAfter(Request request, Response response) {
            super(request, response);
        }

        @Override
        public void write(boolean last, ByteBuffer content, Callback callback) {
            if (!isCommitted()) {
                try {
                    Content.Source.consumeAll(getRequest());
                } catch (IOException e) {
                    callback.failed(e);
                    return;
                }
            }
            super.write(last, content, callback);
        }
    }
}

package dev.truepipe.emulator.s3;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.shaded.org.eclipse.jetty.io.Content;
import org.gaul.shaded.org.eclipse.jetty.server.Handler;
import org.gaul.shaded.org.eclipse.jetty.server.Request;
import org.gaul.shaded.org.eclipse.jetty.server.Response;
import org.gaul.shaded.org.eclipse.jetty.server.Server;
import org.gaul.shaded.org.eclipse.jetty.util.Callback;

/**
 * Reads each request to its end before its answer leaves.
 *
 * <p>S3Proxy answers as soon as it knows the answer: before the body when it refuses a condition, and before the trailer
 * of a chunked body always. Jetty then closes the connection under a client that may still be sending, and whenever the
 * close overtakes the answer the client sees a broken connection instead of it, and asks again.
 */
final class WholeRequests extends Handler.Wrapper {
    private WholeRequests(Handler answering) {
        super(answering);
    }

    /** @throws IllegalStateException if this S3Proxy is built otherwise than the one this was written for */
    static void readBy(S3Proxy proxy) {
        try {
            Field field = S3Proxy.class.getDeclaredField("server");
            field.setAccessible(true);
            Server server = (Server) field.get(proxy);
            server.setHandler(new WholeRequests(server.getHandler()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("S3Proxy keeps its server elsewhere; was its version changed?", e);
        }
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

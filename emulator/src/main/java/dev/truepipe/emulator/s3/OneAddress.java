package dev.truepipe.emulator.s3;

import dev.truepipe.emulator.api.AwsEndpoint;
import dev.truepipe.emulator.api.HttpAnswer;
import dev.truepipe.emulator.api.HttpCall;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.gaul.shaded.org.eclipse.jetty.http.HttpHeader;
import org.gaul.shaded.org.eclipse.jetty.io.Content;
import org.gaul.shaded.org.eclipse.jetty.server.Handler;
import org.gaul.shaded.org.eclipse.jetty.server.Request;
import org.gaul.shaded.org.eclipse.jetty.server.Response;
import org.gaul.shaded.org.eclipse.jetty.util.Callback;

/**
 * Lets the other services answer at S3's address, so that a client needs to know one address only. S3's own calls pass through
 * untouched, and as fast.
 *
 * <p>Their calls run on threads of their own: a caller who waits for a message keeps none of S3's.
 */
final class OneAddress extends Handler.Wrapper {
    private final AwsEndpoint others;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    OneAddress(AwsEndpoint others, Handler s3) {
        super(s3);
        this.others = others;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        HttpCall call = new HttpCall(request.getMethod(), request.getHttpURI().getPath(), request.getHttpURI().getQuery(), request.getHeaders()::get);
        if (!others.takes(call)) {
            return super.handle(request, response, callback);
        }
        threads.execute(() -> answer(call, request, response, callback));
        return true;
    }

    private void answer(HttpCall call, Request request, Response response, Callback callback) {
        HttpAnswer answer;
        try (InputStream body = Content.Source.asInputStream(request)) {
            answer = others.answer(call, body.readAllBytes());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            callback.failed(e);
            return;
        } catch (Exception e) {
            callback.failed(e);
            return;
        }
        response.setStatus(answer.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
        answer.headers().forEach(response.getHeaders()::put);
        response.write(true, ByteBuffer.wrap(answer.body()), callback);
    }

    @Override
    protected void doStop() throws Exception {
        threads.shutdownNow();
        super.doStop();
    }
}

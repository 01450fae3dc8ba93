package dev.truepipe.emulator.s3;

import dev.truepipe.emulator.api.AwsCall;
import java.util.function.Consumer;
import org.gaul.shaded.org.eclipse.jetty.server.Handler;
import org.gaul.shaded.org.eclipse.jetty.server.Request;
import org.gaul.shaded.org.eclipse.jetty.server.Response;
import org.gaul.shaded.org.eclipse.jetty.util.Callback;

/** Tells of each call of S3 once it has been answered. */
final class ToldCalls extends Handler.Wrapper {
    private final Consumer<AwsCall> told;

    ToldCalls(Handler s3, Consumer<AwsCall> told) {
        super(s3);
        this.told = told;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Request.addCompletionListener(request, _ -> S3Actions.of(
                request.getMethod(), request.getHttpURI().getPath(), request.getHttpURI().getQuery(), request.getHeaders()::get, response.getStatus()).forEach(told));
        return super.handle(request, response, callback);
    }
}

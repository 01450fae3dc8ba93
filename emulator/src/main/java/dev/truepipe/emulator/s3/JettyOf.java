package dev.truepipe.emulator.s3;

import java.lang.reflect.Field;
import java.util.function.UnaryOperator;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.shaded.org.eclipse.jetty.server.Handler;
import org.gaul.shaded.org.eclipse.jetty.server.Server;

/** The web server inside an S3Proxy, which keeps it to itself. */
final class JettyOf {
    private JettyOf() {}

    /**
     * Puts something before what answers. Call before the proxy starts.
     *
     * @throws IllegalStateException if this S3Proxy is built otherwise than the one this was written for
     */
    static void change(S3Proxy proxy, UnaryOperator<Handler> change) {
        try {
            Field field = S3Proxy.class.getDeclaredField("server");
            field.setAccessible(true);
            Server server = (Server) field.get(proxy);
            server.setHandler(change.apply(server.getHandler()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("S3Proxy keeps its server elsewhere; was its version changed?", e);
        }
    }
}

package dev.truepipe.emulator.api;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * One HTTP address for all services that speak AWS JSON 1.0 or 1.1, loopback only. Signatures are not checked.
 *
 * <p>An {@link AwsError} becomes status 400 with {@code __type}, which SDKs turn into an exception; anything else that a
 * service throws becomes 500 {@code InternalFailure}, and is told to the {@code broken} listener with its stack trace.
 */
public final class AwsEndpoint implements AutoCloseable {
    static {
        // Otherwise each small answer waits 40 ms for the client's acknowledgement. Read once, before the first server.
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, AwsJsonService> services = new ConcurrentHashMap<>();
    private final Consumer<String> broken;

    private AwsEndpoint(HttpServer server, Consumer<String> broken) {
        this.server = server;
        this.broken = broken;
    }

    /**
     * Starts with no service yet.
     *
     * @param port 0 for any free one
     * @param broken gets the stack trace of what should not have happened
     * @throws IOException if the port is taken
     */
    public static AwsEndpoint start(int port, Consumer<String> broken) throws IOException {
        HttpServer server;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new IOException("embedded cloud did not start on 127.0.0.1 port " + port + ": " + e.getMessage(), e);
        }
        AwsEndpoint endpoint = new AwsEndpoint(server, broken);
        server.setExecutor(endpoint.threads);
        server.createContext("/", endpoint::handle);
        server.start();
        return endpoint;
    }

    public void add(AwsJsonService service) {
        services.put(service.targetPrefix(), service);
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Stops serving at once; calls under way are cut off. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String contentType = exchange.getRequestHeaders().getFirst("Content-Type");
            String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
            int status = 200;
            Map<String, Object> response;
            try {
                response = answer(target, body);
            } catch (AwsError e) {
                status = 400;
                response = error(e.code(), e.getMessage());
            } catch (RuntimeException e) {
                status = 500;
                StringWriter trace = new StringWriter();
                e.printStackTrace(new PrintWriter(trace));
                broken.accept(target + " broke the embedded cloud: " + trace);
                response = error("InternalFailure", target + " broke the embedded cloud: " + e);
            }
            byte[] bytes = Json.bytes(response);
            exchange.getResponseHeaders().set("Content-Type", contentType == null ? "application/x-amz-json-1.1" : contentType);
            exchange.getResponseHeaders().set("x-amzn-RequestId", UUID.randomUUID().toString());
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private Map<String, Object> answer(String target, byte[] body) throws AwsError {
        int dot = target == null ? -1 : target.lastIndexOf('.');
        AwsJsonService service = dot < 0 ? null : services.get(target.substring(0, dot));
        if (service == null) {
            throw new AwsError("UnknownOperationException", "the embedded cloud has no service for X-Amz-Target " + target
                    + "; it has " + services.keySet() + " here, and S3 and SQS at addresses of their own");
        }
        Map<String, Object> request;
        try {
            request = body.length == 0 ? Map.of() : Json.parseObject(body);
        } catch (IOException | IllegalArgumentException e) {
            throw new AwsError("SerializationException", "the request is not a JSON object: " + e.getMessage());
        }
        return service.call(target.substring(dot + 1), request);
    }

    private static Map<String, Object> error(String code, String message) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("__type", code);
        error.put("message", message);
        return error;
    }
}

package dev.truepipe.emulator.api;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Tells the calls that reach the cloud's one address apart, and answers all that are not S3's.
 *
 * <p>{@code X-Amz-Target} names a service of AWS JSON; a form posted to the root, or to a queue's URL, is the Query
 * protocol; an unsigned {@code GET} of {@code /} or {@code /health} is a person or a program that asks how the cloud is.
 * Everything else is S3's. Signatures are not checked. Nothing is answered, by S3 neither, before it is {@link #open}: what a call makes
 * happen needs the other services.
 *
 * <p>An {@link AwsError} becomes status 400, which SDKs turn into an exception; anything else that a service throws becomes
 * 500 {@code InternalFailure}, and is told to the {@code broken} listener with its stack trace.
 */
public final class AwsEndpoint {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String QUEUES = "/" + Arns.ACCOUNT + "/";

    private final Map<String, AwsJsonService> services = new ConcurrentHashMap<>();
    private final Map<String, AwsQueryService> queryServices = new ConcurrentHashMap<>();
    private final Consumer<String> broken;
    private final Consumer<AwsCall> told;
    private volatile Elsewhere queues;
    private volatile HealthPage health;
    private volatile boolean open;

    /** Answers calls of one service, whatever protocol they come in: a service that runs at an address of its own. */
    public interface Elsewhere {
        /** @throws IOException if it does not answer */
        HttpAnswer forward(HttpCall call, byte[] body) throws IOException, InterruptedException;
    }

    /** @param broken gets the stack trace of what should not have happened */
    public AwsEndpoint(Consumer<String> broken) {
        this(broken, _ -> {});
    }

    /** As above. @param told hears of each call in AWS JSON, on any thread, several at a time */
    public AwsEndpoint(Consumer<String> broken, Consumer<AwsCall> told) {
        this.broken = broken;
        this.told = told;
    }

    public void add(AwsJsonService service) {
        services.put(service.targetPrefix(), service);
    }

    public void add(AwsQueryService service) {
        queryServices.put(service.version(), service);
    }

    /** Where calls of SQS go. */
    public void queues(Elsewhere forwarding) {
        queues = forwarding;
    }

    /** What is said of the cloud to whoever asks. */
    public void health(HealthPage page) {
        health = page;
    }

    /** Lets calls in; until then each is told to come again. */
    public void open() {
        open = true;
    }

    public boolean isOpen() {
        return open;
    }

    /** Whether a call is answered here; all others are S3's. */
    public boolean takes(HttpCall call) {
        if (call.header("X-Amz-Target") != null) {
            return true;
        }
        return switch (call.method()) {
            case "POST" -> isForm(call) && (call.path().equals("/") || call.path().startsWith(QUEUES));
            case "GET", "HEAD" -> !call.isSigned() && (call.path().equals("/") || call.path().equals("/health"));
            default -> false;
        };
    }

    /** Answers a call that {@link #takes} took. */
    public HttpAnswer answer(HttpCall call, byte[] body) throws InterruptedException {
        String target = call.header("X-Amz-Target");
        if (target != null) {
            return json(call, target, body);
        }
        return isForm(call) ? form(call, body) : health(call);
    }

    private HttpAnswer json(HttpCall call, String target, byte[] body) throws InterruptedException {
        String contentType = call.header("Content-Type") == null ? "application/x-amz-json-1.1" : call.header("Content-Type");
        int status = 200;
        Map<String, Object> response;
        try {
            if (target.startsWith("AmazonSQS.") && queues != null) {
                return queues.forward(call, body);
            }
            Map<String, Object> request = request(body);
            told.accept(JsonActions.of(AwsCall.caller(call.header("Authorization")), target, request));
            response = answer(target, request);
        } catch (AwsError e) {
            status = 400;
            response = error(e.code(), e.getMessage());
        } catch (IOException | RuntimeException e) {
            status = 500;
            response = error("InternalFailure", broke(target, e));
        }
        return new HttpAnswer(status, contentType, Json.bytes(response));
    }

    private static Map<String, Object> request(byte[] body) throws AwsError {
        try {
            return body.length == 0 ? Map.of() : Json.parseObject(body);
        } catch (IOException | IllegalArgumentException e) {
            throw new AwsError("SerializationException", "the request is not a JSON object: " + e.getMessage());
        }
    }

    private Map<String, Object> answer(String target, Map<String, Object> request) throws AwsError {
        int dot = target.lastIndexOf('.');
        AwsJsonService service = dot < 0 ? null : services.get(target.substring(0, dot));
        if (service == null) {
            throw new AwsError("UnknownOperationException", "the embedded cloud has no service for X-Amz-Target " + target
                    + "; it has " + new TreeSet<>(services.keySet()) + ", S3, SQS and STS");
        }
        return service.call(target.substring(dot + 1), request);
    }

    private HttpAnswer form(HttpCall call, byte[] body) throws InterruptedException {
        Map<String, String> form = fields(new String(body, StandardCharsets.UTF_8));
        String action = form.getOrDefault("Action", "");
        String version = form.getOrDefault("Version", "");
        AwsQueryService service = queryServices.get(version);
        try {
            if (service != null) {
                return xml(200, service.call(action, form));
            }
            if (queues != null && (version.equals("2012-11-05") || call.path().startsWith(QUEUES))) {
                return queues.forward(call, body);
            }
            throw new AwsError("InvalidAction", "the embedded cloud has no Query service of version \"" + version + "\" for the action \""
                    + action + "\"; it has STS (2011-06-15) and SQS (2012-11-05), and other services in AWS JSON");
        } catch (AwsError e) {
            return xml(400, errorXml("Sender", e.code(), e.getMessage()));
        } catch (IOException | RuntimeException e) {
            return xml(500, errorXml("Receiver", "InternalFailure", broke(action, e)));
        }
    }

    private HttpAnswer health(HttpCall call) {
        HealthPage page = health;
        if (page == null) {
            return new HttpAnswer(503, "application/json", Json.bytes(Map.of("status", "starting")));
        }
        String accepted = call.header("Accept");
        return call.path().equals("/") && accepted != null && accepted.contains("text/html")
                ? new HttpAnswer(200, "text/html; charset=utf-8", page.html().getBytes(StandardCharsets.UTF_8))
                : new HttpAnswer(200, "application/json", Json.pretty(page.json()));
    }

    private String broke(String what, Exception e) {
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        broken.accept(what + " broke the embedded cloud: " + trace);
        return what + " broke the embedded cloud: " + e;
    }

    private static boolean isForm(HttpCall call) {
        String type = call.header("Content-Type");
        return type != null && type.toLowerCase(Locale.ROOT).startsWith(FORM);
    }

    private static Map<String, String> fields(String form) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : List.of(form.split("&"))) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(decoded(field.substring(0, equals)), decoded(field.substring(equals + 1)));
            }
        }
        return fields;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text; // a stray percent sign stands for itself
        }
    }

    private static HttpAnswer xml(int status, String document) {
        return new HttpAnswer(status, "text/xml", document.getBytes(StandardCharsets.UTF_8));
    }

    private static String errorXml(String fault, String code, String message) {
        return "<ErrorResponse><Error><Type>" + fault + "</Type><Code>" + escaped(code) + "</Code><Message>" + escaped(message)
                + "</Message></Error><RequestId>embedded</RequestId></ErrorResponse>";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static Map<String, Object> error(String code, String message) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("__type", code);
        error.put("message", message);
        return error;
    }
}

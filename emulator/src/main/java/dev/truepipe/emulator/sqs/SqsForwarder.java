package dev.truepipe.emulator.sqs;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.api.AwsEndpoint;
import dev.truepipe.emulator.api.HttpAnswer;
import dev.truepipe.emulator.api.HttpCall;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hands SQS calls that came to the cloud's one address on to ElasticMQ, and its answers back. URLs of queues name the address
 * that the caller used, so they hold after a restart on the same port.
 */
final class SqsForwarder implements AwsEndpoint.Elsewhere {
    /** A receiver waits 20 s at most. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final List<String> PASSED_ON = List.of("Content-Type", "X-Amz-Target", "x-amzn-query-mode", "Accept");
    private static final List<String> PASSED_BACK = List.of("x-amzn-RequestId", "x-amzn-query-error");
    private static final Pattern QUEUE_URL = Pattern.compile("https?://[^/\"<>\\s]+/(?=" + Arns.ACCOUNT + "/)");
    /** The operations that answer with URLs of queues; others may carry one in a message, which is left as it is. */
    private static final Pattern WITH_URLS = Pattern.compile("CreateQueue|GetQueueUrl|ListQueues|ListDeadLetterSourceQueues");
    private static final Pattern ACTION = Pattern.compile("(?:^|&)Action=(\\w+)");

    private final URI sqs;
    private final HttpClient http;

    SqsForwarder(URI sqs, HttpClient http) {
        this.sqs = sqs;
        this.http = http;
    }

    @Override
    public HttpAnswer forward(HttpCall call, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(sqs.resolve(call.path())).timeout(LIMIT).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        for (String name : PASSED_ON) {
            if (call.headers().apply(name) != null) {
                request.header(name, call.headers().apply(name));
            }
        }
        HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : PASSED_BACK) {
            response.headers().firstValue(name).ifPresent(value -> headers.put(name, value));
        }
        byte[] answer = response.body();
        String host = call.headers().apply("Host");
        if (host != null && WITH_URLS.matcher(action(call, body)).matches()) {
            String text = new String(answer, StandardCharsets.UTF_8);
            answer = QUEUE_URL.matcher(text).replaceAll(Matcher.quoteReplacement("http://" + host + "/")).getBytes(StandardCharsets.UTF_8);
        }
        return new HttpAnswer(response.statusCode(), response.headers().firstValue("Content-Type").orElse("application/octet-stream"), answer, headers);
    }

    private static String action(HttpCall call, byte[] body) {
        String target = call.headers().apply("X-Amz-Target");
        if (target != null) {
            return target.substring(target.indexOf('.') + 1);
        }
        Matcher action = ACTION.matcher(new String(body, StandardCharsets.UTF_8));
        return action.find() ? action.group(1) : "";
    }
}

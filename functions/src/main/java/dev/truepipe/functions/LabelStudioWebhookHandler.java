package dev.truepipe.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayV2HTTPResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.Map;

/**
 * Before the queue, by a function URL: an event of a Label Studio project.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html">Function URLs</a>: payload 2.0, names of headers in lower case
 */
public final class LabelStudioWebhookHandler implements RequestHandler<APIGatewayV2HTTPEvent, APIGatewayV2HTTPResponse> {
    private static final String FUNCTION = "LabelStudioWebhook";

    private final LabelStudioWebhook webhook;
    private final Log log = Log.of(FUNCTION, null, null);

    /** Lambda's entry; a missing variable fails here, in the init phase, not on the first event. */
    public LabelStudioWebhookHandler() {
        Wiring wired = new Wiring(System.getenv());
        this.webhook = new LabelStudioWebhook(wired.settingsSupplier(wired.store()), wired.secrets(), wired.arrivals(), Clock.systemUTC(), log);
    }

    LabelStudioWebhookHandler(LabelStudioWebhook webhook) {
        this.webhook = webhook;
    }

    @Override
    public APIGatewayV2HTTPResponse handleRequest(APIGatewayV2HTTPEvent event, Context context) {
        LabelStudioWebhook.Answer answer;
        try {
            answer = webhook.answer(event.getRawPath(), header(event.getHeaders()), body(event));
        } catch (RuntimeException e) {
            // Label Studio asks for no reasons, and strangers get none.
            log.error("Failed to answer a call", e);
            answer = new LabelStudioWebhook.Answer(500, "");
        }
        return APIGatewayV2HTTPResponse.builder()
                .withStatusCode(answer.status())
                .withHeaders(Map.of("content-type", "text/plain; charset=utf-8"))
                .withBody(answer.message())
                .build();
    }

    private static String header(Map<String, String> headers) {
        return headers == null ? null : headers.get(LabelStudioWebhook.SECRET_HEADER);
    }

    private static byte[] body(APIGatewayV2HTTPEvent event) {
        String body = event.getBody() == null ? "" : event.getBody();
        if (!event.getIsBase64Encoded()) {
            return body.getBytes(StandardCharsets.UTF_8);
        }
        try {
            return Base64.getDecoder().decode(body);
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }
}

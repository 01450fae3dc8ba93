package dev.truepipe.functions;

import dev.truepipe.json.Json;
import dev.truepipe.settings.DatasetSettings;
import dev.truepipe.settings.DatasetSettings.Webhook;
import dev.truepipe.settings.Settings;
import dev.truepipe.split.Sha256;
import dev.truepipe.workload.Messages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What Label Studio calls when something happens in a project. A project that is finished, and every so many annotations, are an arrival of the
 * dataset that the address names; whether there is anything new then is the plan's business.
 *
 * <p>Anybody can call. Whoever does not send the dataset's secret along hears nothing but that: not whether there is such a dataset.
 *
 * @see <a href="https://labelstud.io/guide/webhook_reference">Webhook event format reference</a>: {@code action}, and in {@code project} the counts of
 *     the whole project ({@code task_number}, {@code finished_task_number}, {@code total_annotations_number})
 */
final class LabelStudioWebhook {
    /** The header that has the secret; Label Studio lets any be set. */
    static final String SECRET_HEADER = "x-truepipe-secret";
    /** Only counts are read of it, and labels that are drawn stroke by stroke are no labels here. */
    static final int MOST_BYTES = 1 << 20;

    private static final Duration SHORTEST_WINDOW = Duration.ofMinutes(1);
    private static final Set<String> CREATED = Set.of("ANNOTATION_CREATED", "ANNOTATIONS_CREATED");
    private static final Set<String> OTHERS = Set.of("ANNOTATION_UPDATED", "PROJECT_UPDATED");

    private final Supplier<Settings> settings;
    private final Secrets secrets;
    private final ArrivalSender arrivals;
    private final Clock clock;
    private final Log log;

    /** Where secrets lie. */
    @FunctionalInterface
    interface Secrets {
        /** @throws RuntimeException if it is not there, or may not be read; the message names it, and never holds it */
        String read(String name);
    }

    /** The queue of arrivals. */
    @FunctionalInterface
    interface ArrivalSender {
        /** @throws RuntimeException if it could not be sent */
        void send(String message);
    }

    /** What is answered. @param message in a few words; empty where nobody is to know more */
    record Answer(int status, String message) {
        static final Answer STRANGER = new Answer(401, "");
    }

    LabelStudioWebhook(Supplier<Settings> settings, Secrets secrets, ArrivalSender arrivals, Clock clock, Log log) {
        this.settings = settings;
        this.secrets = secrets;
        this.arrivals = arrivals;
        this.clock = clock;
        this.log = log;
    }

    /**
     * Answers a call.
     *
     * @param path its last segment names the dataset
     * @param secret the header's value, or {@code null}
     */
    Answer answer(String path, String secret, byte[] body) {
        String name = path == null ? "" : path.substring(path.lastIndexOf('/') + 1);
        Optional<DatasetSettings> dataset = settings.get().dataset(name);
        Optional<Webhook> webhook = dataset.flatMap(DatasetSettings::webhook);
        if (webhook.isEmpty() || secret == null || !knows(secret, webhook.get())) {
            log.info("Refused a call: no such dataset, or not its secret");
            return Answer.STRANGER;
        }
        Log about = log.about(name, null);
        if (body.length > MOST_BYTES) {
            about.info("Refused an event that is too large", "bytes", body.length);
            return new Answer(413, "more than " + MOST_BYTES + " bytes");
        }
        Map<String, Object> event;
        try {
            event = Json.parseObject(body);
        } catch (IOException | IllegalArgumentException e) {
            about.info("Refused an event that is no JSON object");
            return new Answer(400, "not a JSON object");
        }
        return answer(webhook.get(), dataset.get(), event, about);
    }

    /** A secret that cannot be read is nobody's: whoever calls then is told no more than a stranger, and the log says why. */
    private boolean knows(String secret, Webhook webhook) {
        try {
            return same(secret, secrets.read(webhook.secret()));
        } catch (RuntimeException e) {
            log.error("Cannot tell whether a caller knows the secret", e);
            return false;
        }
    }

    private Answer answer(Webhook webhook, DatasetSettings dataset, Map<String, Object> event, Log about) {
        String action = String.valueOf(event.get("action"));
        if (!CREATED.contains(action) && !OTHERS.contains(action)) {
            return new Answer(204, "");
        }
        if (!(event.get("project") instanceof Map<?, ?> project) || count(project, "task_number") < 0) {
            about.info("Refused an event without its project; let the webhook send its payload", "action", action.length() > 40 ? "" : action);
            return new Answer(400, "no project with task_number: let the webhook send its payload");
        }
        String why = why(webhook, action, event, project);
        if (why == null) {
            return new Answer(204, "");
        }
        // Calls of one while are one arrival: a finished project tells of every correction, too.
        long window = Math.max(SHORTEST_WINDOW.toSeconds(), dataset.settle().toSeconds());
        arrivals.send(Messages.trigger(dataset.name(), "label-studio-" + clock.instant().getEpochSecond() / window * window, false));
        about.info("Sent an arrival", "why", why, "project", project.get("id") instanceof Number number ? number : null);
        return new Answer(202, why);
    }

    /** {@code null} if it is nothing to look at. */
    private static String why(Webhook webhook, String action, Map<String, Object> event, Map<?, ?> project) {
        long tasks = count(project, "task_number");
        if (tasks > 0 && count(project, "finished_task_number") >= tasks) {
            return "the project is finished";
        }
        long annotations = count(project, "total_annotations_number");
        if (CREATED.contains(action) && webhook.every().isPresent() && annotations > 0) {
            long every = webhook.every().getAsInt();
            // One action may tell of many; the count is of all there are now.
            long created = event.get("annotation") instanceof List<?> several ? several.size() : event.get("annotations") instanceof List<?> all ? all.size() : 1;
            if (annotations / every > (annotations - Math.min(created, annotations)) / every) {
                return annotations + " annotations";
            }
        }
        return null;
    }

    /** -1 if there is none. */
    private static long count(Map<?, ?> project, String field) {
        return project.get(field) instanceof Long count ? count : -1;
    }

    /** In the same time whatever they have in common, and however long they are. */
    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(digest(one), digest(other));
    }

    private static byte[] digest(String text) {
        return Sha256.hex(text.getBytes(StandardCharsets.UTF_8)).getBytes(StandardCharsets.US_ASCII);
    }
}

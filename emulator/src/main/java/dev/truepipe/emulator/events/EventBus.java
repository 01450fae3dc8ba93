package dev.truepipe.emulator.events;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * EventBridge: events in, matching rules out to queues and topics; and schedules. Delivery happens before a call
 * returns, once, in the order of the rules. Safe for use by several threads.
 */
public final class EventBus implements AutoCloseable {
    /** What Scheduler replaces in an input, by an id that is new each time. */
    public static final String EXECUTION_ID = "<aws.scheduler.execution-id>";

    private static final String WHOLE_EVENT = "aws.events.event.json";
    private static final Pattern VARIABLE = Pattern.compile("<([A-Za-z0-9_.-]+)>");

    private final Map<RuleSpec, EventPattern> rules = new LinkedHashMap<>();
    private final Map<String, ScheduleSpec> schedules = new LinkedHashMap<>();
    private final BiConsumer<String, String> queues;
    private final Topics topics;
    private final Clock clock;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("schedules").factory());

    /**
     * @param queues sends a message: queue name, text
     * @throws IllegalArgumentException if a rule asks for what is not done here
     */
    public EventBus(List<RuleSpec> rules, List<ScheduleSpec> schedules, BiConsumer<String, String> queues, Topics topics, Clock clock) {
        rules.forEach(rule -> this.rules.put(rule, new EventPattern(rule.name(), rule.pattern())));
        schedules.forEach(schedule -> this.schedules.put(schedule.name(), schedule));
        this.queues = queues;
        this.topics = topics;
        this.clock = clock;
    }

    /**
     * Puts an event of a service on the bus; id, account, time and Region are added.
     *
     * @param source such as {@code aws.sagemaker}
     * @param resources ARNs of what it is about
     * @return names of the rules that it fits
     */
    public List<String> put(String source, String detailType, List<String> resources, Map<String, Object> detail) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("version", "0");
        event.put("id", UUID.randomUUID().toString());
        event.put("detail-type", detailType);
        event.put("source", source);
        event.put("account", Arns.ACCOUNT);
        event.put("time", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        event.put("region", Arns.REGION);
        event.put("resources", resources);
        event.put("detail", detail);
        return put(event);
    }

    /** Puts a whole event on the bus. @return names of the rules that it fits */
    public List<String> put(Map<String, Object> event) {
        List<RuleSpec> fitting = rules.entrySet().stream()
                .filter(rule -> rule.getValue().matches(event))
                .map(Map.Entry::getKey)
                .toList();
        for (RuleSpec rule : fitting) {
            switch (rule.target()) {
                case RuleSpec.Target.Queue queue -> queues.accept(queue.name(), Json.text(event));
                case RuleSpec.Target.Topic topic -> {
                    String text = topic.inputTemplate() == null ? Json.text(event) : fill(topic, event);
                    try {
                        topics.publish(topic.name(), null, text);
                    } catch (Topics.RefusedException e) {
                        throw new IllegalStateException("rule " + rule.name() + " cannot deliver: " + e.getMessage(), e);
                    }
                }
            }
        }
        return fitting.stream().map(RuleSpec::name).toList();
    }

    /**
     * Lets a schedule happen now.
     *
     * @throws IllegalArgumentException if there is no such schedule
     */
    public void fireSchedule(String name) {
        ScheduleSpec schedule = schedules.get(name);
        if (schedule == null) {
            throw new IllegalArgumentException("no schedule \"" + name + "\"; there are " + schedules.keySet());
        }
        queues.accept(schedule.queue(), schedule.input().replace(EXECUTION_ID, UUID.randomUUID().toString()));
    }

    /** Starts the clock of every schedule. Each fires at once, then at its rate, as EventBridge Scheduler does. */
    public void startSchedules() {
        for (ScheduleSpec schedule : schedules.values()) {
            timer.scheduleAtFixedRate(() -> fireSchedule(schedule.name()), 0, schedule.rate().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Names of the schedules, in the order described. */
    public List<String> schedules() {
        return List.copyOf(schedules.keySet());
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /**
     * EventBridge's input transformer: text values stand as they are within the template, unescaped, anything else as JSON, what is
     * missing as nothing, and the whole event where it is asked for. What began as JSON and is none then cannot be delivered.
     */
    private static String fill(RuleSpec.Target.Topic topic, Map<String, Object> event) {
        Matcher matcher = VARIABLE.matcher(topic.inputTemplate());
        String filled = matcher.replaceAll(match -> {
            if (match.group(1).equals(WHOLE_EVENT)) {
                return Matcher.quoteReplacement(Json.text(event));
            }
            String path = topic.inputPaths().get(match.group(1));
            if (path == null) {
                return Matcher.quoteReplacement(match.group());
            }
            Object value = at(path, event);
            String text = switch (value) {
                case null -> "";
                case String string -> string;
                default -> Json.text(value);
            };
            return Matcher.quoteReplacement(text);
        });
        if (filled.startsWith("{") || filled.startsWith("\"")) {
            try {
                Json.parse(filled);
            } catch (IOException e) {
                throw new IllegalStateException("the input transformer makes no JSON: " + e.getMessage() + "; EventBridge escapes no value, so"
                        + " texts of others belong beside the template's own, as <" + WHOLE_EVENT + ">: " + filled, e);
            }
        }
        return filled;
    }

    /** {@code $}, or {@code $.name.name}. */
    private static Object at(String path, Map<String, Object> event) {
        Object value = event;
        for (String name : path.substring(1).split("\\.")) {
            if (!name.isEmpty()) {
                value = value instanceof Map<?, ?> map ? map.get(name) : null;
            }
        }
        return value;
    }
}

package dev.truepipe.emulator.states;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An execution as it stands, with its whole history and, below it, the children of its Distributed Maps.
 *
 * <p>As JSON ({@link #toJson}) it is the file that an execution leaves behind: fields as {@code DescribeExecution} and
 * {@code GetExecutionHistory} name them, but input and output as values instead of JSON text, and times in ISO 8601.
 *
 * @param ref its names
 * @param stateMachineArn what it runs
 * @param status RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED
 * @param input as JSON values
 * @param output {@code null} unless SUCCEEDED
 * @param error {@code null} unless it ended badly, and even then if nobody named one
 * @param cause likewise
 * @param startDate of the first start, also after a redrive
 * @param stopDate {@code null} while RUNNING
 * @param redriveCount how often it was redriven
 * @param redriveDate of the last redrive; {@code null} for none
 * @param history from the first event on
 * @param mapRuns in order of their start
 * @param resume where a redrive would go on; {@code null} if there is nothing to redrive
 */
public record ExecutionRecord(
        ExecutionRef ref,
        String stateMachineArn,
        String status,
        Object input,
        Object output,
        String error,
        String cause,
        Instant startDate,
        Instant stopDate,
        int redriveCount,
        Instant redriveDate,
        List<HistoryEvent> history,
        List<MapRun> mapRuns,
        Resume resume) {

    /** @param children in item order; those never started are not there */
    public record MapRun(String arn, String state, List<ExecutionRecord> children) {}

    /** @param state the state that failed, with what it was given
     *  @param variables assigned when it was entered */
    public record Resume(String state, Object input, Map<String, Object> variables) {}

    /** The same, of a process that was killed while it ran: FAILED, to be redriven from the state it was in. */
    ExecutionRecord killed(Instant now) {
        String reason = "Embedded.Killed";
        String words = "The embedded cloud was killed while this ran. Redrive it to go on at the state " + (resume == null ? "it was in" : resume.state())
                + ": aws stepfunctions redrive-execution --execution-arn " + ref.arn();
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("error", reason);
        details.put("cause", words);
        List<HistoryEvent> events = new ArrayList<>(history);
        events.add(new HistoryEvent(history.size() + 1L, history.size(), now, "ExecutionFailed", null, details));
        return new ExecutionRecord(ref, stateMachineArn, "FAILED", input, null, reason, words, startDate, now, redriveCount, redriveDate,
                List.copyOf(events), mapRuns, resume);
    }

    /** For a file that people open; see the class. */
    public Map<String, Object> toJson() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("executionArn", ref.arn());
        json.put("stateMachineArn", stateMachineArn);
        json.put("name", ref.name());
        if (ref.item() != null) {
            json.put("mapRunArn", ref.item().mapRunArn());
            json.put("mapState", ref.item().state());
            json.put("index", (long) ref.item().index());
            json.put("parentExecutionArn", ref.item().parentArn());
        }
        json.put("status", status);
        json.put("startDate", startDate.toString());
        if (stopDate != null) {
            json.put("stopDate", stopDate.toString());
        }
        json.put("redriveCount", (long) redriveCount);
        if (redriveDate != null) {
            json.put("redriveDate", redriveDate.toString());
        }
        json.put("input", input);
        if (status.equals("SUCCEEDED")) {
            json.put("output", output);
        }
        if (error != null) {
            json.put("error", error);
        }
        if (cause != null) {
            json.put("cause", cause);
        }
        if (resume != null) {
            Map<String, Object> at = new LinkedHashMap<>();
            at.put("state", resume.state());
            at.put("input", resume.input());
            at.put("variables", resume.variables());
            json.put("resume", at);
        }
        List<Object> events = new ArrayList<>();
        for (HistoryEvent event : history) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("time", event.timestamp().toString());
            if (event.state() != null) {
                one.put("state", event.state());
            }
            one.putAll(event.toJson());
            events.add(one);
        }
        json.put("events", events);
        List<Object> runs = new ArrayList<>();
        for (MapRun run : mapRuns) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("mapRunArn", run.arn());
            one.put("state", run.state());
            one.put("children", run.children().stream().map(ExecutionRecord::toJson).toList());
            runs.add(one);
        }
        json.put("mapRuns", runs);
        return json;
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static ExecutionRecord fromJson(Map<String, Object> json) {
        try {
            ExecutionRef.Item item = json.containsKey("mapRunArn")
                    ? new ExecutionRef.Item((String) json.get("mapRunArn"), (String) json.get("mapState"),
                            ((Number) json.get("index")).intValue(), (String) json.get("parentExecutionArn"))
                    : null;
            List<HistoryEvent> history = new ArrayList<>();
            for (Object event : Json.array(json.get("events"))) {
                Map<String, Object> one = Json.object(event);
                history.add(HistoryEvent.fromJson(one, (String) one.get("state")));
            }
            List<MapRun> runs = new ArrayList<>();
            for (Object run : Json.array(json.get("mapRuns"))) {
                Map<String, Object> one = Json.object(run);
                List<ExecutionRecord> children = new ArrayList<>();
                for (Object child : Json.array(one.get("children"))) {
                    children.add(fromJson(Json.object(child)));
                }
                runs.add(new MapRun((String) one.get("mapRunArn"), (String) one.get("state"), children));
            }
            Resume resume = null;
            if (json.containsKey("resume")) {
                Map<String, Object> at = Json.object(json.get("resume"));
                resume = new Resume((String) at.get("state"), at.get("input"), Json.object(at.get("variables")));
            }
            return new ExecutionRecord(
                    new ExecutionRef((String) json.get("executionArn"), (String) json.get("name"), item),
                    (String) json.get("stateMachineArn"), (String) json.get("status"), json.get("input"), json.get("output"),
                    (String) json.get("error"), (String) json.get("cause"), Instant.parse((String) json.get("startDate")),
                    instant(json.get("stopDate")), ((Number) json.get("redriveCount")).intValue(), instant(json.get("redriveDate")),
                    history, runs, resume);
        } catch (NullPointerException | ClassCastException | java.time.DateTimeException e) {
            throw new IllegalArgumentException("not an execution record: " + e.getMessage(), e);
        }
    }

    /** The event that EventBridge carries when an execution changes to this status. */
    public Map<String, Object> statusChange() {
        Map<String, Object> detail = new LinkedHashMap<>();
        detail.put("executionArn", ref.arn());
        detail.put("stateMachineArn", stateMachineArn);
        detail.put("name", ref.name());
        detail.put("status", status);
        detail.put("startDate", startDate.toEpochMilli());
        detail.put("stopDate", stopDate == null ? null : stopDate.toEpochMilli());
        detail.put("input", Json.text(input));
        detail.put("output", status.equals("SUCCEEDED") ? Json.text(output) : null);
        detail.put("inputDetails", Map.of("included", true));
        detail.put("outputDetails", status.equals("SUCCEEDED") ? Map.of("included", true) : null);
        detail.put("error", error);
        detail.put("cause", cause);
        detail.put("redriveCount", (long) redriveCount);
        detail.put("redriveDate", redriveDate == null ? null : redriveDate.toEpochMilli());
        detail.put("redriveStatus", resume == null ? "NOT_REDRIVABLE" : "REDRIVABLE");
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("version", "0");
        event.put("id", java.util.UUID.nameUUIDFromBytes((ref.arn() + status + redriveCount).getBytes(
                java.nio.charset.StandardCharsets.UTF_8)).toString());
        event.put("detail-type", "Step Functions Execution Status Change");
        event.put("source", "aws.states");
        event.put("account", Arns.ACCOUNT);
        event.put("time", (stopDate == null ? startDate : stopDate).truncatedTo(java.time.temporal.ChronoUnit.SECONDS).toString());
        event.put("region", Arns.REGION);
        event.put("resources", List.of(ref.arn()));
        event.put("detail", detail);
        return event;
    }

    private static Instant instant(Object text) {
        return text == null ? null : Instant.parse((String) text);
    }
}

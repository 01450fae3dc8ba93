package dev.truepipe.emulator.logs;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.emulator.api.AwsJsonService;
import dev.truepipe.emulator.logs.LogStore.LogEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * CloudWatch Logs, to read: {@code FilterLogEvents}, {@code GetLogEvents} and {@code DescribeLogStreams}.
 *
 * <p>Filter patterns are one term, which must occur in the message; anything with more syntax is refused. A token is the
 * place of the next event in what the same request finds, so it holds while a log only grows.
 */
public final class LogsService implements AwsJsonService {
    private static final int MAX_EVENTS = 10_000;

    private final LogStore logs;

    public LogsService(LogStore logs) {
        this.logs = logs;
    }

    @Override
    public String targetPrefix() {
        return "Logs_20140328";
    }

    @Override
    public Map<String, Object> call(String operation, Map<String, Object> request) throws AwsError {
        return switch (operation) {
            case "FilterLogEvents" -> filterLogEvents(request);
            case "GetLogEvents" -> getLogEvents(request);
            case "DescribeLogStreams" -> describeLogStreams(request);
            default -> throw new AwsError("UnknownOperationException", "CloudWatch Logs " + operation + " is not done by the embedded cloud");
        };
    }

    private Map<String, Object> filterLogEvents(Map<String, Object> request) throws AwsError {
        String group = group(request);
        String term = term((String) request.get("filterPattern"));
        List<LogEvent> found = new ArrayList<>();
        for (String stream : wantedStreams(group, request)) {
            for (LogEvent event : between(group, stream, request, false)) {
                if (event.message().contains(term)) {
                    found.add(event);
                }
            }
        }
        found.sort(Comparator.comparingLong(LogEvent::timestamp));
        int from = token(request, "nextToken", 0);
        int to = Math.min(found.size(), from + limit(request));
        List<Object> events = new ArrayList<>();
        for (int i = from; i < to; i++) {
            Map<String, Object> event = fields(found.get(i));
            event.put("logStreamName", found.get(i).stream());
            event.put("eventId", String.format(Locale.ROOT, "%056d", i));
            events.add(event);
        }
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("events", events);
        response.put("searchedLogStreams", List.of());
        if (to < found.size()) {
            response.put("nextToken", Integer.toString(to));
        }
        return response;
    }

    private Map<String, Object> getLogEvents(Map<String, Object> request) throws AwsError {
        String group = group(request);
        String stream = (String) request.get("logStreamName");
        if (!logs.streams(group).contains(stream)) {
            throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
        }
        List<LogEvent> all = between(group, stream, request, true);
        int limit = limit(request);
        int from;
        int to;
        String token = (String) request.get("nextToken");
        if (token == null) {
            boolean fromHead = Boolean.TRUE.equals(request.get("startFromHead"));
            from = fromHead ? 0 : Math.max(0, all.size() - limit);
            to = Math.min(all.size(), from + limit);
        } else if (token.startsWith("b/")) {
            to = Math.min(all.size(), place(token.substring(2)));
            from = Math.max(0, to - limit);
        } else {
            from = Math.min(all.size(), place(token.startsWith("f/") ? token.substring(2) : token));
            to = Math.min(all.size(), from + limit);
        }
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("events", all.subList(from, to).stream().map(LogsService::fields).toList());
        response.put("nextForwardToken", "f/" + to);
        response.put("nextBackwardToken", "b/" + from);
        return response;
    }

    private Map<String, Object> describeLogStreams(Map<String, Object> request) throws AwsError {
        String group = group(request);
        String prefix = (String) request.getOrDefault("logStreamNamePrefix", "");
        List<Object> streams = new ArrayList<>();
        for (String name : logs.streams(group)) {
            if (name.startsWith(prefix)) {
                List<LogEvent> events = logs.read(group, name);
                Map<String, Object> stream = new LinkedHashMap<>();
                stream.put("logStreamName", name);
                stream.put("arn", Arns.inLogGroup(group, "log-stream:" + name));
                if (!events.isEmpty()) {
                    stream.put("creationTime", events.getFirst().timestamp());
                    stream.put("firstEventTimestamp", events.getFirst().timestamp());
                    stream.put("lastEventTimestamp", events.getLast().timestamp());
                    stream.put("lastIngestionTime", events.getLast().timestamp());
                }
                streams.add(stream);
            }
        }
        if ("LastEventTime".equals(request.get("orderBy"))) {
            streams.sort(Comparator.comparingLong(LogsService::lastEvent));
        }
        if (Boolean.TRUE.equals(request.get("descending"))) {
            streams = streams.reversed();
        }
        int from = Math.min(streams.size(), token(request, "nextToken", 0));
        int to = Math.min(streams.size(), from + ((Number) request.getOrDefault("limit", 50L)).intValue());
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("logStreams", List.copyOf(streams.subList(from, to)));
        if (to < streams.size()) {
            response.put("nextToken", Integer.toString(to));
        }
        return response;
    }

    private static long lastEvent(Object stream) {
        return stream instanceof Map<?, ?> map && map.get("lastEventTimestamp") instanceof Long time ? time : 0;
    }

    private String group(Map<String, Object> request) throws AwsError {
        Object given = request.getOrDefault("logGroupName", request.get("logGroupIdentifier"));
        if (!(given instanceof String name)) {
            throw new AwsError("InvalidParameterException", "logGroupName is missing");
        }
        String group = name.startsWith("arn:") ? name.substring(name.indexOf(":log-group:") + ":log-group:".length()) : name;
        if (logs.streams(group).isEmpty()) {
            throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
        }
        return group;
    }

    private List<String> wantedStreams(String group, Map<String, Object> request) {
        String prefix = (String) request.get("logStreamNamePrefix");
        Object names = request.get("logStreamNames");
        return logs.streams(group).stream()
                .filter(name -> prefix == null || name.startsWith(prefix))
                .filter(name -> !(names instanceof List<?> wanted) || wanted.contains(name))
                .toList();
    }

    /** Start is within, end is not for GetLogEvents but is for FilterLogEvents, as AWS documents them. */
    private List<LogEvent> between(String group, String stream, Map<String, Object> request, boolean endExcluded) {
        long start = ((Number) request.getOrDefault("startTime", 0L)).longValue();
        long end = ((Number) request.getOrDefault("endTime", Long.MAX_VALUE)).longValue();
        return logs.read(group, stream).stream()
                .filter(event -> event.timestamp() >= start && (endExcluded ? event.timestamp() < end : event.timestamp() <= end))
                .toList();
    }

    private static String term(String pattern) throws AwsError {
        if (pattern == null || pattern.isBlank()) {
            return "";
        }
        String term = pattern.strip();
        boolean quoted = term.length() >= 2 && term.startsWith("\"") && term.endsWith("\"") && term.indexOf('"', 1) == term.length() - 1;
        if (quoted) {
            return term.substring(1, term.length() - 1);
        }
        if (!term.matches("[A-Za-z0-9_]+")) {
            throw new AwsError("InvalidParameterException", "the embedded cloud takes one term as a filter pattern, letters and digits or in quotes, not " + pattern);
        }
        return term;
    }

    private static int limit(Map<String, Object> request) {
        return Math.min(MAX_EVENTS, ((Number) request.getOrDefault("limit", (long) MAX_EVENTS)).intValue());
    }

    private static int token(Map<String, Object> request, String name, int otherwise) throws AwsError {
        return request.get(name) instanceof String token ? place(token) : otherwise;
    }

    private static int place(String token) throws AwsError {
        try {
            return Math.max(0, Integer.parseInt(token));
        } catch (NumberFormatException e) {
            throw new AwsError("InvalidParameterException", "The specified nextToken is invalid.");
        }
    }

    private static Map<String, Object> fields(LogEvent event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("timestamp", event.timestamp());
        fields.put("message", event.message());
        fields.put("ingestionTime", event.timestamp());
        return fields;
    }
}

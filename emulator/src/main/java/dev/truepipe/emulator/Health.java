package dev.truepipe.emulator;

import dev.truepipe.emulator.api.HealthPage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How an embedded cloud is, for programs as JSON and for people as a page. */
final class Health implements HealthPage {
    private final EmbeddedCloud cloud;
    private final Instant started;
    private final Clock clock;

    Health(EmbeddedCloud cloud, Instant started, Clock clock) {
        this.cloud = cloud;
        this.started = started;
        this.clock = clock;
    }

    @Override
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("status", "ok");
        json.put("endpoint", cloud.endpoint().toString());
        json.put("services", List.of("s3", "sqs", "stepfunctions", "sagemaker", "logs", "sts", "ssm"));
        json.put("startedAt", started.toString());
        json.put("upSeconds", Duration.between(started, clock.instant()).toSeconds());
        json.put("trainingJobs", cloud.sageMaker().statuses());
        json.put("executions", cloud.stepFunctions().statuses());
        Map<String, Object> queues = new LinkedHashMap<>();
        cloud.sqs().depths().forEach((name, depth) -> {
            Map<String, Object> messages = new LinkedHashMap<>();
            messages.put("visible", depth.visible());
            messages.put("inFlight", depth.inFlight());
            messages.put("delayed", depth.delayed());
            queues.put(name, messages);
        });
        json.put("queues", queues);
        return json;
    }

    @Override
    public String html() {
        StringBuilder page = new StringBuilder("""
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Truepipe: embedded cloud</title>
                <style>body{font:16px/1.5 system-ui,sans-serif;max-width:48rem;margin:3rem auto;padding:0 1rem}\
                pre{background:#f4f4f4;padding:1rem;overflow:auto}th{text-align:left;font-weight:600;padding-right:2rem}</style></head><body>
                <h1>The embedded cloud is up</h1>
                <p>In the shell from which you call it:</p>
                <pre>""");
        cloud.environment().forEach((name, value) -> page.append("export ").append(name).append('=').append(escaped(value)).append('\n'));
        page.append("</pre>\n");
        Map<String, Object> json = json();
        table(page, "Training jobs", json.get("trainingJobs"));
        table(page, "Executions", json.get("executions"));
        table(page, "Queues", json.get("queues"));
        return page.append("<p>For programs: <a href=\"/health\">/health</a>. Up since ").append(escaped(started.toString())).append(".</p></body></html>\n").toString();
    }

    private static void table(StringBuilder page, String heading, Object rows) {
        page.append("<h2>").append(heading).append("</h2>\n");
        Map<?, ?> map = (Map<?, ?>) rows;
        if (map.isEmpty()) {
            page.append("<p>None yet.</p>\n");
            return;
        }
        page.append("<table>");
        map.forEach((name, value) -> page.append("<tr><th>").append(escaped(name.toString())).append("</th><td>")
                .append(escaped(value instanceof Map<?, ?> counts ? words(counts) : value.toString())).append("</td></tr>"));
        page.append("</table>\n");
    }

    /** {@code 3 visible, 1 inFlight}, or that there is nothing. */
    private static String words(Map<?, ?> counts) {
        StringBuilder words = new StringBuilder();
        counts.forEach((name, count) -> {
            if (!Long.valueOf(0).equals(count)) {
                words.append(words.isEmpty() ? "" : ", ").append(count).append(' ').append(name);
            }
        });
        return words.isEmpty() ? "empty" : words.toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}

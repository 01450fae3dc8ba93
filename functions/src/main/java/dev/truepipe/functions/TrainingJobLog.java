package dev.truepipe.functions;

import dev.truepipe.run.MetricLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.FilteredLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceNotFoundException;

/** The log that SageMaker keeps of a training job, by {@code FilterLogEvents}. */
final class TrainingJobLog implements MetricLog {
    private static final String GROUP = "/aws/sagemaker/TrainingJobs";
    /** More than this is not read: a course with so many points says no more. */
    private static final int MOST_LINES = 200_000;
    /** Nor more than this: a line may have 256 KiB, and all are held. */
    private static final long MOST_CHARS = 64L << 20;

    private final Supplier<CloudWatchLogsClient> logs;

    /** @param logs made when first asked for, since most handlers never do */
    TrainingJobLog(Supplier<CloudWatchLogsClient> logs) {
        this.logs = logs;
    }

    @Override
    public List<String> lines(String trainingJob) throws IOException {
        List<FilteredLogEvent> events = new ArrayList<>();
        long chars = 0;
        try {
            // Streams are called <job>/algo-<n>-<time>.
            var pages = logs.get().filterLogEventsPaginator(
                    request -> request.logGroupName(GROUP).logStreamNamePrefix(trainingJob + "/"));
            for (var page : pages) {
                events.addAll(page.events());
                chars += page.events().stream().mapToLong(event -> event.message().length()).sum();
                if (events.size() >= MOST_LINES || chars >= MOST_CHARS) {
                    break;
                }
            }
        } catch (ResourceNotFoundException e) {
            return List.of();
        } catch (SdkException e) {
            throw new IOException("cannot read log group " + GROUP + ": " + e.getMessage(), e);
        }
        events.sort(Comparator.comparing(FilteredLogEvent::timestamp));
        return events.stream().map(FilteredLogEvent::message).toList();
    }
}

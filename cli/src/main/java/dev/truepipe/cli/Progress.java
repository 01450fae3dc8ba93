package dev.truepipe.cli;

import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar on a terminal, for work that takes a while; elsewhere nothing. */
final class Progress implements AutoCloseable {
    /** Smaller work is done before anyone looks. */
    private static final long LEAST_BYTES = 32L << 20;

    private final ProgressBar bar;

    private Progress(ProgressBar bar) {
        this.bar = bar;
    }

    static Progress of(String task, long bytes) {
        boolean shown = bytes >= LEAST_BYTES && System.console() != null && System.console().isTerminal();
        return new Progress(!shown ? null : new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(bytes)
                .setUnit(" MiB", 1 << 20)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis((int) Duration.ofMillis(250).toMillis())
                .clearDisplayOnFinish()
                .build());
    }

    void add(long bytes) {
        if (bar != null) {
            bar.stepBy(bytes);
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}

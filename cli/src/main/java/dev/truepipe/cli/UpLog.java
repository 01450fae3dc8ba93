package dev.truepipe.cli;

import dev.truepipe.emulator.CloudListener;
import dev.truepipe.emulator.events.Topics;
import dev.truepipe.emulator.sagemaker.TrainingEvent;
import dev.truepipe.emulator.states.ExecutionRecord;
import dev.truepipe.emulator.states.ExecutionRef;
import dev.truepipe.emulator.states.HistoryEvent;
import java.io.PrintStream;
import java.time.Clock;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;

/** What happens in a cloud that is up, one line each: the time of day, who, what. */
final class UpLog implements CloudListener {
    private final PrintStream out;
    private final Clock clock;

    UpLog(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public void history(ExecutionRef execution, HistoryEvent event) {
        if (execution.item() == null && event.type().equals("ExecutionStarted")) {
            say("execution " + execution.name() + ": started");
        }
    }

    @Override
    public void ended(ExecutionRecord execution) {
        say("execution " + execution.ref().name() + ": " + execution.status() + (execution.error() == null ? "" : " (" + execution.error() + ")"));
    }

    @Override
    public void training(TrainingEvent event) {
        if (event instanceof TrainingEvent.Status status) {
            say("training job " + status.job() + ": " + status.secondaryStatus() + " (" + status.message() + ")");
        }
    }

    @Override
    public void published(Topics.Message message) {
        say("announced: " + (message.subject() == null ? message.text().lines().findFirst().orElse("") : message.subject()));
    }

    @Override
    public void broke(String trace) {
        say("something in the embedded cloud itself broke:\n" + trace);
    }

    /** A line of its own, whoever else is writing. */
    void say(String what) {
        out.println(LocalTime.now(clock).truncatedTo(ChronoUnit.SECONDS) + "  " + what);
    }
}

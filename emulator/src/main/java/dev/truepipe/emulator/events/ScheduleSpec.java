package dev.truepipe.emulator.events;

import java.time.Duration;

/**
 * One message to a queue at a regular time.
 *
 * @param rate how often; whole minutes, as EventBridge Scheduler has it
 * @param input text of the message
 */
public record ScheduleSpec(String name, Duration rate, String queue, String input) {
    public ScheduleSpec {
        if (rate.compareTo(Duration.ofMinutes(1)) < 0) {
            throw new IllegalArgumentException("schedule " + name + ": the rate is at least one minute, was " + rate);
        }
    }
}

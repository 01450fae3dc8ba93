package dev.truepipe.settings;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code emulator.yaml} says of the SageMaker at home.
 *
 * @param algorithms which command stands for which training image; the first that matches
 * @param faults what befalls training jobs to come; the first that fits
 */
public record EmulatorSettings(List<TrainingCommand> algorithms, List<Fault> faults) {
    public EmulatorSettings {
        algorithms = List.copyOf(algorithms);
        faults = List.copyOf(faults);
    }

    /**
     * A command that stands for a training image.
     *
     * @param image the whole name; {@code *} stands for any characters
     * @param command program and arguments, with <code>{here}</code>, <code>{home}</code> and <code>{java}</code> still in it
     * @param metrics what it reports without being asked, as SageMaker's own algorithms do
     */
    public record TrainingCommand(String image, List<String> command, Map<String, String> environment, List<Algorithm.Metric> metrics) {
        public TrainingCommand {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
            metrics = List.copyOf(metrics);
        }
    }

    /**
     * A fate of training jobs.
     *
     * @param fault its word, one of those that the reader was given
     * @param jobs how many jobs; {@link Integer#MAX_VALUE} for all
     * @param instance the only instance type it is for
     * @param name part of the names of the jobs it is for
     */
    public record Fault(String fault, int jobs, Optional<String> instance, Optional<String> name) {}
}

package dev.truepipe.emulator.sagemaker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the embedded SageMaker runs for a training image: a command on this machine.
 *
 * @param image the images it stands for; must match the whole {@code TrainingImage}
 * @param command program and arguments; {@code {java}} stands for the running JVM's own {@code java}. The argument
 *     {@code train} is added, as SageMaker adds it
 * @param environment variables beside those of the training contract and of the request
 * @param metricDefinitions metrics the algorithm brings itself, as AWS's built-in algorithms do; a request's own
 *     definition of the same name wins
 */
public record TrainingAlgorithm(
        Pattern image, List<String> command, Map<String, String> environment, List<MetricDefinition> metricDefinitions) {
    public TrainingAlgorithm {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        metricDefinitions = List.copyOf(metricDefinitions);
        if (command.isEmpty()) {
            throw new IllegalArgumentException("the algorithm for image " + image + " has no command");
        }
    }

    /** For exactly this image. */
    public static TrainingAlgorithm forImage(
            String image, List<String> command, Map<String, String> environment, List<MetricDefinition> metricDefinitions) {
        return new TrainingAlgorithm(Pattern.compile(Pattern.quote(image)), command, environment, metricDefinitions);
    }

    /** For every image that fits, {@code *} standing for any characters. */
    public static TrainingAlgorithm forImages(
            String image, List<String> command, Map<String, String> environment, List<MetricDefinition> metricDefinitions) {
        String pattern = Arrays.stream(image.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return new TrainingAlgorithm(Pattern.compile(pattern), command, environment, metricDefinitions);
    }

    /** The images it is for, as messages show them. */
    String images() {
        return image.pattern().replace("\\Q", "").replace("\\E", "").replace(".*", "*");
    }

    boolean runs(String trainingImage) {
        return image.matcher(trainingImage).matches();
    }

    List<String> trainCommand() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> line = new ArrayList<>();
        for (String part : command) {
            line.add(part.replace("{java}", java));
        }
        line.add("train");
        return line;
    }
}

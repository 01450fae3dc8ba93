package dev.truepipe.cli;

import dev.truepipe.manifest.ChunkStream.DamagedGzipException;
import dev.truepipe.manifest.LabelChoice;
import dev.truepipe.manifest.LabelInference;
import dev.truepipe.manifest.Task;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code check} and {@code split} have in common. */
final class ManifestOptions {
    @Parameters(paramLabel = "MANIFEST", arity = "1..*",
            description = "augmented manifests: files, .gz, s3://bucket/key, or - for standard input. Their order does not matter")
    List<String> manifests;

    @Option(names = "--label", paramLabel = "NAME", split = ",", description = "label attribute, found in the manifests if not given; or several, of which the first stays and the others are renamed to it")
    List<String> labels = new ArrayList<>();

    @Option(names = "--task", paramLabel = "TASK", description = "object-detection or image-classification; found in the manifests if not given")
    String task;

    @Option(names = "--json", description = "one JSON object on standard output")
    boolean json;

    Task task() throws UnreadableInput {
        try {
            return task == null ? null : Task.parse(task);
        } catch (IllegalArgumentException e) {
            throw new UnreadableInput("--task", e.getMessage(), "leave it out to have it found in the manifests");
        }
    }

    List<String> labels() throws UnreadableInput {
        for (String label : labels) {
            requireLabelName(label);
        }
        return labels;
    }

    /** @throws UnreadableInput if no label attribute can have this name */
    static void requireLabelName(String label) throws UnreadableInput {
        LabelChoice.NameProblem problem = LabelChoice.problemOfName(label).orElse(null);
        if (problem != null) {
            throw new UnreadableInput("--label", "\"" + label + "\" " + problem.what(), problem.cure());
        }
    }

    LabelChoice choose(Manifests opened) throws UnreadableInput {
        LabelInference inference = new LabelInference(task(), labels());
        for (Manifests.Opened manifest : opened.all()) {
            try {
                inference.read(manifest.file().name(), manifest.source(), manifest.gzip());
            } catch (IOException e) {
                throw unreadable(manifest, e);
            }
        }
        return inference.choose();
    }

    static UnreadableInput unreadable(Manifests.Opened manifest, IOException e) {
        String name = manifest.file().name();
        if (e instanceof DamagedGzipException) {
            return new UnreadableInput(name, "the compressed data is damaged or cut off (" + e.getCause().getMessage() + ")", "compress or download it again");
        }
        return new UnreadableInput(name, UnreadableInput.words(e), "check the file and run again");
    }
}

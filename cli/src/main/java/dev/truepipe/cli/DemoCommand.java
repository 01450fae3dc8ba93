package dev.truepipe.cli;

import dev.truepipe.json.Json;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code truepipe demo}: see {@link Demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "The whole story on this machine: labels land in S3, an event fires, a state machine judges and splits them, a real"
                + " learner trains from the pipes, its model is judged and announced. No account, no Docker, no network.",
        footer = {"", "Exit codes: 0 a model was trained · 1 a gate stopped the run, or it failed · 2 wrong usage or unreadable input"})
final class DemoCommand implements Callable<Integer> {
    @Option(names = "--manifest", paramLabel = "FILE",
            description = "an object-detection manifest of your own (.gz too). Each image is stood in for by a drawn one with its boxes,"
                    + " so the chain is tried, not the model")
    private Path manifest;

    @Option(names = "--label", paramLabel = "NAME", description = "its label attribute; found in the manifest if not given")
    private String label;

    @Option(names = "--out", paramLabel = "DIR", defaultValue = "target/demo",
            description = "where everything is left (default: ${DEFAULT-VALUE}). An earlier demo's folder is emptied first; any other"
                    + " folder that is not empty is refused")
    private Path out;

    @Option(names = "--json", description = "one JSON object on standard output, the timeline on standard error")
    private boolean json;

    private final PrintStream standardOut = System.out;
    private final PrintStream standardError = System.err;

    @Override
    public Integer call() throws Exception {
        if (label != null && manifest == null) {
            throw new UnreadableInput("--label", "names the label attribute of a manifest, and there is none", "add --manifest FILE, or leave it out");
        }
        Timeline timeline = new Timeline(json ? standardError : standardOut, System.console() != null && System.console().isTerminal() && !json);
        DemoFolder folder = manifest == null ? DemoFolder.prepare(out) : DemoFolder.prepare(out, manifest);
        Map<String, Object> result = new Demo(Installation.found(), folder, timeline, manifest, label).run();
        if (json) {
            standardOut.println(Json.text(result));
        } else {
            conclude(timeline, result);
        }
        return result.get("status").equals("Succeeded") ? 0 : 1;
    }

    private static void conclude(Timeline timeline, Map<String, Object> result) {
        timeline.plain("");
        if (result.get("why") instanceof Map<?, ?> why) {
            timeline.plain(result.get("status") + ": " + why.get("error") + (why.get("message") == null ? "" : ": " + why.get("message")) + ".");
            timeline.plain("");
        }
        Map<String, Object> manifests = Json.object(result.get("manifests"));
        timeline.plain("Where to look next:");
        look(timeline, "Report", result.get("report"), "open it in a browser: findings, split, metric, predictions");
        look(timeline, "Model", result.get("model"), "what training made");
        look(timeline, "Training", manifests.get("train"), "lines to learn from");
        look(timeline, "Hold-out", manifests.get("validation"), "lines to judge by");
        look(timeline, "Quarantine", manifests.get("quarantine"), "bad lines, byte for byte; findings.jsonl says why");
        look(timeline, "Superseded", manifests.get("superseded"), "labels that a newer one replaced");
        look(timeline, "Execution", result.get("execution"), "every state, retry and payload");
        timeline.plain("");
        timeline.plain("With labels of your own: ./truepipe check MANIFEST, then ./truepipe demo --manifest MANIFEST");
        timeline.plain("");
    }

    private static void look(Timeline timeline, String what, Object path, String remark) {
        if (path != null) {
            timeline.plain(String.format(Locale.ROOT, "  %-11s  %-34s  %s", what, path, remark));
        }
    }
}

package dev.truepipe.cli;

import dev.truepipe.json.Json;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        if (label != null) {
            ManifestOptions.requireLabelName(label);
        }
        Timeline timeline = new Timeline(json ? standardError : standardOut, System.console() != null && System.console().isTerminal() && !json);
        // What is wrong with the manifest is said before an earlier demo's folder is emptied.
        DemoLabels labels = manifest == null ? null : DemoLabels.ofManifest(manifest, label);
        Map<String, Object> result;
        try (MarkedFolder folder = manifest == null ? MarkedFolder.prepare(MarkedFolder.Owner.DEMO, out) : MarkedFolder.prepare(MarkedFolder.Owner.DEMO, out, manifest)) {
            result = new Demo(Installation.found(), folder, timeline, labels, label).run();
        }
        if (json) {
            standardOut.println(Json.text(result));
        } else {
            conclude(timeline, result, manifest != null, out);
        }
        return result.get("status").equals("Succeeded") ? 0 : 1;
    }

    /** Says what came of it, and where things lie. @param standIns whether the pictures are not those that were labeled */
    static void conclude(Timeline timeline, Map<String, Object> result, boolean standIns, Path out) {
        timeline.plain("");
        if (result.get("why") instanceof Map<?, ?> why) {
            String words = why.get("error") + (why.get("message") == null ? "" : ": " + why.get("message"));
            timeline.plain(result.get("status") + ": " + words + (words.endsWith(".") ? "" : "."));
            timeline.plain("");
        }
        Map<String, Object> manifests = Json.object(result.get("manifests"));
        boolean trained = result.get("model") != null;
        List<Place> places = new ArrayList<>();
        look(places, "Report", result.get("report"), "open it in a browser: findings, split" + (trained ? ", metric, predictions" : ""));
        if (standIns && trained) {
            look(places, "", "", "its pictures are stand-ins: metric and predictions say nothing of your images");
        }
        look(places, "Model", result.get("model"), "what training made");
        look(places, "Training", manifests.get("train"), "lines to learn from");
        look(places, "Hold-out", manifests.get("validation"), "lines to judge by");
        look(places, "Quarantine", manifests.get("quarantine"), "bad lines, byte for byte; findings.jsonl says why");
        look(places, "Superseded", manifests.get("superseded"), "labels that a newer one replaced");
        look(places, "Execution", result.get("execution"), "every state, retry and payload");
        if (result.get("status").equals("Failed")) {
            look(places, "Logs", out.resolve("cloud/logs"), "what functions and training job printed");
        }
        int widest = places.stream().mapToInt(place -> place.path().length()).max().orElse(0);
        timeline.plain("Where to look next:");
        for (Place place : places) {
            timeline.plain("  " + padded(place.what(), 11) + "  " + padded(place.path(), widest) + "  " + place.remark());
        }
        timeline.plain("");
        timeline.plain("With labels of your own: ./truepipe check MANIFEST, then ./truepipe demo --manifest MANIFEST");
        timeline.plain("");
    }

    private record Place(String what, String path, String remark) {}

    private static void look(List<Place> places, String what, Object path, String remark) {
        if (path != null) {
            places.add(new Place(what, path.toString(), remark));
        }
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}

package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** {@code ./truepipe demo --manifest}: labels as real jobs write them go through the whole chain. */
class DemoManifestIT {

    @Test
    void realisticLabelsTrainAndCountAsCheckAndSplitCountThem() throws Exception {
        Path manifest = written("trainable.manifest", TwinManifests.trainable());
        Path out = Program.WORK.resolve("demo-trainable");
        Program.Ended ended = behindAProxy(Program.truepipe("demo", "--json", "--manifest", manifest.toString(), "--out", out.toString())).run();
        assertEquals(0, ended.exit(), ended::toString);
        JsonNode demo = ended.json();
        assertEquals("Succeeded", demo.get("status").asString());
        assertEquals("Completed", demo.get("trainingJob").get("status").asString());
        assertTrue(ended.err().contains("stand in"), "that the pictures are drawn is said plainly");
        Path split = countsAsCheckAndSplit(manifest, demo, 0, List.of());
        for (String channel : List.of("train", "validation", "quarantine", "superseded")) {
            assertEquals(-1, Files.mismatch(split.resolve(channel + ".manifest"), DemoIT.path(demo.get("manifests").get(channel))), channel);
        }
        DemoIT.assertNothingLost(demo, out);
        JsonNode counts = demo.get("dataset");
        assertEquals(46, counts.get("lines").asLong());
        assertEquals(1, counts.get("blank").asLong());
        assertEquals(1, counts.get("superseded").asLong());
        assertEquals(1, counts.get("quarantined").asLong());
        ended.leavesNoProcess();
    }

    @Test
    void tooFewLabelsAreStoppedByAGateThatSaysWhichAndWhy() throws Exception {
        Path manifest = written("chained.manifest", TwinManifests.chained());
        Path out = Program.WORK.resolve("demo-chained");
        Program.Ended ended = Program.truepipe(
                "demo", "--json", "--manifest", manifest.toString(), "--label", "words-chain", "--out", out.toString()).run();
        assertEquals(1, ended.exit(), ended::toString);
        JsonNode demo = ended.json();
        assertEquals("Skipped", demo.get("status").asString());
        assertEquals("minPerClass", demo.get("why").get("error").asString(), ended::toString);
        assertTrue(demo.get("why").get("message").asString().contains("10"), ended::toString);
        assertTrue(demo.get("trainingJob").isNull() && demo.get("model").isNull(), ended::toString);
        assertTrue(ended.err().contains("not worth training, by minPerClass"), ended::toString);
        assertTrue(ended.err().lines().anyMatch(line -> line.contains("Announced") && line.contains("nothing trained: minPerClass")), ended::toString);
        countsAsCheckAndSplit(manifest, demo, 0, List.of("--label", "words-chain"));
        ended.leavesNoProcess();
    }

    /** Odd as a manifest may be, the chain has the last word: a gate, by name. */
    @Test
    void whatHoldsNothingToTrainOnIsStoppedByAGateToo() throws Exception {
        String line = TwinManifests.trainable().lines().findFirst().orElseThrow();
        Map<String, String> gates = Map.of(
                "", "empty-manifest",
                (line.replaceFirst("\"source-ref\": \"[^\"]*\", ", "") + "\n" + line.replace("s3://twin-images/", "s3://Twin_Images/") + "\n").repeat(3), "maxQuarantined");
        for (Map.Entry<String, String> gate : gates.entrySet()) {
            Path out = Program.WORK.resolve("demo-" + gate.getValue());
            Path manifest = written(gate.getValue() + ".manifest", gate.getKey());
            Program.Ended ended = Program.truepipe("demo", "--json", "--manifest", manifest.toString(), "--out", out.toString()).run();
            assertEquals(1, ended.exit(), ended::toString);
            assertEquals("Skipped", ended.json().get("status").asString(), ended::toString);
            assertEquals(gate.getValue(), ended.json().get("why").get("error").asString(), ended::toString);
            assertEquals(DemoIT.uploaded(out).multiset(), DemoIT.manifest(ended.json(), "quarantine").multiset());
            ended.leavesNoProcess();
        }
    }

    /** More classes than the detector takes: it ends the job, and what was sealed before is there all the same. */
    @Test
    void aTrainingThatFailsLeavesWhatWasSealedAndSaysWhy() throws Exception {
        Path manifest = written("classes.manifest", TwinManifests.trainable()
                .replace("\"class_id\": 3", "\"class_id\": 60000").replace("\"3\": \"bus\"", "\"60000\": \"bus\""));
        Path out = Program.WORK.resolve("demo-failed");
        Program.Ended ended = Program.truepipe("demo", "--json", "--manifest", manifest.toString(), "--out", out.toString()).run();
        assertEquals(1, ended.exit(), ended::toString);
        JsonNode demo = ended.json();
        assertEquals("Failed", demo.get("status").asString(), ended::toString);
        assertEquals("AlgorithmFailed", demo.get("why").get("error").asString(), ended::toString);
        String why = demo.get("why").get("message").asString();
        assertTrue(why.contains("num_classes") && why.endsWith("run the demo again") && !why.contains("truepipe trigger"), why);
        assertEquals(2, ended.err().split("AlgorithmError", -1).length, () -> "said once: " + ended);
        assertTrue(Files.readString(DemoIT.path(demo.get("report"))).contains("Findings"), ended::toString);
        assertEquals(46, demo.get("dataset").get("lines").asLong());
        DemoIT.assertNothingLost(demo, out);
        ended.leavesNoProcess();
    }

    /** As on a company's laptop, where nothing answers at the proxy for this machine's own cloud. */
    private static Program behindAProxy(Program program) {
        for (String name : List.of("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")) {
            program.with(name, "http://127.0.0.1:9");
        }
        return program.with("NO_PROXY", "").with("no_proxy", "");
    }

    /** @return where split has written */
    private static Path countsAsCheckAndSplit(Path manifest, JsonNode demo, int splitExit, List<String> label) throws Exception {
        JsonNode dataset = demo.get("dataset");
        JsonNode check = Program.truepipe(command("check", label, manifest.toString(), "--json")).run().json();
        Path out = Files.createTempDirectory(Program.WORK, "split-");
        Program.Ended ended = Program.truepipe(command("split", label, manifest.toString(), "--json", "--out", out.toString())).run();
        assertEquals(splitExit, ended.exit(), ended::toString);
        JsonNode split = ended.json();
        for (String count : List.of("lines", "blank", "quarantined")) {
            assertEquals(check.get(count), dataset.get(count), count);
        }
        for (String field : List.of("lines", "blank", "accepted", "quarantined", "superseded", "train", "validation", "version")) {
            assertEquals(split.get(field), dataset.get(field), field);
        }
        assertEquals(DemoIT.counts(split.get("classes")), DemoIT.counts(dataset.get("classes")));
        assertEquals(DemoIT.counts(split.get("findings")), DemoIT.counts(dataset.get("findings")));
        assertEquals(check.get("accepted").asLong(), dataset.get("accepted").asLong() + dataset.get("superseded").asLong());
        return out;
    }

    private static String[] command(String name, List<String> label, String... rest) {
        List<String> all = new ArrayList<>(List.of(name));
        all.addAll(label);
        all.addAll(List.of(rest));
        return all.toArray(String[]::new);
    }

    private static Path written(String name, String manifest) throws Exception {
        Files.createDirectories(Program.WORK);
        return Files.writeString(Program.WORK.resolve(name), manifest);
    }
}

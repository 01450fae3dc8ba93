package dev.truepipe.cli;

import dev.truepipe.emulator.CloudListener;
import dev.truepipe.emulator.EmbeddedCloud;
import dev.truepipe.emulator.lambda.FunctionCache;
import dev.truepipe.functions.S3ObjectStore;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * {@code truepipe prepare}: the last step of a build, called by the script. It goes once through what a command does, so that the
 * JVM, told to do so, keeps what it loaded and which of it was hot in a cache; for a demo it has the same done for the functions.
 * Nothing depends on it but the time that programs take to start.
 */
@Command(name = "prepare", hidden = true, description = "Makes the caches that let commands and functions start sooner.")
final class PrepareCommand implements Callable<Integer> {
    private static final int SCENES = 12;
    /** Enough for the JVM to know what is hot. */
    private static final int LINES = 20_000;

    /** What a cache is for: each holds little more than that needs. */
    enum Purpose {
        /** {@code demo}, and the functions it starts. */
        DEMO,
        /** {@code check} and {@code split}. */
        LINES
    }

    @Option(names = "--for", required = true, paramLabel = "PURPOSE", description = "demo or lines")
    private Purpose purpose;

    @Option(names = "--in", required = true, paramLabel = "DIR", description = "a folder to work in; it is made, and removed at the end")
    private Path folder;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Installation installation = Installation.found();
        MarkedFolder work = MarkedFolder.prepare(MarkedFolder.Owner.DEMO, folder);
        try {
            switch (purpose) {
                case DEMO -> rehearseDemo(installation, work);
                case LINES -> rehearseLines(work);
            }
        } finally {
            work.remove();
        }
        return 0;
    }

    private static void rehearseLines(MarkedFolder work) throws Exception {
        Path manifest = work.resolve("rehearsal.manifest");
        Files.writeString(manifest, lines());
        Truepipe.commandLine().execute("check", manifest.toString());
        Truepipe.commandLine().execute("check", manifest.toString(), "--json");
        Truepipe.commandLine().execute("split", manifest.toString(), "--out", work.resolve("split").toString());
    }

    /** Boxes on images, as a labeling job writes them, and here and there a line that is not as it should be. */
    private static String lines() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < LINES; i++) {
            lines.append("{\"source-ref\":\"s3://rehearsal/street/").append(i).append(".jpg\",\"boxes\":{\"image_size\":[{\"width\":1280,\"height\":720,\"depth\":3}],\"annotations\":[");
            StringBuilder objects = new StringBuilder();
            for (int box = 0; box < i % 7; box++) {
                lines.append(box == 0 ? "" : ",").append("{\"class_id\":").append(box % 3).append(",\"top\":").append(i % 600)
                        .append(",\"left\":").append(i % 1_000).append(i % 4 == 0 ? ".5" : "").append(",\"height\":").append(10 + i % 100).append(",\"width\":60}");
                objects.append(box == 0 ? "" : ",").append("{\"confidence\":0.9}");
            }
            lines.append("]},\"boxes-metadata\":{\"objects\":[").append(objects)
                    .append("],\"class-map\":{\"0\":\"car\",\"1\":\"bus\",\"2\":\"tram\"},\"type\":\"groundtruth/object-detection\",\"human-annotated\":\"yes\",\"creation-date\":\"2025-03-04T09:12:44.")
                    .append(100_000 + i).append("\",\"job-name\":\"labeling-job/rehearsal\"}").append(i % 1_000 == 1 ? "}" : "").append('\n');
        }
        return lines.toString();
    }

    private void rehearseDemo(Installation installation, MarkedFolder work) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        LocalCloud deployment = new LocalCloud(Demo.settings(work.resolve("truepipe.yaml"), null, List.of(Demo.IMAGE_BUCKET)));
        if (!FunctionCache.isFresh(installation.functionsJar())
                && !FunctionCache.make(installation.functionsJar(), deployment.functions())) {
            out.println("the functions' cache was not made; they start more slowly, and that is all");
        }
        DemoLabels labels = DemoLabels.streetScenes(1, SCENES, Demo.DATASET, Demo.IMAGE_BUCKET);
        try (EmbeddedCloud cloud = deployment
                        .describe(work.resolve("cloud"), installation, List.of(Demo.detector(installation)), new CloudListener() {})
                        .start();
                S3Client s3 = Demo.s3(cloud.s3().endpoint())) {
            ObjectStore store = new S3ObjectStore(s3);
            deployment.complete(cloud, store);
            Demo.upload(store, labels);
            // Not where labels land: nothing is to start here.
            store.put(new S3Uri(LocalCloud.WORK_BUCKET, "rehearsal.manifest"), labels.manifest(), ObjectStore.Condition.ALWAYS);
        }
    }
}

package dev.truepipe.infra;

import dev.truepipe.json.Json;
import dev.truepipe.settings.InvalidSettingsException;
import dev.truepipe.settings.Settings;
import dev.truepipe.settings.SettingsFile;
import dev.truepipe.storage.Folders;
import dev.truepipe.workload.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.assertions.Template;

/** Makes stacks for tests, with the context of {@code cdk.json} and a stand-in for the functions' jar. */
final class Stacks {
    static final Path ROOT = Path.of(System.getProperty("truepipe.root"));

    /** One dataset in a bucket of ours, everything else by default. */
    static final String CREATE = """
            datasets:
              - name: street-cars
                labels: street/
                training: { algorithm: object-detection }
            notify: { email: ml-team@example.com }
            """;
    /** Two datasets in a bucket that exists, one of them a single manifest, images elsewhere, an image of ours. */
    static final String NOTIFICATION = """
            datasets:
              - name: street-cars
                labels: s3://my-labels/street one/
                labelBucket: notification
                images: [s3://my-images/street/]
                labelCategories: s3://my-classes/street.json
                split: { validation: s3://my-hold-outs/street.manifest }
                sweep: 12h
                training: { algorithm: object-detection }
              - name: signs
                labels: s3://my-labels/signs/all.manifest
                labelBucket: notification
                sweep: 90m
                training:
                  image: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/signs:7
                  metrics: [{ name: f1, regex: 'f1=([0-9.]+)' }]
            mapConcurrency: 9
            """;
    static final String EVENTBRIDGE = """
            datasets:
              - name: street-cars
                labels: s3://my-labels/street/
                labelBucket: eventbridge
                training: { algorithm: image-classification }
            """;

    /** Prefixes that S3 wants encoded in filters, in buckets of both kinds, and sweeps in each unit, singular and plural. */
    static final String ODD_NAMES = """
            datasets:
              - { name: a, labels: "in=a+b/", sweep: 1m, training: { algorithm: object-detection } }
              - { name: b, labels: "straße (süd)/", sweep: 2d, training: { algorithm: object-detection } }
              - { name: c, labels: "s3://my-labels/day=1+2/", labelBucket: notification, sweep: 1h, training: { algorithm: object-detection } }
              - { name: d, labels: "s3://my-labels/표지 ~판/", labelBucket: notification, sweep: 36h, training: { algorithm: object-detection } }
              - { name: e, labels: "s3://my-labels/plain-_.x/", labelBucket: notification, sweep: 24h, training: { algorithm: object-detection } }
            """;

    /** Labels of other tools, in buckets of each kind, below a prefix and by a whole key. */
    static final String EXPORTS = """
            datasets:
              - { name: a, labels: street/, format: label-studio, webhook: { secret: /label-studio/street, every: 50 }, training: { algorithm: object-detection } }
              - { name: b, labels: "s3://my-labels/cvat/annotations.xml", format: cvat, labelBucket: notification, training: { algorithm: object-detection } }
              - { name: c, labels: "s3://my-labels/coco+1/", format: coco, labelBucket: notification, training: { algorithm: object-detection } }
              - { name: d, labels: "s3://my-events/boxes/", format: csv, labelBucket: eventbridge, training: { algorithm: object-detection } }
              - { name: e, labels: "s3://my-events/street/", labelBucket: eventbridge, training: { algorithm: object-detection } }
            """;

    /** Where assemblies lie until the tests end. */
    private static final Path FOLDERS = folders();

    private Stacks() {}

    private static Path folders() {
        try {
            Path folders = Files.createTempDirectory("truepipe-infra-test");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                try {
                    Folders.remove(folders);
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot remove " + folders, e);
                }
            }));
            return folders;
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for assemblies", e);
        }
    }

    static Settings settings(String yaml) throws IOException {
        Path file = Files.createTempFile("truepipe", ".yaml");
        try {
            return SettingsFile.read(Files.writeString(file, yaml));
        } catch (InvalidSettingsException e) {
            throw new AssertionError("the test's own settings are wrong: " + e.getMessage(), e);
        } finally {
            Files.delete(file);
        }
    }

    static Stack stack(Settings settings, Workload workload) throws IOException {
        return stack(settings, workload, "stand-in for the functions");
    }

    static Stack stack(Settings settings, Workload workload, String jarContent) throws IOException {
        return stack("Truepipe", settings, workload, jarContent);
    }

    static Stack stack(String name, Settings settings, Workload workload, String jarContent) throws IOException {
        Path folder = Files.createTempDirectory(FOLDERS, "stack");
        Path jar = Files.writeString(folder.resolve("functions.jar"), jarContent);
        App app = new App(AppProps.builder().context(context()).outdir(folder.resolve("cdk.out").toString()).build());
        return new PipelineStack(app, name, StackProps.builder().build(), settings, workload,
                new InfraApp.Inputs(jar, definition()));
    }

    static Map<String, Object> template(Stack stack) {
        return Template.fromStack(stack).toJSON();
    }

    static Map<String, Object> template(String yaml) throws IOException {
        Settings settings = settings(yaml);
        return template(stack(settings, Workload.of(settings)));
    }

    static String definition() throws IOException {
        return Files.readString(ROOT.resolve("statemachine/retraining.asl.json"));
    }

    private static Map<String, Object> context() throws IOException {
        return Json.object(Json.parseObject(Files.readAllBytes(ROOT.resolve("cdk.json"))).get("context"));
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

package dev.truepipe.report;

import dev.truepipe.report.DataReportContent.Counts;
import dev.truepipe.report.DataReportContent.Example;
import dev.truepipe.report.DataReportContent.Finding;
import dev.truepipe.report.DataReportContent.LabelClass;
import dev.truepipe.report.DataReportContent.Manifest;
import dev.truepipe.report.DataReportContent.Severity;
import dev.truepipe.report.DataReportContent.Split;
import dev.truepipe.report.ModelReportContent.Box;
import dev.truepipe.report.ModelReportContent.Champion;
import dev.truepipe.report.ModelReportContent.Direction;
import dev.truepipe.report.ModelReportContent.MetricSeries;
import dev.truepipe.report.ModelReportContent.Outcome;
import dev.truepipe.report.ModelReportContent.Sample;
import dev.truepipe.report.ModelReportContent.Training;
import dev.truepipe.report.ModelReportContent.Verdict;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;

/** Contents as a good day brings them, for tests and for looking at. */
final class ExampleReports {
    private static final String MANIFEST = "s3://my-labels/street/street-cars-03/manifests/output/output.manifest";

    private ExampleReports() {}

    static DataReportContent data() {
        return new DataReportContent("street-cars", "4be1c20f97a3d655", "2026-11-22 21:40 UTC", "object-detection", "street-cars",
                List.of(new Manifest("s3://my-labels/street/street-cars-01/manifests/output/output.manifest",
                                "\"9b2cf535f27731c974343645a3985328\"", 412_907),
                        new Manifest("s3://my-labels/street/street-cars-02/manifests/output/output.manifest",
                                "\"6d0bb00954ceb7fbee436bb55a8397a9-2\"", 19_407_112),
                        new Manifest(MANIFEST, "\"0cc175b9c0f1b6a831c399e269772661\"", 812)),
                new Counts(1_273, 2, 1_220, 34, 19, 981, 239, 0),
                List.of(new Finding("box-outside-image", Severity.QUARANTINE, 21, List.of(
                                new Example(MANIFEST, 17, 4_812, "box 2 ends at x = 337.5, but the image is 320 pixels wide; draw the box again inside the image"),
                                new Example(MANIFEST, 61, 19_340, "box 0 starts at y = -4; draw the box again inside the image"),
                                new Example(MANIFEST, 62, 19_655, "box 1 ends at y = 244, but the image is 240 pixels high; draw the box again inside the image"))),
                        new Finding("unknown-class", Severity.QUARANTINE, 9, List.of(
                                new Example(MANIFEST, 203, 64_120, "class_id 7 is not in this line's class-map (0, 1, 2, 3); label the object again, or add the class to the map"))),
                        new Finding("failed-object", Severity.QUARANTINE, 3, List.of(
                                new Example(MANIFEST, 88, 27_901, "Ground Truth could not label this object: ClientError: image could not be read; check the image, then label it again"))),
                        new Finding("broken-json", Severity.QUARANTINE, 1, List.of(
                                new Example(MANIFEST, 410, 130_004, "expected ',' or '}' at column 118; write the line as one JSON object"))),
                        new Finding("empty-annotations", Severity.WARNING, 46, List.of(
                                new Example(MANIFEST, 5, 1_203, "no box on this line; kept as a negative, though the built-in detector may choke on it (negatives: drop leaves such lines out)")))),
                List.of(new LabelClass("0", "car", 2_841, 702, 0, 1_102), new LabelClass("1", "van", 644, 151, 0, 402),
                        new LabelClass("2", "truck", 212, 48, 0, 171), new LabelClass("3", "bus", 9, 0, 0, 9)),
                "412 lines of labeling-job/street-cars-02 were reconciled: street-boxes → street-cars, 2 classes renumbered",
                new Split("20%", null, "frame-([0-9]+)-", 1, "f2a90c6de1b7", "a81d0e44b7c2f019", 2, null),
                "findings.jsonl",
                List.of(new Link("train.manifest", "train.manifest"), new Link("validation.manifest", "validation.manifest"),
                        new Link("quarantine.manifest", "quarantine.manifest"),
                        new Link("all of it", "s3://truepipe-work/datasets/street-cars/versions/4be1c20f97a3d655/")),
                List.of());
    }

    static ModelReportContent model(List<Sample> samples) {
        Map<String, String> hyperparameters = new LinkedHashMap<>();
        hyperparameters.put("epochs", "24");
        hyperparameters.put("num_classes", "4");
        hyperparameters.put("num_training_samples", "981");
        hyperparameters.put("mini_batch_size", "16");
        hyperparameters.put("label_width", "350");
        List<Double> map = List.of(0.021, 0.094, 0.187, 0.266, 0.341, 0.402, 0.455, 0.509, 0.55, 0.568, 0.61, 0.633, 0.662, 0.671,
                0.702, 0.71, 0.733, 0.741, 0.752, 0.769, 0.778, 0.792, 0.7964, 0.7912);
        List<Double> loss = List.of(2.91, 2.4, 2.02, 1.71, 1.5, 1.33, 1.21, 1.1, 1.02, Double.NaN, 0.93, 0.89, 0.86, 0.84, 0.81, 0.8,
                0.78, 0.77, 0.76, 0.76, 0.75, 0.75, 0.742, 0.741);
        return new ModelReportContent("street-cars", "2026-11-22 22:04 UTC",
                new Verdict(Outcome.PROMOTED, "validation:mAP rose from 0.7602 to 0.7912 on the same hold-out of 239 lines, so this model is the champion now.",
                        "validation:mAP", 0.7912, Direction.MAXIMIZE,
                        new Champion("street-cars-77b01d9a-0f31ac52-r0-1", "a81d0e44b7c2f019", 0.7602, true)),
                new Training("street-cars-1c7e9f02-5d81b3aa-r0-1", "Completed",
                        "433757028032.dkr.ecr.us-west-2.amazonaws.com/object-detection:1", "ml.g5.2xlarge", 1, true,
                        "2026-11-22 21:41 UTC", 1_322, 397, false),
                hyperparameters,
                List.of(new MetricSeries("validation:mAP", Direction.MAXIMIZE, map),
                        new MetricSeries("train:smooth_l1", Direction.MINIMIZE, loss)),
                samples,
                List.of(new Link("Execution", "https://us-west-2.console.aws.amazon.com/states/home?region=us-west-2#/v2/executions/details/arn:aws:states:us-west-2:123456789012:execution:retraining:5d81b3aa"),
                        new Link("Training job", "https://us-west-2.console.aws.amazon.com/sagemaker/home?region=us-west-2#/jobs/street-cars-1c7e9f02-5d81b3aa-r0-1"),
                        new Link("Model", "s3://truepipe-work/datasets/street-cars/models/street-cars-1c7e9f02-5d81b3aa-r0-1/output/model.tar.gz")),
                data());
    }

    /** Drawn street scenes with boxes near the truth, some missed, some made up. */
    static List<Sample> scenes(int count, long seed) throws IOException {
        Random random = new Random(seed);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            BufferedImage scene = new BufferedImage(320, 240, BufferedImage.TYPE_INT_RGB);
            Graphics2D pen = scene.createGraphics();
            pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            pen.setColor(new Color(150 + random.nextInt(60), 190, 225));
            pen.fillRect(0, 0, 320, 120);
            pen.setColor(new Color(92, 92, 96));
            pen.fillRect(0, 120, 320, 120);
            List<Box> truth = new ArrayList<>();
            List<Box> predicted = new ArrayList<>();
            for (int car = random.nextInt(5); car > 0; car--) {
                double width = 36 + random.nextInt(60);
                double height = width * 0.5;
                double left = random.nextInt(320 - (int) width);
                double top = 100 + random.nextInt(80);
                pen.setColor(new Color(random.nextInt(256), random.nextInt(256), random.nextInt(256)));
                pen.fillRoundRect((int) left, (int) (top + height * 0.35), (int) width, (int) (height * 0.5), 8, 8);
                pen.fillRoundRect((int) (left + width * 0.2), (int) top, (int) (width * 0.6), (int) (height * 0.6), 8, 8);
                String kind = random.nextInt(4) == 0 ? "van" : "car";
                truth.add(new Box(kind, Double.NaN, left, top, width, height));
                if (random.nextInt(5) > 0) {
                    predicted.add(new Box(kind, 0.4 + random.nextInt(60) / 100.0, left + random.nextGaussian() * 4,
                            top + random.nextGaussian() * 3, width + random.nextGaussian() * 4, height + random.nextGaussian() * 3));
                }
            }
            if (random.nextInt(4) == 0) {
                predicted.add(new Box("truck", 0.31, random.nextInt(240), 10, 60, 40));
            }
            pen.dispose();
            ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
            ImageIO.write(scene, "jpg", jpeg);
            samples.add(new Sample(String.format("%04d.jpg", i + 1), jpeg.toByteArray(), 320, 240, truth, predicted));
        }
        return samples;
    }
}

package dev.truepipe.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.settings.Settings;
import dev.truepipe.storage.S3Uri;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a demo takes of a manifest of the user's own, and what it refuses before anything starts. */
class DemoLabelsTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "\n \n", "not JSON\n[1]\n{}\n", "{\"source-ref\": 7}\n{\"source-ref\": \"s3://\"}\n{\"source-ref\": \"s3:///key\"}\n"})
    void leavesToTheScanWhatNamesNoImage(String manifest) throws Exception {
        DemoLabels labels = DemoLabels.ofManifest(written(manifest), null);
        assertEquals(Set.of(), labels.images().keySet());
        assertEquals(Set.of(), labels.buckets());
        assertArrayEquals(manifest.getBytes(StandardCharsets.UTF_8), labels.manifest());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upper", "under_score", "ab", "a..b", "192.168.1.1", "b c", "-a-"})
    void leavesToTheScanWhatLiesInABucketThatS3DoesNotAllow(String bucket) throws Exception {
        DemoLabels labels = DemoLabels.ofManifest(written(boxes("s3://good-bucket/a.jpg") + boxes("s3://" + bucket + "/a.jpg")), null);
        assertEquals(Set.of(S3Uri.parse("s3://good-bucket/a.jpg")), labels.images().keySet());
        Settings settings = Demo.settings(folder.resolve("truepipe.yaml"), null, labels.buckets());
        assertEquals(List.of(S3Uri.parse("s3://good-bucket/")), settings.datasets().getFirst().images());
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://images/", "s3://images/folder/", "s3://images"})
    void leavesToTheScanWhatIsNoObject(String address) throws Exception {
        assertEquals(Set.of(), DemoLabels.ofManifest(written(boxes(address)), null).images().keySet());
    }

    @Test
    void namesBothOfTwoObjectsThatNoFolderHolds() throws Exception {
        Path manifest = written(boxes("s3://images/b.jpg") + boxes("s3://images/a0/deep/x.jpg") + boxes("s3://images/a0"));
        UnreadableInput refused = assertThrows(UnreadableInput.class, () -> DemoLabels.ofManifest(manifest, null));
        assertEquals(manifest.toString(), refused.file());
        assertTrue(refused.getMessage().contains("s3://images/a0 ") && refused.getMessage().contains("s3://images/a0/deep/x.jpg"), refused.getMessage());
        assertTrue(refused.cure().contains("leave the line of one out"), refused.cure());
    }

    @Test
    void takesKeysThatAreOnlyAlike() throws Exception {
        List<String> addresses = List.of("s3://images/a0", "s3://images/a0.jpg", "s3://images/a01/x.jpg", "s3://other-images/a0/x.jpg", "s3://images/b//c.jpg");
        DemoLabels labels = DemoLabels.ofManifest(written(String.join("", addresses.stream().map(DemoLabelsTest::boxes).toList())), null);
        assertEquals(addresses, labels.images().keySet().stream().map(S3Uri::toString).toList());
        assertEquals(Set.of("images", "other-images"), labels.buckets());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/lead.jpg", "a/../b.jpg", "./b.jpg", "a\\u0000b.jpg", "LONG"})
    void refusesAKeyThatNoFileCanHave(String key) throws Exception {
        Path manifest = written(boxes("s3://images/" + key.replace("LONG", "k".repeat(300))));
        UnreadableInput refused = assertThrows(UnreadableInput.class, () -> DemoLabels.ofManifest(manifest, null));
        assertTrue(refused.getMessage().contains("s3://images/") && refused.getMessage().contains("folder"), refused.getMessage());
        assertFalse(refused.getMessage().contains("\0"), "no null character on a terminal");
    }

    @ParameterizedTest
    @ValueSource(strings = {Demo.LABEL_BUCKET, LocalCloud.WORK_BUCKET, LocalCloud.ASSET_BUCKET})
    void refusesImagesInTheDemosOwnBuckets(String bucket) throws Exception {
        Path manifest = written(boxes("s3://" + bucket + "/a.jpg"));
        assertTrue(assertThrows(UnreadableInput.class, () -> DemoLabels.ofManifest(manifest, null)).getMessage().contains(bucket));
    }

    @Test
    void refusesWhatIsNotAboutBoxes() throws Exception {
        Path classes = written(classes().repeat(60));
        UnreadableInput refused = assertThrows(UnreadableInput.class, () -> DemoLabels.ofManifest(classes, null));
        assertEquals(classes.toString(), refused.file());
        assertTrue(refused.getMessage().contains("image-classification") && refused.getMessage().contains("\"kind\""), refused.getMessage());
        assertTrue(refused.cure().contains("check") && refused.cure().contains("split"), refused.cure());
        Path both = written(boxes("s3://images/a.jpg").replaceFirst("}\\R", "," + classes().substring(classes().indexOf("\"kind\""))));
        assertThrows(UnreadableInput.class, () -> DemoLabels.ofManifest(both, "kind"));
        assertEquals(1, DemoLabels.ofManifest(both, "boxes").images().size());
    }

    /** The scan accepts any size above 0: whatever it accepts needs a picture, or training stops for want of it. */
    @ParameterizedTest
    @CsvSource({"320, 240, 320, 240", "0.4, 7.5, 1, 8", "30000, 1, 20000, 1", "4294967297, 2, 20000, 2"})
    void drawsAPictureForEverySize(String width, String height, int drawnWidth, int drawnHeight) throws Exception {
        String line = boxes("s3://images/a.jpg").replace("\"width\":320", "\"width\":" + width).replace("\"height\":240", "\"height\":" + height);
        // A byte order mark is what some editors put first; the scan reads past it.
        DemoLabels labels = DemoLabels.ofManifest(written("\ufeff" + line), null);
        var picture = ImageIO.read(new ByteArrayInputStream(labels.images().values().iterator().next().jpeg()));
        assertEquals(List.of(drawnWidth, drawnHeight), List.of(picture.getWidth(), picture.getHeight()));
    }

    private Path written(String manifest) throws Exception {
        return Files.writeString(Files.createTempFile(folder, "labels-", ".manifest"), manifest);
    }

    private static String boxes(String address) {
        return "{\"source-ref\":\"" + address + "\",\"boxes\":{\"image_size\":[{\"width\":320,\"height\":240,\"depth\":3}],\"annotations\":[{\"class_id\":0,"
                + "\"left\":1,\"top\":1,\"width\":10,\"height\":10}]},\"boxes-metadata\":{\"class-map\":{\"0\":\"car\"},\"type\":\"groundtruth/object-detection\","
                + "\"creation-date\":\"2026-01-01T00:00:00\"}}\n";
    }

    private static String classes() {
        return "{\"source-ref\":\"s3://images/a.jpg\",\"kind\":0,\"kind-metadata\":{\"class-name\":\"car\",\"type\":\"groundtruth/image-classification\","
                + "\"creation-date\":\"2026-01-02T00:00:00\"}}\n";
    }
}

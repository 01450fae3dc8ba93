package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines that somebody made to break a reader: each gets its finding, and the line behind it is read as if nothing were. */
class HostileLinesTest {
    private static final String GOOD = "{\"source-ref\":\"s3://images/1.jpg\",\"boxes\":{\"image_size\":[{\"width\":64,\"height\":48,\"depth\":3}],"
            + "\"annotations\":[{\"class_id\":0,\"left\":1,\"top\":2,\"width\":3,\"height\":4}]}}";

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The codes found on the hostile line, which stands before a good one. */
    private static List<String> codes(byte[] hostile) throws IOException {
        ByteArrayOutputStream manifest = new ByteArrayOutputStream();
        manifest.writeBytes(hostile);
        manifest.write('\n');
        manifest.writeBytes(ascii(GOOD));
        List<String> codes = new ArrayList<>();
        ScanSummary summary = new ScanSummary();
        ChunkScanner.scan(ByteSource.of(manifest.toByteArray()), ManifestChunk.whole(0, "m", false),
                ScanRules.of(new LabelChoice(Task.OBJECT_DETECTION, List.of("boxes"))), (line, bytes, from) -> {
                    summary.line(line, "m");
                    if (line.number() == 1) {
                        line.findings().forEach(finding -> codes.add(finding.code().code()));
                    }
                });
        assertEquals(2, summary.lines());
        assertTrue(summary.accepted() >= 1, "the line behind it is fine");
        return codes;
    }

    @Test
    void aMillionLevels() throws IOException {
        assertEquals(List.of("nesting-too-deep"), codes(ascii("{\"a\":" + "[".repeat(1_000_000))));
        assertEquals(List.of("nesting-too-deep"), codes(ascii("{\"a\":".repeat(1_000_000))));
        String deepest = "{\"a\":" + "[".repeat(999) + "]".repeat(999) + "," + GOOD.substring(1);
        assertEquals(List.of("metadata-missing"), codes(ascii(deepest)));
        assertEquals(List.of("nesting-too-deep"), codes(ascii(deepest.replace("[]", "[[]]"))));
    }

    @Test
    void sixteenMebibytesThatAreNotUtf8() throws IOException {
        byte[] line = new byte[LineReader.MAX_LINE_BYTES];
        Arrays.fill(line, (byte) 0xff);
        assertEquals(List.of("invalid-utf8"), codes(line));
    }

    /** Were each key held against each, this would take hours. */
    @Test
    void aMillionKeysOfWhichTheLastIsThereTwice() throws IOException {
        StringBuilder line = new StringBuilder("{");
        for (int i = 0; i < 1_000_000; i++) {
            line.append("\"k").append(i).append("\":0,");
        }
        assertEquals(List.of("duplicate-key"), codes(ascii(line + "\"k999999\":0}")));
        assertEquals(List.of("duplicate-key"), codes(ascii(line + "\"\\u006b0\":0}")));
        assertEquals(List.of("metadata-missing"), codes(ascii(line + GOOD.substring(1))));
    }

    /** Keys that all have one print, by undoing the hash, and so meet in one place of the table. */
    @Test
    void keysThatWereMadeToMeet() throws IOException {
        StringBuilder line = new StringBuilder("{");
        String twice = null;
        int made = 0;
        for (long first = 0; made < 20_000; first++) {
            byte[] key = KeyTableTest.keyOfOnePrint(first);
            if (key != null) {
                made++;
                twice = new String(key, StandardCharsets.US_ASCII);
                line.append('"').append(twice).append("\":0,");
            }
        }
        assertEquals(List.of("metadata-missing"), codes(ascii(line + GOOD.substring(1))));
        assertEquals(List.of("duplicate-key"), codes(ascii(line + "\"" + twice + "\":0}")));
    }

    /** On the way of lines without the expected label, which look at all there is. */
    @Test
    void thousandsOfMetadata() throws IOException {
        StringBuilder line = new StringBuilder("{\"source-ref\":\"s3://images/1.jpg\"");
        for (int i = 0; i < 100_000; i++) {
            line.append(",\"a").append(i).append("-metadata\":{\"class-map\":{\"65535\":\"x\"},\"type\":\"t\"}");
        }
        assertEquals(List.of("label-missing"), codes(ascii(line + "}")));
        LabelInference inference = new LabelInference(null, List.of());
        inference.read("m", ByteSource.of(ascii(line + "}")), false);
        assertEquals(null, inference.choose().labelAttribute());
    }

    @Test
    void manyClassesAndBoxes() throws IOException {
        StringBuilder boxes = new StringBuilder();
        for (int i = 0; i < 200_000; i++) {
            boxes.append("{\"class_id\":").append(i % 60_000).append(",\"left\":1,\"top\":2,\"width\":3,\"height\":4},");
        }
        assertEquals(List.of("metadata-missing"), codes(ascii(GOOD.replace("\"annotations\":[", "\"annotations\":[" + boxes))));
    }

    /** The codes found on a line of a task, its label under {@code label}; a line without one stands behind it. */
    private static List<String> codes(Task task, String line) throws IOException {
        List<String> codes = new ArrayList<>();
        ScanSummary summary = new ScanSummary();
        ChunkScanner.scan(ByteSource.of(ascii(line + "\n{\"source\":\"x\"}")), ManifestChunk.whole(0, "m", false),
                ScanRules.of(new LabelChoice(task, List.of("label"))), (judged, bytes, from) -> {
                    summary.line(judged, "m");
                    if (judged.number() == 1) {
                        judged.findings().forEach(finding -> codes.add(finding.code().code()));
                    }
                });
        assertEquals(2, summary.lines());
        return codes;
    }

    private static final String METADATA = "\"label-metadata\":{\"creation-date\":\"2025-01-20T07:00:30\",";

    @Test
    void millionsOfClassesOnOneLine() throws IOException {
        String start = "{\"source\":\"x\"," + METADATA + "\"type\":\"groundtruth/text-classification-multilabel\",\"class-map\":{}},\"label\":[";
        assertEquals(List.of("class-repeated"), codes(Task.TEXT_CLASSIFICATION_MULTILABEL, start + "1,".repeat(7_000_000) + "1]}"));
        assertEquals(List.of("class-id-invalid", "class-repeated"), codes(Task.TEXT_CLASSIFICATION_MULTILABEL, start + "{},1,[],".repeat(1_500_000) + "1]}"));
        StringBuilder all = new StringBuilder(start);
        for (int i = 0; i < 65_535; i++) {
            all.append(i).append(',');
        }
        assertEquals(List.of(), codes(Task.TEXT_CLASSIFICATION_MULTILABEL, all + "65535]}"));
        assertEquals(List.of("class-id-invalid"), codes(Task.TEXT_CLASSIFICATION_MULTILABEL, all + "65536]}"));
    }

    @Test
    void hundredsOfThousandsOfSpansAndCategories() throws IOException {
        String start = "{\"source\":\"x\"," + METADATA + "\"type\":\"groundtruth/text-span\"},\"label\":{\"annotations\":{";
        StringBuilder categories = new StringBuilder("\"labels\":[");
        for (int i = 0; i < 65_535; i++) {
            categories.append("{\"label\":\"c").append(i).append("\"},");
        }
        StringBuilder entities = new StringBuilder("\"entities\":[");
        for (int i = 0; i < 200_000; i++) {
            entities.append("{\"label\":\"c").append(i % 65_536).append("\",\"startOffset\":0,\"endOffset\":1},");
        }
        String first = categories + "{\"label\":\"c65535\"}],";
        String last = "{\"label\":\"c0\",\"startOffset\":0,\"endOffset\":1}]}}}";
        assertEquals(List.of(), codes(Task.TEXT_SPAN, start + first + entities + last));
        assertEquals(List.of("annotations-invalid"), codes(Task.TEXT_SPAN, start + categories + "{\"label\":\"c65535\"},{\"label\":\"one more\"}]," + entities + last));
        assertEquals(List.of("unknown-class", "span-outside-text"),
                codes(Task.TEXT_SPAN, start + first + entities + last.replace("c0", "none").replace(":1}", ":99999999999}")));
        assertEquals(List.of("annotations-invalid", "span-invalid"), codes(Task.TEXT_SPAN, start + first + "\"entities\":[" + "{},1,".repeat(2_000_000) + last));
    }

    @Test
    void colorMapsOfEverySizeAndName() throws IOException {
        StringBuilder map = new StringBuilder("{\"source-ref\":\"s3://images/1.jpg\",\"label\":\"s3://masks/1.png\"," + METADATA
                + "\"type\":\"groundtruth/semantic-segmentation\",\"internal-color-map\":{");
        for (int i = 0; i < 65_536; i++) {
            map.append('"').append(i).append("\":{\"class-name\":\"c").append(i).append("\"},");
        }
        String fine = map.substring(0, map.length() - 1) + "}}}";
        assertEquals(List.of("mask-not-streamed"), codes(Task.SEMANTIC_SEGMENTATION, fine));
        assertEquals(List.of("mask-not-streamed", "metadata-invalid"), codes(Task.SEMANTIC_SEGMENTATION, map + "\"65536\":{\"class-name\":\"x\"}}}}"));
        assertEquals(List.of("mask-not-streamed", "metadata-invalid"),
                codes(Task.SEMANTIC_SEGMENTATION, map + "\"" + "9".repeat(1_000_000) + "\":{\"class-name\":\"" + "x".repeat(1_000_000) + "\"}}}}"));
    }

    @Test
    void numbersOfAnyLength() throws IOException {
        assertEquals(List.of("metadata-missing"), codes(ascii(GOOD.replace("\"left\":1", "\"left\":0." + "1".repeat(1_000_000)))));
        assertEquals(List.of("metadata-missing", "box-invalid"), codes(ascii(GOOD.replace("\"left\":1", "\"left\":" + "1".repeat(1_000_000)))));
        assertEquals(List.of("metadata-missing", "box-invalid"), codes(ascii(GOOD.replace("\"left\":1", "\"left\":1e" + "9".repeat(1_000_000)))));
        assertEquals(List.of("metadata-missing", "class-id-invalid"), codes(ascii(GOOD.replace("\"class_id\":0", "\"class_id\":" + "1".repeat(1_000_000)))));
    }

    @Test
    void aTextThatNeverEnds() throws IOException {
        assertEquals(List.of("invalid-json"), codes(ascii("{\"a\":\"" + "x".repeat(8 << 20))));
        assertEquals(List.of("invalid-json"), codes(ascii("{\"a\":\"" + "\\".repeat((8 << 20) + 1))));
    }

    @Test
    void twoMillionLinesOfOneByte() throws IOException {
        byte[] manifest = new byte[4_000_000];
        for (int i = 0; i < manifest.length; i += 2) {
            manifest[i] = '1';
            manifest[i + 1] = '\n';
        }
        ScanSummary summary = new ScanSummary();
        ChunkScanner.scan(ByteSource.of(manifest), ManifestChunk.whole(0, "m", false),
                ScanRules.of(new LabelChoice(null, List.of())), (line, bytes, from) -> summary.line(line, "m"));
        assertEquals(2_000_000, summary.lines());
        assertEquals(2_000_000L, summary.findings().toJson().get("not-an-object"));
    }
}

package dev.truepipe.bench;

import dev.truepipe.json.Json;
import dev.truepipe.manifest.ByteSource;
import dev.truepipe.manifest.ChunkScanner;
import dev.truepipe.manifest.ManifestChunk;
import dev.truepipe.manifest.ScanRules;
import dev.truepipe.manifest.ScanSummary;
import dev.truepipe.split.Hash128;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

class GeneratorTest {
    private static final long BYTES = 600 << 10;

    @TempDir
    private Path folder;

    @Test
    void theSameSeedMakesTheSameBytesAndAnotherOthers() throws IOException {
        Manifest one = Manifest.make(folder.resolve("one"), BYTES, 5, 7);
        Manifest same = Manifest.make(folder.resolve("same"), BYTES, 5, 7);
        assertEquals(-1, Files.mismatch(one.file(), same.file()));
        assertEquals(one.all(), same.all());
        assertNotEquals(one.all(), Manifest.make(folder.resolve("other"), BYTES, 5, 8).all());
    }

    @Test
    void whatWasMadeEarlierIsFoundWithWhatBecomesOfItsLines() throws IOException {
        assertEquals(Manifest.make(folder, BYTES, 5, 7), Manifest.make(folder, BYTES, 5, 7));
    }

    @Test
    void theLinesOfTheFileAreThoseThatWereCounted() throws IOException {
        Manifest manifest = Manifest.make(folder, BYTES, 5, 1);
        assertEquals(manifest.all(), Lines.of(manifest.file()));
        assertEquals(manifest.bytes(), Files.size(manifest.file()));
        assertTrue(manifest.oldTrain().count() > 0 && manifest.oldValidation().count() > 0, manifest::toString);
    }

    /** The two digits that contestants without the hash go by. */
    @Test
    void anImagesLastDigitsTellItsSide() throws IOException {
        int held = 0;
        int lines = 0;
        for (String line : Files.readAllLines(Manifest.make(folder, BYTES, 0, 3).file())) {
            int end = line.indexOf(".jpg\"");
            if (end < 0) {
                continue;
            }
            String image = line.substring("{\"source-ref\":\"".length(), end + ".jpg".length());
            boolean digits = Integer.parseInt(line.substring(end - 2, end)) < 20;
            assertEquals(Generator.HOLD_OUT.holds(Hash128.of(image)), digits, image);
            held += digits ? 1 : 0;
            lines++;
        }
        assertTrue(held > lines * 0.15 && held < lines * 0.25, held + " of " + lines + " held out; seed 3");
    }

    @Test
    void theScannerFindsEachKindOfDefectAndNothingElse() throws IOException {
        Manifest manifest = Manifest.make(folder, 16 << 20, 0, 1);
        ScanSummary summary = new ScanSummary();
        ChunkScanner.scan(ByteSource.of(manifest.file()), ManifestChunk.whole(0, "made", false), ScanRules.of(Allocation.CHOICE),
                (line, bytes, from) -> summary.line(line, "made"));
        assertEquals(manifest.quarantine().count(), summary.quarantined());
        assertEquals(List.of("box-empty", "box-outside-image", "empty-annotations", "invalid-json", "object-failed", "unknown-class"), summary.findings().toJson().keySet().stream().sorted().toList());
    }

    @Test
    void linesAreAsLongAsThoseOfLabelingJobs() throws IOException {
        int[] lengths = Files.readAllLines(Manifest.make(folder, BYTES, 0, 1).file()).stream()
                .filter(line -> line.endsWith("}}") && line.contains("class-map")).mapToInt(String::length).sorted().toArray();
        assertTrue(lengths[0] > 300 && lengths[lengths.length / 2] > 500 && lengths[lengths.length - 1] < 2_000,
                lengths[0] + ", " + lengths[lengths.length / 2] + ", " + lengths[lengths.length - 1]);
    }

    @Test
    void madeLinesAreDecidedOnAsMade() throws IOException {
        Deciding.index(folder, 1, 2, 1_500);
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            Deciding.main(new String[] {folder.toString(), "2"});
        } finally {
            System.setOut(before);
        }
        Map<String, Object> said = Json.parseObject(printed.toByteArray());
        assertEquals(3_000L, said.get("lines"));
        assertTrue((Long) said.get("superseded") > 50, said::toString);
    }
}

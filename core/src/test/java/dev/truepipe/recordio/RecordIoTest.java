package dev.truepipe.recordio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordIoTest {
    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static byte[] written(byte[]... payloads) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        RecordWriter writer = new RecordWriter(out);
        for (byte[] payload : payloads) {
            writer.write(payload);
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        "31, 0a23d7ce 01000000 31000000",
        "'', 0a23d7ce 00000000",
        "0a23d7ce41, 0a23d7ce 05000000 0a23d7ce 41000000",
    })
    void writesOnePlainFrameWhateverThePayload(String payload, String frame) throws IOException {
        assertArrayEquals(hex(frame), written(hex(payload)));
    }

    @Test
    void joinsPartsWithTheMagicThatDmlcDropped() throws IOException {
        RecordReader reader = new RecordReader(new ByteArrayInputStream(
                hex("0a23d7ce 00000020 0a23d7ce 04000040 01020304 0a23d7ce 01000060 41000000")));
        assertArrayEquals(hex("0a23d7ce 01020304 0a23d7ce 41"), reader.read());
        assertNull(reader.read());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void readsBackWhatWasWritten(long seed) throws IOException {
        Random random = new Random(seed);
        List<byte[]> payloads = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            byte[] payload = new byte[random.nextInt(50)];
            random.nextBytes(payload);
            payloads.add(payload);
        }
        RecordReader reader = new RecordReader(new ByteArrayInputStream(written(payloads.toArray(new byte[0][]))));
        for (byte[] payload : payloads) {
            assertArrayEquals(payload, reader.read(), "seed " + seed);
        }
        assertNull(reader.read());
    }

    @Test
    void refusesATooLongPayloadBeforeWritingAnything() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThrows(IllegalArgumentException.class, () -> new RecordWriter(out).begin(1L << 29));
        assertEquals(0, out.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0a23d7ce", "0a23d7ce 05000000 0102", "0a23d7ce 01000000 31", "0a23d7ce 00000020"})
    void tellsACutStreamFromItsEnd(String bytes) {
        EOFException e = assertThrows(EOFException.class, () -> new RecordReader(new ByteArrayInputStream(hex(bytes))).read());
        assertTrue(e.getMessage().contains("byte"), e.getMessage());
    }

    @Test
    void namesTheByteWhereTheMagicIsMissing() throws IOException {
        RecordReader reader = new RecordReader(new ByteArrayInputStream(hex("0a23d7ce 00000000 ffd8ffe0 00000000")));
        reader.read();
        IOException e = assertThrows(IOException.class, reader::read);
        assertTrue(e.getMessage().contains("byte 8"), e.getMessage());
    }

    @Test
    void refusesARecordThatBeginsInTheMiddle() {
        assertThrows(IOException.class, () -> new RecordReader(new ByteArrayInputStream(hex("0a23d7ce 01000060 41000000"))).read());
    }
}

package dev.truepipe.examples.streetcars.detector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecordReaderTest {
    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static RecordReader reader(byte[] bytes) {
        return new RecordReader(new ByteArrayInputStream(bytes));
    }

    @Test
    void readsPlainFramesOfEveryPadding() throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int length = 0; length < 9; length++) {
            stream.write(Container.frame(0, new byte[length]));
        }
        RecordReader reader = reader(stream.toByteArray());
        for (int length = 0; length < 9; length++) {
            assertArrayEquals(new byte[length], reader.next());
        }
        assertNull(reader.next());
    }

    /** A sequential reader goes by length: the magic inside a payload is payload. */
    @Test
    void readsAPayloadThatHoldsTheMagicInOnePlainFrame() throws IOException {
        byte[] payload = hex("01020304 0a23d7ce 0a23d7ce 41");
        RecordReader reader = reader(Container.frame(0, payload));
        assertArrayEquals(payload, reader.next());
        assertNull(reader.next());
    }

    /** The published examples: "1", and a payload cut at its magic, which the reader puts back. */
    @Test
    void readsTheSpelledOutBytes() throws IOException {
        assertArrayEquals(hex("31"), reader(hex("0a23d7ce 01000000 31000000")).next());
        assertArrayEquals(hex("0a23d7ce 41"), reader(hex("0a23d7ce 00000020 0a23d7ce 01000060 41000000")).next());
        assertArrayEquals(hex("01020304 0a23d7ce 05060708 0a23d7ce 09"),
                reader(hex("0a23d7ce 04000020 01020304 0a23d7ce 04000040 05060708 0a23d7ce 01000060 09000000")).next());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 11})
    void saysSoWhenTheStreamEndsWithinARecord(int bytes) {
        byte[] cut = java.util.Arrays.copyOf(hex("0a23d7ce 01000000 31000000"), bytes);
        assertThrows(EOFException.class, () -> reader(cut).next());
    }

    @Test
    void saysSoWhenTheBytesAreNotRecordIo() {
        IOException jpeg = assertThrows(IOException.class, () -> reader(hex("ffd8ffe0 00104a46 49460001")).next());
        assertTrue(jpeg.getMessage().contains("not RecordIO"), jpeg.getMessage());
        assertThrows(IOException.class, () -> reader(hex("0a23d7ce 01000040 31000000")).next(), "a middle part first");
        assertThrows(IOException.class, () -> reader(hex("0a23d7ce 00000020 0a23d7ce 01000000 31000000")).next(),
                "a whole record after a first part");
    }
}

package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.truepipe.split.Murmur3;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectNameTest {
    private static ObjectName name(String uri) {
        byte[] bytes = uri.getBytes(StandardCharsets.UTF_8);
        ObjectName name = new ObjectName(new Murmur3());
        name.read(bytes, 0, bytes.length);
        return name;
    }

    private static String read(String uri) {
        ObjectName name = name(uri);
        return name.stem() + " " + name.number();
    }

    @ParameterizedTest
    @CsvSource(ignoreLeadingAndTrailingWhitespace = false, value = {
        "cam1_000051.jpg,51", "cam1_51,51", "51.jpg,51", "a.jpg,0", "frame.0012,12", "frame.0012.png,12", "v1.2,2", "x.mp4,0", "cam7,7",
        "2026-01-05_13-22-07.jpg,7", "IMG_0012_left.jpeg,12", "0.jpg,0", "007.jpg,7", "clip 9 (2).jpg,9", "123456789012345678901.jpg,456789012345678901",
    })
    void readsTheLastNumberOfTheFileName(String file, long number) {
        assertEquals(number, name("s3://images/day 3/" + file).number(), file);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "cam1_000051.png", "cam1_000051", "CAM1_000051.JPG", "cam1-51.jpg", "Cam1 51.jpeg", "cam1__51.jpg", "cam1 - 51.jpg", "cam1\u200b51.jpg",
        "cam1_51 (1).jpg", "cam1_51 (27).jpg", "cam1_51_(1).jpg", "cam1_51 copy.jpg", "cam1_51-copy.jpg", "cam1_51_copy.jpg", "cam1_51 - Copy.jpg",
        "cam1_51 copy 2.jpg", "cam1_51 - Copy (2).jpg", "cam1_51 - Copy - Copy.jpg", "cam1_51_.jpg", "_cam1_51.jpg",
    })
    void seesOneImageBehindItsNames(String other) {
        assertEquals(read("s3://images/yard/cam1_51.jpg"), read("s3://images/yard/" + other), other);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cam2_51.jpg", "cam1_x51.jpg", "cam1_51_left.jpg", "cam1_51(1).jpg", "cam1_51copy.jpg", "cam1_51_copyright.jpg", "cam1_51 (a).jpg",
        "cam1_51 ().jpg", "cam151.jpg", "cam1_51.backup1.jpg", "cam1_\u200a51.jpg"})
    void keepsDifferentNamesApart(String other) {
        assertNotEquals(read("s3://images/yard/cam1_51.jpg"), read("s3://images/yard/" + other), other);
    }

    @Test
    void keepsTheFolderAsItIs() {
        assertNotEquals(read("s3://images/yard/1.jpg"), read("s3://images/Yard/1.jpg"));
        assertNotEquals(read("s3://images/a-b/1.jpg"), read("s3://images/a_b/1.jpg"));
        assertNotEquals(read("s3://images/cam1/5.jpg"), read("s3://images/cam2/5.jpg"));
    }

    @Test
    void neighboursHaveOneStem() {
        assertEquals(name("s3://images/cam1_000099.jpg").stem(), name("s3://images/cam1_000100.jpg").stem());
        assertEquals(name("s3://images/cam1_99_l.jpg").stem(), name("s3://images/cam1_100_L.png").stem());
        assertNotEquals(name("s3://images/cam.jpg").stem(), name("s3://images/cam1.jpg").stem(), "a name without a number is none with one");
    }

    /** Names of nothing but marks, separators, dots and digits, and long ones: something is read, and nothing thrown. */
    @ParameterizedTest
    @ValueSource(strings = {"(1)", " (1)", "copy", " copy", "-copy.jpg", "_", "---", ".", "..", ".jpg", "1", "(1).jpg", "copy copy", ")", "()", " ()", "\u200b", "copy 2", " 2", "1 (1) copy 3 (4)"})
    void readsOddNames(String file) {
        assertNotEquals(0, name("s3://b/" + file).stem());
        assertNotEquals(0, name("s3://b/" + "x".repeat(1_000) + file).stem());
    }
}

package dev.truepipe.split;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.hash.Hashing;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HoldOutTest {
    /** Published in docs/interpretation.md: these never change. Place = floor(h1 × 10000 / 2^64). */
    @ParameterizedTest
    @CsvSource({
        "s3://my-images/street/0001.jpg, 1, 1487",
        "s3://my-images/street/0002.jpg, 1, 5998",
        "s3://my-images/street/0001.jpg, -7, 7076",
    })
    void placesGroupsWhereThePublishedVectorsSay(String key, long seed, int place) {
        Hash128 group = Hash128.of(key);
        assertEquals(place, new HoldOut(1, seed).place(group.high(), group.low()));
        assertEquals(false, new HoldOut(place, seed).holds(group), "not held out at " + place + " basis points");
        assertEquals(true, new HoldOut(place + 1, seed).holds(group), "held out at " + (place + 1));
    }

    @Test
    void cutsWhereExactArithmeticCuts() {
        for (int i = 0; i < 2_000; i++) {
            Hash128 group = Hash128.of("group " + i);
            byte[] bytes = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putLong(42).put(group.bytes()).array();
            long h1 = Hashing.murmur3_128().hashBytes(bytes).asLong();
            BigInteger place = new BigInteger(Long.toUnsignedString(h1)).multiply(BigInteger.valueOf(10_000)).shiftRight(64);
            assertEquals(place.intValueExact() < 2_000, new HoldOut(2_000, 42).holds(group), "group " + i);
        }
    }

    @Test
    void holdsOutAboutTheShareAskedFor() {
        int held = 0;
        for (int i = 0; i < 20_000; i++) {
            held += new HoldOut(2_000, 1).holds(Hash128.of("object " + i)) ? 1 : 0;
        }
        assertTrue(Math.abs(held - 4_000) < 300, "held out " + held + " of 20000");
    }

    /** Places in a row: validation, test, train. */
    @ParameterizedTest
    @CsvSource({"2000, 1000", "0, 1000", "2000, 0", "1, 9998", "9999, 0", "0, 0"})
    void cutsTestOutOfWhatWouldBeTrain(int validation, int test) {
        HoldOut holdOut = new HoldOut(validation, test, null, 42);
        for (int i = 0; i < 2_000; i++) {
            Hash128 group = Hash128.of("group " + i);
            int place = holdOut.place(group.high(), group.low());
            assertEquals(place < validation, holdOut.holds(group), "group " + i + " at " + place);
            assertEquals(place >= validation && place < validation + test, holdOut.isTest(place), "group " + i + " at " + place);
            assertEquals(new HoldOut(validation, 42).holds(group), holdOut.holds(group), "a test share takes nothing from validation");
        }
    }

    @Test
    void aManifestOfOnesOwnLeavesTheHashToTest() {
        HoldOut own = new HoldOut(0, 1_000, "s3://labels/val.manifest", 1);
        Hash128 first = Hash128.of("s3://my-images/street/0001.jpg");
        int place = own.place(first.high(), first.low());
        assertEquals(1_487, place);
        assertEquals("false false", own.isValidation(place) + " " + own.isTest(place));
        assertEquals(true, new HoldOut(0, 1_488, "s3://labels/val.manifest", 1).isTest(place));
        assertEquals("s3://labels/val.manifest, test 10%", own.words());
        assertEquals("20%", new HoldOut(2_000, 1).words());
    }

    @Test
    void leavesSomethingToTrainOn() {
        assertThrows(IllegalArgumentException.class, () -> new HoldOut(6_000, 4_000, null, 1));
        assertThrows(IllegalArgumentException.class, () -> new HoldOut(10_000, 1));
        assertThrows(IllegalArgumentException.class, () -> new HoldOut(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> new HoldOut(0, -1, null, 1));
        assertThrows(IllegalArgumentException.class, () -> new HoldOut(0, Integer.MAX_VALUE, null, 1));
        assertThrows(IllegalArgumentException.class, () -> new HoldOut(1, 0, "val.manifest", 1), "either a share or a manifest");
    }

    @ParameterizedTest
    @CsvSource({"20%, 2000", "2.5%, 250", "0%, 0", "100%, 10000", "0.01%, 1", " 7 % , 700"})
    void readsPercentages(String text, int basisPoints) {
        assertEquals(basisPoints, Percentage.parse(text));
        assertEquals(basisPoints, Percentage.parse(Percentage.text(basisPoints)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"20", "", "%", "-1%", "101%", "0.001%", "x%", "1e3%"})
    void refusesWhatIsNoPercentage(String text) {
        assertThrows(IllegalArgumentException.class, () -> Percentage.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no group", "(two)(groups)", "(unclosed"})
    void refusesExpressionsWithoutExactlyOneGroup(String text) {
        assertThrows(IllegalArgumentException.class, () -> GroupBy.parse(text));
    }
}

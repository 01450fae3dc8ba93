package dev.truepipe.split;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.common.hash.Hashing;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Murmur3Test {
    /** Published in docs/interpretation.md: these never change. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', emptyValue = "", value = {
        "'' | 00000000000000000000000000000000",
        "a | 897859f6655555855a890e51483ab5e6",
        "s3://my-images/street/0001.jpg | 08cef653e6da21c5a0838c3128547cc2",
        "설문/이미지 1.png | d1e45aa99817f43e1e118627d42f118f",
    })
    void hashesThePublishedVectors(String text, String hex) {
        assertEquals(hex, Hash128.of(text).toString());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void agreesWithGuavaHoweverTheBytesAreCut(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 400; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            Murmur3 murmur = new Murmur3();
            for (int at = 0; at < bytes.length; ) {
                int count = Math.min(bytes.length - at, random.nextInt(40));
                murmur.update(bytes, at, count);
                at += count;
            }
            assertEquals(Hashing.murmur3_128().hashBytes(bytes).toString(), murmur.finish().toString(), "seed " + seed);
        }
    }

    @Test
    void writesAndReadsHashesAsText() {
        Hash128 hash = Hash128.of("a");
        assertEquals(hash, Hash128.parse(hash.toString()));
    }
}

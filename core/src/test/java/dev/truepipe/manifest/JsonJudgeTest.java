package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tree parser that reads characters, fed by the JDK's own UTF-8 decoder, accepts and refuses the same lines. */
class JsonJudgeTest {
    private static final JsonMapper JUDGE = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final Set<FindingCode> SYNTAX = EnumSet.of(FindingCode.INVALID_UTF8, FindingCode.INVALID_JSON,
            FindingCode.DUPLICATE_KEY, FindingCode.NOT_AN_OBJECT, FindingCode.NESTING_TOO_DEEP, FindingCode.LONE_SURROGATE);
    private static final String[] PIECES = {
        "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", "1e5", ".5", "\\u00e9", "\\ud83d\\ude97", "\\ud83d", "\\udc00", "true", "nul",
        "\u00e9", "설", " ", "\t", "\u0001", "\u0000", "/*x*/", "NaN", "'", "\"boxes\":1,", "\\x", "\\/", "\u2028"
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_260_714})
    void acceptsTheSameLinesAndReadsTheSameObject(long seed) {
        Random random = new Random(seed);
        LineJudge judge = new LineJudge(ScanRules.of(new LabelChoice(Task.OBJECT_DETECTION, java.util.List.of("boxes"))));
        JudgedLine judged = new JudgedLine();
        int fine = 0;
        for (int i = 0; i < 15_000; i++) {
            byte[] line = mutated(MadeManifests.line("s3://images/\\u00fcber " + i + ".jpg", i, random, 5), random);
            judge.judge(line, line.length, judged);
            boolean readable = judged.findings.stream().noneMatch(finding -> SYNTAX.contains(finding.code()));
            JsonNode tree = tree(line);
            String where = "seed " + seed + ", line " + i + ": " + new String(line, StandardCharsets.UTF_8) + " " + judged.findings;
            assertEquals(tree != null, readable, where);
            if (readable) {
                fine++;
                JsonNode source = tree.get("source-ref");
                boolean keyed = source != null && source.isTextual() && judged.key != null;
                if (keyed) {
                    assertEquals(dev.truepipe.split.Hash128.of(source.textValue()), judged.key, where);
                }
            }
        }
        assertTrue(fine > 3_000 && fine < 14_000, "mutations are neither harmless nor all fatal: " + fine);
    }

    private static byte[] mutated(String line, Random random) {
        StringBuilder text = new StringBuilder(line);
        for (int k = random.nextInt(3); k > 0; k--) {
            int at = random.nextInt(text.length());
            switch (random.nextInt(4)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.setLength(Math.max(1, at));
                default -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
            }
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (random.nextInt(8) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes[i] == '\n' ? (byte) ' ' : bytes[i];
        }
        return bytes;
    }

    /** The line's object, or {@code null} if it is none that every reader agrees on. */
    private static JsonNode tree(byte[] line) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT).decode(ByteBuffer.wrap(line)).toString();
            JsonNode tree = JUDGE.readTree(text);
            boolean whole = StandardCharsets.UTF_8.newEncoder().canEncode(allTexts(tree));
            return tree.isObject() && whole ? tree : null;
        } catch (CharacterCodingException e) {
            return null;
        } catch (IOException e) {
            return null;
        }
    }

    private static String allTexts(JsonNode node) {
        StringBuilder texts = new StringBuilder(node.isTextual() ? node.textValue() + "\n" : "");
        node.properties().forEach(property -> texts.append(property.getKey()).append('\n').append(allTexts(property.getValue())));
        if (node.isArray()) {
            node.forEach(item -> texts.append(allTexts(item)));
        }
        return texts.toString();
    }
}

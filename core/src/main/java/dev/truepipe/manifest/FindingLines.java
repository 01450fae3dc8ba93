package dev.truepipe.manifest;

import dev.truepipe.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes {@code findings.jsonl}: an object a line, {@code manifest}, {@code line} (from 1), {@code byte} (of the line's first, from
 * 0, in decompressed bytes), {@code code}, {@code severity}, {@code attribute}, {@code message}.
 *
 * <p>Many lines have the same to say: what findings say is made into JSON once, as long as there is room to remember it.
 */
public final class FindingLines {
    /** Findings that are remembered; later ones are made anew each time. */
    private static final int MOST_REMEMBERED = 4_096;
    /** Findings with more to say hardly come twice. */
    private static final int LONGEST_MESSAGE = 512;

    private static final byte[] BYTE = utf8(",\"byte\":");

    private final OutputStream out;
    private final Map<Finding, byte[]> sayings = new HashMap<>();
    private String lastManifest;
    private byte[] place;

    /** @param out is neither flushed nor closed */
    public FindingLines(OutputStream out) {
        this.out = out;
    }

    /** Writes a finding on a line. @param manifest URI or path @param line from 1 */
    public void write(Finding finding, String manifest, long line, long byteOffset) throws IOException {
        if (!manifest.equals(lastManifest)) {
            lastManifest = manifest;
            place = utf8("{\"manifest\":" + Json.text(manifest) + ",\"line\":");
        }
        out.write(place);
        out.write(utf8(Long.toString(line)));
        out.write(BYTE);
        out.write(utf8(Long.toString(byteOffset)));
        out.write(saying(finding));
    }

    /** Writes a finding on a manifest as a whole, or on the dataset. @param manifest {@code null} for the dataset */
    public void write(Finding finding, String manifest) throws IOException {
        out.write(utf8("{\"manifest\":" + Json.text(manifest) + ",\"line\":null,\"byte\":null"));
        out.write(saying(finding));
    }

    private byte[] saying(Finding finding) {
        byte[] known = sayings.get(finding);
        if (known != null) {
            return known;
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("code", finding.code().code());
        json.put("severity", finding.severity().word());
        json.put("attribute", finding.attribute());
        json.put("message", finding.message());
        byte[] saying = (',' + Json.text(json).substring(1) + '\n').getBytes(StandardCharsets.UTF_8);
        if (sayings.size() < MOST_REMEMBERED && finding.message().length() <= LONGEST_MESSAGE) {
            sayings.put(finding, saying);
        }
        return saying;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

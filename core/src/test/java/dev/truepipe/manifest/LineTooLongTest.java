package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineTooLongTest {
    @Test
    void setsAHundredMegabyteLineAsideUnparsedAndGoesOn() throws IOException {
        long length = 100_000_000;
        ByteSource source = (from, to) -> new InputStream() {
            private long at = from;

            @Override
            public int read() {
                if (at >= length + 3) {
                    return -1;
                }
                long here = at++;
                return here == length ? '\n' : 'x';
            }

            @Override
            public int read(byte[] buffer, int offset, int count) {
                if (at >= length + 3) {
                    return -1;
                }
                int n = 0;
                while (n < count && at < length + 3) {
                    buffer[offset + n++] = (byte) read();
                }
                return n;
            }
        };
        List<String> found = new ArrayList<>();
        ScanSummary summary = new ScanSummary();
        ChunkScanner.scan(source, ManifestChunk.whole(0, "m", false),
                ScanRules.of(new LabelChoice(Task.OBJECT_DETECTION, List.of("boxes"))), (line, bytes, from) -> {
                    summary.line(line, "m");
                    line.findings().forEach(finding -> found.add(
                            line.number() + ":" + line.offset() + ":" + finding.code().code() + ":" + finding.message()));
                });
        assertEquals(List.of(
                "1:0:line-too-long:the line has 100000000 bytes, more than 16777216 (16 MiB), and was not looked into; is a newline missing, or is this no manifest?",
                "2:100000001:invalid-json:not JSON at byte 0 of the line; write one complete JSON object"), found);
        assertEquals(2, summary.quarantined());
    }
}

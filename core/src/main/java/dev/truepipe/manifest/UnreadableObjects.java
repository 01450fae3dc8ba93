package dev.truepipe.manifest;

import dev.truepipe.split.Hash128;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Objects of a chunk that training could not read, as {@link ObjectLook} found them. */
public final class UnreadableObjects {
    static final UnreadableObjects NONE = new UnreadableObjects(Map.of());
    /** Of one chunk, so that what is remembered of them stays below some 250 MB. */
    static final int MOST = 1_000_000;

    /** @param why the store does not let it be read; {@code null} if there is no such object */
    record Unreadable(S3Uri uri, String why) {}

    /** By the hash of their addresses. */
    private final Map<Hash128, Unreadable> objects;

    UnreadableObjects(Map<Hash128, Unreadable> objects) {
        this.objects = Map.copyOf(objects);
    }

    public boolean isEmpty() {
        return objects.isEmpty();
    }

    /** Those with the lowest hashes, at most so many. */
    public List<S3Uri> first(int most) {
        return objects.entrySet().stream().sorted(Map.Entry.comparingByKey()).limit(most).map(object -> object.getValue().uri()).toList();
    }

    /**
     * Scans a chunk as {@link ChunkScanner} does, with a finding on every line that training could not read an object of.
     *
     * @param sink hears of every line
     * @throws IOException if the manifest cannot be read, or from the sink
     */
    public void scan(ByteSource source, ManifestChunk chunk, ScanRules rules, LineSink sink) throws IOException {
        ChunkScanner.scan(source, chunk, rules, new LineSink() {
            @Override
            public void line(IndexedLine line, byte[] bytes, int from) throws IOException {
                if (line.accepted()) {
                    judge(line, bytes, rules);
                }
                sink.line(line, bytes, from);
            }

            @Override
            public void blank() {
                sink.blank();
            }

            @Override
            public void end() throws IOException {
                sink.end();
            }
        });
    }

    private void judge(IndexedLine line, byte[] bytes, ScanRules rules) {
        if (line.streamsSourceRef()) {
            judge(line, "source-ref", objects.get(new Hash128(line.keyHigh(), line.keyLow())), rules);
        }
        String label = line.labelObject(bytes);
        if (label != null) {
            judge(line, line.label(), objects.get(Hash128.of(label)), rules);
        }
    }

    private static void judge(IndexedLine line, String attribute, Unreadable object, ScanRules rules) {
        if (object == null) {
            return;
        }
        FindingCode code = object.why() == null ? FindingCode.OBJECT_MISSING : FindingCode.OBJECT_UNREADABLE;
        String shown = "\"" + UnreadableLine.shortened(object.uri().toString()) + "\"";
        line.find(new Finding(code, rules.severity(code), attribute,
                (object.why() == null ? "there is no object " + shown : shown + " " + object.why()) + "; " + code.cure()));
    }
}

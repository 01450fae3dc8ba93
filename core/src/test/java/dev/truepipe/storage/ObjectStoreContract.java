package dev.truepipe.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.storage.ObjectStore.ByteRange;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.ObjectUpload;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import dev.truepipe.storage.ObjectStore.StoredObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link ObjectStore} does, whatever lies behind it. */
public abstract class ObjectStoreContract {
    private static final int MIB = 1 << 20;

    /** The store under test. */
    protected abstract ObjectStore store();

    /** A prefix, ending in {@code /}, under which nothing lies yet that this test did not put there. */
    protected abstract S3Uri folder();

    @Test
    void givesBackWhatWasPut() throws IOException {
        S3Uri uri = folder().resolve("put/one.txt");
        String eTag = store().put(uri, bytes("hello"), Condition.ALWAYS);

        assertEquals("hello", text(uri, null, null));
        StoredObject head = store().head(uri).orElseThrow();
        assertEquals(uri, head.uri());
        assertEquals(5, head.size());
        assertEquals(eTag, head.eTag());
        assertFalse(eTag.contains("\""), "ETags are without quotes: " + eTag);
        assertTrue(head.lastModified() != null);
    }

    @Test
    void tellsWhichVersionItOpens() throws IOException {
        S3Uri uri = folder().resolve("opened/one.txt");
        for (String content : List.of("", "hello")) {
            String eTag = store().put(uri, bytes(content), Condition.ALWAYS);
            ObjectStore.OpenedObject opened = store().open(uri);
            try (InputStream in = opened.content()) {
                assertEquals(content, new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
            assertEquals(uri, opened.object().uri());
            assertEquals(content.length(), opened.object().size());
            assertEquals(eTag, opened.object().eTag());
        }
        assertThrows(ObjectMissingException.class, () -> store().open(folder().resolve("opened/none")));
    }

    @Test
    void keepsAnEmptyObject() throws IOException {
        S3Uri uri = folder().resolve("empty/nothing");
        store().put(uri, new byte[0], Condition.ALWAYS);

        assertEquals(0, store().head(uri).orElseThrow().size());
        assertEquals("", text(uri, null, null));
        assertEquals("", text(uri, new ByteRange(0, 10), null));
    }

    @Test
    void tellsThatAnObjectIsMissing() throws IOException {
        S3Uri uri = folder().resolve("missing/none");

        assertTrue(store().head(uri).isEmpty());
        assertThrows(ObjectMissingException.class, () -> text(uri, null, null));
        assertThrows(ObjectMissingException.class, () -> text(uri, new ByteRange(3, 9), "abc"));
        store().delete(uri);
    }

    @Test
    void readsRangesAndClipsThemAtTheEnd() throws IOException {
        S3Uri uri = folder().resolve("ranges/digits");
        store().put(uri, bytes("0123456789"), Condition.ALWAYS);

        assertEquals("0", text(uri, new ByteRange(0, 1), null));
        assertEquals("3456", text(uri, new ByteRange(3, 7), null));
        assertEquals("89", text(uri, new ByteRange(8, 100), null));
        assertEquals("", text(uri, new ByteRange(10, 11), null));
        assertEquals("", text(uri, new ByteRange(99, 100), null));
    }

    @Test
    void readsOnlyTheObjectThatWasMeant() throws IOException {
        S3Uri uri = folder().resolve("match/read");
        String first = store().put(uri, bytes("first"), Condition.ALWAYS);
        String second = store().put(uri, bytes("second"), Condition.ALWAYS);

        assertNotEquals(first, second);
        assertEquals("second", text(uri, null, second));
        assertEquals("eco", text(uri, new ByteRange(1, 4), second));
        assertThrows(PreconditionFailedException.class, () -> text(uri, null, first));
        assertThrows(PreconditionFailedException.class, () -> text(uri, new ByteRange(1, 2), first));
        assertThrows(PreconditionFailedException.class, () -> text(uri, new ByteRange(50, 60), first));
    }

    @Test
    void writesOnlyWhereNothingWas() throws IOException {
        S3Uri uri = folder().resolve("absent/claim");
        store().put(uri, bytes("mine"), Condition.ABSENT);

        assertThrows(PreconditionFailedException.class, () -> store().put(uri, bytes("theirs"), Condition.ABSENT));
        assertEquals("mine", text(uri, null, null));
    }

    @Test
    void writesOnlyOverWhatWasMeant() throws IOException {
        S3Uri uri = folder().resolve("unchanged/latest");
        String first = store().put(uri, bytes("1"), Condition.ALWAYS);
        String second = store().put(uri, bytes("2"), new Condition.Unchanged(first));

        assertThrows(PreconditionFailedException.class, () -> store().put(uri, bytes("3"), new Condition.Unchanged(first)));
        assertEquals("2", text(uri, null, second));
        S3Uri missing = folder().resolve("unchanged/none");
        assertThrows(PreconditionFailedException.class, () -> store().put(missing, bytes("3"), new Condition.Unchanged(first)));
        assertTrue(store().head(missing).isEmpty());
    }

    @Test
    void letsOneOfManyWin() throws Exception {
        S3Uri uri = folder().resolve("race/claim");
        List<Callable<Boolean>> racers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            byte[] body = bytes("racer " + i);
            racers.add(() -> {
                try {
                    store().put(uri, body, Condition.ABSENT);
                    return true;
                } catch (PreconditionFailedException e) {
                    return false;
                }
            });
        }
        int winners = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Boolean> racer : threads.invokeAll(racers)) {
                winners += racer.get() ? 1 : 0;
            }
        }
        assertEquals(1, winners);
        assertTrue(text(uri, null, null).startsWith("racer "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain.txt",
                "with space.txt",
                "plus+sign.txt",
                "percent%20.txt",
                "2018-11-30_16:10:57.json",
                "amp&equals=question?hash#.txt",
                "quote'paren(1)[2]{3}.txt",
                "\uC0AC\uC9C4/\uC790\uB3D9\uCC28.jpg",
                "zero\u200Bwidth.jpg",
                "na\u00EFve caf\u00E9 \u2013 e\u0301.txt",
                "emoji \uD83D\uDE97.jpg",
            })
    void keepsOddKeysAsTheyAre(String name) throws IOException {
        S3Uri folder = folder().resolve("odd " + Integer.toHexString(name.hashCode()) + "+/");
        S3Uri uri = folder.resolve(name);
        String eTag = store().put(uri, bytes(name), Condition.ABSENT);

        assertEquals(name, text(uri, null, eTag));
        assertEquals(List.of(uri), store().list(folder, false).objects().stream().map(StoredObject::uri).toList());
        S3Uri copy = folder().resolve("odd copies/" + name);
        store().assemble(copy, List.of(store().head(uri).orElseThrow()));
        assertEquals(name, text(copy, null, null));
        store().delete(uri);
        assertTrue(store().head(uri).isEmpty());
    }

    @Test
    void listsOneLevelOrEverything() throws IOException {
        S3Uri at = folder().resolve("list/");
        for (String key : List.of("b.txt", "a/1", "a/2", "a/deep/3", "c d/4", "ab")) {
            store().put(at.resolve(key), bytes(key), Condition.ALWAYS);
        }

        ObjectStore.Listing level = store().list(at, true);
        assertEquals(List.of(at.resolve("ab"), at.resolve("b.txt")), uris(level));
        assertEquals(List.of(at.resolve("a/"), at.resolve("c d/")), level.prefixes());
        assertEquals(2, level.objects().getFirst().size());
        assertEquals(
                store().head(at.resolve("ab")).orElseThrow().eTag(), level.objects().getFirst().eTag());

        ObjectStore.Listing all = store().list(at, false);
        assertEquals(
                List.of("a/1", "a/2", "a/deep/3", "ab", "b.txt", "c d/4").stream().map(at::resolve).toList(), uris(all));
        assertEquals(List.of(), all.prefixes());
        assertEquals(List.of(at.resolve("a/1"), at.resolve("a/2"), at.resolve("a/deep/3")), uris(store().list(at.resolve("a/"), false)));
        assertEquals(List.of(), uris(store().list(at.resolve("zzz/"), true)));
    }

    @Test
    void listsPastOnePage() throws IOException {
        S3Uri at = folder().resolve("pages/");
        for (int i = 0; i < 1_007; i++) {
            store().put(at.resolve("%05d".formatted(i)), new byte[] {1}, Condition.ALWAYS);
        }

        List<S3Uri> all = uris(store().list(at, true));
        assertEquals(1_007, all.size());
        assertEquals(at.resolve("01006"), all.getLast());
    }

    @Test
    void uploadsWhatIsSmallerThanAPart() throws IOException {
        S3Uri uri = folder().resolve("upload/small");
        StoredObject stored;
        try (ObjectUpload upload = store().upload(uri)) {
            upload.write(bytes("one "));
            upload.write('2');
            assertTrue(store().head(uri).isEmpty(), "nothing is there before it is completed");
            stored = upload.complete();
        }

        assertEquals(5, stored.size());
        assertEquals("one 2", text(uri, null, stored.eTag()));
    }

    @Test
    void uploadsManyParts() throws IOException {
        byte[] content = random(20 * MIB + 17, 1);
        S3Uri uri = folder().resolve("upload/large");
        StoredObject stored;
        try (ObjectUpload upload = store().upload(uri)) {
            Random sizes = new Random(2);
            for (int at = 0; at < content.length; ) {
                int count = Math.min(content.length - at, 1 + sizes.nextInt(3 * MIB));
                upload.write(content, at, count);
                at += count;
            }
            stored = upload.complete();
        }

        assertEquals(content.length, stored.size());
        assertArrayEquals(content, read(uri, null, stored.eTag()));
        assertEquals(stored.eTag(), store().head(uri).orElseThrow().eTag());
    }

    @Test
    void leavesNothingOfAnUploadThatWasGivenUp() throws IOException {
        S3Uri small = folder().resolve("given-up/small");
        S3Uri large = folder().resolve("given-up/large");
        try (ObjectUpload upload = store().upload(small)) {
            upload.write(bytes("never"));
        }
        try (ObjectUpload upload = store().upload(large)) {
            upload.write(random(9 * MIB, 3));
        }

        assertTrue(store().head(small).isEmpty());
        assertTrue(store().head(large).isEmpty());
    }

    @Test
    void assemblesNothingIntoAnEmptyObject() throws IOException {
        S3Uri target = folder().resolve("assemble/nothing");
        store().assemble(target, List.of());

        assertEquals(0, store().head(target).orElseThrow().size());
    }

    /** Small before large, large before small, several small, an empty one: every way two parts can meet. */
    @Test
    void assemblesPartsOfAnySizesInOrder() throws IOException {
        int[] sizes = {1, 6 * MIB, 30 * MIB + 5, 3, 0, 2 * MIB, 5 * MIB, 4 * MIB, 12 * MIB, 5 * MIB + 1, 7};
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        List<StoredObject> parts = new ArrayList<>();
        for (int i = 0; i < sizes.length; i++) {
            byte[] body = random(sizes[i], 100 + i);
            S3Uri uri = folder().resolve("parts \uC0AC+/" + i);
            store().put(uri, body, Condition.ALWAYS);
            parts.add(store().head(uri).orElseThrow());
            expected.writeBytes(body);
        }
        assertTrue(expected.size() > 64 * MIB, "else it is one plain put");

        S3Uri target = folder().resolve("assemble/large");
        assertTrue(store().assemble(target, parts));
        assertArrayEquals(expected.toByteArray(), read(target, null, null));

        S3Uri few = folder().resolve("assemble/few");
        store().assemble(few, parts.subList(3, 6));
        assertEquals(3 + 2 * MIB, store().head(few).orElseThrow().size());
    }

    @Test
    void assemblesNothingOverWhatIsThere() throws IOException {
        S3Uri large = folder().resolve("rival/large");
        store().put(large, random(70 * MIB, 9), Condition.ALWAYS);
        S3Uri small = folder().resolve("rival/small");
        store().put(small, bytes("other"), Condition.ALWAYS);
        S3Uri target = folder().resolve("assemble/first");
        store().put(target, bytes("first"), Condition.ALWAYS);

        assertFalse(store().assemble(target, List.of(store().head(large).orElseThrow())));
        assertFalse(store().assemble(target, List.of(store().head(small).orElseThrow())));
        assertEquals("first", text(target, null, null));
    }

    @Test
    void refusesToAssembleAPartThatHasChanged() throws IOException {
        S3Uri large = folder().resolve("changing/large");
        store().put(large, random(70 * MIB, 7), Condition.ALWAYS);
        StoredObject before = store().head(large).orElseThrow();
        store().put(large, random(70 * MIB, 8), Condition.ALWAYS);
        S3Uri target = folder().resolve("assemble/refused");

        assertThrows(PreconditionFailedException.class, () -> store().assemble(target, List.of(before)));
        S3Uri small = folder().resolve("changing/small");
        store().put(small, bytes("before"), Condition.ALWAYS);
        StoredObject smallBefore = store().head(small).orElseThrow();
        store().put(small, bytes("after!"), Condition.ALWAYS);
        assertThrows(PreconditionFailedException.class, () -> store().assemble(target, List.of(smallBefore)));
        assertTrue(store().head(target).isEmpty(), "nothing is left behind");
    }

    private String text(S3Uri uri, ByteRange range, String ifMatch) throws IOException {
        return new String(read(uri, range, ifMatch), StandardCharsets.UTF_8);
    }

    private byte[] read(S3Uri uri, ByteRange range, String ifMatch) throws IOException {
        try (InputStream in = store().open(uri, range, ifMatch)) {
            return in.readAllBytes();
        }
    }

    private static List<S3Uri> uris(ObjectStore.Listing listing) {
        return listing.objects().stream().map(StoredObject::uri).toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}

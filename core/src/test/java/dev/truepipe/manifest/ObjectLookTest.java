package dev.truepipe.manifest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.split.Hash128;
import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which objects are looked at, and what comes of it. */
class ObjectLookTest {
    private static final ScanRules RULES = ScanRules.of(new LabelChoice(Task.OBJECT_DETECTION, List.of("car")));

    private final InMemoryObjectStore store = new InMemoryObjectStore();

    /** By hash, so whatever the order of lines and however often the scan is made. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 20_261_125})
    void looksAtTheHundredLowestHashesInWhateverOrderTheyCome(long seed) throws IOException {
        List<S3Uri> objects = objects(1_000);
        put(objects);
        List<S3Uri> shuffled = new ArrayList<>(objects);
        shuffled.addAll(objects.subList(0, 300));
        Collections.shuffle(shuffled, new Random(seed));

        assertTrue(scan(store, ObjectCheck.HUNDRED, manifest(shuffled)).isEmpty());
        List<S3Uri> lowest = objects.stream().sorted(Comparator.comparing(uri -> Hash128.of(uri.toString()))).limit(100).toList();
        assertEquals(new TreeSet<>(lowest), new TreeSet<>(store.looks()), "seed " + seed);
        assertEquals(100, store.looks().size(), "each once; seed " + seed);
    }

    @Test
    void looksAtAllOfAFewAndAtNoneWhereNotAsked() throws IOException {
        List<S3Uri> objects = objects(40);
        put(objects);
        scan(store, ObjectCheck.NONE, manifest(objects));
        assertEquals(List.of(), store.looks());
        scan(store, ObjectCheck.HUNDRED, manifest(objects));
        assertEquals(Set.copyOf(objects), Set.copyOf(store.looks()));
    }

    /** Otherwise training would meet those that the sample had not. */
    @Test
    void looksAtAllIfOneOfTheHundredCannotBeRead() throws IOException {
        List<S3Uri> objects = objects(1_000);
        List<S3Uri> byHash = objects.stream().sorted(Comparator.comparing(uri -> Hash128.of(uri.toString()))).toList();
        Set<S3Uri> missing = new TreeSet<>(List.of(byHash.get(7), byHash.get(500), byHash.get(999)));
        put(objects.stream().filter(uri -> !missing.contains(uri)).toList());
        store.forbid(byHash.get(501));

        UnreadableObjects unreadable = scan(store, ObjectCheck.HUNDRED, manifest(objects));
        assertEquals(List.of(byHash.get(7), byHash.get(500), byHash.get(501), byHash.get(999)), unreadable.first(100));
        assertEquals(List.of(byHash.get(7), byHash.get(500)), unreadable.first(2));
        assertEquals(1_100, store.looks().size());
    }

    @Test
    void aSampleKnowsNothingOfTheRest() throws IOException {
        List<S3Uri> objects = objects(1_000);
        List<S3Uri> byHash = objects.stream().sorted(Comparator.comparing(uri -> Hash128.of(uri.toString()))).toList();
        put(byHash.subList(0, 100));
        assertTrue(scan(store, ObjectCheck.HUNDRED, manifest(objects)).isEmpty(), "it is a sample: all is for those who want to be sure");
        assertEquals(900, scan(store, ObjectCheck.ALL, manifest(objects)).first(2_000).size());
    }

    /** What is found is of the lines that name the objects, and of no other; nothing else of the index changes. */
    @Test
    void findsOnEveryLineThatNamesAnUnreadableObjectAndNowhereElse() throws IOException {
        List<S3Uri> objects = objects(300);
        put(objects.subList(0, 290));
        store.forbid(objects.get(3));
        List<S3Uri> named = new ArrayList<>(objects);
        named.addAll(objects.subList(285, 295));
        byte[] manifest = manifest(named);

        ByteArrayOutputStream index = new ByteArrayOutputStream();
        scan(store, ObjectCheck.ALL, manifest).scan(ByteSource.of(manifest), chunk(), RULES, new ChunkIndexWriter(index));
        int at = 0;
        try (ChunkIndexReader reader = new ChunkIndexReader(new ByteArrayInputStream(index.toByteArray()))) {
            for (IndexedLine line = reader.next(); line != null; line = reader.next(), at++) {
                S3Uri object = named.get(at);
                List<FindingCode> expected = object.equals(objects.get(3)) ? List.of(FindingCode.OBJECT_UNREADABLE)
                        : objects.indexOf(object) >= 290 ? List.of(FindingCode.OBJECT_MISSING) : List.of();
                assertEquals(expected, line.findings().stream().map(Finding::code).toList(), object.toString());
                assertEquals(expected.isEmpty(), line.accepted(), object.toString());
                assertFalse(line.negative());
                assertTrue(line.findings().stream().allMatch(finding -> finding.message().contains(object.toString())), object.toString());
            }
        }
        assertEquals(310, at);
    }

    @Test
    void leavesTheIndexAsItIsWhereAllIsThere() throws IOException {
        List<S3Uri> objects = objects(500);
        put(objects);
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        ChunkScanner.scan(ByteSource.of(manifest(objects)), chunk(), RULES, new ChunkIndexWriter(plain));
        for (ObjectCheck check : ObjectCheck.values()) {
            ByteArrayOutputStream looked = new ByteArrayOutputStream();
            new ObjectLook(store, check).scan(ByteSource.of(manifest(objects)), chunk(), RULES, new ChunkIndexWriter(looked));
            assertArrayEquals(plain.toByteArray(), looked.toByteArray(), check.word());
        }
    }

    @Test
    void looksAtNoObjectOfAQuarantinedLine() throws IOException {
        byte[] broken = "{\"source-ref\":\"s3://yard/a.jpg\",\"car\":null}\n{\"source-ref\":\"s3://yard/b.jpg\"\n".getBytes(StandardCharsets.UTF_8);
        assertTrue(scan(store, ObjectCheck.ALL, broken).isEmpty());
        assertEquals(List.of(), store.looks());
    }

    /** The barrier lets nobody through before as many wait as there may be; one more would show in the count. */
    @Test
    void asksForSoManyAtOnceAndNoMore() throws IOException {
        CyclicBarrier together = new CyclicBarrier(ObjectLook.AT_ONCE);
        AtomicInteger under = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ObjectStore slow = head(uri -> {
            most.accumulateAndGet(under.incrementAndGet(), Math::max);
            try {
                together.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
                throw new IOException("nobody else asks meanwhile", e);
            } finally {
                under.decrementAndGet();
            }
            return Optional.of(new StoredObject(uri, 1, "e", java.time.Instant.EPOCH));
        });
        assertTrue(scan(slow, ObjectCheck.ALL, manifest(objects(ObjectLook.AT_ONCE * 6))).isEmpty());
        assertEquals(ObjectLook.AT_ONCE, most.get());
    }

    /** A store that gives no answer says nothing of the object: the scan fails, and is tried again. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "100", "all"})
    void failsWhereTheStoreGivesNoAnswer(String check) throws IOException {
        ObjectStore down = head(uri -> {
            throw new IOException("cannot look at " + uri + ": the store is down");
        });
        byte[] manifest = manifest(objects(200));
        if (check.equals("none")) {
            assertTrue(scan(down, ObjectCheck.NONE, manifest).isEmpty());
            return;
        }
        IOException failed = assertThrows(IOException.class, () -> scan(down, ObjectCheck.parse(check), manifest));
        assertTrue(failed.getMessage().endsWith("the store is down"), failed.getMessage());
        ObjectStore broken = head(_ -> {
            throw new IllegalStateException("a fault of ours");
        });
        assertThrows(IllegalStateException.class, () -> scan(broken, ObjectCheck.parse(check), manifest));
    }

    private interface Head {
        Optional<StoredObject> of(S3Uri uri) throws IOException;
    }

    /** A store that can be asked for objects, and for nothing else. */
    private static ObjectStore head(Head head) {
        return (ObjectStore) Proxy.newProxyInstance(ObjectLookTest.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (_, method, arguments) -> {
            if (!method.getName().equals("head")) {
                throw new AssertionError("asked to " + method.getName());
            }
            return head.of((S3Uri) arguments[0]);
        });
    }

    private static UnreadableObjects scan(ObjectStore store, ObjectCheck check, byte[] manifest) throws IOException {
        return new ObjectLook(store, check).scan(ByteSource.of(manifest), chunk(), RULES, (_, _, _) -> {});
    }

    private static ManifestChunk chunk() {
        return ManifestChunk.whole(0, "m", false);
    }

    private void put(List<S3Uri> objects) throws IOException {
        for (S3Uri uri : objects) {
            store.put(uri, new byte[0], Condition.ALWAYS);
        }
    }

    private static List<S3Uri> objects(int count) {
        return IntStream.range(0, count).mapToObj(i -> new S3Uri("yard", "cam " + i % 7 + "/" + i + ".jpg")).toList();
    }

    private static byte[] manifest(List<S3Uri> objects) {
        StringBuilder lines = new StringBuilder();
        for (S3Uri uri : objects) {
            lines.append("{\"source-ref\":\"").append(uri).append("\",\"car\":{\"image_size\":[{\"width\":80,\"height\":60,\"depth\":3}],"
                    + "\"annotations\":[{\"class_id\":0,\"left\":1,\"top\":1,\"width\":9,\"height\":9}]},\"car-metadata\":{\"class-map\":{\"0\":\"car\"},"
                    + "\"type\":\"groundtruth/object-detection\",\"creation-date\":\"2026-01-01T00:00:00\"}}\n");
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }
}

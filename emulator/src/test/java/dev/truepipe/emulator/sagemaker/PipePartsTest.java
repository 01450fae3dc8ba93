package dev.truepipe.emulator.sagemaker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.s3.BucketFolders;
import dev.truepipe.recordio.RecordWriter;
import dev.truepipe.storage.InMemoryObjectStore;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.S3Uri;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of Pipe mode, without a process. */
@Timeout(60)
class PipePartsTest {
    private static final S3Uri MANIFEST = S3Uri.parse("s3://work/m");

    @TempDir Path folder;
    private final InMemoryObjectStore store = new InMemoryObjectStore();

    private ManifestLines manifest(String text) throws Exception {
        store.put(MANIFEST, text.getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
        return new ManifestLines(ManifestSource.object(MANIFEST), store, folder);
    }

    private static String text(ManifestLines.Part part) {
        return new String(((ManifestLines.Text) part).bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void waitsForAReaderUntilInterrupted() throws Exception {
        Fifo fifo = Fifo.make(folder.resolve("pipe"));
        CompletableFuture<Exception> end = new CompletableFuture<>();
        CountDownLatch began = new CountDownLatch(1);
        Thread writer = Thread.ofPlatform().start(() -> {
            began.countDown();
            try (FileChannel pipe = fifo.awaitReader()) {
                end.complete(new IOException("somebody read: " + pipe));
            } catch (Exception e) {
                end.complete(e);
            }
        });
        began.await();
        assertFalse(fifo.hasReader());
        writer.interrupt();
        assertEquals(InterruptedException.class, end.get(10, TimeUnit.SECONDS).getClass());
        fifo.remove();
        assertFalse(Files.exists(fifo.path()));
    }

    @Test
    void endsAWriteThatNobodyReadsWhenInterrupted() throws Exception {
        Fifo fifo = Fifo.make(folder.resolve("pipe"));
        CompletableFuture<Exception> end = new CompletableFuture<>();
        CountDownLatch full = new CountDownLatch(1);
        Thread writer = Thread.ofPlatform().start(() -> {
            try (FileChannel pipe = fifo.awaitReader()) {
                PipeOutput out = new PipeOutput(fifo, pipe, ByteBuffer.allocateDirect(PipeOutput.GATHERED_BYTES));
                full.countDown();
                while (true) {
                    out.write(new byte[1 << 20]);
                }
            } catch (Exception e) {
                end.complete(e);
            }
        });
        try (InputStream reader = Files.newInputStream(fifo.path())) {
            full.await();
            assertEquals(0, reader.read());
            writer.interrupt();
            assertEquals(ClosedByInterruptException.class, end.get(10, TimeUnit.SECONDS).getClass());
        }
    }

    @Test
    void tellsAReaderThatHasGone() throws Exception {
        Fifo fifo = Fifo.make(folder.resolve("pipe"));
        CompletableFuture<Exception> end = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try (FileChannel pipe = fifo.awaitReader()) {
                PipeOutput out = new PipeOutput(fifo, pipe, ByteBuffer.allocateDirect(PipeOutput.GATHERED_BYTES));
                while (true) {
                    out.write(new byte[1 << 16]);
                }
            } catch (Exception e) {
                end.complete(e);
            }
        });
        try (InputStream reader = Files.newInputStream(fifo.path())) {
            assertEquals(0, reader.read());
        }
        assertEquals(PipeOutput.ReaderGone.class, end.get(10, TimeUnit.SECONDS).getClass());
    }

    @Test
    void refusesToMakeAFifoWhereAFileIs() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertTrue(assertThrows(IOException.class, () -> Fifo.make(file)).getMessage().contains(file.toString()));
    }

    @Test
    void cutsValuesOutOfALineExactly() throws Exception {
        try (ManifestLines lines = manifest(" {\"n\": -0.0 ,\"o\" :{\"x\":[ 1,2 ] , \"y\":\"}\\\"\"},\"é\":\"ü\\u0041\",\"e\":[]}\n")) {
            ManifestLines.Part[] parts = lines.parts(0, List.of("o", "n", "é", "e", "n"));
            assertEquals("{\"x\":[ 1,2 ] , \"y\":\"}\\\"\"}", text(parts[0]));
            assertEquals("-0.0", text(parts[1]));
            assertEquals("üA", text(parts[2]));
            assertEquals("[]", text(parts[3]));
            assertEquals("-0.0", text(parts[4]));
        }
    }

    @Test
    void keepsAnObjectsKeyAsItStands() throws Exception {
        try (ManifestLines lines = manifest("{\"source-ref\":\"s3://b/a b%20+\\u200b.jpg\"}")) {
            ManifestLines.Reference reference = (ManifestLines.Reference) lines.parts(0, List.of("source-ref"))[0];
            assertEquals(new S3Uri("b", "a b%20+\u200b.jpg"), reference.object());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"a\":true} | a | has true as \"a\"",
        "{\"a\":null} | a | has null as \"a\"",
        "{\"A\":1} | a | has no attribute \"a\"",
        "{\"a\":1 | a | is not JSON",
        "[1] | a | is not a JSON object",
        "{\"a\":1} {} | a | goes on after its JSON object",
        "{\"x-ref\":1} | x-ref | has no S3 URI in \"x-ref\"",
        "{\"x-ref\":\"file:1\"} | x-ref | has no S3 URI in \"x-ref\": not an S3 URI",
    })
    void namesTheLineThatCannotBeStreamed(String line, String attribute, String complaint) throws Exception {
        try (ManifestLines lines = manifest("{}\n\n" + line + "\n{}")) {
            assertEquals(3, lines.count());
            String message = assertThrows(InputFailure.class, () -> lines.parts(1, List.of(attribute))).getMessage();
            assertTrue(message.startsWith("ClientError: s3://work/m:3 (byte 4) " + complaint), message);
        }
    }

    @Test
    void failsAtALineOfMoreThan16MiB() throws Exception {
        try (ManifestLines lines = manifest("{\"a\":1}\n{\"a\":\"" + "x".repeat(ManifestLines.MAX_LINE_BYTES) + "\"}\n")) {
            assertEquals("1", text(lines.parts(0, List.of("a"))[0]));
            String message = assertThrows(InputFailure.class, () -> lines.parts(1, List.of("a"))).getMessage();
            assertTrue(message.startsWith("ClientError: s3://work/m:2 (byte 8) is longer than 16777216 bytes"), message);
        }
    }

    @Test
    void readsAnEmptyManifestAsNoLines() throws Exception {
        try (ManifestLines lines = manifest("")) {
            assertEquals(0, lines.count());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 1000})
    void makesAPermutationOfAnyLength(int lines) {
        int[] order = LineOrder.shuffled(lines, 42, 3);
        int[] sorted = order.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < lines; i++) {
            assertEquals(i, sorted[i]);
        }
        assertArrayEquals(order, LineOrder.shuffled(lines, 42, 3));
    }

    /** Every place is as likely as any other for a line: 24 orders of 4 lines, each about as often. */
    @Test
    void prefersNoOrder() {
        int[] counts = new int[256];
        int epochs = 24_000;
        for (int epoch = 0; epoch < epochs; epoch++) {
            int[] order = LineOrder.shuffled(4, 7, epoch);
            counts[order[0] << 6 | order[1] << 4 | order[2] << 2 | order[3]]++;
        }
        int seen = 0;
        for (int count : counts) {
            if (count > 0) {
                seen++;
                assertTrue(count > 850 && count < 1150, "an order came " + count + " times instead of about 1000");
            }
        }
        assertEquals(24, seen);
    }

    @Test
    void findsEveryNumberOnALineAndNothingElse() {
        MetricDefinition metric = MetricDefinition.of("m", "m=(\\S+)");
        List<Double> values = metric.read("m=1 m=-2.5e-3 m=.5 m=nan m=0x1p3 m=1d m=", Instant.EPOCH).stream()
                .map(MetricDefinition.MetricPoint::value).toList();
        assertEquals(List.of(1.0, -0.0025, 0.5), values);
    }

    @Test
    void cutsTheLogIntoLinesOfAtMost256KiB() throws IOException {
        List<String> lines = new ArrayList<>();
        LogLines.read(new ByteArrayInputStream(("a\r\n\nb" + "c".repeat(600_000)).getBytes(StandardCharsets.UTF_8)), lines::add);
        assertEquals(List.of("a", ""), lines.subList(0, 2));
        assertTrue(lines.stream().allMatch(line -> line.length() <= 256 * 1024));
        assertEquals("b" + "c".repeat(600_000), String.join("", lines.subList(2, lines.size())));
    }

    /** However slow some objects are, they come in order, and no more than 32 are fetched at a time. */
    @Test
    void fetchesAheadWithinBoundsAndWritesInOrder() throws Exception {
        StringBuilder manifest = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            store.put(new S3Uri("o", "" + i), (i + ";").getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
            manifest.append("{\"x-ref\":\"s3://o/").append(i).append("\"}\n");
            expected.append(i).append(';');
        }
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch several = new CountDownLatch(32);
        ObjectStore counting = (ObjectStore) java.lang.reflect.Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {ObjectStore.class},
                (proxy, method, arguments) -> {
                    if (!method.getName().equals("open") || arguments[0].equals(MANIFEST)) {
                        return method.invoke(store, arguments);
                    }
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    several.countDown();
                    several.await(); // the first objects come only when thirty-two are on their way
                    now.decrementAndGet();
                    return method.invoke(store, arguments);
                });
        store.put(MANIFEST, manifest.toString().getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
        PipeChannel channel = new PipeChannel("train", MANIFEST, List.of("x-ref"), PipeChannel.Wrapper.NONE, null, OptionalLong.empty());
        List<Exception> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
        try (ChannelFeed feed = new ChannelFeed("job", channel, folder, 1, ChannelFeed.Instance.ONLY, counting, Clock.systemUTC(), event -> {}, failures::add)) {
            feed.start();
            assertEquals(expected.toString(), Files.readString(folder.resolve("train_0")));
        }
        assertEquals(List.of(), failures);
        assertEquals(32, most.get());
    }

    /** What is small is copied, what is large is handed on: the reader sees one stream, whatever the sizes. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 20_261_125})
    void writesWhatIsGatheredAndWhatIsHandedOnInOneOrder(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        List<byte[]> parts = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            byte[] part = new byte[random.nextInt(random.nextInt(4) == 0 ? 700_000 : 9_000)];
            random.nextBytes(part);
            parts.add(part);
            expected.write(part);
        }
        Fifo fifo = Fifo.make(folder.resolve("pipe"));
        CompletableFuture<Long> written = new CompletableFuture<>();
        AtomicInteger lent = new AtomicInteger();
        Thread.ofPlatform().start(() -> {
            try (FileChannel pipe = fifo.awaitReader()) {
                PipeOutput out = new PipeOutput(fifo, pipe, ByteBuffer.allocateDirect(PipeOutput.GATHERED_BYTES));
                for (byte[] part : parts) {
                    if (random.nextBoolean()) {
                        out.write(part);
                    } else {
                        ByteBuffer buffer = ByteBuffer.allocateDirect(part.length).put(part).flip();
                        lent.incrementAndGet();
                        out.write(buffer);
                        out.lend(() -> {
                            lent.decrementAndGet();
                            buffer.clear().put(new byte[buffer.capacity()]); // too early, and the reader would see it
                        });
                    }
                }
                out.flush();
                written.complete(out.bytes());
            } catch (Exception e) {
                written.completeExceptionally(e);
            }
        });
        assertArrayEquals(expected.toByteArray(), Files.readAllBytes(fifo.path()), "seed " + seed);
        assertEquals(expected.size(), written.get(10, TimeUnit.SECONDS));
        assertEquals(0, lent.get());
    }

    /** In the manifest's order and in any other, short lines and long ones, with blank lines between them. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 20_261_125})
    void findsEveryLineInAnyOrder(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder text = new StringBuilder();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            String value = i + "x".repeat(random.nextInt(random.nextInt(200) == 0 ? 300_000 : 300));
            values.add(value);
            text.append("\n \r\n".repeat(random.nextInt(5) / 4)).append("{\"o\":[1],\"a\":\"").append(value).append("\"}").append(i % 3 == 0 ? "\r\n" : "\n");
        }
        try (ManifestLines lines = manifest(text.toString())) {
            assertEquals(values.size(), lines.count());
            for (int[] order : new int[][] {LineOrder.shuffled(2_000, seed, 0), IntStream.range(0, 2_000).toArray(), LineOrder.shuffled(2_000, seed, 1)}) {
                for (int line : order) {
                    assertEquals(values.get(line), text(lines.parts(line, List.of("a"))[0]), "seed " + seed);
                }
            }
        }
    }

    /** Objects of all sizes, more of them than there is memory for, come whole and in order, and a reader that pauses stops the fetching. */
    @Test
    void streamsObjectsOfAnySizeInBoundedMemory() throws Exception {
        Random random = new Random(7);
        StringBuilder manifest = new StringBuilder();
        MessageDigest expected = MessageDigest.getInstance("SHA-256");
        int[] sizes = {0, 1, ObjectBlocks.BLOCK_BYTES, ObjectBlocks.BLOCK_BYTES + 1, ObjectFetch.MOST_AHEAD - 1, ObjectFetch.MOST_AHEAD, ObjectFetch.MOST_AHEAD + 1, 30_000_000};
        for (int i = 0; i < 48; i++) {
            byte[] object = new byte[i < sizes.length ? sizes[i] : 3_000_000 + i];
            random.nextBytes(object);
            store.put(new S3Uri("o", "" + i), object, ObjectStore.Condition.ALWAYS);
            manifest.append("{\"x-ref\":\"s3://o/").append(i).append("\"}\n");
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            new RecordWriter(frame).write(object);
            expected.update(frame.toByteArray());
        }
        store.put(MANIFEST, manifest.toString().getBytes(StandardCharsets.UTF_8), ObjectStore.Condition.ALWAYS);
        PipeChannel channel = new PipeChannel("train", MANIFEST, List.of("x-ref"), PipeChannel.Wrapper.RECORD_IO, null, OptionalLong.empty());
        List<Exception> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
        try (ChannelFeed feed = new ChannelFeed("job", channel, folder, 2, ChannelFeed.Instance.ONLY, store, Clock.systemUTC(), event -> {}, failures::add)) {
            feed.start();
            for (int epoch = 0; epoch < 2; epoch++) {
                MessageDigest read = MessageDigest.getInstance("SHA-256");
                try (InputStream in = new DigestInputStream(Files.newInputStream(folder.resolve("train_" + epoch)), read)) {
                    in.transferTo(java.io.OutputStream.nullOutputStream());
                }
                assertArrayEquals(((MessageDigest) expected.clone()).digest(), read.digest(), "epoch " + epoch);
            }
            assertTrue(feed.memory() <= ChannelFeed.BYTES_AHEAD + ObjectFetch.MOST_AHEAD, () -> feed.memory() + " bytes");
        }
        assertEquals(List.of(), failures);
    }

    private static long drained(InputStream in) {
        try {
            return in.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Of an object that is replaced while it is streamed, all comes of one version; written to in place, the job fails. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @SuppressWarnings("try") // closed early on purpose: closing twice is fine
    void neverMixesTwoVersionsOfAnObject(boolean inPlace) throws Exception {
        Path file = Files.createDirectories(folder.resolve("s3/o")).resolve("large");
        byte[] old = new byte[20_000_000];
        Arrays.fill(old, (byte) 'o');
        Files.write(file, old);
        Path manifest = Files.createDirectories(folder.resolve("s3/work")).resolve("m");
        Files.writeString(manifest, "{\"x-ref\":\"s3://o/large\"}\n");
        PipeChannel channel = new PipeChannel("train", MANIFEST, List.of("x-ref"), PipeChannel.Wrapper.NONE, null, OptionalLong.empty());
        CompletableFuture<Exception> failure = new CompletableFuture<>();
        try (ChannelFeed feed = new ChannelFeed("job", channel, folder, 1, ChannelFeed.Instance.ONLY, new BucketFolders(folder.resolve("s3")), Clock.systemUTC(),
                event -> {}, failure::complete)) {
            feed.start();
            try (InputStream in = Files.newInputStream(folder.resolve("train_0"))) {
                assertEquals('o', in.read());
                byte[] young = new byte[inPlace ? 5_000_000 : 20_000_000];
                Arrays.fill(young, (byte) 'y');
                if (inPlace) {
                    Files.write(file, young);
                    CompletableFuture<Long> end = CompletableFuture.supplyAsync(() -> drained(in), Thread::startVirtualThread);
                    String message = failure.get(10, TimeUnit.SECONDS).getMessage();
                    assertFalse(end.isDone(), "the reader never sees an end that is none");
                    feed.close();
                    assertTrue(end.get(10, TimeUnit.SECONDS) < old.length);
                    assertTrue(message.startsWith("ClientError: s3://work/m:1 (byte 0) names an object in \"x-ref\" that ")
                            && message.contains("was written to while it was read"), message);
                } else {
                    Files.move(Files.write(folder.resolve("young"), young), file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                    byte[] rest = in.readAllBytes();
                    assertEquals(old.length - 1, rest.length);
                    assertTrue(IntStream.range(0, rest.length).allMatch(i -> rest[i] == 'o'));
                    assertFalse(failure.isDone());
                }
            }
        }
    }
}

package dev.truepipe.emulator.sqs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.truepipe.json.Json;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.elasticmq.MillisNextDelivery;
import org.elasticmq.actor.queue.InternalMessage;
import org.elasticmq.util.NowProvider;
import org.junit.jupiter.api.Test;

class StoredMessageTest {
    private static final int MESSAGES = 2_000;
    private static final int DELIVERIES = 40;

    @Test
    void aMessageIsReadWholeWhileItsQueueHandsItOut() {
        NowProvider now = new NowProvider();
        for (int i = 0; i < MESSAGES; i++) {
            InternalMessage message = StoredMessage.restored(Map.of("id", "m" + i, "body", "", "created", "2026-01-01T00:00:00Z",
                    "orderIndex", 0L, "nextDelivery", 0L, "receiveCount", 0L, "receipts", List.of()));
            CompletableFuture<Void> queue = CompletableFuture.runAsync(
                    () -> IntStream.range(0, DELIVERIES).forEach(at -> message.trackDelivery(new MillisNextDelivery(at), now)));
            List<Object> before = List.of();
            do {
                List<Object> receipts = Json.array(StoredMessage.state(message).get("receipts"));
                assertEquals(before, receipts.subList(0, before.size()));
                before = receipts;
            } while (!queue.isDone());
            queue.join();
            assertEquals(DELIVERIES, Json.array(StoredMessage.state(message).get("receipts")).size());
        }
    }
}

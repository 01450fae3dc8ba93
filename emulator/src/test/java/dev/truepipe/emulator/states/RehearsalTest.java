package dev.truepipe.emulator.states;

import static dev.truepipe.emulator.states.Retraining.map;
import static dev.truepipe.emulator.states.Retraining.payload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** A rehearsal says what an execution would, and calls nothing. */
class RehearsalTest {
    private static final Map<String, Object> INPUT = map("dataset", "street-cars", "force", false, "settleSeconds", 300L);

    @Test
    void asksForTheVeryJobThatAnExecutionAsksFor() {
        try (Retraining retraining = new Retraining()) {
            retraining.run();
            int calls = retraining.tasks.calls("Train").size();
            Rehearsal rehearsal = new Rehearsal(retraining.machine, "first", INPUT);
            assertEquals("Settle", rehearsal.start());
            assertEquals("Train", rehearsal.after("SealDataset", payload(map("outcome", "sealed", "version", "v1", "training", Retraining.training()))));
            assertEquals(retraining.tasks.calls("Train").getFirst().arguments(), rehearsal.arguments("Train"));
            assertEquals(calls, retraining.tasks.calls("Train").size());
        }
    }

    @Test
    void goesWhereTheAnswerLeads() {
        try (Retraining retraining = new Retraining()) {
            Rehearsal rehearsal = new Rehearsal(retraining.machine, "first", INPUT);
            rehearsal.start();
            assertEquals("DecideDataset", rehearsal.after("SealDataset", payload(map("outcome", "conflict", "version", "v1", "training", Map.of()))));
            assertEquals("AnnounceSkipped", rehearsal.after("DecideDataset", payload(map("outcome", "skip"))));
        }
    }

    @Test
    void saysInWhichStateAnExpressionFails() {
        try (Retraining retraining = new Retraining()) {
            Rehearsal rehearsal = new Rehearsal(retraining.machine, "first", INPUT);
            rehearsal.start();
            Map<String, Object> training = Retraining.training();
            training.remove("ladder");
            IllegalStateException failed = assertThrows(IllegalStateException.class,
                    () -> rehearsal.after("SealDataset", payload(map("outcome", "sealed", "version", "v1", "training", training))));
            assertTrue(failed.getMessage().startsWith("state NameAttempt of retraining: States.QueryEvaluationError"), failed.getMessage());
            assertThrows(IllegalArgumentException.class, () -> rehearsal.arguments("Sealed"));
            assertThrows(IllegalArgumentException.class, () -> rehearsal.arguments("Tain"));
        }
    }

    @Test
    void endsWhereTheFlowEnds() {
        try (Toy toy = new Toy("\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"Assign\": {\"n\": 1}, \"Next\": \"B\"},"
                + " \"B\": {\"Type\": \"Pass\", \"Output\": \"{% $n %}\", \"End\": true}}")) {
            assertNull(new Rehearsal(toy.machine, "one", Map.of()).start());
        }
    }
}

package dev.truepipe.run;

import dev.truepipe.json.Json;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Counts the runs of a dataset that began within the last 24 hours, in one small object written with a condition, so that of
 * two that begin at once both are counted or one is refused.
 *
 * <p>{@code {"starts":[{"execution":"arn:…","at":"2026-05-01T10:00:00Z"}]}}, oldest first. A run begins when it is about to
 * claim what it will work on, and counts once, whatever becomes of it. It counts for 24 hours, and no longer at the instant
 * that they end; what is older is dropped with the next write.
 */
final class Starts {
    /** What {@code /day} means: any 24 hours, so that no midnight lets twice as many go. */
    static final Duration DAY = Duration.ofHours(24);
    /** Each further try means that somebody else wrote between our read and our write. */
    private static final int TRIES = 20;

    private final ObjectStore store;
    private final S3Uri uri;

    Starts(ObjectStore store, S3Uri uri) {
        this.store = store;
        this.uri = uri;
    }

    /** What came of asking to begin. */
    sealed interface Answer {
        /** It counts from now. */
        record Counted() implements Answer {}

        /** It counts already: a retry, a redrive, or a run that plans again. */
        record CountedBefore() implements Answer {}

        /** There are as many as may be. @param runs that count now @param free when the next may begin */
        record Full(int runs, Instant free) implements Answer {}
    }

    private record Start(String execution, Instant at) {}

    private record Ledger(List<Start> starts, Condition unchanged) {}

    /**
     * Counts {@code execution} among those that began, if fewer than {@code most} did.
     *
     * @param most 1 or more
     */
    Answer count(String execution, int most, Instant now) throws IOException {
        return Contended.settle(uri, TRIES, () -> {
            Ledger ledger = read();
            List<Start> counting = new ArrayList<>(ledger.starts());
            counting.removeIf(start -> !start.at().plus(DAY).isAfter(now));
            if (counting.stream().anyMatch(start -> start.execution().equals(execution))) {
                return new Answer.CountedBefore();
            }
            if (counting.size() >= most) {
                return new Answer.Full(counting.size(), counting.get(counting.size() - most).at().plus(DAY));
            }
            counting.add(new Start(execution, now));
            write(counting, ledger.unchanged());
            return new Answer.Counted();
        });
    }

    /** Takes back the count of an execution that did not begin after all. */
    void giveBack(String execution) throws IOException {
        Contended.settle(uri, TRIES, () -> {
            Ledger ledger = read();
            List<Start> others = ledger.starts().stream().filter(start -> !start.execution().equals(execution)).toList();
            if (others.size() < ledger.starts().size()) {
                write(others, ledger.unchanged());
            }
            return others;
        });
    }

    private Ledger read() throws IOException {
        Optional<StoredObject> there = store.head(uri);
        List<Object> starts = there.isEmpty() ? List.of() : Fields.array(StoredJson.readObject(store, uri, there.get().eTag()), "starts");
        return new Ledger(starts.stream()
                .map(Json::object)
                .map(start -> new Start(Fields.text(start, "execution"), Instant.parse(Fields.text(start, "at"))))
                .sorted(Comparator.comparing(Start::at))
                .toList(), Condition.still(there));
    }

    private void write(List<Start> starts, Condition unchanged) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("starts", starts.stream().sorted(Comparator.comparing(Start::at)).map(start -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("execution", start.execution());
            one.put("at", start.at().toString());
            return one;
        }).toList());
        store.put(uri, Json.pretty(json), unchanged);
    }
}

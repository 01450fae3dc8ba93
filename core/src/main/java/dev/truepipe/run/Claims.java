package dev.truepipe.run;

import dev.truepipe.json.Json;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.PreconditionFailedException;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Lets one execution at a time work on the same manifests with the same settings, by one small object and conditional
 * puts. No execution stands back for one that is merely expected: only for one that runs, or has succeeded.
 */
final class Claims {
    /** Each further try means that somebody else wrote between our read and our write. */
    private static final int TRIES = 20;
    /** A claim that has this field is nobody's. */
    private static final String GIVEN_UP_AT = "givenUpAt";

    private final ObjectStore store;
    private final Executions executions;

    Claims(ObjectStore store, Executions executions) {
        this.store = store;
        this.executions = executions;
    }

    /** What came of asking. */
    sealed interface Answer {
        /** It is ours: go on. */
        record Ours() implements Answer {}

        /** Another execution works on it now. */
        record Superseded(String by) implements Answer {}

        /** Another execution has done it. */
        record Unchanged(String by) implements Answer {}
    }

    /**
     * Claims for {@code execution}.
     *
     * @param force whether a claim that led to success may be taken over
     */
    Answer claim(S3Uri claim, String execution, boolean force, Instant now) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("execution", execution);
        json.put("claimedAt", now.toString());
        byte[] body = Json.pretty(json);
        for (int i = 0; i < TRIES; i++) {
            try {
                store.put(claim, body, Condition.ABSENT);
                return new Answer.Ours();
            } catch (PreconditionFailedException taken) {
                Optional<Answer> answer = ask(claim, body, execution, force);
                if (answer.isPresent()) {
                    return answer.get();
                }
            }
        }
        throw new IOException(claim + " changes hands faster than it can be read; try again");
    }

    /**
     * Gives up the claim of {@code execution} on what it will not work on after all, because a manifest changed: whatever
     * becomes of the execution then says nothing of these manifests. A claim that is another's stays as it is.
     */
    void giveUp(S3Uri claim, String execution, Instant now) throws IOException {
        Optional<StoredObject> held = store.head(claim);
        if (held.isEmpty()) {
            return;
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("execution", execution);
        json.put(GIVEN_UP_AT, now.toString());
        try {
            if (execution.equals(StoredJson.readObject(store, claim, held.get().eTag()).get("execution"))) {
                store.put(claim, Json.pretty(json), new Condition.Unchanged(held.get().eTag()));
            }
        } catch (ObjectMissingException | PreconditionFailedException changed) {
            // Another execution has taken it over: it is no longer ours to give up.
            return;
        }
    }

    /**
     * What {@link #claim} would answer now, with nothing written: empty if the claim is free to take, {@link Answer.Ours} only
     * if {@code execution} holds it already.
     */
    Optional<Answer> look(S3Uri claim, String execution, boolean force) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            Optional<StoredObject> there = store.head(claim);
            if (there.isEmpty()) {
                return Optional.empty();
            }
            try {
                return answer(StoredJson.readObject(store, claim, there.get().eTag()), execution, force);
            } catch (ObjectMissingException | PreconditionFailedException changed) {
                // Somebody has just written it: look again.
                continue;
            }
        }
        throw new IOException(claim + " changes hands faster than it can be read; try again");
    }

    /** Empty if the claim changed meanwhile. */
    private Optional<Answer> ask(S3Uri claim, byte[] body, String execution, boolean force) throws IOException {
        Optional<StoredObject> there = store.head(claim);
        if (there.isEmpty()) {
            return Optional.empty();
        }
        String eTag = there.get().eTag();
        try {
            Optional<Answer> answer = answer(StoredJson.readObject(store, claim, eTag), execution, force);
            if (answer.isPresent()) {
                return answer;
            }
            store.put(claim, body, new Condition.Unchanged(eTag));
            return Optional.of(new Answer.Ours());
        } catch (ObjectMissingException | PreconditionFailedException changed) {
            return Optional.empty();
        }
    }

    /** Whose it is; empty if it is free to take over. */
    private Optional<Answer> answer(Map<String, Object> held, String execution, boolean force) throws IOException {
        if (held.containsKey(GIVEN_UP_AT)) {
            return Optional.empty();
        }
        String holder = Fields.text(held, "execution");
        if (holder.equals(execution)) {
            return Optional.of(new Answer.Ours());
        }
        return switch (executions.statusOf(holder)) {
            case RUNNING -> Optional.of(new Answer.Superseded(holder));
            case SUCCEEDED -> force ? Optional.empty() : Optional.of(new Answer.Unchanged(holder));
            case ENDED_OTHERWISE -> Optional.empty();
        };
    }
}

package dev.truepipe.run;

import dev.truepipe.json.Json;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.storage.ObjectStore.Condition;
import dev.truepipe.storage.ObjectStore.ObjectMissingException;
import dev.truepipe.storage.ObjectStore.StoredObject;
import dev.truepipe.storage.S3Uri;
import dev.truepipe.training.Champion;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which model of a dataset is live. {@code champion.json} decides; {@link LiveModel} repeats it to those who serve the model.
 *
 * <p>Whoever writes {@code champion.json} then {@linkplain #publish publishes}: names what stands there and looks again, until
 * it has not changed meanwhile. So of several that write at once the last to look sees the last champion, and a run that is
 * redriven days later repeats today's champion, not its own.
 */
public final class Champions {
    /** Each further try means that somebody else wrote between our read and our write. */
    private static final int TRIES = 10;
    /** Jobs that a refusal lists. */
    private static final int MOST_NAMES = 10;
    /** Field of {@code champion.json}: the job of the champion that a person put down. */
    static final String REPLACED_BY_HAND = "replacedByHand";

    private final ObjectStore store;
    private final LiveModel live;

    public Champions(ObjectStore store, LiveModel live) {
        this.store = store;
        this.live = live;
    }

    /** @param champion now @param instead of this one; {@code null} if there was none; the same if nothing had to change */
    public record Promoted(Champion champion, Champion instead) {}

    /** No such model was judged, or it is gone. The message says so and what to do. */
    public static final class NoSuchModelException extends Exception {
        NoSuchModelException(String message) {
            super(message);
        }
    }

    /**
     * Names the champion as the live model.
     *
     * @return the champion; empty if there is none yet
     */
    public Optional<Champion> publish(String dataset, DatasetFolder folder) throws IOException {
        S3Uri uri = folder.champion();
        return Contended.settle(uri, TRIES, () -> {
            Optional<StoredObject> there = store.head(uri);
            if (there.isEmpty()) {
                return Optional.empty();
            }
            Champion champion = champion(StoredJson.readObject(store, uri, there.get().eTag()), "champion");
            if (champion == null) {
                return Optional.empty();
            }
            live.name(dataset, champion.modelUrl());
            boolean still = store.head(uri).map(StoredObject::eTag).equals(Optional.of(there.get().eTag()));
            return still ? Optional.of(champion) : null;
        });
    }

    /**
     * Makes an earlier model the champion again, and the live one. The next model is judged against it.
     *
     * @param trainingJob that made the model; it was judged, whatever came of it
     * @throws NoSuchModelException if none was, or its artifact is gone; nothing has changed
     */
    public Promoted promote(String dataset, DatasetFolder folder, String trainingJob) throws IOException, NoSuchModelException {
        S3Uri uri = folder.champion();
        return Contended.<Promoted, NoSuchModelException>settle(uri, TRIES, () -> {
            Optional<StoredObject> there = store.head(uri);
            Map<String, Object> json = there.isPresent() ? StoredJson.readObject(store, uri, there.get().eTag()) : new LinkedHashMap<>();
            Champion now = champion(json, "champion");
            Champion wanted = find(dataset, folder, trainingJob, now, champion(json, "before"));
            if (now == null || !now.trainingJob().equals(trainingJob)) {
                if (store.head(S3Uri.parse(wanted.modelUrl())).isEmpty()) {
                    throw new NoSuchModelException("the model of " + trainingJob + " was judged, but its artifact " + wanted.modelUrl()
                            + " is gone; put it back there, or promote another");
                }
                Map<String, Object> changed = new LinkedHashMap<>(json);
                changed.put("champion", wanted.toJson());
                changed.put("before", now == null ? null : now.toJson());
                changed.put(REPLACED_BY_HAND, now == null ? null : now.trainingJob());
                store.put(uri, Json.pretty(changed), Condition.still(there));
            }
            publish(dataset, folder);
            return new Promoted(wanted, now);
        });
    }

    private Champion find(String dataset, DatasetFolder folder, String trainingJob, Champion now, Champion before)
            throws IOException, NoSuchModelException {
        // Models judged before there was a model.json are known by champion.json alone.
        for (Champion known : new Champion[] {now, before}) {
            if (known != null && known.trainingJob().equals(trainingJob)) {
                return known;
            }
        }
        try {
            return Champion.fromJson(StoredJson.readObject(store, folder.model(trainingJob)));
        } catch (ObjectMissingException unknown) {
            List<String> jobs = store.list(folder.models(), true).prefixes().stream()
                    .map(prefix -> prefix.key().substring(folder.models().key().length()).replace("/", "")).toList();
            throw new NoSuchModelException("no model of " + dataset + " made by a training job " + trainingJob + " was ever judged; "
                    + (jobs.isEmpty() ? "there is none at all yet" : "there are models of " + String.join(", ", jobs.subList(0, Math.min(jobs.size(), MOST_NAMES)))
                            + (jobs.size() > MOST_NAMES ? " and " + (jobs.size() - MOST_NAMES) + " more in " + folder.models() : "")));
        }
    }

    /** The champion that {@code champion.json} holds under a key, or {@code null}. */
    static Champion champion(Map<String, Object> json, String key) {
        Map<String, Object> held = Fields.objectOrNull(json, key);
        return held == null ? null : Champion.fromJson(held);
    }
}

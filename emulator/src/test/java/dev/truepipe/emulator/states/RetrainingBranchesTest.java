package dev.truepipe.emulator.states;

import static dev.truepipe.emulator.states.Retraining.job;
import static dev.truepipe.emulator.states.Retraining.judgement;
import static dev.truepipe.emulator.states.Retraining.map;
import static dev.truepipe.emulator.states.Retraining.path;
import static dev.truepipe.emulator.states.Retraining.payload;
import static dev.truepipe.emulator.states.ScriptedTasks.fails;
import static dev.truepipe.emulator.states.ScriptedTasks.gives;
import static dev.truepipe.emulator.states.ScriptedTasks.hangs;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.states.ScriptedTasks.Answer;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule, retrier and catcher of the real state machine is taken, and each end is the right one. */
class RetrainingBranchesTest {

    /** @param end the last state entered; the status is SUCCEEDED or FAILED as that state's Type says
     *  @param trained names of the jobs asked for, without their prefix */
    record Story(String name, String end, List<String> trained, Consumer<Retraining> script) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final Answer QUOTA = fails("SageMaker.ResourceLimitExceededException", "The account-level service limit is 0 Instances.");
    private static final Answer NO_JOB = fails("SageMaker.ResourceNotFoundException", "Requested resource not found.");
    /** How an unmodelled ValidationException reads: like throttling, so it is asked six times. */
    private static final Answer NO_JOB_UNMODELLED = fails("SageMaker.SageMakerException", "Requested resource not found.");
    private static final Answer JOB_FAILED = fails("States.TaskFailed", "{\"TrainingJobStatus\":\"Failed\"}");
    private static final List<String> ONE = List.of("r0-1");
    private static final List<String> TWO = List.of("r0-1", "r0-2");

    static Stream<Story> stories() {
        List<Story> all = new ArrayList<>();
        all.add(new Story("a better model", "ModelPromoted", ONE, r -> {}));
        all.add(new Story("a worse model", "ModelKept", ONE, r -> r.tasks.then("JudgeModel", gives(payload(judgement("kept", false))))));
        all.add(new Story("a late model", "ModelLate", ONE, r -> r.tasks.then("JudgeModel", gives(payload(judgement("late", false))))));
        all.add(new Story("a judgement nobody knows", "UnexpectedAnswer", ONE,
                r -> r.tasks.then("JudgeModel", gives(payload(judgement("perhaps", true))))));
        for (String[] end : new String[][] {{"unchanged", "Unchanged"}, {"superseded", "Superseded"}, {"empty", "NothingToRead"}}) {
            all.add(new Story(end[0], end[1], List.of(), r -> r.tasks.then("PlanDataset",
                    gives(payload(map("outcome", end[0], "message", "so it is", "settleSeconds", 0L))))));
        }
        all.add(new Story("a brake", "Skipped", List.of(), r -> r.tasks.then("PlanDataset", gives(payload(map("outcome", "skip", "message", "not enabled",
                "why", map("gate", "enabled", "message", "not enabled"),
                "announcement", map("subject", "Held", "message", "why")))))));
        all.add(new Story("a plan nobody knows", "UnexpectedAnswer", List.of(),
                r -> r.tasks.then("PlanDataset", gives(payload(map("outcome", "perhaps"))))));
        all.add(new Story("young manifests", "ModelPromoted", ONE, r -> r.tasks.then("PlanDataset", times(12, settle()))));
        all.add(new Story("manifests that never settle", "UnexpectedAnswer", List.of(),
                r -> r.tasks.then("PlanDataset", times(13, settle()))));
        all.add(new Story("labels of another tool", "ModelPromoted", ONE, r -> r.tasks.then("PlanDataset", times(100, convert()))));
        all.add(new Story("more labels of another tool than there is time for", "ConversionNeverEnds", List.of(),
                r -> r.tasks.usually("PlanDataset", convert())));
        all.add(new Story("labels that nobody can read", "Skipped", List.of(), r -> r.tasks.then("PlanDataset", convert())
                .then("ConvertLabels", gives(payload(map("outcome", "skip", "message", "it breaks off",
                        "why", map("gate", "unreadable-labels", "message", "it breaks off"), "announcement", map("subject", "Skipped", "message", "why")))))));
        all.add(new Story("overwritten while converted", "ModelPromoted", ONE, r -> r.tasks.then("PlanDataset", convert())
                .then("ConvertLabels", gives(payload(map("outcome", "changed", "message", "so it is"))))));
        all.add(new Story("overwritten while converted, again and again", "ManifestKeepsChanging", List.of(), r -> r.tasks.usually("PlanDataset", convert())
                .usually("ConvertLabels", gives(payload(map("outcome", "changed", "message", "so it is"))))));
        all.add(new Story("a conversion nobody knows", "UnexpectedAnswer", List.of(), r -> r.tasks.then("PlanDataset", convert())
                .then("ConvertLabels", gives(payload(map("outcome", "perhaps"))))));
        all.add(new Story("overwritten while scanned", "ModelPromoted", ONE, r -> r.tasks.then("ScanChunk", changed())));
        all.add(new Story("overwritten while scanned, again and again", "ManifestKeepsChanging", List.of(),
                r -> r.tasks.usually("ScanChunk", changed())));
        all.add(new Story("overwritten while copied", "ModelPromoted", ONE, r -> r.tasks.then("WriteChunk", changed())));
        all.add(new Story("overwritten while copied, again and again", "ManifestKeepsChanging", List.of(),
                r -> r.tasks.usually("WriteChunk", changed())));
        all.add(new Story("a gate not met", "Skipped", List.of(), r -> r.tasks.then("DecideDataset", gives(payload(map("outcome", "skip",
                "version", "v1", "why", map("gate", "maxQuarantined", "message", "too many"),
                "announcement", map("subject", "Skipped", "message", "why")))))));
        all.add(new Story("a decision nobody knows", "UnexpectedAnswer", List.of(),
                r -> r.tasks.then("DecideDataset", gives(payload(map("outcome", "perhaps"))))));
        all.add(new Story("a version sealed before", "ModelPromoted", ONE, r -> r.tasks.then("SealDataset",
                gives(payload(map("outcome", "reused", "version", "v1", "training", Retraining.training()))))));
        all.add(new Story("another run sealed first", "ModelPromoted", ONE, r -> r.tasks.then("SealDataset", times(10, conflict()))));
        all.add(new Story("others keep sealing", "LatestKeepsMoving", List.of(), r -> r.tasks.usually("SealDataset", conflict())));
        all.add(new Story("a sealing nobody knows", "UnexpectedAnswer", List.of(),
                r -> r.tasks.then("SealDataset", gives(payload(map("outcome", "perhaps"))))));

        all.add(new Story("quota on the first rung", "ModelPromoted", TWO,
                r -> r.tasks.then("Train", QUOTA).then("DescribeAttempt", NO_JOB)));
        all.add(new Story("quota on every rung", "QuotaTooSmall", TWO,
                r -> r.tasks.usually("Train", QUOTA).usually("DescribeAttempt", NO_JOB)));
        all.add(new Story("no capacity on the first rung", "ModelPromoted", TWO, failed(1, "CapacityError: Unable to provision")));
        all.add(new Story("no capacity on any rung", "NoCapacity", TWO, failed(2, "CapacityError: Unable to provision")));
        all.add(new Story("spot never came, on demand did", "ModelPromoted", TWO,
                r -> r.tasks.then("Train", gives(job("Stopped", "MaxWaitTimeExceeded", null)))
                        .then("DescribeAttempt", gives(job("Stopped", "MaxWaitTimeExceeded", null)))));
        all.add(new Story("spot never came on any rung", "SpotNeverCame", TWO,
                r -> r.tasks.usually("Train", gives(job("Stopped", "MaxWaitTimeExceeded", null)))
                        .usually("DescribeAttempt", gives(job("Stopped", "MaxWaitTimeExceeded", null)))));
        all.add(new Story("SageMaker broke twice", "ModelPromoted", List.of("r0-1", "r0-2", "r0-3"),
                failed(2, "InternalServerError: We encountered an internal error. Please try again.")));
        all.add(new Story("SageMaker broke three times", "SageMakerKeepsFailing", List.of("r0-1", "r0-2", "r0-3"),
                failed(3, "InternalServerError: We encountered an internal error. Please try again.")));
        all.add(new Story("ran too long", "TrainingRanTooLong", ONE,
                r -> r.tasks.then("Train", gives(job("Stopped", "MaxRuntimeExceeded", null)))
                        .then("DescribeAttempt", gives(job("Stopped", "MaxRuntimeExceeded", null)))));
        all.add(new Story("stopped by a person", "TrainingStopped", ONE,
                r -> r.tasks.then("Train", gives(job("Stopped", "Stopped", null))).then("DescribeAttempt", gives(job("Stopped", "Stopped", null)))));
        all.add(new Story("bad input", "TrainingInputRefused", ONE, failed(1, "ClientError: no such class")));
        all.add(new Story("bad algorithm", "AlgorithmFailed", ONE, failed(1, "AlgorithmError: exit code 1")));
        all.add(new Story("an end nobody knows", "TrainingEndedOtherwise", ONE, failed(1, "Something new happened")));
        all.add(new Story("no reason at all", "TrainingEndedOtherwise", ONE, r -> r.tasks.then("Train", JOB_FAILED)
                .then("DescribeAttempt", gives(job("Failed", "Failed", null)))));
        all.add(new Story("the call was cut off, the job went on", "ModelPromoted", ONE,
                r -> r.tasks.then("Train", fails("SageMaker.ResourceInUseException", "there is one of this name"))
                        .then("DescribeAttempt", gives(job("InProgress", "Training", null)), gives(job("Completed", "Completed", null)))));
        all.add(new Story("a job in a VPC", "ModelPromoted", ONE, inVpc(r -> {})));
        all.add(new Story("bad input in a VPC", "TrainingInputRefused", ONE,
                inVpc(r -> r.tasks.then("TrainInVpc", JOB_FAILED).then("DescribeAttempt", gives(job("Failed", "Failed", "ClientError: no such subnet"))))));
        all.add(new Story("a job that outlives its limits", "TrainingTimedOut", ONE, r -> r.tasks.then("Train", hangs(r.time))
                .then("DescribeAttempt", gives(job("Stopping", "Stopping", null)), gives(job("Stopped", "Stopped", null)))));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("stories")
    void endsAsTheStoryGoes(Story story) throws IOException {
        try (Retraining retraining = new Retraining()) {
            story.script.accept(retraining);
            ExecutionRecord record = retraining.run();
            assertEquals(story.end, path(record).getLast(), () -> record.error() + ": " + record.cause());
            Object type = Json.object(Json.object(Retraining.document().get("States")).get(story.end)).get("Type");
            assertEquals(type.equals("Succeed") ? "SUCCEEDED" : "FAILED", record.status());
            assertEquals(story.trained, Stream.of("Train", "TrainInVpc").flatMap(state -> retraining.tasks.calls(state).stream())
                    .map(call -> ((String) call.arguments().get("TrainingJobName")).replace("street-cars-01234567-89abcdef-", ""))
                    .distinct().toList());
            if (record.status().equals("FAILED")) {
                assertEquals(story.end, record.error(), "a Fail state is named for its error");
                assertTrue(record.cause().contains("truepipe trigger street-cars") || story.end.equals("UnexpectedAnswer"), record.cause());
            }
        }
    }

    /** Branches that no story above takes: a redrive is more than one run. */
    private static void redrives(Set<String> branches) {
        try (Retraining retraining = new Retraining()) {
            retraining.tasks.then("Train", fails("SageMaker.AccessDeniedException", "not authorized to perform: iam:PassRole"))
                    .then("DescribeAttempt", times(6, NO_JOB_UNMODELLED));
            ExecutionRecord refused = retraining.run();
            assertEquals("FAILED", refused.status());
            assertEquals("NoTrainingJob", path(refused).getLast());
            assertTrue(refused.cause().contains("not authorized to perform: iam:PassRole"), refused.cause());
            ExecutionRecord record = retraining.redrive(refused);
            assertEquals("SUCCEEDED", record.status(), record.cause());
            assertEquals("street-cars-01234567-89abcdef-r1-2",
                    retraining.tasks.calls("Train").getLast().arguments().get("TrainingJobName"));
            assertEquals(1, retraining.tasks.calls("PlanDataset").size(), "a redrive resumes; it does not begin again");
            branches.addAll(retraining.branches);
        }
        try (Retraining retraining = new Retraining()) {
            retraining.tasks.then("Train", gives(job("Stopped", "Stopped", null)))
                    .then("DescribeAttempt", fails("Embedded.Denied", "no permission to describe"), gives(job("Stopped", "Stopped", null)));
            ExecutionRecord refused = retraining.run();
            assertEquals("Embedded.Denied", refused.error());
            ExecutionRecord record = retraining.redrive(refused);
            assertEquals("SUCCEEDED", record.status(), record.cause());
            assertEquals("street-cars-01234567-89abcdef-r1-2",
                    retraining.tasks.calls("Train").getLast().arguments().get("TrainingJobName"));
            branches.addAll(retraining.branches);
        }
    }

    @Test
    void trainsAgainUnderANewNameAfterARedrive() {
        redrives(new TreeSet<>());
    }

    /** Each retrier, with each error name it lists, lets the run go on as if nothing had happened. */
    @ParameterizedTest
    @MethodSource("retries")
    void goesOnAfterAnErrorThatIsRetried(Retry retry) {
        takes(retry, new TreeSet<>());
    }

    /** @param index of the retrier in the state's Retry */
    record Retry(String state, int index, String error) {
        @Override
        public String toString() {
            return state + ".Retry[" + index + "] " + error;
        }
    }

    static Stream<Retry> retries() throws IOException {
        List<Retry> all = new ArrayList<>();
        collectRetries(Json.object(Retraining.document().get("States")), all);
        assertTrue(all.size() > 80, "only " + all.size() + " error names in the Retry fields; has the file lost some?");
        return all.stream();
    }

    private static void collectRetries(Map<String, Object> states, List<Retry> all) {
        states.forEach((name, state) -> {
            Map<String, Object> fields = Json.object(state);
            if (fields.get("Retry") instanceof List<?> retriers) {
                for (int i = 0; i < retriers.size(); i++) {
                    for (Object error : Json.array(Json.object(retriers.get(i)).get("ErrorEquals"))) {
                        all.add(new Retry(name, i, (String) error));
                    }
                }
            }
            if (fields.get("ItemProcessor") instanceof Map<?, ?> processor) {
                collectRetries(Json.object(processor.get("States")), all);
            }
        });
    }

    private static void takes(Retry retry, Set<String> branches) {
        try (Retraining retraining = new Retraining()) {
            if (retry.state.equals("TrainInVpc")) {
                inVpc(r -> {}).accept(retraining);
            }
            if (retry.state.equals("AnnounceSkipped")) {
                retraining.tasks.then("DecideDataset", gives(payload(map("outcome", "skip", "version", "v1", "why", map("gate", "g"),
                        "announcement", map("subject", "Skipped", "message", "why")))));
            }
            if (retry.state.equals("ConvertLabels")) {
                retraining.tasks.then("PlanDataset", convert());
            }
            if (retry.state.equals("DescribeAttempt")) {
                retraining.tasks.then("Train", gives(job("Stopping", "Stopping", null)));
            }
            String thrown = retry.error.equals("States.TaskFailed") ? "java.lang.IllegalStateException" : retry.error;
            retraining.tasks.then(retry.state, retry.error.equals("States.Timeout") ? hangs(retraining.time) : fails(thrown, "once"));
            ExecutionRecord record = retraining.run();
            assertEquals("SUCCEEDED", record.status(), () -> record.error() + ": " + record.cause());
            assertTrue(retraining.branches.contains(retry.state + ".Retry[" + retry.index + "]"), () -> retraining.branches.toString());
            int usual = retry.state.endsWith("Chunk") ? 3 : 1;
            assertEquals(usual + 1, retraining.tasks.calls(retry.state).size(), "one call more than without the error");
            if (retry.state.startsWith("Train")) {
                assertEquals(1, retraining.tasks.calls(retry.state).stream().map(call -> call.arguments().get("TrainingJobName")).distinct().count(),
                        "a retry repeats the job's name, so that it cannot start a second job");
            }
            branches.addAll(retraining.branches);
        }
    }

    /** The branches taken by the tests above are the branches of the file: a new one without a test fails here. */
    @Test
    void leavesNoBranchUntried() throws IOException {
        Set<String> taken = new TreeSet<>();
        Set<String> entered = new TreeSet<>();
        for (Story story : stories().toList()) {
            try (Retraining retraining = new Retraining()) {
                story.script.accept(retraining);
                ExecutionRecord record = retraining.run();
                taken.addAll(retraining.branches);
                entered.addAll(path(record));
                record.mapRuns().forEach(run -> run.children().forEach(child -> entered.addAll(path(child))));
            }
        }
        redrives(taken);
        for (Retry retry : retries().toList()) {
            takes(retry, taken);
        }
        Set<String> written = new TreeSet<>();
        Set<String> states = new TreeSet<>();
        collectBranches(Json.object(Retraining.document().get("States")), written, states);
        taken.retainAll(written);
        assertEquals(written, taken);
        entered.add("AnnounceSkipped");
        assertEquals(states, entered);
    }

    private static void collectBranches(Map<String, Object> states, Set<String> branches, Set<String> names) {
        states.forEach((name, state) -> {
            names.add(name);
            Map<String, Object> fields = Json.object(state);
            for (String list : List.of("Choices", "Retry", "Catch")) {
                if (fields.get(list) instanceof List<?> entries) {
                    for (int i = 0; i < entries.size(); i++) {
                        branches.add(name + "." + list + "[" + i + "]");
                    }
                }
            }
            if (fields.containsKey("Default")) {
                branches.add(name + ".Default");
            }
            if (fields.get("ItemProcessor") instanceof Map<?, ?> processor) {
                collectBranches(Json.object(processor.get("States")), branches, names);
            }
        });
    }

    private static Answer settle() {
        return gives(payload(map("outcome", "settle", "message", "young", "settleSeconds", 60L)));
    }

    private static Answer convert() {
        return gives(payload(map("outcome", "convert", "message", "1 export to be converted", "run", map("bucket", "work", "prefix", "runs/street-cars/first/"), "exports", 1L)));
    }

    private static Answer changed() {
        return gives(payload(map("changed", 1L)));
    }

    private static Answer conflict() {
        return gives(payload(map("outcome", "conflict", "version", "v1")));
    }

    private static Answer[] times(int n, Answer answer) {
        return Collections.nCopies(n, answer).toArray(Answer[]::new);
    }

    private static Consumer<Retraining> inVpc(Consumer<Retraining> script) {
        return r -> {
            r.tasks.then("SealDataset", gives(payload(map("outcome", "sealed", "version", "v1", "folder", "s3://work/f/", "training", Retraining.trainingInVpc()))));
            script.accept(r);
        };
    }

    private static Consumer<Retraining> failed(int times, String reason) {
        return r -> r.tasks.then("Train", times(times, JOB_FAILED))
                .then("DescribeAttempt", times(times, gives(job("Failed", "Failed", reason))));
    }
}

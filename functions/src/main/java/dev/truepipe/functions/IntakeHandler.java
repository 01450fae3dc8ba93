package dev.truepipe.functions;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import dev.truepipe.settings.Settings;
import dev.truepipe.storage.ObjectStore;
import dev.truepipe.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Before the state machine: a batch of arrivals from the queue. A message that fails comes back alone; after five
 * deliveries it waits in the dead-letter queue.
 */
public final class IntakeHandler implements RequestHandler<SQSEvent, SQSBatchResponse> {
    private final Supplier<Intake> wiring;
    private final Log log;
    private Intake intake;

    /** Lambda's entry; a missing setting fails here, in the init phase, not on the first event. */
    public IntakeHandler() {
        Wiring wired = new Wiring(System.getenv());
        log = Log.of("Intake", null, null);
        ObjectStore store = wired.store();
        ExecutionStarter starter = wired.starter();
        String stateMachine = wired.required(Workload.STATE_MACHINE);
        LabelingJobs jobs = wired.labelingJobs();
        Supplier<Settings> settings = wired.settingsSupplier(store);
        wiring = () -> new Intake(settings.get(), store, jobs, starter, stateMachine, wired.clock(), log);
        Priming.register(() -> ArrivalReader.read(Priming.S3_NOTIFICATION));
    }

    IntakeHandler(Intake intake) {
        this.log = Log.of("Intake", null, null);
        this.wiring = () -> intake;
    }

    @Override
    public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
        if (intake == null) {
            intake = wiring.get();
        }
        List<SQSBatchResponse.BatchItemFailure> failures = new ArrayList<>();
        for (SQSEvent.SQSMessage message : event.getRecords()) {
            try {
                intake.take(message.getBody());
            } catch (Exception e) {
                // Whatever it is: this message comes back, the others are done.
                log.error("Could not take in a message; it will be delivered again, then set aside", e,
                        "messageId", message.getMessageId());
                failures.add(new SQSBatchResponse.BatchItemFailure(message.getMessageId()));
            }
        }
        return new SQSBatchResponse(failures);
    }
}

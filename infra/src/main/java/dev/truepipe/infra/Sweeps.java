package dev.truepipe.infra;

import dev.truepipe.workload.ScheduleSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.scheduler.CfnSchedule;
import software.constructs.Construct;

/**
 * Looks at every dataset again without an event.
 *
 * <p>Rate schedules without a start date fire as soon as they exist, so the first look follows the deployment: labels that lay in the
 * bucket before are found with no machinery of their own.
 *
 * @see <a href="https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html">Schedule types</a>
 */
final class Sweeps extends Construct {
    Sweeps(Construct scope, String id, List<ScheduleSpec> specs, ArrivalQueue queue, UndeliveredQueue undelivered, Optional<StackKey> key) {
        super(scope, id);
        Role role = Role.Builder.create(this, "Role")
                .description("Truepipe's sweeps")
                .assumedBy(ServicePrincipal.Builder.create("scheduler.amazonaws.com")
                        .conditions(Map.of("StringEquals", Map.of("aws:SourceAccount", Stack.of(this).getAccount())))
                        .build())
                .build();
        role.addToPolicy(PolicyStatement.Builder.create()
                .sid("SendSweeps")
                .actions(List.of("sqs:SendMessage"))
                .resources(List.of(queue.queue().getQueueArn()))
                .build());
        role.addToPolicy(PolicyStatement.Builder.create()
                .sid("SetAsideSweeps")
                .actions(List.of("sqs:SendMessage"))
                .resources(List.of(undelivered.queue().getQueueArn()))
                .build());
        key.ifPresent(of -> role.addToPolicy(PolicyStatement.Builder.create()
                .sid("UseTheKeyOfTheStackInSQS")
                .actions(List.of("kms:Decrypt", "kms:GenerateDataKey"))
                .resources(List.of(of.arn()))
                .conditions(StackKey.only(Stack.of(this), "sqs"))
                .build()));
        for (ScheduleSpec spec : specs) {
            CfnSchedule schedule = CfnSchedule.Builder.create(this, spec.id())
                    .description("Looks at the labels of " + spec.dataset() + " without an event")
                    .flexibleTimeWindow(CfnSchedule.FlexibleTimeWindowProperty.builder().mode("OFF").build())
                    .scheduleExpression(rate(spec.every()))
                    .target(CfnSchedule.TargetProperty.builder()
                            .arn(queue.queue().getQueueArn())
                            .roleArn(role.getRoleArn())
                            .input(spec.input())
                            .deadLetterConfig(CfnSchedule.DeadLetterConfigProperty.builder().arn(undelivered.queue().getQueueArn()).build())
                            .build())
                    .build();
            schedule.getNode().addDependency(role);
        }
    }

    /** {@code rate(1 day)}, in the largest unit that keeps it whole. */
    static String rate(Duration every) {
        long minutes = every.toMinutes();
        if (minutes < 1 || !every.equals(Duration.ofMinutes(minutes))) {
            throw new IllegalArgumentException("a schedule has whole minutes, at least one, not " + every);
        }
        long amount = minutes % 1_440 == 0 ? minutes / 1_440 : minutes % 60 == 0 ? minutes / 60 : minutes;
        String unit = minutes % 1_440 == 0 ? "day" : minutes % 60 == 0 ? "hour" : "minute";
        return "rate(" + amount + " " + unit + (amount == 1 ? "" : "s") + ")";
    }
}

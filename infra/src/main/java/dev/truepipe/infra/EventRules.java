package dev.truepipe.infra;

import dev.truepipe.workload.RuleSpec;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awscdk.services.events.CfnRule;
import software.constructs.Construct;

/** The EventBridge rules of the description, each with leave to reach its one target, and to set aside what the target does not take. */
final class EventRules extends Construct {
    EventRules(Construct scope, String id, List<RuleSpec> specs, ArrivalQueue queue, Announcements announcements, UndeliveredQueue undelivered, Names names) {
        super(scope, id);
        List<String> arns = new ArrayList<>();
        for (RuleSpec spec : specs) {
            String targetArn = switch (spec.target()) {
                case QUEUE -> queue.queue().getQueueArn();
                case TOPIC -> announcements.topic().getTopicArn();
            };
            CfnRule.TargetProperty.Builder target = CfnRule.TargetProperty.builder().id("Target").arn(targetArn)
                    .deadLetterConfig(CfnRule.DeadLetterConfigProperty.builder().arn(undelivered.queue().getQueueArn()).build());
            spec.message().ifPresent(message -> target.inputTransformer(CfnRule.InputTransformerProperty.builder()
                    .inputPathsMap(message.paths())
                    .inputTemplate(names.resolve(message.template()))
                    .build()));
            CfnRule rule = CfnRule.Builder.create(this, spec.id())
                    .description(spec.description())
                    .eventPattern(names.resolveDeep(spec.pattern()))
                    .state("ENABLED")
                    .targets(List.of(target.build()))
                    .build();
            arns.add(rule.getAttrArn());
            if (spec.target() == RuleSpec.Target.QUEUE) {
                queue.allowRule(Grants.sid("Rule " + spec.id()), rule.getAttrArn());
            }
        }
        if (specs.stream().anyMatch(spec -> spec.target() == RuleSpec.Target.TOPIC)) {
            announcements.allowRules();
        }
        undelivered.allowRules(arns);
    }
}

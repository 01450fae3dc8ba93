package dev.truepipe.infra;

import dev.truepipe.workload.Grant;
import dev.truepipe.workload.StateMachineSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.services.iam.Policy;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.stepfunctions.CfnStateMachine;
import software.amazon.awscdk.services.stepfunctions.DefinitionBody;
import software.amazon.awscdk.services.stepfunctions.StateMachine;
import software.amazon.awscdk.services.stepfunctions.StateMachineType;
import software.constructs.Construct;

/**
 * The order of work. The definition stands inline in the template, where validator and tests see it.
 *
 * <p>The machine has a name of its own making, {@code <stack>-retraining}: policies that its functions need before they are published
 * name its executions, and a generated name would be a circle.
 */
final class RetrainingMachine extends Construct {
    private final StateMachine machine;

    RetrainingMachine(Construct scope, String id, Props props) {
        super(scope, id);
        Role role = Role.Builder.create(this, "Role")
                .description("Truepipe's state machine")
                .assumedBy(new ServicePrincipal("states.amazonaws.com"))
                .build();
        Map<String, String> substitutions = new LinkedHashMap<>();
        props.spec().substitutions().forEach((name, value) -> substitutions.put(name, props.names().resolve(value)));
        List<Grant> own = props.spec().grants().stream().filter(RetrainingMachine::isForDistributedMap).toList();
        List<Grant> others = props.spec().grants().stream().filter(grant -> !isForDistributedMap(grant)).toList();
        List<PolicyStatement> statements = Grants.statements(others, props.names());
        statements.forEach(role::addToPolicy);
        machine = StateMachine.Builder.create(this, "StateMachine")
                .stateMachineName(props.name())
                .stateMachineType(StateMachineType.STANDARD)
                .definitionBody(DefinitionBody.fromString(props.definition()))
                .definitionSubstitutions(substitutions)
                .role(role)
                .build();
        // By the resource itself, as for the functions: what it takes is in the description.
        ((CfnStateMachine) machine.getNode().getDefaultChild()).setTracingConfiguration(
                CfnStateMachine.TracingConfigurationProperty.builder().enabled(true).build());
        // Children of a Distributed Map are executions of this very machine: a policy of its own, made after it.
        Policy children = Policy.Builder.create(this, "DistributedMap").roles(List.of(role))
                .statements(Grants.statements(own, props.names())).build();
        children.getNode().addDependency(machine);
    }

    private static boolean isForDistributedMap(Grant grant) {
        return grant.actions().stream().anyMatch(action -> action.startsWith("states:"));
    }

    String arn() {
        return machine.getStateMachineArn();
    }

    StateMachine machine() {
        return machine;
    }

    /** @param name of the machine @param definition text of the ASL file, with its <code>${…}</code> */
    record Props(StateMachineSpec spec, String name, String definition, Names names) {}
}

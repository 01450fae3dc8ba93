package dev.truepipe.infra;

import dev.truepipe.workload.Grant;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.services.iam.PolicyStatement;

/** Grants of the description as IAM statements. */
final class Grants {
    /** SageMaker alone may be handed the training role. */
    private static final Map<String, Object> TO_SAGEMAKER = Map.of("StringEquals", Map.of("iam:PassedToService", "sagemaker.amazonaws.com"));

    private Grants() {}

    static List<PolicyStatement> statements(List<Grant> grants, Names names) {
        return grants.stream().map(grant -> statement(grant, names)).toList();
    }

    private static PolicyStatement statement(Grant grant, Names names) {
        PolicyStatement.Builder statement = PolicyStatement.Builder.create()
                .sid(sid(grant.why()))
                .actions(grant.actions())
                .resources(names.resolve(grant.resources()).stream().distinct().toList());
        if (grant.actions().contains("iam:PassRole")) {
            statement.conditions(TO_SAGEMAKER);
        }
        return statement.build();
    }

    /** The reason as a statement id, which knows letters and digits only: {@code ReadTheSettings}. */
    static String sid(String why) {
        StringBuilder sid = new StringBuilder();
        for (String word : why.split("[^A-Za-z0-9]+")) {
            if (!word.isEmpty()) {
                sid.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
            }
        }
        return sid.toString();
    }
}

package dev.truepipe.infra;

import dev.truepipe.workload.Grant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.services.iam.PolicyStatement;

/** Grants of the description as IAM statements. */
final class Grants {
    private Grants() {}

    static List<PolicyStatement> statements(List<Grant> grants, Names names) {
        return grants.stream().map(grant -> statement(grant, names)).toList();
    }

    private static PolicyStatement statement(Grant grant, Names names) {
        PolicyStatement.Builder statement = PolicyStatement.Builder.create()
                .sid(sid(grant.why()))
                .actions(grant.actions())
                .resources(names.resolve(grant.resources()).stream().distinct().toList());
        if (!grant.onlyIf().isEmpty()) {
            Map<String, Object> equals = new TreeMap<>();
            grant.onlyIf().forEach((key, values) -> equals.put(key, values.size() == 1 ? names.resolve(values.getFirst()) : names.resolve(values)));
            statement.conditions(Map.of("StringEquals", equals));
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

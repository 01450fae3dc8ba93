package dev.truepipe.cli;

import dev.truepipe.emulator.EmbeddedCloud;
import dev.truepipe.emulator.api.AwsCall;
import dev.truepipe.emulator.lambda.EmbeddedLambda;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Holds what was called against what is allowed, both ways. What is allowed is the description's grants, which the template has word for
 * word: a test of {@code infra} compares them.
 */
final class LeastPrivilege {
    /** Grants that no call here can use, by their action, each with the reason. */
    private static final Map<String, String> NEVER_SEEN = new LinkedHashMap<>();

    static {
        String traces = "the embedded cloud has no X-Ray";
        List.of("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets").forEach(action -> NEVER_SEEN.put(action, traces));
        String children = "Step Functions itself looks after the children of a Distributed Map; here they are looked after in the process";
        List.of("states:StopExecution", "states:RedriveExecution").forEach(action -> NEVER_SEEN.put(LocalCloud.STATE_MACHINE + " " + action, children));
        NEVER_SEEN.put(LocalCloud.STATE_MACHINE + " states:DescribeExecution", children);
        String event = "Step Functions itself waits for a job by an event, which the embedded cloud need not";
        List.of("events:PutTargets", "events:PutRule", "events:DescribeRule").forEach(action -> NEVER_SEEN.put(action, event));
        NEVER_SEEN.put("sagemaker:ListTags", "Step Functions itself looks for its tag on a job");
        NEVER_SEEN.put("s3:AbortMultipartUpload", "an upload that is given up has pieces only where it is larger than any of these; S3ObjectStoreIT gives one up");
        String registry = "the registry looks at model and image, as whom AWS does not say";
        List.of("ecr:BatchGetImage", "ecr:DescribeImages").forEach(action -> NEVER_SEEN.put(action, registry));
        NEVER_SEEN.put(LocalCloud.STATE_MACHINE + " let the registry see the model", registry);
    }

    private final Map<String, List<LocalCloud.Allowed>> allowed;
    private final List<Made> made;

    /** A call by whom it was made: a function, or the state machine. */
    private record Made(String role, String action, String resource) {
        @Override
        public String toString() {
            return role + " " + action + " " + resource;
        }
    }

    LeastPrivilege(Map<String, List<LocalCloud.Allowed>> allowed, Set<AwsCall> calls) {
        this.allowed = allowed;
        List<Made> all = new ArrayList<>();
        for (String role : allowed.keySet()) {
            String key = EmbeddedLambda.accessKey(EmbeddedCloud.ACCESS_KEY_ID, role);
            calls.stream()
                    .filter(call -> call.caller().equals(key) || call.caller().equals(role))
                    .forEach(call -> all.add(new Made(role, call.action(), call.resource())));
        }
        made = List.copyOf(all);
    }

    /** Calls that no grant of their role allows. */
    Set<String> notAllowed() {
        Set<String> found = new TreeSet<>();
        for (Made call : made) {
            if (allowed.get(call.role()).stream().noneMatch(grant -> covers(grant, call))) {
                found.add(call.toString());
            }
        }
        return found;
    }

    /** Actions of a grant that no call used, and that one could have. */
    Set<String> notUsed() {
        Set<String> found = new TreeSet<>();
        allowed.forEach((role, grants) -> grants.forEach(grant -> grant.actions().stream()
                .filter(action -> reason(role, grant, action) == null && !isUsed(role, grant, action))
                .forEach(action -> found.add(named(role, grant, action)))));
        return found;
    }

    /** Actions said to be never seen that were: the reason given for them is wrong. */
    Set<String> seenAfterAll() {
        Set<String> found = new TreeSet<>();
        allowed.forEach((role, grants) -> grants.forEach(grant -> grant.actions().stream()
                .filter(action -> reason(role, grant, action) != null && isUsed(role, grant, action))
                .forEach(action -> found.add(named(role, grant, action)))));
        return found;
    }

    private boolean isUsed(String role, LocalCloud.Allowed grant, String action) {
        return made.stream().anyMatch(call -> call.role().equals(role) && call.action().equals(action) && covers(grant, call));
    }

    private static String named(String role, LocalCloud.Allowed grant, String action) {
        return role + " " + action + " to " + grant.why();
    }

    private static String reason(String role, LocalCloud.Allowed grant, String action) {
        return NEVER_SEEN.getOrDefault(action, NEVER_SEEN.getOrDefault(role + " " + action, NEVER_SEEN.get(role + " " + grant.why())));
    }

    private static boolean covers(LocalCloud.Allowed grant, Made call) {
        return grant.actions().contains(call.action()) && grant.resources().stream().anyMatch(resource -> matches(resource, call.resource()));
    }

    /** As IAM matches: {@code *} is any text, {@code ?} one character. */
    private static boolean matches(String pattern, String resource) {
        StringBuilder regex = new StringBuilder();
        for (char c : pattern.toCharArray()) {
            regex.append(switch (c) {
                case '*' -> ".*";
                case '?' -> ".";
                default -> Pattern.quote(String.valueOf(c));
            });
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(resource).matches();
    }
}

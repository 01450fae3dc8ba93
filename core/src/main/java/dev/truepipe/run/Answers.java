package dev.truepipe.run;

import java.util.LinkedHashMap;
import java.util.Map;

/** Answers of states, where several answer alike. */
final class Answers {
    private Answers() {}

    /** @param message for the log, and for whoever looks at the execution */
    static Map<String, Object> of(String outcome, String message) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("outcome", outcome);
        answer.put("message", message);
        return answer;
    }

    /** The end of a run that will not train, as one that a gate stops, but for the version, which there is none of. */
    static Map<String, Object> skip(Decision.Why why, Map<String, Object> announcement) {
        Map<String, Object> answer = of("skip", why.message());
        answer.put("why", why.toJson());
        answer.put("announcement", announcement);
        return answer;
    }

    /** What people are told. @param subject cut to what SNS takes */
    static Map<String, Object> announcement(String subject, String message) {
        Map<String, Object> announcement = new LinkedHashMap<>();
        announcement.put("subject", Words.subject(subject));
        announcement.put("message", message);
        return announcement;
    }
}

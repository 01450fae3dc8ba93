package dev.truepipe.emulator.sagemaker;

import dev.truepipe.emulator.api.AwsError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lists in pages: {@code MaxResults} 1 to 100, by default 10; a token is the place where the next page begins. */
final class Pages {
    private Pages() {}

    static Map<String, Object> of(Map<String, Object> request, String field, List<Object> all) throws AwsError {
        Constraints constraints = new Constraints();
        int size = request.get("MaxResults") == null ? 10 : (int) constraints.number(request, "MaxResults", "maxResults", 1, 100);
        constraints.check();
        int from = 0;
        if (request.get("NextToken") instanceof String token) {
            if (!token.matches("\\d{1,9}") || Integer.parseInt(token) > all.size()) {
                throw TrainingRequest.invalid("The pagination token is invalid.");
            }
            from = Integer.parseInt(token);
        }
        int to = Math.min(all.size(), from + size);
        Map<String, Object> page = new LinkedHashMap<>();
        page.put(field, List.copyOf(all.subList(from, to)));
        if (to < all.size()) {
            page.put("NextToken", Integer.toString(to));
        }
        return page;
    }
}

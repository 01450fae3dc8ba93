package dev.truepipe.emulator.sagemaker;

import dev.truepipe.emulator.api.AwsError;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Lists in pages. A token names the last item of the page before, so nothing is told twice or left out because something new
 * came in between, wherever in the order it came.
 */
final class Pages {
    private Pages() {}

    /** {@code MaxResults} 1 to 100, by default 10. @param key what tells one item from all others */
    static Map<String, Object> of(Map<String, Object> request, String field, List<Object> all, Function<Object, String> key) throws AwsError {
        return of(request, field, all, key, 1, 100);
    }

    /** @param min least {@code MaxResults}; by default a page has 10, or that many */
    static Map<String, Object> of(Map<String, Object> request, String field, List<Object> all, Function<Object, String> key, int min, int max)
            throws AwsError {
        Constraints constraints = new Constraints();
        int size = request.get("MaxResults") == null ? Math.max(10, min) : (int) constraints.number(request, "MaxResults", "maxResults", min, max);
        String token = constraints.optional(request, "NextToken", "nextToken", 0, 8192, null);
        constraints.check();
        int from = token == null || token.isEmpty() ? 0 : after(token, all, key);
        int to = Math.min(all.size(), from + size);
        Map<String, Object> page = new LinkedHashMap<>();
        page.put(field, List.copyOf(all.subList(from, to)));
        if (to < all.size()) {
            page.put("NextToken", Base64.getUrlEncoder().encodeToString(key.apply(all.get(to - 1)).getBytes(StandardCharsets.UTF_8)));
        }
        return page;
    }

    private static int after(String token, List<Object> all, Function<Object, String> key) throws AwsError {
        try {
            String last = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            for (int i = 0; i < all.size(); i++) {
                if (key.apply(all.get(i)).equals(last)) {
                    return i + 1;
                }
            }
        } catch (IllegalArgumentException e) {
            throw TrainingRequest.invalid("The pagination token is invalid.");
        }
        throw TrainingRequest.invalid("The pagination token is invalid.");
    }
}

package dev.truepipe.emulator.sagemaker;

import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lists in pages. A token has what the last item of the page before was sorted by: the next page begins after that place in the order,
 * whether or not the item is still listed. So nothing is told twice or left out because something came or went in between.
 */
final class Pages {
    private Pages() {}

    /** {@code MaxResults} 1 to 100, by default 10. */
    static Map<String, Object> of(Map<String, Object> request, String field, List<Map<String, Object>> all,
            Comparator<Map<String, Object>> order, List<String> sortedBy) throws AwsError {
        return of(request, field, all, order, sortedBy, 1, 100);
    }

    /**
     * @param all in this order
     * @param order in which no two items are equal
     * @param sortedBy the fields that the order looks at
     * @param min least {@code MaxResults}; by default a page has 10, or that many
     */
    static Map<String, Object> of(Map<String, Object> request, String field, List<Map<String, Object>> all,
            Comparator<Map<String, Object>> order, List<String> sortedBy, int min, int max) throws AwsError {
        Constraints constraints = new Constraints();
        int size = request.get("MaxResults") == null ? Math.max(10, min) : (int) constraints.number(request, "MaxResults", "maxResults", min, max);
        String token = constraints.optional(request, "NextToken", "nextToken", 0, 8192, null);
        constraints.check();
        int from = token == null || token.isEmpty() ? 0 : after(token, all, order, sortedBy);
        int to = (int) Math.min(all.size(), (long) from + size);
        Map<String, Object> page = new LinkedHashMap<>();
        page.put(field, List.copyOf(all.subList(from, to)));
        if (to < all.size()) {
            Map<String, Object> last = new LinkedHashMap<>(all.get(to - 1));
            last.keySet().retainAll(sortedBy);
            page.put("NextToken", Base64.getUrlEncoder().encodeToString(Json.bytes(last)));
        }
        return page;
    }

    private static int after(String token, List<Map<String, Object>> all, Comparator<Map<String, Object>> order, List<String> sortedBy) throws AwsError {
        try {
            Map<String, Object> last = Json.parseObject(Base64.getUrlDecoder().decode(token));
            if (sortedBy.stream().allMatch(field -> last.get(field) != null)) {
                order.compare(last, last); // also where nothing is listed, a token has what the order looks at
                int from = 0;
                while (from < all.size() && order.compare(all.get(from), last) <= 0) {
                    from++;
                }
                return from;
            }
        } catch (IOException | IllegalArgumentException | ClassCastException e) {
            throw TrainingRequest.invalid("The pagination token is invalid.");
        }
        throw TrainingRequest.invalid("The pagination token is invalid.");
    }
}

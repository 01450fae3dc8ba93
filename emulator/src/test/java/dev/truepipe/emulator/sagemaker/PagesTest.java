package dev.truepipe.emulator.sagemaker;

import static dev.truepipe.emulator.sagemaker.TrainingJob.ordered;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {
    private static final Comparator<Map<String, Object>> OLDEST_FIRST = Comparator
            .comparingDouble((Map<String, Object> item) -> ((Number) item.get("Time")).doubleValue()).thenComparing(item -> (String) item.get("Name"));

    private static Map<String, Object> item(double time, String name) {
        return ordered("Name", name, "Time", time, "Other", List.of(1L));
    }

    private static Map<String, Object> page(List<Map<String, Object>> all, Comparator<Map<String, Object>> order, Object token) throws AwsError {
        Map<String, Object> request = new LinkedHashMap<>(Map.of("MaxResults", 2L));
        request.put("NextToken", token);
        return Pages.of(request, "Items", all.stream().sorted(order).toList(), order, List.of("Time", "Name"));
    }

    private static List<Object> names(Map<String, Object> page) {
        return Json.array(page.get("Items")).stream().map(item -> Json.object(item).get("Name")).toList();
    }

    @Test
    void goesOnWhereTheLastItemWasAlsoWhenItIsGone() throws AwsError {
        List<Map<String, Object>> all = new ArrayList<>(List.of(item(1, "a"), item(2.125, "b"), item(2.125, "c"), item(3, "d"), item(4, "e")));
        Map<String, Object> first = page(all, OLDEST_FIRST, null);
        assertEquals(List.of("a", "b"), names(first));
        all.remove(1);
        all.add(item(0.5, "early"));
        all.add(item(2.5, "between"));
        Map<String, Object> second = page(all, OLDEST_FIRST, first.get("NextToken"));
        assertEquals(List.of("c", "between"), names(second));
        Map<String, Object> third = page(all, OLDEST_FIRST, second.get("NextToken"));
        assertEquals(List.of("d", "e"), names(third));
        assertNull(third.get("NextToken"));
    }

    @Test
    void goesOnInTheOtherDirectionToo() throws AwsError {
        List<Map<String, Object>> all = new ArrayList<>(List.of(item(1, "a"), item(2, "b"), item(3, "c")));
        Map<String, Object> first = page(all, OLDEST_FIRST.reversed(), null);
        assertEquals(List.of("c", "b"), names(first));
        all.clear();
        all.add(item(1, "a"));
        assertEquals(List.of("a"), names(page(all, OLDEST_FIRST.reversed(), first.get("NextToken"))));
        assertEquals(List.of(), names(page(List.of(), OLDEST_FIRST.reversed(), first.get("NextToken"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "&", "[]", "{}", "{\"Name\":\"a\"}", "{\"Name\":1,\"Time\":1}", "{\"Name\":\"a\",\"Time\":\"b\"}", "{\"Name\":null,\"Time\":null}"})
    void refusesWhatIsNoTokenOfTheList(String token) {
        String encoded = token.equals("&") ? token : Base64.getUrlEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8));
        for (List<Map<String, Object>> all : List.of(List.of(item(1, "a")), List.<Map<String, Object>>of())) {
            assertEquals("The pagination token is invalid.", assertThrows(AwsError.class, () -> page(all, OLDEST_FIRST, encoded)).getMessage());
        }
    }
}

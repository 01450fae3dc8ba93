package dev.truepipe.emulator.parameters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.json.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParametersServiceTest {
    private final ParametersService parameters = new ParametersService();

    @Test
    void answersWithTheValueThatWasPutLast() throws AwsError {
        parameters.put("/truepipe/Truepipe/queue-url", "http://old");
        parameters.put("/truepipe/Truepipe/queue-url", "http://new");
        Map<String, Object> answer = parameters.call("GetParameter", Map.of("Name", "/truepipe/Truepipe/queue-url"));
        assertEquals("http://new", Json.object(answer.get("Parameter")).get("Value"));
    }

    @Test
    void namesWhatThereIsWhenAParameterIsMissing() {
        parameters.put("/truepipe/Other/queue-url", "http://other");
        AwsError error = assertThrows(AwsError.class, () -> parameters.call("GetParameter", Map.of("Name", "/truepipe/Truepipe/queue-url")));
        assertEquals("ParameterNotFound", error.code());
        assertTrue(error.getMessage().contains("/truepipe/Other/queue-url"), error.getMessage());
    }

    @Test
    void refusesWhatItDoesNotHave() {
        AwsError error = assertThrows(AwsError.class, () -> parameters.call("PutParameter", Map.of("Name", "/a", "Value", "b")));
        assertEquals("UnknownOperationException", error.code());
    }
}

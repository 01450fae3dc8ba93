package dev.truepipe.emulator.parameters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

public class ParametersServiceTest {
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
    void putsOverWhatIsThereOnlyWhenAskedTo() throws AwsError {
        Map<String, Object> put = Map.of("Name", "/truepipe/Truepipe/cars/champion", "Value", "s3://a", "Type", "String");
        assertEquals(1L, parameters.call("PutParameter", put).get("Version"));
        AwsError there = assertThrows(AwsError.class, () -> parameters.call("PutParameter", put));
        assertEquals("ParameterAlreadyExists", there.code());
        assertEquals(2L, parameters.call("PutParameter", Map.of("Name", "/truepipe/Truepipe/cars/champion", "Value", "s3://b", "Overwrite", true)).get("Version"));
        Map<String, Object> parameter = Json.object(parameters.call("GetParameter", Map.of("Name", "/truepipe/Truepipe/cars/champion")).get("Parameter"));
        assertEquals("s3://b", parameter.get("Value"));
        assertEquals(2L, parameter.get("Version"));
        assertEquals("s3://b", parameters.find("/truepipe/Truepipe/cars/champion").orElseThrow());
    }

    @Test
    void refusesWhatItDoesNotKeep() {
        for (Map<String, Object> request : List.<Map<String, Object>>of(
                Map.of("Name", "/a"), Map.of("Name", "/a", "Value", "b", "Type", "SecureString"), Map.of("Name", "/a", "Value", "b", "KeyId", "k"),
                Map.of("Name", "/a", "Value", "b".repeat(4_097)))) {
            assertThrows(AwsError.class, () -> parameters.call("PutParameter", request), request::toString);
        }
        AwsError error = assertThrows(AwsError.class, () -> parameters.call("DeleteParameter", Map.of("Name", "/a")));
        assertEquals("UnknownOperationException", error.code());
    }
}

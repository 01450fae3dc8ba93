package dev.truepipe.functions;

import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.factories.JacksonFactory;
import dev.truepipe.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;

/** Values as they come out of the serialiser of Lambda's own runtime. */
final class Serialized {
    private Serialized() {}

    /** A payload as a handler gets it. */
    static Map<String, Object> input(Map<String, Object> payload) {
        return serializer().fromJson(new ByteArrayInputStream(Json.bytes(payload)));
    }

    /** What a handler answered, as the state machine gets it; null values in maps do not travel. */
    static Map<String, Object> output(Map<String, Object> answer) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        serializer().toJson(answer, out);
        try {
            return Json.parseObject(out.toByteArray());
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + out, e);
        }
    }

    @SuppressWarnings("unchecked")
    private static PojoSerializer<Map<String, Object>> serializer() {
        return (PojoSerializer<Map<String, Object>>) (PojoSerializer<?>) JacksonFactory.getInstance().getSerializer(Map.class);
    }
}

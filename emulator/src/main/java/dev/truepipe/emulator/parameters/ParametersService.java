package dev.truepipe.emulator.parameters;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.emulator.api.AwsJsonService;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Plain string parameters of Systems Manager, as a stack writes its names down in them.
 *
 * <p>{@code GetParameter} only; parameters are put in process, and gone with it.
 */
public final class ParametersService implements AwsJsonService {
    private final Map<String, String> values = new ConcurrentHashMap<>();

    @Override
    public String targetPrefix() {
        return "AmazonSSM";
    }

    /** Writes a parameter down, or over. @param name with slashes, such as {@code /truepipe/Truepipe/queue-url} */
    public void put(String name, String value) {
        values.put(name, value);
    }

    @Override
    public Map<String, Object> call(String operation, Map<String, Object> request) throws AwsError {
        if (!operation.equals("GetParameter")) {
            throw new AwsError(
                    "UnknownOperationException",
                    "the embedded Systems Manager has GetParameter and nothing else, not " + operation);
        }
        if (!(request.get("Name") instanceof String name)) {
            throw new AwsError("ValidationException", "GetParameter needs a Name");
        }
        String value = values.get(name);
        if (value == null) {
            throw new AwsError("ParameterNotFound", "there is no parameter " + name + "; there are " + List.copyOf(values.keySet()));
        }
        Map<String, Object> parameter = new LinkedHashMap<>();
        parameter.put("Name", name);
        parameter.put("Type", "String");
        parameter.put("Value", value);
        parameter.put("Version", 1L);
        parameter.put("ARN", "arn:aws:ssm:" + Arns.REGION + ":" + Arns.ACCOUNT + ":parameter" + name);
        return Map.of("Parameter", parameter);
    }
}

package dev.truepipe.emulator.parameters;

import dev.truepipe.emulator.api.Arns;
import dev.truepipe.emulator.api.AwsError;
import dev.truepipe.emulator.api.AwsJsonService;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Plain string parameters of Systems Manager, as a stack writes its names and its live models down in them.
 *
 * <p>{@code GetParameter} and {@code PutParameter} only, of type {@code String} and tier {@code Standard}. Parameters are gone with the process.
 *
 * @see <a href="https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html">PutParameter</a>
 */
public final class ParametersService implements AwsJsonService {
    /** What AWS lets a standard parameter hold. */
    private static final int MOST_CHARS = 4_096;
    private static final Set<String> PUT = Set.of("Name", "Value", "Type", "Overwrite");

    private final Map<String, Parameter> parameters = new ConcurrentHashMap<>();

    private record Parameter(String value, long version) {}

    @Override
    public String targetPrefix() {
        return "AmazonSSM";
    }

    /** Writes a parameter down, or over. @param name with slashes, such as {@code /truepipe/Truepipe/queue-url} @return its version, from 1 */
    public long put(String name, String value) {
        return parameters.merge(name, new Parameter(value, 1), (old, _) -> new Parameter(value, old.version() + 1)).version();
    }

    /** The value of a parameter; empty if there is none. */
    public Optional<String> find(String name) {
        return Optional.ofNullable(parameters.get(name)).map(Parameter::value);
    }

    @Override
    public Map<String, Object> call(String operation, Map<String, Object> request) throws AwsError {
        return switch (operation) {
            case "GetParameter" -> get(text(operation, request, "Name"));
            case "PutParameter" -> put(operation, request);
            default -> throw new AwsError(
                    "UnknownOperationException",
                    "the embedded Systems Manager has GetParameter and PutParameter and nothing else, not " + operation);
        };
    }

    private Map<String, Object> get(String name) throws AwsError {
        Parameter found = parameters.get(name);
        if (found == null) {
            throw new AwsError("ParameterNotFound", "there is no parameter " + name + "; there are " + List.copyOf(parameters.keySet()));
        }
        Map<String, Object> parameter = new LinkedHashMap<>();
        parameter.put("Name", name);
        parameter.put("Type", "String");
        parameter.put("Value", found.value());
        parameter.put("Version", found.version());
        parameter.put("ARN", Arns.parameter(name));
        return Map.of("Parameter", parameter);
    }

    private Map<String, Object> put(String operation, Map<String, Object> request) throws AwsError {
        String name = text(operation, request, "Name");
        String value = text(operation, request, "Value");
        for (String field : request.keySet()) {
            if (!PUT.contains(field)) {
                throw new AwsError("ValidationException", "the embedded Systems Manager does not take " + field + " in PutParameter");
            }
        }
        if (!request.getOrDefault("Type", "String").equals("String")) {
            throw new AwsError("UnsupportedParameterType", "the embedded Systems Manager keeps parameters of type String only, not " + request.get("Type"));
        }
        if (value.length() > MOST_CHARS) {
            throw new AwsError("ValidationException", "Standard tier parameters support a maximum parameter value of " + MOST_CHARS + " characters.");
        }
        long version = 1;
        if (Boolean.TRUE.equals(request.get("Overwrite"))) {
            version = put(name, value);
        } else if (parameters.putIfAbsent(name, new Parameter(value, 1)) != null) {
            throw new AwsError("ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.");
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("Version", version);
        answer.put("Tier", "Standard");
        return answer;
    }

    private static String text(String operation, Map<String, Object> request, String field) throws AwsError {
        if (request.get(field) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new AwsError("ValidationException", operation + " needs a " + field);
    }
}

package dev.truepipe.emulator.states;

import dev.truepipe.emulator.states.InvalidDefinition.Problem;
import dev.truepipe.json.Json;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a definition. It knows which fields it implements; any other is a problem, whether misspelled, JSONPath, or real
 * and not done here, since a field passed over in silence would behave otherwise than on AWS.
 */
final class DefinitionReader {
    static final String TOP = "(top level)";
    private static final String GET_OBJECT = "arn:aws:states:::s3:getObject";
    private static final int MAX_NAME = 80;
    private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\{([A-Za-z0-9_.:-]+)}");
    private static final Pattern VARIABLE = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");

    private static final Map<String, Set<String>> FIELDS = Map.of(
            "Task", Set.of("Type", "Comment", "QueryLanguage", "Resource", "Arguments", "TimeoutSeconds", "Retry", "Catch",
                    "Output", "Assign", "Next", "End"),
            "Pass", Set.of("Type", "Comment", "QueryLanguage", "Output", "Assign", "Next", "End"),
            "Wait", Set.of("Type", "Comment", "QueryLanguage", "Seconds", "Timestamp", "Output", "Assign", "Next", "End"),
            "Choice", Set.of("Type", "Comment", "QueryLanguage", "Choices", "Default", "Output", "Assign"),
            "Succeed", Set.of("Type", "Comment", "QueryLanguage", "Output"),
            "Fail", Set.of("Type", "Comment", "QueryLanguage", "Error", "Cause"),
            "Map", Set.of("Type", "Comment", "QueryLanguage", "Items", "ItemReader", "ItemSelector", "ItemProcessor",
                    "MaxConcurrency", "Retry", "Catch", "Output", "Assign", "Next", "End"));
    private static final Set<String> TOP_FIELDS = Set.of("Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version");
    private static final Set<String> PROCESSOR_FIELDS = Set.of("Comment", "QueryLanguage", "ProcessorConfig", "StartAt", "States");
    private static final Set<String> CONFIG_FIELDS = Set.of("Mode", "ExecutionType");
    private static final Set<String> RULE_FIELDS = Set.of("Comment", "Condition", "Next", "Output", "Assign");
    private static final Set<String> RETRY_FIELDS = Set.of(
            "Comment", "ErrorEquals", "IntervalSeconds", "BackoffRate", "MaxAttempts", "MaxDelaySeconds", "JitterStrategy");
    private static final Set<String> CATCH_FIELDS = Set.of("Comment", "ErrorEquals", "Next", "Output", "Assign");
    private static final Set<String> READER_FIELDS = Set.of("Resource", "ReaderConfig", "Arguments");
    private static final Set<String> READER_CONFIG_FIELDS = Set.of("InputType");
    private static final Set<String> GET_OBJECT_FIELDS = Set.of("Bucket", "Key");

    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> resources = new TreeSet<>();

    private DefinitionReader() {}

    /** @param resources every Task's {@code Resource} */
    record Definition(State.Flow flow, Long timeoutSeconds, Set<String> resources) {}

    static Definition read(String machine, String text, Map<String, String> substitutions) throws InvalidDefinition {
        DefinitionReader reader = new DefinitionReader();
        Definition definition = null;
        try {
            Object document = Json.parse(reader.substitute(text, substitutions));
            definition = reader.top(document);
        } catch (IOException e) {
            reader.problem(TOP, "(definition)", "not JSON: " + e.getMessage());
        }
        if (!reader.problems.isEmpty()) {
            throw new InvalidDefinition(machine, reader.problems);
        }
        return definition;
    }

    private String substitute(String text, Map<String, String> substitutions) {
        Set<String> used = new HashSet<>();
        StringBuilder result = new StringBuilder();
        Matcher matcher = SUBSTITUTION.matcher(text);
        while (matcher.find()) {
            String name = matcher.group(1);
            String value = substitutions.get(name);
            if (value == null) {
                if (used.add(name)) {
                    problem(TOP, "${" + name + "}", "no value was supplied for this substitution");
                }
                value = name;
            }
            used.add(name);
            matcher.appendReplacement(result, Matcher.quoteReplacement(value));
        }
        matcher.appendTail(result);
        for (String name : new TreeSet<>(substitutions.keySet())) {
            if (!used.contains(name)) {
                problem(TOP, "${" + name + "}", "a value is supplied, but the definition does not use it");
            }
        }
        return result.toString();
    }

    private Definition top(Object document) {
        if (!(document instanceof Map<?, ?>)) {
            problem(TOP, "(definition)", "must be an object, is " + Payload.kind(document));
            return null;
        }
        Map<String, Object> json = Json.object(document);
        known(TOP, "", json, TOP_FIELDS);
        if (!"JSONata".equals(json.get("QueryLanguage"))) {
            problem(TOP, "QueryLanguage", "must be \"JSONata\": JSONPath, the default, is not implemented");
        }
        if (json.containsKey("Version") && !"1.0".equals(json.get("Version"))) {
            problem(TOP, "Version", "must be \"1.0\"");
        }
        comment(TOP, "", json);
        Long timeout = null;
        if (json.containsKey("TimeoutSeconds")) {
            if (json.get("TimeoutSeconds") instanceof Long seconds && seconds > 0) {
                timeout = seconds;
            } else {
                problem(TOP, "TimeoutSeconds", "must be a whole number greater than 0");
            }
        }
        return new Definition(flow(TOP, "", json, Set.of()), timeout, resources);
    }

    private State.Flow flow(String owner, String prefix, Map<String, Object> json, Set<String> outerVariables) {
        if (!(json.get("States") instanceof Map<?, ?>) || Json.object(json.get("States")).isEmpty()) {
            problem(owner, prefix + "States", "must be an object with at least one state");
            return null;
        }
        Map<String, Object> written = Json.object(json.get("States"));
        Set<String> variables = new LinkedHashSet<>(outerVariables);
        written.values().forEach(state -> assigned(state, variables));
        Map<String, State> states = new LinkedHashMap<>();
        Map<String, Map<String, String>> targets = new LinkedHashMap<>();
        boolean ends = false;
        for (Map.Entry<String, Object> entry : written.entrySet()) {
            String name = entry.getKey();
            if (name.isEmpty() || name.length() > MAX_NAME) {
                problem(name, "(name)", "a state's name has 1 to " + MAX_NAME + " characters, this has " + name.length());
            }
            if (!names.add(name)) {
                problem(name, "(name)", "two states have this name; it must be unique in the whole definition");
            }
            if (!(entry.getValue() instanceof Map<?, ?>)) {
                problem(name, "(state)", "must be an object, is " + Payload.kind(entry.getValue()));
                continue;
            }
            Map<String, String> goesTo = new LinkedHashMap<>();
            StateReader reader = new StateReader(name, Json.object(entry.getValue()), goesTo, variables, outerVariables);
            State state = reader.read();
            ends |= state instanceof State.Succeed || state instanceof State.Fail || Boolean.TRUE.equals(reader.json.get("End"));
            states.put(name, state);
            targets.put(name, goesTo);
        }
        String start = json.get("StartAt") instanceof String text ? text : null;
        if (start == null || !written.containsKey(start)) {
            problem(owner, prefix + "StartAt", "must name one of its States" + (start == null ? "" : "; there is no \"" + start + "\""));
        } else {
            reachable(start, targets);
        }
        if (!ends) {
            problem(owner, prefix + "States", "no state ends it: one needs \"End\": true or Type Succeed or Fail");
        }
        targets.forEach((name, goesTo) -> {
            goesTo.forEach((field, target) -> {
                if (!written.containsKey(target)) {
                    problem(name, field, "there is no state \"" + target + "\" beside it");
                }
            });
        });
        return new State.Flow(start, states);
    }

    private void reachable(String start, Map<String, Map<String, String>> targets) {
        Set<String> reached = new HashSet<>(Set.of(start));
        Deque<String> open = new ArrayDeque<>(reached);
        while (!open.isEmpty()) {
            for (String next : targets.getOrDefault(open.pop(), Map.of()).values()) {
                if (reached.add(next)) {
                    open.push(next);
                }
            }
        }
        for (String name : targets.keySet()) {
            if (!reached.contains(name)) {
                problem(name, "(state)", "nothing leads to it from \"" + start + "\"");
            }
        }
    }

    /** Collects the names that a state assigns, its rules and catchers too, but not those of states inside it. */
    private static void assigned(Object state, Set<String> variables) {
        if (state instanceof Map<?, ?> fields) {
            if (fields.get("Assign") instanceof Map<?, ?> assign) {
                assign.keySet().forEach(name -> variables.add((String) name));
            }
            for (String list : List.of("Choices", "Catch")) {
                if (fields.get(list) instanceof List<?> entries) {
                    entries.forEach(entry -> assigned(entry, variables));
                }
            }
        }
    }

    private void known(String state, String prefix, Map<String, Object> json, Set<String> fields) {
        for (String field : json.keySet()) {
            if (!fields.contains(field)) {
                problem(state, prefix + field, "not implemented here (or misspelled); there is " + new TreeSet<>(fields));
            }
        }
    }

    private void comment(String state, String prefix, Map<String, Object> json) {
        if (json.containsKey("Comment") && !(json.get("Comment") instanceof String)) {
            problem(state, prefix + "Comment", "must be a string, is " + Payload.kind(json.get("Comment")));
        }
    }

    private void problem(String state, String field, String message) {
        problems.add(new Problem(state, field, message));
    }

    /** Reads one state. */
    private final class StateReader {
        private final String name;
        private final Map<String, Object> json;
        /** By the field that says so. */
        private final Map<String, String> goesTo;
        private final Set<String> variables;
        private final Set<String> outerVariables;

        StateReader(
                String name, Map<String, Object> json, Map<String, String> goesTo, Set<String> variables, Set<String> outerVariables) {
            this.name = name;
            this.json = json;
            this.goesTo = goesTo;
            this.variables = variables;
            this.outerVariables = outerVariables;
        }

        State read() {
            Object type = json.get("Type");
            Set<String> fields = type instanceof String text ? FIELDS.get(text) : null;
            if (fields == null) {
                problem(name, "Type", (type == null ? "is missing" : "\"" + type + "\" is not implemented here (or misspelled)")
                        + "; there is " + new TreeSet<>(FIELDS.keySet()));
                return null;
            }
            known(name, "", json, fields);
            comment(name, "", json);
            if (json.containsKey("QueryLanguage") && !"JSONata".equals(json.get("QueryLanguage"))) {
                problem(name, "QueryLanguage", "must be \"JSONata\": JSONPath is not implemented");
            }
            return switch ((String) type) {
                case "Task" -> task();
                case "Pass" -> new State.Pass(leaving());
                case "Wait" -> pause();
                case "Choice" -> choice();
                case "Succeed" -> new State.Succeed(template("Output"));
                case "Fail" -> new State.Fail(text("Error"), text("Cause"));
                default -> map();
            };
        }

        private State task() {
            String resource = "";
            if (json.get("Resource") instanceof String text && !text.isEmpty()) {
                resource = text;
                resources.add(text);
            } else {
                problem(name, "Resource", "must be the ARN of what does the work");
            }
            Template arguments = template("Arguments");
            if (arguments instanceof Template.Literal || arguments instanceof Template.ArrayOf) {
                problem(name, "Arguments", "must be an object, or JSONata that gives one");
            }
            return new State.Task(resource, arguments, positive("TimeoutSeconds"), retriers(), catchers(), leaving());
        }

        private State pause() {
            if (json.containsKey("Seconds") == json.containsKey("Timestamp")) {
                problem(name, "Seconds", "a Wait has either Seconds or Timestamp");
            }
            if (json.get("Seconds") instanceof Long seconds && seconds < 0) {
                problem(name, "Seconds", "must be 0 or more");
            }
            return new State.Wait(template("Seconds"), text("Timestamp"), leaving());
        }

        private State choice() {
            List<State.Rule> rules = new ArrayList<>();
            entries("Choices", RULE_FIELDS, entry -> {
                Template condition = entry.template("Condition");
                if (!(condition instanceof Template.Expression) && !(condition instanceof Template.Literal(Boolean b))) {
                    problem(name, entry.prefix + "Condition", "must be a JSONata string or a boolean");
                }
                rules.add(new State.Rule(condition, entry.leaving()));
            });
            if (rules.isEmpty()) {
                problem(name, "Choices", "must be an array with at least one rule");
            }
            State.Leaving otherwise = null;
            if (json.containsKey("Default")) {
                String target = target("", "Default", json.get("Default"));
                otherwise = new State.Leaving(template("Output"), assign("", json), target);
            } else if (json.containsKey("Output") || json.containsKey("Assign")) {
                problem(name, json.containsKey("Output") ? "Output" : "Assign", "only Default uses it, and there is no Default");
            }
            return new State.Choice(rules, otherwise);
        }

        private State map() {
            State.Flow processor = null;
            boolean distributed = false;
            if (json.get("ItemProcessor") instanceof Map<?, ?>) {
                Map<String, Object> written = Json.object(json.get("ItemProcessor"));
                known(name, "ItemProcessor.", written, PROCESSOR_FIELDS);
                comment(name, "ItemProcessor.", written);
                if (written.containsKey("QueryLanguage") && !"JSONata".equals(written.get("QueryLanguage"))) {
                    problem(name, "ItemProcessor.QueryLanguage", "must be \"JSONata\": JSONPath is not implemented");
                }
                distributed = distributed(written.get("ProcessorConfig"));
                processor = flow(name, "ItemProcessor.", written, distributed ? Set.of() : variables);
            } else {
                problem(name, "ItemProcessor", "must be an object with StartAt and States");
            }
            if (json.containsKey("ItemReader") && json.containsKey("Items")) {
                problem(name, "Items", "a Map has Items or an ItemReader, not both");
            }
            if (json.containsKey("ItemReader") && !distributed) {
                problem(name, "ItemReader", "only a Map whose ProcessorConfig.Mode is DISTRIBUTED reads its items");
            }
            Template items = template("Items");
            if (items instanceof Template.Literal || items instanceof Template.ObjectOf) {
                problem(name, "Items", "must be an array, or JSONata that gives one");
            }
            Template concurrency = template("MaxConcurrency");
            if (concurrency instanceof Template.Literal(Object value) && !(value instanceof Long number && number >= 0)) {
                problem(name, "MaxConcurrency", "must be a whole number, 0 or more, or JSONata that gives one");
            }
            return new State.MapOver(distributed, items, reader(), template("ItemSelector"), concurrency, processor, retriers(), catchers(), leaving());
        }

        private boolean distributed(Object config) {
            if (config == null) {
                return false;
            }
            if (!(config instanceof Map<?, ?>)) {
                problem(name, "ItemProcessor.ProcessorConfig", "must be an object, is " + Payload.kind(config));
                return false;
            }
            Map<String, Object> written = Json.object(config);
            known(name, "ItemProcessor.ProcessorConfig.", written, CONFIG_FIELDS);
            Object mode = written.get("Mode");
            if (mode != null && !"INLINE".equals(mode) && !"DISTRIBUTED".equals(mode)) {
                problem(name, "ItemProcessor.ProcessorConfig.Mode", "must be INLINE or DISTRIBUTED");
            }
            boolean distributed = "DISTRIBUTED".equals(mode);
            Object type = written.get("ExecutionType");
            if (distributed && !"STANDARD".equals(type)) {
                problem(name, "ItemProcessor.ProcessorConfig.ExecutionType", "must be STANDARD; EXPRESS children are not implemented");
            }
            if (!distributed && type != null) {
                problem(name, "ItemProcessor.ProcessorConfig.ExecutionType", "only DISTRIBUTED has it");
            }
            return distributed;
        }

        private State.Reader reader() {
            if (!json.containsKey("ItemReader")) {
                return null;
            }
            if (!(json.get("ItemReader") instanceof Map<?, ?>)) {
                problem(name, "ItemReader", "must be an object");
                return null;
            }
            Map<String, Object> written = Json.object(json.get("ItemReader"));
            known(name, "ItemReader.", written, READER_FIELDS);
            if (!GET_OBJECT.equals(written.get("Resource"))) {
                problem(name, "ItemReader.Resource", "must be " + GET_OBJECT + "; other readers are not implemented");
            }
            if (written.get("ReaderConfig") instanceof Map<?, ?> config) {
                known(name, "ItemReader.ReaderConfig.", Json.object(config), READER_CONFIG_FIELDS);
                if (!"JSON".equals(config.get("InputType"))) {
                    problem(name, "ItemReader.ReaderConfig.InputType", "must be JSON; other types are not implemented");
                }
            } else {
                problem(name, "ItemReader.ReaderConfig", "must be an object with InputType JSON");
            }
            Template arguments = template("ItemReader.", "Arguments", written);
            if (arguments instanceof Template.ObjectOf(Map<String, Template> fields)) {
                known(name, "ItemReader.Arguments.", Json.object(written.get("Arguments")), GET_OBJECT_FIELDS);
                for (String field : GET_OBJECT_FIELDS) {
                    if (!fields.containsKey(field)) {
                        problem(name, "ItemReader.Arguments." + field, "is missing");
                    }
                }
            } else {
                problem(name, "ItemReader.Arguments", "must be an object with Bucket and Key");
            }
            return new State.Reader(arguments);
        }

        private List<State.Retrier> retriers() {
            List<State.Retrier> retriers = new ArrayList<>();
            entries("Retry", RETRY_FIELDS, entry -> {
                Object jitter = entry.json.getOrDefault("JitterStrategy", "NONE");
                if (!"FULL".equals(jitter) && !"NONE".equals(jitter)) {
                    problem(name, entry.prefix + "JitterStrategy", "must be FULL or NONE");
                }
                retriers.add(new State.Retrier(
                        entry.errors(),
                        entry.number("IntervalSeconds", 1, 1, 99_999_999, true),
                        entry.number("BackoffRate", 2, 1, Double.MAX_VALUE, false),
                        (int) entry.number("MaxAttempts", 3, 0, 99_999_999, true),
                        entry.number("MaxDelaySeconds", Double.POSITIVE_INFINITY, 1, 31_622_400, true),
                        "FULL".equals(jitter)));
            });
            return retriers;
        }

        private List<State.Catcher> catchers() {
            List<State.Catcher> catchers = new ArrayList<>();
            entries("Catch", CATCH_FIELDS, entry -> catchers.add(new State.Catcher(entry.errors(), entry.leaving())));
            return catchers;
        }

        private void entries(String field, Set<String> fields, Consumer<EntryReader> each) {
            if (!json.containsKey(field)) {
                return;
            }
            if (!(json.get(field) instanceof List<?> list)) {
                problem(name, field, "must be an array, is " + Payload.kind(json.get(field)));
                return;
            }
            for (int i = 0; i < list.size(); i++) {
                String prefix = field + "[" + i + "].";
                if (list.get(i) instanceof Map<?, ?>) {
                    EntryReader entry = new EntryReader(prefix, Json.object(list.get(i)), i == list.size() - 1);
                    known(name, prefix, entry.json, fields);
                    comment(name, prefix, entry.json);
                    each.accept(entry);
                } else {
                    problem(name, field + "[" + i + "]", "must be an object");
                }
            }
        }

        private State.Leaving leaving() {
            boolean end = Boolean.TRUE.equals(json.get("End"));
            if (json.containsKey("End") && !end) {
                problem(name, "End", "can only be true; leave it out otherwise");
            }
            if (end == json.containsKey("Next")) {
                problem(name, "Next", "needs either Next or \"End\": true");
            }
            String next = json.containsKey("Next") ? target("", "Next", json.get("Next")) : null;
            return new State.Leaving(template("Output"), assign("", json), next);
        }

        private String target(String prefix, String field, Object target) {
            if (target instanceof String text && !text.isEmpty()) {
                goesTo.put(prefix + field, text);
                return text;
            }
            problem(name, prefix + field, "must name the state to go to");
            return null;
        }

        private Map<String, Template> assign(String prefix, Map<String, Object> from) {
            Object written = from.get("Assign");
            if (!from.containsKey("Assign")) {
                return Map.of();
            }
            if (!(written instanceof Map<?, ?>)) {
                problem(name, prefix + "Assign", "must be an object, is " + Payload.kind(written));
                return Map.of();
            }
            Map<String, Template> assign = new LinkedHashMap<>();
            Json.object(written).forEach((variable, value) -> {
                String field = prefix + "Assign." + variable;
                if (variable.equals("states") || variable.length() > MAX_NAME || !VARIABLE.matcher(variable).matches()) {
                    problem(name, field, "not a variable name: letters, digits and _, up to 80, and not \"states\"");
                } else if (outerVariables.contains(variable)) {
                    problem(name, field, "a variable outside the Map has this name; an inner state can read but not assign it");
                }
                assign.put(variable, compile(field, value));
            });
            return assign;
        }

        private Template positive(String field) {
            Template template = template(field);
            if (template instanceof Template.Literal(Object value) && !(value instanceof Long number && number > 0)) {
                problem(name, field, "must be a whole number greater than 0, or JSONata that gives one");
            }
            return template;
        }

        private Template text(String field) {
            if (json.containsKey(field) && !(json.get(field) instanceof String)) {
                problem(name, field, "must be a string, is " + Payload.kind(json.get(field)));
                return null;
            }
            return template(field);
        }

        private Template template(String field) {
            return template("", field, json);
        }

        private Template template(String prefix, String field, Map<String, Object> from) {
            return from.containsKey(field) ? compile(prefix + field, from.get(field)) : null;
        }

        private Template compile(String field, Object value) {
            try {
                return Template.of(value);
            } catch (IllegalArgumentException e) {
                problem(name, field, e.getMessage());
                return null;
            }
        }

        /** One rule, retrier or catcher. */
        private final class EntryReader {
            private final String prefix;
            private final Map<String, Object> json;
            private final boolean last;

            EntryReader(String prefix, Map<String, Object> json, boolean last) {
                this.prefix = prefix;
                this.json = json;
                this.last = last;
            }

            Template template(String field) {
                return StateReader.this.template(prefix, field, json);
            }

            State.Leaving leaving() {
                return new State.Leaving(template("Output"), assign(prefix, json), target(prefix, "Next", json.get("Next")));
            }

            List<String> errors() {
                if (!(json.get("ErrorEquals") instanceof List<?> list) || list.isEmpty()
                        || !list.stream().allMatch(String.class::isInstance)) {
                    problem(name, prefix + "ErrorEquals", "must be an array of error names, at least one");
                    return List.of();
                }
                List<String> errors = list.stream().map(String.class::cast).toList();
                if (errors.contains(Fault.ALL) && (errors.size() > 1 || !last)) {
                    problem(name, prefix + "ErrorEquals", Fault.ALL + " must stand alone, in the last entry");
                }
                return errors;
            }

            double number(String field, double otherwise, double least, double most, boolean whole) {
                if (!json.containsKey(field)) {
                    return otherwise;
                }
                Object value = json.get(field);
                if (value instanceof Number number && number.doubleValue() >= least && number.doubleValue() <= most
                        && (!whole || value instanceof Long)) {
                    return number.doubleValue();
                }
                problem(name, prefix + field, "must be " + (whole ? "a whole number" : "a number") + ", " + (long) least + " or more");
                return otherwise;
            }
        }
    }
}
